package apig

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// store is a group with an API that is published with a variable, and has an edited draft.
func store() history {
	return given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "10.0.0.1"),
		aBackendAPI("a1", "g1", "list", "GET /list", "#host#"), // position 5
		history{APIPublished{Publication: publication("v1", "a1", "g1", ReleaseEnvID, 5), Variables: map[string]string{"host": "x1"}}},
		redefined("a1", httpAPI("g1", "list", "GET /list/all", "#host#")))
}

func goneAPI(id, group, name string) history {
	return history{APIDeleted{InstanceID: gw, APIID: id, GroupID: group, Name: name}}
}

func storeClosed() history {
	return given(store(), offline("v1", "a1", "g1", ReleaseEnvID, 5), goneAPI("a1", "g1", "list"),
		history{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}})
}

// restoring decides on restoring g1 to what it was at the end of a history.
func restoreOf(was history, dryRun bool) decision {
	return func(s *State, m *domain.Moment) (any, []domain.Event, error) {
		return s.RestoreGroup(m, RestoreGroup{InstanceID: gw, Then: thenOf(was).group("g1", s), DryRun: dryRun})
	}
}

func TestRestoreGroup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		was, since history
		want       []string // types of events
	}{
		{"what is as it was causes nothing", store(), nil, nil},
		{"another draft is changed back", store(), redefined("a1", httpAPI("g1", "list", "GET /other", "10.0.0.9")), []string{"apig.api.updated"}},
		{"what did not exist then goes", store(), given(anAPI("a2", "g1", "more", "GET /more"), published("v2", "a2", "g1", ReleaseEnvID, 8)),
			[]string{"apig.api.taken_offline", "apig.api.deleted"}},
		{"a version that is there is switched to", store(), published("v2", "a1", "g1", ReleaseEnvID, 7), []string{"apig.api.version_switched"}},
		{"what was taken offline is switched to", store(), offline("v1", "a1", "g1", ReleaseEnvID, 5), []string{"apig.api.version_switched"}},
		{"what was published nowhere is taken offline", given(gateway(), aGroup("g1", "shop"), anAPI("a1", "g1", "list", "GET /list")),
			published("v2", "a1", "g1", ReleaseEnvID, 4), []string{"apig.api.taken_offline"}},
		{"all that is gone comes again", store(), storeClosed()[len(store()):],
			[]string{"apig.group.created", "apig.variable.created", "apig.api.created", "apig.api.published"}},
		{"the value of a variable, and what runs with it", store(), history{
			VariableUpdated{Variable{ID: "x1", InstanceID: gw, GroupID: "g1", EnvID: ReleaseEnvID, Name: "host", Value: "10.0.0.2"}, []string{"variable_value"}},
			APIPublished{Publication: publication("v2", "a1", "g1", ReleaseEnvID, 5), Variables: map[string]string{"host": "x1"}},
		}, []string{"apig.variable.updated", "apig.api.version_switched"}},
		{"a variable of the same name is another one", store(), given(
			history{VariableDeleted{InstanceID: gw, VariableID: "x1", GroupID: "g1", EnvID: ReleaseEnvID, Name: "host"}},
			aVariable("x2", "g1", ReleaseEnvID, "host", "10.0.0.2")), []string{"apig.variable.deleted", "apig.variable.created"}},
		{"a version keeps values that no variable has any more", given(store(),
			history{VariableDeleted{InstanceID: gw, VariableID: "x1", GroupID: "g1", EnvID: ReleaseEnvID, Name: "host"}}), storeClosed()[len(store()):],
			[]string{"apig.group.created", "apig.api.created", "apig.variable.created", "apig.api.published", "apig.variable.deleted"}},
		{"the group's name and responses", given(store(), history{ResponseCreated{responseOf("r1", "house", nil)}}), history{
			GroupUpdated{groupNamed("g1", "store"), []string{"name"}},
			ResponseDeleted{InstanceID: gw, GroupID: "g1", ResponseID: "r1", Name: "house"},
			ResponseUpdated{DefaultResponseOf(groupNamed("g1", "store")).with("THROTTLED"), []string{"responses"}},
			ResponseCreated{responseOf("r2", "house", nil)},
		}, []string{"apig.group.updated", "apig.response.deleted", "apig.response.updated", "apig.response.created"}},
		{"APIs that exchanged their routes get them back", given(store(), anAPI("a2", "g1", "more", "GET /more")), given(
			redefined("a1", mockAPI("g1", "list", "GET /free")), redefined("a2", mockAPI("g1", "more", "GET /list/all")),
			redefined("a1", mockAPI("g1", "list", "GET /more"))), []string{"apig.api.updated", "apig.api.updated"}},
		{"an API that moved comes back", store(), given(aGroup("g2", "bank"), redefined("a1", httpAPI("g2", "list", "GET /list/all", "#host#"))), []string{"apig.api.updated"}},
		{"and one that came goes back", given(store(), aGroup("g2", "bank"), anAPI("a2", "g2", "more", "GET /more")),
			redefined("a2", mockAPI("g1", "more", "GET /more")), []string{"apig.api.updated"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := given(c.was, c.since)
			_, events, err := restoreOf(c.was, false)(now.state(), moment())
			if err != nil {
				t.Fatal(err)
			}
			types := []string{}
			for _, ev := range events {
				types = append(types, ev.EventType())
			}
			if diff := cmp.Diff(c.want, types, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			sameGroup(t, c.was, given(now, events))
		})
	}
}

