package projections

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
)

// swapLock keeps whoever reads several tables as they were at one time apart from those who put others
// in their place.
func swapLock(p *Projection) string { return "gatelog.swap." + p.Name }

// swapPatience bounds how long a swap keeps the live projection still.
const swapPatience = "SET LOCAL idle_in_transaction_session_timeout = 60000"

// swap puts the new tables in the place of the live ones. The lock on the checkpoint keeps the live
// projection still; what it has applied beyond the rebuild is folded in before the tables change
// places, so that no reader sees the past again. Schemas are renamed and not dropped, which waits for
// no reader and keeps none waiting: whoever reads the old tables reads on.
func (b *rebuild) swap(ctx context.Context) error {
	b.tell("catching up")
	if _, err := b.conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", swapLock(b.p)); err != nil {
		return err
	}
	return inTx(ctx, b.conn, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, swapPatience); err != nil {
			return err
		}
		var live domain.Position
		if err := tx.GetContext(ctx, &live, "SELECT position FROM gatelog.checkpoints WHERE name = $1 FOR UPDATE", b.p.Name); err != nil {
			return fmt.Errorf("lock the checkpoint: %w", err)
		}
		if err := b.catchUp(ctx, tx, live); err != nil {
			return err
		}
		if err := b.rename(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE gatelog.checkpoints SET version = $2, incarnation = $3, position = $4, updated_at = clock_timestamp(),
			failed_at = 0, failed_type = '', failure = '' WHERE name = $1`, b.p.Name, b.p.Version, b.log.Incarnation(), int64(b.at))
		return err
	})
}

// catchUp brings the new tables to where the live ones are.
func (b *rebuild) catchUp(ctx context.Context, tx *sqlx.Tx, live domain.Position) error {
	if live <= b.at {
		return nil
	}
	if err := b.fold(ctx, live, func() error { return nil }); err != nil {
		return err
	}
	plan, err := b.changes.plan(b.schema, b.p.Tables)
	if err != nil {
		return err
	}
	return run(ctx, tx, plan)
}

func (b *rebuild) rename(ctx context.Context, tx *sqlx.Tx) error {
	live, next := pq.QuoteIdentifier(b.p.Name), pq.QuoteIdentifier(b.schema)
	var oid int64
	err := tx.GetContext(ctx, &oid, "SELECT coalesce((SELECT oid::bigint FROM pg_namespace WHERE nspname = $1), 0)", b.p.Name)
	if err != nil {
		return err
	}
	if oid != 0 {
		old := pq.QuoteIdentifier(b.p.Name + oldInfix + strconv.FormatInt(oid, 10))
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("ALTER SCHEMA %s RENAME TO %s", live, old)); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("COMMENT ON SCHEMA %[1]s IS NULL; ALTER SCHEMA %[1]s RENAME TO %[2]s", next, live))
	return err
}

// oldInfix stands between the name of a projection and a number in the names of schemas that were live.
const oldInfix = "_old_"

// dropTries bounds how often a rebuild tries to drop a schema, and dropTime how long in all. Postgres
// would call it a deadlock when readers wait for more than a second: the dropping gives way before.
const (
	dropTries = 4
	dropTime  = 10 * time.Second
)

// dropOld removes schemas that nobody needs: those that were live, and, unless it is to be kept, one that
// did not become so. What does not go now, since somebody reads it still, goes with the next rebuild.
func (b *rebuild) dropOld(ctx context.Context, keep bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
	defer cancel()
	var schemas []string
	err := b.conn.SelectContext(ctx, &schemas, "SELECT nspname FROM pg_namespace WHERE nspname = $1 AND NOT $3 OR starts_with(nspname, $2)",
		b.schema, b.p.Name+oldInfix, keep)
	if err != nil {
		return
	}
	for _, schema := range schemas {
		for range dropTries {
			err := inTx(ctx, b.conn, func(tx *sqlx.Tx) error {
				_, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = 500; DROP SCHEMA IF EXISTS "+pq.QuoteIdentifier(schema)+" CASCADE")
				return err
			})
			if err == nil {
				break
			}
		}
	}
}
