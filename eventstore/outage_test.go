package eventstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/testenv"
)

// listening makes a broker that can be reached over a port, so that a connection finds its successor.
func listening(address string) testenv.BrokerOption {
	return func(o *engine.BrokerOptions) { o.Listen = address }
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A restart of the broker takes consumers away under their readers. They go on where they were.
func TestReadersGoOnAfterARestartOfTheBroker(t *testing.T) {
	t.Parallel()
	dir, address := t.TempDir(), freeAddress(t)
	first := testenv.Broker(t, testenv.InDir(dir), listening(address))
	back := make(chan struct{}, 1)
	nc, err := engine.ConnectBroker(t.Context(), first.URL(), nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	log := open(t, nc)
	fence := take(t, log, "t1")
	const n = 6000 // more than a reader asks for at a time
	for i := range n / MaxUnit {
		if _, err := log.Append(t.Context(), fence, unit("t1", fmt.Sprint(i, "-"), MaxUnit)); err != nil {
			t.Fatal(err)
		}
	}
	want := ids(t, log)

	restart := func() {
		first.Shutdown()
		testenv.Broker(t, testenv.InDir(dir), listening(address))
		<-back
	}
	followed, read := make(chan error, 1), make(chan error, 1)
	reached, goOn := make(chan struct{}, 2), make(chan struct{})
	var gotFollowed, gotRead []string
	enough := errors.New("enough")
	go func() {
		followed <- log.Follow(t.Context(), fence.Position(), 100, func(batch []Recorded) error {
			for _, r := range batch {
				gotFollowed = append(gotFollowed, r.ID)
			}
			if len(gotFollowed) == len(batch) {
				reached <- struct{}{}
				<-goOn
			}
			if len(gotFollowed) > n {
				return enough
			}
			return nil
		})
	}()
	go func() {
		read <- log.Read(t.Context(), fence.Position(), fence.Position()+n, func(r Recorded) error {
			if gotRead = append(gotRead, r.ID); len(gotRead) == 1 {
				reached <- struct{}{}
				<-goOn
			}
			return nil
		})
	}()
	<-reached
	<-reached
	restart()
	close(goOn)

	if _, err := log.Append(t.Context(), fence, unit("t1", "after", 1)); err != nil {
		t.Fatal(err)
	}
	if err := <-followed; !errors.Is(err, enough) {
		t.Errorf("follow: %v", err)
	}
	if err := <-read; err != nil {
		t.Errorf("read: %v", err)
	}
	if diff := cmp.Diff(want, gotRead); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(append(want, "after0"), gotFollowed); diff != "" {
		t.Errorf("followed (-want +got):\n%s", diff)
	}
}

// Without a broker, readers end with their context and not later.
func TestReadersEndWithTheirContextWhenTheBrokerIsGone(t *testing.T) {
	t.Parallel()
	broker := testenv.Broker(t)
	log := open(t, testenv.Connect(t, broker))
	take(t, log, "t1")
	ctx, cancel := context.WithCancel(t.Context())
	followed := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		followed <- log.Follow(ctx, 0, 1, func([]Recorded) error {
			close(begun)
			return nil
		})
	}()
	<-begun
	broker.Shutdown()
	cancel()
	if err := <-followed; !errors.Is(err, context.Canceled) {
		t.Errorf("follow: %v", err)
	}
	if err := log.Read(ctx, 0, 1, func(Recorded) error { return nil }); err == nil {
		t.Error("read without a broker succeeded")
	}
	if _, err := log.Head(ctx); err == nil {
		t.Error("head without a broker succeeded")
	}
	if _, err := log.Newest(ctx, "evt.toy.t1.thing.a", 3); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("newest without a broker: %v", err)
	}
}
