package testenv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatelog/gatelog/internal/engine"
)

const (
	keeperEnv     = "GATELOG_TEST_KEEPER_DIR"
	keeperIdleEnv = "GATELOG_TEST_KEEPER_IDLE"
	reportReady   = "ready"
	reportBusy    = "busy"
	reportFD      = 3
	keeperStart   = 5 * time.Minute // it may have to install PostgreSQL
	keeperStop    = 10 * time.Second
	idlePolls     = 20
)

// A test program that is started with the keeper's variable is the keeper and nothing else: the server
// needs a parent that outlives the test process which happened to come first, and go test leaves no
// other program behind that could be one.
func init() {
	dir := os.Getenv(keeperEnv)
	if dir == "" {
		return
	}
	idle, err := time.ParseDuration(os.Getenv(keeperIdleEnv))
	if err != nil {
		idle = idleLimit
	}
	if err := keep(dir, idle); err != nil {
		slog.Error("keep PostgreSQL", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs the server of dir until it has had no users for the idle time, then removes its files.
func keep(dir string, idle time.Duration) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	syscall.CloseOnExec(reportFD) // PostgreSQL must not hold it open
	report := os.NewFile(reportFD, "report")
	server, err := startShared(ctx, dir)
	if err == nil {
		err = writeAddress(dir, server.URL())
	}
	if reportErr := tell(report, err); reportErr != nil || err != nil {
		return errors.Join(err, reportErr, stopShared(dir, server))
	}
	users, err := awaitIdle(ctx, dir, idle)
	if err != nil {
		return errors.Join(err, stopShared(dir, server))
	}
	defer users.Close() // newcomers wait until all is gone
	return stopShared(dir, server)
}

// startShared starts the server, on new files when the old ones are no good.
func startShared(ctx context.Context, dir string) (*engine.Postgres, error) {
	ctx, cancel := context.WithTimeout(ctx, keeperStart)
	defer cancel()
	o := engine.PostgresOptions{DataDir: dir, Settings: testSettings()}
	server, err := engine.StartPostgres(ctx, o)
	if err == nil || errors.Is(err, engine.ErrInUse) || errors.Is(err, engine.ErrNoPostgres) {
		return server, err
	}
	slog.Warn("start PostgreSQL on new files", "error", err)
	if err := os.RemoveAll(filepath.Join(dir, "postgres")); err != nil {
		return nil, fmt.Errorf("remove database files: %w", err)
	}
	return engine.StartPostgres(ctx, o)
}

// testSettings trade durability for speed and allow for many test processes at once.
func testSettings() map[string]string {
	return map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
		"max_connections": "300", "shared_buffers": "128MB", "max_wal_size": "1GB", "wal_level": "minimal",
		"max_wal_senders": "0", "autovacuum_naptime": "1h",
	}
}

func writeAddress(dir, address string) error {
	temporary := filepath.Join(dir, addressFile+".new")
	if err := os.WriteFile(temporary, []byte(address), 0o600); err != nil {
		return fmt.Errorf("write address: %w", err)
	}
	if err := os.Rename(temporary, filepath.Join(dir, addressFile)); err != nil {
		return fmt.Errorf("write address: %w", err)
	}
	return nil
}

// tell sends the one-line report of how the start went.
func tell(report *os.File, err error) error {
	line := reportReady
	switch {
	case errors.Is(err, engine.ErrInUse):
		line = reportBusy
	case err != nil:
		line = err.Error()
	}
	_, writeErr := report.WriteString(line)
	return errors.Join(writeErr, report.Close())
}

// awaitIdle returns once nobody has used the server for the idle time, or ctx ends. The lock that it
// returns keeps newcomers out.
func awaitIdle(ctx context.Context, dir string, idle time.Duration) (*os.File, error) {
	tick := time.NewTicker(idle / idlePolls)
	defer tick.Stop()
	for quiet := 0; ; {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("keeper told to stop: %w", ctx.Err())
		case <-tick.C:
		}
		users, err := tryLock(filepath.Join(dir, usersFile))
		if err != nil {
			quiet = 0
			continue
		}
		if quiet++; quiet >= idlePolls {
			return users, nil
		}
		if err := users.Close(); err != nil {
			return nil, fmt.Errorf("unlock users: %w", err)
		}
	}
}

func tryLock(path string) (*os.File, error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // one attempt
	return lockFile(ctx, path, syscall.LOCK_EX)
}

func stopShared(dir string, server *engine.Postgres) error {
	if server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), keeperStop)
	defer cancel()
	return errors.Join(
		os.RemoveAll(filepath.Join(dir, addressFile)),
		server.Stop(ctx),
		os.RemoveAll(server.Dir()),
	)
}
