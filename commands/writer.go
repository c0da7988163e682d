package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// job is a command on its way.
type job struct {
	id      string // of the command: event ids and the decision's ids derive from it
	name    string
	call    Call
	command any
	ctx     context.Context // ends when nobody waits any more
	done    chan outcome    // has room for the one outcome

	// answerKey names the recorded answer of this command; empty for none.
	answerKey string
}

// outcome is how a command ended.
type outcome struct {
	result   any
	position domain.Position
	events   int  // that it caused, when there is no error
	repeated bool // it is the recorded answer to an earlier command
	err      error
}

// writer decides the commands of one tenant, one after another, against a state that it alone
// changes. It owns the tenant by its fence until the log says otherwise.
type writer struct {
	bus     *Bus
	surface *Surface
	key     tenantKey
	queue   chan *job
	ended   chan struct{} // closed when it decides no more, because of cause
	cause   error
	sub     *nats.Subscription

	// What follows belongs to run's goroutine.
	fence   eventstore.Fence
	state   domain.State
	answers answers
	last    domain.Position // of the tenant's newest message
	doubts  int             // appends in doubt since the last one that succeeded
}

// Bounds of one gathering: how many waiting commands go into one append together, and how many bytes
// of events.
const (
	queueLength = 1024
	gatherMost  = 256
	gatherBytes = 8 << 20
)

func newWriter(b *Bus, s *Surface, key tenantKey) *writer {
	return &writer{bus: b, surface: s, key: key, queue: make(chan *job, queueLength), ended: make(chan struct{})}
}

// submit hands a command to the writer and waits for its outcome.
func (w *writer) submit(ctx context.Context, j *job) outcome {
	select {
	case w.queue <- j:
	case <-w.ended:
		return w.lost()
	case <-ctx.Done():
		return outcome{err: unavailable(ctx.Err())}
	}
	select {
	case out := <-j.done:
		return out
	case <-w.ended:
		// The writer may have answered as its last deed.
		select {
		case out := <-j.done:
			return out
		default:
			return w.lost()
		}
	case <-ctx.Done():
		return outcome{err: unknown(ctx.Err())}
	}
}

// lost is the outcome of a command that an ended writer has not decided.
func (w *writer) lost() outcome {
	return outcome{err: fmt.Errorf("%w: %w", errLost, w.cause)}
}

// errNotTaken is why a writer ended that never began.
var errNotTaken = errors.New("the tenant could not be taken")

// run is the life of the writer: take the tenant, then decide what comes, until the tenant is lost or
// ctx ends.
func (w *writer) run(ctx context.Context) {
	defer w.end()
	if err := w.take(ctx, nil); err != nil {
		w.cause = fmt.Errorf("%w: %w", errNotTaken, err)
		w.bus.Logger.Error("could not take a tenant", "surface", w.key.surface, "tenant", w.key.tenant, "error", err)
		return
	}
	for {
		select {
		case <-ctx.Done():
			w.cause = ctx.Err()
			return
		case j := <-w.queue:
			if ctx.Err() != nil {
				continue // what waits when the bus closes is not decided here
			}
			if w.cause = w.process(ctx, w.gather(j)); w.cause != nil {
				w.bus.Logger.Warn("stopped writing for a tenant", "surface", w.key.surface, "tenant", w.key.tenant, "cause", w.cause)
				return
			}
		}
	}
}

// end tells everyone that this writer decides no more. Other nodes' commands that have arrived are
// still answered: that it lost the tenant.
func (w *writer) end() {
	if w.sub != nil {
		if err := w.sub.Drain(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			w.bus.Logger.Warn("could not stop listening for commands", "error", err)
		}
	}
	w.bus.drop(w)
	close(w.ended)
}

// gather returns the command and those that wait behind it.
func (w *writer) gather(first *job) []*job {
	jobs := []*job{first}
	for len(jobs) < gatherMost {
		select {
		case j := <-w.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// take fences all other writers off and folds the tenant's history. seen, when not nil, is called
// with every message read: after an append of unknown outcome it tells what did get in. Between the
// fence and the end of the reading nobody else can append, so what was read is everything.
func (w *writer) take(ctx context.Context, seen func(eventstore.Recorded)) error {
	fence, err := w.bus.Log.Take(ctx, w.key.surface, w.key.tenant, w.bus.Node)
	if err != nil {
		return err
	}
	known := newAnswers(w.bus.Now)
	state, err := w.surface.fold(ctx, w.bus.Log, w.key.tenant, fence.Position(), func(message eventstore.Recorded) {
		if seen != nil {
			seen(message)
		}
		known.see(message)
	})
	if err != nil {
		return err
	}
	w.fence, w.state, w.answers, w.last = fence, state, known, domain.Position(fence.Position())
	return nil
}

// holds returns nil while this writer is the tenant's, ErrFenced when it is no more, or the error of
// the log. A refusal, which appends nothing, would not notice otherwise that it rests on a state of
// the past.
func (w *writer) holds(ctx context.Context) error {
	newest, err := w.bus.Log.Newest(ctx, w.fence.Subject(), 0)
	if err == nil && newest.Position != w.fence.Position() {
		return eventstore.ErrFenced
	}
	return err
}
