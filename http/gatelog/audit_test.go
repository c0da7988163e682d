package gatelog_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/internal/nodetest"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// The audit trail has one record of each acknowledged mutation and one of each refused one, however many come at
// once, whatever request ids they have, and however often they are repeated with an Idempotency-Key.
func TestOneRecordPerMutation(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	stranger := c.NewUser(t)
	outcomes := map[string][]audit.Outcome{}
	var mu sync.Mutex
	expect := func(t *testing.T, from *nodetest.Client, r nodetest.Request, id string, status int, outcome ...audit.Outcome) {
		a := from.Send(t, r)
		if a.Status != status {
			t.Errorf("%s: %s %s = %d, want %d: %s", id, r.Method, r.Path, a.Status, status, a.Body)
		}
		mu.Lock()
		defer mu.Unlock()
		outcomes[id] = append(outcomes[id], outcome...)
	}
	var group sync.WaitGroup
	for worker := range 6 {
		group.Go(func() {
			for i := range 5 {
				id := func(what string) string { return fmt.Sprintf("audit-%s-%d-%d", what, worker, i) }
				name := fmt.Sprintf("group_%d_%d", worker, i)
				expect(t, c, request(id("create"), "POST", "api-groups", groupBody(name)), id("create"), 201, audit.Accepted)
				expect(t, c, request(id("again"), "POST", "api-groups", groupBody(name)), id("again"), 400, audit.Refused)
				expect(t, c, request(id("broken"), "POST", "api-groups", `{"name`), id("broken"), 400, audit.Refused)
				expect(t, c, request(id("none"), "DELETE", "api-groups/nowhere", ""), id("none"), 404, audit.Refused)
				expect(t, stranger, request(id("forbidden"), "POST", "envs", `{"name":"x"}`), id("forbidden"), 403, audit.Refused)
				expect(t, c, request(id("same"), "POST", "envs", `{"na`), id("same"), 400, audit.Refused)
				expect(t, c, request(id("same"), "DELETE", "envs/nowhere", ""), id("same"), 404, audit.Refused)
				expect(t, c, request(id("read"), "GET", "api-groups/nowhere", ""), id("read"), 404)
				repeated := request(id("repeated"), "POST", "api-groups", groupBody(name+"_key"))
				repeated.Header["Idempotency-Key"] = id("key")
				expect(t, c, repeated, id("repeated"), 201, audit.Accepted)
				expect(t, c, repeated, id("repeated"), 201)
				repeated.Body = groupBody(name + "_other")
				expect(t, c, repeated, id("repeated"), 400, audit.Refused)
				unsigned := request(id("unsigned"), "DELETE", "api-groups/x", "")
				unsigned.Unsigned = true
				expect(t, c, unsigned, id("unsigned"), 401, audit.Refused)
			}
		})
	}
	group.Wait()
	got := map[string][]audit.Outcome{}
	for _, d := range exported(t, nodetest.Admin(t).In(c.Project, c.Instance), "/gatelog/v1/audit/export?order=asc") {
		if strings.HasPrefix(d.RequestID, "audit-") {
			got[d.RequestID] = append(got[d.RequestID], d.Outcome)
		}
	}
	sorted := cmp.Transformer("sorted", func(all []audit.Outcome) []string {
		var texts []string
		for _, o := range all {
			texts = append(texts, string(o))
		}
		slices.Sort(texts)
		return texts
	})
	for id, want := range outcomes {
		if len(want) == 0 {
			delete(outcomes, id)
		}
	}
	if diff := cmp.Diff(outcomes, got, sorted); diff != "" {
		t.Errorf("records by request (-want +got):\n%s", diff)
	}
}

