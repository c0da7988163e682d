// Package identity is the read model of the account. It is kept in memory, on every node, and not in
// Postgres: each request asks it who is calling, and it is small.
package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
)

// Directory knows the account, its projects and its users, as far as Run has read the log. It is safe
// for concurrent use. What it returns is shared: treat it as read-only.
type Directory struct {
	log     eventstore.Log
	keyring *secret.Keyring
	marks   *projections.Watermarks
	logger  *slog.Logger
	codec   *domain.Codec
	ready   chan struct{}
	once    sync.Once

	mu       sync.RWMutex
	at       eventstore.Position
	state    *identity.State
	secrets  map[string][]byte // opened, by access key
	users    []identity.User   // by name; nil after a change
	projects []identity.Project
	failure  *projections.Failure
}

// NewDirectory returns an empty directory; Run fills it. keyring opens what the commands sealed. marks
// are advanced under the name of the surface, so that commands can wait for this node's directory.
func NewDirectory(log eventstore.Log, keyring *secret.Keyring, marks *projections.Watermarks, logger *slog.Logger) *Directory {
	return &Directory{
		log: log, keyring: keyring, marks: marks, logger: logger, codec: identity.Codec(),
		ready: make(chan struct{}), state: identity.NewState(), secrets: map[string][]byte{},
	}
}

// Ready is closed when the directory holds everything that was in the log when Run began. Until then
// nobody is known, so no request can be authenticated.
func (d *Directory) Ready() <-chan struct{} { return d.ready }

// Failed returns why the directory has stopped following the log, or nil.
func (d *Directory) Failed() *projections.Failure {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.failure
}

const (
	batchMost  = 1000
	retryAfter = 200 * time.Millisecond
)

// Run follows the log until ctx ends, and returns nil then. When an event can't be applied it stops,
// loudly, and returns the projections.Failure: from then on the directory is out of date, and a server
// must not go on authenticating with it.
func (d *Directory) Run(ctx context.Context) error {
	for {
		err := d.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if failure := (*projections.Failure)(nil); errors.As(err, &failure) {
			d.stop(failure)
			return failure
		}
		d.logger.Warn("directory interrupted, going on shortly", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryAfter):
		}
	}
}

func (d *Directory) stop(f *projections.Failure) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failure = f
	d.logger.Error("the directory of users has stopped", "position", f.Position, "type", f.Type, "error", f.Err)
}

// follow reads what the log holds now in one go, and then what comes.
func (d *Directory) follow(ctx context.Context) error {
	head, err := d.log.Head(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	filter := eventstore.Surface(identity.Surface)
	one := func(r eventstore.Recorded) error { return d.apply([]eventstore.Recorded{r}) }
	if err := d.log.Read(ctx, d.position(), head, one, filter); err != nil {
		return err
	}
	d.reach(head)
	d.once.Do(func() { close(d.ready) })
	return d.log.Follow(ctx, d.position(), batchMost, d.apply, filter)
}

func (d *Directory) position() eventstore.Position {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.at
}

// reach notes that everything up to a position has been applied.
func (d *Directory) reach(to eventstore.Position) {
	d.mu.Lock()
	d.at = max(d.at, to)
	d.mu.Unlock()
	d.marks.Advance(identity.Surface, domain.Position(to))
}

// apply folds messages in order. Those of the kernel change nothing but count: commands wait for them.
func (d *Directory) apply(batch []eventstore.Recorded) error {
	for _, r := range batch {
		rec, ok, err := envelope.Open(d.codec, r)
		if err != nil {
			return &projections.Failure{Position: domain.Position(r.Position), Type: r.Type, Err: err}
		}
		if ok {
			d.fold(rec)
		}
		d.reach(r.Position)
	}
	return nil
}

func (d *Directory) fold(rec domain.Recorded) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Apply(rec)
	d.users, d.projects = nil, nil
	if gone, ok := rec.Event.(identity.AccessKeyDeleted); ok {
		delete(d.secrets, gone.AccessKey)
	}
}
