// Package subscribe lets Watermill handlers react to the log: each subscription is durable, and every
// event is delivered to it at least once, in order per subject.
package subscribe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"
)

// Names of the metadata that a message has besides the CloudEvents attributes of its event.
const (
	// MetadataPosition is the place of the event in the log.
	MetadataPosition = "gatelog-position"
	// MetadataSubject is the subject of the log: evt.<surface>.<tenant>.<kind>.<id>.
	MetadataSubject = "gatelog-subject"
)

// Options of a Subscriber.
type Options struct {
	// Stream is the name of the log's stream. Default "GATELOG".
	Stream string
	// Group names the subscription: subscribers of one group, on any node, share its events, and a
	// group goes on where it was. Letters, digits, - and _. Required.
	Group string
	// RetryAfter is how long a refused event waits until it comes again. Default one second.
	RetryAfter time.Duration
}

// Subscriber implements Watermill's message.Subscriber on the log.
type Subscriber struct {
	js      jetstream.JetStream
	options Options
	mu      sync.Mutex
	closed  bool
	stop    []context.CancelFunc
	running sync.WaitGroup
}

// New returns a subscriber of a group.
func New(js jetstream.JetStream, o Options) (*Subscriber, error) {
	if o.Group == "" {
		return nil, errors.New("subscribe: a group must be named")
	}
	if o.Stream == "" {
		o.Stream = "GATELOG"
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = time.Second
	}
	return &Subscriber{js: js, options: o}, nil
}

// ErrClosed says that the subscriber was closed.
var ErrClosed = errors.New("the subscriber is closed")

// ackWait is how long a handler may work on an event before it is delivered again.
const ackWait = 30 * time.Second

// Subscribe delivers the events whose subjects match topic, e.g. "evt.apig.*.instance.*", until ctx
// ends or the subscriber is closed; then the channel is closed. The next event comes when the one
// before was acknowledged.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	consumer, err := s.js.CreateOrUpdateConsumer(ctx, s.options.Stream, jetstream.ConsumerConfig{
		Durable:       s.options.Group + "_" + durable.Replace(topic),
		FilterSubject: topic,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxAckPending: 1,
		DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1))
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
	s.stop = append(s.stop, cancel)
	out := make(chan *message.Message)
	s.running.Go(func() {
		defer close(out)
		defer messages.Stop()
		s.deliver(ctx, messages, out)
	})
	return out, nil
}

// durable makes a consumer name of a topic.
var durable = strings.NewReplacer(".", "_", "*", "any", ">", "all")

func (s *Subscriber) deliver(ctx context.Context, messages jetstream.MessagesContext, out chan<- *message.Message) {
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
				return
			}
			continue // the connection is being made again
		}
		if !s.one(ctx, msg, out) {
			return
		}
	}
}

// one hands one event over and waits until it is settled. It returns false when ctx ended.
func (s *Subscriber) one(ctx context.Context, msg jetstream.Msg, out chan<- *message.Message) bool {
	m := convert(msg)
	m.SetContext(ctx)
	select {
	case out <- m:
	case <-ctx.Done():
		return false
	}
	select {
	case <-m.Acked():
		// An acknowledgement that is lost makes the event come again: at least once.
		_ = msg.Ack()
	case <-m.Nacked():
		_ = msg.NakWithDelay(s.options.RetryAfter)
	case <-ctx.Done():
		return false
	}
	return true
}

// convert makes a Watermill message of an event: its id, its data, and its attributes as metadata.
func convert(msg jetstream.Msg) *message.Message {
	header := http.Header(msg.Headers())
	m := message.NewMessage(first(header, "ce-id"), msg.Data())
	for name := range header {
		if strings.HasPrefix(name, "ce-") {
			m.Metadata.Set(name, first(header, name))
		}
	}
	m.Metadata.Set(MetadataSubject, msg.Subject())
	if meta, err := msg.Metadata(); err == nil {
		m.Metadata.Set(MetadataPosition, strconv.FormatUint(meta.Sequence.Stream, 10))
	}
	return m
}

func first(h http.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Close ends all subscriptions and waits for them.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, stop := range s.stop {
		stop()
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

var _ message.Subscriber = (*Subscriber)(nil)
