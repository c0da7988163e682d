package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateVariable(t *testing.T) {
	t.Parallel()
	create := func(name, groupID, envID, value string) decision {
		return do((*State).CreateVariable, CreateVariable{gw, VariableBody{Value: value, EnvID: envID, GroupID: groupID, Name: name}})
	}
	there := given(gateway(), aGroup("g1", "shop"), aGroup("g2", "bank"), anEnv("e1", "DEV"), aVariable("x1", "g1", "e1", "host", "a"))
	made := func(name, groupID, envID string) []domain.Event {
		return []domain.Event{VariableCreated{Variable{ID: id(1), InstanceID: gw, GroupID: groupID, EnvID: envID, Name: name, Value: "b"}}}
	}
	run(t, []scenario{
		{name: "§3.3.1: unique within group and environment", given: there, when: create("host", "g1", "e1", "b"), refused: "APIG.3303"},
		{name: "§3.3.1: another environment, another value", given: there, when: create("host", "g1", ReleaseEnvID, "b"), then: made("host", "g1", ReleaseEnvID)},
		{name: "§3.3.1: another group", given: there, when: create("host", "g2", "e1", "b"), then: made("host", "g2", "e1")},
		{name: "§3.3.1: names are case-sensitive", given: there, when: create("HOST", "g1", "e1", "b"), then: made("HOST", "g1", "e1")},
		{name: "§3.3.1: a name has 3 characters at least", given: there, when: create("ab", "g1", "e1", "b"), refused: "APIG.2011"},
		{name: "§3.3.1: a value is a piece of an address", given: there, when: create("port", "g1", "e1", "a b"), refused: "APIG.2011"},
		{name: "§3.3.1: all members are required", given: there, when: create("port", "", "e1", "b"), refused: "APIG.2001"},
		{name: "unknown group", given: there, when: create("port", "g3", "e1", "b"), refused: "APIG.3001"},
		{name: "§5.4: unknown environment", given: there, when: create("port", "g1", "e3", "b"), refused: "APIG.3003"},
		{name: "§5.4: quota VARIABLE_NUM_LIMIT of a group, over all environments", when: create("port", "g1", ReleaseEnvID, "b"),
			given: given(there, aQuota("VARIABLE_NUM_LIMIT", 1)), refused: "APIG.3106"},
	})
}

func TestDeleteVariable(t *testing.T) {
	t.Parallel()
	there := given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "a"))
	run(t, []scenario{
		{name: "§3.3.2: gone", given: there, when: do((*State).DeleteVariable, DeleteVariable{gw, "x1"}),
			then: []domain.Event{VariableDeleted{InstanceID: gw, VariableID: "x1", GroupID: "g1", EnvID: ReleaseEnvID, Name: "host"}}},
		{name: "§3.3.2 ex: unknown", given: there, when: do((*State).DeleteVariable, DeleteVariable{gw, "x2"}), refused: "APIG.3011"},
	})
}

// variableWorld has a variable host of g1 in DEV, and APIs that use it or do not.
func variableWorld() history {
	return given(
		gateway(), aGroup("g1", "shop"), anEnv("e1", "DEV"), aVariable("x1", "g1", "e1", "host", "old"), // 1 to 5
		aBackendAPI("a1", "g1", "first", "GET /1", "#host#:80"),            // 6
		aBackendAPI("a2", "g1", "second", "GET /2", "#host#:80"),           // 7
		aBackendAPI("a3", "g1", "other", "GET /3", "plain.example.com:80"), // 8
		published("v1", "a1", "g1", "e1", 6), published("v2", "a2", "g1", "e1", 7), published("v3", "a3", "g1", "e1", 8),
	)
}

