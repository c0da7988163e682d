package apig

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

func aclBody(name, value, entity string) ACLBody {
	return ACLBody{Name: name, Type: "PERMIT", Value: value, EntityType: entity}
}

func aclNamed(id, name, entity string) ACL {
	value := map[string]string{"IP": "10.0.0.1", "DOMAIN": "acme", "DOMAIN_ID": "abc123"}[entity]
	return ACL{ID: id, InstanceID: gw, ACLBody: aclBody(name, value, entity), CreateTime: past, UpdateTime: past}
}

func anACL(id, name, entity string) history { return history{ACLCreated{aclNamed(id, name, entity)}} }

func aclBinding(id, aclID, entity, envID string) Binding {
	b := bindingOf(id, aclID, "a1", envID)
	b.Kind = entity
	return b
}

func guarded(id, aclID, entity, envID string) history {
	return history{ACLBound{Binding: aclBinding(id, aclID, entity, envID)}}
}

// aclSamples has one event of every type about access control policies, with every member set.
func aclSamples() []domain.Event {
	a := aclNamed("c1", "acl_demo", "IP")
	a.UpdateTime = now
	b := aclBinding("b1", "c1", "IP", "e1")
	return []domain.Event{
		ACLCreated{a}, ACLUpdated{a, []string{"acl_value"}}, ACLDeleted{InstanceID: gw, ACLID: "c1", Name: "acl_demo"},
		ACLBound{b, "b0"}, ACLUnbound{b},
	}
}

// drawAccess draws a command about access control policies for the property of states.
func drawAccess(t *rapid.T, in *instance) decision {
	pick := func(what string, known []string) string {
		slices.Sort(known)
		return rapid.SampledFrom(append(slices.Repeat(known, 10), "none")).Draw(t, what)
	}
	aclID := pick("acl", slices.Collect(maps.Keys(in.access.policies)))
	bindingID := pick("acl binding", slices.Collect(maps.Keys(in.access.bound.all)))
	publishID := pick("published", slices.Collect(maps.Keys(in.published)))
	body := aclNamed("", rapid.SampledFrom([]string{"inside", "outside"}).Draw(t, "acl name"),
		rapid.SampledFrom([]string{"IP", "DOMAIN"}).Draw(t, "entity")).ACLBody
	return rapid.SampledFrom([]decision{
		do((*State).CreateACL, CreateACL{gw, body}), do((*State).CreateACL, CreateACL{gw, body}),
		do((*State).UpdateACL, UpdateACL{gw, aclID, body}),
		do((*State).DeleteACL, DeleteACL{gw, aclID}),
		do((*State).DeleteACLs, DeleteACLs{gw, ActionDelete, DeleteACLsBody{[]string{aclID, "none"}}}),
		do((*State).BindACL, BindACL{gw, BindACLBody{aclID, []string{publishID}}}),
		do((*State).BindACL, BindACL{gw, BindACLBody{aclID, []string{publishID}}}),
		do((*State).UnbindACL, UnbindACL{gw, bindingID}),
		do((*State).UnbindACLs, UnbindACLs{gw, ActionDelete, UnbindACLsBody{[]string{bindingID, "none"}}}),
	}).Draw(t, "access")
}

// reindexACLs makes what an instance knows of access control anew. A binding to what is not published, or
// of a policy that is gone or of another type, is lost, and so shows as a difference.
func reindexACLs(fresh, in *instance) {
	for _, a := range in.access.policies {
		ACLCreated{a}.fold(fresh, domain.Recorded{})
	}
	for _, b := range in.access.bound.all {
		a := in.apis[b.APIID]
		if a == nil || in.access.policies[b.PolicyID].EntityType != b.Kind {
			continue
		}
		if _, published := a.inEffect[b.EnvID]; published {
			ACLBound{Binding: b}.fold(fresh, domain.Recorded{})
		}
	}
}

func TestCreateACL(t *testing.T) {
	t.Parallel()
	create := func(b ACLBody) decision { return do((*State).CreateACL, CreateACL{gw, b}) }
	want := ACL{ID: id(1), InstanceID: gw, ACLBody: aclBody("inside", "192.168.1.5,192.168.10.1", "IP"), CreateTime: now, UpdateTime: now}
	denial := aclBody("inside", "10.0.0.1", "IP")
	denial.Type = "FORBID"
	run(t, []scenario{
		{name: "§3.13.1: created", given: gateway(), when: create(want.ACLBody), then: []domain.Event{ACLCreated{want}}, answer: want},
		{name: "§3.13.1: names are unique", given: given(gateway(), anACL("c1", "inside", "DOMAIN")), when: create(want.ACLBody), refused: "APIG.3206"},
		{name: "§5.4: quota ACL_NUM_LIMIT", given: given(gateway(), aQuota("ACL_NUM_LIMIT", 1), anACL("c1", "other", "IP")),
			when: create(want.ACLBody), refused: "APIG.3112"},
		{name: "§3.13.1: the name is required", given: gateway(), when: create(aclBody("", "10.0.0.1", "IP")), refused: "APIG.2001"},
		{name: "§3.13.1: the name starts with a letter", given: gateway(), when: create(aclBody("_in", "10.0.0.1", "IP")), refused: "APIG.2011"},
		{name: "§3.13.1 ex: the type is PERMIT or DENY", given: gateway(), when: create(denial), refused: "APIG.2011"},
		{name: "§3.13.1: the value is required", given: gateway(), when: create(aclBody("inside", "", "IP")), refused: "APIG.2001"},
		{name: "unknown instance", when: create(want.ACLBody), refused: "APIG.3030"},
	})
}

