package apig

import (
	"context"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
)

// nothingRuns is for instances in which nothing is published.
func nothingRuns(context.Context, domain.Position) (apig.Definition, error) {
	return apig.Definition{}, domain.Errorf(domain.CodeNotFound, "nothing runs")
}

func (o *office) apply(key string, d apig.Declaration) (apig.ChangePlan, error) {
	c := apig.ApplyDeclaration{InstanceID: o.instance, Declaration: d}
	plan, _, err := o.ApplyDeclaration(o.t.Context(), o.bus, o.call(key), c, nothingRuns)
	return plan, err
}

func (o *office) declare() apig.Declaration {
	o.t.Helper()
	d, _, err := o.Declare(o.t.Context(), o.bus, o.call(""), apig.Declare{InstanceID: o.instance}, nothingRuns)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// withSecrets declares one of everything that has a secret.
func withSecrets() apig.Declaration {
	yes := true
	return apig.Declaration{
		Format: apig.DeclarationFormat, Scope: apig.ScopeGroups,
		Features:   []apig.FeatureBody{{Name: "app_token", Enable: &yes, Config: `{"app_token_key":"key-of-the-feature","enable":"on"}`}},
		Apps:       []apig.DeclaredApp{{Name: "mobile"}},
		Signatures: []apig.DeclaredSignature{{Name: "backend", Type: "hmac"}},
		Plugins:    []apig.DeclaredPlugin{{PluginBody: pluginBody("login", apig.PluginOIDC, oidcContent)}},
	}
}

// What is secret in a declaration is sealed, what it leaves out is generated, and neither is declared, or in the log.
func TestDeclaredSecretsAreSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if plan, err := o.apply("once", withSecrets()); err != nil || len(plan.Changes) != 4 {
		t.Fatalf("%+v, %v", plan, err)
	}
	o.absent("confidential-0815", "key-of-the-feature")
	shown := o.declare()
	if text := shown.Plugins[0].Content + shown.Features[0].Config; strings.Contains(text, "confidential") || strings.Count(text, apig.MaskedSecret) != 2 {
		t.Errorf("declared as %s", text)
	}
	if plan, err := o.apply("", shown); err != nil || plan.Events > 0 {
		t.Errorf("what it is declared as is not what it is: %+v, %v", plan, err)
	}
	for _, r := range eventstoretest.All(t, o.log) {
		ev, _ := apig.Codec().Decode(r.Type, r.Schema, r.Data) // other messages are none
		switch ev := ev.(type) {
		case apig.AppCreated:
			o.hidden(appSecretOf(o.instance), ev.App.Secret, 32)
		case apig.SignatureCreated:
			o.hidden(signKeyOf(o.instance), ev.Signature.Key, 8)
		}
	}
}

// hidden opens a sealed secret that was generated.
func (o *office) hidden(purpose, sealed string, least int) {
	o.t.Helper()
	if plain, err := o.Commands.open(o.t.Context(), o.call(""), purpose, sealed); err != nil || len(plain) < least {
		o.t.Errorf("%s is %q, %v", purpose, plain, err)
	}
}

// Sealed, a secret is another text each time. A request that is repeated is the same all the same.
func TestADeclarationIsAppliedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, err := o.apply("once", withSecrets())
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.apply("once", withSecrets())
	if err != nil || again.Events != first.Events {
		t.Errorf("repeated: %+v, %v", again, err)
	}
	other := withSecrets()
	other.Plugins[0].Remark = "another"
	if _, err := o.apply("once", other); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("the key with another declaration: %v", err)
	}
}

func TestDeclaredSecretsAreChecked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := withSecrets()
	d.Plugins[0].Content = strings.Replace(oidcContent, "confidential-0815", strings.Repeat("x", 1025), 1)
	if _, err := o.apply("", d); domain.CodeOf(err) != "APIG.2011" {
		t.Errorf("a secret that is too long: %v", err)
	}
	d = withSecrets()
	d.Signatures[0].Type = "magic"
	if _, err := o.apply("", d); domain.CodeOf(err) != "APIG.2011" {
		t.Errorf("another type of signature: %v", err)
	}
}

// Where no group is spoken of, what runs is not looked up: an instance may have more APIs than are declared at once.
func TestPoliciesAloneAreApplied(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedAndChanged()
	d := apig.Declaration{Format: apig.DeclarationFormat, Scope: apig.ScopeInstance, ACLs: []apig.ACLBody{{Name: "office", Type: "PERMIT", EntityType: "IP", Value: "192.0.2.7"}}}
	looked := func(context.Context, domain.Position) (apig.Definition, error) {
		t.Error("what runs was looked up")
		return apig.Definition{}, nil
	}
	plan, _, err := o.ApplyDeclaration(t.Context(), o.bus, o.call(""), apig.ApplyDeclaration{InstanceID: o.instance, Declaration: d}, looked)
	if err != nil || len(plan.Changes) != 1 {
		t.Errorf("%+v, %v", plan, err)
	}
}

// publishedAndChanged makes an API whose draft is not what runs.
func (o *office) publishedAndChanged() {
	o.t.Helper()
	ctx, call := o.t.Context(), o.call("")
	g, _, err := o.CreateGroup.Do(ctx, o.bus, call, apig.CreateGroup{InstanceID: o.instance, Body: apig.GroupBody{Name: "shop"}})
	if err != nil {
		o.t.Fatal(err)
	}
	d := apig.Definition{
		Name: "list", Type: 1, ReqMethod: "GET", ReqURI: "/list", AuthType: "NONE", BackendType: "MOCK", GroupID: g.ID, MockInfo: &apig.Mock{ResultContent: "one"},
	}
	made, _, err := o.CreateAPI.Do(ctx, o.bus, call, apig.CreateAPI{InstanceID: o.instance, Body: d})
	if err != nil {
		o.t.Fatal(err)
	}
	body := apig.PublicationBody{Action: apig.ActionOnline, EnvID: apig.ReleaseEnvID, APIID: made.API.ID}
	if _, _, err := o.PublishAPI.Do(ctx, o.bus, call, apig.PublishAPI{InstanceID: o.instance, Body: body}); err != nil {
		o.t.Fatal(err)
	}
	d.MockInfo = &apig.Mock{ResultContent: "two"}
	if _, _, err := o.UpdateAPI.Do(ctx, o.bus, call, apig.UpdateAPI{InstanceID: o.instance, APIID: made.API.ID, Body: d}); err != nil {
		o.t.Fatal(err)
	}
}
