// Package subscribe lets Watermill handlers react to the log: each subscription is durable, and every
// event is delivered to it at least once, in order per subject.
package subscribe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"
)

// Options of a Subscriber.
type Options struct {
	// Stream is the name of the log's stream. Default "GATELOG".
	Stream string
	// Group names the subscription: subscribers of one group, on any node, share its events, and a
	// group goes on where it was. 1 to 64 letters, digits, - and _. Required.
	Group string
	// Topic, when not nil, makes of what Subscribe is called with a filter of the log, e.g. Publisher.Topic.
	Topic func(name string) string
	// RetryAfter is how long a refused event waits until it comes again, and those behind it with it.
	// Default one second.
	RetryAfter time.Duration
	// AckWait is how long the broker waits for a word of a subscriber before it gives an event to
	// another one of the group. Subscribers that live say so while a handler is at work, however long
	// that takes. The same for all subscribers of a group. Default ten seconds.
	AckWait time.Duration
	// Logger. Default slog.Default().
	Logger *slog.Logger
}

// Subscriber implements Watermill's message.Subscriber on the log.
type Subscriber struct {
	js      jetstream.JetStream
	options Options
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

var groupForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// New returns a subscriber of a group. Close it.
func New(js jetstream.JetStream, o Options) (*Subscriber, error) {
	if !groupForm.MatchString(o.Group) {
		return nil, fmt.Errorf("subscribe: the name of the group is %q: 1 to 64 letters, digits, - and _", o.Group)
	}
	if o.Stream == "" {
		o.Stream = "GATELOG"
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = time.Second
	}
	if o.AckWait == 0 {
		o.AckWait = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Subscriber{js: js, options: o, ctx: ctx, cancel: cancel}, nil
}

// ErrClosed says that the subscriber was closed.
var ErrClosed = errors.New("the subscriber is closed")

// Subscribe delivers the events whose subjects match topic, e.g. "evt.apig.*.instance.*", from the first
// in the log on, until ctx ends or the subscriber is closed; then the channel is closed. The next event
// comes when the one before was acknowledged, in the whole group. An event that nobody has settled when
// its subscriber ends is given to another one at once.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	if topic == "" {
		return nil, errors.New("subscribe: a topic must be given, e.g. evt.apig.>")
	}
	if s.options.Topic != nil {
		topic = s.options.Topic(topic)
	}
	if s.ctx.Err() != nil {
		return nil, ErrClosed
	}
	messages, err := s.open(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		messages.Stop()
		return nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	out := make(chan *message.Message)
	s.running.Go(func() {
		defer close(out)
		defer cancel()
		defer stop()
		s.run(ctx, topic, messages, out)
	})
	return out, nil
}

// open makes the consumer of a topic, or finds it where it was.
func (s *Subscriber) open(ctx context.Context, topic string) (jetstream.MessagesContext, error) {
	consumer, err := s.js.CreateOrUpdateConsumer(ctx, s.options.Stream, jetstream.ConsumerConfig{
		Durable:       s.durable(topic),
		Description:   s.options.Group + " on " + topic,
		FilterSubject: topic,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       s.options.AckWait,
		MaxAckPending: 1,
		DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return nil, err
	}
	return consumer.Messages(jetstream.PullMaxMessages(1), jetstream.PullHeartbeat(heartbeat))
}

// heartbeat is how often the broker says that it still has a consumer while there are no events.
const heartbeat = time.Second

// durable names the consumer of a topic. A topic has characters that names can't have; its digest tells
// any two apart.
func (s *Subscriber) durable(topic string) string {
	sum := sha256.Sum256([]byte(topic))
	return s.options.Group + "-" + hex.EncodeToString(sum[:8])
}

// Close ends all subscriptions and waits for them, and for handlers that are about to end. It takes less
// than a second, and may be called more than once.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	return nil
}

var _ message.Subscriber = (*Subscriber)(nil)
