package nodetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var names atomic.Int64

// Unique returns a name that no other test has; it fits every kind of name.
func Unique(prefix string) string { return fmt.Sprintf("%s_%05d", prefix, names.Add(1)) }

// ReleaseEnv is the environment that every instance has.
const ReleaseEnv = "DEFAULT_ENVIRONMENT_RELEASE_ID"

// Admin returns the administrator in the first project and instance, which all tests of a package share.
func Admin(t testing.TB) *Client {
	t.Helper()
	n := Get(t)
	return &Client{
		Node: n, AccessKey: n.Admin.AccessKey, Secret: n.Admin.SecretKey, Project: n.Admin.ProjectID, Instance: n.Admin.InstanceID,
	}
}

// NewProject returns the administrator in a project of its own, which has no instance.
func NewProject(t testing.TB) *Client {
	t.Helper()
	c := Admin(t)
	body := fmt.Sprintf(`{"name":%q}`, Unique("project"))
	made := c.Must(t, http.StatusCreated, Request{Method: "POST", Path: "/gatelog/v1/projects", Body: body})
	return c.In(made.Text(t, "id"), "")
}

// NewTenant returns the administrator in a project of its own with a running instance: nothing that
// other tests do is seen there.
func NewTenant(t testing.TB) *Client {
	t.Helper()
	c := NewProject(t)
	return c.In(c.Project, c.NewInstance(t))
}

// NewInstance makes an instance in the client's project and returns its id once it runs.
func (c *Client) NewInstance(t testing.TB) string {
	t.Helper()
	body := fmt.Sprintf(`{"instance_name":%q,"spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z"]}`, Unique("instance"))
	id := c.Must(t, http.StatusAccepted, Request{Method: "POST", Path: "/v2/$project/apigw/instances", Body: body}).Text(t, "instance_id")
	progress := Request{Path: "/v2/$project/apigw/instances/" + id + "/progress"}
	Eventually(t, "instance "+id+" runs", func() bool {
		return c.Must(t, http.StatusOK, progress).Text(t, "status") == "success"
	})
	return id
}

// eventually is how long Eventually waits at most.
const eventually = 20 * time.Second

// Eventually waits until something is so, and fails the test when that takes more than 20 seconds.
func Eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(eventually)
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %s: %s", eventually, what)
		}
	}
}

// Statement is a rule of a user's policies: "Allow" or "Deny" for actions, in projects or all ("*").
type Statement struct {
	Effect   string   `json:"effect"`
	Actions  []string `json:"actions"`
	Projects []string `json:"projects"`
}

// Allow is the statement that allows actions everywhere.
func Allow(actions ...string) Statement { return Statement{"Allow", actions, []string{"*"}} }

// NewUser returns a user with keys of its own and these policies, at work where c is. c must be the
// administrator.
func (c *Client) NewUser(t testing.TB, policies ...Statement) *Client {
	t.Helper()
	body := fmt.Sprintf(`{"name":%q}`, Unique("user"))
	id := c.Must(t, http.StatusCreated, Request{Method: "POST", Path: "/gatelog/v1/users", Body: body}).Text(t, "id")
	keys := c.Must(t, http.StatusCreated, Request{Method: "POST", Path: "/gatelog/v1/users/" + id + "/access-keys"})
	u := c.In(c.Project, c.Instance)
	u.AccessKey, u.Secret, u.UserID = keys.Text(t, "access_key"), keys.Text(t, "secret_key"), id
	if len(policies) > 0 {
		c.SetPolicies(t, id, policies...)
	}
	return u
}

// SetPolicies replaces what a user may do. c must be the administrator.
func (c *Client) SetPolicies(t testing.TB, userID string, policies ...Statement) {
	t.Helper()
	text, err := json.Marshal(map[string][]Statement{"statements": policies})
	if err != nil {
		t.Fatal(err)
	}
	c.Must(t, http.StatusOK, Request{Method: "PUT", Path: "/gatelog/v1/users/" + userID + "/policies", Body: string(text)})
}

// SetQuota sets a quota of the client's instance; one of the project's when it works in no instance.
func (c *Client) SetQuota(t testing.TB, name string, value int) {
	t.Helper()
	path := "/gatelog/v1/projects/$project/instances/$instance/quotas/" + name
	if c.Instance == "" {
		path = strings.Replace(path, "/instances/$instance", "", 1)
	}
	c.Must(t, http.StatusOK, Request{Method: "PUT", Path: path, Body: fmt.Sprintf(`{"value":%d}`, value)})
}

// Token returns a token of the administrator for the client's project.
func (c *Client) Token(t testing.TB) string {
	t.Helper()
	if token, known := c.Node.tokens.Load(c.Project); known {
		return token.(string)
	}
	admin := c.Node.Admin
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":%q,"password":%q,"domain":{"name":"gatelog"}}}},"scope":{"project":{"id":%q}}}}`,
		admin.User, admin.Password, c.Project)
	a := c.Must(t, http.StatusCreated, Request{Method: "POST", Path: "/v3/auth/tokens", Body: body, Unsigned: true})
	token := a.Header.Get("X-Subject-Token")
	c.Node.tokens.Store(c.Project, token)
	return token
}
