package gatelog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// mall is a world with a group of many APIs, all of them published.
type mall struct {
	*gatelogtest.World
	t     *testing.T
	group string
	ids   []string
}

const mallAPIs = 200

func newMall(t *testing.T) *mall {
	t.Helper()
	m := &mall{World: gatelogtest.New(t), t: t}
	m.group = m.Group("mall")
	m.Variable(m.group, "host", "one.example.com")
	m.importAll("#host#")
	rows, err := m.Queries.Drafts(t.Context(), m.in(), m.group, nil)
	m.must(err)
	for _, a := range rows {
		m.ids = append(m.ids, a.ID)
	}
	m.publishAll(apig.ActionOnline)
	return m
}

func (m *mall) in() projectionsapig.In {
	return projectionsapig.In{Tenant: gatelogtest.Project, Instance: m.InstanceID}
}

func (m *mall) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// importAll creates all APIs with a backend at host, or moves them there.
func (m *mall) importAll(host string) {
	m.t.Helper()
	c := apig.ImportAPIs{InstanceID: m.InstanceID, GroupID: m.group, APIMode: apig.ImportOverride}
	for n := range mallAPIs {
		name := fmt.Sprintf("shop%03d", n)
		c.Items = append(c.Items, apig.ImportItem{Method: "GET", Path: "/" + name, Definition: gatelogtest.Definition(m.group, name, host)})
	}
	result, _, err := m.Commands.ImportAPIs.Do(m.t.Context(), m.Bus, m.Call("all at once"), c)
	m.must(err)
	if len(result.Success) != mallAPIs {
		m.t.Fatalf("imported %d: %+v", len(result.Success), result.Failure)
	}
}

func (m *mall) publishAll(action string) {
	m.t.Helper()
	c := apig.BatchPublish{InstanceID: m.InstanceID, Action: action, Body: apig.BatchBody{APIs: m.ids, EnvID: apig.ReleaseEnvID}}
	_, _, err := m.Commands.BatchPublish.Do(m.t.Context(), m.Bus, m.Call("all at once"), c)
	m.must(err)
}

// deleteAll deletes all APIs and their group.
func (m *mall) deleteAll() {
	m.t.Helper()
	m.publishAll(apig.ActionOffline)
	for _, id := range m.ids {
		_, _, err := m.Commands.DeleteAPI.Do(m.t.Context(), m.Bus, m.Call("closed"), apig.DeleteAPI{InstanceID: m.InstanceID, APIID: id})
		m.must(err)
	}
	_, _, err := m.Commands.DeleteGroup.Do(m.t.Context(), m.Bus, m.Call("closed"), apig.DeleteGroup{InstanceID: m.InstanceID, GroupID: m.group})
	m.must(err)
}

// definitions are what the APIs say and run, now or as of a position.
func (m *mall) definitions(query string) map[string]apig.Definition {
	m.t.Helper()
	all := map[string]apig.Definition{}
	for _, id := range m.ids {
		for _, of := range []string{"draft", "live"} {
			var view gatelog.DefinitionView
			get(m.t, m.World, apiPath(m.World, id)+"/definition?of="+of+query, &view)
			all[id+" "+of] = view.Written
			all[id+" "+of+" runs"] = view.Run
		}
	}
	return all
}

// restore asks for a restoration, which must succeed.
func (m *mall) restore(at uint64, dryRun bool) gatelog.RestoreView {
	m.t.Helper()
	a := ask(m.t, m.World, http.MethodPost, instancePath(m.World)+"/groups/"+m.group+"/restore", fmt.Sprintf(`{"as_of":"%d","dry_run":%v}`, at, dryRun))
	if a.status != http.StatusOK {
		m.t.Fatalf("restore = %d %s", a.status, a.body)
	}
	var view gatelog.RestoreView
	a.into(m.t, &view)
	return view
}

func (m *mall) head() uint64 {
	m.t.Helper()
	at, err := m.Log.Head(m.t.Context())
	m.must(err)
	return uint64(at)
}

