package apig_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/internal/nodetest"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// questions are the operations whose method could change something, and that do not: the audit trail has none of
// their requests.
var questions = map[string]bool{
	"CheckApiGroupsV2": true, "CheckApisV2": true, "ExportApiDefinitionsV2": true, "ListInstancesByTags": true, "ShowInstancesNumByTags": true,
}

// calls are those of which it has what was refused.
var calls = map[string]bool{"DebugApiV2": true}

// trial is a request by its id, and what the trail must have of it; empty for no record.
type trial struct {
	id   string
	want audit.Outcome
}

// try sends a request under an id and returns what the trail must have of it.
func (o operation) try(t *testing.T, c *nodetest.Client, id string, r nodetest.Request) trial {
	t.Helper()
	r.Header = maps.Clone(r.Header)
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header["X-Request-Id"] = id
	before := c.Head(t)
	a := c.Send(t, r)
	caused := 0
	for _, e := range c.Recorded(t, before) {
		if e.Extensions["correlationid"] == id {
			caused++
		}
	}
	switch {
	case questions[o.id], calls[o.id] && a.Status < 400:
		return trial{id, ""}
	case a.Status >= 400:
		return trial{id, audit.OutcomeOf(a.Status)}
	case caused > 0:
		return trial{id, audit.Accepted}
	}
	return trial{id, audit.Unchanged}
}

// Each request of an operation that changes something is one record, whatever came of it; a repetition under the
// same Idempotency-Key is none.
func TestEachRequestIsOneRecordOfTheAuditTrail(t *testing.T) {
	t.Parallel()
	for _, o := range operations {
		if o.method == http.MethodGet {
			continue
		}
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := o.world(t)
			id := func(what string) string { return nodetest.Unique(what) }
			unsigned, unreadable := o.request(), o.request()
			unsigned.Unsigned = true
			if unreadable.Body != "" {
				unreadable.Body = "{"
			}
			all := []trial{
				o.try(t, c, id("stranger"), unsigned),
				o.try(t, c.As(c.NewUser(t)), id("forbidden"), o.request()),
				o.try(t, c, id("first"), withKey(o.request(), "the-key")),
			}
			if first := all[2]; (first.want == audit.Accepted) != (o.events != nil) {
				t.Errorf("%s came to %q; it causes %v", first.id, first.want, o.events)
			}
			repetition := o.try(t, c, id("repetition"), withKey(o.request(), "the-key"))
			repetition.want = ""
			all = append(all, repetition, o.try(t, c, id("again"), o.request()), o.try(t, c, id("unreadable"), unreadable))
			for _, one := range all {
				recorded(t, one)
			}
		})
	}
}

// recorded fails unless the trail has exactly what it must have of a request.
func recorded(t *testing.T, one trial) {
	t.Helper()
	found := recordsOf(t, one.id)
	if one.want == "" && len(found) == 0 {
		return
	}
	if len(found) != 1 || found[0].Outcome != one.want || (found[0].Changed > 0) != (one.want == audit.Accepted) || len(found[0].Changes) != found[0].Changed {
		t.Errorf("%s: want one record that says %q, have %s", one.id, one.want, inShort(found))
	}
}

func recordsOf(t *testing.T, request string) (all []projectionsaudit.Detail) {
	t.Helper()
	a := nodetest.Admin(t).Must(t, http.StatusOK, nodetest.Request{Path: "/gatelog/v1/audit/export?request_id=" + request})
	if a.Header.Get("Gatelog-Audit-Complete") != "true" {
		t.Error("the trail is behind")
	}
	lines := bufio.NewScanner(strings.NewReader(a.Body))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var d projectionsaudit.Detail
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func inShort(all []projectionsaudit.Detail) string {
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintf(&b, "[%s %s %s %d %s, %d changes] ", d.ID, d.Operation, d.Outcome, d.Status, d.Message, d.Changed)
	}
	return b.String()
}
