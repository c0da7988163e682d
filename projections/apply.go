package projections

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// applyBatch applies a batch in one transaction. When an event of it cannot be applied, those before
// it are, so that the checkpoint stands right before the one that stops the projection.
func (r *Runner) applyBatch(ctx context.Context, from domain.Position, batch []eventstore.Recorded) (domain.Position, error) {
	to := domain.Position(batch[len(batch)-1].Position)
	err := r.apply(ctx, from, to, r.skips.without(batch))
	if err == nil {
		return to, nil
	}
	if !permanent(err) {
		return from, err
	}
	if len(batch) == 1 {
		return from, &Failure{Position: domain.Position(batch[0].Position), Type: batch[0].Type, Err: err}
	}
	half := len(batch) / 2
	if from, err = r.applyBatch(ctx, from, batch[:half]); err != nil {
		return from, err
	}
	return r.applyBatch(ctx, from, batch[half:])
}

// apply writes what events change, and moves the checkpoint past them.
func (r *Runner) apply(ctx context.Context, from, to domain.Position, events []eventstore.Recorded) error {
	steps, err := fold(r.Projection, events)
	if err != nil {
		return err
	}
	changes := r.Projection.pending()
	for _, s := range steps {
		changes.add(r.Projection.Tables, s)
	}
	plan, err := changes.plan(r.Projection.Name, r.Projection.Tables)
	if err != nil {
		return &unfoldable{err}
	}
	for _, text := range append(texts(plan), moveSQL) {
		if _, err := r.statements.Prepare(ctx, text); err != nil {
			return err
		}
	}
	err = inTx(ctx, r.DB, func(tx *sqlx.Tx) error {
		prepared := in{r.statements, tx}
		if err := move(ctx, prepared, r.Projection, r.Node, r.pace.lease, from, to); err != nil {
			return err
		}
		return run(ctx, prepared, plan)
	})
	if err != nil {
		return err
	}
	r.failed = 0
	r.advance(to)
	return nil
}

// texts are those to prepare.
func texts(plan []statement) []string {
	all := make([]string, 0, len(plan)+1)
	for _, s := range plan {
		if _, once := s.argument.(copied); !once {
			all = append(all, s.text)
		}
	}
	return all
}

// permanent tells an event that cannot be applied from a database that can't be reached right now.
// Of Postgres' error classes, these lie in the data: 21 two rows where one may be, 22 data exception,
// 23 integrity constraint violation, 42 wrong statement or missing column, 54 more than a row or an
// index holds.
func permanent(err error) bool {
	var u *unfoldable
	if errors.As(err, &u) {
		return true
	}
	var p *pq.Error
	if !errors.As(err, &p) {
		return false
	}
	switch p.Code.Class() {
	case "21", "22", "23", "42", "54":
		return true
	}
	return false
}
