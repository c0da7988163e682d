package testenv

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/internal/engine"
)

const startLimit = 30 * time.Second

// BrokerOption changes the broker of one test.
type BrokerOption func(*engine.BrokerOptions)

// SyncAlways makes the broker sync every write to disk before it acknowledges, as in production.
// Tests leave it out unless they kill something or measure.
func SyncAlways(o *engine.BrokerOptions) { o.RelaxedSync = false }

// InDir keeps the broker's log in a directory of the test's choosing, which then outlives the broker.
func InDir(dir string) BrokerOption {
	return func(o *engine.BrokerOptions) { o.DataDir = dir }
}

// JetStream starts a broker of the test's own (in process, temporary directory, about 10 ms) and
// returns a connection to it. Both are closed when the test ends.
func JetStream(t testing.TB, opts ...BrokerOption) *nats.Conn {
	t.Helper()
	return Connect(t, Broker(t, opts...))
}

// Broker is JetStream for tests that need the broker itself, to restart it or to connect twice.
func Broker(t testing.TB, opts ...BrokerOption) *engine.Broker {
	t.Helper()
	o := engine.BrokerOptions{RelaxedSync: true, Log: slog.New(slog.DiscardHandler)}
	for _, opt := range opts {
		opt(&o)
	}
	if o.DataDir == "" {
		o.DataDir = t.TempDir()
	}
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	broker, err := engine.StartBroker(ctx, o)
	if err != nil {
		t.Fatalf("start broker: %v", err)
	}
	t.Cleanup(broker.Shutdown)
	return broker
}

// Connect returns one more connection to a broker, closed when the test ends.
func Connect(t testing.TB, broker *engine.Broker) *nats.Conn {
	t.Helper()
	conn, err := broker.Connect()
	if err != nil {
		t.Fatalf("connect to broker: %v", err)
	}
	t.Cleanup(conn.Close)
	return conn
}
