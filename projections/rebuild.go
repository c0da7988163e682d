package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Progress is how far a rebuild is.
type Progress struct {
	Projection string          `json:"projection"`
	Phase      string          `json:"phase"` // reading, writing, catching up, done
	Position   domain.Position `json:"position"`
	Head       domain.Position `json:"head"`
	Events     int             `json:"events"`
	Elapsed    time.Duration   `json:"elapsed"`
}

// Rebuild makes the tables of a projection again from the log, beside the live ones, and puts them in
// the place of the live ones in one transaction. Reads and writes go on meanwhile. report, when not
// nil, is called now and then.
func Rebuild(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, report func(Progress)) error {
	if report == nil {
		report = func(Progress) {}
	}
	b := &rebuild{db: db, log: log, p: p, schema: p.Name + "_next", report: report, began: time.Now(), changes: NewChanges()}
	tables, indexes := p.ddl()
	if err := inTx(ctx, db, func(tx *sqlx.Tx) error { return createSchema(ctx, tx, b.schema, tables) }); err != nil {
		return err
	}
	if err := b.fill(ctx, indexes); err != nil {
		return fmt.Errorf("rebuild %s: %w", p.Name, err)
	}
	if err := b.swap(ctx); err != nil {
		return fmt.Errorf("rebuild %s: swap: %w", p.Name, err)
	}
	b.tell("done")
	return nil
}

type rebuild struct {
	db      *sqlx.DB
	log     eventstore.Log
	p       *Projection
	schema  string
	report  func(Progress)
	began   time.Time
	changes *Changes
	at      domain.Position
	head    domain.Position
	events  int
	copied  bool
	indexes string
}

// Bounds of what a rebuild holds in memory, and of how far behind it may be when it swaps.
const (
	rowsInMemory  = 400_000
	reportEvery   = 5_000
	closeEnough   = 500
	catchUpRounds = 20
)

// fill reads the log to its end. What fits in memory is written by one COPY per table before the
// indexes are made, which is the fastest way into Postgres; what comes after that is upserted.
func (b *rebuild) fill(ctx context.Context, indexes string) error {
	b.indexes = indexes
	for range catchUpRounds {
		head, err := b.log.Head(ctx)
		if err != nil {
			return err
		}
		b.head = domain.Position(head)
		if err := b.read(ctx, b.head); err != nil {
			return err
		}
		behind := b.changes.Rows()
		if err := b.write(ctx); err != nil {
			return err
		}
		if behind < closeEnough {
			return nil
		}
	}
	return nil
}

// read folds the log up to a position into the pending changes.
func (b *rebuild) read(ctx context.Context, upTo domain.Position) error {
	err := b.log.Read(ctx, eventstore.Position(b.at), eventstore.Position(upTo), func(r eventstore.Recorded) error {
		if err := fold(b.p, []eventstore.Recorded{r}, b.changes); err != nil {
			return &Failure{Position: domain.Position(r.Position), Type: r.Type, Err: err}
		}
		b.at = domain.Position(r.Position)
		if b.events++; b.events%reportEvery == 0 {
			b.tell("reading")
		}
		if b.changes.Rows() >= rowsInMemory {
			return b.write(ctx)
		}
		return nil
	}, b.p.Filter())
	if err != nil {
		return err
	}
	return nil
}

// write empties the pending changes into the new tables.
func (b *rebuild) write(ctx context.Context) error {
	b.tell("writing")
	err := inTx(ctx, b.db, func(tx *sqlx.Tx) error {
		if b.copied {
			return b.changes.write(ctx, tx, b.schema, b.p.Tables)
		}
		if err := b.changes.copyInto(ctx, tx, b.schema, b.p.Tables); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL search_path TO %s; %s", pq.QuoteIdentifier(b.schema), b.indexes))
		return err
	})
	b.copied, b.changes = true, NewChanges()
	return err
}

// swap puts the new tables in the place of the live ones. The lock on the checkpoint keeps the live
// projection still; what it has applied beyond the rebuild is folded in before the tables change
// places, so that no reader sees the past again.
func (b *rebuild) swap(ctx context.Context) error {
	b.tell("catching up")
	return inTx(ctx, b.db, func(tx *sqlx.Tx) error {
		var live domain.Position
		if err := tx.GetContext(ctx, &live, "SELECT position FROM gatelog.checkpoints WHERE name = $1 FOR UPDATE", b.p.Name); err != nil {
			return fmt.Errorf("lock the checkpoint: %w", err)
		}
		if live > b.at {
			if err := b.read(ctx, live); err != nil {
				return err
			}
			if err := b.changes.write(ctx, tx, b.schema, b.p.Tables); err != nil {
				return err
			}
		}
		at := max(live, b.at)
		_, err := tx.ExecContext(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; ALTER SCHEMA %[2]s RENAME TO %[1]s",
			pq.QuoteIdentifier(b.p.Name), pq.QuoteIdentifier(b.schema)))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE gatelog.checkpoints SET version = $2, incarnation = $3, position = $4, updated_at = now(),
			failed_at = 0, failed_type = '', failure = '' WHERE name = $1`, b.p.Name, b.p.Version, b.log.Incarnation(), int64(at))
		return err
	})
}

func (b *rebuild) tell(phase string) {
	b.report(Progress{
		Projection: b.p.Name, Phase: phase, Position: b.at, Head: b.head,
		Events: b.events, Elapsed: time.Since(b.began),
	})
}
