package apig_test

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/nodetest"
)

//go:embed testdata/permissions.tsv
var permissionsTable string

// permission is a row of chapter 4 of the reference: an action that allows an operation.
type permission struct{ operation, action string }

// permissions are those of the reference, see testdata/permissions.tsv.
var permissions = func() []permission {
	var all []permission
	for line := range strings.Lines(permissionsTable) {
		if id, action, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			all = append(all, permission{id, action})
		}
	}
	return all
}()

// everyAction returns all actions that there are but those that are left out, sorted.
func everyAction(but ...string) []string {
	all := slices.Collect(maps.Values(beyondChapter4))
	for _, p := range permissions {
		all = append(all, p.action)
	}
	return sortedActions(slices.DeleteFunc(all, func(action string) bool { return slices.Contains(but, action) }))
}

// allowEach is the policy that allows actions; a statement has at most 100.
func allowEach(actions []string) []nodetest.Statement {
	var all []nodetest.Statement
	for part := range slices.Chunk(actions, 100) {
		all = append(all, nodetest.Allow(part...))
	}
	return all
}

// beyondChapter4 are actions that chapter 4 does not have, with the operations that they allow beside the action
// that it has for them, if any: see docs/interpretations.md.
var beyondChapter4 = map[string]string{
	"ShowDetailsOfRequestThrottlingPolicyV2": "apig:throttles:get",      // beside that of special settings
	"ListApisBindedToAclPolicyV2":            "apig:acls:listBoundApis", // beside the one without an s
	"UpdateEnvironmentVariableV2":            "apig:variables:update",
}

// Chapter 4: the actions that are enforced are those of the reference: each of them, by the operation that has it
// there, and no others but those of beyondChapter4. An operation that chapter 4 does not name asks for the action of another one.
func TestActionsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	d := readDescription(t, nodetest.Admin(t))
	tested, documented := map[string][]string{}, map[string][]string{}
	for _, o := range operations {
		tested[o.id] = append(tested[o.id], o.actions...)
	}
	for _, p := range permissions {
		documented[p.operation] = append(documented[p.operation], p.action)
	}
	if len(permissions) != 123 {
		t.Errorf("%d rows, chapter 4 has 123", len(permissions))
	}
	var enforced []string
	for id, found := range d.operations() {
		enforced = append(enforced, found.Actions...)
		if diff := cmp.Diff(sortedActions(found.Actions), sortedActions(tested[id])); diff != "" {
			t.Errorf("%s: the actions of the table of operations are not those that allow it (-enforced +table):\n%s", id, diff)
		}
		want := documented[id]
		if more := beyondChapter4[id]; more != "" {
			want = append(want, more)
		}
		if want == nil {
			continue // its action is that of others
		}
		if diff := cmp.Diff(sortedActions(want), sortedActions(found.Actions)); diff != "" {
			t.Errorf("%s: add the action of chapter 4, or a reason to beyondChapter4 (-reference +enforced):\n%s", id, diff)
		}
	}
	if diff := cmp.Diff(everyAction(), sortedActions(enforced)); diff != "" {
		t.Errorf("all actions (-reference and beyond +enforced):\n%s", diff)
	}
}

func sortedActions(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }

// Chapter 4: given every action but those of an operation, the operation is refused and nothing happens;
// given one of them alone, it succeeds and does what it should.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for _, o := range operations {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := o.world(t)
			u := c.NewUser(t, allowEach(everyAction(o.actions...))...)
			_, code := o.refused()

			nodetest.Scenario{Method: o.method, Path: o.path, Body: o.body, Header: o.request().Header, Status: 403, Code: code,
				Contains: []string{o.actions[0]}, Lacks: []string{"$mark"}}.Run(t, u)

			c.SetPolicies(t, u.UserID, nodetest.Allow(o.actions[len(o.actions)-1]))
			before := c.Head(t)
			if a := u.Send(t, o.request()); a.Status != o.status {
				t.Errorf("allowed %s, but %d: %.500s", o.actions[len(o.actions)-1], a.Status, a.Body)
			}
			if diff := cmp.Diff(o.events, c.Types(t, before)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// Each of the actions that allow an operation does so alone.
func TestEachOfSeveralActionsIsEnough(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	u := c.NewUser(t)
	for _, o := range operations {
		for _, action := range o.actions[1:] {
			c.SetPolicies(t, u.UserID, nodetest.Allow(action))
			if a := u.Send(t, o.request()); a.Status != o.status {
				t.Errorf("%s by %s: %d, want %d: %.500s", o.id, action, a.Status, o.status, a.Body)
			}
		}
	}
}

// §2.2, §5.4: nobody gets anything, in the codes of the operation.
func TestEveryOperationNeedsACaller(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	before := c.Head(t)
	for _, o := range operations {
		unsigned := o.request()
		unsigned.Unsigned = true
		code, _ := o.refused()
		a := c.Send(t, unsigned)
		if a.Status != 401 || a.Code() != code || strings.Contains(a.Body, c.Get("mark")) {
			t.Errorf("%s: %d %s, want 401 %s: %.500s", o.id, a.Status, a.Code(), code, a.Body)
		}
	}
	if got := c.Types(t, before); got != nil {
		t.Errorf("events by nobody: %v", got)
	}
}
