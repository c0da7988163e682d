package projections

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestNewTableRefusesFieldsThatAreNoColumns(t *testing.T) {
	t.Parallel()
	type embedded struct{ ID string }
	for name, make := range map[string]func(){
		"no tag": func() { NewTable[struct{ ID string }]("t", "id") },
		"left out": func() {
			NewTable[struct {
				ID string `json:"-"`
			}]("t", "-")
		},
		"omitempty": func() {
			NewTable[struct {
				ID string `json:"id,omitempty"`
			}]("t", "id")
		},
		"embedded": func() {
			NewTable[struct {
				embedded `json:"id"`
			}]("t", "id")
		},
		"bytes": func() {
			NewTable[struct {
				ID string `json:"id"`
				B  []byte `json:"b"`
			}]("t", "id")
		},
		"pointer twice": func() {
			NewTable[struct {
				ID string `json:"id"`
				B  **int  `json:"b"`
			}]("t", "id")
		},
		"anything": func() {
			NewTable[struct {
				ID string `json:"id"`
				B  any    `json:"b"`
			}]("t", "id")
		},
		"key is no text": func() {
			NewTable[struct {
				ID int `json:"id"`
			}]("t", "id")
		},
		"key is no column": func() {
			NewTable[struct {
				ID string `json:"id"`
			}]("t", "no")
		},
	} {
		if !panics(make) {
			t.Errorf("%s: no panic", name)
		}
	}
	if panics(func() { NewTable[thingRow]("things", "id") }) {
		t.Error("a good table panicked")
	}
	if diff := cmp.Diff([]string{"thing_id", "tag", "owner"}, tags.Columns()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

func TestMistakesWithATablePanic(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"incomplete key":     func() { tags.Delete(NewChanges(), "a") },
		"no such column":     func() { tags.DeleteWhere(NewChanges(), "colour", "red") },
		"not a text column":  func() { things.DeleteWhere(NewChanges(), "count", "1") },
		"pointer, so not it": func() { things.DeleteWhere(NewChanges(), "note", "1") },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}

// steps lists a plan without its documents' order of fields.
func steps(t *testing.T, c *Changes) []string {
	t.Helper()
	plan, err := c.plan("toy", []Table{things.Table, tags.Table})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range plan {
		all = append(all, s.what)
	}
	return all
}

func TestChangesKeepTheNewestOfEachRow(t *testing.T) {
	t.Parallel()
	c := NewChanges()
	tags.Put(c, tagRow{ThingID: "a", Tag: "x", Owner: "1"})
	tags.Put(c, tagRow{ThingID: "a", Tag: "x", Owner: "2"})
	tags.Delete(c, "b", "y")
	tags.Put(c, tagRow{ThingID: "b", Tag: "y", Owner: "2"})
	tags.Put(c, tagRow{ThingID: "c", Tag: "z", Owner: "1"})
	tags.Delete(c, "c", "z")
	want := map[string]any{
		"a\x00x": tagRow{ThingID: "a", Tag: "x", Owner: "2"},
		"b\x00y": tagRow{ThingID: "b", Tag: "y", Owner: "2"},
		"c\x00z": tombstone{[]string{"c", "z"}},
	}
	if diff := cmp.Diff(want, c.table(tags.Table).rows, cmp.AllowUnexported(tombstone{})); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	if c.Rows() != 3 {
		t.Errorf("%d rows, want 3", c.Rows())
	}
	if diff := cmp.Diff([]string{"delete from tags", "write to tags"}, steps(t, c)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

// A row that got a value and was deleted by it must go from the table, too, where it may have another.
func TestDeleteWhereLeavesNothingOfAPendingRow(t *testing.T) {
	t.Parallel()
	c := NewChanges()
	tags.Put(c, tagRow{ThingID: "a", Tag: "x", Owner: "1"})
	tags.Put(c, tagRow{ThingID: "b", Tag: "x", Owner: "2"})
	tags.DeleteWhere(c, "owner", "1")
	tags.Put(c, tagRow{ThingID: "c", Tag: "x", Owner: "1"}) // comes after
	tags.Put(c, tagRow{ThingID: "b", Tag: "x", Owner: "1"})
	tags.DeleteWhere(c, "thing_id", "c")
	want := map[string]any{
		"a\x00x": tombstone{[]string{"a", "x"}},
		"b\x00x": tagRow{ThingID: "b", Tag: "x", Owner: "1"},
		"c\x00x": tombstone{[]string{"c", "x"}},
	}
	if diff := cmp.Diff(want, c.table(tags.Table).rows, cmp.AllowUnexported(tombstone{})); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]string{"owner": {"1"}, "thing_id": {"c"}}, c.table(tags.Table).wheres); diff != "" {
		t.Errorf("wheres (-want +got):\n%s", diff)
	}
}

func TestTimesArePutAsPostgresKeepsThem(t *testing.T) {
	t.Parallel()
	c := NewChanges()
	made := time.Date(2024, 1, 1, 2, 0, 0, 999_999_500, time.FixedZone("", 7200))
	things.Put(c, thingRow{ID: "a", Made: made, Seen: &made})
	row := c.table(things.Table).rows["a"].(thingRow)
	want := time.Date(2024, 1, 1, 0, 0, 1, 0, time.UTC)
	if row.Made != want || *row.Seen != want {
		t.Errorf("%v and %v, want %v", row.Made, *row.Seen, want)
	}
	if made.Nanosecond() != 999_999_500 {
		t.Error("the caller's time was changed")
	}
}

func TestDocumentsAreOfBoundedSize(t *testing.T) {
	t.Parallel()
	big := make([]byte, documentBytes/3)
	for i := range big {
		big[i] = 'x'
	}
	var rows []any
	for range 5 {
		rows = append(rows, tagRow{ThingID: "<a>", Owner: string(big)})
	}
	all, err := documents(rows)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range all {
		var back []tagRow
		if err := json.Unmarshal([]byte(d), &back); err != nil || len(d) > 2*documentBytes {
			t.Errorf("a document of %d bytes: %v", len(d), err)
		}
		n += len(back)
	}
	if n != 5 || len(all) < 2 {
		t.Errorf("%d rows in %d documents", n, len(all))
	}
	if all, err := documents(nil); err != nil || all != nil {
		t.Errorf("no rows made %v, %v", all, err)
	}
}

// Rows are written as the standard library does it, but for names that come twice: those are Postgres' to judge.
func TestDocumentsAreTheJSONOfTheRows(t *testing.T) {
	t.Parallel()
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	note, seen, null := "\x00 \"\\ \u2028 <&>", time.Date(2024, 2, 3, 4, 5, 6, 7000, time.UTC), raw("null")
	for _, row := range []any{
		thingRow{ID: "a", Owner: "no \xff UTF-8", Count: -3, Ratio: 1e-7, Made: seen, Seen: &seen, Note: &note, Position: math.MaxInt64},
		thingRow{Doc: raw(`{ "b" : [1.50, 1e400], "a":"\u003c\u2028\ud800<", "twice":1, "twice":2 }`), Extra: &null},
		thingRow{Doc: raw(`"` + "\xff" + `"`)},
		tagRow{ThingID: "t", Tag: "<x>"},
		map[string]any{"owner": "o1", untilColumn: domain.Position(7)},
	} {
		var want strings.Builder
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode([]any{row}); err != nil {
			t.Fatal(err)
		}
		got, err := documents([]any{row})
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v: %q, %v", row, got, err)
		}
		if diff := cmp.Diff(unescaped(strings.TrimSpace(want.String())), unescaped(got[0])); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", row, diff)
		}
	}
	for _, bad := range []string{`{"a":1`, `{"a":1}}`, `{"id":"x"},{}`, " "} {
		if got, err := documents([]any{thingRow{Doc: raw(bad)}}); err == nil {
			t.Errorf("%s was taken: %q", bad, got)
		}
	}
}

// unescaped replaces the two forms of characters by one that only the standard library escapes.
func unescaped(text string) string {
	return strings.NewReplacer(`\u2028`, "\u2028", `\ufffd`, "\ufffd").Replace(text)
}

func TestCopyTakesTheValuesOfTheJSON(t *testing.T) {
	t.Parallel()
	type name string
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	text, n := "x", 7
	for _, c := range []struct{ in, want any }{
		{name("x"), "x"}, {int32(3), int32(3)}, {3, int64(3)}, {uint64(3), int64(3)}, {true, true}, {0.5, 0.5},
		{&text, "x"}, {"no \xff UTF-8", "no \uFFFD UTF-8"}, {(*string)(nil), nil}, {&n, int64(7)},
		{raw(`{"a": [1, "<"]}`), `{"a":[1,"<"]}`}, {raw("null"), nil}, {json.RawMessage(nil), nil},
	} {
		got, err := copyValue(reflect.ValueOf(c.in))
		if err != nil {
			t.Errorf("%v: %v", c.in, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.in, diff)
		}
	}
	if _, err := copyValue(reflect.ValueOf(raw("{ "))); err == nil { // what has no space is Postgres' to refuse
		t.Error("half a document was taken")
	}
}