// with returns the response with an answer of its own to a type of error.
func (r Response) with(name string) Response {
	r.Responses = map[string]ResponseInfo{name: {Status: 503, Body: "later"}}
	return r
}

// failing is what tests and properties fail with.
type failing interface {
	Helper()
	Errorf(format string, args ...any)
}

// sameGroup compares what g1 is after a restoration with what it was.
func sameGroup(t failing, was, is history) {
	t.Helper()
	if diff := cmp.Diff(was.drafts("g1"), is.drafts("g1")); diff != "" {
		t.Errorf("drafts (-then +restored):\n%s", diff)
	}
	var ids []string
	for id := range was.drafts("g1") {
		ids = append(ids, id)
	}
	if diff := cmp.Diff(was.online(ids), is.online(ids)); diff != "" {
		t.Errorf("what runs (-then +restored):\n%s", diff)
	}
	before, after := thenOf(was).group("g1", is.state()), thenOf(is).group("g1", is.state())
	if diff := cmp.Diff(before.Variables, after.Variables, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("variables (-then +restored):\n%s", diff)
	}
	anyTime := cmpopts.IgnoreFields(Response{}, "UpdateTime")
	if diff := cmp.Diff(before.Responses, after.Responses, cmpopts.EquateEmpty(), anyTime); diff != "" {
		t.Errorf("responses (-then +restored):\n%s", diff)
	}
	plan, _, err := restoreOf(was, true)(is.state(), domain.NewMoment(now, "again"))
	if err != nil || plan.(RestorePlan).Events != 0 {
		text, _ := json.Marshal(plan)
		t.Errorf("to restore it again takes: %s, %v", text, err)
	}
}

