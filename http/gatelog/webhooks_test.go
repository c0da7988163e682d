package gatelog_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

const hooks = "/projects/" + gatelogtest.Project + "/subscriptions"

// made creates a subscription and returns its answer.
func made(t *testing.T, w *gatelogtest.World, body string) gatelog.SecretView {
	t.Helper()
	a := ask(t, w, http.MethodPost, hooks, body)
	if a.status != http.StatusCreated || a.header.Get("Gatelog-Position") == "" {
		t.Fatalf("POST %s = %d at %q: %s", hooks, a.status, a.header.Get("Gatelog-Position"), a.body)
	}
	var view gatelog.SecretView
	a.into(t, &view)
	return view
}

func TestLifeOfASubscription(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	n := made(t, w, `{"name":"one","url":"https://h.example/in","filter":{"kinds":["api"],"types":["apig.api.*"]},"after":0,"max_attempts":3}`)
	if len(n.Secret) != 64 || n.Start != 0 {
		t.Errorf("created %+v", n)
	}
	var view gatelog.SubscriptionView
	get(t, w, hooks+"/"+n.ID, &view)
	lag := domain.Position(0)
	want := gatelog.SubscriptionView{ID: n.ID, Lag: &lag, Body: subscriptions.Body{
		Name: "one", URL: "https://h.example/in", Mode: "structured", MaxAttempts: 3,
		Filter: subscriptions.Filter{Kinds: []string{"api"}, Types: []string{"apig.api.*"}},
	}}
	if diff := cmp.Diff(want, view, cmpopts.IgnoreFields(gatelog.SubscriptionView{}, "CreatedAt", "UpdatedAt")); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	api := w.API(w.Group("shop"), "list", "one.example")
	get(t, w, hooks+"/"+n.ID, &view)
	if view.Lag == nil || *view.Lag == 0 || view.Position != 0 {
		t.Errorf("behind an event by %v", view.Lag)
	}

	id := strings.NewReplacer("$H", n.ID, "$A", api)
	for _, s := range []scenario{
		{name: "pause", method: http.MethodPost, path: "/pause", status: 200, must: []string{`"paused":true`}},
		{name: "resume", method: http.MethodPost, path: "/resume", status: 200, must: []string{`"paused":false`}},
		{name: "rewind", method: http.MethodPost, path: "/rewind", body: `{"after":2}`, status: 200, must: []string{`"start":2`, `"rewinds":1`}},
		{name: "rewind to a time", method: http.MethodPost, path: "/rewind", body: `{"since":"2020-01-01T00:00:00Z"}`, status: 200, must: []string{`"start":0`}},
		{name: "rewind beyond the end", method: http.MethodPost, path: "/rewind", body: `{"after":99999}`, status: 400, must: []string{"ends at position"}},
		{name: "update", method: http.MethodPut, body: `{"name":"two","url":"https://h.example/out","mode":"binary"}`, status: 200, must: []string{`"name":"two"`, `"mode":"binary"`}},
		{name: "rotate", method: http.MethodPost, path: "/rotate-secret", body: `{"secret":"a secret of my own"}`, status: 200, must: []string{`"secret":"a secret of my own"`}},
		{name: "no dead letters", path: "/undelivered?status=dead", status: 200, must: []string{`"total":0`, `"events":[]`}},
		{name: "redrive none", method: http.MethodPost, path: "/redrive", body: `{}`, status: 200, must: []string{`"redriven":0`}},
		{name: "the secret is shown no more", status: 200, mustNot: []string{"secret"}},
		{name: "delete", method: http.MethodDelete, status: 204},
		{name: "gone", status: 404, must: []string{"gatelog.not_found"}},
	} {
		s.path = hooks + "/" + id.Replace("$H") + s.path
		run(t, w, "", []scenario{s})
	}
}