func TestRestoreOfAGroupOf200APIs(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	at := m.head()
	want := m.definitions("")

	m.importAll("edited.example.com")
	m.publishAll(apig.ActionOnline)
	edited := m.head()
	plan := m.restore(at, true)
	if len(plan.Changed) != mallAPIs || len(plan.Switched) != mallAPIs || plan.Events != 2*mallAPIs || !plan.DryRun || m.head() != edited {
		t.Errorf("the plan after the mass edit: %d changed, %d switched, %d events", len(plan.Changed), len(plan.Switched), plan.Events)
	}
	if patch := string(plan.Changed[0].Patch); !strings.Contains(patch, `"/backend_api/url_domain"`) || !strings.Contains(patch, "#host#") {
		t.Errorf("what changes back: %s", patch)
	}
	m.restore(at, false)
	if diff := cmp.Diff(want, m.definitions("")); diff != "" {
		t.Errorf("after the mass edit (-then +restored):\n%s", diff)
	}

	m.deleteAll()
	plan = m.restore(at, false)
	if len(plan.Created) != mallAPIs+2 || len(plan.Published) != mallAPIs || len(plan.LeftOut) != 0 || plan.DryRun {
		t.Errorf("after the mass delete: %d created, %d published, left out %v", len(plan.Created), len(plan.Published), plan.LeftOut)
	}
	got := m.definitions("")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the mass delete (-then +restored):\n%s", diff)
	}
	if diff := cmp.Diff(m.definitions(fmt.Sprintf("&as_of=%d", at)), got); diff != "" {
		t.Errorf("(-as of then +restored):\n%s", diff)
	}
	before := m.head()
	if plan = m.restore(at, false); plan.Events != 0 || m.head() != before {
		t.Errorf("what is as it was takes %d events", plan.Events)
	}
	m.verify()
}

// verify compares the read models with the fold of the log.
func (m *mall) verify() {
	m.t.Helper()
	m.Stop()
	for _, p := range []*projections.Projection{projectionsapig.New(), projections.Past(projectionsapig.New())} {
		_, rows, err := projections.Verify(m.t.Context(), m.DB, m.Log, p, func(d projections.Difference) { m.t.Errorf("%+v", d) })
		m.must(err)
		if rows == 0 {
			m.t.Error("nothing was verified")
		}
	}
}

func TestRestoreOfAnAPI(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	version := w.Publish(api)
	at, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Delete(api)
	path := apiPath(w, api) + "/restore"
	body := fmt.Sprintf(`{"as_of":"%d"}`, at)
	other := w.API(group, "orders", "two.example.com")
	run(t, w, api, []scenario{
		{name: "another API has the name", method: http.MethodPost, path: path, body: body, status: http.StatusConflict, must: []string{"gatelog.restore_refused", "api $A (orders)"}},
		{name: "a dry run says why", method: http.MethodPost, path: path, body: fmt.Sprintf(`{"as_of":"%d","dry_run":true}`, at), status: http.StatusOK, must: []string{`"code":"APIG.3202"`}},
		{name: "a moment before it was", method: http.MethodPost, path: path, body: `{"as_of":"1"}`, status: http.StatusNotFound, must: []string{"nothing to restore"}},
		{name: "a moment that is none", method: http.MethodPost, path: path, body: `{"as_of":"yesterday"}`, status: http.StatusBadRequest, must: []string{"as_of"}},
		{name: "no moment", method: http.MethodPost, path: path, body: `{}`, status: http.StatusBadRequest, must: []string{"as_of"}},
		{name: "another project", method: http.MethodPost, path: strings.Replace(path, gatelogtest.Project, "other", 1), body: body, status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "a group that never was", method: http.MethodPost, path: "/projects/$P/instances/$I/groups/none/restore", body: body, status: http.StatusNotFound, must: []string{"APIG.3001"}},
	})
	if _, _, err := w.Commands.DeleteAPI.Do(t.Context(), w.Bus, w.Call("in the way"), apig.DeleteAPI{InstanceID: w.InstanceID, APIID: other}); err != nil {
		t.Fatal(err)
	}
	a := ask(t, w, http.MethodPost, path, body)
	var view gatelog.RestoreView
	if a.into(t, &view); a.status != http.StatusOK || len(view.Created) != 1 || len(view.Published) != 1 || a.header.Get("Gatelog-Position") == "" {
		t.Fatalf("restored: %d %s", a.status, a.body)
	}
	var live gatelog.DefinitionView
	get(t, w, apiPath(w, api)+"/definition?of=live", &live)
	if live.Version.VersionID != version || live.Run.BackendAPI.URLDomain != "one.example.com" {
		t.Errorf("what runs: %+v", live)
	}
	var h gatelog.HistoryView
	get(t, w, apiPath(w, api)+"/history?diff=true", &h)
	if diff := cmp.Diff([]string{"apig.api.published", "apig.api.created", "apig.api.deleted"}, typesOf(h)[:3]); diff != "" || h.Deleted {
		t.Errorf("its history, deleted %v (-want +got):\n%s", h.Deleted, diff)
	}
}

