package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// BindACL binds an access control policy to publications (APIG V2 §3.14.1).
type BindACL struct {
	InstanceID string      `json:"instance_id"`
	Body       BindACLBody `json:"body"`
}

// BindACLBody is the body of APIG V2 §3.14.1.
type BindACLBody struct {
	ACLID      string   `json:"acl_id" minLength:"1" maxLength:"65" doc:"Access control policy."`
	PublishIDs []string `json:"publish_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Publication records of the APIs; at most 1000."`
}

// UnbindACL removes a binding of an access control policy (APIG V2 §3.14.2).
type UnbindACL struct {
	InstanceID string `json:"instance_id"`
	BindingID  string `json:"binding_id"`
}

// UnbindACLs removes many bindings of access control policies (APIG V2 §3.14.3).
type UnbindACLs struct {
	InstanceID string         `json:"instance_id"`
	Action     string         `json:"action"` // must be ActionDelete
	Body       UnbindACLsBody `json:"body"`
}

// UnbindACLsBody is the body of APIG V2 §3.14.3.
type UnbindACLsBody struct {
	Bindings []string `json:"acl_bindings,omitempty" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Bindings; an id given twice counts once."`
}

// access is what an instance knows of its access control policies.
type access struct {
	policies map[string]ACL
	names    map[string]string // name to id
	bound    bindings
}

func newAccess() access {
	return access{policies: map[string]ACL{}, names: map[string]string{}, bound: newBindings()}
}

func (a *access) isBound(id string) bool { return len(a.bound.ofPolicy[id]) > 0 }

// BindACL decides on the command of that name: each publication has at most one policy of an entity
// type, and the newest binding counts (§3.14.1). Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3006;
// APIG.3015.
func (s *State) BindACL(m *domain.Moment, c BindACL) ([]Bound, []domain.Event, error) {
	if bad := domain.Check(c.Body); bad != nil {
		return nil, nil, FromViolation(bad)
	}
	in, a, err := s.changingACL(c.InstanceID, c.Body.ACLID)
	if err != nil {
		return nil, nil, err
	}
	return in.bind(m, &in.access.bound, a.ID, a.EntityType, c.Body.PublishIDs, func(now Binding, replaced string) domain.Event {
		return ACLBound{now, replaced}
	})
}

// UnbindACL decides on the command of that name. Errors: APIG.3030, 3718; APIG.3010.
func (s *State) UnbindACL(_ *domain.Moment, c UnbindACL) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	b, ok := in.access.bound.all[c.BindingID]
	if !ok {
		return None{}, nil, ErrACLBindingNotFound()
	}
	return None{}, []domain.Event{ACLUnbound{b}}, nil
}

// UnbindACLs decides on the command of that name: a binding that does not exist (APIG.3010) is listed as a
// failure and does not stop the others. Errors: APIG.2011; APIG.3030, 3718.
func (s *State) UnbindACLs(_ *domain.Moment, c UnbindACLs) (UnbindResult, []domain.Event, error) {
	if err := checkDeletion(c.Action); err != nil {
		return UnbindResult{}, nil, err
	}
	if bad := domain.Check(c.Body); bad != nil {
		return UnbindResult{}, nil, FromViolation(bad)
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return UnbindResult{}, nil, err
	}
	result, events := in.access.bound.unbindMany(c.Body.Bindings, ErrACLBindingNotFound(), func(b Binding) domain.Event {
		return ACLUnbound{b}
	})
	return result, events, nil
}
