package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	databaseName = "gatelog"
	startLimit   = 5 * time.Minute
	readyPoll    = 10 * time.Millisecond
	pingLimit    = 2 * time.Second
)

// PostgresOptions says how the private PostgreSQL runs.
type PostgresOptions struct {
	// DataDir holds the cluster, in its folder postgres, and the log file postgres.log. Required.
	DataDir string
	// Settings are server settings over those of Gatelog, e.g. "max_connections": "300".
	Settings map[string]string
	// NoInstall forbids installing PostgreSQL through the system's package manager, which a start
	// as root otherwise does when there is none.
	NoInstall bool
	// Log gets what happens to the server. Default slog.Default().
	Log *slog.Logger

	fallback  []string  // directories for clusters that cannot be in DataDir
	places    []string  // where to look for PostgreSQL besides PATH
	installer installer // zero: the system's
}

// Postgres is a PostgreSQL server that runs as a child of this process, on a unix socket only.
type Postgres struct {
	place pgPlace
	child *pgChild
	log   *pgLog
	slog  *slog.Logger
	lock  *DirLock

	stop    sync.Once
	stopErr error
}

// StartPostgres starts the private PostgreSQL of a data directory and waits until its database
// gatelog serves; without a deadline in ctx at most five minutes. It finds the newest server
// installed (14 or newer), installs one where it may, makes the cluster at the first start, and ends
// what a killed process left running. As root it runs PostgreSQL under the account postgres or nobody.
// While it runs, a server that dies is started again under the same URL. The error wraps ErrInUse
// when the directory is in use, ErrNoPostgres when there is no PostgreSQL.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, startLimit)
		defer cancel()
	}
	lock, err := lockFile(o.DataDir, "postgres.lock")
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	p := &Postgres{lock: lock, slog: orDefault(o.Log).With("engine", "postgres")}
	if err := p.start(ctx, o.withDefaults(p.slog)); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), p.Stop(ctx))
	}
	return p, nil
}

func (o PostgresOptions) withDefaults(log *slog.Logger) PostgresOptions {
	if o.fallback == nil {
		o.fallback = []string{"/var/lib/gatelog", filepath.Join(os.TempDir(), "gatelog")}
	}
	if o.places == nil {
		o.places = postgresPlaces
	}
	if o.installer.run == nil {
		o.installer = systemInstaller(log)
	}
	return o
}

func (p *Postgres) start(ctx context.Context, o PostgresOptions) error {
	installed, err := o.programs(ctx)
	if err != nil {
		return err
	}
	if p.place, err = findPlace(o.DataDir, o.fallback, p.slog); err != nil {
		return err
	}
	if err := endLeftovers(ctx, p.place.cluster, p.slog); err != nil {
		return err
	}
	programs, err := p.place.ensureCluster(ctx, installed, o.Settings["fsync"] == "off", p.slog)
	if err != nil {
		return err
	}
	if p.log, err = openLog(p.place.dataDir); err != nil {
		return err
	}
	p.child = startChild(p.command(programs, o.Settings), p.clear, p.slog)
	if err := p.awaitReady(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, p.log.tail())
	}
	return p.ensureDatabase(ctx)
}

// programs finds PostgreSQL, installing it when there is none and that is allowed.
func (o PostgresOptions) programs(ctx context.Context) ([]pgBinaries, error) {
	if found := findPostgres(ctx, o.places); len(found) > 0 {
		return found, nil
	}
	if o.NoInstall {
		return nil, fmt.Errorf("%w: %s", ErrNoPostgres, installHint)
	}
	if err := o.installer.install(ctx); err != nil {
		return nil, err
	}
	found := findPostgres(ctx, o.places)
	if len(found) == 0 {
		return nil, fmt.Errorf("%w, not even after installing it (older than version %d?): %s",
			ErrNoPostgres, oldestPostgres, installHint)
	}
	return found, nil
}

func (p *Postgres) clear(ctx context.Context) error {
	return endLeftovers(ctx, p.place.cluster, p.slog)
}

// command returns how to start the server. It gets a session of its own, so that Ctrl-C at a terminal
// reaches this process alone, which stops the server when it needs it no longer.
func (p *Postgres) command(b pgBinaries, extra map[string]string) func() *exec.Cmd {
	args := []string{"-D", p.place.cluster}
	all := p.settings()
	maps.Copy(all, extra)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", name+"="+all[name])
	}
	return func() *exec.Cmd {
		cmd := p.place.account.command(context.Background(), b.postgres(), args...)
		cmd.SysProcAttr.Setsid = true
		dieWithParent(cmd.SysProcAttr)
		cmd.Stdout, cmd.Stderr = p.log.file, p.log.file
		return cmd
	}
}

// settings are those that differ from PostgreSQL's own for a reason: no network; memory for read
// models of some hundred thousand rows; checkpoints rare enough for a rebuild at full speed; no
// compiling of queries that take a millisecond; a log with faults only.
func (p *Postgres) settings() map[string]string {
	return map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": p.place.sockets,
		"unix_socket_permissions": "0700",
		"cluster_name":            "gatelog",
		"max_connections":         "100",
		"shared_buffers":          "256MB",
		"fsync":                   "on",
		"wal_compression":         "on",
		"max_wal_size":            "2GB",
		"jit":                     "off",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"log_checkpoints":         "off",
		"log_line_prefix":         "%m [%p] ",
	}
}

// awaitReady waits until the server answers, it ends, or ctx does.
func (p *Postgres) awaitReady(ctx context.Context) error {
	db, err := sql.Open("postgres", p.url("postgres"))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	for {
		err := ping(ctx, db)
		if err == nil {
			p.child.markReady()
			return nil
		}
		select {
		case <-p.child.done:
			return p.child.failure()
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL not ready in time: %w (%w)", ctx.Err(), err)
		case <-time.After(readyPoll):
		}
	}
}

func ping(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	return db.PingContext(ctx)
}

func (p *Postgres) ensureDatabase(ctx context.Context) error {
	db, err := sql.Open("postgres", p.url("postgres"))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := db.QueryRowContext(ctx, query, databaseName).Scan(&exists); err != nil {
		return fmt.Errorf("look for database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := db.ExecContext(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(databaseName)); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// URL is the connection string of database gatelog, for lib/pq: the same at every start on the same
// data directory.
func (p *Postgres) URL() string { return p.url(databaseName) }

func (p *Postgres) url(database string) string {
	query := url.Values{"host": {p.place.sockets}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// Dir is where the database files are: in the data directory's folder postgres, or elsewhere when
// PostgreSQL's account cannot enter the data directory.
func (p *Postgres) Dir() string { return p.place.cluster }

// Stop shuts the server down and waits until it has written everything. When ctx ends first, the
// server is cut off, the error says so, and the next start recovers. Further calls return the same.
func (p *Postgres) Stop(ctx context.Context) error {
	p.stop.Do(func() {
		var errs []error
		if p.child != nil {
			errs = append(errs, p.child.stop(ctx))
		}
		if p.log != nil {
			errs = append(errs, p.log.file.Close())
		}
		p.stopErr = errors.Join(append(errs, p.lock.Unlock())...)
	})
	return p.stopErr
}
