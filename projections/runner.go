package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// Runner applies the events of the log to one projection: exactly once, in order, as many at a time
// as are waiting. Of all nodes' runners of a projection one works and the others stand by.
type Runner struct {
	Projection *Projection
	Log        eventstore.Log
	DB         *sqlx.DB // a pool of its own: its connections are held in transactions
	Node       string
	Marks      *Watermarks
	Logger     *slog.Logger
	// Applied, when not nil, is told every position that this node has applied, so that other nodes
	// can wait for it.
	Applied func(projection string, at domain.Position)

	statements *Statements
	mu         sync.Mutex
	failure    *Failure
}

// Failure is why a projection has stopped: an event that cannot be applied. It goes on when a server
// starts that can apply it.
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

// Bounds of one batch.
const (
	batchMost  = 2000
	retryAfter = 200 * time.Millisecond
	standBy    = time.Second
)

// Run applies events until ctx ends. It returns nil then, and never before, unless an event cannot be
// applied: then it stops, alone and loudly, and returns the Failure.
func (r *Runner) Run(ctx context.Context) error {
	r.statements = NewStatements(r.DB)
	for {
		err := r.own(ctx)
		if failure := (*Failure)(nil); errors.As(err, &failure) {
			r.stop(ctx, failure)
			return failure
		}
		wait := standBy
		if !errors.Is(err, errMoved) && ctx.Err() == nil {
			r.Logger.Warn("projection interrupted, going on shortly", "projection", r.Projection.Name, "error", err)
			wait = retryAfter
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// own applies events while this node owns the projection.
func (r *Runner) own(ctx context.Context) error {
	checkpoint, err := acquire(ctx, r.DB, r.Projection.Name, r.Node)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := release(ctx, r.DB, r.Projection.Name, r.Node); err != nil {
			r.Logger.Warn("could not give a projection up", "projection", r.Projection.Name, "error", err)
		}
	}()
	r.advance(checkpoint.Position)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var renewing sync.WaitGroup
	renewing.Go(func() { r.renew(ctx, cancel) })
	at := checkpoint.Position
	err = r.Log.Follow(ctx, eventstore.Position(at), batchMost, func(batch []eventstore.Recorded) error {
		to, err := r.applyBatch(ctx, at, batch)
		at = to
		return err
	}, r.Projection.Filter())
	cause := context.Cause(ctx)
	cancel(nil)
	renewing.Wait()
	if errors.Is(cause, errMoved) {
		return cause
	}
	return err
}

// renew keeps the ownership while no events come, and ends the work when it is lost.
func (r *Runner) renew(ctx context.Context, lost context.CancelCauseFunc) {
	tick := time.NewTicker(leaseSeconds * time.Second / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := acquire(ctx, r.DB, r.Projection.Name, r.Node); err != nil && ctx.Err() == nil {
			lost(err)
			return
		}
	}
}

// applyBatch applies a batch in one transaction. When an event of it cannot be applied, those before
// it are, so that the checkpoint stands right before the one that stops the projection.
func (r *Runner) applyBatch(ctx context.Context, from domain.Position, batch []eventstore.Recorded) (domain.Position, error) {
	to, err := r.apply(ctx, from, batch)
	if err == nil || !permanent(err) {
		return to, err
	}
	if len(batch) == 1 {
		return from, &Failure{Position: domain.Position(batch[0].Position), Type: batch[0].Type, Err: err}
	}
	half := len(batch) / 2
	if from, err = r.applyBatch(ctx, from, batch[:half]); err != nil {
		return from, err
	}
	return r.applyBatch(ctx, from, batch[half:])
}

func (r *Runner) apply(ctx context.Context, from domain.Position, batch []eventstore.Recorded) (domain.Position, error) {
	changes := NewChanges()
	if err := fold(r.Projection, batch, changes); err != nil {
		return from, err
	}
	to := domain.Position(batch[len(batch)-1].Position)
	err := inTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		prepared := in{r.statements, tx}
		if err := move(ctx, prepared, r.Projection, r.Node, from, to); err != nil {
			return err
		}
		return changes.write(ctx, prepared, r.Projection.Name, r.Projection.Tables)
	})
	if err != nil {
		return from, err
	}
	r.advance(to)
	return to, nil
}

// fold adds what the events of a batch change.
func fold(p *Projection, batch []eventstore.Recorded, changes *Changes) error {
	for _, message := range batch {
		rec, ok, err := envelope.Open(p.Codec, message)
		if err == nil && ok {
			err = p.Apply(rec, changes)
		}
		if err != nil {
			return &unfoldable{err}
		}
	}
	return nil
}

// unfoldable marks an error that lies in the event and not in the circumstances.
type unfoldable struct{ error }

func (u *unfoldable) Unwrap() error { return u.error }

// permanent tells an event that cannot be applied from a database that can't be reached right now.
// Of Postgres' error classes, these lie in the data: 22 data exception, 23 integrity constraint
// violation, 42 wrong statement or missing column.
func permanent(err error) bool {
	var u *unfoldable
	if errors.As(err, &u) {
		return true
	}
	var p *pq.Error
	if !errors.As(err, &p) {
		return false
	}
	switch p.Code.Class() {
	case "22", "23", "42":
		return true
	}
	return false
}

func (r *Runner) advance(to domain.Position) {
	r.Marks.Advance(r.Projection.Name, to)
	if r.Applied != nil {
		r.Applied(r.Projection.Name, to)
	}
}

// stop makes the failure visible: in the log, in the checkpoint, and to Failed.
func (r *Runner) stop(ctx context.Context, f *Failure) {
	r.mu.Lock()
	r.failure = f
	r.mu.Unlock()
	r.Logger.Error("projection stopped: reads of this surface are behind until it goes on",
		"projection", r.Projection.Name, "position", f.Position, "type", f.Type, "error", f.Err)
	_, err := r.DB.ExecContext(ctx, "UPDATE gatelog.checkpoints SET failed_at = $2, failed_type = $3, failure = $4 WHERE name = $1",
		r.Projection.Name, int64(f.Position), f.Type, f.Err.Error())
	if err != nil {
		r.Logger.Error("could not record why the projection stopped", "error", err)
	}
}
