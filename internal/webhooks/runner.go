package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
)

// Bounds of one subscription: deliveries at once, events in memory that were not tried, events that wait
// after a failure (then no more are read until the receiver takes some), and events read at once.
const (
	sendAtOnce = 8
	mostFresh  = 256
	mostKept   = 1000
	readAtOnce = 64
)

// saveEvery is how long progress is gathered before it is saved.
const saveEvery = 100 * time.Millisecond

// runner sends the events of one subscription, as long as this node owns it.
type runner struct {
	store   *store
	log     eventstore.Log
	n       subscriptions.Subscription
	sender  *sender
	backoff backoff
	logger  *slog.Logger

	sendCtx   context.Context // of deliveries; outlives that of the reading
	ledger    *ledger
	from      eventstore.Position // what the database has
	leased    time.Time           // until when this node owns the subscription for certain
	lastError string
	sending   int
	done      chan result
	working   sync.WaitGroup
}

// result is the outcome of a delivery.
type result struct {
	item    *item
	refused *refused // nil when it arrived
	untried bool
}

// run sends until ctx ends or the subscription is lost to another node.
func (r *runner) run(ctx context.Context) error {
	began := time.Now()
	g, err := r.store.acquire(ctx, r.n)
	if err != nil {
		return err
	}
	r.ledger, r.from, r.leased, r.done = g, g.read, began.Add(r.store.lease), make(chan result, sendAtOnce)
	reading, stopReading := context.WithCancel(ctx)
	// Deliveries that are on their way may end well: what is cut off comes again.
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()
	r.sendCtx = sending
	batches, ended := make(chan []eventstore.Recorded), make(chan error, 1)
	r.working.Go(func() { ended <- r.follow(reading, g.read, batches) })
	err = r.loop(ctx, batches, ended)
	stopReading()
	defer time.AfterFunc(sendGrace, stopSending).Stop()
	r.working.Wait()
	return errors.Join(err, r.finish(err))
}

// sendGrace is how long deliveries may take to end when the sending is stopped.
const sendGrace = 2 * time.Second

// follow hands over what the log has after a position.
func (r *runner) follow(ctx context.Context, after eventstore.Position, to chan<- []eventstore.Recorded) error {
	return r.log.Follow(ctx, after, readAtOnce, func(batch []eventstore.Recorded) error {
		select {
		case to <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, feed.Subjects(r.tenant(), r.n.Filter)...)
}

// tenant is whose events are sent: those of all for a subscription of the account.
func (r *runner) tenant() string {
	if r.n.Tenant == identity.Account {
		return ""
	}
	return r.n.Tenant
}

// finish settles what has come to an end, saves, and gives the subscription up.
func (r *runner) finish(cause error) error {
	close(r.done)
	for d := range r.done {
		r.settle(d)
	}
	if errors.Is(cause, errLost) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), finishTimeout)
	defer cancel()
	if err := r.save(ctx); err != nil {
		return err
	}
	return r.store.release(ctx, r.n.ID)
}

// finishTimeout bounds the last save of a runner.
const finishTimeout = 2 * time.Second

// loop reads, sends, settles and saves.
func (r *runner) loop(ctx context.Context, batches <-chan []eventstore.Recorded, ended <-chan error) error {
	renew := time.NewTicker(r.store.lease / 6)
	defer renew.Stop()
	saving := time.NewTicker(saveEvery)
	defer saving.Stop()
	wake := time.NewTimer(time.Hour)
	defer wake.Stop()
	for {
		r.dispatch(wake)
		var more <-chan []eventstore.Recorded
		if r.ledger.fresh < mostFresh && r.ledger.old < mostKept {
			more = batches
		}
		var err error
		select {
		case batch := <-more:
			r.take(batch)
		case d := <-r.done:
			r.settle(d)
		case <-wake.C:
		case <-saving.C:
			if r.dirty() {
				err = r.save(ctx)
			}
		case <-renew.C:
			err = errors.Join(r.save(ctx), r.store.redrive(ctx, r.store.db, r.n.ID, r.ledger))
		case err = <-ended:
			err = errors.Join(err, errEnded)
		case <-ctx.Done():
			return nil
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// errEnded says that the reading of the log has ended by itself.
var errEnded = errors.New("the log is not read any more")

// take adds those of a batch that are wanted.
func (r *runner) take(batch []eventstore.Recorded) {
	for _, m := range batch {
		if feed.Wanted(r.n.Filter, m) {
			r.ledger.add(m)
		}
		r.ledger.read = m.Position
	}
}

// dispatch begins as many deliveries as may be, and sets wake for the next one that is due later.
func (r *runner) dispatch(wake *time.Timer) {
	now := time.Now()
	if next := r.ledger.wake(now); !next.IsZero() {
		wake.Reset(max(next.Sub(now), time.Millisecond))
	}
	// What is begun must end before another node can begin the same.
	for r.sending < sendAtOnce && now.Add(r.sender.timeout).Before(r.leased) {
		it := r.ledger.take()
		if it == nil {
			return
		}
		r.sending++
		// The item is not touched until its result is settled.
		event, position, attempt := it.event, it.position, it.attempts+1
		r.working.Go(func() {
			d := r.deliver(r.sendCtx, event, position, attempt)
			d.item = it
			r.done <- d
		})
	}
}

// deliver sends one event, read again when it is not at hand.
func (r *runner) deliver(ctx context.Context, event *eventstore.Recorded, at eventstore.Position, attempt int) result {
	if event == nil {
		again, err := r.log.At(ctx, at)
		if err != nil {
			return result{refused: &refused{text: "the event cannot be read now", cause: err}, untried: true}
		}
		event = &again
	}
	failure := r.sender.send(ctx, *event, attempt)
	return result{refused: failure, untried: failure != nil && ctx.Err() != nil}
}

// untriedWait is how long an event waits that could not be read from the log.
const untriedWait = 500 * time.Millisecond

// settle notes the outcome of a delivery.
func (r *runner) settle(d result) {
	r.sending--
	switch {
	case d.refused == nil:
		r.ledger.delivered(d.item)
	case d.untried:
		r.logger.Debug("a webhook was not tried", "subscription", r.n.ID, "position", d.item.position, "cause", d.refused.cause)
		r.ledger.giveBack(d.item, time.Now().Add(untriedWait))
	default:
		r.lastError = d.refused.text
		now, again := time.Now(), time.Time{}
		if d.item.attempts+1 < r.n.MaxAttempts {
			again = now.Add(max(r.backoff.after(d.item.attempts+1), d.refused.retryAfter))
		}
		r.logger.Debug("a webhook was not delivered", "subscription", r.n.ID, "position", d.item.position,
			"attempt", d.item.attempts+1, "dead", again.IsZero(), "error", d.refused.text, "cause", d.refused.cause)
		r.ledger.failedFor(d.item, d.refused.text, again, now)
	}
}

// dirty reports whether there is anything to save.
func (r *runner) dirty() bool {
	u := r.ledger.unsaved()
	return u.position != r.from || u.sent+u.failed+len(u.gone)+len(u.dead)+len(u.waiting) > 0
}

// save saves what has happened, and prolongs the lease.
func (r *runner) save(ctx context.Context) error {
	began, u := time.Now(), r.ledger.unsaved()
	if err := r.store.save(ctx, r.n, r.from, u, r.lastError); err != nil {
		return fmt.Errorf("save at position %d: %w", u.position, err)
	}
	r.ledger.saved(u)
	r.from, r.leased = u.position, began.Add(r.store.lease)
	return nil
}
