package gatelog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/nodetest"
)

// asked reads the answer to a GET.
func asked[V any](t *testing.T, c *nodetest.Client, path string) V {
	t.Helper()
	var view V
	c.Must(t, http.StatusOK, nodetest.Request{Path: path}).Into(t, &view)
	return view
}

// told are the events of a history in short.
func told(h gatelog.HappeningListView) []string {
	lines := []string{}
	for _, e := range h.Events {
		line := e.Type + ":"
		if e.Diff != nil {
			for _, c := range e.Diff.Changes {
				line += " " + c.Path
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// person is a user with a password, a rule and a key that was taken away again.
type person struct {
	*nodetest.Client
	id, key string
	secrets []string
	ruled   string // position of the event that gave the rule
	name    string
}

func newPerson(t *testing.T) person {
	t.Helper()
	p := person{Client: nodetest.Admin(t), name: nodetest.Unique("carla"), secrets: []string{"Plain4711Secret"}}
	made := p.Must(t, http.StatusCreated, nodetest.Request{Method: "POST", Path: "/gatelog/v1/users", Body: fmt.Sprintf(`{"name":%q,"password":"Plain4711Secret"}`, p.name)})
	p.id = made.Text(t, "id")
	p.ruled = p.Must(t, http.StatusOK, nodetest.Request{
		Method: "PUT", Path: "/gatelog/v1/users/" + p.id + "/policies", Header: map[string]string{"Gatelog-Reason": "on call"},
		Body: `{"statements":[{"effect":"Allow","actions":["apig:*:*"],"projects":["*"]}]}`,
	}).Header.Get("Gatelog-Position")
	p.Must(t, http.StatusOK, nodetest.Request{Method: "PUT", Path: "/gatelog/v1/users/" + p.id, Body: `{"password":"Other4711Secret"}`})
	key := p.Must(t, http.StatusCreated, nodetest.Request{Method: "POST", Path: "/gatelog/v1/users/" + p.id + "/access-keys"})
	p.key, p.secrets = key.Text(t, "access_key"), append(p.secrets, "Other4711Secret", key.Text(t, "secret_key"))
	p.Must(t, http.StatusNoContent, nodetest.Request{Method: "DELETE", Path: "/gatelog/v1/users/" + p.id + "/access-keys/" + p.key})
	return p
}

func TestHistoryOfUsersAndKeys(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	of := "?kind=user&id=" + p.id

	h := asked[gatelog.HappeningListView](t, p.Client, "/gatelog/v1/history"+of+"&order=asc")
	want := []string{"identity.user.policies_set: policies[0] updated_at", "identity.user.password_changed: generation password updated_at"}
	if diff := cmp.Diff(want, told(h)[2:]); diff != "" || h.Surface != "identity" || h.Total != 4 {
		t.Errorf("%d events (-want +got):\n%s\n%v", h.Total, diff, told(h))
	}
	if e := h.Events[2]; e.Reason != "on call" || e.Actor.UserName != "admin" {
		t.Errorf("who gave the rule, and why: %+v", e.CauseView)
	}
	key := asked[gatelog.HappeningListView](t, p.Client, "/gatelog/v1/history?kind=accesskey&id="+p.key)
	if key.Total != 2 || key.Events[0].Type != "identity.accesskey.deleted" || string(key.Events[0].After) != "null" {
		t.Errorf("the key: %v", told(key))
	}
	for _, f := range asked[gatelog.BlameView](t, p.Client, "/gatelog/v1/blame"+of).Fields {
		if f.Pointer == "/policies/0/actions/0" && (f.Event.Reason != "on call" || string(f.Value) != `"apig:*:*"`) {
			t.Errorf("the rule is blamed on %+v", f)
		}
	}
	d := asked[gatelog.MomentsDiffView](t, p.Client, "/gatelog/v1/diff"+of+"&from="+p.ruled)
	if len(d.Changes) != 3 || d.Changes[1].Path != "password" || string(d.Changes[1].After) != `"******"` {
		t.Errorf("since the rule: %+v", d.Changes)
	}
	then := asked[gatelog.HappeningListView](t, p.Client, "/gatelog/v1/history"+of+"&as_of="+p.ruled)
	if then.Total != 3 {
		t.Errorf("as of the rule: %v", told(then))
	}
}

func TestHistoryOfUsersHidesSecrets(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	for _, path := range []string{
		"/gatelog/v1/history?kind=user&id=" + p.id, "/gatelog/v1/blame?kind=user&id=" + p.id, "/gatelog/v1/diff?from=1&kind=user&id=" + p.id,
		"/gatelog/v1/history?kind=accesskey&id=" + p.key, "/gatelog/v1/blame?kind=accesskey&id=" + p.key,
	} {
		body := p.Must(t, http.StatusOK, nodetest.Request{Path: path}).Body
		for _, secret := range append(p.secrets, `"v1.`) {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
		if !strings.Contains(body, p.id) || !strings.Contains(body, "******") {
			t.Errorf("%s: %s", path, body)
		}
	}
}

// What happened to users is for those who were given just that, for the whole account.
func TestHistoryOfUsersIsForAdministrators(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	admin := nodetest.NewProject(t)
	paths := []string{
		"/gatelog/v1/history?kind=user&id=" + p.id, "/gatelog/v1/blame?kind=user&id=" + p.id, "/gatelog/v1/diff?from=1&kind=user&id=" + p.id,
		"/gatelog/v1/projects/account/history?surface=identity&kind=user&id=" + p.id,
		"/gatelog/v1/projects/account/blame?surface=identity&kind=user&id=" + p.id,
		"/gatelog/v1/projects/account/diff?surface=identity&from=1&kind=user&id=" + p.id,
	}
	here := func(action string) nodetest.Statement {
		return nodetest.Statement{Effect: "Allow", Actions: []string{action}, Projects: []string{admin.Project}}
	}
	for name, c := range map[string]struct {
		rule nodetest.Statement
		want int
	}{
		"all histories but this":   {nodetest.Allow(gatelog.ActionHistory, gatelog.ActionVersion, "apig:*:*"), http.StatusForbidden},
		"this one, in one project": {here(gatelog.ActionIdentityHistory), http.StatusForbidden},
		"everything, in a project": {here("*"), http.StatusForbidden},
		"this one":                 {nodetest.Allow(gatelog.ActionIdentityHistory), http.StatusOK},
	} {
		user := admin.NewUser(t, c.rule)
		for _, path := range paths {
			a := user.Send(t, nodetest.Request{Path: path})
			if a.Status != c.want || a.Status == http.StatusForbidden && !strings.Contains(a.Body, gatelog.ActionIdentityHistory) {
				t.Errorf("%s: GET %s = %d %s, want %d", name, path, a.Status, a.Body, c.want)
			}
		}
	}
	other := "/gatelog/v1/projects/$project/history?surface=identity&kind=user&id=" + p.id
	if a := admin.Send(t, nodetest.Request{Path: other}); a.Status != http.StatusNotFound {
		t.Errorf("a user asked for in a project: %d %s", a.Status, a.Body)
	}
}

func TestHistoryOfASubscription(t *testing.T) {
	t.Parallel()
	c, other := nodetest.NewProject(t), nodetest.NewProject(t)
	made := c.Must(t, http.StatusCreated, nodetest.Request{Method: "POST", Path: "/gatelog/v1/projects/$project/subscriptions", Body: `{"name":"deploys","url":"https://one.example/in"}`})
	id, from := made.Text(t, "id"), made.Header.Get("Gatelog-Position")
	c.Must(t, http.StatusOK, nodetest.Request{Method: "PUT", Path: "/gatelog/v1/projects/$project/subscriptions/" + id, Body: `{"name":"deploys","url":"https://two.example/in"}`})
	c.Must(t, http.StatusOK, nodetest.Request{Method: "POST", Path: "/gatelog/v1/projects/$project/subscriptions/" + id + "/rotate-secret", Body: `{}`})
	of := "?surface=subscriptions&kind=subscription&id=" + id

	h := asked[gatelog.HappeningListView](t, c, "/gatelog/v1/projects/$project/history"+of)
	want := []string{"subscriptions.subscription.secret_rotated: secret updated_at", "subscriptions.subscription.updated: updated_at url"}
	if diff := cmp.Diff(want, told(h)[:2]); diff != "" || h.Total != 3 {
		t.Errorf("%d events (-want +got):\n%s", h.Total, diff)
	}
	d := c.Must(t, http.StatusOK, nodetest.Request{Path: "/gatelog/v1/projects/$project/diff" + of + "&from=" + from}).Body
	for _, part := range []string{`"https://two.example/in"`, `{"value":"******","op":"replace","path":"/secret"}`} {
		if !strings.Contains(d, part) {
			t.Errorf("the difference lacks %s: %s", part, d)
		}
	}
	for _, f := range asked[gatelog.BlameView](t, c, "/gatelog/v1/projects/$project/blame"+of).Fields {
		if f.Pointer == "/secret" && (f.Event.Type != "subscriptions.subscription.secret_rotated" || string(f.Value) != `"******"`) {
			t.Errorf("the secret: %+v", f)
		}
	}
	for _, path := range []string{
		"/gatelog/v1/projects/" + other.Project + "/history" + of, "/gatelog/v1/history" + of,
		"/gatelog/v1/projects/$project/history?kind=subscription&id=" + id,
	} {
		if a := c.Send(t, nodetest.Request{Path: path}); a.Status != http.StatusNotFound {
			t.Errorf("%s = %d %s, want 404", path, a.Status, a.Body)
		}
	}
}
