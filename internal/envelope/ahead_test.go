package envelope_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/envelope"
)

// given returns a log of a hundred messages on one subject, and the position of the last.
func given(t *testing.T) (eventstore.Log, eventstore.Position) {
	t.Helper()
	log := eventstore.NewMemory()
	positions := eventstoretest.Append(t, log, eventstoretest.Take(t, log, "t1"), eventstoretest.Unit("t1", "a", 100))
	return log, positions[99]
}

func same(batch []eventstore.Recorded) ([]eventstore.Recorded, error) { return batch, nil }

func TestAheadGivesAllInTheOrderOfTheLog(t *testing.T) {
	t.Parallel()
	log, end := given(t)
	want := eventstoretest.All(t, log, eventstoretest.Subject("t1", "a"))
	for _, most := range []int{1, 3, 100, 1000} {
		var got []eventstore.Recorded
		err := envelope.Ahead(t.Context(), log, 0, end, most, same, func(batch []eventstore.Recorded) error {
			if len(batch) > most {
				t.Errorf("a batch of %d, at most %d were asked for", len(batch), most)
			}
			got = append(got, batch...)
			return nil
		}, eventstoretest.Subject("t1", "a"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", most, diff)
		}
	}
}

func TestAheadEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	log, end := given(t)
	const filter = "evt.>"
	taken := 0
	count := func([]eventstore.Recorded) error { taken++; return nil }
	bad := func(batch []eventstore.Recorded) ([]eventstore.Recorded, error) {
		if slices.ContainsFunc(batch, func(r eventstore.Recorded) bool { return r.Position == end-50 }) {
			return nil, boom
		}
		return batch, nil
	}
	if err := envelope.Ahead(t.Context(), log, 0, end, 1, bad, count, filter); !errors.Is(err, boom) || taken != int(end)-51 {
		t.Errorf("what was opened before the error has to be taken: %v after %d", err, taken)
	}
	taken = 0
	err := envelope.Ahead(t.Context(), log, 0, end, 1, same, func([]eventstore.Recorded) error { taken++; return boom }, filter)
	if !errors.Is(err, boom) || taken != 1 {
		t.Errorf("take failed: %v after %d", err, taken)
	}
	if err := envelope.Ahead(t.Context(), log, 0, end+1, 10, same, count, filter); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("beyond the end: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := envelope.Ahead(ctx, log, 0, end, 10, same, count, filter); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