func TestUpdateVariable(t *testing.T) {
	t.Parallel()
	update := do((*State).UpdateVariable, UpdateVariable{gw, "x1", VariableUpdateBody{"new"}})
	changed := VariableUpdated{
		Variable{ID: "x1", InstanceID: gw, GroupID: "g1", EnvID: "e1", Name: "host", Value: "new"}, []string{"variable_value"},
	}
	again := func(nth int, apiID, name string, at domain.Position) APIPublished {
		return APIPublished{
			Publication: Publication{
				InstanceID: gw, APIID: apiID, APIName: name, GroupID: "g1", EnvID: "e1", EnvName: "DEV",
				PublishID: id(2 * nth), VersionID: id(2*nth - 1), VersionNo: "20240501123000", PublishTime: now, DefinitionPosition: at,
			},
			Variables: map[string]string{"host": "x1"},
		}
	}
	run(t, []scenario{
		{name: "§3.3.5: the APIs that use it are published again", given: variableWorld(), when: update,
			then:   []domain.Event{changed, again(1, "a1", "first", 6), again(2, "a2", "second", 7)},
			answer: VariableResult{Variable: changed.Variable, Republished: 2}},
		{name: "§3.3.5: only those published in its environment", when: update,
			given: given(variableWorld(), offline("v1", "a1", "g1", "e1", 6), published("v4", "a1", "g1", ReleaseEnvID, 6)),
			then:  []domain.Event{changed, again(1, "a2", "second", 7)}},
		{name: "§3.3.5: with the definition that is in effect, not the draft", when: update,
			given: given(variableWorld(), redefined("a1", httpAPI("g1", "first", "GET /1", "plain.example.com"))),
			then:  []domain.Event{changed, again(1, "a1", "first", 6), again(2, "a2", "second", 7)}},
		{name: "a draft that uses it is not what is called", when: update,
			given: given(variableWorld(), offline("v1", "a1", "g1", "e1", 6), offline("v2", "a2", "g1", "e1", 7),
				redefined("a3", httpAPI("g1", "other", "GET /3", "#host#"))),
			then: []domain.Event{changed}},
		{name: "a switch back to a version that uses it counts", when: update,
			given: given(variableWorld(), offline("v2", "a2", "g1", "e1", 7),
				redefined("a1", httpAPI("g1", "first", "GET /1", "plain.example.com")), published("v5", "a1", "g1", "e1", 13),
				history{APIVersionSwitched{publication("v1", "a1", "g1", "e1", 6)}}),
			then: []domain.Event{changed, again(1, "a1", "first", 6)}},
		{name: "what was published again still uses it", when: update,
			given: given(variableWorld(), offline("v2", "a2", "g1", "e1", 7),
				redefined("a1", httpAPI("g1", "first", "GET /1", "plain.example.com")), published("v5", "a1", "g1", "e1", 6)),
			then: []domain.Event{changed, again(1, "a1", "first", 6)}},
		{name: "the same value changes nothing", given: variableWorld(), when: do((*State).UpdateVariable, UpdateVariable{gw, "x1", VariableUpdateBody{"old"}})},
		{name: "§3.3.5: only the value, by its rule", given: variableWorld(), refused: "APIG.2011",
			when: do((*State).UpdateVariable, UpdateVariable{gw, "x1", VariableUpdateBody{"a b"}})},
		{name: "unknown", given: gateway(), when: update, refused: "APIG.3011"},
		{name: "nothing to continue", given: variableWorld(), when: do((*State).RepublishForVariable, RepublishForVariable{gw, "x1"})},
		{name: "nothing to continue with", given: gateway(), when: do((*State).RepublishForVariable, RepublishForVariable{gw, "x1"}), refused: "APIG.3011"},
	})
}

// A variable that more APIs use than one append holds is published again in several commands; what
// happens in between is not undone.
func TestUpdateVariableInParts(t *testing.T) {
	t.Parallel()
	h := given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "old"))
	const users = 2100
	for i := range users {
		name := fmt.Sprintf("api-%04d", i)
		h = given(h, aBackendAPI(name, "g1", name, "GET /"+name, "#host#"))
		h = given(h, published("v-"+name, name, "g1", ReleaseEnvID, domain.Position(len(h))))
	}
	s := h.state()
	apply := func(events []domain.Event) {
		for _, ev := range events {
			s.Apply(domain.Recorded{Position: 99_999, ID: "later", Event: ev})
		}
	}
	result, events, err := s.UpdateVariable(moment(), UpdateVariable{gw, "x1", VariableUpdateBody{"new"}})
	if err != nil || len(events) != 1000 || result.Republished != 999 || result.Remaining != users-999 {
		t.Fatalf("first part: %d events, %d again, %d remain, %v", len(events), result.Republished, result.Remaining, err)
	}
	apply(events)
	if diff := cmp.Diff([]RepublishForVariable{{gw, "x1"}}, s.PendingRepublications()); diff != "" {
		t.Fatalf("pending:\n%s", diff)
	}
	last := fmt.Sprintf("api-%04d", users-1)
	apply(offline("v-"+last, last, "g1", ReleaseEnvID, 0))
	for _, want := range []VariableResult{{Republished: 1000, Remaining: users - 999 - 1000 - 1}, {Republished: users - 999 - 1000 - 1}} {
		want.Variable = result.Variable
		got, events, err := s.RepublishForVariable(moment(), RepublishForVariable{gw, "x1"})
		if diff := cmp.Diff(want, got); diff != "" || err != nil || len(events) != want.Republished {
			t.Fatalf("next part: %d events, %v\n%s", len(events), err, diff)
		}
		apply(events)
	}
	if pending := s.PendingRepublications(); pending != nil {
		t.Errorf("still pending: %v", pending)
	}
}
