package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
)

// pruneMost is how many records go at a time: few enough to hold no lock for long.
const pruneMost = 2000

var pruneSQL = []string{
	`WITH old AS (DELETE FROM audit.records WHERE id IN (SELECT id FROM audit.records WHERE time < $1 ORDER BY time LIMIT $2) RETURNING id),
		parts AS (DELETE FROM audit.changes USING old WHERE record = old.id)
	SELECT count(*) FROM old`,
	`WITH old AS (DELETE FROM attempts.records WHERE id IN (SELECT id FROM attempts.records WHERE time < $1 ORDER BY time LIMIT $2) RETURNING id)
	SELECT count(*) FROM old`,
}

// Prune removes the records that are older than the retention, and returns how many there were. Several nodes may
// do it at the same time.
func Prune(ctx context.Context, db *sqlx.DB, keep Retention) (removed int, err error) {
	for _, query := range pruneSQL {
		for n := pruneMost; n == pruneMost; removed += n {
			if err := db.GetContext(ctx, &n, query, keep.begin(), pruneMost); err != nil {
				return removed, fmt.Errorf("remove old records from the audit trail: %w", err)
			}
		}
	}
	return removed, nil
}

// pruneEvery is how often records that are due go. Queries do not show them from the moment they are.
const pruneEvery = time.Hour

// KeepPruned removes what is due, now and then until ctx ends.
func KeepPruned(ctx context.Context, db *sqlx.DB, keep Retention, log *slog.Logger) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		removed, err := Prune(ctx, db, keep)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Warn("the audit trail still has records that are due to go", "error", err)
		case removed > 0:
			log.Info("removed old records from the audit trail", "records", removed)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
