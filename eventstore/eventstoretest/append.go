package eventstoretest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
)

func testAppend(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	first, second := Message("t1", "a", 1), Message("t1", "b", 1)
	second.Schema, second.Time = 7, time.Date(2024, 1, 1, 1, 0, 0, 0, time.FixedZone("east", 3600))
	positions := Append(t, log, fence, []eventstore.Message{first}, []eventstore.Message{second})

	got := All(t, log, eventstore.Tenant(Surface, "t1"))
	if len(got) != 3 || got[0].Type != eventstore.TypeWriterTaken || got[0].Position != fence.Position() {
		t.Fatalf("the writer record is not where the fence says: %+v", got)
	}
	second.Time = second.Time.UTC()
	want := []eventstore.Recorded{
		{Message: first, Position: fence.Position() + 1}, {Message: second, Position: fence.Position() + 2},
	}
	if diff := cmp.Diff(want, got[1:]); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]eventstore.Position{want[0].Position, want[1].Position}, positions); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func testSizes(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	ones := func(n int) []int {
		all := make([]int, n)
		for i := range all {
			all[i] = 1
		}
		return all
	}
	var want []string
	for round, sizes := range [][]int{
		{1}, {2}, ones(11), ones(12), {12}, {1, 5, 1}, {0, 3, 0}, {}, {300}, {1000}, {999, 2, 1}, {600, 600}, ones(1001),
	} {
		var units [][]eventstore.Message
		total := 0
		for i, size := range sizes {
			units = append(units, Unit("t1", fmt.Sprintf("r%d-u%d", round, i), size))
			total += size
			for _, m := range units[i] {
				want = append(want, m.ID)
			}
		}
		before := Head(t, log)
		positions := Append(t, log, fence, units...)
		if len(positions) != total {
			t.Fatalf("units of %v gave %d positions, want %d", sizes, len(positions), total)
		}
		for i, at := range positions {
			if at != before+eventstore.Position(i)+1 {
				t.Fatalf("units of %v: position %d of the append is %d, want %d", sizes, i, at, int(before)+i+1)
			}
		}
	}
	if diff := cmp.Diff(want, IDs(All(t, log))); diff != "" {
		t.Errorf("order of the log (-want +got):\n%s", diff)
	}
}

