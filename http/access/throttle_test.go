package access

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func TestTheWaitDoublesUpToItsBound(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]time.Duration{
		0: 0, freeAttempts - 1: 0, freeAttempts: firstWait, freeAttempts + 1: 2 * firstWait, freeAttempts + 5: 32 * firstWait,
		freeAttempts + 9: 512 * firstWait, freeAttempts + 10: longestWait, freeAttempts + 1000: longestWait,
	} {
		if got := (failures{count: count, last: noon}).wait(noon); got != want {
			t.Errorf("after %d failures: %s, want %s", count, got, want)
		}
	}
}

func TestAttemptsAtOnceCountLikeThoseInARow(t *testing.T) {
	t.Parallel()
	th := newThrottle(10)
	var through atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if th.begin(fingerprint("a"), noon) == 0 {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if got := through.Load(); got != freeAttempts {
		t.Errorf("%d of 50 were let through, want %d", got, freeAttempts)
	}
}

func TestUndoTakesOneAttemptBack(t *testing.T) {
	t.Parallel()
	th := newThrottle(10)
	th.begin(fingerprint("a"), noon)
	th.begin(fingerprint("a"), noon)
	th.undo(fingerprint("a"))
	if got := th.failures[fingerprint("a")].count; got != 1 {
		t.Errorf("%d are counted, want 1", got)
	}
	th.undo(fingerprint("a"))
	th.undo(fingerprint("a"))
	if len(th.failures) != 0 {
		t.Errorf("%d are remembered, want none", len(th.failures))
	}
}

func TestAFloodOfNamesDoesNotWashAGuesserAway(t *testing.T) {
	t.Parallel()
	th := newThrottle(100)
	victim := fingerprint("victim")
	for n := range freeAttempts + 1 {
		th.begin(victim, noon.Add(time.Duration(n)*time.Second))
	}
	for n := range 1000 {
		th.begin(fingerprint(fmt.Sprint(n)), noon.Add(time.Minute))
	}
	if th.failures[victim].count <= freeAttempts {
		t.Error("the guesser was forgotten")
	}
}

func TestTheMemoryOfGuessesIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 8).Draw(t, "capacity")
		th, now := newThrottle(capacity), noon
		for range rapid.IntRange(1, 200).Draw(t, "attempts") {
			name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}).Draw(t, "name")
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			switch th.begin(fingerprint(name), now); rapid.IntRange(0, 5).Draw(t, "outcome") {
			case 0:
				th.forget(fingerprint(name))
			case 1:
				th.undo(fingerprint(name))
			}
			if len(th.failures) > capacity {
				t.Fatalf("%d are remembered, %d is the bound", len(th.failures), capacity)
			}
		}
	})
}
