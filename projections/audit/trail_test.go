package audit

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

func TestARecordPerCommandWithAChangePerEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.happen(t, "t1", "spring cleaning", entity("g1", "created", "shop"), entity("g2", "created", "pay"))
	w.run(t)
	d := w.show(t, "t1", id)
	want := Record{
		ID: id, Time: w.now, Outcome: audit.Accepted, ProjectID: "t1", UserID: "u1", UserName: "ada", AccessKey: "AK1", Address: "10.0.0.7",
		Client: "test/1", Surface: "toyapi", Operation: "change-thing", Command: "toy.Change", RequestID: "req-" + id, Reason: "spring cleaning",
		Position: 2, Changed: 2, Resources: []Resource{
			{Type: "toy.group.created", Kind: "group", ID: "g1", InstanceID: "gw", Name: "shop"},
			{Type: "toy.group.created", Kind: "group", ID: "g2", InstanceID: "gw", Name: "pay"},
		}, Cursor: place{w.now, id}.cursor(),
	}
	if diff := cmp.Diff(want, d.Record); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
	if len(d.Changes) != 2 || d.Changes[1].EventID != id+"-1" || d.Changes[1].Position != 3 {
		t.Errorf("the changes %+v", d.Changes)
	}
}

func TestBeforeAfterAndPatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := func(name string) string { return fmt.Sprintf(`{"id":"g1","instance_id":"gw","name":%q}`, name) }
	commands := []string{
		w.happen(t, "t1", "", entity("g1", "created", "a")),
		w.happen(t, "t1", "", group("g1", "code_created", `{"code":{"id":"c1","v":1}}`)),
		w.happen(t, "t1", "", group("g1", "code_created", `{"code":{"id":"c2","v":2}}`)),
		w.happen(t, "t1", "", entity("g1", "updated", "b")),
		w.happen(t, "t1", "", group("g1", "code_deleted", `{"instance_id":"gw","code_id":"c1"}`)),
		w.happen(t, "t1", "", group("g1", "published", `{"group_id":"g1","env_id":"e1","n":1}`)),
		w.happen(t, "t1", "", group("g1", "published", `{"group_id":"g1","env_id":"e2","n":2}`)),
		w.happen(t, "t1", "", group("g1", "taken_offline", `{"group_id":"g1","env_id":"e1","n":1}`)),
		w.happen(t, "t1", "", group("g1", "deleted", `{"instance_id":"gw","group_id":"g1"}`)),
		w.happen(t, "t1", "", entity("g1", "created", "c")),
	}
	w.happen(t, "t2", "", entity("g1", "created", "of another tenant"))
	w.run(t)
	for i, want := range []struct{ before, after, patch string }{
		{"", g("a"), `[{"op":"add","path":"","value":` + g("a") + `}]`},
		{"", `{"id":"c1","v":1}`, `[{"op":"add","path":"","value":{"id":"c1","v":1}}]`},
		{"", `{"id":"c2","v":2}`, `[{"op":"add","path":"","value":{"id":"c2","v":2}}]`},
		{g("a"), g("b"), `[{"op":"replace","path":"/name","value":"b"}]`},
		{`{"id":"c1","v":1}`, "", `[{"op":"remove","path":""}]`},
		{"", `{"env_id":"e1","group_id":"g1","n":1}`, `[{"op":"add","path":"","value":{"env_id":"e1","group_id":"g1","n":1}}]`},
		{"", `{"env_id":"e2","group_id":"g1","n":2}`, `[{"op":"add","path":"","value":{"env_id":"e2","group_id":"g1","n":2}}]`},
		{`{"env_id":"e1","group_id":"g1","n":1}`, "", `[{"op":"remove","path":""}]`},
		{g("b"), "", `[{"op":"remove","path":""}]`},
		{"", g("c"), `[{"op":"add","path":"","value":` + g("c") + `}]`},
	} {
		changes := w.show(t, "t1", commands[i]).Changes
		if len(changes) != 1 {
			t.Fatalf("command %d made %+v", i, changes)
		}
		got := []string{compact(t, changes[0].Before), compact(t, changes[0].After), compact(t, changes[0].Patch)}
		if diff := cmp.Diff([]string{want.before, want.after, want.patch}, got); diff != "" {
			t.Errorf("command %d (-want +got):\n%s", i, diff)
		}
	}
}