func TestRestoreRefusals(t *testing.T) {
	t.Parallel()
	used := httpAPI("g1", "list", "GET /list", "")
	used.AuthType, used.AuthorizerID = "AUTHORIZER", "z1"
	login := given(gateway(), aGroup("g1", "shop"), history{AuthorizerCreated{Authorizer{ID: "z1", InstanceID: gw, AuthorizerBody: AuthorizerBody{Name: "login", Type: AuthorizerFrontend}}},
		APICreated{API{ID: "a1", InstanceID: gw, Definition: used}}})
	inDev := given(gateway(), aGroup("g1", "shop"), anEnv("e1", "DEV"), anAPI("a1", "g1", "list", "GET /list"), published("v1", "a1", "g1", "e1", 5),
		aVariable("x1", "g1", "e1", "host", "h"))
	for _, c := range []struct {
		name       string
		was, since history
		codes      []string
	}{
		{"the name is another group's by now", store(), given(storeClosed()[len(store()):], aGroup("g2", "shop")), []string{"APIG.3201"}},
		{"no room for a group", store(), given(storeClosed()[len(store()):], aQuota("APIGROUP_NUM_LIMIT", 0)), []string{"APIG.3101"}},
		{"no room for its APIs and variables", store(), given(storeClosed()[len(store()):], aQuota("API_NUM_LIMIT", 0), aQuota("API_NUM_LIMIT_PER_GROUP", 0),
			aQuota("VARIABLE_NUM_LIMIT", 0)), []string{"APIG.3106", "APIG.3102", "APIG.3125"}},
		{"the authorizer is gone", login, given(goneAPI("a1", "g1", "list"), history{AuthorizerDeleted{InstanceID: gw, AuthorizerID: "z1", Name: "login"}}), []string{"APIG.3081"}},
		{"the environment is gone", inDev, given(offline("v1", "a1", "g1", "e1", 5), history{EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"}}), []string{"APIG.3003", "APIG.3003"}},
		{"the API's other group took its name", given(store(), aGroup("g2", "bank"), anAPI("a2", "g2", "more", "GET /more")),
			given(redefined("a2", mockAPI("g1", "more", "GET /more")), anAPI("a3", "g2", "more", "GET /much")), []string{"APIG.3202"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			state := given(c.was, c.since).state()
			plan, events, err := restoreOf(c.was, true)(state, moment())
			if err != nil || len(events) > 0 {
				t.Fatalf("a dry run: %d events, %v", len(events), err)
			}
			var codes []string
			for _, reason := range plan.(RestorePlan).Refused {
				codes = append(codes, reason.Code)
			}
			if diff := cmp.Diff(c.codes, codes); diff != "" {
				t.Errorf("reasons (-want +got):\n%s\n%v", diff, plan.(RestorePlan).Refused)
			}
			_, events, err = restoreOf(c.was, false)(state, moment())
			if domain.CodeOf(err) != CodeRestoreRefused || len(events) > 0 {
				t.Errorf("%d events, %v", len(events), err)
			}
			for _, reason := range plan.(RestorePlan).Refused {
				if !strings.Contains(err.Error(), reason.String()) {
					t.Errorf("the refusal lacks %s: %v", reason, err)
				}
			}
		})
	}
}

func TestRestoreOfTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	was, since := given(gateway(), aGroup("g1", "shop")), history{}
	for n := range maxEvents {
		id := fmt.Sprint("api", n)
		was = given(was, anAPI(id, "g1", id, "GET /"+id))
		since = given(since, goneAPI(id, "g1", id))
	}
	since = given(since, history{GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}})
	state := given(was, since).state()
	if _, _, err := restoreOf(was, false)(state, moment()); domain.CodeOf(err) != domain.CodeTooLarge {
		t.Errorf("%v", err)
	}
	plan, _, err := restoreOf(was, true)(state, moment())
	if p := plan.(RestorePlan); err != nil || p.Events != maxEvents+1 || len(p.Refused) != 1 || p.Refused[0].Code != domain.CodeTooLarge {
		t.Errorf("a dry run says %d events, %v, %v", p.Events, p.Refused, err)
	}
}

func TestRestoreNoticesWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	read := thenOf(store()).group("g1", store().state())
	state := given(store(), anAPI("a2", "g1", "more", "GET /more")).state()
	if _, _, err := state.RestoreGroup(moment(), RestoreGroup{InstanceID: gw, Then: read}); domain.CodeOf(err) != domain.CodeConflict {
		t.Errorf("%v", err)
	}
}

func TestRestoreBindsWhatIsStillThere(t *testing.T) {
	t.Parallel()
	bound := func(id, policy string) Binding {
		return Binding{ID: id, InstanceID: gw, PolicyID: policy, APIID: "a1", EnvID: ReleaseEnvID, BindTime: past}
	}
	slow := ThrottleCreated{Throttle{ID: "t1", InstanceID: gw, ThrottleBody: ThrottleBody{Name: "slow"}}}
	fast := ThrottleCreated{Throttle{ID: "t2", InstanceID: gw, ThrottleBody: ThrottleBody{Name: "fast"}}}
	sign := SignatureCreated{Signature{ID: "s1", InstanceID: gw, Name: "sign"}}
	was := given(store(), history{slow, fast, sign, ThrottleBound{Binding: bound("b1", "t1")}, SignatureBound{Binding: bound("b2", "s1")}})
	signGone := SignatureDeleted{InstanceID: gw, SignID: "s1", Name: "sign"}

	now := given(was, storeClosed()[len(store()):], history{signGone})
	plan, events, err := restoreOf(was, false)(now.state(), moment())
	if err != nil {
		t.Fatal(err)
	}
	again := bound("b1", "t1")
	again.BindTime = moment().Now
	if last := events[len(events)-1]; last != (ThrottleBound{Binding: again}) {
		t.Errorf("the policy: %+v", last)
	}
	if left := plan.(RestorePlan).LeftOut; len(left) != 1 || left[0].Kind != FamilySignature || left[0].ID != "s1" {
		t.Errorf("left out: %+v", left)
	}
	now = given(was, history{ThrottleBound{bound("b3", "t2"), "b1"}})
	if _, events, err = restoreOf(was, false)(now.state(), moment()); err != nil || len(events) != 1 || events[0] != (ThrottleBound{again, "b3"}) {
		t.Errorf("one that gave way: %v, %v", events, err)
	}
	unbound := given(store(), history{slow, fast, sign})
	if _, events, err = restoreOf(unbound, false)(was.state(), moment()); err != nil ||
		!slices.Equal(events, []domain.Event{ThrottleUnbound{bound("b1", "t1")}, SignatureUnbound{bound("b2", "s1")}}) {
		t.Errorf("what was not bound: %v, %v", events, err)
	}
}

