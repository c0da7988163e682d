package apig

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

// oidc is the content of a plug-in with a secret.
func oidc(secret string) string {
	return `{"client_id":"shop","client_secret":"` + secret + `","discovery":"https://id.example.com","redirect_api_id":"a1"}`
}

// No declaration has a secret. A mask means the one that is there, which stays as it is.
func TestDeclaredSecretsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	w := empty()
	yes := true
	plugin := DeclaredPlugin{PluginBody: PluginBody{Name: "login", Type: PluginOIDC, Scope: "global", Content: oidc("sealed-1")}}
	const key = `{"app_token_key":"sealed-key","enable":"on"}`
	feature := FeatureBody{Name: "app_token", Enable: &yes, Config: key}
	d := Declaration{Format: DeclarationFormat, Scope: ScopeGroups, Plugins: []DeclaredPlugin{plugin}, Features: []FeatureBody{feature}}
	w.applied(t, d)
	shown := w.declare(t)
	if text := shown.Plugins[0].Content; strings.Contains(text, "sealed-1") || text != oidc(MaskedSecret) {
		t.Errorf("declared as %s", text)
	}
	if changes := w.applied(t, shown); len(changes) > 0 {
		t.Errorf("a mask is a change: %v", changes)
	}
	if text := shown.Features[0].Config; text != `{"app_token_key":"******","enable":"on"}` {
		t.Errorf("declared as %s", text)
	}
	no := false
	shown.Features[0].Enable = &no
	w.commands += 2 // a feature changes once a minute
	shown.Plugins[0].Remark = "how people log in"
	want := []string{"change feature app_token", "change plugin login"}
	if diff := cmp.Diff(want, w.applied(t, shown)); diff != "" {
		t.Error(diff)
	}
	in := w.direct.instances[gw]
	if f := in.features["app_token"]; f.Config != key || f.Enable {
		t.Errorf("the key became another: %+v", f)
	}
	if p := in.plugins.all[in.plugins.names["login"]]; p.Content != oidc("sealed-1") || p.Remark == "" {
		t.Errorf("the secret became another: %+v", p)
	}
	shown.Plugins[0].Content = oidc("sealed-2")
	w.applied(t, shown)
	if p := in.plugins.all[in.plugins.names["login"]]; p.Content != oidc("sealed-2") {
		t.Errorf("the secret stayed: %+v", p)
	}
}

func TestAMaskForNothingIsRefused(t *testing.T) {
	t.Parallel()
	plugin := DeclaredPlugin{PluginBody: PluginBody{Name: "login", Type: PluginOIDC, Scope: "global", Content: oidc(MaskedSecret)}}
	c := ApplyDeclaration{InstanceID: gw, DryRun: true, Declaration: Declaration{Format: DeclarationFormat, Scope: ScopeGroups, Plugins: []DeclaredPlugin{plugin}}}
	plan, _, err := empty().direct.ApplyDeclaration(moment(), c)
	if err != nil || len(plan.Refused) != 1 || !strings.Contains(plan.Refused[0].Message, "secret that is not there") {
		t.Errorf("%+v, %v", plan, err)
	}
}

// A version that is published with its own definition is in the event that publishes it. Until that has a place
// in the log, what needs the place waits.
func TestAVersionWaitsForItsPlace(t *testing.T) {
	t.Parallel()
	w := empty()
	w.applied(t, declarationIn(t, "full.yaml"))
	d := copyOf(t, w.declare(t))
	apiIn(&d, "order").Places["RELEASE"].Definition.MockInfo.ResultContent = "now"
	_, events, err := w.direct.ApplyDeclaration(w.moment(), ApplyDeclaration{InstanceID: gw, Declaration: d, Written: w.written(t)})
	if err != nil || len(events) != 1 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	rec := domain.Recorded{ID: "published", Event: events[0]}
	w.direct.Apply(rec)
	order := w.direct.instances[gw].groups[w.direct.instances[gw].groupNames["shop"]].names["order"]
	version := events[0].(APIPublished).VersionID
	for name, waits := range map[string]decision{
		"switching":      switchTo(order, version),
		"declaring":      do((*State).Declare, Declare{InstanceID: gw}),
		"looking up":     do((*State).FindRunning, FindRunning{InstanceID: gw}),
		"applying":       do((*State).ApplyDeclaration, ApplyDeclaration{InstanceID: gw, Declaration: d}),
		"restoring":      do((*State).RestoreAPI, RestoreAPI{InstanceID: gw}),
		"changing value": do((*State).UpdateVariable, UpdateVariable{gw, w.aVariable(), VariableUpdateBody{"other"}}),
	} {
		if _, _, err := waits(w.direct, w.moment()); !errors.Is(err, ErrNotPlaced) {
			t.Errorf("%s: %v", name, err)
		}
	}
	rec.Position = 4711
	w.direct.Placed(rec)
	answer, _, err := switchTo(order, version)(w.direct, w.moment())
	if p, ok := answer.(Publication); err != nil || !ok || p.DefinitionPosition != 4711 {
		t.Errorf("switched to %+v, %v", answer, err)
	}
	positions, _, err := w.direct.FindRunning(w.moment(), FindRunning{InstanceID: gw})
	if !slices.Contains(positions, 4711) || err != nil {
		t.Errorf("runs from %v, %v", positions, err)
	}
}

func (w *world) aVariable() string {
	for id := range w.direct.instances[gw].variables {
		return id
	}
	return ""
}
