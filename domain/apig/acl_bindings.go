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
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, a, err := s.changingACL(c.InstanceID, c.Body.ACLID)
	if err != nil {
		return nil, nil, err
	}
	return in.bindPolicy(m, in.family(FamilyACL), a.ID, a.EntityType, c.Body.PublishIDs)
}

// UnbindACL decides on the command of that name. Errors: APIG.3030, 3718; APIG.3010.
func (s *State) UnbindACL(_ *domain.Moment, c UnbindACL) (None, []domain.Event, error) {
	return s.unbindPolicy(c.InstanceID, FamilyACL, c.BindingID, ErrACLBindingNotFound())
}

// UnbindACLs decides on the command of that name: a binding that does not exist (APIG.3010) is listed as a
// failure and does not stop the others. Errors: APIG.2011; APIG.3030, 3718.
func (s *State) UnbindACLs(_ *domain.Moment, c UnbindACLs) (UnbindResult, []domain.Event, error) {
	if err := checkDeletion(c.Action, c.Body); err != nil {
		return UnbindResult{}, nil, err
	}
	return s.unbindPolicies(c.InstanceID, FamilyACL, c.Body.Bindings, ErrACLBindingNotFound())
}
