package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func aclCalled(name, entity string) apig.ACL {
	return apig.ACL{ID: "c-" + name, InstanceID: pastInstance, CreateTime: pastBegan, UpdateTime: pastBegan, ACLBody: apig.ACLBody{
		Name: name, Type: "PERMIT", Value: "10.0.0.1", EntityType: entity,
	}}
}

func aclBindingTo(id, policyID, entity string) apig.Binding {
	b := bindingTo(id, policyID, apig.ReleaseEnvID)
	b.Kind = entity
	return b
}

// §3.14.1: a place has one policy of an entity type; §3.13.6: what is counted of a policy.
func TestACLRows(t *testing.T) {
	t.Parallel()
	ip, again, names := aclBindingTo("b1", "c-inside", "IP"), aclBindingTo("b2", "c-outside", "IP"), aclBindingTo("b3", "c-friends", "DOMAIN")
	changed := aclCalled("inside", "IP")
	changed.Value = "10.0.0.2"
	for name, c := range map[string]struct {
		then []domain.Event
		want []string
	}{
		"two types":     {nil, []string{"b1", "b3"}},
		"one of a type": {[]domain.Event{apig.ACLBound{Binding: again, Replaced: "b1"}}, []string{"b2", "b3"}},
		"unbound":       {[]domain.Event{apig.ACLUnbound{Binding: names}}, []string{"b1"}},
		"deleted":       {[]domain.Event{apig.ACLUnbound{Binding: names}, apig.ACLDeleted{InstanceID: pastInstance, ACLID: "c-friends"}}, []string{"b1"}},
		"API offline":   {[]domain.Event{apig.APITakenOffline{Publication: record("v1", apig.ReleaseEnvID, 5)}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			at := p.has(created("one"))
			p.has(published("v1", apig.ReleaseEnvID, at), apig.ACLCreated{ACL: aclCalled("inside", "IP")}, apig.ACLUpdated{ACL: changed},
				apig.ACLCreated{ACL: aclCalled("outside", "IP")}, apig.ACLCreated{ACL: aclCalled("friends", "DOMAIN")},
				apig.ACLBound{Binding: ip}, apig.ACLBound{Binding: names})
			p.has(c.then...)
			if diff := cmp.Diff(c.want, p.project().bindingIDs()); diff != "" {
				t.Errorf("bindings (-want +got):\n%s", diff)
			}
			got, err := p.ACL(t.Context(), pastIn, "c-inside")
			if err != nil || got.Value != "10.0.0.2" || (got.BindNum == 1) != (len(c.want) > 0 && c.want[0] == "b1") {
				t.Errorf("the policy is %+v, %v", got, err)
			}
		})
	}
}