func TestWhoWhenWhatAndWhy(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	r := request("who-1", "POST", "api-groups", groupBody("orders"))
	r.Header["Gatelog-Reason"], r.Header["User-Agent"] = "the shop opens", "curl/8"
	group := c.Must(t, 201, r).Text(t, "id")
	got := one(t, c, "request_id=who-1")
	want := projectionsaudit.Record{
		Outcome: audit.Accepted, ProjectID: c.Project, UserID: got.UserID, UserName: c.Node.Admin.User, AccessKey: c.AccessKey, Address: "127.0.0.1",
		Client: "curl/8", Surface: "apig", Operation: "CreateApiGroupV2", Command: "apig.CreateGroup", RequestID: "who-1", Reason: "the shop opens", Changed: 1,
		Resources: []projectionsaudit.Resource{{Type: "apig.group.created", Kind: "group", ID: group, InstanceID: c.Instance, Name: "orders"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(projectionsaudit.Record{}, "ID", "Time", "Position", "Cursor")); diff != "" || got.UserID == "" || got.Position == 0 {
		t.Errorf("accepted (-want +got):\n%s", diff)
	}
	r = request("who-2", "PUT", "api-groups/"+group, groupBody("!"))
	r.Header["Gatelog-Reason"] = "a try"
	a := c.Must(t, 400, r)
	got = one(t, c, "request_id=who-2")
	if got.Outcome != audit.Refused || got.Operation != "UpdateApiGroupV2" || got.Status != 400 || got.Code != a.Code() || got.Reason != "a try" ||
		got.Resources[0].ID != group || got.Resources[0].InstanceID != c.Instance || !strings.HasSuffix(got.Path, "/api-groups/"+group) || got.UserName != c.Node.Admin.User {
		t.Errorf("refused: %+v", got)
	}
	c.SetQuota(t, "API_NUM_LIMIT", 7)
	if got = one(t, c, "operation=set-instance-quota"); got.Surface != "gatelog" || got.Command != "apig.SetQuota" {
		t.Errorf("through another surface: %+v", got)
	}
}

func TestChangesOverTime(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	group := c.Must(t, 201, request("over-1", "POST", "api-groups", groupBody("before"))).Text(t, "id")
	c.Must(t, 200, request("over-2", "PUT", "api-groups/"+group, groupBody("after")))
	c.Must(t, 204, request("over-3", "DELETE", "api-groups/"+group, ""))
	for id, want := range map[string]struct{ before, after, patch string }{
		"over-1": {"", `"name":"before"`, `"op":"add","path":""`},
		"over-2": {`"name":"before"`, `"name":"after"`, `{"value":"after","op":"replace","path":"/name"}`},
		"over-3": {`"name":"after"`, "", `[{"op":"remove","path":""}]`},
	} {
		changes := detail(t, c, one(t, c, "request_id="+id).ID).Changes
		if len(changes) != 1 {
			t.Fatalf("%s: %+v", id, changes)
		}
		for what, side := range map[string]struct{ want, got string }{
			"before": {want.before, string(changes[0].Before)}, "after": {want.after, string(changes[0].After)}, "patch": {want.patch, string(changes[0].Patch)},
		} {
			if !strings.Contains(side.got, side.want) || side.want == "" && side.got != "" {
				t.Errorf("%s: %s is %s, want %s", id, what, side.got, side.want)
			}
		}
	}
}

func TestAuditIsNobodyElses(t *testing.T) {
	t.Parallel()
	mine, theirs := nodetest.NewTenant(t), nodetest.NewTenant(t)
	theirs.Must(t, 201, request("theirs-1", "POST", "api-groups", groupBody("secretive")))
	theirs.Must(t, 400, request("theirs-2", "POST", "api-groups", groupBody("secretive")))
	made, refused := one(t, theirs, "request_id=theirs-1"), one(t, theirs, "request_id=theirs-2")
	auditor := mine.NewUser(t, nodetest.Statement{Effect: "Allow", Actions: []string{"gatelog:audit:*"}, Projects: []string{mine.Project}})
	if all := auditOf(t, auditor, "q=secretive"); len(all) > 0 {
		t.Errorf("found %+v", all)
	}
	for _, id := range []string{made.ID, refused.ID} {
		auditor.Must(t, 404, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/" + id})
	}
	for _, path := range []string{
		"/gatelog/v1/projects/" + theirs.Project + "/audit", "/gatelog/v1/projects/" + theirs.Project + "/audit/" + made.ID, "/gatelog/v1/projects/account/audit",
		"/gatelog/v1/projects/" + theirs.Project + "/audit/export", "/gatelog/v1/audit", "/gatelog/v1/audit/export", "/gatelog/v1/audit/" + made.ID, "/gatelog/v1/projects/nowhere/audit",
	} {
		if a := auditor.Send(t, nodetest.Request{Path: path}); a.Status != 403 || strings.Contains(a.Body, "secretive") {
			t.Errorf("%s = %d %s", path, a.Status, a.Body)
		}
	}
	operator := nodetest.Admin(t)
	for _, id := range []string{made.ID, refused.ID} {
		operator.Must(t, 200, nodetest.Request{Path: "/gatelog/v1/audit/" + id})
	}
}

func TestEachAuditOperationHasItsAction(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	id := auditOf(t, c, "")[0].ID
	paths := map[string]string{
		"gatelog:audit:list": "/gatelog/v1/projects/$project/audit", "gatelog:audit:get": "/gatelog/v1/projects/$project/audit/" + id,
		"gatelog:audit:export": "/gatelog/v1/projects/$project/audit/export",
	}
	for action := range paths {
		u := c.NewUser(t, nodetest.Allow(action))
		for needed, path := range paths {
			want := http.StatusForbidden
			if needed == action {
				want = http.StatusOK
			}
			u.Must(t, want, nodetest.Request{Path: path})
		}
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	t.Parallel()
	c := nodetest.NewProject(t)
	for _, query := range []string{
		"from=yesterday", "to=2026-13-01T00:00:00Z", "outcome=done", "limit=0", "limit=501", "order=up", "after=x", "after=" + strings.Repeat("A", 600),
		"q=" + strings.Repeat("x", 300), "as_of=1", "user=" + strings.Repeat("u", 300),
	} {
		for _, path := range []string{"audit", "audit/export"} {
			if path == "audit/export" && strings.HasPrefix(query, "limit") {
				continue
			}
			if a := c.Send(t, nodetest.Request{Path: "/gatelog/v1/projects/$project/" + path + "?" + query}); a.Status != 400 || a.Code() != "gatelog.invalid" {
				t.Errorf("%s?%s = %d %s", path, query, a.Status, a.Body)
			}
		}
	}
	c.Must(t, 400, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/export?format=xml"})
	c.Must(t, 404, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/nothing"})
	c.Must(t, 400, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/nothing?as_of=1"})
	for _, odd := range []string{"q=%27%3B--", "q=%3A*%26%21", "user=%27", "kind=%25", "q=%E5%8F%98%E6%9B%B4"} {
		if all := auditOf(t, c, odd); len(all) > 0 {
			t.Errorf("%s finds %+v", odd, all)
		}
	}
}

func TestExportAsCSV(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	r := request("csv-1", "POST", "api-groups", groupBody("orders"))
	r.Header["Gatelog-Reason"] = `=cmd|"calc", and more`
	c.Must(t, 201, r)
	c.Must(t, 400, request("csv-2", "POST", "api-groups", groupBody("orders")))
	a := c.Must(t, 200, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/export?format=csv&q=orders&order=asc"})
	rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows: %v\n%s", len(rows), err, a.Body)
	}
	at := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	if at(1, "request_id") != "csv-1" || at(1, "reason") != `'=cmd|"calc", and more` || at(1, "changed") != "1" || at(1, "outcome") != "accepted" {
		t.Errorf("row %q", rows[1])
	}
	if at(2, "request_id") != "csv-2" || at(2, "status") != "400" || at(2, "error_code") != "APIG.3201" || at(2, "position") != "" {
		t.Errorf("row %q", rows[2])
	}
	after := escape(at(1, "cursor"))
	rest := exported(t, c, "/gatelog/v1/projects/$project/audit/export?q=orders&order=asc&after="+after)
	if len(rest) != 1 || rest[0].RequestID != "csv-2" {
		t.Errorf("behind the first: %+v", rest)
	}
}

// Who is not known is in no project's trail, and operators see where it came from.
func TestStrangersAreSeenByOperators(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	r := request("stranger-1", "DELETE", "api-groups/x", "")
	r.Unsigned = true
	c.Must(t, 401, r)
	login := request("stranger-2", "POST", "/v3/auth/tokens", `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"nobody_at_all","password":"guess-4711","domain":{"name":"gatelog"}}}}}}`)
	login.Unsigned = true
	c.Must(t, 401, login)
	if all := auditOf(t, c, "outcome=refused"); len(all) > 0 {
		t.Errorf("in the project: %+v", all)
	}
	for id, operation := range map[string]string{"stranger-1": "DeleteApiGroupV2", "stranger-2": "create-token"} {
		all := exported(t, nodetest.Admin(t), "/gatelog/v1/audit/export?request_id="+id)
		if len(all) != 1 || all[0].Operation != operation || all[0].Status != 401 || all[0].ProjectID != "" || all[0].UserID != "" || all[0].Address != "127.0.0.1" {
			t.Errorf("%s: %+v", id, all)
		}
	}
}
