package webhooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
)

// store keeps the progress of subscriptions in Postgres, for one node.
type store struct {
	db          *sqlx.DB
	node        string
	incarnation string // of the log: progress in another one means nothing
	lease       time.Duration
}

var (
	// errOwned says that another node sends for a subscription.
	errOwned = errors.New("another node sends for this subscription")
	// errLost says that the progress is not as this node has left it.
	errLost = errors.New("the progress was changed by another node, or the subscription is gone")
)

// candidate is a subscription that is to be sent for.
type candidate struct {
	ID       string          `json:"id"`
	Position domain.Position `json:"position"` // of its last change
	Document json.RawMessage `json:"document"`
	Taken    bool            `json:"taken"` // another node sends for it
}

// candidates returns all subscriptions that are not paused.
func (s *store) candidates(ctx context.Context) ([]candidate, error) {
	var all []candidate
	err := s.db.SelectContext(ctx, &all, `SELECT s.id, s.position, s.document, coalesce(d.owner <> $1 AND d.lease_until > now(), false) AS taken
		FROM subscriptions.subscriptions s LEFT JOIN gatelog.deliveries d ON d.subscription = s.id WHERE NOT s.paused ORDER BY s.id`, s.node)
	if err != nil {
		return nil, fmt.Errorf("look for subscriptions: %w", err)
	}
	return all, nil
}

const acquireSQL = `INSERT INTO gatelog.deliveries AS d (subscription, tenant, incarnation, rewinds, position, owner, lease_until)
	VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')
	ON CONFLICT (subscription) DO UPDATE SET owner = $6, lease_until = now() + $7 * interval '1 second'
		WHERE (d.owner = $6 OR d.lease_until < now()) AND d.rewinds <= $4
	RETURNING position, rewinds, incarnation`

// acquire makes this node the one that sends for a subscription, and returns what is to be delivered. It
// returns errOwned while another node does, or when this node knows the subscription as it was before.
func (s *store) acquire(ctx context.Context, n subscriptions.Subscription) (*ledger, error) {
	var g *ledger
	err := s.inTx(ctx, func(tx *sqlx.Tx) error {
		var at struct {
			Position    eventstore.Position `json:"position"`
			Rewinds     int                 `json:"rewinds"`
			Incarnation string              `json:"incarnation"`
		}
		err := tx.GetContext(ctx, &at, acquireSQL, n.ID, n.Tenant, s.incarnation, n.Rewinds, int64(n.Start), s.node, s.lease.Seconds())
		if errors.Is(err, sql.ErrNoRows) {
			return errOwned
		}
		if err != nil {
			return err
		}
		if at.Rewinds != n.Rewinds || at.Incarnation != s.incarnation {
			if err := s.restart(ctx, tx, n, at.Incarnation == s.incarnation); err != nil {
				return err
			}
			at.Position = eventstore.Position(n.Start)
		}
		g = newLedger(at.Position)
		return s.load(ctx, tx, n.ID, g)
	})
	return g, err
}

// restart lets a subscription begin again. What comes again is not owed any more; events before, in the same
// log, still are.
func (s *store) restart(ctx context.Context, tx *sqlx.Tx, n subscriptions.Subscription, sameLog bool) error {
	_, err := tx.ExecContext(ctx, "UPDATE gatelog.deliveries SET position = $2, rewinds = $3, incarnation = $4 WHERE subscription = $1",
		n.ID, int64(n.Start), n.Rewinds, s.incarnation)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM gatelog.undelivered WHERE subscription = $1 AND (position > $2 OR NOT $3)", n.ID, int64(n.Start), sameLog)
	return err
}

// kept is a row of gatelog.undelivered.
type kept struct {
	Position  int64     `json:"position"`
	Subject   string    `json:"subject"`
	EventID   string    `json:"event_id"`
	EventType string    `json:"event_type"`
	Attempts  int       `json:"attempts"`
	NextAt    time.Time `json:"next_at"`
	Status    string    `json:"status"`
	LastError string    `json:"last_error"`
}

// Statuses of undelivered events.
const (
	statusWaiting = "waiting"
	statusDead    = "dead"
	statusRedrive = "redrive"
)

// load puts into g what waits, and what is to be tried again, of a subscription.
func (s *store) load(ctx context.Context, tx sqlx.ExtContext, id string, g *ledger) error {
	var rows []kept
	err := sqlx.SelectContext(ctx, tx, &rows, `SELECT position, subject, event_id, event_type, attempts, next_at, last_error
		FROM gatelog.undelivered WHERE subscription = $1 AND status = 'waiting' ORDER BY position`, id)
	if err != nil {
		return err
	}
	for _, r := range rows {
		g.put(r.item())
	}
	return s.redrive(ctx, tx, id, g)
}

// redrive puts into g the dead letters of a subscription that are to be tried again.
func (s *store) redrive(ctx context.Context, tx sqlx.ExtContext, id string, g *ledger) error {
	var rows []kept
	err := sqlx.SelectContext(ctx, tx, &rows, `UPDATE gatelog.undelivered SET status = 'waiting', attempts = 0, next_at = now()
		WHERE subscription = $1 AND status = 'redrive'
			AND EXISTS (SELECT FROM gatelog.deliveries d WHERE d.subscription = $1 AND d.owner = $2 AND d.lease_until > now())
		RETURNING position, subject, event_id, event_type, attempts, next_at, last_error`, id, s.node)
	if err != nil {
		return fmt.Errorf("redrive dead letters: %w", err)
	}
	for _, r := range rows {
		g.put(r.item())
	}
	return nil
}

