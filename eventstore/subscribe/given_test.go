package subscribe

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
)

const (
	topic = "evt.toy.*.thing.*"
	// soon is what nothing here takes.
	soon = 20 * time.Second
)

// bundle is a log with a tenant.
type bundle struct {
	conn  *nats.Conn
	js    jetstream.JetStream
	log   *eventstore.Stream
	fence eventstore.Fence
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return on(t, testenv.JetStream(t))
}

// on is setup on a connection.
func on(t *testing.T, conn *nats.Conn) *bundle {
	t.Helper()
	b := &bundle{conn: conn}
	var err error
	if b.js, err = jetstream.New(conn); err != nil {
		t.Fatal(err)
	}
	if b.log, err = eventstore.Open(t.Context(), conn, eventstore.Options{}); err != nil {
		t.Fatal(err)
	}
	b.fence = eventstoretest.Take(t, b.log, "t1")
	return b
}

// happens appends the events <id>-<from> to <id>-<to - 1>.
func (b *bundle) happens(t *testing.T, id string, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		eventstoretest.Append(t, b.log, b.fence, []eventstore.Message{eventstoretest.Message("t1", id, n)})
	}
}

// names are the ids of the events <id>-<from> to <id>-<to - 1>.
func names(id string, from, to int) []string {
	var all []string
	for n := from; n < to; n++ {
		all = append(all, id+"-"+strconv.Itoa(n))
	}
	return all
}

// subscriber returns one of the group g, closed when the test ends.
func (b *bundle) subscriber(t *testing.T, change func(o *Options)) *Subscriber {
	t.Helper()
	o := Options{Group: "g", RetryAfter: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	s, err := New(b.js, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (b *bundle) subscribe(t *testing.T, s *Subscriber) <-chan *message.Message {
	t.Helper()
	ch, err := s.Subscribe(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// next returns the next event of a subscription, not yet settled.
func next(t *testing.T, ch <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m, open := <-ch:
		if !open {
			t.Fatal("the channel is closed")
		}
		return m
	case <-time.After(soon):
		t.Fatal("no event came")
	}
	return nil
}

// acks takes n events and returns their ids.
func acks(t *testing.T, ch <-chan *message.Message, n int) []string {
	t.Helper()
	var got []string
	for range n {
		m := next(t, ch)
		got = append(got, m.UUID)
		m.Ack()
	}
	return got
}

// ends fails unless a channel is closed soon. Events that come before are left as they are.
func ends(t *testing.T, ch <-chan *message.Message) {
	t.Helper()
	limit := time.After(soon)
	for {
		select {
		case _, open := <-ch:
			if !open {
				return
			}
		case <-limit:
			t.Fatal("the channel is not closed")
		}
	}
}

// settles waits until the broker knows that every event which it has delivered to a subscriber is settled.
func (b *bundle) settles(t *testing.T, s *Subscriber) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		consumer, err := b.js.Consumer(ctx, "GATELOG", s.durable(topic))
		if err != nil {
			t.Fatal(err)
		}
		n := consumer.CachedInfo().NumAckPending
		if n == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d events are neither settled nor given back", n)
		}
	}
}
