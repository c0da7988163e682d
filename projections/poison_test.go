package projections

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

// runToFailure runs a runner until it stops by itself.
func runToFailure(t testing.TB, r *Runner) *Failure {
	t.Helper()
	var failure *Failure
	if err := r.Run(t.Context()); !errors.As(err, &failure) {
		t.Fatalf("the runner returned %v, want a Failure", err)
	}
	return failure
}

// expectStopped holds that the projection stands right before a poison event and says so everywhere.
func (w *world) expectStopped(t testing.TB, r *Runner, failure *Failure, at domain.Position, kind string) {
	t.Helper()
	if failure.Position != at || failure.Type != kind || r.Failed() != failure {
		t.Errorf("stopped at %d by %q (%v), want %d by %q", failure.Position, failure.Type, failure.Err, at, kind)
	}
	c := w.checkpoint(t)
	if c.Position != at-1 || c.FailedAt != at || c.FailedType != kind || c.Failure == "" {
		t.Errorf("the checkpoint is %+v, want it at %d with the failure at %d", c, at-1, at)
	}
	w.expect(t, at-1)
}

// random returns a text that no compression makes fit.
func random(n int) string {
	var b strings.Builder
	for range n {
		b.WriteRune(rune('!' + rand.IntN(90)))
	}
	return b.String()
}

func TestAPoisonEventStopsItsProjectionRightBeforeIt(t *testing.T) {
	t.Parallel()
	note := random(20_000)
	for name, c := range map[string]struct {
		poison domain.Event
		kind   string
	}{
		"unknown type":               {later{ID: "t1"}, "toy.thing.later"},
		"constraint of the table":    {put{ID: "bad", Owner: "x", Count: 1000}, "toy.thing.put"},
		"value that no column takes": {put{ID: "bad", Owner: "x", Count: math.MaxInt}, "toy.thing.put"},
		"text that no column takes":  {put{ID: "bad", Owner: "nul\x00"}, "toy.thing.put"},
		"more than an index takes":   {put{ID: "bad", Owner: "x", Note: &note}, "toy.thing.put"},
		"the projection refuses":     {put{ID: "bad", Owner: "nobody"}, "toy.thing.put"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			at := w.happen(t, append(puts(37, 1), c.poison)...)
			w.happen(t, puts(20, 2)...)
			r := w.runner(t, "n1")
			w.expectStopped(t, r, runToFailure(t, r), at, c.kind)

			// It is never skipped, by whomever.
			other := w.runner(t, "n2")
			w.expectStopped(t, other, runToFailure(t, other), at, c.kind)
			if w.marks.At("toy") != at-1 {
				t.Errorf("the watermark is at %d, want %d", w.marks.At("toy"), at-1)
			}
			if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err == nil {
				t.Error("a rebuild passed over the event")
			}
			w.expectStopped(t, r, r.Failed(), at, c.kind)
		})
	}
}

func TestAFixedProjectionGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "a"})
	last := w.happen(t, puts(5, 1)...)
	r := w.runner(t, "n1")
	w.expectStopped(t, r, runToFailure(t, r), at, "toy.thing.later")
	start(t, w.runner(t, "n1", func(r *Runner) { r.Projection = newToy(all) }))
	w.await(t, last)
	w.expect(t, last)
	if c := w.checkpoint(t); c.FailedAt != 0 || c.Failure != "" || c.FailedType != "" {
		t.Errorf("the checkpoint still has the failure: %+v", c)
	}
	// A node of the old version that comes late does not spoil what is well.
	if err := recordFailure(t.Context(), w.db, "toy", &Failure{Position: at, Err: errors.New("late")}); err != nil {
		t.Fatal(err)
	}
	if c := w.checkpoint(t); c.FailedAt != 0 {
		t.Errorf("a failure of the past is in the checkpoint: %+v", c)
	}
}

func TestOtherProjectionsGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, later{ID: "a"})
	r := w.runner(t, "n1")
	failure := runToFailure(t, r)
	other := newToy(known)
	other.Name = "other"
	if _, err := Prepare(t.Context(), w.db, w.log, other); err != nil {
		t.Fatal(err)
	}
	start(t, w.runner(t, "n1", func(r *Runner) { r.Projection = other }))
	fence, err := w.log.Take(t.Context(), "other", "t1", "node")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.marks.Await(t.Context(), "other", domain.Position(fence.Position())); err != nil {
		t.Error(err)
	}
	if failure.Position != at || r.Failed() == nil {
		t.Errorf("the other one: %v", failure)
	}
}

// What somebody else wrote into the log is no event at all.
func TestAMessageThatIsNoEventStopsTheProjection(t *testing.T) {
	t.Parallel()
	conn := testenv.JetStream(t)
	log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOn(t, log)
	before := w.happen(t, puts(10, 1)...)
	if _, err := js.Publish(t.Context(), "evt.toy.t1.thing.t1", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	w.happen(t, puts(10, 2)...)
	r := w.runner(t, "n1")
	failure := runToFailure(t, r)
	c := w.checkpoint(t)
	if failure.Position != before+1 || c.Position != before || c.FailedAt != before+1 {
		t.Errorf("stopped at %d, the checkpoint is %+v; want to stop at %d", failure.Position, c, before+1)
	}
	w.expect(t, before)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); !errors.As(err, new(*Failure)) {
		t.Errorf("rebuild: %v, want a Failure", err)
	}
}

// A row that can't become JSON is the event's fault, and no reason to try for ever.
func TestARowThatCannotBeWrittenIsPermanent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, put{ID: "a", Owner: "x", Ratio: 1})
	r := w.runner(t, "n1", func(r *Runner) {
		r.Projection.Apply = func(rec domain.Recorded, c *Changes) error {
			things.Put(c, thingRow{ID: "a", Ratio: math.NaN()})
			return nil
		}
	})
	if failure := runToFailure(t, r); failure.Position != at {
		t.Errorf("%v, want it at %d", failure, at)
	}
}

func TestFailuresAreCutForTheCheckpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := strings.Repeat("ä", 5000) + "\x00\xff"
	if err := recordFailure(t.Context(), w.db, "toy", &Failure{Position: 9, Type: "x", Err: errors.New(text)}); err != nil {
		t.Fatal(err)
	}
	if got := w.checkpoint(t).Failure; got != strings.Repeat("ä", failureBytes/2) {
		t.Errorf("a failure of %d bytes", len(got))
	}
	f := &Failure{Position: 9, Type: "x", Err: context.Canceled}
	if f.Error() != "the event at position 9 (x) cannot be applied: context canceled" || !errors.Is(f, context.Canceled) {
		t.Errorf("%v does not say what it is about", f)
	}
}
