package gatelog_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/internal/nodetest"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// step is one request, and what the audit trail must have of it: exactly one record, or none.
type step struct {
	name, method, path, body string
	key                      string // Idempotency-Key
	unsigned                 bool
	status                   int
	outcome                  audit.Outcome // empty for no record
	changes                  int
	keep                     map[string]string // names by members of the answer
}

// take sends the request and returns what the trail has of it.
func (s step) take(t *testing.T, c *nodetest.Client) {
	t.Helper()
	id := nodetest.Unique("step")
	r := nodetest.Request{Method: s.method, Path: s.path, Body: s.body, Unsigned: s.unsigned, Header: map[string]string{"X-Request-Id": id}}
	if s.key != "" {
		r.Header["Idempotency-Key"] = s.key
	}
	a := c.Must(t, s.status, r)
	for name, member := range s.keep {
		c.Set(name, a.Text(t, member))
	}
	found := exported(t, nodetest.Admin(t), "/gatelog/v1/audit/export?request_id="+id)
	if s.outcome == "" && len(found) == 0 {
		return
	}
	if len(found) != 1 || found[0].Outcome != s.outcome || found[0].Changed != s.changes || len(found[0].Changes) != s.changes {
		t.Fatalf("want one record that says %q with %d changes, have %s", s.outcome, s.changes, inShort(found))
	}
}

func inShort(all []projectionsaudit.Detail) (text string) {
	for _, d := range all {
		text += fmt.Sprintf("[%s %s %s %d %s, %d changes] ", d.ID, d.Operation, d.Outcome, d.Status, d.Message, d.Changed)
	}
	return text
}

func takeAll(t *testing.T, c *nodetest.Client, all []step) {
	t.Helper()
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) { s.take(t, c) })
	}
}

