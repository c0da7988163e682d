package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Runner applies the events of the log to one projection: exactly once, in order, as many at a time
// as are waiting. Of all nodes' runners of a projection one works and the others stand by.
type Runner struct {
	Projection *Projection
	Log        eventstore.Log
	DB         *sqlx.DB // a pool of its own, of at least 2: its connections are held in transactions
	Node       string   // unique to the process
	Marks      *Watermarks
	Logger     *slog.Logger
	// Applied, when not nil, is told every position that this node has applied, so that other nodes
	// can wait for it.
	Applied func(projection string, at domain.Position)

	pace       pace
	statements *Statements
	skips      skips
	failed     int // interruptions since the last batch
	mu         sync.Mutex
	failure    *Failure
}

// Failure is why a projection has stopped: an event that cannot be applied. It goes on when a server
// starts that can apply it, or when an operator has skipped it (see RecordSkip).
type Failure struct {
	Position domain.Position
	Type     string
	Err      error
}

// Error says which event and why.
func (f *Failure) Error() string {
	return fmt.Sprintf("the event at position %d (%s) cannot be applied: %v", f.Position, f.Type, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Failed returns why the projection has stopped, or nil.
func (r *Runner) Failed() *Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure
}

// batchMost is the largest number of events in one transaction.
const batchMost = 2000

// pace is how long a runner owns a projection without saying so again, how often it looks whether it
// can own it, how long it waits after interruptions, from the first on up to the longest, and how long it
// lets events of the past gather: nobody waits for them, and many at a time cost less.
type pace struct{ lease, standBy, retry, retryMost, gather time.Duration }

var usualPace = pace{
	lease: leaseTime, standBy: time.Second, retry: 100 * time.Millisecond, retryMost: 3 * time.Second, gather: time.Second,
}

// Run applies events until ctx ends. It returns nil then, and never before, unless an event cannot be
// applied: then it stops, alone and loudly, and returns the Failure.
func (r *Runner) Run(ctx context.Context) error {
	if r.pace == (pace{}) {
		r.pace = usualPace
	}
	if r.statements == nil {
		r.statements = NewStatements(r.DB)
	}
	for {
		err := r.own(ctx)
		if failure := (*Failure)(nil); errors.As(err, &failure) {
			r.stop(ctx, failure)
			return failure
		}
		if ctx.Err() != nil {
			return nil
		}
		if rest(ctx, r.afterInterruption(err), nil); ctx.Err() != nil {
			return nil
		}
	}
}

// RunOn is Run, but does not return a Failure: it waits until an operator has skipped the event, and goes
// on behind it.
func (r *Runner) RunOn(ctx context.Context) error {
	for {
		err := r.Run(ctx)
		failure := (*Failure)(nil)
		if !errors.As(err, &failure) {
			return err
		}
		if err := awaitSkip(ctx, r.Log, r.Projection, failure.Position); err != nil {
			return errors.Join(failure, err)
		}
		r.Logger.Warn("going on behind an event that was skipped", "projection", r.Projection.Name, "position", failure.Position)
		r.mu.Lock()
		r.failure = nil
		r.mu.Unlock()
	}
}

// rest waits, or until ctx ends or somebody hurries.
func rest(ctx context.Context, d time.Duration, hurried <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-hurried:
	}
}

// afterInterruption returns how long to wait after err before the next try to own the projection.
func (r *Runner) afterInterruption(err error) time.Duration {
	switch {
	case errors.Is(err, errMoved):
		return 0
	case errors.Is(err, errOwned):
		return r.pace.standBy
	}
	r.failed++
	wait := min(r.pace.retry<<min(r.failed-1, 10), r.pace.retryMost)
	r.Logger.Warn("projection interrupted, going on shortly", "projection", r.Projection.Name, "in", wait, "error", err)
	return wait
}

// own applies events while this node owns the projection.
func (r *Runner) own(ctx context.Context) error {
	var err error
	if r.skips, err = skipsOf(ctx, r.Log, r.Projection); err != nil {
		return err
	}
	checkpoint, err := acquire(ctx, r.DB, r.Projection, r.Node, r.pace.lease)
	if errors.Is(err, errOwned) {
		return errors.Join(err, r.watch(ctx))
	}
	if err != nil {
		return err
	}
	defer r.release(ctx)
	r.advance(checkpoint.Position)
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var renewing sync.WaitGroup
	renewing.Go(func() { r.renew(working, cancel) })
	err = r.follow(working, checkpoint.Position)
	lost := context.Cause(working)
	cancel(nil)
	renewing.Wait()
	if malformed := (*eventstore.Malformed)(nil); lost != nil && !errors.As(err, &malformed) {
		return lost
	}
	return err
}

// follow applies the events after a position as they come. A message that is no event is passed over when
// it was skipped; else it is a Failure.
func (r *Runner) follow(ctx context.Context, at domain.Position) error {
	for {
		err := r.Log.Follow(ctx, eventstore.Position(at), batchMost, func(batch []eventstore.Recorded) error {
			to, err := r.applyBatch(ctx, at, batch)
			at = to
			if err == nil && r.Projection.Aside {
				rest(ctx, r.pace.gather, r.Marks.Hurried(r.Projection.Name))
			}
			return err
		}, r.Projection.Filter())
		malformed := (*eventstore.Malformed)(nil)
		if !errors.As(err, &malformed) {
			return err
		}
		to := domain.Position(malformed.Position)
		if !r.skips[to] {
			return &Failure{Position: to, Err: malformed}
		}
		if err := r.apply(ctx, at, to, nil); err != nil {
			return err
		}
		at = to
	}
}

func (r *Runner) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := release(ctx, r.DB, r.Projection.Name, r.Node); err != nil {
		r.Logger.Warn("could not give a projection up", "projection", r.Projection.Name, "error", err)
	}
}

// watch learns how far the owner is, in case its word got lost.
func (r *Runner) watch(ctx context.Context) error {
	at, err := checkpointAt(ctx, r.DB, r.Projection.Name)
	r.Marks.Advance(r.Projection.Name, at)
	return err
}

// renew keeps the ownership while no events come, and ends the work when it is lost.
func (r *Runner) renew(ctx context.Context, lost context.CancelCauseFunc) {
	tick := time.NewTicker(r.pace.lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := acquire(ctx, r.DB, r.Projection, r.Node, r.pace.lease); err != nil {
			lost(err)
			return
		}
	}
}

func (r *Runner) advance(to domain.Position) {
	r.Marks.Advance(r.Projection.Name, to)
	if r.Applied != nil {
		r.Applied(r.Projection.Name, to)
	}
}

// stop makes the failure visible: in the log, in the checkpoint, and to Failed.
func (r *Runner) stop(ctx context.Context, f *Failure) {
	r.Logger.Error("projection stopped: reads of this surface are behind until it goes on",
		"projection", r.Projection.Name, "position", f.Position, "type", f.Type, "error", f.Err)
	if err := recordFailure(ctx, r.DB, r.Projection.Name, f); err != nil {
		r.Logger.Error("could not record why the projection stopped", "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failure = f
}
