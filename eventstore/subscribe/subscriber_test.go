package subscribe

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
)

// It is the first test and no parallel one: what it counts are its own goroutines.
func TestNothingRunsOnAfterClose(t *testing.T) {
	b := setup(t)
	b.happens(t, "a", 0, 5)
	mine := func() int {
		stacks := make([]byte, 1<<20)
		text := string(stacks[:runtime.Stack(stacks, true)])
		return strings.Count(text, "gatelog/eventstore/subscribe.(*Subscriber)") + strings.Count(text, "jetstream.(*pullSubscription)") +
			strings.Count(text, "jetstream.(*pullConsumer)")
	}
	before := mine()
	for range 5 {
		s := b.subscriber(t, nil)
		first, second := b.subscribe(t, s), b.subscribe(t, s)
		select { // an event is taken and left as it is
		case <-first:
		case <-second:
		case <-time.After(soon):
			t.Fatal("no event came")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(soon); mine() > before; {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d goroutines before, %d after", before, mine())
		}
	}
}

func TestEventsComeInOrderEachOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 3)
	ch := b.subscribe(t, b.subscriber(t, nil))
	if diff := cmp.Diff(names("a", 0, 3), acks(t, ch, 3)); diff != "" {
		t.Errorf("what was there before (-want +got):\n%s", diff)
	}
	b.happens(t, "b", 0, 2)
	b.happens(t, "a", 3, 5)
	if diff := cmp.Diff(append(names("b", 0, 2), names("a", 3, 5)...), acks(t, ch, 4)); diff != "" {
		t.Errorf("what came then (-want +got):\n%s", diff)
	}
}

func TestAMessageSaysAllThatTheEventDoes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := eventstoretest.Message("t1", "a", 7)
	m.Schema = 2
	m.Extensions = map[string]string{"actorname": "Zoë 100%", "reason": "two\nlines, and 变更", "command": "toy.Change"}
	at := eventstoretest.Append(t, b.log, b.fence, []eventstore.Message{m})[0]
	got := next(t, b.subscribe(t, b.subscriber(t, nil)))
	want := message.Metadata{
		MetadataSubject: "evt.toy.t1.thing.a", MetadataPosition: fmt.Sprint(at),
		"ce-specversion": "1.0", "ce-id": "a-7", "ce-type": "toy.thing.changed", "ce-source": "gatelog", "ce-subject": "thing/a",
		"ce-time": "2024-02-29T23:59:59.123456789Z", "ce-schemaversion": "2",
		"ce-actorname": "Zoë 100%", "ce-reason": "two\nlines, and 变更", "ce-command": "toy.Change",
	}
	if diff := cmp.Diff(want, got.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if got.UUID != "a-7" || string(got.Payload) != `{"name":"a-7"}` {
		t.Errorf("message %s: %s", got.UUID, got.Payload)
	}
}

