package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateGroup(t *testing.T) {
	t.Parallel()
	create := func(b GroupBody) decision { return do((*State).CreateGroup, CreateGroup{gw, b}) }
	want := Group{
		ID: id(1), InstanceID: gw, Name: "shop", Remark: "all of it",
		SLDomainAccessEnabled: true, RegisterTime: now, UpdateTime: now,
	}
	run(t, []scenario{
		{name: "§3.1.1: created, its subdomain open", given: gateway(), when: create(GroupBody{Name: "shop", Remark: "all of it"}),
			then: []domain.Event{GroupCreated{want}}, answer: want},
		{name: "§3.1.1: names are unique", given: given(gateway(), aGroup("g1", "shop")), when: create(GroupBody{Name: "shop"}), refused: "APIG.3201"},
		{name: "a name is unique in its instance only", when: do((*State).CreateGroup, CreateGroup{"gw2", GroupBody{Name: "shop"}}),
			given: given(gateway(), instanceNamed("gw2", "second"), aGroup("g1", "shop")),
			then: []domain.Event{GroupCreated{Group{
				ID: id(1), InstanceID: "gw2", Name: "shop", SLDomainAccessEnabled: true, RegisterTime: now, UpdateTime: now,
			}}}},
		{name: "§3.1.1: the name is required", given: gateway(), when: create(GroupBody{}), refused: "APIG.2001"},
		{name: "§3.1.1: the name has 3 to 255 characters", given: gateway(), when: create(GroupBody{Name: "ab"}), refused: "APIG.2011"},
		{name: "§3.1.1: version V2 is not supported", given: gateway(), when: create(GroupBody{Name: "shop", Version: "V2"}), refused: "APIG.2011"},
		{name: "§5.4: quota APIGROUP_NUM_LIMIT", when: create(GroupBody{Name: "shop"}), refused: "APIG.3101",
			given: given(gateway(), aQuota("APIGROUP_NUM_LIMIT", 1), aGroup("g1", "other"))},
	})
}

func TestUpdateGroup(t *testing.T) {
	t.Parallel()
	update := func(id string, b GroupUpdateBody) decision {
		return do((*State).UpdateGroup, UpdateGroup{gw, id, b})
	}
	remark := "new"
	renamed := groupNamed("g1", "store")
	renamed.Remark, renamed.UpdateTime = "new", now
	two := given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank"))
	run(t, []scenario{
		{name: "§3.1.2: name and remark change", given: two, when: update("g1", GroupUpdateBody{Name: "store", Remark: &remark}),
			then: []domain.Event{GroupUpdated{renamed, []string{"name", "remark"}}}, answer: renamed},
		{name: "nothing new, nothing happens", given: two, when: update("g1", GroupUpdateBody{Name: "shop"}), answer: groupNamed("g1", "shop")},
		{name: "§3.1.1: names are unique", given: two, when: update("g1", GroupUpdateBody{Name: "bank"}), refused: "APIG.3201"},
		{name: "a name given up is free", when: update("g2", GroupUpdateBody{Name: "shop"}),
			given: given(two, history{GroupUpdated{groupNamed("g1", "store"), []string{"name"}}}),
			then:  []domain.Event{GroupUpdated{updatedGroup("g2", "shop"), []string{"name"}}}},
		{name: "§3.1.2 ex: unknown", given: two, when: update("g3", GroupUpdateBody{Name: "store"}), refused: "APIG.3001"},
		{name: "the name is required", given: two, when: update("g1", GroupUpdateBody{}), refused: "APIG.2001"},
	})
}

func updatedGroup(id, name string) Group {
	g := groupNamed(id, name)
	g.UpdateTime = now
	return g
}

func TestDeleteGroup(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteGroup, DeleteGroup{gw, "g1"})
	gone := []domain.Event{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}}
	group := given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank"))
	withAPI := given(group, anAPI("a1", "g1", "list", "GET /list"))
	// The definition is the fifth event; published in g1, the API then moves to g2.
	moved := given(withAPI, published("v1", "a1", "g1", ReleaseEnvID, 5), redefined("a1", mockAPI("g2", "list", "GET /list")))
	run(t, []scenario{
		{name: "§3.1.3: an empty one goes", given: group, when: del, then: gone},
		{name: "§3.1.3: its variables go with it", given: given(group, aVariable("x1", "g1", ReleaseEnvID, "host", "h")), when: del, then: gone},
		{name: "§3.1.3: not while it has APIs", given: withAPI, when: del, refused: "APIG.3415"},
		{name: "§3.1.3: its APIs gone, it goes", when: del, then: gone,
			given: given(withAPI, history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}})},
		{name: "§3.1.3: not while a moved API is called through it", given: moved, when: del, refused: "APIG.3415"},
		{name: "the moved API published anew, it goes", when: del, then: gone,
			given: given(moved, published("v2", "a1", "g2", ReleaseEnvID, 7))},
		{name: "the moved API offline, it goes", when: del, then: gone,
			given: given(moved, offline("v1", "a1", "g1", ReleaseEnvID, 5))},
		{name: "unknown", given: gateway(), when: del, refused: "APIG.3001"},
	})
}

func TestDeletedGroupLeavesNothing(t *testing.T) {
	t.Parallel()
	s := given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "h"),
		history{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}}).state()
	in := s.instances[gw]
	if n := len(in.groups) + len(in.groupNames) + len(in.variables) + len(in.variableIDs) + len(in.envs[ReleaseEnvID].variables); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}
