package apig

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

// thingsOf returns the ids of things that can be restored, by kind and name.
func thingsOf(in *instance) map[string]map[string]string {
	shop := "shop"
	return map[string]map[string]string{
		"env": {"TEST": in.envNames["TEST"]}, "feature": {"gzip": "gzip"}, "orchestration": in.orchestrations.names, "channel": in.channels.names,
		"authorizer": in.authorizers.names, "app": in.credentials.names, "appquota": in.credentials.quotaNames, "throttle": in.throttling.names,
		"acl": in.access.names, "signature": in.signing.names, "plugin": in.plugins.names,
		"variable": variableKind.known(in, shop), "response": responseKind.known(in, shop),
	}
}

func (w *world) restored(t *testing.T, then Recalled) ([]string, error) {
	t.Helper()
	w.commands++
	plan, events, err := w.direct.RestoreResource(w.moment(), RestoreResource{InstanceID: gw, Then: then})
	w.append(events)
	w.placeAll()
	var changes []string
	for _, c := range plan.Changes {
		changes = append(changes, c.Action+" "+c.String())
	}
	return changes, err
}

// Each kind of thing that is gone comes again under its old id, and is declared as it was; its secrets are those
// that it had.
func TestWhatIsGoneComesAgain(t *testing.T) {
	t.Parallel()
	then := empty()
	then.applied(t, declarationIn(t, "full.yaml"))
	known := thingsOf(then.direct.instances[gw])
	kinds := slices.Sorted(maps.Keys(recallables))
	if diff := cmp.Diff(kinds, slices.Sorted(maps.Keys(known))); diff != "" {
		t.Fatalf("kinds that are tested (-there are +tested):\n%s", diff)
	}
	now := empty()
	for _, rec := range then.log[2:] { // the same history
		now.append([]domain.Event{rec.Event})
	}
	without := now.declare(t)
	for i := range without.Groups {
		without.Groups[i].APIs, without.Groups[i].Variables, without.Groups[i].Responses = []DeclaredAPI{}, []DeclaredVariable{}, []ResponseBody{}
	}
	without.Environments, without.Orchestrations, without.Channels, without.Authorizers = without.Environments[:1], []OrchestrationBody{}, []ChannelBody{}, []AuthorizerBody{}
	without.Apps, without.AppQuotas, without.Throttles, without.ACLs = []DeclaredApp{}, []DeclaredAppQuota{}, []DeclaredThrottle{}, []ACLBody{}
	without.Signatures, without.Plugins = []DeclaredSignature{}, []DeclaredPlugin{}
	now.applied(t, without)

	for _, kind := range []string{
		"env", "feature", "orchestration", "channel", "authorizer", "app", "appquota", "throttle", "acl", "signature", "plugin", "variable", "response",
	} {
		names := sortedNames(known[kind])
		slices.Reverse(names) // the channel that another one refers to comes first
		for _, name := range names {
			thing, err := then.direct.Recall(gw, kind, known[kind][name])
			if err != nil {
				t.Fatal(err)
			}
			if changes, err := now.restored(t, thing); err != nil || len(changes) == 0 && kind != "feature" {
				t.Errorf("%s %s: %v, %v", kind, name, changes, err)
			}
			if changes, err := now.restored(t, thing); err != nil || len(changes) > 0 {
				t.Errorf("%s %s once more: %v, %v", kind, name, changes, err)
			}
		}
		if diff := cmp.Diff(known[kind], thingsOf(now.direct.instances[gw])[kind]); diff != "" {
			t.Errorf("ids of %s (-then +now):\n%s", kind, diff)
		}
	}
	want, got := then.declare(t), now.declare(t)
	for i := range want.Groups {
		want.Groups[i].APIs = []DeclaredAPI{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("declared (-then +now):\n%s", diff)
	}
	a, b := then.direct.instances[gw], now.direct.instances[gw]
	for name, id := range a.credentials.names {
		if a.credentials.apps[id].Secret != b.credentials.apps[id].Secret || a.credentials.apps[id].Key != b.credentials.apps[id].Key {
			t.Errorf("the app %s has another secret", name)
		}
	}
}

// What is there is changed back, under whatever name it has.
func TestWhatIsThereIsChangedBack(t *testing.T) {
	t.Parallel()
	w := empty()
	w.applied(t, declarationIn(t, "full.yaml"))
	in := w.direct.instances[gw]
	id := in.throttling.names["slow"]
	thing, err := w.direct.Recall(gw, "throttle", id)
	if err != nil {
		t.Fatal(err)
	}
	body := in.throttling.policies[id].ThrottleBody
	body.Name, body.APICallLimits = "quick", 600
	_, events, err := w.direct.UpdateThrottle(w.moment(), UpdateThrottle{gw, id, body})
	if err != nil {
		t.Fatal(err)
	}
	w.append(events)
	changes, err := w.restored(t, thing)
	if diff := cmp.Diff([]string{"change throttle slow"}, changes); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got := in.throttling.policies[id].ThrottleBody; got.Name != "slow" || got.APICallLimits != 60 {
		t.Errorf("became %+v", got)
	}
}

func TestWhatCannotComeAgain(t *testing.T) {
	t.Parallel()
	w := empty()
	w.applied(t, declarationIn(t, "full.yaml"))
	in := w.direct.instances[gw]
	thing, err := w.direct.Recall(gw, "acl", in.access.names["office"])
	if err != nil {
		t.Fatal(err)
	}
	thing.ID = "another" // whose name the policy that is there has
	if changes, err := w.restored(t, thing); domain.CodeOf(err) != CodePlanRefused || !strings.Contains(err.Error(), "office") {
		t.Errorf("%v, %v", changes, err)
	}
	for name, c := range map[string]struct{ instance, kind, id, code string }{
		"another kind":     {gw, "certificate", "x", domain.CodeInvalid},
		"never there":      {gw, "acl", "x", domain.CodeNotFound},
		"another instance": {"none", "acl", "x", "APIG.3030"},
	} {
		if r, err := w.direct.Recall(c.instance, c.kind, c.id); domain.CodeOf(err) != c.code {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	gone := Recalled{Kind: "variable", ID: "x", GroupID: "none"}
	if _, err := w.restored(t, gone); domain.CodeOf(err) != "APIG.3001" {
		t.Errorf("in a group that is gone: %v", err)
	}
}

func TestWhatIsNotDeclaredIsKept(t *testing.T) {
	t.Parallel()
	w := empty()
	w.applied(t, declarationIn(t, "full.yaml"))
	d := Declaration{Format: DeclarationFormat, Scope: ScopeInstance, Environments: []EnvBody{{Name: "NEW"}}, ACLs: []ACLBody{}, Groups: []DeclaredGroup{}}
	plan, _, err := w.direct.ApplyDeclaration(w.moment(), ApplyDeclaration{InstanceID: gw, Declaration: d, Written: w.written(t), Keep: true})
	if err != nil || len(plan.Changes) != 1 || plan.Changes[0].Action != "create" {
		t.Errorf("%+v, %v", plan, err)
	}
}
