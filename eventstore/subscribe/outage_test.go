package subscribe

import (
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/testenv"
)

// A broker that comes back goes on delivering, to subscriptions that waited and to one with an event at
// hand.
func TestARestartOfTheBroker(t *testing.T) {
	t.Parallel()
	dir, address := t.TempDir(), freeAddress(t)
	first := testenv.Broker(t, testenv.InDir(dir), listening(address))
	back := make(chan struct{}, 1)
	conn, err := engine.ConnectBroker(t.Context(), first.URL(), nats.ReconnectWait(20*time.Millisecond),
		nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	b := on(t, conn)
	b.happens(t, "a", 0, 3)
	s := b.subscriber(t, func(o *Options) { o.AckWait = 2 * time.Second })
	ch := b.subscribe(t, s)
	acks(t, ch, 1)
	held := next(t, ch)
	other := b.subscriber(t, func(o *Options) { o.Group = "idle" })
	idle := b.subscribe(t, other)
	acks(t, idle, 3)
	b.settles(t, other)

	first.Shutdown()
	testenv.Broker(t, testenv.InDir(dir), listening(address))
	<-back
	held.Ack()
	b.happens(t, "b", 0, 1)

	var got []string
	for len(got) == 0 || got[len(got)-1] != "b-0" {
		got = append(got, acks(t, ch, 1)...)
	}
	if got[0] == "a-1" { // its acknowledgement was lost with the broker: it may come again
		got = got[1:]
	}
	if diff := cmp.Diff([]string{"a-2", "b-0"}, got); diff != "" {
		t.Errorf("the one with an event at hand (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(names("b", 0, 1), acks(t, idle, 1)); diff != "" {
		t.Errorf("the one that waited (-want +got):\n%s", diff)
	}
}

// A consumer that somebody removed is made again. What was settled comes once more, nothing is left out.
func TestAConsumerThatIsTakenAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 1)
	s := b.subscriber(t, nil)
	ch := b.subscribe(t, s)
	acks(t, ch, 1)
	if err := b.js.DeleteConsumer(t.Context(), "GATELOG", s.durable(topic)); err != nil {
		t.Fatal(err)
	}
	b.happens(t, "b", 0, 1)
	if diff := cmp.Diff([]string{"a-0", "b-0"}, acks(t, ch, 2)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAConnectionThatIsClosedForGoodEndsTheSubscription(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, "a", 0, 1)
	ch := b.subscribe(t, b.subscriber(t, nil))
	acks(t, ch, 1)
	b.conn.Close()
	ends(t, ch)
}

// Nothing that was fetched is held back by a subscription that has ended.
func TestNothingIsHeldBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 20 {
		b.happens(t, "a", 0, 1)
		s := b.subscriber(t, func(o *Options) { o.AckWait = time.Hour })
		ch := b.subscribe(t, s)
		acks(t, ch, 1)
		b.happens(t, "b", 0, 1) // on its way while the subscriber is closed
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := b.subscriber(t, func(o *Options) { o.AckWait = time.Hour })
		acks(t, b.subscribe(t, again), 1)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		b.settles(t, s)
	}
}

func listening(address string) testenv.BrokerOption {
	return func(o *engine.BrokerOptions) { o.Listen = address }
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
