package projections

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
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
// nil, is called now and then. It uses one connection, and others of the pool while they are free. While
// another node rebuilds the projection it waits; when that one has made tables of this version, there is
// nothing left to do. Interrupted, however hard, after it has written something, the next one goes on there.
func Rebuild(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, report func(Progress)) error {
	if report == nil {
		report = func(Progress) {}
	}
	return rebuildWithin(ctx, db, log, p, report, usualBounds)
}

func rebuildWithin(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, report func(Progress), bounds bounds) error {
	b := &rebuild{db: db, log: log, p: p, schema: p.Name + "_next", report: report, began: time.Now(), changes: p.pending(), bounds: bounds}
	err := withConn(ctx, db, func(conn *sqlx.Conn) error {
		b.conn = conn
		done, err := b.lock(ctx)
		if err != nil || done {
			return err
		}
		return b.run(ctx)
	})
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", p.Name, err)
	}
	b.tell("done")
	return nil
}

// withConn runs f on one connection and lets go of the locks that f took for its session.
func withConn(ctx context.Context, db *sqlx.DB, f func(conn *sqlx.Conn) error) error {
	conn, err := db.Connx(ctx)
	if err != nil {
		return err
	}
	err = f(conn)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, locked := conn.ExecContext(ctx, "SELECT pg_advisory_unlock_all()"); locked != nil {
		// The locks end with the connection, which must not go back to the pool with them.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	if closed := conn.Close(); !errors.Is(closed, sql.ErrConnDone) {
		err = errors.Join(err, closed)
	}
	return err
}

type rebuild struct {
	db      *sqlx.DB
	conn    *sqlx.Conn // holds the locks
	log     eventstore.Log
	p       *Projection
	schema  string
	report  func(Progress)
	began   time.Time
	bounds  bounds
	changes pending
	at      domain.Position
	head    domain.Position
	events  int
	bytes   int // of the events that are pending
	copied  bool
	mark    mark
	marked  bool // the tables are worth something to a later rebuild
}

// bounds of what a rebuild holds in memory, in rows and in bytes of events, of how far behind it may be
// when it swaps, and of how many events it folds at a time.
type bounds struct{ rows, bytes, behind, batch int }

var usualBounds = bounds{rows: 400_000, bytes: 256 << 20, behind: 500, batch: envelope.BatchMessages}

const (
	reportEvery   = 5_000
	catchUpRounds = 20
)

func rebuildLock(p *Projection) string { return "gatelog.rebuild." + p.Name }

// lock keeps other rebuilds of the projection out. done is true when it had to wait for one, and that
// one has put tables of this version in place.
func (b *rebuild) lock(ctx context.Context) (done bool, err error) {
	var alone bool
	before, err := b.generation(ctx)
	if err == nil {
		err = b.conn.GetContext(ctx, &alone, "SELECT pg_try_advisory_lock(hashtext($1))", rebuildLock(b.p))
	}
	if err != nil || alone {
		return false, err
	}
	if _, err := b.conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", rebuildLock(b.p)); err != nil {
		return false, err
	}
	after, err := b.generation(ctx)
	return err == nil && after != before && after.Version == b.p.Version && after.Incarnation == b.log.Incarnation(), err
}

// generation tells live tables from those that were live before.
type generation struct {
	Version     int    `json:"version"`
	Incarnation string `json:"incarnation"`
	Schema      int64  `json:"schema"`
}

func (b *rebuild) generation(ctx context.Context) (g generation, err error) {
	err = b.conn.GetContext(ctx, &g, `SELECT version, incarnation, coalesce(to_regnamespace(quote_ident(name))::oid::bigint, 0) AS schema
		FROM gatelog.checkpoints WHERE name = $1`, b.p.Name)
	if errors.Is(err, sql.ErrNoRows) {
		err = errors.New("it has no checkpoint: prepare it first")
	}
	return g, err
}

func (b *rebuild) run(ctx context.Context) error {
	resumed, err := b.resume(ctx)
	if err != nil {
		return err
	}
	tables, indexes := b.p.ddl()
	if b.p.of != nil {
		tables += indexes // it is written by statements that look for rows
		b.bounds.rows = min(b.bounds.rows, chronicleMost)
	}
	b.dropOld(ctx, resumed)
	if !resumed {
		err = inTx(ctx, b.conn, func(tx *sqlx.Tx) error { return createSchema(ctx, tx, b.schema, tables) })
	}
	if err == nil {
		err = b.fill(ctx)
	}
	if err == nil {
		err = b.swap(ctx)
	}
	b.dropOld(ctx, b.keeps(err))
	return err
}

// fill reads the log to its end. What fits in memory is written by one COPY per table before the
// indexes are made, which is the fastest way into Postgres; what comes after that is upserted.
func (b *rebuild) fill(ctx context.Context) error {
	for range catchUpRounds {
		head, err := b.log.Head(ctx)
		if err != nil {
			return err
		}
		b.head = domain.Position(head)
		if err := b.read(ctx, b.head); err != nil {
			return err
		}
		behind := b.changes.size()
		if err := b.write(ctx); err != nil {
			return err
		}
		if behind < b.bounds.behind {
			return nil
		}
	}
	return nil
}

// read folds the log up to a position into the pending changes, and writes them when they are many.
func (b *rebuild) read(ctx context.Context, upTo domain.Position) error {
	return b.fold(ctx, upTo, func() error {
		if b.changes.size() >= b.bounds.rows || b.bytes >= b.bounds.bytes {
			return b.write(ctx)
		}
		return nil
	})
}

// fold adds what the events up to a position change to the pending changes, and calls after behind each
// batch of them.
func (b *rebuild) fold(ctx context.Context, upTo domain.Position, after func() error) error {
	err := foldLog(ctx, b.log, b.p, b.at, upTo, b.bounds.batch, func(f folded) error {
		for _, s := range f.steps {
			b.changes.add(b.p.Tables, s)
		}
		b.at = f.at
		told := b.events / reportEvery
		b.events += f.events
		b.bytes += f.bytes
		if b.events/reportEvery > told {
			b.tell("reading")
		}
		return after()
	})
	if err == nil {
		b.at = max(b.at, upTo)
	}
	return err
}

// write empties the pending changes into the new tables.
func (b *rebuild) write(ctx context.Context) error {
	b.tell("writing")
	newest, ok := b.changes.(*Changes)
	if b.copied || !ok {
		return b.upsert(ctx)
	}
	if err := b.copy(ctx, newest); err != nil {
		return err
	}
	b.copied, b.changes, b.bytes = true, b.p.pending(), 0
	return inTx(ctx, b.conn, func(tx *sqlx.Tx) error { return b.remember(ctx, tx) })
}

func (b *rebuild) upsert(ctx context.Context) error {
	plan, err := b.changes.plan(b.schema, b.p.Tables)
	if err != nil {
		return err
	}
	b.changes, b.bytes = b.p.pending(), 0
	return inTx(ctx, b.conn, func(tx *sqlx.Tx) error {
		if err := run(ctx, tx, plan); err != nil {
			return err
		}
		return b.remember(ctx, tx)
	})
}

func (b *rebuild) tell(phase string) {
	b.report(Progress{
		Projection: b.p.Name, Phase: phase, Position: b.at, Head: b.head,
		Events: b.events, Elapsed: time.Since(b.began),
	})
}
