package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
)

// Engines are what a node stands on: the broker with the log, Postgres, and the keys of secrets. They
// are embedded in this process, elsewhere on the network, or those of the node that runs on the same
// data directory.
type Engines struct {
	Conn        *nats.Conn
	Log         *eventstore.Stream
	DatabaseURL string
	Keyring     *secret.Keyring
	Keys        *secret.KVStore // what the keyring has wrapped, for copies
	Master      secret.MasterKey

	attached bool // to those of another process
	embedded bool // the broker is this process's own
	token    string
	lock     *engine.DirLock
	broker   *engine.Broker
	postgres *engine.Postgres
	logger   *slog.Logger
	fill     func(ctx context.Context, e *Engines) error // comes before the log is opened; nil for nothing
}

// Bounds of a start. That of the private Postgres, which may have to be installed first, is its own.
const (
	connectTimeout = time.Minute     // to a broker elsewhere
	openTimeout    = 2 * time.Minute // for what the log and the database need before they serve
)

// OpenEngines starts or reaches the engines that the configuration names, for a server: it takes the data
// directory for itself, and the error wraps engine.ErrInUse when another process has it. A broker that is
// not embedded must be known to sync every write. Close them.
func OpenEngines(ctx context.Context, c Config, log *slog.Logger) (*Engines, error) {
	lock, err := engine.LockDataDir(c.DataDir)
	if err != nil {
		return nil, err
	}
	return openEngines(ctx, c, &Engines{logger: log, lock: lock})
}

func openEngines(ctx context.Context, c Config, e *Engines) (*Engines, error) {
	both, startCtx := errgroup.WithContext(ctx)
	both.Go(func() error { return e.openBroker(startCtx, c) })
	both.Go(func() error { return e.openPostgres(startCtx, c) })
	err := both.Wait()
	if err == nil && !e.embedded {
		err = checkSync(ctx, c)
	}
	if err == nil {
		err = e.openKeys(ctx, c)
	}
	if err == nil && e.fill != nil {
		err = e.fill(ctx, e)
	}
	if err == nil {
		err = e.open(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engines) openBroker(ctx context.Context, c Config) error {
	if c.NATSURL != "" {
		return e.connect(ctx, c.NATSURL)
	}
	e.embedded, e.token = true, secret.NewToken()
	broker, err := engine.StartBroker(ctx, engine.BrokerOptions{
		DataDir: c.DataDir, Listen: "127.0.0.1:0", Token: e.token, Log: e.logger,
	})
	if err != nil {
		return err
	}
	e.broker = broker
	e.Conn, err = broker.Connect(nats.Name("gatelog"))
	return err
}

func (e *Engines) connect(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := engine.ConnectBroker(ctx, url, nats.Name("gatelog"))
	if err != nil {
		return err
	}
	e.Conn = conn
	return nil
}

func (e *Engines) openPostgres(ctx context.Context, c Config) error {
	if e.DatabaseURL = c.DatabaseURL; e.DatabaseURL != "" {
		return nil
	}
	p, err := engine.StartPostgres(ctx, engine.PostgresOptions{DataDir: c.DataDir, Log: e.logger})
	if err != nil {
		return err
	}
	e.postgres, e.DatabaseURL = p, p.URL()
	return nil
}

// openKeys opens the store of the tenants' keys, with the master key.
func (e *Engines) openKeys(ctx context.Context, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	var err error
	if e.Master, err = secret.LoadMasterKey(c.DataDir, c.MasterKey); err != nil {
		return err
	}
	js, err := jetstream.New(e.Conn)
	if err != nil {
		return err
	}
	if e.Keys, err = secret.NewKVStore(ctx, js, "GATELOG_KEYS", c.Replicas); err != nil {
		return err
	}
	e.Keyring, err = secret.NewKeyring(e.Keys, e.Master, secret.KeyringOptions{})
	return err
}

// open does what needs both engines.
func (e *Engines) open(ctx context.Context, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	var err error
	if e.Log, err = eventstore.Open(ctx, e.Conn, eventstore.Options{Replicas: c.Replicas}); err != nil {
		return err
	}
	db, err := e.DB(2)
	if err != nil {
		return err
	}
	return errors.Join(migrations.Up(ctx, db.DB), db.Close())
}

// DB returns a new pool of connections to the read models.
func (e *Engines) DB(connections int) (*sqlx.DB, error) {
	return projections.OpenDB(e.DatabaseURL, connections)
}

// ready returns why the broker can't be used now, or nil.
func (e *Engines) ready() error {
	if e.broker != nil {
		if err := e.broker.Ready(); err != nil {
			return err
		}
	}
	if !e.Conn.IsConnected() {
		return fmt.Errorf("the connection to NATS is %s", e.Conn.Status())
	}
	return nil
}

// stopTimeout bounds how long Postgres may take to stop.
const stopTimeout = 10 * time.Second

// Close leaves the engines and stops those that this process started.
func (e *Engines) Close() error {
	if e.Conn != nil {
		e.Conn.Close()
	}
	if e.broker != nil {
		e.broker.Shutdown()
	}
	var err error
	if e.postgres != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err = e.postgres.Stop(ctx)
	}
	if e.lock != nil {
		err = errors.Join(err, e.lock.Unlock())
	}
	return err
}
