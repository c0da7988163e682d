package commands

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Waiter knows how far the read models of a surface are.
type Waiter interface {
	// Await returns when the read models of the surface hold everything up to a position, or with
	// an error when ctx ends first.
	Await(ctx context.Context, surface string, at domain.Position) error
}

// Sealer keeps recorded answers unreadable in the log: they may hold a secret that is shown once.
type Sealer interface {
	// SealText returns plaintext sealed for the tenant, bound to purpose.
	SealText(ctx context.Context, tenant, purpose string, plaintext []byte) (string, error)
	// OpenText returns what SealText sealed.
	OpenText(ctx context.Context, tenant, purpose, sealed string) ([]byte, error)
}

// Options of a Bus. Log, Waiter and Sealer are required.
type Options struct {
	Log    eventstore.Log
	Waiter Waiter
	Sealer Sealer
	// Conn connects the nodes of one Gatelog; nil for a node that is alone for certain.
	Conn *nats.Conn
	// Node names this node in writer records.
	Node string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Logger. Default slog.Default().
	Logger *slog.Logger
}

// Bus runs use cases: each on the one writer of its tenant, here or on another node.
type Bus struct {
	Options
	patience  time.Duration // see forwardTimeout
	busyAfter time.Duration

	mu      sync.Mutex
	writers map[tenantKey]*writer
	closing bool
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

type tenantKey struct{ surface, tenant string }

// check refuses a tenant that would be more than one part of a subject.
func (k tenantKey) check() error {
	if _, err := eventstore.Subject(k.surface, k.tenant, answerKind, "x"); err != nil {
		return domain.Errorf(domain.CodeInvalid, "there can be no project %q: letters, digits, - and _ only, 1 to 128", k.tenant)
	}
	return nil
}

// New returns a running bus. Close it.
func New(o Options) *Bus {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Bus{
		Options: o, patience: forwardTimeout, busyAfter: busyAfter,
		writers: map[tenantKey]*writer{}, ctx: ctx, cancel: cancel,
	}
}

// Close stops all writers after what they are appending, and waits for them. Commands that wait get
// domain.CodeUnavailable, or are decided by another node. It may be called more than once.
func (b *Bus) Close() {
	b.mu.Lock()
	b.closing = true
	b.mu.Unlock()
	b.cancel()
	b.running.Wait()
}

// spawn runs f in a goroutine that Close waits for. It returns false when the bus is closing.
func (b *Bus) spawn(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		return false
	}
	b.running.Go(f)
	return true
}

// errLost says that a command was not decided because its writer lost the tenant, or that deciding it
// again gives the same answer: it may be tried again at the new writer.
var errLost = errors.New("the writer lost the tenant")

// Bounds of one command: how often it looks for the writer of its tenant, and how long it takes in all,
// before the client is told to try again.
const (
	attempts       = 8
	commandTimeout = 30 * time.Second
)

// execute runs one command at the tenant's writer and returns what it answered. A writer that loses
// the tenant hands its undecided commands back, and the whole decision is made again by the new one.
func (b *Bus) execute(ctx context.Context, s *Surface, name string, call Call, command any) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	j := &job{
		id: call.meta.Trace.command(), name: name, call: call, command: command,
		ctx: ctx, done: make(chan outcome, 1),
	}
	var out outcome
	for attempt := range attempts {
		out = b.once(ctx, s, j)
		if !errors.Is(out.err, errLost) {
			return out, out.err
		}
		if err := pause(ctx, attempt); err != nil {
			return outcome{}, unavailable(err)
		}
	}
	if errors.Is(out.err, errNotTaken) {
		return outcome{}, unavailable(out.err)
	}
	return outcome{}, domain.Errorf(domain.CodeConflict, "the writer of this project changed %d times while the command waited: try again", attempts)
}

// once tries one command at whoever writes for the tenant now; if nobody does, this node takes the
// tenant.
func (b *Bus) once(ctx context.Context, s *Surface, j *job) outcome {
	key := tenantKey{s.Name, j.call.tenant}
	if err := key.check(); err != nil {
		return outcome{err: err}
	}
	w := b.local(key)
	if w == nil && b.Conn != nil {
		out, err := b.forward(ctx, s, j)
		if err == nil {
			return out
		}
		if !errors.Is(err, errNoWriter) {
			return outcome{err: err}
		}
	}
	if w == nil {
		var err error
		if w, err = b.start(s, key); err != nil {
			return outcome{err: err}
		}
	}
	return w.submit(ctx, j)
}

func (b *Bus) local(key tenantKey) *writer {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.writers[key]
}

// start makes this node the writer of a tenant. Commands queue at once; they are decided when the
// state has been read.
func (b *Bus) start(s *Surface, key tenantKey) (*writer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		return nil, unavailable(errors.New("the server is shutting down"))
	}
	if w := b.writers[key]; w != nil {
		return w, nil
	}
	w := newWriter(b, s, key)
	if err := w.listen(); err != nil {
		return nil, unavailable(err)
	}
	b.writers[key] = w
	b.running.Go(func() {
		w.run(b.ctx)
	})
	return w, nil
}

// Writes reports whether this node writes for a tenant now.
func (b *Bus) Writes(s *Surface, tenant string) bool {
	return b.local(tenantKey{s.Name, tenant}) != nil
}

// Warm makes this node the writer of a tenant and reads its state, so that the first command does
// not wait for it. It does nothing when a writer runs here.
func (b *Bus) Warm(s *Surface, tenant string) error {
	key := tenantKey{s.Name, tenant}
	if err := key.check(); err != nil {
		return err
	}
	_, err := b.start(s, key)
	return err
}

// drop forgets a writer that has ended.
func (b *Bus) drop(w *writer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writers[w.key] == w {
		delete(b.writers, w.key)
	}
}

// awaitTimeout bounds how long an acknowledged change waits for the read models.
const awaitTimeout = 10 * time.Second

func (b *Bus) await(ctx context.Context, surface string, at domain.Position) error {
	ctx, cancel := context.WithTimeout(ctx, awaitTimeout)
	defer cancel()
	if err := b.Waiter.Await(ctx, surface, at); err != nil {
		return domain.Errorf(domain.CodeUnavailable,
			"the change is recorded at position %d, but the read models are behind: it will show in reads later; do not repeat it", at)
	}
	return nil
}

// unavailable is the refusal of a command that has certainly not been carried out.
func unavailable(cause error) error {
	return fmt.Errorf("%w: %w", domain.Errorf(domain.CodeUnavailable, "the log cannot be written now: try again"), cause)
}

// errUnknown marks the refusal of a command that may have been carried out, or may yet be.
var errUnknown = errors.New("unknown outcome")

func unknown(cause error) error {
	return fmt.Errorf("%w: %w: %w", domain.Errorf(domain.CodeUnavailable,
		"it is not known whether the change was made: look before you try again, or send an Idempotency-Key with every try"), errUnknown, cause)
}

// pause waits before the next attempt, longer each time.
func pause(ctx context.Context, attempt int) error {
	t := time.NewTimer(time.Duration(5<<attempt) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
