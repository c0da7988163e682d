package apig

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func publish(apiID, envID string) decision {
	return do((*State).PublishAPI, PublishAPI{gw, PublicationBody{Action: "online", EnvID: envID, APIID: apiID, Remark: "go"}})
}

func takeOffline(apiID, envID string) decision {
	return do((*State).OfflineAPI, OfflineAPI{gw, PublicationBody{Action: "offline", EnvID: envID, APIID: apiID}})
}

// online is the publication that a command makes: its nth.
func online(nth int, apiID, name, groupID, envID, envName string, at domain.Position) Publication {
	return Publication{
		InstanceID: gw, APIID: apiID, APIName: name, GroupID: groupID, EnvID: envID, EnvName: envName,
		PublishID: id(2 * nth), VersionID: id(2*nth - 1), VersionNo: "20240501123000", Remark: "go", PublishTime: now, DefinitionPosition: at,
	}
}

func TestPublishAPI(t *testing.T) {
	t.Parallel()
	first := online(1, "a1", "list", "g1", ReleaseEnvID, "RELEASE", 4)
	second := online(1, "a1", "catalog", "g1", ReleaseEnvID, "RELEASE", 6)
	body := func(b PublicationBody) decision { return do((*State).PublishAPI, PublishAPI{gw, b}) }
	web := given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "h"), anEnv("e1", "DEV"),
		aBackendAPI("a1", "g1", "list", "GET /list", "#host#:#port#"))
	run(t, []scenario{
		{name: "§3.5.4: a version of the draft, where the log has it", given: shop(), when: publish("a1", ReleaseEnvID),
			then: []domain.Event{APIPublished{Publication: first}}, answer: first},
		{name: "§3.5.12: the draft of now", when: publish("a1", ReleaseEnvID),
			given: given(shop(), redefined("a1", mockAPI("g1", "catalog", "GET /list"))),
			then:  []domain.Event{APIPublished{Publication: second}}},
		{name: "§3.5.11: every publication makes a version", when: publish("a1", ReleaseEnvID),
			given: given(shop(), published("v1", "a1", "g1", ReleaseEnvID, 4)), then: []domain.Event{APIPublished{Publication: first}}},
		{name: "§3.3.1: with the variables that the environment has", given: web, when: publish("a1", ReleaseEnvID),
			then: []domain.Event{APIPublished{online(1, "a1", "list", "g1", ReleaseEnvID, "RELEASE", 6), map[string]string{"host": "x1"}}}},
		{name: "… and no others", given: web, when: publish("a1", "e1"),
			then: []domain.Event{APIPublished{Publication: online(1, "a1", "list", "g1", "e1", "DEV", 6)}}},
		{name: "§3.3.1: nor those of another group", given: given(web, aGroup("g2", "bank"), aVariable("x2", "g2", ReleaseEnvID, "port", "80")),
			when: publish("a1", ReleaseEnvID), then: []domain.Event{
				APIPublished{online(1, "a1", "list", "g1", ReleaseEnvID, "RELEASE", 6), map[string]string{"host": "x1"}},
			}},
		{name: "§3.5.4 ex: unknown API", given: shop(), when: publish("a2", ReleaseEnvID), refused: "APIG.3002"},
		{name: "unknown environment", given: shop(), when: publish("a1", "e2"), refused: "APIG.3003"},
		{name: "§3.5.4: the environment is required", given: shop(), when: publish("a1", ""), refused: "APIG.2001"},
		{name: "§3.5.4 ex: action", given: shop(), when: body(PublicationBody{Action: "on", APIID: "a1", EnvID: ReleaseEnvID}), refused: "APIG.2011"},
		{name: "the other action", given: shop(), when: body(PublicationBody{Action: "offline", APIID: "a1", EnvID: ReleaseEnvID}), refused: "APIG.2011"},
	})
}