func TestListOfSubscriptions(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	for _, name := range []string{"b", "c", "a"} {
		made(t, w, `{"name":"`+name+`","url":"https://h.example/"}`)
	}
	var list gatelog.SubscriptionListView
	get(t, w, hooks+"?limit=2", &list)
	if list.Total != 3 || list.Size != 2 || list.Subscriptions[0].Name != "a" || list.Subscriptions[1].Name != "b" {
		t.Errorf("first page %+v", list)
	}
	get(t, w, hooks+"?offset=7", &list)
	if list.Total != 3 || list.Size != 0 {
		t.Errorf("beyond the end %+v", list)
	}
	run(t, w, "", []scenario{
		{name: "none of another project", path: "/projects/p2/subscriptions", status: 200, must: []string{`"total":0`}, mustNot: []string{"h.example"}},
		{name: "a name that is taken", method: http.MethodPost, path: hooks, body: `{"name":"a","url":"https://h.example/"}`, status: 409, must: []string{"gatelog.name_taken"}},
		{name: "no address", method: http.MethodPost, path: hooks, body: `{"name":"d","url":"mailto:a@h.example"}`, status: 400, must: []string{"https://"}},
		{name: "a short secret", method: http.MethodPost, path: hooks, body: `{"name":"d","url":"https://h.example/","secret":"abc"}`, status: 400, mustNot: []string{"abc"}},
		{name: "a misspelled member", method: http.MethodPost, path: hooks, body: `{"name":"d","url":"https://h.example/","kind":"api"}`, status: 400, must: []string{"kind"}},
		{name: "a bad pattern", method: http.MethodPost, path: hooks, body: `{"name":"d","url":"https://h.example/","filter":{"types":["[a"]}}`, status: 400, must: []string{"types"}},
		{name: "a status that is none", path: hooks + "/x/undelivered?status=odd", status: 400},
		{name: "the account's", method: http.MethodPost, path: "/projects/account/subscriptions", body: `{"name":"a","url":"https://h.example/","filter":{"tenants":["p7"]}}`, status: 201},
	})
}

func TestSubscriptionsOfOtherProjectsDoNotExist(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	n := made(t, w, `{"name":"one","url":"https://h.example/"}`)
	other := "/projects/p2/subscriptions/" + n.ID
	for _, s := range hookOperations(other) {
		s.status = http.StatusNotFound
		run(t, w, "", []scenario{s})
	}
	get(t, w, hooks+"/"+n.ID, &gatelog.SubscriptionView{})
}

// hookOperations are all operations on one subscription.
func hookOperations(path string) []scenario {
	return []scenario{
		{name: gatelog.ActionGetSubscription, path: path},
		{name: gatelog.ActionUpdateSubscription, method: http.MethodPut, path: path, body: `{"name":"x","url":"https://h.example/"}`},
		{name: gatelog.ActionPause, method: http.MethodPost, path: path + "/pause"},
		{name: gatelog.ActionResume, method: http.MethodPost, path: path + "/resume"},
		{name: gatelog.ActionRewind, method: http.MethodPost, path: path + "/rewind", body: `{}`},
		{name: gatelog.ActionRotate, method: http.MethodPost, path: path + "/rotate-secret", body: `{}`},
		{name: gatelog.ActionListUndelivered, path: path + "/undelivered"},
		{name: gatelog.ActionRedrive, method: http.MethodPost, path: path + "/redrive", body: `{}`},
		{name: gatelog.ActionDeleteSubscription, method: http.MethodDelete, path: path},
	}
}

// Each operation needs its own action, and no other one.
func TestActionsOfSubscriptions(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	n := made(t, w, `{"name":"one","url":"https://h.example/"}`)
	all := append(hookOperations(hooks+"/"+n.ID),
		scenario{name: gatelog.ActionListSubscriptions, path: hooks},
		scenario{name: gatelog.ActionCreateSubscription, method: http.MethodPost, path: hooks, body: `{"name":"y","url":"https://h.example/"}`})
	for _, s := range all {
		w.Allows = func(_, action string) bool { return action != s.name }
		s.status, s.must = http.StatusForbidden, []string{s.name}
		run(t, w, "", []scenario{s})
	}
	for _, s := range all {
		w.Allows = func(tenant, action string) bool { return action == s.name && tenant == gatelogtest.Project }
		method := s.method
		if method == "" {
			method = http.MethodGet
		}
		if a := ask(t, w, method, s.path, s.body); a.status >= 300 {
			t.Errorf("%s allows %d %s", s.name, a.status, a.body)
		}
	}
}

func TestTheDescriptionNamesStreamsAndSubscriptions(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	r := httptest.NewRecorder()
	w.Handler.ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil))
	for _, part := range []string{"text/event-stream", gatelog.ActionSubscribe, gatelog.ActionRedrive, "max_attempts", "/gatelog/v1/projects/{project_id}/subscriptions/{subscription_id}/rewind"} {
		if !strings.Contains(r.Body.String(), part) {
			t.Errorf("the description does not name %s", part)
		}
	}
}
