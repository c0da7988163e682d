package gatelog_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// declared asks for the declared form, of the instance or with a query of a part or of the past.
func declared(t *testing.T, w *gatelogtest.World, query string) apig.Declaration {
	t.Helper()
	var d apig.Declaration
	get(t, w, instancePath(w)+"/declaration"+query, &d)
	return d
}

func applying(t *testing.T, w *gatelogtest.World, d apig.Declaration, dryRun bool) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"declaration": d, "dry_run": dryRun})
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, w, http.MethodPost, instancePath(w)+"/declaration", string(body))
}

// apply applies a declaration, which must succeed.
func apply(t *testing.T, w *gatelogtest.World, d apig.Declaration, dryRun bool) gatelog.PlanView {
	t.Helper()
	a := applying(t, w, d, dryRun)
	if a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	var view gatelog.PlanView
	a.into(t, &view)
	return view
}

// titles are the changes of a plan in short.
func titles(plan gatelog.PlanView) []string {
	var all []string
	for _, c := range plan.Changes {
		all = append(all, strings.TrimRight(fmt.Sprintf("%s %s %s/%s %s", c.Action, c.Kind, c.Within, c.Name, c.Env), " "))
	}
	return all
}

// A group is changed in its declared form: the plan says what would change, applying it is one change, and
// afterwards it is declared as it was asked for.
func TestADeclaredGroupIsChanged(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	w.Variable(group, "host", "one.example.com")
	list := w.API(group, "list", "#host#")
	w.API(group, "order", "#host#")
	w.Publish(list)
	w.Rewrite(list, group, "list", "draft.example.com")
	before := declared(t, w, "?group=shop")

	if plan := apply(t, w, before, false); len(plan.Changes) > 0 || plan.Events > 0 {
		t.Fatalf("what it is declared as is not what it is: %v", titles(plan))
	}
	live := before.Groups[0].APIs[0].Places["RELEASE"]
	if !live.Published || live.Definition == nil || live.Definition.BackendAPI.URLDomain != "#host#" {
		t.Fatalf("what runs is declared as %+v", live)
	}

	wanted := before
	wanted.Groups = []apig.DeclaredGroup{before.Groups[0]}
	shop := &wanted.Groups[0]
	shop.Variables = []apig.DeclaredVariable{{Env: "RELEASE", Name: "host", Value: "two.example.com"}}
	fresh := shop.APIs[1]
	fresh.Draft.Name, fresh.Draft.ReqURI = "fresh", "/fresh"
	fresh.Places = map[string]apig.DeclaredPlace{"RELEASE": {Published: true}}
	other := shop.APIs[0].Draft.Clone()
	other.BackendAPI.URLDomain = "other.example.com"
	first := shop.APIs[0]
	first.Places = map[string]apig.DeclaredPlace{"RELEASE": {Published: true, Definition: &other}}
	shop.APIs = []apig.DeclaredAPI{fresh, first} // by name

	want := []string{
		"delete api shop/order", "change variable shop/RELEASE host", "create api shop/fresh",
		"create publication shop/fresh RELEASE", "change publication shop/list RELEASE",
	}
	planned := apply(t, w, wanted, true)
	if diff := cmp.Diff(want, titles(planned)); diff != "" || !planned.DryRun {
		t.Fatalf("the plan (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, declared(t, w, "?group=shop")); diff != "" {
		t.Fatalf("a dry run changed something:\n%s", diff)
	}
	was := head(t, w)
	done := apply(t, w, wanted, false)
	if diff := cmp.Diff(want, titles(done)); diff != "" || uint64(done.Events) != head(t, w)-was {
		t.Fatalf("%d events, %d positions; the changes (-want +got):\n%s", done.Events, head(t, w)-was, diff)
	}
	if diff := cmp.Diff(wanted, declared(t, w, "?group=shop")); diff != "" {
		t.Errorf("what was declared is not what became of it:\n%s", diff)
	}
	if diff := cmp.Diff(before, declared(t, w, fmt.Sprintf("?group=shop&as_of=%d", was))); diff != "" {
		t.Errorf("as it was before:\n%s", diff)
	}
	runs(t, w, list, "other.example.com")
	w.Rewrite(list, group, "list", "later.example.com")
	w.Publish(list)
	w.Variable(group, "port", "80")
	runs(t, w, list, "later.example.com")
}

// runs holds what runs of an API, read back through its version, against an address.
func runs(t *testing.T, w *gatelogtest.World, id, address string) {
	t.Helper()
	var view gatelog.DefinitionView
	get(t, w, apiPath(w, id)+"/definition?of=live", &view)
	if view.Run.BackendAPI.URLDomain != address || view.Version == nil || view.Version.DefinitionPosition == 0 {
		t.Errorf("runs %+v of %+v, want the address %s", view.Run.BackendAPI, view.Version, address)
	}
}

func head(t *testing.T, w *gatelogtest.World) uint64 {
	t.Helper()
	at, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return uint64(at)
}

func TestADeclarationIsRefusedWithAllReasons(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	w.API(group, "list", "one.example.com")
	d := declared(t, w, "?group=shop")
	api := d.Groups[0].APIs[0]
	broken := api
	broken.Draft.Name, broken.Draft.ReqURI, broken.Draft.AuthType = "broken", "/broken", "MAGIC"
	lost := api
	lost.Draft.Name, lost.Draft.ReqURI, lost.Draft.ResponseID = "lost", "/lost", "nothing"
	d.Groups[0].APIs = []apig.DeclaredAPI{api, broken, lost}
	d.Groups[0].Variables = []apig.DeclaredVariable{{Env: "nowhere", Name: "host", Value: "x"}}

	was := head(t, w)
	plan := apply(t, w, d, true)
	var reasons []string
	for _, r := range plan.Refused {
		reasons = append(reasons, r.Kind+" "+r.Name+" "+r.Code)
	}
	want := []string{"variable shop/nowhere host " + domain.CodeNotFound, "api shop/broken APIG.2011", "api shop/lost " + domain.CodeNotFound}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	a := applying(t, w, d, false)
	if a.status != http.StatusConflict || !strings.Contains(a.body, apig.CodePlanRefused) || !strings.Contains(a.body, "shop/broken") || !strings.Contains(a.body, "shop/lost") {
		t.Errorf("refused with %d %s", a.status, a.body)
	}
	if head(t, w) != was {
		t.Error("what was refused changed something")
	}
}

func TestWhatIsNoDeclaration(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	post := func(name, declaration string, status int, must string) scenario {
		return scenario{
			name: name, method: http.MethodPost, path: "/projects/$P/instances/$I/declaration", body: `{"declaration":` + declaration + `}`, status: status, must: []string{must},
		}
	}
	run(t, w, "", []scenario{
		post("another format", `{"format":2,"scope":"groups"}`, http.StatusBadRequest, "format"),
		post("another scope", `{"format":1,"scope":"world"}`, http.StatusBadRequest, "scope"),
		post("twice", `{"format":1,"scope":"groups","groups":[{"name":"shop","sl_domain_access_enabled":true},{"name":"shop","sl_domain_access_enabled":true}]}`,
			http.StatusBadRequest, "declared twice"),
		post("an unknown member", `{"format":1,"scope":"groups","grups":[]}`, http.StatusBadRequest, "grups"),
		post("a plug-in without its secret", `{"format":1,"scope":"instance","plugins":[{"plugin_name":"oidc","plugin_type":"oidc_auth","plugin_scope":"global","plugin_content":"{\"client_secret\":\"******\"}"}]}`,
			http.StatusConflict, "secret"),
		{name: "an unknown group", path: "/projects/$P/instances/$I/declaration?group=none", status: http.StatusNotFound, must: []string{"APIG.3001"}},
		{name: "an unknown instance", path: "/projects/$P/instances/none/declaration", status: http.StatusNotFound, must: []string{"APIG.3030"}},
	})
}

// A policy that was deleted comes again under its old id, as a new change.
func TestAResourceIsRestored(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	body := apig.ACLBody{Name: "office", Type: "PERMIT", EntityType: "IP", Value: "192.0.2.7"}
	policy, _, err := w.Commands.CreateACL.Do(t.Context(), w.Bus, w.Call("a policy"), apig.CreateACL{InstanceID: w.InstanceID, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	was := head(t, w)
	if _, _, err := w.Commands.DeleteACL.Do(t.Context(), w.Bus, w.Call("by mistake"), apig.DeleteACL{InstanceID: w.InstanceID, ACLID: policy.ID}); err != nil {
		t.Fatal(err)
	}
	restore := func(kind, id string, at uint64, dryRun bool) answer {
		return ask(t, w, http.MethodPost, instancePath(w)+"/resources/"+kind+"/"+id+"/restore", fmt.Sprintf(`{"as_of":"%d","dry_run":%v}`, at, dryRun))
	}
	var view gatelog.ThingRestoredView
	restore("acl", policy.ID, was, true).into(t, &view)
	if diff := cmp.Diff([]string{"create acl /office"}, titles(view.PlanView)); diff != "" || !view.DryRun || uint64(view.AsOf) != was {
		t.Errorf("the plan as of %d (-want +got):\n%s", view.AsOf, diff)
	}
	if a := restore("acl", policy.ID, was, false); a.status != http.StatusOK {
		t.Fatalf("restore = %d %s", a.status, a.body)
	}
	d := declared(t, w, "")
	if diff := cmp.Diff([]apig.ACLBody{body}, d.ACLs); diff != "" {
		t.Error(diff)
	}
	in := projectionsapig.In{Tenant: gatelogtest.Project, Instance: w.InstanceID}
	if row, err := w.Queries.ACL(t.Context(), in, policy.ID); err != nil || row.Value != body.Value {
		t.Errorf("read as %+v, %v", row, err)
	}
	for name, c := range map[string]struct {
		a    answer
		code string
	}{
		"never there":  {restore("acl", "nothing", was, false), domain.CodeNotFound},
		"another kind": {restore("task", policy.ID, was, false), domain.CodeInvalid},
		"before it":    {restore("acl", policy.ID, was-1, false), domain.CodeNotFound},
	} {
		if c.a.status < 400 || !strings.Contains(c.a.body, c.code) {
			t.Errorf("%s: %d %s", name, c.a.status, c.a.body)
		}
	}
}
