package eventstore_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

func TestBeforeATime(t *testing.T) {
	t.Parallel()
	start := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	log := eventstore.NewMemory()
	fence, err := log.Take(t.Context(), "toy", "p1", "n1") // position 1, at the time of the test
	if err != nil {
		t.Fatal(err)
	}
	if at, err := eventstore.Before(t.Context(), log, time.Now().Add(time.Hour)); err != nil || at != 1 {
		t.Errorf("before the future: %d, %v", at, err)
	}
	future := time.Now().Add(time.Hour)
	var unit []eventstore.Message
	for n := range 100 { // positions 2 to 101, a minute apart
		unit = append(unit, eventstore.Message{Subject: "evt.toy.p1.thing.x", ID: strconv.Itoa(n), Type: "toy.done", Schema: 1, Time: future.Add(time.Duration(n) * time.Minute), Data: []byte("{}")})
	}
	if _, err := log.Append(t.Context(), fence, unit); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		since time.Time
		want  eventstore.Position
	}{
		"before all":         {start, 0},
		"the time of one":    {future.Add(10 * time.Minute), 11},
		"shortly after one":  {future.Add(10*time.Minute + time.Second), 11}, // clocks may be apart
		"between two":        {future.Add(10*time.Minute + 30*time.Second), 12},
		"long after the end": {future.Add(1000 * time.Minute), 101},
	} {
		if got, err := eventstore.Before(t.Context(), log, c.since); err != nil || got != c.want {
			t.Errorf("%s: after position %d, want %d (%v)", name, got, c.want, err)
		}
	}
}