// §3.13.1: what the values of each kind may be.
func TestACLValues(t *testing.T) {
	t.Parallel()
	many := func(value string, n int) string { return strings.Repeat(value+",", n-1) + value }
	for _, c := range []struct {
		entity, value, refused string
	}{
		{"IP", "10.0.0.1", ""}, {"IP", "10.0.0.0/8,10.0.0.1-10.0.0.9,::1", ""}, {"IP", many("10.0.0.1", 100), ""},
		{"IP", many("10.0.0.1", 101), "APIG.2011"}, {"IP", "10.0.0.1,", "APIG.2011"}, {"IP", "10.0.0", "APIG.2011"}, {"IP", "acme", "APIG.2011"},
		{"IP", "10.0.0.9-10.0.0.1", "APIG.2011"}, {"IP", "10.0.0.1, 10.0.0.2", "APIG.2011"},
		{"DOMAIN", "acme", ""}, {"DOMAIN", "acme corp,42nd", ""}, {"DOMAIN", strings.Repeat("a", 64), ""}, {"DOMAIN", strings.Repeat("a", 65), "APIG.2011"},
		{"DOMAIN", "12345", "APIG.2011"}, {"DOMAIN", "acme,", "APIG.2011"}, {"DOMAIN", "ümlaut", "APIG.2011"}, {"DOMAIN", "a\nb", "APIG.2011"},
		{"DOMAIN", many("abc", 256), ""}, {"DOMAIN", many("abc", 257), "APIG.2011"},
		{"DOMAIN_ID", "0123abcd,x-1_2", ""}, {"DOMAIN_ID", "a b", "APIG.2011"}, {"DOMAIN_ID", ",", "APIG.2011"}, {"DOMAIN_ID", many("a", 101), "APIG.2011"},
		{"GROUP", "acme", "APIG.2011"}, {"IP", strings.Repeat("1", 9000), "APIG.2011"},
	} {
		if got := domain.CodeOf(aclBody("inside", c.value, c.entity).check()); got != c.refused {
			t.Errorf("%s %.80q: refused with %q, want %q", c.entity, c.value, got, c.refused)
		}
	}
}

func TestUpdateACL(t *testing.T) {
	t.Parallel()
	update := func(id string, b ACLBody) decision { return do((*State).UpdateACL, UpdateACL{gw, id, b}) }
	two := given(gateway(), anACL("c1", "inside", "IP"), anACL("c2", "outside", "IP"))
	changed := aclNamed("c1", "indoors", "IP")
	changed.Type, changed.Value, changed.UpdateTime = "DENY", "10.0.0.2", now
	run(t, []scenario{
		{name: "§3.13.2: name, type and value change", given: two, when: update("c1", changed.ACLBody), answer: changed,
			then: []domain.Event{ACLUpdated{changed, []string{"acl_name", "acl_type", "acl_value"}}}},
		{name: "nothing new, nothing happens", given: two, when: update("c1", aclNamed("", "inside", "IP").ACLBody), answer: aclNamed("c1", "inside", "IP")},
		{name: "§3.13.2: entity_type stays", given: two, when: update("c1", aclNamed("", "inside", "DOMAIN").ACLBody), refused: "APIG.2011"},
		{name: "§3.13.1: names are unique", given: two, when: update("c1", aclNamed("", "outside", "IP").ACLBody), refused: "APIG.3206"},
		{name: "§3.13.2 ex: unknown", given: two, when: update("c3", changed.ACLBody), refused: "APIG.3006"},
		{name: "§3.13.1: the value must fit", given: two, when: update("c1", aclBody("inside", "acme", "IP")), refused: "APIG.2011"},
	})
}

