package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// MaxPayload is the largest message, in bytes, that the embedded broker takes: 8 MB, the most that
// NATS advises.
const MaxPayload = 8 << 20

// BrokerOptions says how the embedded broker runs.
type BrokerOptions struct {
	// DataDir holds the log, in its folder jetstream. Required.
	DataDir string
	// Listen is the host:port other processes may connect to, port 0 for any free one. Empty, the
	// default: only this process can connect.
	Listen string
	// Token is what connections over Listen must present. Empty: none, so listen on loopback only.
	Token string
	// RelaxedSync lets the operating system write to disk when it likes (JetStream's default, every
	// two minutes). Acknowledged events are then lost on power loss: for tests only.
	RelaxedSync bool
	// Log gets the broker's own messages. Default slog.Default().
	Log *slog.Logger
}

// Broker is a NATS server with JetStream inside this process.
type Broker struct {
	server *server.Server
	log    *brokerLog
	token  string
	lock   *DirLock
	stop   sync.Once
}

// StartBroker starts the broker and waits until it serves or ctx ends: milliseconds, but a long log is
// read through after a crash. Every acknowledged write is on disk (sync always) unless RelaxedSync.
// The error wraps ErrInUse when another broker runs on the same DataDir.
func StartBroker(ctx context.Context, o BrokerOptions) (*Broker, error) {
	lock, err := lockFile(o.DataDir, "broker.lock")
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	b, err := newBroker(o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start broker: %w", err), lock.Unlock())
	}
	b.lock = lock
	if err := b.start(ctx); err != nil {
		b.Shutdown()
		return nil, fmt.Errorf("start broker: %w", err)
	}
	return b, nil
}

func newBroker(o BrokerOptions) (*Broker, error) {
	opts, err := brokerConfig(o)
	if err != nil {
		return nil, err
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("configure NATS server: %w", err)
	}
	log := &brokerLog{log: orDefault(o.Log).With("engine", "nats")}
	srv.SetLoggerV2(log, false, false, false)
	return &Broker{server: srv, log: log, token: o.Token}, nil
}

func brokerConfig(o BrokerOptions) (*server.Options, error) {
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	opts := &server.Options{
		ServerName: "gatelog", JetStream: true, StoreDir: dir, // the server itself adds jetstream/
		SyncAlways: !o.RelaxedSync, MaxPayload: MaxPayload, Authorization: o.Token,
		NoSigs: true, DontListen: o.Listen == "", DisableJetStreamBanner: true,
	}
	if o.Listen == "" {
		return opts, nil
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("broker address %q must be host:port: %w", o.Listen, err)
	}
	if opts.Port, err = strconv.Atoi(port); err != nil || opts.Port < 0 || opts.Port > 65535 {
		return nil, fmt.Errorf("broker address %q must end in a port from 0 to 65535", o.Listen)
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.Host = host
	return opts, nil
}

// start runs the server's own start, which returns when it serves or has given up.
func (b *Broker) start(ctx context.Context) error {
	started := make(chan struct{})
	go func() {
		defer close(started)
		b.server.Start()
	}()
	select {
	case <-started:
		return b.Ready()
	case <-ctx.Done():
		b.server.Shutdown()
		<-started
		return fmt.Errorf("NATS server not ready in time: %w", ctx.Err())
	}
}

// Ready reports nil while the broker runs with its log open. JetStream switches itself off when its
// disk fails; the error then says so.
func (b *Broker) Ready() error {
	switch {
	case b.log.fatal() != "": // the server goes on after some of these as if nothing were
		return fmt.Errorf("NATS server: %s", b.log.fatal())
	case !b.server.Running():
		return errors.New("NATS server is not running")
	case !b.server.JetStreamEnabled():
		return errors.New("JetStream has switched itself off; its disk or memory is exhausted")
	}
	return nil
}

// Connect opens a connection inside the process, without a network. Options of the caller come last,
// so they win. The caller closes it.
func (b *Broker) Connect(opts ...nats.Option) (*nats.Conn, error) {
	all := append([]nats.Option{nats.Name("gatelog"), nats.InProcessServer(b.server)}, connOptions()...)
	if b.token != "" {
		all = append(all, nats.Token(b.token))
	}
	conn, err := nats.Connect("", append(all, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to embedded broker: %w", err)
	}
	return conn, nil
}

// URL is the address for other processes, e.g. nats://127.0.0.1:4222, without the token; empty when
// the broker does not listen.
func (b *Broker) URL() string {
	if b.server.Addr() == nil {
		return ""
	}
	return b.server.ClientURL()
}

// Shutdown stops the broker and waits until all is on disk and every connection is closed. Further
// calls wait for the first.
func (b *Broker) Shutdown() {
	b.stop.Do(func() {
		b.server.Shutdown()
		b.server.WaitForShutdown()
		if err := b.lock.Unlock(); err != nil {
			b.log.log.Warn("unlock broker's data directory", "error", err)
		}
	})
}

func orDefault(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.Default()
	}
	return log
}
