package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Status is how far a projection is, held against the log.
type Status struct {
	Checkpoint
	// Head is the position of the newest event that the projection is to apply, Lag what lies between.
	Head, Lag domain.Position
	// Skipped is what the projection passes over.
	Skipped []Skip
}

// StatusOf returns the status of projections, in their order. Those that have no tables yet are left out.
func StatusOf(ctx context.Context, db *sqlx.DB, log eventstore.Log, all []*Projection) ([]Status, error) {
	checkpoints, err := Checkpoints(ctx, db)
	if err != nil {
		return nil, err
	}
	var statuses []Status
	for _, p := range all {
		for _, c := range checkpoints {
			if c.Name != p.Name {
				continue
			}
			s := Status{Checkpoint: c}
			if err := s.hold(ctx, log, p); err != nil {
				return nil, err
			}
			statuses = append(statuses, s)
		}
	}
	return statuses, nil
}

// hold adds what the log says of a projection.
func (s *Status) hold(ctx context.Context, log eventstore.Log, p *Projection) error {
	newest, err := log.Newest(ctx, p.Filter(), 0)
	broken := (*eventstore.Malformed)(nil)
	switch {
	case errors.As(err, &broken):
		s.Head = domain.Position(broken.Position)
	case err != nil && !errors.Is(err, eventstore.ErrNotFound):
		return fmt.Errorf("find the newest event of %s: %w", p.Name, err)
	default:
		s.Head = domain.Position(newest.Position)
	}
	s.Lag = max(s.Head, s.Position) - s.Position
	s.Skipped, err = Skips(ctx, log, p)
	return err
}