// When the record before is not kept any more, the log still tells what was.
func TestBeforeIsReadFromTheLogWhenItsRecordIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, "t1", "", entity("g1", "created", "a"))
	w.happen(t, "t1", "", group("g1", "code_created", `{"code":{"id":"c1"}}`))
	id := w.happen(t, "t1", "", entity("g1", "updated", "b"))
	w.run(t)
	if n, err := Prune(t.Context(), w.db, Retention{For: 0, Now: func() time.Time { return w.now }}); n != 2 || err != nil {
		t.Fatalf("%d records went: %v", n, err)
	}
	if n := w.count(t, "audit.changes"); n != 1 {
		t.Errorf("%d changes are left", n)
	}
	if got := compact(t, w.show(t, "t1", id).Changes[0].Before); got != `{"id":"g1","instance_id":"gw","name":"a"}` {
		t.Errorf("before: %s", got)
	}
}

func TestFiltersAllHaveToMatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.happen(t, "t1", "for Größe reasons", entity("g1", "created", "one.example.com"))
	b := w.happen(t, "t1", "", thing{"env", "e1", "created", `{"env":{"id":"e1","instance_id":"gw2","name":"DEV"}}`})
	refused := w.attempted(t, "t1", nil)
	failed := w.attempted(t, "t1", func(a *audit.Attempt) {
		a.Outcome, a.Status, a.Code, a.Message, a.Reason, a.Instance = audit.Failed, 503, "TOY.9", "try again", "reasons", ""
	})
	stranger := w.attempted(t, "", func(a *audit.Attempt) { a.Actor, a.Status, a.Code = domain.Actor{Address: "10.0.0.66"}, 401, "TOY.2" })
	other := w.happen(t, "t2", "reasons", entity("g1", "created", "of t2"))
	w.run(t)
	all := []string{other, stranger.ID, failed.ID, refused.ID, b, a}
	for name, c := range map[string]struct {
		f    Filter
		want []string
	}{
		"everything":               {Filter{}, all},
		"a tenant":                 {Filter{Tenant: "t1"}, []string{failed.ID, refused.ID, b, a}},
		"another":                  {Filter{Tenant: "t2"}, []string{other}},
		"nobody's tenant":          {Filter{Tenant: "t3"}, nil},
		"user by name":             {Filter{Tenant: "t1", User: "ada"}, []string{b, a}},
		"user by id":               {Filter{User: "u2"}, []string{failed.ID, refused.ID}},
		"key":                      {Filter{Key: "AK1", Tenant: "t1"}, []string{b, a}},
		"address":                  {Filter{Address: "10.0.0.66"}, []string{stranger.ID}},
		"surface":                  {Filter{Tenant: "t1", Surface: "toyapi"}, []string{failed.ID, refused.ID, b, a}},
		"operation":                {Filter{Tenant: "t1", Operation: "change-thing"}, []string{failed.ID, refused.ID, b, a}},
		"command":                  {Filter{Tenant: "t1", Operation: "toy.Change"}, []string{b, a}},
		"request":                  {Filter{Request: "req-" + a}, []string{a}},
		"kind":                     {Filter{Tenant: "t1", Kind: "env"}, []string{b}},
		"resource, attempts too":   {Filter{Tenant: "t1", Resource: "g1"}, []string{failed.ID, refused.ID, a}},
		"resource of all":          {Filter{Resource: "g1"}, []string{other, stranger.ID, failed.ID, refused.ID, a}},
		"instance":                 {Filter{Tenant: "t1", Instance: "gw"}, []string{refused.ID, a}},
		"accepted":                 {Filter{Tenant: "t1", Outcome: audit.Accepted}, []string{b, a}},
		"refused":                  {Filter{Tenant: "t1", Outcome: audit.Refused}, []string{refused.ID}},
		"failed":                   {Filter{Tenant: "t1", Outcome: audit.Failed}, []string{failed.ID}},
		"code":                     {Filter{Code: "TOY.1"}, []string{refused.ID}},
		"accepted with a code":     {Filter{Outcome: audit.Accepted, Code: "TOY.1"}, nil},
		"from":                     {Filter{From: stranger.Time}, []string{other, stranger.ID}},
		"to":                       {Filter{To: refused.Time}, []string{b, a}},
		"a word of a reason":       {Filter{Tenant: "t1", Text: "GRÖSSE"}, nil},
		"the same word":            {Filter{Tenant: "t1", Text: "größe"}, []string{a}},
		"the beginning of a word":  {Filter{Tenant: "t1", Text: "reas"}, []string{failed.ID, a}},
		"a part of a host name":    {Filter{Tenant: "t1", Text: "example"}, []string{a}},
		"record and change":        {Filter{Tenant: "t1", Text: "ada example größe"}, []string{a}},
		"one word too many":        {Filter{Tenant: "t1", Text: "ada example nothing"}, nil},
		"a message":                {Filter{Tenant: "t1", Text: "name taken"}, []string{refused.ID}},
		"a name":                   {Filter{Tenant: "t1", Text: "dev"}, []string{b}},
		"what no text has":         {Filter{Tenant: "t1", Text: "' | !:* \\"}, nil},
		"text of another tenant":   {Filter{Tenant: "t2", Text: "example"}, nil},
		"kind and resource at odd": {Filter{Tenant: "t1", Kind: "env", Resource: "g1"}, nil},
	} {
		for _, w.queries.commonFrom = range []int{usualCommon, 1} { // common words are found in another way
			list, next := w.list(t, c.f, Page{})
			if diff := cmp.Diff(c.want, ids(list)); diff != "" && len(c.want)+len(list) > 0 || next != "" {
				t.Errorf("%s, words are common from %d on (-want +got), next %q:\n%s", name, w.queries.commonFrom, next, diff)
			}
		}
	}
}

