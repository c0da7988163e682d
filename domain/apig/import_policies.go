package apig

import (
	"maps"
)

// ImportPolicies are the policies that a document defines beside its APIs (APIG V2 §3.16.2): its extended
// information. They become policies of the instance, known by their names there.
type ImportPolicies struct {
	Throttles   []ThrottleBody   `json:"throttles,omitempty"`
	ACLs        []ACLBody        `json:"acls,omitempty"`
	Authorizers []AuthorizerBody `json:"authorizers,omitempty"`
}

// maxImportedPolicies bounds each of the lists.
const maxImportedPolicies = 100

func (p ImportPolicies) count() int { return len(p.Throttles) + len(p.ACLs) + len(p.Authorizers) }

func (p ImportPolicies) check() error {
	for _, n := range []int{len(p.Throttles), len(p.ACLs), len(p.Authorizers)} {
		if n > maxImportedPolicies {
			return ErrTooManyImported(maxImportedPolicies)
		}
	}
	return nil
}

// addPolicies decides on the policies of a document. One that exists is kept, or replaced by extend_mode
// override; one that is refused is a failure, and does not stop the others. The APIs of the document may
// refer to the authorizers.
func (run *importRun) addPolicies(c ImportAPIs) error {
	if c.Policies.count() == 0 {
		return nil
	}
	replace := c.ExtendMode == ImportOverride
	run.in = run.in.apart()
	for _, b := range c.Policies.Throttles {
		err := run.addThrottle(b, replace)
		if err := run.failed("#/x-apigateway-ratelimits/"+b.Name, err); err != nil {
			return err
		}
	}
	for _, b := range c.Policies.ACLs {
		err := run.addACL(b, replace)
		if err := run.failed("#/x-apigateway-access-controls/"+b.Name, err); err != nil {
			return err
		}
	}
	for _, b := range c.Policies.Authorizers {
		err := run.addAuthorizer(b, replace)
		if err := run.failed("#/securityDefinitions/"+b.Name, err); err != nil {
			return err
		}
	}
	return nil
}

// failed notes a refusal under a place in the document, and returns any other error.
func (run *importRun) failed(place string, err error) error {
	refused := refusalOf(err)
	if refused == nil {
		return err
	}
	run.result.Failure = append(run.result.Failure, ImportFailure{Path: shown(place), Code: refused.Code, Message: refused.Message})
	return nil
}

// apart returns the instance with policies of its own, to which an import adds what it makes before it is
// in the log. The instance itself stays as it is.
func (in *instance) apart() *instance {
	own := *in
	own.throttling.policies, own.throttling.names = maps.Clone(in.throttling.policies), maps.Clone(in.throttling.names)
	own.access.policies, own.access.names = maps.Clone(in.access.policies), maps.Clone(in.access.names)
	own.authorizers = authorizers{all: maps.Clone(in.authorizers.all), names: maps.Clone(in.authorizers.names)}
	return &own
}

func (run *importRun) addThrottle(b ThrottleBody, replace bool) error {
	if err := b.check(); err != nil {
		return err
	}
	old := run.in.throttling.policies[run.in.throttling.names[b.Name]]
	if old == nil {
		if err := run.in.roomForThrottle(b); err != nil {
			return err
		}
		t := Throttle{ID: run.m.NewID(), InstanceID: run.in.ID, ThrottleBody: b.whole(), CreateTime: run.m.Now}
		run.in.throttling.policies[t.ID], run.in.throttling.names[t.Name] = newThrottle(t), t.ID
		run.events = append(run.events, ThrottleCreated{t})
		return nil
	}
	if !replace {
		return nil
	}
	if err := run.in.checkRate(b); err != nil {
		return err
	}
	t := old.Throttle
	b.Remark = t.Remark // documents do not tell it
	t.ThrottleBody = b.whole()
	if changed := old.differences(t.ThrottleBody); changed != nil {
		run.events = append(run.events, ThrottleUpdated{t, changed})
	}
	return nil
}

func (run *importRun) addACL(b ACLBody, replace bool) error {
	if err := b.check(); err != nil {
		return err
	}
	old, exists := run.in.access.policies[run.in.access.names[b.Name]]
	switch {
	case !exists:
		if limit := run.in.quota(quotaACLs); len(run.in.access.policies) >= limit {
			return ErrTooManyACLs(limit)
		}
		a := ACL{ID: run.m.NewID(), InstanceID: run.in.ID, ACLBody: b, CreateTime: run.m.Now, UpdateTime: run.m.Now}
		run.in.access.policies[a.ID], run.in.access.names[a.Name] = a, a.ID
		run.events = append(run.events, ACLCreated{a})
	case !replace:
	case b.EntityType != old.EntityType:
		return ErrInvalidBecause("entity_type", "cannot be changed")
	default:
		changed := names(difference{"acl_type", b.Type != old.Type}, difference{"acl_value", b.Value != old.Value})
		if changed != nil {
			old.ACLBody, old.UpdateTime = b, run.m.Now
			run.events = append(run.events, ACLUpdated{old, changed})
		}
	}
	return nil
}

func (run *importRun) addAuthorizer(b AuthorizerBody, replace bool) error {
	old := run.in.authorizers.all[run.in.authorizers.names[b.Name]]
	if old != nil && !replace {
		return nil
	}
	if old == nil {
		b, err := run.in.authorizerBody(b, "")
		if err != nil {
			return err
		}
		if limit := run.in.quota(quotaAuthorizers); len(run.in.authorizers.all) >= limit {
			return ErrTooManyAuthorizers(limit)
		}
		a := Authorizer{ID: run.m.NewID(), InstanceID: run.in.ID, AuthorizerBody: b, CreateTime: run.m.Now, UpdateTime: run.m.Now}
		run.in.authorizers.all[a.ID], run.in.authorizers.names[a.Name] = &a, a.ID
		run.events = append(run.events, AuthorizerCreated{a})
		return nil
	}
	b.UserData, b.LDAPIID = old.UserData, old.LDAPIID // documents do not tell them
	b, err := run.in.authorizerBody(b, old.ID)
	if err != nil {
		return err
	}
	if b.Type != old.Type {
		return ErrInvalidBecause("type", "cannot be changed")
	}
	a := *old
	a.AuthorizerBody = b
	if changed := changedOfAuthorizer(old.AuthorizerBody, b); changed != nil {
		a.UpdateTime = run.m.Now
		run.events = append(run.events, AuthorizerUpdated{a, changed})
	}
	return nil
}

// authorized gives a definition the id of the authorizer that its document names.
func (run *importRun) authorized(item ImportItem) (Definition, error) {
	d := item.Definition
	if item.Authorizer == "" || d.AuthorizerID != "" {
		return d, nil
	}
	if d.AuthorizerID = run.in.authorizers.names[item.Authorizer]; d.AuthorizerID == "" {
		return d, ErrAuthorizerNotFound(item.Authorizer)
	}
	return d, nil
}
