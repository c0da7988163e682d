package engine

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func startBroker(t *testing.T, o BrokerOptions) *Broker {
	t.Helper()
	o.Log = quiet()
	b, err := StartBroker(limited(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Shutdown)
	return b
}

// writeEvent appends one acknowledged event to the stream EVENTS.
func writeEvent(ctx context.Context, b *Broker) error {
	conn, err := b.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	config := jetstream.StreamConfig{Name: "EVENTS", Subjects: []string{"evt.>"}}
	if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
		return err
	}
	_, err = js.Publish(ctx, "evt.x", []byte("happened"))
	return err
}

func countEvents(t *testing.T, b *Broker) uint64 {
	t.Helper()
	conn, err := b.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(limited(t), "EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

func TestBrokerKeepsItsLogOverRestarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for want := uint64(1); want <= 3; want++ {
		b := startBroker(t, BrokerOptions{DataDir: dir})
		if err := writeEvent(limited(t), b); err != nil {
			t.Fatal(err)
		}
		if got := countEvents(t, b); got != want {
			t.Fatalf("start %d finds %d events", want, got)
		}
		b.Shutdown()
		b.Shutdown() // does nothing
		if err := b.Ready(); err == nil {
			t.Fatal("ready after shutdown")
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "jetstream")); err != nil {
		t.Errorf("the log is not in the data directory: %v", err)
	}
}

func TestBrokerRunsOncePerDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startBroker(t, BrokerOptions{DataDir: dir})
	if _, err := StartBroker(limited(t), BrokerOptions{DataDir: dir, Log: quiet()}); !errors.Is(err, ErrInUse) {
		t.Errorf("second broker: %v, want ErrInUse", err)
	}
}

func TestBrokerSyncsEveryWriteUnlessTold(t *testing.T) {
	t.Parallel()
	for _, relaxed := range []bool{false, true} {
		opts, err := brokerConfig(BrokerOptions{DataDir: t.TempDir(), RelaxedSync: relaxed})
		if err != nil || opts.SyncAlways == relaxed {
			t.Errorf("relaxed %t: sync always is %t (%v)", relaxed, opts.SyncAlways, err)
		}
	}
}

func TestBrokerTakesMessagesOfEightMegabytes(t *testing.T) {
	t.Parallel()
	conn, err := startBroker(t, BrokerOptions{DataDir: t.TempDir()}).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.MaxPayload(); got != MaxPayload {
		t.Errorf("largest message is %d bytes, want %d", got, MaxPayload)
	}
	if err := conn.Publish("x", make([]byte, MaxPayload+1)); !errors.Is(err, nats.ErrMaxPayload) {
		t.Errorf("a larger message: %v, want ErrMaxPayload", err)
	}
}

func TestBrokerListensOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	if url := startBroker(t, BrokerOptions{DataDir: t.TempDir()}).URL(); url != "" {
		t.Errorf("a broker that does not listen has the URL %q", url)
	}
	b := startBroker(t, BrokerOptions{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Token: "s3cret"})
	if _, err := ConnectBroker(limited(t), b.URL()); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("without the token: %v, want ErrAuthorization", err)
	}
	for name, connect := range map[string]func() (*nats.Conn, error){
		"from outside": func() (*nats.Conn, error) { return ConnectBroker(limited(t), b.URL(), nats.Token("s3cret")) },
		"in process":   func() (*nats.Conn, error) { return b.Connect() },
	} {
		conn, err := connect()
		if err != nil {
			t.Errorf("%s, with the token: %v", name, err)
			continue
		}
		conn.Close()
	}
}

func TestBrokerSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	blocked := t.TempDir()
	if err := os.WriteFile(filepath.Join(blocked, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]BrokerOptions{
		"no port":        {DataDir: t.TempDir(), Listen: "localhost"},
		"no number":      {DataDir: t.TempDir(), Listen: "localhost:nats"},
		"port too large": {DataDir: t.TempDir(), Listen: "localhost:65536"},
		"port taken":     {DataDir: t.TempDir(), Listen: taken.Addr().String()},
		"log blocked":    {DataDir: blocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Log = quiet()
			if b, err := StartBroker(limited(t), o); err == nil {
				b.Shutdown()
				t.Fatal("it started")
			}
			lock, err := lockFile(o.DataDir, "broker.lock")
			if err != nil {
				t.Fatalf("the failed start keeps its lock: %v", err)
			}
			defer lock.Unlock()
		})
	}
}

func TestBrokerStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b, err := StartBroker(ctx, BrokerOptions{DataDir: t.TempDir(), Log: quiet()})
	if err == nil {
		b.Shutdown() // it was ready before the end was noticed
		return
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("start with an ended context: %v", err)
	}
}

func TestConnectionOutlivesItsBroker(t *testing.T) {
	t.Parallel()
	// Given a connection from outside
	dir := t.TempDir()
	b := startBroker(t, BrokerOptions{DataDir: dir, Listen: "127.0.0.1:0"})
	address := b.server.Addr().String()
	lost, back := make(chan error, 1), make(chan struct{}, 1)
	conn, err := ConnectBroker(limited(t), b.URL(), nats.ReconnectWait(10*time.Millisecond),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { lost <- err }),
		nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// When the broker goes, then a publish fails at once
	b.Shutdown()
	<-lost
	if err := conn.Publish("x", nil); !errors.Is(err, nats.ErrReconnectBufExceeded) {
		t.Errorf("publish without a broker: %v", err)
	}
	// When it is back, then so is the connection
	startBroker(t, BrokerOptions{DataDir: dir, Listen: address})
	select {
	case <-back:
	case <-limited(t).Done():
		t.Fatal("not connected again")
	}
	if err := conn.Publish("x", nil); err != nil {
		t.Errorf("publish after the broker's return: %v", err)
	}
}

func TestConnectBrokerWaitsForTheBroker(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	ctx := limited(t)
	go func() {
		conn, err := ConnectBroker(ctx, "nats://"+address)
		if err == nil {
			conn.Close()
		}
		result <- err
	}()
	startBroker(t, BrokerOptions{DataDir: t.TempDir(), Listen: address})
	if err := <-result; err != nil {
		t.Errorf("connect while the broker starts: %v", err)
	}
}

func TestConnectBrokerGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := ConnectBroker(ctx, "nats://user:hunter2@127.0.0.1:1,nats://tok3n@127.0.0.1:2")
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, nats.ErrNoServers) {
		t.Errorf("no broker: %v; want the last failure and the deadline", err)
	}
}

func TestAnUnreadableURLIsRefusedAtOnceAndNotShown(t *testing.T) {
	t.Parallel()
	_, err := ConnectBroker(t.Context(), "nats://user:hunter 2@127.0.0.1:1")
	if err == nil || strings.Contains(err.Error(), "hunter") || !strings.Contains(err.Error(), "nats://user:password@host") {
		t.Errorf("%v; want advice without the password", err)
	}
}

func TestURLsAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"nats://a:4222":                       "nats://a:4222",
		"nats://user:hunter2@a:4222":          "nats://a:4222",
		"nats://tok3n@a, tls://u:p@b:1?q=sec": "nats://a,tls://b:1",
		"nats://user:hun%ter2@a:4222":         "(unreadable URL)",
	} {
		if got := redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBrokerLogKeepsTheLastGraveMessage(t *testing.T) {
	t.Parallel()
	l := &brokerLog{log: quiet()}
	if got := l.fatal(); got != "" {
		t.Errorf("before anything: %q", got)
	}
	l.Noticef("%d", 1)
	l.Warnf("%d", 2)
	l.Errorf("%d", 3)
	l.Fatalf("disk %s", "full")
	l.Debugf("%d", 4)
	l.Tracef("%d", 5)
	if got, want := l.fatal(), "disk full"; got != want {
		t.Errorf("last grave message %q, want %q", got, want)
	}
}
