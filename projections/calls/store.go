// Package calls counts the calls that gateway nodes tell of, and answers the statistics of APIG V2 §3.18
// from the counters. Calls are no events: the counters are kept in Postgres alone, by the minute.
package calls

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain/apig"
)

// Store is the counters.
type Store struct {
	db  *sqlx.DB
	now func() time.Time
}

// NewStore returns the counters in a database that the migrations have prepared. now is the clock.
func NewStore(db *sqlx.DB, now func() time.Time) *Store { return &Store{db: db, now: now} }

// Outcome is what became of the calls of a batch; all are 0 for a batch that came again.
type Outcome struct {
	Counted   int  `json:"counted" doc:"Calls that were counted."`
	Unknown   int  `json:"unknown" doc:"Calls of APIs that the instance does not have."`
	Expired   int  `json:"expired" doc:"Calls of more than 24 hours ago, or of the future."`
	Duplicate bool `json:"duplicate" doc:"Whether the batch was counted before."`
}

// Count counts the calls of a batch in an instance of a tenant, all or none, and each batch once. What it
// has counted is on disk. The batch must have been checked; errors are those of the database.
func (s *Store) Count(ctx context.Context, tenant, instance string, b apig.CallBatch) (Outcome, error) {
	minutes, expired := b.Minutes(s.now())
	rows, err := json.Marshal(append([]apig.CallMinute{}, minutes...)) // never null
	if err != nil {
		return Outcome{}, err
	}
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return Outcome{}, fmt.Errorf("count calls: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // of no account once it is committed
	// Unlike read models, these can't be made again.
	if _, err := tx.ExecContext(ctx, "SET LOCAL synchronous_commit = on"); err != nil {
		return Outcome{}, fmt.Errorf("count calls: %w", err)
	}
	once, err := tx.ExecContext(ctx, "INSERT INTO gatelog.call_batches VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", tenant, instance, b.BatchID, s.now())
	if err != nil {
		return Outcome{}, fmt.Errorf("remember a batch of calls: %w", err)
	}
	if n, err := once.RowsAffected(); err != nil || n == 0 {
		return Outcome{Duplicate: true}, err
	}
	out := Outcome{Expired: expired}
	if err := tx.GetContext(ctx, &out.Counted, countSQL, tenant, instance, string(rows), s.now()); err != nil {
		return Outcome{}, fmt.Errorf("count calls: %w", err)
	}
	out.Unknown = len(b.Calls) - expired - out.Counted
	return out, tx.Commit()
}

// countSQL adds minutes to the counters and returns how many calls they were. An API that the instance does
// not have is left out; the group is the one that the API is in. All batches go through the minutes in the
// same order, so that none waits for another that waits for it.
const countSQL = `WITH told AS (
	SELECT a.group_id, m.* FROM jsonb_to_recordset($3::jsonb) AS m(
		api_id text, minute timestamptz, requests bigint, count_2xx bigint, count_4xx bigint, count_5xx bigint, latency_sum bigint,
		latency_max bigint, inner_sum bigint, inner_max bigint, backend_sum bigint, backend_max bigint, upstream bigint, downstream bigint,
		inbound_up bigint, inbound_down bigint, outbound_up bigint, outbound_down bigint)
	JOIN apig.apis a ON a.id = m.api_id COLLATE "C" AND a.instance_id = $2 AND a.tenant = $1
), counted AS (
	INSERT INTO gatelog.call_minutes AS c
	SELECT $1, $2, api_id, minute, group_id, requests, count_2xx, count_4xx, count_5xx, latency_sum, latency_max, inner_sum, inner_max,
		backend_sum, backend_max, upstream, downstream, $4
	FROM told ORDER BY api_id, minute
	ON CONFLICT (tenant, instance_id, api_id, minute, group_id) DO UPDATE SET
		requests = c.requests + excluded.requests, count_2xx = c.count_2xx + excluded.count_2xx,
		count_4xx = c.count_4xx + excluded.count_4xx, count_5xx = c.count_5xx + excluded.count_5xx,
		latency_sum = c.latency_sum + excluded.latency_sum, latency_max = greatest(c.latency_max, excluded.latency_max),
		inner_sum = c.inner_sum + excluded.inner_sum, inner_max = greatest(c.inner_max, excluded.inner_max),
		backend_sum = c.backend_sum + excluded.backend_sum, backend_max = greatest(c.backend_max, excluded.backend_max),
		upstream = c.upstream + excluded.upstream, downstream = c.downstream + excluded.downstream, updated_at = excluded.updated_at
	RETURNING 1
), traffic AS (
	INSERT INTO gatelog.traffic_minutes AS c
	SELECT $1, $2, minute, sum(inbound_up), sum(inbound_down), sum(outbound_up), sum(outbound_down) FROM told
	WHERE inbound_up + inbound_down + outbound_up + outbound_down > 0 GROUP BY minute ORDER BY minute
	ON CONFLICT (tenant, instance_id, minute) DO UPDATE SET
		inbound_up = c.inbound_up + excluded.inbound_up, inbound_down = c.inbound_down + excluded.inbound_down,
		outbound_up = c.outbound_up + excluded.outbound_up, outbound_down = c.outbound_down + excluded.outbound_down
	RETURNING 1
) SELECT coalesce(sum(requests), 0)::bigint FROM told`

// rememberBatches is how long a batch is known. Older calls than half of that are not counted any more, so
// that a batch can't count twice however late it comes again.
const rememberBatches = 2 * apig.MaxCallAge

// Sweep deletes counters older than the retention, and what is known of batches that can't count any more.
func (s *Store) Sweep(ctx context.Context, retention time.Duration) error {
	for _, q := range []struct {
		query string
		until time.Time
	}{
		{"DELETE FROM gatelog.call_minutes WHERE minute < $1", s.now().Add(-retention)},
		{"DELETE FROM gatelog.traffic_minutes WHERE minute < $1", s.now().Add(-retention)},
		{"DELETE FROM gatelog.call_batches WHERE received_at < $1", s.now().Add(-rememberBatches)},
	} {
		if _, err := s.db.ExecContext(ctx, q.query, q.until); err != nil {
			return fmt.Errorf("sweep the counters of calls: %w", err)
		}
	}
	return nil
}
