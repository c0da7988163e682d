package commands

import (
	"context"
	"fmt"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// StateAt folds the history of a tenant up to a position into a state that nobody else has: what its decisions
// knew then. It reads all of the tenant's events.
func (s *Surface) StateAt(ctx context.Context, log eventstore.Log, tenant string, at domain.Position) (domain.State, error) {
	if err := (tenantKey{s.Name, tenant}).check(); err != nil {
		return nil, err
	}
	return s.fold(ctx, log, tenant, eventstore.Position(at), func(eventstore.Recorded) {})
}

// fold folds a tenant's history; seen is called with every message.
func (s *Surface) fold(ctx context.Context, log eventstore.Log, tenant string, upTo eventstore.Position, seen func(eventstore.Recorded)) (domain.State, error) {
	state := s.NewState(tenant)
	err := envelope.Ahead(ctx, log, 0, upTo, envelope.BatchMessages, s.open, func(batch []opened) error {
		for _, o := range batch {
			seen(o.message)
			if o.folds {
				state.Apply(o.rec)
			}
		}
		return nil
	}, eventstore.Tenant(s.Name, tenant))
	if err != nil {
		return nil, fmt.Errorf("fold the history: %w", err)
	}
	return state, nil
}

// opened is a message with the event in it, if it has one that the state folds.
type opened struct {
	message eventstore.Recorded
	rec     domain.Recorded
	folds   bool
}

func (s *Surface) open(batch []eventstore.Recorded) ([]opened, error) {
	all := make([]opened, len(batch))
	for i, message := range batch {
		rec, folds, err := envelope.Open(s.Codec, message)
		if err != nil {
			return nil, err
		}
		all[i] = opened{message, rec, folds}
	}
	return all, nil
}