func (k kept) item() *item {
	it := &item{
		position: eventstore.Position(k.Position), subject: k.Subject, id: k.EventID, kind: k.EventType,
		attempts: k.Attempts, nextAt: k.NextAt, lastError: k.LastError, kept: true,
	}
	if it.attempts == 0 {
		it.nextAt = time.Time{} // it waits behind others only
	}
	return it
}

func rowOf(it *item, status string) kept {
	return kept{int64(it.position), it.subject, it.id, it.kind, it.attempts, it.nextAt.UTC(), status, it.lastError}
}

// moveSQL moves the progress from where the mover believes it to be, and prolongs the lease.
const moveSQL = `UPDATE gatelog.deliveries SET position = $4, lease_until = now() + $5 * interval '1 second', updated_at = now(),
		delivered = delivered + $6, failures = failures + $7,
		last_success = CASE WHEN $6 > 0 THEN now() ELSE last_success END,
		last_failure = CASE WHEN $7 > 0 THEN now() ELSE last_failure END,
		last_error = CASE WHEN $7 > 0 THEN $8 ELSE last_error END
	WHERE subscription = $1 AND owner = $2 AND position = $3 AND rewinds = $9 AND incarnation = $10`

const keepSQL = `INSERT INTO gatelog.undelivered (subscription, position, subject, event_id, event_type, attempts, next_at, status, last_error)
	SELECT $1, position, subject, event_id, event_type, attempts, next_at, status, last_error
	FROM json_populate_recordset(NULL::gatelog.undelivered, $2)
	ON CONFLICT (subscription, position) DO UPDATE SET attempts = EXCLUDED.attempts, next_at = EXCLUDED.next_at,
		status = EXCLUDED.status, last_error = EXCLUDED.last_error, updated_at = now()`

// save writes what has happened since the progress stood at from, all of it or nothing. It returns errLost
// when another node has taken over.
func (s *store) save(ctx context.Context, n subscriptions.Subscription, from eventstore.Position, u unsaved, lastError string) error {
	return s.inTx(ctx, func(tx *sqlx.Tx) error {
		done, err := tx.ExecContext(ctx, moveSQL, n.ID, s.node, int64(from), int64(u.position), s.lease.Seconds(), u.sent, u.failed, lastError, n.Rewinds, s.incarnation)
		if err != nil {
			return err
		}
		if rows, err := done.RowsAffected(); err != nil || rows != 1 {
			return errors.Join(errLost, err)
		}
		if len(u.gone) > 0 {
			if _, err := tx.ExecContext(ctx, "DELETE FROM gatelog.undelivered WHERE subscription = $1 AND position = ANY ($2)", n.ID, pq.Array(u.gone)); err != nil {
				return err
			}
		}
		return s.keep(ctx, tx, n.ID, u)
	})
}

func (s *store) keep(ctx context.Context, tx *sqlx.Tx, id string, u unsaved) error {
	var rows []kept
	for _, it := range u.waiting {
		rows = append(rows, rowOf(it, statusWaiting))
	}
	for _, it := range u.dead {
		rows = append(rows, rowOf(it, statusDead))
	}
	if len(rows) == 0 {
		return nil
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, keepSQL, id, string(text))
	return err
}

// release gives a subscription up, so that another node need not wait for the lease to end.
func (s *store) release(ctx context.Context, id string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE gatelog.deliveries SET owner = '', lease_until = 'epoch' WHERE subscription = $1 AND owner = $2", id, s.node)
	return err
}

func (s *store) inTx(ctx context.Context, f func(tx *sqlx.Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("progress of a subscription: %w", err)
	}
	err = f(tx)
	if err == nil {
		err = tx.Commit()
	} else if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
		err = errors.Join(err, back)
	}
	if err != nil {
		return fmt.Errorf("progress of a subscription: %w", err)
	}
	return nil
}

// Redrive lets dead letters be tried again: those at the positions, or all when there are none. It returns
// how many. The subscription is one of the tenant.
func Redrive(ctx context.Context, db *sqlx.DB, tenant, id string, positions []domain.Position) (int, error) {
	all := make([]int64, len(positions))
	for i, at := range positions {
		all[i] = int64(at)
	}
	done, err := db.ExecContext(ctx, `UPDATE gatelog.undelivered u SET status = $4, updated_at = now()
		FROM gatelog.deliveries d WHERE d.subscription = u.subscription AND d.tenant = $1 AND u.subscription = $2 AND u.status = $5
			AND (cardinality($3::bigint[]) = 0 OR u.position = ANY ($3))`, tenant, id, pq.Array(all), statusRedrive, statusDead)
	if err != nil {
		return 0, fmt.Errorf("redrive dead letters: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// Totals returns how many events of all subscriptions wait for another try, and how many are dead letters.
func Totals(ctx context.Context, db *sqlx.DB) (waiting, dead int64, err error) {
	row := db.QueryRowContext(ctx, "SELECT count(*) FILTER (WHERE status <> $1), count(*) FILTER (WHERE status = $1) FROM gatelog.undelivered", statusDead)
	if err := row.Scan(&waiting, &dead); err != nil {
		return 0, 0, fmt.Errorf("count undelivered events: %w", err)
	}
	return waiting, dead, nil
}

// Forget removes the progress of a subscription of a tenant that was deleted.
func Forget(ctx context.Context, db *sqlx.DB, tenant, id string) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM gatelog.deliveries WHERE tenant = $1 AND subscription = $2", tenant, id); err != nil {
		return fmt.Errorf("forget the progress of a subscription: %w", err)
	}
	return nil
}
