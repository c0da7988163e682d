package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
	Master      secret.MasterKey

	embedded bool
	token    string
	lock     *engine.DirLock
	broker   *engine.Broker
	postgres *engine.Postgres
	logger   *slog.Logger
}

// running is what a node with embedded engines leaves in its data directory, for the tools.
type running struct {
	NATSURL     string `json:"nats_url"`
	Token       string `json:"token"`
	DatabaseURL string `json:"database_url"`
	PID         int    `json:"pid"`
}

const runningFile = "running.json"

// OpenEngines starts or reaches the engines that the configuration names. Close them.
func OpenEngines(ctx context.Context, c Config, log *slog.Logger) (*Engines, error) {
	lock, err := engine.LockDataDir(c.DataDir)
	if err != nil {
		return nil, err
	}
	e := &Engines{logger: log, embedded: c.NATSURL == "", lock: lock}
	both, startCtx := errgroup.WithContext(ctx)
	both.Go(func() error { return e.openBroker(startCtx, c) })
	both.Go(func() error { return e.openPostgres(startCtx, c) })
	if err = both.Wait(); err == nil {
		err = e.open(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// AttachEngines reaches the engines of the node that runs on the data directory, or opens them when
// none runs: so a tool works beside a server and without one.
func AttachEngines(ctx context.Context, c Config, log *slog.Logger) (*Engines, error) {
	text, err := os.ReadFile(filepath.Join(c.DataDir, runningFile))
	if errors.Is(err, fs.ErrNotExist) || c.NATSURL != "" {
		return OpenEngines(ctx, c, log)
	}
	var r running
	if err := errors.Join(err, json.Unmarshal(text, &r)); err != nil {
		return nil, fmt.Errorf("%s: %w", runningFile, err)
	}
	conn, err := nats.Connect(r.NATSURL, nats.Token(r.Token), nats.Name("gatelog tool"))
	if err != nil {
		log.Debug("the node that left running.json does not run any more", "error", err)
		return OpenEngines(ctx, c, log)
	}
	e := &Engines{Conn: conn, DatabaseURL: r.DatabaseURL, logger: log}
	c.TrustBrokerSync = true // it is the node's own
	if err := e.open(ctx, c); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engines) openBroker(ctx context.Context, c Config) error {
	if !e.embedded {
		conn, err := engine.ConnectBroker(ctx, c.NATSURL, nats.Name("gatelog"))
		e.Conn = conn
		return err
	}
	e.token = secret.NewToken()
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

// open does what needs both engines.
func (e *Engines) open(ctx context.Context, c Config) error {
	if !e.embedded {
		if err := checkSync(ctx, c); err != nil {
			return err
		}
	}
	var err error
	if e.Log, err = eventstore.Open(ctx, e.Conn, eventstore.Options{Replicas: c.Replicas}); err != nil {
		return err
	}
	if e.Master, err = secret.LoadMasterKey(c.DataDir, c.MasterKey); err != nil {
		return err
	}
	js, err := jetstream.New(e.Conn)
	if err != nil {
		return err
	}
	store, err := secret.NewKVStore(ctx, js, "GATELOG_KEYS", c.Replicas)
	if err != nil {
		return err
	}
	if e.Keyring, err = secret.NewKeyring(store, e.Master, secret.KeyringOptions{}); err != nil {
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

// Announce leaves word of embedded engines in the data directory, for the tools. The returned func
// takes it back.
func (e *Engines) Announce(dataDir string) (func(), error) {
	if e.broker == nil {
		return func() {}, nil
	}
	r := running{NATSURL: e.broker.URL(), Token: e.token, DatabaseURL: e.DatabaseURL, PID: os.Getpid()}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dataDir, runningFile)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("announce the engines: %w", err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			e.logger.Warn("could not remove a file", "error", err)
		}
	}, nil
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

// errUnsynced says what to do about a broker that may lose acknowledged writes.
var errUnsynced = errors.New("the NATS server may acknowledge a write before it is on disk: set 'sync_interval: always' in its " +
	"jetstream block and GATELOG_NATS_MONITOR_URL so that it can be checked, or accept the risk with GATELOG_TRUST_BROKER_SYNC=true")

// checkSync asks a broker that is not ours whether it syncs every write.
func checkSync(ctx context.Context, c Config) error {
	if c.TrustBrokerSync {
		return nil
	}
	if c.NATSMonitorURL == "" {
		return errUnsynced
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for url := range strings.SplitSeq(c.NATSMonitorURL, ",") {
		always, err := syncsAlways(ctx, strings.TrimRight(strings.TrimSpace(url), "/")+"/varz")
		if err != nil {
			return fmt.Errorf("ask the NATS server whether it syncs: %w", err)
		}
		if !always {
			return errUnsynced
		}
	}
	return nil
}

func syncsAlways(ctx context.Context, url string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, err
	}
	var varz struct {
		JetStream struct {
			Config struct {
				SyncAlways bool `json:"sync_always"`
			} `json:"config"`
		} `json:"jetstream"`
	}
	err = json.NewDecoder(response.Body).Decode(&varz)
	return varz.JetStream.Config.SyncAlways, errors.Join(err, response.Body.Close())
}