// A reader that goes page by page while records come sees all that were there when it began, in order, each once.
func TestPagesAreStableWhileRecordsCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range 12 {
		if i%3 == 0 {
			want = append(want, w.attempted(t, "t1", nil).ID)
			continue
		}
		want = append(want, w.happen(t, "t1", "", entity(fmt.Sprint("g", i), "created", "x")))
	}
	w.run(t)
	for _, ascending := range []bool{false, true} {
		var got []string
		page := Page{Limit: 5, Ascending: ascending}
		for pages := 0; ; pages++ {
			list, next := w.list(t, Filter{Tenant: "t1"}, page)
			got = append(got, ids(list)...)
			if next == "" || pages > 10 {
				break
			}
			page.After = next
			if !ascending {
				w.happen(t, "t1", "", entity(fmt.Sprint("late", pages), "created", "x"))
				w.run(t)
			}
		}
		expected := slices.Clone(want)
		if !ascending {
			slices.Reverse(expected)
		}
		if diff := cmp.Diff(expected, got[:len(expected)]); diff != "" {
			t.Errorf("ascending %v (-want +got):\n%s", ascending, diff)
		}
		seen := map[string]bool{}
		for _, id := range got {
			if seen[id] {
				t.Errorf("%s came twice", id)
			}
			seen[id] = true
		}
	}
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, theirs := w.happen(t, "t1", "", entity("g1", "created", "a")), w.happen(t, "t2", "", entity("g1", "created", "b"))
	attempt, stranger := w.attempted(t, "t2", nil), w.attempted(t, "", nil)
	w.run(t)
	for _, id := range []string{theirs, attempt.ID, stranger.ID, "nothing"} {
		if _, err := w.queries.Show(t.Context(), "t1", id); domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("%s is shown to another tenant: %v", id, err)
		}
	}
	w.show(t, "t1", mine)
	for _, id := range []string{mine, theirs, attempt.ID, stranger.ID} {
		w.show(t, "", id) // operators see everything
	}
	var exported []string
	err := w.queries.Export(t.Context(), Filter{Tenant: "t1"}, Page{}, true, func(d Detail) error { exported = append(exported, d.ID); return nil })
	if diff := cmp.Diff([]string{mine}, exported); diff != "" || err != nil {
		t.Errorf("exported (-want +got), %v:\n%s", err, diff)
	}
}

func TestExportHasEverythingInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range exportPage + 7 {
		want = append(want, w.happen(t, "t1", "", entity(fmt.Sprint("g", i), "created", "x"), entity(fmt.Sprint("h", i), "created", "y")))
	}
	w.run(t)
	for _, changes := range []bool{true, false} {
		var got []string
		err := w.queries.Export(t.Context(), Filter{Tenant: "t1"}, Page{Ascending: true}, changes, func(d Detail) error {
			got = append(got, d.ID)
			if changes != (len(d.Changes) == 2) {
				t.Errorf("%s has %d changes", d.ID, len(d.Changes))
			}
			return nil
		})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("(-want +got), %v:\n%s", err, diff)
		}
	}
	enough := errors.New("enough")
	if err := w.queries.Export(t.Context(), Filter{}, Page{}, true, func(Detail) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the reader failed, the export says %v", err)
	}
}

func TestPortionsHoldAtMostSoManyChanges(t *testing.T) {
	t.Parallel()
	list := []Record{{Changed: 400}, {Changed: 600}, {Changed: 1}, {Changed: 1000}, {}, {Changed: 5}}
	var got [][]int
	for part := range portions(list) {
		var n []int
		for _, r := range part {
			n = append(n, r.Changed)
		}
		got = append(got, n)
	}
	if diff := cmp.Diff([][]int{{400, 600}, {1}, {1000, 0}, {5}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is older than the retention goes, is not shown from that moment on, and does not come back with a rebuild.
func TestRetention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now().UTC().Truncate(time.Microsecond).Add(-20 * time.Hour)
	old, oldAttempt := w.happen(t, "t1", "", entity("g1", "created", "a")), w.attempted(t, "t1", nil)
	w.now = w.now.Add(10 * time.Hour)
	young := w.happen(t, "t1", "", entity("g1", "updated", "b"))
	w.run(t)
	list, _ := w.list(t, Filter{}, Page{})
	if diff := cmp.Diff([]string{young, oldAttempt.ID, old}, ids(list)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	w.keep.For = 15 * time.Hour
	w.queries.Keep = w.keep
	if list, _ = w.list(t, Filter{}, Page{}); len(list) != 1 || list[0].ID != young {
		t.Errorf("shown: %v", ids(list))
	}
	if _, err := w.queries.Show(t.Context(), "t1", old); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("what is due to go is shown: %v", err)
	}
	if n, err := Prune(t.Context(), w.db, w.keep); n != 2 || err != nil {
		t.Errorf("%d went: %v", n, err)
	}
	if err := projections.Rebuild(t.Context(), w.db, w.log, NewRecords(w.keep), nil); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, "audit.records"); n != 1 || w.count(t, "attempts.records") != 0 {
		t.Errorf("%d records after a rebuild", n)
	}
	if got := compact(t, w.show(t, "t1", young).Changes[0].Before); got == "" {
		t.Error("the log was not asked for what was before")
	}
}

// A journal that was lost begins anew, and what Postgres has of the old one stays.
func TestAttemptsOutliveTheirJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.attempted(t, "t1", nil)
	w.run(t)
	other := newWorld(t)
	p := NewAttempts(w.keep)
	if _, err := projections.Prepare(t.Context(), w.db, other.journal, p); !errors.Is(err, projections.ErrOtherLog) {
		t.Fatalf("another journal is taken for the same: %v", err)
	}
	if err := projections.Adopt(t.Context(), w.db, other.journal, p); err != nil {
		t.Fatal(err)
	}
	w.journal, w.marks = other.journal, projections.NewWatermarks()
	after := w.attempted(t, "t1", nil)
	w.run(t)
	list, _ := w.list(t, Filter{Tenant: "t1"}, Page{})
	if diff := cmp.Diff([]string{after.ID, before.ID}, ids(list)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyTheLogsOwnMessagesAreNoRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, "t1", "", entity("g1", "created", "a")) // after a writer record
	subject, err := eventstore.Subject("toy", "t1", "answer", "k")
	if err != nil {
		t.Fatal(err)
	}
	answer := eventstore.Message{Subject: subject, ID: "x-answer", Type: "gatelog.answer.recorded", Schema: 1, Time: w.now, Data: []byte(`{}`)}
	if _, err := w.log.Append(t.Context(), w.fences["t1"], []eventstore.Message{answer}); err != nil {
		t.Fatal(err)
	}
	w.run(t)
	if n := w.count(t, "audit.records"); n != 1 {
		t.Errorf("%d records of one command", n)
	}
}
