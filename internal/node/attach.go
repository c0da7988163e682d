package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/internal/engine"
)

// running is what a node leaves in its data directory, for the tools, while it runs.
type running struct {
	NATSURL     string `json:"nats_url,omitempty"` // of an embedded broker, with its token
	Token       string `json:"token,omitempty"`
	DatabaseURL string `json:"database_url"`
	PID         int    `json:"pid"`
}

const runningFile = "running.json"

// AttachEngines reaches the engines for a tool: those of the node that runs on the data directory, or its
// own when none runs. So it works beside a server and without one. It does not ask whether a broker
// elsewhere syncs: that is the server's to decide. What a node that was killed has left behind is of no
// account. The error wraps engine.ErrInUse when the data directory is held by a node that is still
// starting, or by another tool that has engines of its own.
func AttachEngines(ctx context.Context, c Config, log *slog.Logger) (*Engines, error) {
	c.TrustBrokerSync = true
	if c.NATSURL != "" && c.DatabaseURL != "" {
		return openEngines(ctx, c, &Engines{logger: log}) // nothing in the data directory that could be in use
	}
	e, err := OpenEngines(ctx, c, log)
	if !errors.Is(err, engine.ErrInUse) {
		return e, err
	}
	r, unreadable := readRunning(c.DataDir)
	if unreadable != nil {
		return nil, errors.Join(err, unreadable)
	}
	e, unreachable := attach(ctx, c, r, log)
	if unreachable != nil {
		return nil, errors.Join(err, unreachable)
	}
	return e, nil
}

// OpenEnginesFilled is OpenEngines for a log that is yet to be filled: fill comes when the broker and the
// keys can be used, and before the log is opened. No node may run on the engines. It does not ask whether a
// broker elsewhere syncs, either.
func OpenEnginesFilled(ctx context.Context, c Config, log *slog.Logger, fill func(ctx context.Context, e *Engines) error) (*Engines, error) {
	c.TrustBrokerSync = true
	e := &Engines{logger: log, fill: fill}
	if c.NATSURL == "" || c.DatabaseURL == "" {
		lock, err := engine.LockDataDir(c.DataDir)
		if err != nil {
			return nil, err
		}
		e.lock = lock
	}
	return openEngines(ctx, c, e)
}

// attach connects to what a node says it runs on.
func attach(ctx context.Context, c Config, r running, log *slog.Logger) (*Engines, error) {
	e := &Engines{DatabaseURL: r.DatabaseURL, logger: log, attached: true}
	var err error
	switch {
	case r.NATSURL != "":
		e.Conn, err = nats.Connect(r.NATSURL, nats.Token(r.Token), nats.Name("gatelog tool"))
	case c.NATSURL != "":
		err = e.connect(ctx, c.NATSURL)
	default:
		err = errors.New("its log is on a NATS elsewhere: name it with --nats-url")
	}
	if err == nil {
		err = e.openKeys(ctx, c)
	}
	if err == nil {
		err = e.open(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reach the node (process %d) that runs on %s: %w", r.PID, c.DataDir, err), e.Close())
	}
	return e, nil
}

func readRunning(dataDir string) (running, error) {
	var r running
	text, err := os.ReadFile(filepath.Join(dataDir, runningFile))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", runningFile, err)
	}
	return r, nil
}

// Announce leaves word of the engines in the data directory, for the tools. The returned func takes it
// back. Of engines that are somebody else's there is word already.
func (e *Engines) Announce(dataDir string) (func(), error) {
	if e.attached {
		return func() {}, nil
	}
	r := running{DatabaseURL: e.DatabaseURL, PID: os.Getpid()}
	if e.broker != nil {
		r.NATSURL, r.Token = e.broker.URL(), e.token
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dataDir, runningFile)
	if err := writeFile(path, text); err != nil {
		return nil, fmt.Errorf("announce the engines: %w", err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			e.logger.Warn("could not remove a file", "error", err)
		}
	}, nil
}

// writeFile writes a file that only the owner of the process can read. It appears whole or not at all.
func writeFile(path string, text []byte) error {
	beside := path + newSuffix
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(beside, path)
}

// newSuffix ends the name of a file that is to take another one's place.
const newSuffix = ".new"
