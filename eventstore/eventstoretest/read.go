package eventstoretest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
)

func testAt(t *testing.T, log eventstore.Log) {
	if head := Head(t, log); head != 0 {
		t.Errorf("an empty log ends at %d, want 0", head)
	}
	fence := Take(t, log, "t1")
	positions := Append(t, log, fence, Unit("t1", "a", 3))
	if head := Head(t, log); head != positions[2] {
		t.Errorf("the log ends at %d, want %d", head, positions[2])
	}
	for i, at := range positions {
		got, err := log.At(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(eventstore.Recorded{Message: Message("t1", "a", i), Position: at}, got); diff != "" {
			t.Errorf("at %d (-want +got):\n%s", at, diff)
		}
	}
	for _, at := range []eventstore.Position{0, positions[2] + 1, 1 << 40} {
		if _, err := log.At(t.Context(), at); !errors.Is(err, eventstore.ErrNotFound) {
			t.Errorf("at %d: %v, want ErrNotFound", at, err)
		}
	}
}

func testNewest(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	first := Append(t, log, fence, Unit("t1", "a", 1))[0]
	Append(t, log, fence, Unit("t1", "b", 5))
	second := Append(t, log, fence, []eventstore.Message{Message("t1", "a", 1)})[0]
	Append(t, log, fence, Unit("t1", "b", 1))

	for name, c := range map[string]struct {
		id        string
		atOrUnder eventstore.Position
		want      eventstore.Position // 0: ErrNotFound
	}{
		"of all":              {"a", 0, second},
		"exactly the newest":  {"a", second, second},
		"above the newest":    {"a", second + 1, second},
		"beyond the end":      {"a", 1 << 40, second},
		"between":             {"a", second - 1, first},
		"exactly the first":   {"a", first, first},
		"under the first":     {"a", first - 1, 0},
		"of nothing":          {"c", 0, 0},
		"of nothing at a pos": {"c", second, 0},
	} {
		got, err := log.Newest(t.Context(), Subject("t1", c.id), c.atOrUnder)
		switch {
		case c.want == 0 && !errors.Is(err, eventstore.ErrNotFound):
			t.Errorf("%s: %v, %v; want ErrNotFound", name, got.Position, err)
		case c.want > 0 && (err != nil || got.Position != c.want || got.Subject != Subject("t1", c.id)):
			t.Errorf("%s: %d, %v; want %d", name, got.Position, err, c.want)
		case c.want > 0 && got.Extensions["actorid"] != "u1":
			t.Errorf("%s: extensions %v", name, got.Extensions)
		}
	}
}

func testNewestOfFilter(t *testing.T, log eventstore.Log) {
	one, two := Take(t, log, "t1"), Take(t, log, "t2")
	a := Append(t, log, one, Unit("t1", "a", 2))
	b := Append(t, log, two, Unit("t2", "b", 1))
	for filter, want := range map[string]eventstore.Position{
		eventstore.Tenant(Surface, "t1"): a[1], eventstore.Tenant(Surface, "t2"): b[0], eventstore.Surface(Surface): b[0],
		eventstore.Tenant(Surface, "t3"): 0, one.Subject(): one.Position(), two.Subject(): two.Position(),
	} {
		got, err := log.Newest(t.Context(), filter, 0)
		if want == 0 && !errors.Is(err, eventstore.ErrNotFound) || want > 0 && (err != nil || got.Position != want) {
			t.Errorf("%s: %d, %v; want %d", filter, got.Position, err, want)
		}
		if want > 0 && got.Type == "" {
			t.Errorf("%s: %+v", filter, got)
		}
	}
	if _, err := log.Newest(t.Context(), eventstore.Tenant(Surface, "t1"), b[0]); !errors.Is(err, eventstore.ErrInvalid) {
		t.Errorf("a filter with a position: %v, want ErrInvalid", err)
	}
}

func testRead(t *testing.T, log eventstore.Log) {
	one, two := Take(t, log, "t1"), Take(t, log, "t2")
	a := Append(t, log, one, Unit("t1", "a", 3))
	b := Append(t, log, two, Unit("t2", "b", 2))
	c := Append(t, log, one, Unit("t1", "c", 2))
	d := Append(t, log, two, Unit("t2", "d", 1))
	t1, t2 := eventstore.Tenant(Surface, "t1"), eventstore.Tenant(Surface, "t2")

	for name, want := range map[string]struct {
		after, upTo eventstore.Position
		filters     []string
		ids         []string
	}{
		"everything":                     {0, d[0], nil, []string{"a-0", "a-1", "a-2", "b-0", "b-1", "c-0", "c-1", "d-0"}},
		"a surface":                      {0, d[0], []string{eventstore.Surface(Surface)}, []string{"a-0", "a-1", "a-2", "b-0", "b-1", "c-0", "c-1", "d-0"}},
		"a tenant":                       {0, d[0], []string{t1}, []string{"a-0", "a-1", "a-2", "c-0", "c-1"}},
		"two tenants":                    {0, d[0], []string{t1, t2}, []string{"a-0", "a-1", "a-2", "b-0", "b-1", "c-0", "c-1", "d-0"}},
		"an aggregate":                   {0, d[0], []string{Subject("t1", "a")}, []string{"a-0", "a-1", "a-2"}},
		"two aggregates":                 {0, d[0], []string{Subject("t1", "a"), Subject("t2", "d")}, []string{"a-0", "a-1", "a-2", "d-0"}},
		"last match before the end":      {0, c[1], []string{t2}, []string{"b-0", "b-1"}},
		"last match is the end":          {0, c[1], []string{t1}, []string{"a-0", "a-1", "a-2", "c-0", "c-1"}},
		"last match beyond the end":      {0, b[1], []string{t1}, []string{"a-0", "a-1", "a-2"}},
		"from the middle":                {a[1], b[0], nil, []string{"a-2", "b-0"}},
		"one position":                   {b[0] - 1, b[0], nil, []string{"b-0"}},
		"all matches before the start":   {a[2], d[0], []string{Subject("t1", "a")}, nil},
		"all matches beyond the end":     {0, a[2], []string{t2 + "x"}, nil},
		"no match at all":                {0, d[0], []string{Subject("t1", "nothing")}, nil},
		"one filter without a match":     {0, d[0], []string{Subject("t1", "nothing"), Subject("t2", "d")}, []string{"d-0"}},
		"nothing asked for":              {b[0], b[0], nil, nil},
		"less than nothing":              {c[0], b[0], nil, nil},
		"nothing asked for, beyond head": {1 << 40, 1 << 40, nil, nil},
	} {
		var got []eventstore.Recorded
		err := log.Read(t.Context(), want.after, want.upTo, func(r eventstore.Recorded) error {
			got = append(got, r)
			return nil
		}, want.filters...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want.ids, IDs(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func testReadErrors(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	positions := Append(t, log, fence, Unit("t1", "a", 100))
	end := positions[99]
	none := func(eventstore.Recorded) error { return nil }

	boom, seen := errors.New("boom"), 0
	err := log.Read(t.Context(), 0, end, func(r eventstore.Recorded) error {
		if seen++; r.Position == positions[9] {
			return boom
		}
		return nil
	})
	if !errors.Is(err, boom) || seen != 11 {
		t.Errorf("each failed at the 11th message: %v after %d", err, seen)
	}
	if err := log.Read(t.Context(), 0, end+1, none); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("read beyond the end: %v, want ErrNotFound", err)
	}
	if err := log.Read(t.Context(), 0, end+1, none, Subject("t1", "a")); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("read of a subject beyond the end: %v, want ErrNotFound", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen = 0
	err = log.Read(ctx, 0, end, func(eventstore.Recorded) error {
		if seen++; seen == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen == 100 {
		t.Errorf("read with a context that ended at the fifth message: %v after %d", err, seen)
	}
}

// follower runs Follow and hands its batches over one by one.
type follower struct {
	batches chan []eventstore.Recorded
	ended   chan error
	stop    context.CancelFunc
}

func follow(t *testing.T, log eventstore.Log, after eventstore.Position, most int, filters ...string) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{batches: make(chan []eventstore.Recorded), ended: make(chan error, 1), stop: cancel}
	go func() {
		f.ended <- log.Follow(ctx, after, most, func(batch []eventstore.Recorded) error {
			select {
			case f.batches <- batch:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, filters...)
	}()
	t.Cleanup(cancel)
	return f
}

// next returns at least n messages and the size of the largest batch.
func (f *follower) next(t *testing.T, n int) (all []eventstore.Recorded, largest int) {
	t.Helper()
	for len(all) < n {
		select {
		case batch := <-f.batches:
			all = append(all, batch...)
			largest = max(largest, len(batch))
		case err := <-f.ended:
			t.Fatalf("follow ended after %d of %d messages: %v", len(all), n, err)
		}
	}
	return all, largest
}

func testFollow(t *testing.T, log eventstore.Log) {
	one, two := Take(t, log, "t1"), Take(t, log, "t2")
	Append(t, log, one, Unit("t1", "a", 3))
	f := follow(t, log, one.Position(), 100, eventstore.Tenant(Surface, "t1"))
	got, _ := f.next(t, 3)
	if diff := cmp.Diff([]string{"a-0", "a-1", "a-2"}, IDs(got)); diff != "" {
		t.Errorf("what was there (-want +got):\n%s", diff)
	}
	for round := range 20 {
		id := fmt.Sprintf("r%d", round)
		Append(t, log, two, Unit("t2", id, 1))
		Append(t, log, one, Unit("t1", id, 2))
		got, _ := f.next(t, 2)
		if diff := cmp.Diff([]string{id + "-0", id + "-1"}, IDs(got)); diff != "" {
			t.Fatalf("what came (-want +got):\n%s", diff)
		}
	}
	f.stop()
	if err := <-f.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("follow ended with %v, want the error of its context", err)
	}
}

func testFollowMost(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	positions := Append(t, log, fence, Unit("t1", "a", 1000), Unit("t1", "b", 500))
	for _, most := range []int{0, 1, 7, 5000} {
		f := follow(t, log, positions[99], most)
		got, largest := f.next(t, 1400)
		if len(got) != 1400 || got[0].Position != positions[100] || got[1399].Position != positions[1499] {
			t.Errorf("most %d: %d messages from %d to %d", most, len(got), got[0].Position, got[len(got)-1].Position)
		}
		if largest > max(most, 1) {
			t.Errorf("most %d: a batch of %d", most, largest)
		}
		f.stop()
		<-f.ended
	}
}

func testFollowErrors(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	Append(t, log, fence, Unit("t1", "a", 50))
	boom, calls := errors.New("boom"), 0
	err := log.Follow(t.Context(), 0, 3, func([]eventstore.Recorded) error {
		if calls++; calls == 2 {
			return boom
		}
		return nil
	})
	if !errors.Is(err, boom) || calls != 2 {
		t.Errorf("each failed in the second call: %v after %d", err, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func([]eventstore.Recorded) error {
		t.Error("each was called although the context had ended")
		return nil
	}
	if err := log.Follow(ctx, 0, 10, never); !errors.Is(err, context.Canceled) {
		t.Errorf("follow with an ended context: %v", err)
	}
}

func testIncarnation(t *testing.T, log eventstore.Log) {
	first := log.Incarnation()
	Take(t, log, "t1")
	if first == "" || log.Incarnation() != first {
		t.Errorf("incarnation %q, later %q", first, log.Incarnation())
	}
}