// What it takes two commands to do is one record; what is so already is one that says so.
func TestEachRequestAboutUsersIsOneRecord(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t).In("", "")
	c.Set("name", nodetest.Unique("u"))
	const users, user, policies = "/gatelog/v1/users", "/gatelog/v1/users/$user", "/gatelog/v1/users/$user/policies"
	const token = `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"$name","password":"%s","domain":{"name":"gatelog"}}}},"scope":{"domain":{"name":"gatelog"}}}}`
	takeAll(t, c, []step{
		{name: "create", method: "POST", path: users, body: `{"name":"$name","password":"open sesame"}`, status: 201, outcome: audit.Accepted, changes: 2, keep: map[string]string{"user": "id"}},
		{name: "create again", method: "POST", path: users, body: `{"name":"$name","password":"open sesame"}`, status: 409, outcome: audit.Refused},
		{name: "create without a password", method: "POST", path: users, body: `{"name":"$name.2"}`, key: "k1", status: 201, outcome: audit.Accepted, changes: 1},
		{name: "repeat that", method: "POST", path: users, body: `{"name":"$name.2"}`, key: "k1", status: 201},
		{name: "the key for another", method: "POST", path: users, body: `{"name":"$name.3"}`, key: "k1", status: 409, outcome: audit.Refused},
		{name: "create with a bad password", method: "POST", path: users, body: `{"name":"$name.3","password":"x"}`, status: 400, outcome: audit.Refused},
		{name: "password and disable", method: "PUT", path: user, body: `{"password":"open sesame 2","enabled":false}`, status: 200, outcome: audit.Accepted, changes: 2},
		{name: "password, and disabled already", method: "PUT", path: user, body: `{"password":"open sesame 3","enabled":false}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "disabled already", method: "PUT", path: user, body: `{"enabled":false}`, status: 200, outcome: audit.Unchanged},
		{name: "enable", method: "PUT", path: user, body: `{"enabled":true}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "nothing", method: "PUT", path: user, body: `{}`, status: 400, outcome: audit.Refused},
		{name: "policies", method: "PUT", path: policies, body: `{"statements":[]}`, status: 200, outcome: audit.Unchanged},
		{name: "other policies", method: "PUT", path: policies, body: `{"statements":[{"effect":"Allow","actions":["*"],"projects":["*"]}]}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "sign in", method: "POST", path: "/v3/auth/tokens", body: fmt.Sprintf(token, "open sesame 3"), unsigned: true, status: 201},
		{name: "sign in in vain", method: "POST", path: "/v3/auth/tokens", body: fmt.Sprintf(token, "open sesame"), unsigned: true, status: 401, outcome: audit.Refused},
		{name: "key", method: "POST", path: user + "/access-keys", status: 201, outcome: audit.Accepted, changes: 1, keep: map[string]string{"key": "access_key"}},
		{name: "delete the key", method: "DELETE", path: user + "/access-keys/$key", status: 204, outcome: audit.Accepted, changes: 1},
		{name: "delete the key again", method: "DELETE", path: user + "/access-keys/$key", status: 404, outcome: audit.Refused},
		{name: "delete", method: "DELETE", path: user, status: 204, outcome: audit.Accepted, changes: 1},
		{name: "project", method: "POST", path: "/gatelog/v1/projects", body: `{"name":"$name"}`, status: 201, outcome: audit.Accepted, changes: 1, keep: map[string]string{"made": "id"}},
		{name: "rename", method: "PUT", path: "/gatelog/v1/projects/$made", body: `{"name":"$name"}`, status: 200, outcome: audit.Unchanged},
		{name: "rename to another", method: "PUT", path: "/gatelog/v1/projects/$made", body: `{"name":"$name.2"}`, status: 200, outcome: audit.Accepted, changes: 1},
	})
}

// A request that changed something before it was refused is one record, with what it changed.
func TestAHalfRefusedRequestIsOneRecord(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t).In("", "")
	c.Set("name", nodetest.Unique("u"))
	step{method: "POST", path: "/gatelog/v1/users", body: `{"name":"$name","password":"open sesame"}`, status: 201, outcome: audit.Accepted, changes: 2, keep: map[string]string{"user": "id"}}.take(t, c)
	id := nodetest.Unique("half")
	r := request(id, "PUT", "/gatelog/v1/users/$user", `{"password":"open sesame 2","enabled":false}`)
	r.Header["Idempotency-Key"] = "k"
	step{method: "POST", path: "/gatelog/v1/projects", body: `{"name":"$name"}`, key: "k", status: 201, outcome: audit.Accepted, changes: 1}.take(t, c)
	c.Must(t, http.StatusConflict, r) // the password is set; the key was used for something else
	found := exported(t, nodetest.Admin(t), "/gatelog/v1/audit/export?request_id="+id)
	if len(found) != 1 || found[0].Outcome != audit.Refused || found[0].Code == "" || found[0].Changed != 1 || found[0].Resources[0].Type != "identity.user.password_changed" {
		t.Errorf("have %s", inShort(found))
	}
}

func TestEachRequestOfThisSurfaceIsOneRecord(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	c.Set("name", nodetest.Unique("h"))
	c.Set("group", c.Must(t, 201, request("setup", "POST", "api-groups", groupBody("shop"))).Text(t, "id"))
	const project = "/gatelog/v1/projects/$project"
	const instance, hooks, hook = project + "/instances/$instance", project + "/subscriptions", project + "/subscriptions/$hook"
	hookBody := `{"name":"$name","url":"https://192.0.2.1/hook"}`
	at := func(dry bool) string { return fmt.Sprintf(`{"as_of":"%d","dry_run":%v}`, c.Head(t), dry) }
	before := at(false)
	c.Must(t, 200, request("setup", "PUT", "api-groups/$group", groupBody("shop2")))
	const declaration = instance + "/declaration"
	declared := func(more string) string {
		return `{"declaration":{"format":1,"scope":"groups","groups":[{"name":"bank","sl_domain_access_enabled":false}]}` + more + `}`
	}
	takeAll(t, c, []step{
		{name: "quota", method: "PUT", path: instance + "/quotas/API_NUM_LIMIT", body: `{"value":7}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "an unknown quota", method: "PUT", path: instance + "/quotas/NONE", body: `{"value":7}`, status: 400, outcome: audit.Refused},
		{name: "a plan", method: "POST", path: instance + "/groups/$group/restore", body: at(true), status: 200},
		{name: "a plan of nothing", method: "POST", path: instance + "/groups/nothing/restore", body: at(true), status: 404},
		{name: "restore", method: "POST", path: instance + "/groups/$group/restore", body: before, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "restore again", method: "POST", path: instance + "/groups/$group/restore", body: before, status: 200, outcome: audit.Unchanged},
		{name: "restore nothing", method: "POST", path: instance + "/groups/nothing/restore", body: before, status: 404, outcome: audit.Refused},
		{name: "restore a thing", method: "POST", path: instance + "/resources/group/$group/restore", body: before, status: 400, outcome: audit.Refused},
		{name: "a declared plan", method: "POST", path: declaration, body: declared(`,"dry_run":true`), status: 200},
		{name: "declared", method: "POST", path: declaration, body: declared(""), key: "k1", status: 200, outcome: audit.Accepted, changes: 2},
		{name: "repeat what was declared", method: "POST", path: declaration, body: declared(""), key: "k1", status: 200},
		{name: "declared again", method: "POST", path: declaration, body: declared(""), status: 200, outcome: audit.Unchanged},
		{name: "no declaration", method: "POST", path: declaration, body: `{}`, status: 400, outcome: audit.Refused},
		{name: "endpoint of a stranger", method: "POST", path: instance + "/vpc-endpoint/connections", body: `{}`, status: 400, outcome: audit.Refused},
		{name: "calls", method: "POST", path: instance + "/call-records", body: `{}`, status: 400, outcome: audit.Refused},
		{name: "subscribe", method: "POST", path: hooks, body: hookBody, status: 201, outcome: audit.Accepted, changes: 1, keep: map[string]string{"hook": "id"}},
		{name: "the same change", method: "PUT", path: hook, body: hookBody, status: 200, outcome: audit.Unchanged},
		{name: "pause", method: "POST", path: hook + "/pause", status: 200, outcome: audit.Accepted, changes: 1},
		{name: "pause again", method: "POST", path: hook + "/pause", status: 200, outcome: audit.Unchanged},
		{name: "resume", method: "POST", path: hook + "/resume", status: 200, outcome: audit.Accepted, changes: 1},
		{name: "rewind", method: "POST", path: hook + "/rewind", body: `{"after":0}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "rotate", method: "POST", path: hook + "/rotate-secret", body: `{}`, status: 200, outcome: audit.Accepted, changes: 1},
		{name: "redrive nothing", method: "POST", path: hook + "/redrive", body: `{}`, status: 200, outcome: audit.Unchanged},
		{name: "unsubscribe", method: "DELETE", path: hook, key: "k2", status: 204, outcome: audit.Accepted, changes: 1},
		{name: "repeat that", method: "DELETE", path: hook, key: "k2", status: 204},
		{name: "unsubscribe again", method: "DELETE", path: hook, status: 404, outcome: audit.Refused},
		{name: "skip", method: "POST", path: "/gatelog/v1/projections/apig/skips", body: `{"position":1,"reason":"r"}`, status: 400, outcome: audit.Refused},
		{name: "a path to nowhere", method: "POST", path: project + "/nowhere", status: 404, outcome: audit.Refused},
	})
}

// What a request causes later has records of its own, which name it.
func TestWhatIsDoneLaterNamesItsCause(t *testing.T) {
	t.Parallel()
	c := nodetest.NewProject(t)
	r := request("instance-1", "POST", "/v2/$project/apigw/instances", `{"instance_name":"later","spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z"]}`)
	c.Must(t, http.StatusAccepted, r)
	made := one(t, c, "request_id=instance-1")
	if made.Cause != "" || made.Operation != "CreateInstanceV2" {
		t.Errorf("the request is %+v", made)
	}
	nodetest.Eventually(t, "Gatelog has done the next step", func() bool {
		for _, later := range auditOf(t, c, "operation=apig.AdvanceInstance") {
			if later.Cause == made.ID && later.UserName == "gatelog" && later.Operation == "" && later.Changed == 1 {
				return true
			}
		}
		return false
	})
}
