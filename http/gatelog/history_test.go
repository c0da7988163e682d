package gatelog_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/http/web"
)

func typesOf(h gatelog.HistoryView) []string {
	var all []string
	for _, e := range h.Events {
		all = append(all, e.Type)
	}
	return all
}

func TestHistory(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	version := w.Publish(api)
	w.Rewrite(api, group, "orders", "two.example.com")

	var h gatelog.HistoryView
	get(t, w, apiPath(w, api)+"/history?diff=true", &h)
	if diff := cmp.Diff([]string{"apig.api.updated", "apig.api.published", "apig.api.created"}, typesOf(h)); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	e := h.Events[0]
	if e.Reason != "moved to two.example.com" || e.Command != "apig.UpdateAPI" || e.Actor.UserName != "gatelog" || e.RequestID != "request-1" {
		t.Errorf("who, why, how: %+v", e)
	}
	if diff := cmp.Diff([]string{"backend_api"}, e.Changed); diff != "" {
		t.Errorf("changed members (-want +got):\n%s", diff)
	}
	if e.Diff == nil || len(e.Diff.Patch) != 1 || e.Diff.Patch[0].Path != "/backend_api/url_domain" || e.Diff.Changes[0].Path != "backend_api.url_domain" {
		t.Errorf("what changed: %+v", e.Diff)
	}
	if p := h.Events[1]; p.VersionID != version || p.EnvName != "RELEASE" || p.Remark != "for the test" {
		t.Errorf("the publication: %+v", p)
	}

	w.Delete(api)
	var old gatelog.HistoryView
	get(t, w, apiPath(w, api)+"/history?order=asc&offset=3&limit=2", &old)
	if diff := cmp.Diff([]string{"apig.api.taken_offline", "apig.api.deleted"}, typesOf(old)); diff != "" || !old.Deleted || old.Total != 5 {
		t.Errorf("of the deleted API: deleted %v, %d in all (-want +got):\n%s", old.Deleted, old.Total, diff)
	}
}

func TestHistoryRefusals(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	api := w.API(w.Group("shop"), "orders", "one.example.com")
	run(t, w, api, []scenario{
		{name: "no such API", path: "/projects/$P/instances/$I/apis/nothing/history", status: http.StatusNotFound, must: []string{`"error_code":"APIG.3002"`, `"request_id":"`}},
		{name: "no such instance", path: "/projects/$P/instances/nothing/apis/$A/history", status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "another project", path: "/projects/other/instances/$I/apis/$A/history", status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "an order that there is not", path: "/projects/$P/instances/$I/apis/$A/history?order=random", status: http.StatusBadRequest, must: []string{"gatelog.invalid", "query.order"}},
		{name: "a page that is too long", path: "/projects/$P/instances/$I/apis/$A/history?limit=501", status: http.StatusBadRequest, must: []string{"query.limit"}},
		{name: "too many differences", path: "/projects/$P/instances/$I/apis/$A/history?limit=101&diff=true", status: http.StatusBadRequest, must: []string{"at most 100"}},
		{name: "an id that is none", path: "/projects/$P/instances/$I/apis/a.b/history", status: http.StatusBadRequest, must: []string{"path.api_id"}},
	})
}

func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	api := w.API(w.Group("shop"), "orders", "one.example.com")
	for _, c := range []struct{ method, path, action, body string }{
		{http.MethodGet, apiPath(w, api) + "/history", gatelog.ActionHistory, ""},
		{http.MethodGet, apiPath(w, api) + "/versions", gatelog.ActionVersions, ""},
		{http.MethodGet, instancePath(w) + "/versions/v", gatelog.ActionVersion, ""},
		{http.MethodGet, apiPath(w, api) + "/definition", gatelog.ActionVersion, ""},
		{http.MethodGet, apiPath(w, api) + "/diff?from=draft&to=live", gatelog.ActionVersion, ""},
		{http.MethodGet, projectPath + "/history?kind=api&id=" + api, gatelog.ActionHistory, ""},
		{http.MethodGet, projectPath + "/blame?kind=api&id=" + api, gatelog.ActionHistory, ""},
		{http.MethodGet, projectPath + "/diff?kind=api&id=" + api + "&from=1", gatelog.ActionVersion, ""},
		{http.MethodGet, instancePath(w) + "/diff?from=1", gatelog.ActionVersion, ""},
		{http.MethodGet, instancePath(w) + "/environments/diff?from=live&to=draft", gatelog.ActionDiffEnvironments, ""},
		{http.MethodGet, "/history?kind=user&id=u", gatelog.ActionIdentityHistory, ""},
		{http.MethodGet, "/blame?kind=user&id=u", gatelog.ActionIdentityHistory, ""},
		{http.MethodGet, "/diff?kind=user&id=u&from=1", gatelog.ActionIdentityHistory, ""},
		{http.MethodGet, "/history?surface=subscriptions&kind=subscription&id=s", gatelog.ActionHistory, ""},
		{http.MethodGet, projectPath + "/history?surface=subscriptions&kind=subscription&id=s", gatelog.ActionHistory, ""},
		{http.MethodPost, apiPath(w, api) + "/restore", gatelog.ActionRestoreAPI, `{"as_of":"1"}`},
		{http.MethodPost, instancePath(w) + "/groups/g/restore", gatelog.ActionRestoreGroup, `{"as_of":"1"}`},
		{http.MethodPut, instancePath(w) + "/quotas/API_NUM_LIMIT", gatelog.ActionSetQuota, `{"value":1}`},
		{http.MethodPut, "/projects/" + gatelogtest.Project + "/quotas/INSTANCE_NUM_LIMIT", gatelog.ActionSetQuota, `{"value":1}`},
		{http.MethodGet, "/projections", gatelog.ActionProjections, ""},
		{http.MethodGet, "/log/1", gatelog.ActionLog, ""},
	} {
		tenant := gatelogtest.Project
		if !strings.HasPrefix(c.path, projectPath) {
			tenant = "account"
		}
		var asked []string
		w.Allows = func(tenant, action string) bool { asked = append(asked, tenant+" "+action); return false }
		a := ask(t, w, c.method, c.path, c.body)
		var refusal web.Error
		a.into(t, &refusal)
		if a.status != http.StatusForbidden || refusal.Code != "gatelog.forbidden" || refusal.RequestID == "" {
			t.Errorf("%s without a policy = %d %s, want 403", c.path, a.status, a.body)
		}
		if diff := cmp.Diff([]string{tenant + " " + c.action}, asked); diff != "" {
			t.Errorf("%s asked for (-want +got):\n%s", c.path, diff)
		}
		w.Allows = nil
		if a := ask(t, w, c.method, c.path, c.body); a.status != http.StatusUnauthorized {
			t.Errorf("%s from nobody = %d %s, want 401", c.path, a.status, a.body)
		}
	}
}