func TestDeleteACL(t *testing.T) {
	t.Parallel()
	two := given(anAPIOnline(), anACL("c1", "inside", "IP"), anACL("c2", "outside", "IP"))
	bound := given(two, guarded("b1", "c1", "IP", ReleaseEnvID))
	del := do((*State).DeleteACL, DeleteACL{gw, "c1"})
	gone := func(id, name string) domain.Event { return ACLDeleted{InstanceID: gw, ACLID: id, Name: name} }
	many := func(action string, ids ...string) decision {
		return do((*State).DeleteACLs, DeleteACLs{gw, action, DeleteACLsBody{ids}})
	}
	failures := []ACLFailure{
		{"c1", "inside", "APIG.3447", "The access control policy has been bound to APIs"},
		{"c3", "", "APIG.3006", "Access control policy c3 does not exist"},
	}
	run(t, []scenario{
		{name: "§3.13.3: it goes", given: two, when: del, then: []domain.Event{gone("c1", "inside")}},
		{name: "§3.13.3: not while it is bound", given: bound, when: del, refused: "APIG.3447"},
		{name: "its API offline, it goes", given: given(bound, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: del, then: []domain.Event{gone("c1", "inside")}},
		{name: "§3.13.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3006"},
		{name: "§3.13.4: those that are bound stay", given: bound, when: many("delete", "c1", "c3", "c2", "c2"),
			then: []domain.Event{gone("c2", "outside")}, answer: DeleteACLsResult{1, failures}},
		{name: "§3.13.4 ex: the action is delete", given: bound, when: many("", "c2"), refused: "APIG.2011"},
		{name: "at most 1000 policies", given: bound, when: many("delete", make([]string, 1001)...), refused: "APIG.2011"},
	})
}

func TestBindACL(t *testing.T) {
	t.Parallel()
	bind := func(acl string, publishIDs ...string) decision {
		return do((*State).BindACL, BindACL{gw, BindACLBody{acl, publishIDs}})
	}
	ready := given(anAPIOnline(), anACL("c1", "inside", "IP"), anACL("c2", "outside", "IP"), anACL("c3", "friends", "DOMAIN"))
	bound := given(ready, guarded("b1", "c1", "IP", ReleaseEnvID))
	fresh := func(acl, entity string) Binding {
		b := aclBinding(id(1), acl, entity, ReleaseEnvID)
		b.BindTime = now
		return b
	}
	there := fresh("c2", "IP")
	there.EnvID = "e1"
	run(t, []scenario{
		{name: "§3.14.1: bound to a publication", given: ready, when: bind("c1", "publish of v1"), then: []domain.Event{ACLBound{Binding: fresh("c1", "IP")}}},
		{name: "§3.14.1: one of a type, the newest counts", given: bound, when: bind("c2", "publish of v1"), then: []domain.Event{ACLBound{fresh("c2", "IP"), "b1"}}},
		{name: "§3.14.1: one of another type beside it", given: bound, when: bind("c3", "publish of v1"), then: []domain.Event{ACLBound{Binding: fresh("c3", "DOMAIN")}}},
		{name: "§3.14.1: another environment may have another policy of that type", when: bind("c2", "publish of v2"),
			given: given(bound, anEnv("e1", "DEV"), published("v2", "a1", "g1", "e1", 4)), then: []domain.Event{ACLBound{Binding: there}}},
		{name: "bound already, nothing happens", given: bound, when: bind("c1", "publish of v1")},
		{name: "§3.14.1 ex: unknown policy", given: ready, when: bind("c4", "publish of v1"), refused: "APIG.3006"},
		{name: "§3.14.1: not published", given: ready, when: bind("c1", "none"), refused: "APIG.3015"},
		{name: "acl_id is required", given: ready, when: bind("", "publish of v1"), refused: "APIG.2001"},
		{name: "publish_ids is required", given: ready, when: bind("c1"), refused: "APIG.2001"},
	})
}

func TestUnbindACL(t *testing.T) {
	t.Parallel()
	bound := given(anAPIOnline(), anACL("c1", "inside", "IP"), guarded("b1", "c1", "IP", ReleaseEnvID))
	unbound := []domain.Event{ACLUnbound{aclBinding("b1", "c1", "IP", ReleaseEnvID)}}
	many := func(action string, ids ...string) decision {
		return do((*State).UnbindACLs, UnbindACLs{gw, action, UnbindACLsBody{ids}})
	}
	unknown := UnbindFailure{"b2", "APIG.3010", "The access control policy binding record does not exist"}
	run(t, []scenario{
		{name: "§3.14.2: unbound", given: bound, when: do((*State).UnbindACL, UnbindACL{gw, "b1"}), then: unbound},
		{name: "§3.14.2 ex: unknown", given: bound, when: do((*State).UnbindACL, UnbindACL{gw, "b2"}), refused: "APIG.3010"},
		{name: "§3.14.3: some are there, some are not", given: bound, when: many("delete", "b2", "b1"), then: unbound, answer: UnbindResult{1, []UnbindFailure{unknown}}},
		{name: "§3.14.3 ex: the action is delete", given: bound, when: many("offline", "b1"), refused: "APIG.2011"},
	})
}
