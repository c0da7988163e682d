package subscribe

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

func (b *bundle) registry(t testing.TB) *Registry {
	t.Helper()
	r, err := NewRegistry(t.Context(), b.js, 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reader returns a subscription of the group g, ended with the test.
func (b *bundle) reader(t *testing.T, change func(o *ReaderOptions)) (*Reader, <-chan *message.Message) {
	t.Helper()
	o := ReaderOptions{Group: "g", RetryAfter: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	r, err := NewReader(b.log, b.registry(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	ch, err := r.Subscribe(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return r, ch
}

func TestAReaderGoesOnWhereItsGroupWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 4)
	first, ch := b.reader(t, nil)
	if diff := cmp.Diff(names("a", 0, 2), acks(t, ch, 2)); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	refused := next(t, ch)
	refused.Nack()
	if again := next(t, ch); again.UUID != refused.UUID {
		t.Errorf("after a refusal comes %s, want %s", again.UUID, refused.UUID)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	ends(t, ch)
	if _, err := first.Subscribe(t.Context(), topic); !errors.Is(err, ErrClosed) {
		t.Errorf("subscribed to a closed reader: %v", err)
	}
	_, ch = b.reader(t, nil)
	b.happens(t, "b", 0, 1)
	if diff := cmp.Diff([]string{"a-2", "a-3", "b-0"}, acks(t, ch, 3)); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
	_, other := b.reader(t, func(o *ReaderOptions) { o.Group, o.After = "other", 3 }) // 1 is the writer's, 2 and 3 are a-0 and a-1
	if diff := cmp.Diff([]string{"a-2", "a-3", "b-0"}, acks(t, other, 3)); diff != "" {
		t.Errorf("from a position (-want +got):\n%s", diff)
	}
	_, some := b.reader(t, func(o *ReaderOptions) {
		o.Group, o.Wanted = "some", func(r eventstore.Recorded) bool { return r.ID == "b-0" }
	})
	if diff := cmp.Diff([]string{"b-0"}, acks(t, some, 1)); diff != "" {
		t.Errorf("filtered (-want +got):\n%s", diff)
	}
}

func TestPausedResumedRewound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 3)
	_, ch := b.reader(t, nil)
	acks(t, ch, 3)
	r, ctx := b.registry(t), t.Context()
	if err := r.Pause(ctx, "g", topic); err != nil {
		t.Fatal(err)
	}
	// It is paused once it has let go.
	for {
		p, err := r.Show(ctx, "g", topic)
		if err != nil {
			t.Fatal(err)
		}
		if p.Owner == "" {
			break
		}
	}
	b.happens(t, "a", 3, 4)
	p, err := r.Show(ctx, "g", topic)
	lag, lagErr := p.Lag(ctx, b.log)
	if err != nil || lagErr != nil || !p.Paused || p.Position != 4 || lag != 1 {
		t.Errorf("paused: %+v, %d behind (%v, %v)", p, lag, err, lagErr)
	}
	if err := r.Rewind(ctx, "g", topic, 2); err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-ch:
		t.Errorf("%s comes while it is paused", m.UUID)
	case <-time.After(250 * time.Millisecond):
	}
	if err := r.Resume(ctx, "g", topic); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(names("a", 1, 4), acks(t, ch, 3)); diff != "" {
		t.Errorf("rewound (-want +got):\n%s", diff)
	}
	if err := r.Rewind(ctx, "g", topic, 0); err != nil { // while it is at work
		t.Fatal(err)
	}
	if diff := cmp.Diff(names("a", 0, 4), acks(t, ch, 4)); diff != "" {
		t.Errorf("rewound at work (-want +got):\n%s", diff)
	}
	if err := r.Pause(ctx, "nobody", topic); !errors.Is(err, ErrUnknown) {
		t.Errorf("paused nobody: %v", err)
	}
}

func TestAReaderSaysTheSameAsASubscriber(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 1)
	shared := next(t, b.subscribe(t, b.subscriber(t, nil)))
	_, ch := b.reader(t, nil)
	read := next(t, ch)
	if diff := cmp.Diff(shared.Metadata, read.Metadata); diff != "" || shared.UUID != read.UUID || string(shared.Payload) != string(read.Payload) {
		t.Errorf("a subscriber says %s %s, a reader %s %s (-subscriber +reader):\n%s", shared.UUID, shared.Payload, read.UUID, read.Payload, diff)
	}
}

// A reader that is killed at random, fifty times, misses nothing, and sees the events of each resource in order.
func TestAReaderThatIsKilled(t *testing.T) {
	t.Parallel()
	broker := testenv.Broker(t)
	b := on(t, testenv.Connect(t, broker))
	const kills, resources = 50, 4
	newest, seen := map[string]int{}, map[string]int{}
	take := func(m *message.Message) {
		seen[m.UUID]++
		subject := m.Metadata.Get(MetadataSubject)
		at, err := strconv.Atoi(m.Metadata.Get(MetadataPosition))
		if err != nil {
			t.Fatal(err)
		}
		if seen[m.UUID] == 1 && at < newest[subject] {
			t.Errorf("%s at %d comes first after %d", subject, at, newest[subject])
		}
		newest[subject] = max(newest[subject], at)
	}
	for i := range kills {
		ch, kill := b.killable(t, testenv.Connect(t, broker))
		for n := range resources {
			b.happens(t, "r"+strconv.Itoa(n), i, i+1)
		}
		handle(ch, take)
		kill()
	}
	if len(seen) < kills*resources/4 {
		t.Errorf("those that were killed have seen %d of %d events only", len(seen), kills*resources)
	}
	_, ch := b.reader(t, nil)
	for len(seen) < kills*resources {
		m := next(t, ch)
		take(m)
		m.Ack()
	}
	for n := range resources {
		for _, name := range names("r"+strconv.Itoa(n), 0, kills) {
			if seen[name] == 0 {
				t.Errorf("%s was missed", name)
			}
		}
	}
}

// handle handles events for a random time: acknowledges and counts most of them, refuses some, and leaves some as
// they are until its time is over.
func handle(ch <-chan *message.Message, count func(*message.Message)) {
	for limit := time.After(rand.N(120 * time.Millisecond)); ; {
		select {
		case m := <-ch:
			switch rand.IntN(32) {
			case 0, 2, 3, 4:
				m.Nack()
			case 1:
				<-limit
				return
			default:
				count(m)
				m.Ack()
			}
		case <-limit:
			return
		}
	}
}

// killable returns a subscription over a connection of its own. kill cuts it: nothing can be saved any more, or
// given up.
func (b *bundle) killable(t *testing.T, conn *nats.Conn) (<-chan *message.Message, func()) {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := NewRegistry(t.Context(), js, 1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(log, registry, ReaderOptions{
		Group: "g", RetryAfter: time.Millisecond, Lease: 40 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ch, err := r.Subscribe(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return ch, func() {
		conn.Close()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWrongReaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := NewReader(b.log, b.registry(t), ReaderOptions{Group: "a b"}); err == nil {
		t.Error("a group with a space was taken")
	}
	r, err := NewReader(b.log, b.registry(t), ReaderOptions{Group: "g"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Subscribe(t.Context(), ""); err == nil {
		t.Error("subscribed to nothing")
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
}
