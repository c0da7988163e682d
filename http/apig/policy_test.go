package apig_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// Chapter 4: given every action but those of an operation, the operation is refused and nothing happens;
// given one of them alone, it succeeds and does what it should.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for _, o := range operations {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := newWorld(t)
			u := c.NewUser(t, nodetest.Allow("*"), nodetest.Statement{Effect: "Deny", Actions: o.actions, Projects: []string{"*"}})
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
	c := newWorld(t)
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
	c := newWorld(t)
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
