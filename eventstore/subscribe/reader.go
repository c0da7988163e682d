package subscribe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/eventstore"
)

// ReaderOptions are those of a Reader.
type ReaderOptions struct {
	// Group names the subscription, as in Options. Required.
	Group string
	// After is the position after which a group begins on a topic that it has never read. Default 0: with the
	// first event. For a time see eventstore.Before.
	After eventstore.Position
	// Wanted, when not nil, tells which events of the topic are delivered.
	Wanted func(eventstore.Recorded) bool
	// Topic, when not nil, makes of what Subscribe is called with a filter of the log, e.g. Publisher.Topic.
	Topic func(name string) string
	// RetryAfter is how long an event that was refused waits until it comes again. Default one second.
	RetryAfter time.Duration
	// Lease is how long a reader that has died keeps its topics. Default ten seconds.
	Lease time.Duration
	// Logger. Default slog.Default().
	Logger *slog.Logger
}

// Reader implements Watermill's message.Subscriber for those who have much to read: it reads ahead, and keeps
// count of what was acknowledged in a Registry. One reader of a group at a time delivers the events of a topic,
// in the order of the log, each at least once; others take over when it ends. After a crash up to a tenth of a
// second's events come again.
//
// A Subscriber, in contrast, shares events among the members of a group, and asks the broker for each.
type Reader struct {
	log      eventstore.Log
	registry *Registry
	options  ReaderOptions
	owner    string
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// NewReader returns a reader of a group. Close it.
func NewReader(log eventstore.Log, registry *Registry, o ReaderOptions) (*Reader, error) {
	if !groupForm.MatchString(o.Group) {
		return nil, fmt.Errorf("reader: the name of the group is %q: 1 to 64 letters, digits, - and _", o.Group)
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = time.Second
	}
	if o.Lease == 0 {
		o.Lease = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Reader{log: log, registry: registry, options: o, owner: ulid.Make().String(), ctx: ctx, cancel: cancel}, nil
}

// Subscribe delivers the events of a topic (a filter such as "evt.apig.*.api.*", unless ReaderOptions.Topic says
// otherwise) from where the group was, until ctx ends or the reader is closed; then the channel is closed. The
// next event comes when the one before was acknowledged.
func (r *Reader) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	if topic == "" {
		return nil, errors.New("subscribe: a topic must be given, e.g. evt.apig.>")
	}
	if r.options.Topic != nil {
		topic = r.options.Topic(topic)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(r.ctx, cancel)
	d := &delivery{Reader: r, topic: topic, key: keyOf(r.options.Group, topic), owner: r.owner + "." + ulid.Make().String(), out: make(chan *message.Message)}
	r.running.Go(func() {
		defer close(d.out)
		defer cancel()
		defer stop()
		d.run(ctx)
	})
	return d.out, nil
}

// Close ends all subscriptions and waits for them, and for handlers that are about to end. It takes less than
// three seconds, and may be called more than once.
func (r *Reader) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	r.running.Wait()
	return nil
}

var _ message.Subscriber = (*Reader)(nil)

// delivery is one subscription of a reader.
type delivery struct {
	*Reader
	topic, key, owner string
	out               chan *message.Message

	progress Progress // as the registry has it
	revision uint64
	leased   atomic.Int64  // until when this is the owner for certain, in nanoseconds
	done     atomic.Uint64 // position up to which everything is acknowledged
}

// Bounds of a delivery: how often it looks whether it may deliver, how long progress is gathered, how many
// events it reads ahead, and how long the last word to the registry may take.
const (
	lookEvery = 100 * time.Millisecond
	keepEvery = 100 * time.Millisecond
	readAhead = 512
	endWithin = 2 * time.Second
)

// run delivers whenever it may, until ctx ends.
func (d *delivery) run(ctx context.Context) {
	for told := false; ctx.Err() == nil; {
		if err := d.acquire(ctx); err != nil {
			if !told && ctx.Err() == nil {
				d.options.Logger.Warn("a reader is interrupted, going on when the broker is back", "group", d.options.Group, "topic", d.topic, "error", err)
			}
			told = true
			pause(ctx, reopenAfter)
			continue
		}
		told = false
		if err := d.deliver(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errMoved) {
			d.options.Logger.Warn("a reader is interrupted, going on shortly", "group", d.options.Group, "topic", d.topic, "error", err)
			pause(ctx, reopenAfter)
		}
	}
}

// acquire waits until this is the owner of its progress. A record that its owner has not touched for a lease, as
// seen from here, has lost its owner: clocks are not compared.
func (d *delivery) acquire(ctx context.Context) error {
	var seen uint64
	var since time.Time
	for {
		p, revision, err := d.registry.get(ctx, d.key)
		if err != nil && !errors.Is(err, ErrUnknown) {
			return err
		}
		if err != nil || p.Incarnation != d.log.Incarnation() {
			p = Progress{Position: d.options.After, Rewinds: p.Rewinds, Group: d.options.Group, Topic: d.topic, Incarnation: d.log.Incarnation()}
		}
		if revision != seen {
			seen, since = revision, time.Now()
		}
		if free := p.Owner == "" || p.Owner == d.owner || time.Since(since) > d.options.Lease; free && !p.Paused {
			p.Owner = d.owner
			if err := d.keep(ctx, p, revision); !errors.Is(err, errMoved) {
				d.done.Store(uint64(p.Position))
				return err
			}
		}
		if !pause(ctx, min(lookEvery, d.options.Lease/4)) {
			return ctx.Err()
		}
	}
}

// keep writes progress, which prolongs the lease.
func (d *delivery) keep(ctx context.Context, p Progress, over uint64) error {
	began := time.Now()
	p.Beat++
	revision, err := d.registry.put(ctx, d.key, p, over)
	if err == nil {
		d.progress, d.revision = p, revision
		d.leased.Store(began.Add(d.options.Lease).UnixNano())
	}
	return err
}

// deliver reads the log and keeps progress until ctx ends, or somebody else has changed the progress.
func (d *delivery) deliver(ctx context.Context) error {
	reading, cancel := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	var kept error
	keeper.Go(func() {
		defer cancel()
		kept = d.keepOn(reading)
	})
	err := d.log.Follow(reading, eventstore.Position(d.done.Load()), readAhead, func(batch []eventstore.Recorded) error {
		return d.hand(reading, batch)
	}, d.topic)
	cancel()
	keeper.Wait()
	if kept != nil {
		return kept
	}
	end, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancelEnd()
	p := d.progress
	p.Position, p.Owner = eventstore.Position(d.done.Load()), ""
	if given := d.keep(end, p, d.revision); errors.Is(given, errMoved) {
		return d.merge(end)
	}
	return err
}

// keepOn keeps progress until ctx ends.
func (d *delivery) keepOn(ctx context.Context) error {
	tick := time.NewTicker(min(keepEvery, d.options.Lease/4))
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		p := d.progress
		p.Position = eventstore.Position(d.done.Load())
		if p.Position == d.progress.Position && time.Since(last) < d.options.Lease/4 {
			continue
		}
		err := d.keep(ctx, p, d.revision)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errMoved) {
			return errors.Join(err, d.merge(ctx))
		}
		if err != nil && time.Now().UnixNano() > d.leased.Load() {
			return err
		}
		if err == nil {
			last = time.Now()
		}
	}
}