func TestOfflineAPI(t *testing.T) {
	t.Parallel()
	there := given(shop(), anEnv("e1", "DEV"), published("v1", "a1", "g1", ReleaseEnvID, 4))
	ended := publication("v1", "a1", "g1", ReleaseEnvID, 4)
	run(t, []scenario{
		{name: "§3.5.4: out of the environment", given: there, when: takeOffline("a1", ReleaseEnvID),
			then: []domain.Event{APITakenOffline{ended}}, answer: ended},
		{name: "not published there", given: there, when: takeOffline("a1", "e1"), refused: "APIG.3015"},
		{name: "offline already", given: given(there, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: takeOffline("a1", ReleaseEnvID), refused: "APIG.3015"},
		{name: "unknown API", given: there, when: takeOffline("a2", ReleaseEnvID), refused: "APIG.3002"},
		{name: "unknown environment", given: there, when: takeOffline("a1", "e2"), refused: "APIG.3003"},
	})
}

// A definition that is decided but not yet in the log has no position that a version could name.
func TestPublishNeedsThePositionOfTheDraft(t *testing.T) {
	t.Parallel()
	s := shop().state()
	change := func(eventID, name string) domain.Recorded {
		return domain.Recorded{ID: eventID, Event: redefined("a1", mockAPI("g1", name, "GET /list"))[0]}
	}
	position := func() domain.Position {
		t.Helper()
		p, _, err := s.PublishAPI(moment(), PublishAPI{gw, PublicationBody{Action: "online", EnvID: ReleaseEnvID, APIID: "a1"}})
		if err != nil && !errors.Is(err, domain.ErrNotPlaced) {
			t.Fatal(err)
		}
		return p.DefinitionPosition
	}
	placed := func(rec domain.Recorded, at domain.Position) {
		rec.Position = at
		s.Placed(rec)
	}
	one, two := change("one", "first"), change("two", "second")
	steps := []struct {
		name string
		do   func()
		want domain.Position // 0: ErrNotPlaced
	}{
		{"the draft is in the log", func() {}, 4},
		{"a change is not", func() { s.Apply(one) }, 0},
		{"nor is a second one", func() { s.Apply(two) }, 0},
		{"the first one is now, but it is not the draft", func() { placed(one, 10) }, 0},
		{"the second one is", func() { placed(two, 11) }, 11},
		{"the first one again changes nothing", func() { placed(one, 10) }, 11},
	}
	for _, step := range steps {
		step.do()
		if got := position(); got != step.want {
			t.Fatalf("%s: position %d, want %d", step.name, got, step.want)
		}
	}
}

func TestPlacedIsAppliedWithPosition(t *testing.T) {
	t.Parallel()
	records := given(variableWorld(), redefined("a1", mockAPI("g1", "catalog", "GET /list")), instanceNamed("gw2", "second")).records()
	direct, late := NewState("project"), NewState("project")
	for _, rec := range records {
		direct.Apply(rec)
		unplaced := rec
		unplaced.Position = 0
		late.Apply(unplaced)
		late.Placed(rec)
	}
	if diff := cmp.Diff(direct, late, wholeState); diff != "" {
		t.Errorf("states differ:\n%s", diff)
	}
	late.Placed(domain.Recorded{Event: APICreated{API{ID: "a1", InstanceID: "gone"}}})
	late.Apply(domain.Recorded{Event: GroupCreated{Group{ID: "g9", InstanceID: "gone"}}})
	if diff := cmp.Diff(direct, late, wholeState); diff != "" {
		t.Errorf("an event about an unknown instance changed something:\n%s", diff)
	}
}

// Events about things that are not there change nothing and do not panic: the fold takes any log.
func TestFoldTakesAnything(t *testing.T) {
	t.Parallel()
	want := gateway().state()
	s := gateway().state()
	for _, ev := range eventSamples() {
		if slices.Contains(neverMisplaced, ev.EventType()) {
			continue
		}
		s.Apply(domain.Recorded{Position: 9, ID: "x", Event: ev})
	}
	if diff := cmp.Diff(want, s, wholeState); diff != "" {
		t.Errorf("changed:\n%s", diff)
	}
}

// neverMisplaced are the events that need nothing but the instance.
var neverMisplaced = []string{
	"apig.instance.requested", "apig.instance.deleted", "apig.group.created", "apig.env.created", "apig.api.created",
	"apig.feature.configured", "apig.quota.set",
}