func TestRestoreAPI(t *testing.T) {
	t.Parallel()
	gone := given(store(), offline("v1", "a1", "g1", ReleaseEnvID, 5), goneAPI("a1", "g1", "list"))
	command := RestoreAPI{InstanceID: gw, Then: thenOf(store()).api("a1")}
	_, events, err := gone.state().RestoreAPI(moment(), command)
	if err != nil {
		t.Fatal(err)
	}
	sameGroup(t, store(), given(gone, events))
	for code, since := range map[string]history{
		"APIG.3202": anAPI("a2", "g1", "list", "GET /more"), "APIG.3301": anAPI("a2", "g1", "more", "GET /list/all"),
		"APIG.3001": {GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}},
	} {
		_, _, err := given(gone, since).state().RestoreAPI(moment(), command)
		if domain.CodeOf(err) != CodeRestoreRefused || !strings.Contains(err.Error(), "api a1 (list)") {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// Whatever happens to a group after a moment, restoring it to that moment gives the drafts and what the
// gateway ran then, or says why it cannot; the states still agree, and nothing remains to be restored.
func TestRestoreProperty(t *testing.T) {
	t.Parallel()
	somePairs(t)
	restored := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(5, 40).Draw(t, "commands before") {
			w.command(t)
		}
		if rapid.Bool().Draw(t, "all is published") {
			w.decide(batch("online", BatchBody{GroupID: "g1", EnvID: ReleaseEnvID}))
			for range rapid.IntRange(0, 20).Draw(t, "commands between") {
				w.command(t)
			}
		}
		was := w.history()
		if was.state().instances[gw].groups["g1"] == nil {
			return
		}
		for range rapid.IntRange(1, 40).Draw(t, "commands after") {
			w.command(t)
		}
		if rapid.Bool().Draw(t, "all is deleted") {
			w.clear("g1")
		}
		when := restoreOf(was, false)
		w.placeAll()
		_, events, err := when(w.direct, domain.NewMoment(now, "restore"))
		_, late, lateErr := when(w.late, domain.NewMoment(now, "restore"))
		if diff := cmp.Diff(events, late); diff != "" || domain.CodeOf(err) != domain.CodeOf(lateErr) {
			t.Fatalf("decided differently, %v and %v:\n%s", err, lateErr, diff)
		}
		if domain.CodeOf(err) == CodeRestoreRefused {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		restored++
		w.append(events)
		checkInvariants(t, w)
		sameGroup(t, was, w.history())
	})
	if restored == 0 {
		t.Error("nothing was ever restored")
	}
}

// decide runs one command, which may be refused.
func (w *world) decide(when decision) {
	w.placeAll()
	_, events, _ := when(w.direct, domain.NewMoment(now, fmt.Sprint("decided", len(w.log))))
	w.append(events)
}

// clear takes the APIs of a group offline, deletes them, and the group too if it is not called through by an
// API that has moved.
func (w *world) clear(groupID string) {
	in := w.direct.instances[gw]
	for _, id := range slices.Sorted(maps.Keys(in.apis)) {
		a := in.apis[id]
		if a.Definition.GroupID != groupID {
			continue
		}
		for _, envID := range slices.Sorted(maps.Keys(a.inEffect)) {
			w.decide(takeOffline(id, envID))
		}
		w.decide(do((*State).DeleteAPI, DeleteAPI{gw, id}))
	}
	w.decide(do((*State).DeleteGroup, DeleteGroup{gw, groupID}))
}

// history returns the events so far with the positions that they have in the world, which are not one after
// the other: between them stand events that concern nothing.
func (w *world) history() history {
	var all history
	for _, rec := range w.log {
		for len(all) < int(rec.Position)-1 {
			all = append(all, GroupDeleted{InstanceID: "elsewhere"})
		}
		all = append(all, rec.Event)
	}
	return all
}
