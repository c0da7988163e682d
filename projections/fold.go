package projections

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// pending collects what events change until it is written. Changes keeps the newest state of each row,
// chronicle every one.
type pending interface {
	// add takes what the events up to a position change, which come after those that it has.
	add(tables []Table, s step)
	// size is the number of rows to write.
	size() int
	// plan returns how to write it to the tables of a schema.
	plan(schema string, tables []Table) ([]statement, error)
	// rowsOf returns the rows of a table by their keys, as they are in the end.
	rowsOf(t Table) map[string]any
}

// step is what one event, or those of a batch together, change. at is the position of the last.
type step struct {
	at      domain.Position
	changes *Changes
}

// fold returns what the events of a batch change: in one step, or in a step for each event when every
// state of a row is kept.
func fold(p *Projection, batch []eventstore.Recorded) ([]step, error) {
	var steps []step
	for _, message := range batch {
		at := domain.Position(message.Position)
		rec, ok, err := p.open(message)
		if err != nil {
			return nil, &unfoldable{err}
		}
		if !ok {
			continue
		}
		if len(steps) == 0 || p.of != nil {
			steps = append(steps, step{changes: NewChanges()})
		}
		last := &steps[len(steps)-1]
		last.at = at
		if err := p.Apply(rec, last.changes); err != nil {
			return nil, &unfoldable{err}
		}
	}
	return steps, nil
}

// unfoldable marks an error that lies in the event and not in the circumstances.
type unfoldable struct{ error }

func (u *unfoldable) Unwrap() error { return u.error }

// folded is a batch of events.
type folded struct {
	steps         []step
	at            domain.Position // of the last of them
	events, bytes int
}

// foldLog folds the events of a projection after a position, up to and including upTo, without those that
// were skipped, in batches of at most so many. Since what an event changes depends on nothing else, batches
// are folded at the same time, ahead of each, which gets them in order.
func foldLog(ctx context.Context, log eventstore.Log, p *Projection, after, upTo domain.Position, most int, each func(folded) error) error {
	skips, err := skipsOf(ctx, log, p)
	if err != nil {
		return err
	}
	for _, skip := range slices.Sorted(maps.Keys(skips)) {
		if skip <= after || skip > upTo {
			continue
		}
		if err := foldBetween(ctx, log, p, after, skip-1, most, each); err != nil {
			return err
		}
		after = skip
	}
	return foldBetween(ctx, log, p, after, upTo, most, each)
}

func foldBetween(ctx context.Context, log eventstore.Log, p *Projection, after, upTo domain.Position, most int, each func(folded) error) error {
	err := envelope.Ahead(ctx, log, eventstore.Position(after), eventstore.Position(upTo), most, func(batch []eventstore.Recorded) (folded, error) {
		f := folded{at: domain.Position(batch[len(batch)-1].Position), events: len(batch)}
		for _, message := range batch {
			f.bytes += len(message.Data)
		}
		var err error
		if f.steps, err = fold(p, batch); err != nil {
			err = blame(p, batch, err)
		}
		return f, err
	}, each, p.Filter())
	if malformed := (*eventstore.Malformed)(nil); errors.As(err, &malformed) {
		return &Failure{Position: domain.Position(malformed.Position), Err: malformed}
	}
	return err
}

// blame finds the event of a batch that cannot be folded.
func blame(p *Projection, batch []eventstore.Recorded, err error) error {
	for i, message := range batch {
		if _, err := fold(p, batch[i:i+1]); err != nil {
			return &Failure{Position: domain.Position(message.Position), Type: message.Type, Err: err}
		}
	}
	return err
}
