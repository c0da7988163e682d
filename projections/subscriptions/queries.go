package subscriptions

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/projections"
)

// Queries answers what can be asked of subscriptions. Each query names the tenant; of another tenant's
// subscriptions it says that they do not exist.
type Queries struct{ rows *projections.Statements }

// NewQueries returns the queries over a pool.
func NewQueries(rows *projections.Statements) *Queries { return &Queries{rows} }

// View is a subscription and how far it is.
type View struct {
	subscriptions.Subscription
	Progress
}

// Progress is how far the sending of a subscription is. It is zero for one that nothing was sent for yet.
type Progress struct {
	// Position up to which every event was delivered, is among the Waiting or the Dead, or is not wanted.
	Position domain.Position
	// Owner is the node that sends now, empty for none.
	Owner string
	// Delivered and Failures count deliveries, and tries that failed, since the subscription was made.
	Delivered, Failures int64
	LastSuccess         *time.Time
	LastFailure         *time.Time
	LastError           string
	// Waiting events were tried in vain and are tried again, or wait behind such; Dead ones are not.
	Waiting, Dead int64
}

// row is a subscription as the database returns it.
type row struct {
	Document    json.RawMessage  `json:"document"`
	Total       int              `json:"total"`
	Position    *domain.Position `json:"position"`
	Rewinds     *int             `json:"rewinds"`
	Owner       *string          `json:"owner"`
	Delivered   *int64           `json:"delivered"`
	Failures    *int64           `json:"failures"`
	LastSuccess *time.Time       `json:"last_success"`
	LastFailure *time.Time       `json:"last_failure"`
	LastError   *string          `json:"last_error"`
	Waiting     int64            `json:"waiting"`
	Dead        int64            `json:"dead"`
}

const columns = `s.document, count(*) OVER () AS total, d.position, d.rewinds, d.delivered, d.failures, d.last_success, d.last_failure, d.last_error,
	CASE WHEN d.lease_until > now() THEN d.owner END AS owner,
	(SELECT count(*) FROM gatelog.undelivered u WHERE u.subscription = s.id AND u.status <> 'dead') AS waiting,
	(SELECT count(*) FROM gatelog.undelivered u WHERE u.subscription = s.id AND u.status = 'dead') AS dead
	FROM subscriptions.subscriptions s LEFT JOIN gatelog.deliveries d ON d.subscription = s.id`

// Show returns a subscription, or subscriptions.ErrNotFound.
func (q *Queries) Show(ctx context.Context, tenant, id string) (View, error) {
	var r row
	err := q.rows.Get(ctx, &r, "SELECT "+columns+" WHERE s.tenant = $1 AND s.id = $2", tenant, id)
	if errors.Is(err, sql.ErrNoRows) {
		return View{}, subscriptions.ErrNotFound()
	}
	if err != nil {
		return View{}, fmt.Errorf("read a subscription: %w", err)
	}
	return r.view()
}

// List returns a page of the tenant's subscriptions by name, and their number in all.
func (q *Queries) List(ctx context.Context, tenant string, offset, limit int) ([]View, int, error) {
	var rows []row
	err := q.rows.Select(ctx, &rows, "SELECT "+columns+" WHERE s.tenant = $1 ORDER BY s.name LIMIT $2 OFFSET $3", tenant, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list subscriptions: %w", err)
	}
	var total int
	all := make([]View, 0, len(rows))
	for _, r := range rows {
		v, err := r.view()
		if err != nil {
			return nil, 0, err
		}
		all, total = append(all, v), r.Total
	}
	if len(rows) == 0 && offset > 0 {
		err = q.rows.Get(ctx, &total, "SELECT count(*) FROM subscriptions.subscriptions WHERE tenant = $1", tenant)
	}
	return all, total, err
}

func (r row) view() (View, error) {
	var v View
	if err := json.Unmarshal(r.Document, &v.Subscription); err != nil {
		return v, fmt.Errorf("read a subscription: %w", err)
	}
	v.Progress.Position = v.Start
	v.Waiting, v.Dead = r.Waiting, r.Dead
	if r.Position == nil {
		return v, nil
	}
	if *r.Rewinds == v.Rewinds { // else the sending has not begun again yet
		v.Progress.Position = *r.Position
	}
	v.Delivered, v.Failures, v.LastError = *r.Delivered, *r.Failures, *r.LastError
	v.LastSuccess, v.LastFailure = r.LastSuccess, r.LastFailure
	if r.Owner != nil {
		v.Owner = *r.Owner
	}
	return v, nil
}

// Undelivered is an event that was not delivered.
type Undelivered struct {
	Position  domain.Position `json:"position" doc:"Place in the log."`
	EventID   string          `json:"event_id"`
	EventType string          `json:"event_type"`
	Subject   string          `json:"subject" doc:"What it is about, as the log has it."`
	Attempts  int             `json:"attempts" doc:"How often it was tried."`
	NextAt    time.Time       `json:"next_at" doc:"When it is tried next; of a dead letter when it would have been."`
	Status    string          `json:"status" doc:"waiting: it is tried again, or waits behind one that is. dead: it is a dead letter. redrive: a dead letter that is about to be tried again."`
	LastError string          `json:"last_error" doc:"Why the last try failed."`
	UpdatedAt time.Time       `json:"updated_at" doc:"When that was."`
}

// Undelivered returns a page of the events of a subscription that were not delivered, those of a status when
// it is not empty, oldest first, and their number in all; or subscriptions.ErrNotFound.
func (q *Queries) Undelivered(ctx context.Context, tenant, id, status string, offset, limit int) ([]Undelivered, int, error) {
	if _, err := q.Show(ctx, tenant, id); err != nil {
		return nil, 0, err
	}
	all := []Undelivered{}
	err := q.rows.Select(ctx, &all, `SELECT position, event_id, event_type, subject, attempts, next_at, status, last_error, updated_at
		FROM gatelog.undelivered WHERE subscription = $1 AND ($2 = '' OR status = $2) ORDER BY position LIMIT $3 OFFSET $4`, id, status, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list undelivered events: %w", err)
	}
	var total int
	err = q.rows.Get(ctx, &total, "SELECT count(*) FROM gatelog.undelivered WHERE subscription = $1 AND ($2 = '' OR status = $2)", id, status)
	return all, total, err
}