// Given a group with a response, a bound policy and an API that later moves away, when all of that is
// undone and the group is restored, then each is as it was.
func TestRestoreOfWhatBelongsToAGroup(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	ctx, group, bank := t.Context(), w.Group("shop"), w.Group("bank")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	response, _, err := w.Commands.CreateResponse.Do(ctx, w.Bus, w.Call("ours"), apig.CreateResponse{
		InstanceID: w.InstanceID, GroupID: group, Body: apig.ResponseBody{Name: "house", Responses: map[string]apig.ResponseInfo{"THROTTLED": {Status: 503, Body: "later"}}},
	})
	must(err)
	moving, staying := w.API(group, "orders", "one.example.com"), w.API(bank, "loans", "one.example.com")
	w.Publish(moving)
	policy, _, err := w.Commands.CreateThrottle.Do(ctx, w.Bus, w.Call("slow"), apig.CreateThrottle{InstanceID: w.InstanceID, Body: apig.ThrottleBody{
		Name: "slow", APICallLimits: 5, TimeInterval: 1, TimeUnit: "SECOND", Type: 1,
	}})
	must(err)
	published, err := w.Queries.APIThen(ctx, projectionsapig.In{Tenant: gatelogtest.Project, Instance: w.InstanceID}, moving, headOf(t, w))
	must(err)
	_, _, err = w.Commands.BindThrottle.Do(ctx, w.Bus, w.Call("slow"), apig.BindThrottle{InstanceID: w.InstanceID, Body: apig.BindThrottleBody{
		StrategyID: policy.ID, PublishIDs: []string{published.Publications[0].PublishID},
	}})
	must(err)
	at := headOf(t, w)

	w.Rewrite(moving, bank, "orders", "one.example.com")
	w.Rewrite(staying, group, "loans", "one.example.com")
	_, _, err = w.Commands.OfflineAPI.Do(ctx, w.Bus, w.Call("off"), apig.OfflineAPI{InstanceID: w.InstanceID, Body: apig.PublicationBody{
		Action: apig.ActionOffline, EnvID: apig.ReleaseEnvID, APIID: moving,
	}})
	must(err)
	_, _, err = w.Commands.DeleteResponse.Do(ctx, w.Bus, w.Call("ours"), apig.DeleteResponse{InstanceID: w.InstanceID, GroupID: group, ResponseID: response.ID})
	must(err)

	a := ask(t, w, http.MethodPost, instancePath(w)+"/groups/"+group+"/restore", fmt.Sprintf(`{"as_of":"%d"}`, at))
	var view gatelog.RestoreView
	if a.into(t, &view); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if len(view.Created) != 1 || len(view.Changed) != 2 || len(view.Switched) != 1 || len(view.Bound) != 1 || view.Bound[0].ID != policy.ID || view.Events != 5 {
		t.Errorf("the plan: %s", a.body)
	}
	var d gatelog.MomentsDiffView
	get(t, w, fmt.Sprintf("%s/diff?from=%d&group_id=%s", instancePath(w), at, group), &d)
	for _, op := range d.Patch {
		if !strings.HasSuffix(op.Path, "/update_time") {
			t.Errorf("it is not as it was: %+v", op)
		}
	}
}

func headOf(t *testing.T, w *gatelogtest.World) domain.Position {
	t.Helper()
	at, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AsOf(t.Context(), fmt.Sprint(at)); err != nil {
		t.Fatal(err)
	}
	return domain.Position(at)
}
