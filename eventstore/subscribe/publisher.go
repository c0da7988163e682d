package subscribe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/eventstore"
)

// SurfaceApp is where publishers append: evt.app.<tenant>.<topic>.<key>. No surface of Gatelog looks at it.
const SurfaceApp = "app"

// MetadataKey names what a published message is about: 1 to 128 letters, digits, - and _. Messages of one key
// are delivered in order. Those without one share a key.
const MetadataKey = "gatelog-key"

// noKey is the key of messages without one.
const noKey = "all"

// Publisher implements Watermill's message.Publisher on the log: what it has published is on disk, for ever.
// It is safe for concurrent use.
//
// The log takes appends of one writer per tenant. A publisher that finds another one at work takes the tenant
// over, so publishers of one tenant may be many, but are fastest alone.
type Publisher struct {
	log    eventstore.Log
	tenant string
	owner  string

	mu     sync.Mutex
	closed bool
	fence  eventstore.Fence
}

// NewPublisher returns a publisher for a tenant of the surface SurfaceApp: 1 to 128 letters, digits, - and _.
func NewPublisher(log eventstore.Log, tenant string) (*Publisher, error) {
	if _, err := eventstore.Subject(SurfaceApp, tenant, "x", "x"); err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	return &Publisher{log: log, tenant: tenant, owner: "publisher " + ulid.Make().String()}, nil
}

// Topic returns what subscribers of a topic subscribe to.
func (p *Publisher) Topic(topic string) string {
	return eventstore.Aggregates(SurfaceApp, p.tenant, topic)
}

// publishTries bounds how often a publisher takes its tenant back.
const publishTries = 10

// publishTimeout bounds one Publish.
const publishTimeout = 30 * time.Second

// Publish appends messages to a topic, 1 to 128 letters, digits, - and _: all of them or none, at most
// eventstore.MaxUnit. After an error that wraps eventstore.ErrInDoubt they may be in the log all the same.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	unit := make([]eventstore.Message, len(messages))
	for i, m := range messages {
		var err error
		if unit[i], err = p.event(topic, m); err != nil {
			return fmt.Errorf("publish to %s: %w", topic, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), publishTimeout)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("the publisher is closed")
	}
	if len(unit) == 0 {
		return nil
	}
	for range publishTries {
		err := p.append(ctx, unit)
		if err == nil {
			return nil
		}
		p.fence = eventstore.Fence{}
		if !errors.Is(err, eventstore.ErrFenced) {
			return fmt.Errorf("publish to %s: %w", topic, err)
		}
	}
	return fmt.Errorf("publish to %s: %w, %d times", topic, eventstore.ErrFenced, publishTries)
}

// append appends behind the fence, taken first if there is none.
func (p *Publisher) append(ctx context.Context, unit []eventstore.Message) error {
	if p.fence == (eventstore.Fence{}) {
		var err error
		if p.fence, err = p.log.Take(ctx, SurfaceApp, p.tenant, p.owner); err != nil {
			return err
		}
	}
	_, err := p.log.Append(ctx, p.fence, unit)
	return err
}

func (p *Publisher) event(topic string, m *message.Message) (eventstore.Message, error) {
	key := m.Metadata.Get(MetadataKey)
	if key == "" {
		key = noKey
	}
	subject, err := eventstore.Subject(SurfaceApp, p.tenant, topic, key)
	if err != nil {
		return eventstore.Message{}, err
	}
	data, err := enclose(m)
	return eventstore.Message{
		Subject: subject, ID: ulid.Make().String(), Type: TypeMessage, Schema: 1, Time: time.Now().UTC(), Data: data,
	}, err
}

// Close ends the publisher. It may be called more than once.
func (p *Publisher) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

var _ message.Publisher = (*Publisher)(nil)
