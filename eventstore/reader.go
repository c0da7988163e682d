package eventstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bounds of a reader: what it asks for at a time, how soon it notices that its consumer is gone (two
// heartbeats), and how long the broker keeps a consumer that nobody reads.
const (
	pullMessages  = 2000
	pullBytes     = 32 << 20
	pullExpiry    = 5 * time.Second
	pullHeartbeat = time.Second
	keepConsumer  = time.Minute
)

// reader reads the log forwards through a consumer of its own, ahead of whoever uses it. It does not
// mend what breaks: then it is closed and the next one begins where it ended. It opens messages as T.
type reader[T placed] struct {
	stream    *Stream
	consumer  jetstream.Consumer
	consuming jetstream.ConsumeContext
	open      opener[T]
	arrived   chan T
	closing   chan struct{}

	received uint64 // by the client's goroutine alone

	once  sync.Once
	lost  chan struct{} // closed when nothing more comes, for the cause
	cause error
}

// placed is a message that knows its position.
type placed interface{ place() Position }

func (r Recorded) place() Position { return r.Position }
func (r Raw) place() Position      { return r.Position }

// opener makes of a message what a reader gives. Its errors end the reading.
type opener[T placed] func(subject string, h nats.Header, data []byte, at Position) (T, error)

// errGap says that the broker has sent a message that did not arrive here.
var errGap = errors.New("a message was lost on its way")

// newReader starts reading after a position, at most how.ahead messages ahead.
func newReader[T placed](ctx context.Context, s *Stream, after Position, how reading[T]) (*reader[T], error) {
	config := jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: uint64(after) + 1,
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1,
		InactiveThreshold: keepConsumer, FilterSubjects: how.filters,
	}
	if len(how.filters) == 1 {
		config.FilterSubject, config.FilterSubjects = how.filters[0], nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	consumer, err := s.stream.CreateConsumer(ctx, config)
	if err != nil {
		return nil, err
	}
	r := &reader[T]{
		stream: s, consumer: consumer, open: how.open,
		arrived: make(chan T, how.ahead), closing: make(chan struct{}), lost: make(chan struct{}),
	}
	bytes := max(pullBytes, int(2*s.nc.MaxPayload()))
	r.consuming, err = consumer.Consume(r.receive,
		jetstream.PullMaxMessagesWithBytesLimit(pullMessages, bytes), jetstream.PullExpiry(pullExpiry),
		jetstream.PullHeartbeat(pullHeartbeat), jetstream.ConsumeErrHandler(r.trouble))
	return r, err
}

// receive takes the next message from the client.
func (r *reader[T]) receive(msg jetstream.Msg) {
	select {
	case <-r.lost:
		return
	default:
	}
	m, err := r.take(msg)
	if err != nil {
		r.fail(err)
		return
	}
	select {
	case r.arrived <- m:
	case <-r.closing:
	}
}

func (r *reader[T]) take(msg jetstream.Msg) (m T, err error) {
	meta, err := msg.Metadata()
	if err != nil {
		return m, err
	}
	if r.received++; meta.Sequence.Consumer != r.received {
		return m, fmt.Errorf("%w: before position %d", errGap, meta.Sequence.Stream)
	}
	return r.open(msg.Subject(), msg.Headers(), msg.Data(), Position(meta.Sequence.Stream))
}

// trouble hears of what the client notices. Some of it the client mends by itself.
func (r *reader[T]) trouble(_ jetstream.ConsumeContext, err error) {
	end := []error{
		jetstream.ErrNoHeartbeat, jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound,
		jetstream.ErrBadRequest, jetstream.ErrConnectionClosed, nats.ErrNoResponders,
	}
	if slices.ContainsFunc(end, func(e error) bool { return errors.Is(err, e) }) {
		r.fail(err)
	}
}

func (r *reader[T]) fail(err error) {
	r.once.Do(func() {
		r.cause = err
		close(r.lost)
	})
}

// next returns the next message, or why no more come after those that have arrived.
func (r *reader[T]) next(ctx context.Context) (none T, err error) {
	if err := ctx.Err(); err != nil {
		return none, err
	}
	select {
	case m := <-r.arrived:
		return m, nil
	case <-ctx.Done():
		return none, ctx.Err()
	case <-r.lost:
	}
	select {
	case m := <-r.arrived:
		return m, nil
	default:
		return none, r.cause
	}
}

// batch returns at least the next message, and those that have arrived behind it.
func (r *reader[T]) batch(ctx context.Context, most int) ([]T, error) {
	m, err := r.next(ctx)
	if err != nil {
		return nil, err
	}
	batch := append(make([]T, 0, min(most, len(r.arrived)+1)), m)
	for len(batch) < most {
		select {
		case m := <-r.arrived:
			batch = append(batch, m)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// close ends the reading and waits for it. The broker is told to forget the consumer, but not waited
// for: it may be the reason.
func (r *reader[T]) close() {
	close(r.closing)
	r.consuming.Stop()
	<-r.consuming.Closed()
	name := r.consumer.CachedInfo().Name
	_ = r.stream.nc.Publish("$JS.API.CONSUMER.DELETE."+r.stream.name+"."+name, nil)
}

// A reader that lost the log tries again after readAgain, and ever later up to readAtLast. Read gives
// up after so many tries without any progress.
const (
	readAgain  = 10 * time.Millisecond
	readAtLast = 640 * time.Millisecond
	readTries  = 10
)

// Read implements Log.
func (s *Stream) Read(ctx context.Context, after, upTo Position, each func(Recorded) error, filters ...string) error {
	if upTo <= after {
		return nil
	}
	end, err := s.end(ctx, upTo, filters)
	if err != nil {
		return fmt.Errorf("read the log after %d: %w", after, err)
	}
	one := func(batch []Recorded) error {
		if batch[0].Position > upTo {
			return errEnough
		}
		if err := each(batch[0]); err != nil || batch[0].Position < end {
			return err
		}
		return errEnough
	}
	if end <= after {
		return nil
	}
	err = forward(ctx, s, after, reading[Recorded]{most: 1, ahead: pullMessages, tries: readTries, open: parse, each: one, filters: filters})
	if broken := (*Malformed)(nil); errors.Is(err, errEnough) || errors.As(err, &broken) && broken.Position > upTo {
		return nil
	}
	return err
}

// errEnough ends a reading that has come to its end.
var errEnough = errors.New("enough")

// Follow implements Log.
func (s *Stream) Follow(ctx context.Context, after Position, most int, each func([]Recorded) error, filters ...string) error {
	most = max(most, 1)
	return forward(ctx, s, after, reading[Recorded]{most: most, ahead: most, open: parse, each: each, filters: filters})
}

// reading is how to read: at most 'most' messages at once, with so many tries to find the log again
// (0: for ever).
type reading[T placed] struct {
	most, ahead, tries int
	open               opener[T]
	each               func([]T) error
	filters            []string
}

// forward reads with one reader after the other, until each or ctx ends it.
func forward[T placed](ctx context.Context, s *Stream, after Position, how reading[T]) error {
	for try := 1; ; try++ {
		before := after
		cause := forwardOnce(ctx, s, &after, how)
		if final := (*final)(nil); errors.As(cause, &final) {
			return final.error
		}
		if after > before {
			try = 1
		}
		if how.tries > 0 && try >= how.tries {
			return fmt.Errorf("read the log after %d: %w", after, cause)
		}
		if err := wait(ctx, min(readAgain<<min(try-1, 8), readAtLast)); err != nil {
			return err
		}
	}
}

// final marks an error that trying again does not mend.
type final struct{ error }

func (f *final) Unwrap() error { return f.error }

// forwardOnce reads with one reader until it loses the log, and keeps count of how far it came.
func forwardOnce[T placed](ctx context.Context, s *Stream, after *Position, how reading[T]) error {
	r, err := newReader(ctx, s, *after, how)
	if err != nil {
		return err
	}
	defer r.close()
	for {
		batch, err := r.batch(ctx, how.most)
		if errors.As(err, new(*Malformed)) {
			return &final{err}
		}
		if err != nil {
			return err
		}
		if err := how.each(batch); err != nil {
			return &final{err}
		}
		*after = batch[len(batch)-1].place()
	}
}

// wait returns after d, or with ctx's error when that ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var _ Log = (*Stream)(nil)