// merge gives up progress that somebody has changed: what was acknowledged counts, unless it was rewound.
func (d *delivery) merge(ctx context.Context) error {
	return d.registry.change(ctx, d.key, func(p *Progress) {
		if p.Owner != d.owner {
			return
		}
		if p.Owner = ""; p.Rewinds == d.progress.Rewinds {
			p.Position = eventstore.Position(d.done.Load())
		}
	})
}

// errNotOwner says that the lease may be over.
var errNotOwner = errors.New("the broker was not heard of for too long")

// hand hands a batch over, each event until it is acknowledged.
func (d *delivery) hand(ctx context.Context, batch []eventstore.Recorded) error {
	for _, r := range batch {
		if d.options.Wanted == nil || d.options.Wanted(r) {
			if err := d.one(ctx, r); err != nil {
				return err
			}
		}
		d.done.Store(uint64(r.Position))
	}
	return nil
}

func (d *delivery) one(ctx context.Context, r eventstore.Recorded) error {
	for {
		if time.Now().UnixNano() > d.leased.Load() {
			return errNotOwner
		}
		m, err := convertRecorded(r)
		if err != nil {
			return err
		}
		acked, err := d.offer(ctx, m)
		if err != nil || acked {
			return err
		}
		if !pause(ctx, d.options.RetryAfter) {
			return ctx.Err()
		}
	}
}

// offer hands a message over and returns whether it was acknowledged. Its context ends when it is settled.
func (d *delivery) offer(ctx context.Context, m *message.Message) (bool, error) {
	handling, cancel := context.WithCancel(ctx)
	defer cancel()
	m.SetContext(handling)
	select {
	case d.out <- m:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	select {
	case <-m.Acked():
		return true, nil
	case <-m.Nacked():
		return false, nil
	case <-ctx.Done():
	}
	if settled(m) {
		return true, nil
	}
	return false, ctx.Err()
}
