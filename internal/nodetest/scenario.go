package nodetest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
)

// Scenario is one request, what its answer must be, and what the log must hold because of it.
type Scenario struct {
	// Name says what is shown; it is needed for RunAll alone.
	Name   string
	Method string // default GET
	Path   string // see Request
	Body   string
	Header map[string]string

	Status int
	// Code is the error code of the answer; empty for none.
	Code string
	// Contains and Lacks are parts that the answer's body must and must not have; they may hold names
	// with a $, see Client.Set.
	Contains, Lacks []string
	// Events are the types of the events that the project's log must have got, in order; none for none.
	Events []string
	// Keep sets names, see Client.Set, to members of the answer: Keep["group"] = "id".
	Keep map[string]string
}

// Run sends the request and checks the answer and the log. Nothing else may change the project
// meanwhile.
func (s Scenario) Run(t *testing.T, c *Client) Answer {
	t.Helper()
	before := c.Head(t)
	a := c.Send(t, Request{Method: s.Method, Path: s.Path, Body: s.Body, Header: s.Header})
	if a.Status != s.Status || a.Code() != s.Code {
		t.Fatalf("%s %s = %d %s, want %d %s: %.1000s", s.Method, c.Fill(s.Path), a.Status, a.Code(), s.Status, s.Code, a.Body)
	}
	for _, part := range s.Contains {
		if part = c.Fill(part); !strings.Contains(a.Body, part) {
			t.Errorf("the answer lacks %s: %.2000s", part, a.Body)
		}
	}
	for _, part := range s.Lacks {
		if part = c.Fill(part); strings.Contains(a.Body, part) {
			t.Errorf("the answer has %s: %.2000s", part, a.Body)
		}
	}
	if diff := cmp.Diff(s.Events, c.Types(t, before)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for name, member := range s.Keep {
		c.Set(name, a.Text(t, member))
	}
	return a
}

// RunAll runs scenarios one after the other, each as a test: later ones see what earlier ones did.
func RunAll(t *testing.T, c *Client, all []Scenario) {
	t.Helper()
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) { s.Run(t, c) })
	}
}

// Head returns the position of the newest message in the log.
func (c *Client) Head(t testing.TB) eventstore.Position {
	t.Helper()
	head, err := c.Node.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// Recorded returns the events of the client's project on the apig surface after a position, in order,
// without the records that the kernel keeps for itself (writers, answers) and without what Gatelog did by
// itself (reactions), which may come at any time.
func (c *Client) Recorded(t testing.TB, after eventstore.Position) []eventstore.Recorded {
	t.Helper()
	var all []eventstore.Recorded
	each := func(r eventstore.Recorded) error {
		if !strings.HasPrefix(r.Type, "gatelog.") && r.Extensions["actorid"] != "gatelog" {
			all = append(all, r)
		}
		return nil
	}
	if err := c.Node.Log.Read(t.Context(), after, c.Head(t), each, eventstore.Tenant("apig", c.Project)); err != nil {
		t.Fatal(err)
	}
	return all
}

// Types returns the types of Recorded; nil for none.
func (c *Client) Types(t testing.TB, after eventstore.Position) []string {
	t.Helper()
	var types []string
	for _, r := range c.Recorded(t, after) {
		types = append(types, r.Type)
	}
	return types
}