// Refused events come again, after a while, and nothing overtakes them.
func TestARefusedEventComesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 3)
	const after = 150 * time.Millisecond
	ch := b.subscribe(t, b.subscriber(t, func(o *Options) { o.RetryAfter = after }))
	var got []string
	began := time.Now()
	for i := range 5 {
		m := next(t, ch)
		got = append(got, m.UUID)
		if i < 2 {
			m.Nack()
		} else {
			m.Ack()
		}
	}
	if took := time.Since(began); took < 2*after {
		t.Errorf("refused twice, an event came again within %s; want after %s each", took, after)
	}
	if diff := cmp.Diff([]string{"a-0", "a-0", "a-0", "a-1", "a-2"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Of one group, each event is delivered to one subscriber, and the next one only when that has settled it.
func TestAGroupSharesItsEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 40
	b.happens(t, "a", 0, n)
	var mu sync.Mutex
	var got []string
	done := make(chan struct{})
	handle := func(ch <-chan *message.Message) {
		for m := range ch {
			mu.Lock()
			got = append(got, m.UUID)
			enough := len(got) == n
			mu.Unlock()
			m.Ack()
			if enough {
				close(done)
			}
		}
	}
	var handlers sync.WaitGroup
	subscribers := []*Subscriber{b.subscriber(t, nil), b.subscriber(t, nil)}
	for _, s := range subscribers {
		ch := b.subscribe(t, s)
		handlers.Go(func() { handle(ch) })
	}
	other := b.subscribe(t, b.subscriber(t, func(o *Options) { o.Group = "h" }))
	select {
	case <-done:
	case <-time.After(soon):
		t.Fatal("not all events came")
	}
	for _, s := range subscribers {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	handlers.Wait()
	if diff := cmp.Diff(names("a", 0, n), got); diff != "" {
		t.Errorf("events of the group (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(names("a", 0, 3), acks(t, other, 3)); diff != "" {
		t.Errorf("events of another group (-want +got):\n%s", diff)
	}
}

func TestAGroupGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 6)
	begin := func() (*Subscriber, <-chan *message.Message) {
		s := b.subscriber(t, func(o *Options) { o.AckWait = time.Hour }) // what is given back does not wait for it
		return s, b.subscribe(t, s)
	}
	closed := func(s *Subscriber) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, ch := begin()
	if diff := cmp.Diff(names("a", 0, 2), acks(t, ch, 2)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	closed(s) // the third may have been on its way

	s, ch = begin()
	if m := next(t, ch); m.UUID != "a-2" {
		t.Errorf("after that %s, want a-2", m.UUID)
	}
	closed(s) // the third was with a handler that did not settle it

	s, ch = begin()
	m := next(t, ch)
	if m.UUID != "a-2" {
		t.Errorf("unsettled, then %s came, want a-2 again", m.UUID)
	}
	go func() { // a handler that ends when its context does, and has done its work
		<-m.Context().Done()
		m.Ack()
	}()
	closed(s)

	_, ch = begin()
	if diff := cmp.Diff(names("a", 3, 6), acks(t, ch, 3)); diff != "" {
		t.Errorf("at last (-want +got):\n%s", diff)
	}
}

// The name of a group and that of a topic are each part of what a subscription is: no two share one.
func TestSubscriptionsDoNotMeet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seen := map[string]string{}
	for _, group := range []string{"g", "g-", "g_", "g-h"} {
		for _, topic := range []string{"evt.>", "evt.all", "evt_all", "evt.*", "evt.any", "evt.a.b", "evt.a_b", "h.evt"} {
			name := b.subscriber(t, func(o *Options) { o.Group = group }).durable(topic)
			if other, taken := seen[name]; taken {
				t.Errorf("%s on %s has the consumer of %s", group, topic, other)
			}
			seen[name] = group + " on " + topic
		}
	}
}

func TestCloseEndsWhatIsBeingDone(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(t *testing.T, ch <-chan *message.Message){
		"nobody takes an event":         func(*testing.T, <-chan *message.Message) {},
		"a handler settles nothing":     func(t *testing.T, ch <-chan *message.Message) { next(t, ch) },
		"an event waits to come again":  func(t *testing.T, ch <-chan *message.Message) { next(t, ch).Nack() },
		"no event is left to be waited": func(t *testing.T, ch <-chan *message.Message) { acks(t, ch, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.happens(t, "a", 0, 3)
			s := b.subscriber(t, func(o *Options) { o.RetryAfter = time.Hour })
			ch := b.subscribe(t, s)
			take(t, ch)
			began := time.Now()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("closed after %s", took)
			}
			ends(t, ch)
			if _, err := s.Subscribe(t.Context(), topic); !errors.Is(err, ErrClosed) {
				t.Errorf("subscribed to a closed subscriber: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("closed again: %v", err)
			}
		})
	}
}

func TestTheEndOfTheContextEndsOneSubscription(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 1)
	s := b.subscriber(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ch, err := s.Subscribe(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	m := next(t, ch)
	cancel()
	<-m.Context().Done()
	ends(t, ch)
	if diff := cmp.Diff(names("a", 0, 1), acks(t, b.subscribe(t, s), 1)); diff != "" {
		t.Errorf("the subscriber itself (-want +got):\n%s", diff)
	}
}

// A handler may take longer than the broker waits for a word: the event stays its own.
func TestASlowHandlerKeepsItsEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 2)
	const wait = 300 * time.Millisecond
	quick := func(o *Options) { o.AckWait = wait }
	slow := next(t, b.subscribe(t, b.subscriber(t, quick)))
	other := b.subscribe(t, b.subscriber(t, quick))
	select {
	case m := <-other:
		t.Errorf("%s was given to another one while it was being worked on", m.UUID)
	case <-time.After(4 * wait):
	}
	slow.Ack()
	if diff := cmp.Diff(names("a", 1, 2), acks(t, other, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Of a node that is gone without a word, another one gets the event.
func TestALostSubscriberLosesItsEvent(t *testing.T) {
	t.Parallel()
	broker := testenv.Broker(t)
	b, lost := on(t, testenv.Connect(t, broker)), on(t, testenv.Connect(t, broker))
	b.fence = eventstoretest.Take(t, b.log, "t1")
	b.happens(t, "a", 0, 1)
	quick := func(o *Options) { o.AckWait = 300 * time.Millisecond }
	next(t, lost.subscribe(t, lost.subscriber(t, quick)))
	lost.conn.Close()
	if diff := cmp.Diff(names("a", 0, 1), acks(t, b.subscribe(t, b.subscriber(t, quick)), 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNoSubscription(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, group := range []string{"", "a b", "a.b", "*", strings.Repeat("a", 65)} {
		if _, err := New(b.js, Options{Group: group}); err == nil {
			t.Errorf("a group may be called %q", group)
		}
	}
	s := b.subscriber(t, nil)
	for _, topic := range []string{"", "evt..a", "evt.>.a"} {
		if _, err := s.Subscribe(t.Context(), topic); err == nil {
			t.Errorf("subscribed to %q", topic)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Subscribe(ctx, topic); !errors.Is(err, context.Canceled) {
		t.Errorf("subscribed with a context that has ended: %v", err)
	}
}
