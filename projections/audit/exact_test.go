package audit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/projections"
)

// A request is one record with all that its commands changed, at the time at which it came, before and after the
// trail is made again. What it causes later has records of its own, which name it.
func TestARequestIsOneRecordWhateverItTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	came := time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond)
	request := ulid.MustNew(ulid.Timestamp(came), ulid.DefaultEntropy()).String()
	w.carryOut(t, "t1", "why", domain.CommandID(request, 1), entity("g1", "created", "shop"))
	other := w.happen(t, "t1", "", entity("g9", "created", "between"))
	w.carryOut(t, "t1", "why", domain.CommandID(request, 2), entity("g2", "created", "pay"), entity("g1", "updated", "shops"))
	w.carryOut(t, "t1", "why", domain.CommandID(request, 12), entity("g3", "created", "late"))
	for name, again := range map[string]func(){"applied": func() { w.run(t) }, "made again": func() {
		if err := projections.Rebuild(t.Context(), w.db, w.log, NewRecords(w.keep), nil); err != nil {
			t.Fatal(err)
		}
	}} {
		again()
		list, _ := w.list(t, Filter{Tenant: "t1"}, Page{Ascending: true})
		if diff := cmp.Diff([]string{request, other}, ids(list)); diff != "" {
			t.Fatalf("%s: records (-want +got):\n%s", name, diff)
		}
		r, d := list[0], w.show(t, "t1", request)
		if !r.Time.Equal(came) || r.Changed != 4 || r.Position != 2 || r.Outcome != audit.Accepted || r.RequestID != "req-"+request || r.Command != "toy.Change" {
			t.Errorf("%s: the record is %+v", name, r)
		}
		var events []string
		for _, c := range d.Changes {
			events = append(events, c.EventID)
		}
		want := []string{request + "-0", request + ".2-0", request + ".2-1", request + ".12-0"}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatGatelogDidByItselfNamesItsCause(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]string{
		"01J9ZZZZZZZZZZZZZZZZZZZZZZ-0": "01J9ZZZZZZZZZZZZZZZZZZZZZZ", "01J9ZZZZZZZZZZZZZZZZZZZZZZ.2-7": "01J9ZZZZZZZZZZZZZZZZZZZZZZ",
		"01J9ZZZZZZZZZZZZZZZZZZZZZZ": "", "bootstrap": "", "x-1": "", "": "",
	} {
		if got := (unionRow{Request: request}).record().Cause; got != want {
			t.Errorf("%q was caused by %q, want %q", request, got, want)
		}
		for _, row := range []unionRow{{Request: request, Operation: "op"}, {Request: request, Method: "PUT"}} {
			if got := row.record().Cause; got != "" {
				t.Errorf("a request of a client was caused by %q", got)
			}
		}
	}
}

// A request that changed something, and whose client was told that it failed, is one record with both.
func TestAFailureWithChangesIsOneRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.happen(t, "t1", "", entity("g1", "created", "shop"))
	w.attempted(t, "t1", func(a *audit.Attempt) {
		a.ID, a.Request, a.Time, a.Outcome, a.Status, a.Code = id, "req-"+id, w.now, audit.Failed, 503, "TOY.9"
		a.Kind, a.Resource, a.Instance = "", "", ""
	})
	same := w.attempted(t, "t1", func(a *audit.Attempt) { a.Outcome, a.Status, a.Code, a.Message = audit.Unchanged, 200, "", "" })
	w.run(t)
	for name, c := range map[string]struct {
		f    Filter
		want []string
	}{
		"all":                 {Filter{Tenant: "t1"}, []string{same.ID, id}},
		"failed":              {Filter{Outcome: audit.Failed}, []string{id}},
		"accepted":            {Filter{Outcome: audit.Accepted}, nil},
		"unchanged":           {Filter{Outcome: audit.Unchanged}, []string{same.ID}},
		"its request":         {Filter{Request: "req-" + id}, []string{id}},
		"its command":         {Filter{Operation: "toy.Change"}, []string{id}},
		"what was changed":    {Filter{Tenant: "t1", Kind: "group", Resource: "g1"}, []string{id}},
		"a word of a change":  {Filter{Text: "shop"}, []string{id}},
		"a code and a change": {Filter{Code: "TOY.9", Resource: "g1"}, []string{id}},
	} {
		for _, w.queries.commonFrom = range []int{usualCommon, 1} {
			list, _ := w.list(t, c.f, Page{})
			if diff := cmp.Diff(c.want, ids(list)); diff != "" && len(c.want)+len(list) > 0 {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
	d := w.show(t, "t1", id)
	want := []Resource{{Type: "toy.group.created", Kind: "group", ID: "g1", InstanceID: "gw", Name: "shop"}}
	if diff := cmp.Diff(want, d.Resources); diff != "" || d.Outcome != audit.Failed || d.Status != 503 || d.Changed != 1 || len(d.Changes) != 1 || d.Position != 2 || d.Changes[0].Command != "toy.Change" {
		t.Errorf("the record is %+v (-want +got):\n%s", d, diff)
	}
	var exported []string
	if err := w.queries.Export(t.Context(), Filter{}, Page{Ascending: true}, true, func(d Detail) error { exported = append(exported, d.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{id, same.ID}, exported); diff != "" {
		t.Errorf("exported (-want +got):\n%s", diff)
	}
}