func testStaleFence(t *testing.T, log eventstore.Log) {
	old := Take(t, log, "t1")
	Append(t, log, old, Unit("t1", "a", 1))
	current := Take(t, log, "t1")
	head := Head(t, log)
	for _, sizes := range [][]int{{1}, {1, 1, 1}, {2}, {12}, {1, 30, 1}, {700, 700}} {
		var units [][]eventstore.Message
		for i, size := range sizes {
			units = append(units, Unit("t1", fmt.Sprintf("stale%d", i), size))
		}
		if _, err := log.Append(t.Context(), old, units...); !errors.Is(err, eventstore.ErrFenced) {
			t.Errorf("append of %v behind a stale fence: %v, want ErrFenced", sizes, err)
		}
		if now := Head(t, log); now != head {
			t.Fatalf("append of %v behind a stale fence added %d messages", sizes, now-head)
		}
	}
	Append(t, log, current, Unit("t1", "b", 1))
	if diff := cmp.Diff([]string{"a-0", "b-0"}, IDs(All(t, log))); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

func testTenants(t *testing.T, log eventstore.Log) {
	one := Take(t, log, "t1")
	two := Take(t, log, "t2")
	Append(t, log, one, Unit("t1", "a", 2))
	Append(t, log, two, Unit("t2", "b", 1))
	other, err := log.Take(t.Context(), "other", "t1", "node")
	if err != nil {
		t.Fatal(err)
	}
	Append(t, log, one, Unit("t1", "c", 1))
	if other.Position() <= two.Position() {
		t.Errorf("fence at %d, after one at %d", other.Position(), two.Position())
	}
	if diff := cmp.Diff([]string{"a-0", "a-1", "c-0"}, IDs(All(t, log, eventstore.Tenant(Surface, "t1")))); diff != "" {
		t.Errorf("the log of t1 (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "a.b", "*", ">", "a b", "ä", strings.Repeat("x", 129)} {
		if _, err := log.Take(t.Context(), Surface, bad, "node"); err == nil {
			t.Errorf("tenant %q was taken", bad)
		}
	}
}

func testNoFence(t *testing.T, log eventstore.Log) {
	if _, err := log.Append(t.Context(), eventstore.Fence{}, Unit("t1", "a", 1)); err == nil {
		t.Error("append behind the zero fence succeeded")
	}
	if head := Head(t, log); head != 0 {
		t.Errorf("the log has %d messages, want none", head)
	}
}

func testTooLarge(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	heavy := Message("t1", "heavy", 1)
	heavy.Data = append(append([]byte(`"`), make([]byte, 9<<20)...), '"')
	wordy := Message("t1", "wordy", 1)
	wordy.Extensions = map[string]string{"reason": strings.Repeat("ä", 2<<20)}
	for name, unit := range map[string][]eventstore.Message{
		"1001 messages": Unit("t1", "many", eventstore.MaxUnit+1), "9 MB": {heavy}, "12 MB of headers": {wordy},
	} {
		if _, err := log.Append(t.Context(), fence, Unit("t1", "small", 1), unit); !errors.Is(err, eventstore.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	if got := IDs(All(t, log)); len(got) > 0 {
		t.Errorf("the log holds %v, want nothing", got)
	}
	Append(t, log, fence, Unit("t1", "small", 1))
}

func testInvalid(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	changes := map[string]func(m *eventstore.Message){
		"no subject":         func(m *eventstore.Message) { m.Subject = "" },
		"writer record":      func(m *eventstore.Message) { m.Subject = "evt.toy.t1.writer" },
		"other tenant":       func(m *eventstore.Message) { m.Subject = Subject("t2", "a") },
		"other surface":      func(m *eventstore.Message) { m.Subject = "evt.other.t1.thing.a" },
		"wildcard":           func(m *eventstore.Message) { m.Subject = Subject("t1", "*") },
		"space":              func(m *eventstore.Message) { m.Subject = Subject("t1", "a b") },
		"no id":              func(m *eventstore.Message) { m.ID = "" },
		"id of two lines":    func(m *eventstore.Message) { m.ID = "a\r\nce-type: x" },
		"long id":            func(m *eventstore.Message) { m.ID = strings.Repeat("x", 257) },
		"no type":            func(m *eventstore.Message) { m.Type = "" },
		"type with a space":  func(m *eventstore.Message) { m.Type = "toy thing" },
		"no schema version":  func(m *eventstore.Message) { m.Schema = 0 },
		"year 10000":         func(m *eventstore.Message) { m.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"extension in caps":  func(m *eventstore.Message) { m.Extensions = map[string]string{"Actor": "x"} },
		"standard attribute": func(m *eventstore.Message) { m.Extensions = map[string]string{"type": "x"} },
		"nameless extension": func(m *eventstore.Message) { m.Extensions = map[string]string{"": "x"} },
	}
	for name, change := range changes {
		m := Message("t1", "a", 1)
		change(&m)
		units := [][]eventstore.Message{Unit("t1", "small", 1), {m}}
		if _, err := log.Append(t.Context(), fence, units...); !errors.Is(err, eventstore.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if got := IDs(All(t, log)); len(got) > 0 {
		t.Errorf("the log holds %v, want nothing", got)
	}
}

func testOwnBytes(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	unit := Unit("t1", "a", 1)
	at := Append(t, log, fence, unit)[0]
	copy(unit[0].Data, "XXXX")
	unit[0].Extensions["actorid"] = "somebody else"
	got, err := log.At(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Message("t1", "a", 0), got.Message); diff != "" {
		t.Errorf("the log changed with the caller's bytes (-want +got):\n%s", diff)
	}
}

// attempt is what a writer knows of an append.
type attempt struct {
	owner     string
	ids       []string
	positions []eventstore.Position
	err       error
}

// fight lets writers append units to one tenant at the same time; whoever is fenced takes it again.
// All but one are fenced before their first append.
func fight(t *testing.T, log eventstore.Log, writers, rounds, size int) []attempt {
	t.Helper()
	var mu sync.Mutex
	var all []attempt
	var group, taken sync.WaitGroup
	taken.Add(writers)
	for w := range writers {
		group.Go(func() {
			owner := fmt.Sprintf("w%d", w)
			fence, err := log.Take(t.Context(), Surface, "t1", owner)
			taken.Done()
			taken.Wait()
			for round := 0; round < rounds && err == nil; round++ {
				unit := Unit("t1", fmt.Sprintf("%s-%d", owner, round), size)
				for i := range unit {
					unit[i].Extensions = map[string]string{"owner": owner}
				}
				a := attempt{owner: owner, ids: make([]string, size)}
				for i, m := range unit {
					a.ids[i] = m.ID
				}
				a.positions, a.err = log.Append(t.Context(), fence, unit)
				mu.Lock()
				all = append(all, a)
				mu.Unlock()
				if a.err != nil {
					fence, err = log.Take(t.Context(), Surface, "t1", owner)
				}
			}
			if err != nil {
				t.Errorf("%s: take: %v", owner, err)
			}
		})
	}
	group.Wait()
	return all
}

func testTwoWriters(t *testing.T, log eventstore.Log) {
	attempts := fight(t, log, 3, 100, 1)
	if !slices.ContainsFunc(attempts, func(a attempt) bool { return errors.Is(a.err, eventstore.ErrFenced) }) {
		t.Fatal("nobody was fenced: there was no fight")
	}
	stored := map[string]eventstore.Position{}
	owner := ""
	for _, r := range All(t, log) {
		if r.Type == eventstore.TypeWriterTaken {
			owner = string(r.Data)
			continue
		}
		if want := fmt.Sprintf(`{"owner":%q}`, r.Extensions["owner"]); want != owner {
			t.Errorf("position %d is of %s, but the tenant was %s", r.Position, r.Extensions["owner"], owner)
		}
		if earlier, twice := stored[r.ID]; twice {
			t.Errorf("%s is at %d and at %d", r.ID, earlier, r.Position)
		}
		stored[r.ID] = r.Position
	}
	for _, a := range attempts {
		at, in := stored[a.ids[0]]
		switch {
		case a.err == nil && at != a.positions[0]:
			t.Errorf("%s was acknowledged at %d, the log has it at %d", a.ids[0], a.positions[0], at)
		case a.err != nil && !errors.Is(a.err, eventstore.ErrFenced):
			t.Errorf("%s: %v", a.ids[0], a.err)
		case a.err != nil && in:
			t.Errorf("%s was refused and is at %d", a.ids[0], at)
		}
	}
}

func testWholeUnits(t *testing.T, log eventstore.Log) {
	const size = 15
	attempts := fight(t, log, 3, 15, size)
	count := map[string]int{}
	last := ""
	for _, r := range All(t, log) {
		if count[last]%size != 0 && r.Subject != last {
			t.Errorf("%s at %d stands inside the unit of %s", r.Subject, r.Position, last)
		}
		if last = r.Subject; r.Type != eventstore.TypeWriterTaken {
			count[r.Subject]++
		}
	}
	for _, a := range attempts {
		want := 0
		if a.err == nil {
			want = size
		}
		if got := count[Subject("t1", strings.TrimSuffix(a.ids[0], "-0"))]; got != want {
			t.Errorf("%d messages of the unit of %s are in the log, want %d (%v)", got, a.ids[0], want, a.err)
		}
	}
}
