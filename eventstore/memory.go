package eventstore

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/oklog/ulid/v2"
)

// Memory is a Log that lives in this process only: for tests of what stands on the log. It keeps
// the same promises, which the conformance suite holds it to, but for durability.
type Memory struct {
	mu          sync.Mutex
	all         []Recorded
	writers     map[string]Position // writer subject -> its newest record
	grown       chan struct{}
	incarnation string
}

// memoryMessage is the size of the largest message, as the embedded broker has it.
const memoryMessage = 8 << 20

// NewMemory returns an empty log.
func NewMemory() *Memory {
	return &Memory{writers: map[string]Position{}, grown: make(chan struct{}), incarnation: ulid.Make().String()}
}

// Incarnation implements Log.
func (l *Memory) Incarnation() string { return l.incarnation }

// Take implements Log.
func (l *Memory) Take(_ context.Context, surface, tenant, owner string) (Fence, error) {
	m, err := writerRecord(surface, tenant, owner)
	if err != nil {
		return Fence{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	positions, err := l.add([]*nats.Msg{{Subject: m.Subject, Header: header(m), Data: m.Data}})
	if err != nil {
		return Fence{}, err
	}
	l.writers[m.Subject] = positions[0]
	return Fence{subject: m.Subject, position: positions[0]}, nil
}

// Append implements Log.
func (l *Memory) Append(_ context.Context, fence Fence, units ...[]Message) ([]Position, error) {
	all, err := prepare(fence, units, memoryMessage)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers[fence.subject] != fence.position {
		return nil, ErrFenced
	}
	var wire []*nats.Msg
	for _, unit := range all {
		wire = append(wire, unit...)
	}
	return l.add(wire)
}

// add appends messages, each taken apart as a reader of JetStream does it, so that both logs give back
// the same. The caller holds the lock.
func (l *Memory) add(wire []*nats.Msg) ([]Position, error) {
	added := make([]Recorded, len(wire))
	positions := make([]Position, len(wire))
	for i, m := range wire {
		at := Position(len(l.all) + i + 1)
		r, err := parse(m.Subject, m.Header, bytes.Clone(m.Data), at)
		if err != nil {
			return nil, err
		}
		added[i], positions[i] = r, at
	}
	l.all = append(l.all, added...)
	close(l.grown)
	l.grown = make(chan struct{})
	return positions, nil
}

// At implements Log.
func (l *Memory) At(_ context.Context, at Position) (Recorded, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at == 0 || at > Position(len(l.all)) {
		return Recorded{}, fmt.Errorf("position %d: %w", at, ErrNotFound)
	}
	return l.all[at-1], nil
}

// Newest implements Log.
func (l *Memory) Newest(_ context.Context, subject string, atOrUnder Position) (Recorded, error) {
	if err := exact(subject, atOrUnder); err != nil {
		return Recorded{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	last := Position(len(l.all))
	if atOrUnder > 0 {
		last = min(last, atOrUnder)
	}
	for at := last; at > 0; at-- {
		if matches(l.all[at-1].Subject, []string{subject}) {
			return l.all[at-1], nil
		}
	}
	return Recorded{}, fmt.Errorf("%s at or under %d: %w", subject, atOrUnder, ErrNotFound)
}

// Head implements Log.
func (l *Memory) Head(context.Context) (Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Position(len(l.all)), nil
}

// Read implements Log.
func (l *Memory) Read(ctx context.Context, after, upTo Position, each func(Recorded) error, filters ...string) error {
	if upTo <= after {
		return nil
	}
	if head, _ := l.Head(ctx); upTo > head {
		return fmt.Errorf("read the log after %d: position %d: the log ends at %d: %w", after, upTo, head, ErrNotFound)
	}
	batch, _ := l.since(after, 0, filters)
	for _, r := range batch {
		if r.Position > upTo {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// Follow implements Log.
func (l *Memory) Follow(ctx context.Context, after Position, most int, each func([]Recorded) error, filters ...string) error {
	for {
		batch, grown := l.since(after, max(most, 1), filters)
		if len(batch) == 0 {
			select {
			case <-grown:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		after = batch[len(batch)-1].Position
		if err := each(batch); err != nil {
			return err
		}
	}
}

// since returns the matching messages after a position, at most most (0: all), and a channel that is
// closed when the log grows.
func (l *Memory) since(after Position, most int, filters []string) ([]Recorded, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var batch []Recorded
	for i := after; i < Position(len(l.all)) && (most == 0 || len(batch) < most); i++ {
		if matches(l.all[i].Subject, filters) {
			batch = append(batch, l.all[i])
		}
	}
	return batch, l.grown
}

// exact refuses a filter where only a subject can be asked for.
func exact(subject string, atOrUnder Position) error {
	if atOrUnder > 0 && strings.ContainsAny(subject, "*>") {
		return fmt.Errorf("%w: the newest of %s at or under %d: only a subject can be asked for with a position", ErrInvalid, subject, atOrUnder)
	}
	return nil
}

// matches knows the two forms of filter that are used: an exact subject, and a prefix ending in '.>'.
func matches(subject string, filters []string) bool {
	for _, f := range filters {
		if prefix, ok := strings.CutSuffix(f, ">"); ok && strings.HasPrefix(subject, prefix) || f == subject {
			return true
		}
	}
	return len(filters) == 0
}

var _ Log = (*Memory)(nil)
