package backup

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatelog/gatelog/eventstore"
)

// Target is a log that takes messages with the positions that they have; *eventstore.Restoration is one.
type Target interface {
	Head() eventstore.Position
	Last(ctx context.Context) (eventstore.Raw, error)
	Append(ctx context.Context, batch []eventstore.Raw) error
}

// fillBytes closes a batch of few but large messages.
const fillBytes = 8 << 20

// Fill puts the messages up to a position into a log that is empty, or holds the first of them already:
// an earlier run was interrupted. report, when not nil, is told now and then how far it is.
func (b *Backup) Fill(ctx context.Context, to Target, upTo eventstore.Position, report func(at, head eventstore.Position)) error {
	if err := b.begins(ctx, to, upTo); err != nil {
		return err
	}
	f := Filler{To: to}
	err := b.Read(ctx, to.Head(), upTo, func(r eventstore.Raw) error {
		if report != nil && r.Position%reportEvery == 0 {
			report(r.Position, upTo)
		}
		return f.Add(ctx, r)
	})
	if err != nil {
		return err
	}
	return f.Flush(ctx)
}

// begins returns why what a log holds is not the beginning of the backup.
func (b *Backup) begins(ctx context.Context, to Target, upTo eventstore.Position) error {
	head := to.Head()
	if head == 0 {
		return nil
	}
	if head > upTo {
		return fmt.Errorf("%w: it is at position %d, beyond %d", eventstore.ErrNotEmpty, head, upTo)
	}
	last, err := to.Last(ctx)
	if err != nil {
		return err
	}
	return b.Read(ctx, head-1, head, func(r eventstore.Raw) error {
		same, err := Same(last, r)
		if err == nil && !same {
			err = fmt.Errorf("%w: at position %d it has another message than the backup", eventstore.ErrNotEmpty, head)
		}
		return err
	})
}

// Filler gathers messages to batches that a log takes at once.
type Filler struct {
	To    Target
	batch []eventstore.Raw
	bytes int
}

// Add takes the next message.
func (f *Filler) Add(ctx context.Context, r eventstore.Raw) error {
	if len(f.batch) == eventstore.MaxUnit || f.bytes+len(r.Data) > fillBytes {
		if err := f.Flush(ctx); err != nil {
			return err
		}
	}
	f.batch, f.bytes = append(f.batch, r), f.bytes+len(r.Data)
	return nil
}

// Flush puts what was gathered into the log.
func (f *Filler) Flush(ctx context.Context) error {
	batch := f.batch
	if f.batch, f.bytes = nil, 0; len(batch) == 0 {
		return nil
	}
	return f.To.Append(ctx, batch)
}

// errCut ends a reading that has found what it looked for.
var errCut = errors.New("found")

// Cuts returns the last position before a command whose events lie on both sides of a position, and the
// position of the last of them; both are the position itself when nothing is cut there.
func (b *Backup) Cuts(ctx context.Context, at eventstore.Position) (before, behind eventstore.Position, err error) {
	from := at - min(at, eventstore.MaxUnit)
	var last eventstore.Raw
	before, behind = from, at
	err = b.Read(ctx, from, b.manifest.Head, func(r eventstore.Raw) error {
		same := r.Position > from+1 && SameCommand(last, r)
		last = r
		switch {
		case r.Position <= at && !same:
			before = r.Position - 1
		case r.Position > at && !same:
			return errCut
		case r.Position > at:
			behind = r.Position
		}
		return nil
	})
	if errors.Is(err, errCut) {
		err = nil
	}
	if behind == at {
		before = at
	}
	return before, behind, err
}

// Same reports whether two messages are the same one at the same position.
func Same(one, other eventstore.Raw) (bool, error) {
	x, err := tailOf(one)
	if err != nil {
		return false, err
	}
	y, err := tailOf(other)
	return x == y, err
}
