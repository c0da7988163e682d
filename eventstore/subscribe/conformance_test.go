package subscribe

import (
	"log/slog"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

// features are what both subscribers promise to Watermill. A new group gets what is in the log, a new member of
// an old one what the group has not had.
var features = tests.Features{
	ConsumerGroups: true, GuaranteedOrder: true, Persistent: true,
	ForceShort:        true, // the machine that runs all tests is small
	GenerateTopicFunc: func(c tests.TestContext) string { return "topic-" + string(c.TestID) },
}

// shared is a log that the tests of Watermill share.
type shared struct {
	conn *nats.Conn
	js   jetstream.JetStream
	log  *eventstore.Stream
	reg  *Registry
}

func share(t *testing.T) *shared {
	t.Helper()
	s := &shared{conn: testenv.JetStream(t)}
	var err error
	if s.js, err = jetstream.New(s.conn); err != nil {
		t.Fatal(err)
	}
	if s.log, err = eventstore.Open(t.Context(), s.conn, eventstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if s.reg, err = NewRegistry(t.Context(), s.js, 1); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shared) publisher(t *testing.T) *Publisher {
	t.Helper()
	p, err := NewPublisher(s.log, "conformance")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWatermillConformanceOfSubscriber(t *testing.T) {
	t.Parallel()
	s := share(t)
	group := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		p := s.publisher(t)
		sub, err := New(s.js, Options{Group: group, Topic: p.Topic, RetryAfter: 10 * time.Millisecond, AckWait: 2 * time.Second, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return p, sub
	}
	tests.TestPubSub(t, features, func(t *testing.T) (message.Publisher, message.Subscriber) { return group(t, "g") }, group)
}

func TestWatermillConformanceOfReader(t *testing.T) {
	t.Parallel()
	s := share(t)
	group := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		p := s.publisher(t)
		r, err := NewReader(s.log, s.reg, ReaderOptions{Group: group, Topic: p.Topic, RetryAfter: 10 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return p, r
	}
	tests.TestPubSub(t, features, func(t *testing.T) (message.Publisher, message.Subscriber) { return group(t, "g") }, group)
}
