package projections

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

func (w *world) skip(t testing.TB, at domain.Position) Skip {
	t.Helper()
	s, err := RecordSkip(t.Context(), w.db, w.log, newToy(known), SkipOrder{Position: at, Actor: domain.Actor{UserName: "ada"}, Reason: "its writer was broken"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verified fails the test unless the tables are what the log says.
func (w *world) verified(t testing.TB) {
	t.Helper()
	if _, _, err := Verify(t.Context(), w.db, w.log, newToy(known), func(d Difference) { t.Errorf("%+v", d) }); err != nil {
		t.Error(err)
	}
}

func TestASkippedEventIsPassedOverForEver(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string]domain.Event{
		"unknown type":            later{ID: "nowhere"},
		"constraint of the table": put{ID: "bad", Owner: "x", Count: 1000},
		"the projection refuses":  put{ID: "bad", Owner: "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			at := w.happen(t, append(puts(20, 1), poison)...)
			last := w.happen(t, puts(20, 2)...)
			failure := runToFailure(t, w.runner(t, "n1"))
			s := w.skip(t, at)
			want := Skip{Projection: "toy", Position: at, Type: poison.EventType(), Failure: s.Failure, RecordedAt: s.RecordedAt, Time: s.Time, By: "ada", Reason: "its writer was broken"}
			all, err := Skips(t.Context(), w.log, newToy(known))
			if diff := cmp.Diff([]Skip{want}, all); diff != "" || err != nil || !strings.Contains(failure.Err.Error(), s.Failure) {
				t.Errorf("what is recorded, %v (-want +got):\n%s", err, diff)
			}

			stop := start(t, w.runner(t, "n1"))
			w.await(t, last)
			w.verified(t)
			if c := w.checkpoint(t); c.FailedAt != 0 || c.Failure != "" {
				t.Errorf("the checkpoint still has the failure: %+v", c)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			before := w.tables(t)
			if len(before.Things) == 0 || strings.Contains(strings.Join(before.Things, ""), `"bad"`) {
				t.Errorf("the tables hold %v", before.Things)
			}
			if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(before, w.tables(t)); diff != "" {
				t.Errorf("after a rebuild (-before +after):\n%s", diff)
			}
			w.verified(t)
		})
	}
}

func TestAMessageThatIsNoEventCanBeSkipped(t *testing.T) {
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
	for range 2 {
		if _, err := js.Publish(t.Context(), "evt.toy.t1.thing.t1", []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	last := w.happen(t, puts(10, 2)...)
	for _, at := range []domain.Position{before + 1, before + 2} {
		if failure := runToFailure(t, w.runner(t, "n1")); failure.Position != at {
			t.Fatalf("stopped at %d, want %d", failure.Position, at)
		}
		w.skip(t, at)
	}
	start(t, w.runner(t, "n1"))
	w.await(t, last)
	w.verified(t)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
		t.Error(err)
	}
	w.verified(t)
}

// Exactly the event that stopped the projection: the next one stops it again.
func TestASkipCoversOneEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "nowhere"})
	second := w.happen(t, put{ID: "b", Owner: "x"}, later{ID: "nowhere"})
	runToFailure(t, w.runner(t, "n1"))
	w.skip(t, first)
	r := w.runner(t, "n1")
	w.expectStopped(t, r, runToFailure(t, r), second, "toy.thing.later")
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err == nil {
		t.Error("a rebuild passed over the second one")
	}
}

func TestOnlyWhatStoppedAProjectionCanBeSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.happen(t, put{ID: "a", Owner: "x"})
	p := newToy(known)
	refused := func(at domain.Position, by, reason string, want error) {
		t.Helper()
		if _, err := RecordSkip(t.Context(), w.db, w.log, p, SkipOrder{Position: at, Actor: domain.Actor{UserName: by}, Reason: reason}); !errors.Is(err, want) {
			t.Errorf("skip %d: %v, want %v", at, err, want)
		}
	}
	refused(good, "ada", "why not", ErrNotStopped)
	bad := w.happen(t, later{ID: "nowhere"})
	runToFailure(t, w.runner(t, "n1"))
	for _, at := range []domain.Position{0, good, bad + 1, bad + 99} {
		refused(at, "ada", "why not", ErrNotStopped)
	}
	refused(bad, "", "why not", ErrSkipUnexplained)
	refused(bad, "ada", "", ErrSkipUnexplained)
	refused(bad, "ada", strings.Repeat("x", 1025), ErrSkipUnexplained)
	w.skip(t, bad)
	refused(bad, "ada", "again", ErrSkipped)
}

// Tables of a new version are made before anything runs, so that nothing has stopped yet.
func TestWhatARebuildCannotApplyCanBeSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "nowhere"})
	failure := (*Failure)(nil)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); !errors.As(err, &failure) || failure.Position != at {
		t.Fatalf("rebuild: %v", err)
	}
	w.skip(t, at)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
		t.Error(err)
	}
	w.verified(t)
}

// signal is a writer that closes seen when something is written to it.
type signal struct {
	once sync.Once
	seen chan struct{}
}

// Write implements io.Writer.
func (s *signal) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.seen) })
	return len(p), nil
}

func TestAStoppedRunnerGoesOnWhenTheEventIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "nowhere"})
	last := w.happen(t, puts(5, 1)...)
	stopped := &signal{seen: make(chan struct{})}
	r := w.runner(t, "n1", func(r *Runner) {
		r.Logger = slog.New(slog.NewTextHandler(stopped, &slog.HandlerOptions{Level: slog.LevelError}))
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.RunOn(ctx) }()
	<-stopped.seen
	w.skip(t, at)
	w.await(t, last)
	w.verified(t)
	cancel()
	if err := <-ended; err != nil || r.Failed() != nil {
		t.Errorf("it ended with %v, %v", err, r.Failed())
	}
}

func TestARunnerThatWaitsForASkipEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, later{ID: "nowhere"})
	stopped := &signal{seen: make(chan struct{})}
	r := w.runner(t, "n1", func(r *Runner) { r.Logger = slog.New(slog.NewTextHandler(stopped, nil)) })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.RunOn(ctx) }()
	<-stopped.seen
	cancel()
	if failure := (*Failure)(nil); !errors.As(<-ended, &failure) && r.Failed() != nil || r.Failed() != nil && r.Failed().Position != at {
		t.Errorf("failed: %v", r.Failed())
	}
}

func TestStatusTellsWhatIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.happen(t, put{ID: "a", Owner: "x"}, later{ID: "nowhere"})
	last := w.happen(t, put{ID: "b", Owner: "x"})
	runToFailure(t, w.runner(t, "n1"))
	check := func(want Status) {
		t.Helper()
		all, err := StatusOf(t.Context(), w.db, w.log, []*Projection{newToy(known)})
		if err != nil || len(all) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		if diff := cmp.Diff(want, all[0], cmpopts.IgnoreFields(Checkpoint{}, "Incarnation", "LeaseUntil", "UpdatedAt", "Failure")); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	}
	stopped := Checkpoint{Name: "toy", Version: 1, Position: at - 1, FailedAt: at, FailedType: "toy.thing.later"}
	check(Status{Checkpoint: stopped, Head: last, Lag: 2})
	s := w.skip(t, at)
	check(Status{Checkpoint: stopped, Head: last, Lag: 2, Skipped: []Skip{s}})
}
