package apig

import (
	"strings"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// ACL is an access control policy (APIG V2 §3.13): who may call the APIs that it is bound to, or may not.
type ACL struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	ACLBody
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// ACLBody is the body of APIG V2 §3.13.1 and §3.13.2. A change keeps the entity_type.
type ACLBody struct {
	Name       string `json:"acl_name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]*$" doc:"Name, unique in the instance."`
	Type       string `json:"acl_type" enum:"PERMIT,DENY" doc:"PERMIT or DENY."`
	Value      string `json:"acl_value" maxLength:"8192" doc:"Addresses, account names or account IDs, separated by commas."`
	EntityType string `json:"entity_type" enum:"IP,DOMAIN,DOMAIN_ID" doc:"IP: addresses, DOMAIN: account names, DOMAIN_ID: account IDs."`
}

// The kinds of values of access control policies.
const (
	aclAddresses = "IP"
	aclAccounts  = "DOMAIN"
)

// Bounds of the values of a policy (§3.13.1). That of account IDs is ours.
const (
	maxACLValues   = 100
	maxACLAccounts = 1024 // characters in all
	maxACLAccount  = 64
)

// CreateACL creates an access control policy (APIG V2 §3.13.1).
type CreateACL struct {
	InstanceID string  `json:"instance_id"`
	Body       ACLBody `json:"body"`
}

// UpdateACL changes an access control policy (APIG V2 §3.13.2).
type UpdateACL struct {
	InstanceID string  `json:"instance_id"`
	ACLID      string  `json:"acl_id"`
	Body       ACLBody `json:"body"`
}

// DeleteACL deletes an access control policy that is bound to no API (APIG V2 §3.13.3).
type DeleteACL struct {
	InstanceID string `json:"instance_id"`
	ACLID      string `json:"acl_id"`
}

// DeleteACLs deletes many access control policies (APIG V2 §3.13.4).
type DeleteACLs struct {
	InstanceID string         `json:"instance_id"`
	Action     string         `json:"action"` // must be ActionDelete
	Body       DeleteACLsBody `json:"body"`
}

// DeleteACLsBody is the body of APIG V2 §3.13.4.
type DeleteACLsBody struct {
	ACLs []string `json:"acls,omitempty" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Policies; an id given twice counts once."`
}

// DeleteACLsResult is the outcome of DeleteACLs.
type DeleteACLsResult struct {
	SuccessCount int          `json:"success_count"`
	Failure      []ACLFailure `json:"failure"`
}

// ACLFailure is a policy that a batch did not delete, and why.
type ACLFailure struct {
	ACLID   string `json:"acl_id"`
	ACLName string `json:"acl_name,omitempty"`
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// CreateACL decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3112
// (quota ACL_NUM_LIMIT); APIG.3206 (name).
func (s *State) CreateACL(m *domain.Moment, c CreateACL) (ACL, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return ACL{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return ACL{}, nil, err
	}
	if in.access.names[c.Body.Name] != "" {
		return ACL{}, nil, ErrACLNameTaken(c.Body.Name)
	}
	if limit := in.quota(quotaACLs); len(in.access.policies) >= limit {
		return ACL{}, nil, ErrTooManyACLs(limit)
	}
	a := ACL{ID: m.NewID(), InstanceID: in.ID, ACLBody: c.Body, CreateTime: m.Now, UpdateTime: m.Now}
	return a, []domain.Event{ACLCreated{a}}, nil
}

// check holds the values against the rules of their kind (§3.13.1).
func (b ACLBody) check() error {
	if err := violated(b); err != nil {
		return err
	}
	values := strings.Split(b.Value, ",")
	if len(values) > maxACLValues && b.EntityType != aclAccounts {
		return ErrInvalidBecause("acl_value", "has more than 100 values")
	}
	if len(b.Value) > maxACLAccounts && b.EntityType == aclAccounts {
		return ErrInvalidBecause("acl_value", "is longer than 1024 characters")
	}
	rule := map[string]func(string) bool{aclAddresses: isAddresses, aclAccounts: isAccountName}[b.EntityType]
	if rule == nil {
		rule = isAccountID
	}
	for _, value := range values {
		if !rule(value) {
			return ErrInvalid("acl_value")
		}
	}
	return nil
}

// isAccountName reports whether s is 1 to 64 ASCII characters, and not only digits.
func isAccountName(s string) bool {
	other := func(r rune) bool { return r < '0' || r > '9' }
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	return s != "" && len(s) <= maxACLAccount && strings.ContainsFunc(s, other) && !strings.ContainsFunc(s, unprintable)
}

// isAccountID reports whether s can be an id: 1 to 64 letters, digits, '-' and '_'.
func isAccountID(s string) bool {
	foreign := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	}
	return s != "" && len(s) <= maxACLAccount && !strings.ContainsFunc(s, foreign)
}

// UpdateACL decides on the command of that name. Errors: APIG.2001, 2011 (also for another entity_type);
// APIG.3030, 3718; APIG.3006; APIG.3206 (name).
func (s *State) UpdateACL(m *domain.Moment, c UpdateACL) (ACL, []domain.Event, error) {
	if err := c.Body.check(); err != nil {
		return ACL{}, nil, err
	}
	in, old, err := s.changingACL(c.InstanceID, c.ACLID)
	if err != nil {
		return ACL{}, nil, err
	}
	if c.Body.EntityType != old.EntityType {
		return ACL{}, nil, ErrInvalidBecause("entity_type", "cannot be changed")
	}
	if id := in.access.names[c.Body.Name]; id != "" && id != old.ID {
		return ACL{}, nil, ErrACLNameTaken(c.Body.Name)
	}
	a := old
	a.ACLBody = c.Body
	changed := names(difference{"acl_name", a.Name != old.Name}, difference{"acl_type", a.Type != old.Type},
		difference{"acl_value", a.Value != old.Value})
	if changed == nil {
		return a, nil, nil
	}
	a.UpdateTime = m.Now
	return a, []domain.Event{ACLUpdated{a, changed}}, nil
}

// DeleteACL decides on the command of that name. Errors: APIG.3030, 3718; APIG.3006; APIG.3447.
func (s *State) DeleteACL(_ *domain.Moment, c DeleteACL) (None, []domain.Event, error) {
	in, a, err := s.changingACL(c.InstanceID, c.ACLID)
	if err != nil {
		return None{}, nil, err
	}
	if in.access.isBound(a.ID) {
		return None{}, nil, ErrACLBound()
	}
	return None{}, []domain.Event{ACLDeleted{InstanceID: in.ID, ACLID: a.ID, Name: a.Name}}, nil
}

// DeleteACLs decides on the command of that name: a policy that is bound (APIG.3447) or unknown (APIG.3006)
// is listed as a failure and does not stop the others. Errors: APIG.2011; APIG.3030, 3718.
func (s *State) DeleteACLs(_ *domain.Moment, c DeleteACLs) (DeleteACLsResult, []domain.Event, error) {
	if err := checkDeletion(c.Action, c.Body); err != nil {
		return DeleteACLsResult{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return DeleteACLsResult{}, nil, err
	}
	result := DeleteACLsResult{Failure: []ACLFailure{}}
	var events []domain.Event
	for _, id := range distinct(c.Body.ACLs) {
		a, refused := in.deletableACL(id)
		if refused != nil {
			result.Failure = append(result.Failure, ACLFailure{id, a.Name, refused.Code, refused.Message})
			continue
		}
		result.SuccessCount++
		events = append(events, ACLDeleted{InstanceID: in.ID, ACLID: a.ID, Name: a.Name})
	}
	return result, events, nil
}

func (in *instance) deletableACL(id string) (ACL, *domain.Error) {
	a, ok := in.access.policies[id]
	switch {
	case !ok:
		return a, ErrACLNotFound(id)
	case in.access.isBound(id):
		return a, ErrACLBound()
	}
	return a, nil
}

func (s *State) changingACL(instanceID, id string) (*instance, ACL, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, ACL{}, err
	}
	a, ok := in.access.policies[id]
	if !ok {
		return nil, ACL{}, ErrACLNotFound(id)
	}
	return in, a, nil
}
