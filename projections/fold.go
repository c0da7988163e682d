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

// fold adds what the events of a batch change.
func fold(p *Projection, batch []eventstore.Recorded, changes *Changes) error {
	for _, message := range batch {
		rec, ok, err := envelope.Open(p.Codec, message)
		if err == nil && ok {
			err = p.Apply(rec, changes)
		}
		if err != nil {
			return &unfoldable{err}
		}
	}
	return nil
}

// unfoldable marks an error that lies in the event and not in the circumstances.
type unfoldable struct{ error }

func (u *unfoldable) Unwrap() error { return u.error }

// folded is what a batch of events changes.
type folded struct {
	changes       *Changes
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
		f := folded{changes: NewChanges(), at: domain.Position(batch[len(batch)-1].Position), events: len(batch)}
		for i, message := range batch {
			f.bytes += len(message.Data)
			if err := fold(p, batch[i:i+1], f.changes); err != nil {
				return f, &Failure{Position: domain.Position(message.Position), Type: message.Type, Err: err}
			}
		}
		return f, nil
	}, each, p.Filter())
	if malformed := (*eventstore.Malformed)(nil); errors.As(err, &malformed) {
		return &Failure{Position: domain.Position(malformed.Position), Err: malformed}
	}
	return err
}
