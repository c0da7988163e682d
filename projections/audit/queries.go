package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
)

// Queries answers for the audit trail. All members but DB may be nil.
type Queries struct {
	DB *sqlx.DB
	// Log is asked for what a thing was before a change when the record of that is not kept any more.
	Log eventstore.Log
	// Await returns when all that has been recorded by now is in Postgres, or with an error when ctx ends first.
	Await func(ctx context.Context) error
	// Keep hides what is due to go.
	Keep Retention

	commonFrom int // see usualCommon; 0 is that
}

// Bounds of one query.
const (
	queryTimeout = 15 * time.Second
	awaitTimeout = 3 * time.Second
	pageMost     = 500
)

// Complete waits until all that has been recorded by now can be asked for. It returns false when that takes more
// than three seconds: after an upgrade, or while Postgres or the broker are slow.
func (q *Queries) Complete(ctx context.Context) bool {
	if q.Await == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, awaitTimeout)
	defer cancel()
	return q.Await(ctx) == nil
}

// columns that both kinds of records have.
const columns = "r.id, r.tenant, r.time, r.user_id, r.user_name, r.key, r.address, r.client, r.surface, r.operation, r.request, r.reason"

// A request is one record, even when it is in the log and among the attempts: it changed something, and yet its
// client was told that it failed. Then it is listed as the attempt, with the changes.
const (
	madeSQL = "SELECT " + columns + `, 'accepted' AS outcome, '' AS method, '' AS path, '' AS instance, '' AS kind,
		'' AS resource, 0 AS status, '' AS code, '' AS message FROM audit.records r`
	notAttempted = "NOT EXISTS (SELECT 1 FROM attempts.records a WHERE a.id = r.id)"
	attemptSQL   = "SELECT " + columns + `, r.outcome, r.method, r.path, r.instance, r.kind,
		r.resource, r.status, r.code, r.message FROM attempts.records r`
)

// List returns the records of a filter, the newest first unless the page says otherwise, and the cursor for those
// behind them; it is empty when there are none. The first three changes of each come with it, without their
// documents. Errors: domain.CodeInvalid for a cursor, domain.CodeUnavailable for a search that takes too long.
func (q *Queries) List(ctx context.Context, f Filter, p Page) (list []Record, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	p.Limit = min(max(p.Limit, 1), pageMost)
	words, err := q.words(ctx, f)
	if err != nil {
		return nil, "", slow(ctx, err)
	}
	query, args, err := q.query(f, p, words)
	if err != nil || query == "" {
		return nil, "", err
	}
	var rows []unionRow
	if err := q.DB.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, "", slow(ctx, fmt.Errorf("list the audit trail: %w", err))
	}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		next = rows[p.Limit-1].place().cursor()
	}
	list = make([]Record, len(rows))
	for i, row := range rows {
		list[i] = row.record()
	}
	return list, next, slow(ctx, q.summarise(ctx, list))
}

// slow tells a query that took too long from one that failed.
func slow(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", domain.Errorf(domain.CodeUnavailable, "the search takes too long: narrow it, by from and to first"), err)
	}
	return err
}

// query returns the text for a page and one record more; it is empty for a search of no words.
func (q *Queries) query(f Filter, p Page, words []word) (string, []any, error) {
	var after *place
	if p.After != "" {
		at, err := placeOf(p.After)
		if err != nil {
			return "", nil, err
		}
		after = &at
	}
	if q.Keep.For > 0 && f.From.Before(q.Keep.begin()) {
		f.From = q.Keep.begin()
	}
	if f.Text != "" && len(words) == 0 {
		return "", nil, nil // no letters and digits: in no record
	}
	direction := "DESC"
	if p.Ascending {
		direction = "ASC"
	}
	order := fmt.Sprintf(" ORDER BY time %[1]s, id %[1]s LIMIT %[2]d", direction, p.Limit+1)
	var w where
	var parts []string
	if (f.Outcome == "" || f.Outcome == audit.Accepted) && f.Code == "" {
		w.common(f, after, p.Ascending)
		w.made(f, words)
		parts = append(parts, "("+madeSQL+" WHERE "+w.sql()+order+")")
	}
	w.common(f, after, p.Ascending)
	w.attempted(f, words)
	parts = append(parts, "("+attemptSQL+" WHERE "+w.sql()+order+")")
	if len(parts) == 1 {
		return parts[0], w.args, nil
	}
	return strings.Join(parts, " UNION ALL ") + order, w.args, nil
}

// usualCommon is from how many changes on a word is common. Of a rare one the records are looked up first; for a
// common one the newest records are looked through, of which the first few match.
const usualCommon = 10_000

// words looks up the words of a filter's text.
func (q *Queries) words(ctx context.Context, f Filter) ([]word, error) {
	most := cmp.Or(q.commonFrom, usualCommon)
	var all []word
	for _, query := range search(f.Text) {
		var w where
		w.add("c.words @@ %s::tsquery", query)
		w.equal("c.tenant", f.Tenant)
		one := word{query: query}
		text := fmt.Sprintf("SELECT c.record FROM audit.changes c WHERE %s LIMIT %d", w.sql(), most)
		if err := q.DB.SelectContext(ctx, &one.records, text, w.args...); err != nil {
			return nil, fmt.Errorf("search the audit trail: %w", err)
		}
		one.common = len(one.records) == most
		slices.Sort(one.records)
		one.records = slices.Compact(one.records)
		all = append(all, one)
	}
	return all, nil
}

const summarySQL = `SELECT of.id AS record, c.type, c.kind, c.resource, c.instance, c.name, c.position, c.command, c.total
	FROM unnest($1::text[]) AS of (id) CROSS JOIN LATERAL (
		SELECT type, kind, resource, instance, name, position, command, count(*) OVER () AS total FROM audit.changes
		WHERE record = of.id ORDER BY position LIMIT 3) c ORDER BY record, position`

// summarise adds what each record of a list is about.
func (q *Queries) summarise(ctx context.Context, list []Record) error {
	if len(list) == 0 {
		return nil
	}
	at, ids := make(map[string]*Record, len(list)), make([]string, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	var rows []summaryRow
	if err := q.DB.SelectContext(ctx, &rows, summarySQL, pq.Array(ids)); err != nil {
		return fmt.Errorf("list what was changed: %w", err)
	}
	for _, row := range rows {
		r := at[row.Record]
		if r.Changed == 0 {
			r.Position, r.Command, r.Resources = row.Position, row.Command, nil // what was changed, not what the path names
		}
		r.Changed, r.Resources = row.Total, append(r.Resources, Resource{row.Type, row.Kind, row.Resource, row.Instance, row.Name})
	}
	return nil
}

// Show returns a record with all its changes. Error: domain.CodeNotFound, also for one of another tenant.
func (q *Queries) Show(ctx context.Context, tenant, id string) (Detail, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	var w where
	w.equal("r.id", id, "r.tenant", tenant)
	if q.Keep.For > 0 {
		w.add("r.time >= %s", q.Keep.begin())
	}
	var rows []unionRow
	if err := q.DB.SelectContext(ctx, &rows, madeSQL+" WHERE "+notAttempted+" AND "+w.sql()+" UNION ALL "+attemptSQL+" WHERE "+w.sql(), w.args...); err != nil {
		return Detail{}, fmt.Errorf("show a record of the audit trail: %w", err)
	}
	if len(rows) == 0 {
		return Detail{}, domain.Errorf(domain.CodeNotFound, "the audit trail has no record %s, or does not keep it any more", id)
	}
	list := []Record{rows[0].record()}
	if err := q.summarise(ctx, list); err != nil {
		return Detail{}, err
	}
	all, err := q.details(ctx, list)
	if err != nil {
		return Detail{}, err
	}
	return all[0], nil
}

// detailsSQL reads changes, each with the one that the resource, or its part, had before.
const detailsSQL = `SELECT c.record, c.id, c.position, c.command, c.tenant, c.surface, c.type, c.kind, c.resource, c.instance, c.name, c.member, c.part,
		c.gone, c.document, coalesce(b.document, '') AS before, coalesce(b.gone, false) AS before_gone, b.position IS NOT NULL AS before_known
	FROM audit.changes c LEFT JOIN LATERAL (
		SELECT p.document, p.gone, p.position FROM audit.changes p
		WHERE p.tenant = c.tenant AND p.surface = c.surface AND p.kind = c.kind AND p.resource = c.resource
			AND p.member = c.member AND p.part = c.part AND p.position < c.position
		ORDER BY p.position DESC LIMIT 1) b ON true
	WHERE c.record = ANY($1) ORDER BY c.position`

// details adds their changes to records.
func (q *Queries) details(ctx context.Context, list []Record) ([]Detail, error) {
	all, at := make([]Detail, len(list)), map[string]*Detail{}
	var ids []string
	for i, r := range list {
		all[i] = Detail{Record: r, Changes: []Change{}}
		if r.Changed > 0 {
			ids, at[r.ID] = append(ids, r.ID), &all[i]
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	var rows []detailRow
	if err := q.DB.SelectContext(ctx, &rows, detailsSQL, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read what was changed: %w", err)
	}
	for _, row := range rows {
		c, err := q.change(ctx, row)
		if err != nil {
			return nil, err
		}
		at[row.Record].Changes = append(at[row.Record].Changes, c)
	}
	return all, nil
}

// Bounds of an export: records that are read at once, and changes whose documents are.
const (
	exportPage    = 200
	exportChanges = 1000 // a record alone may have as many: an append of the log has no more
)

// Export calls each with the records of a filter in the order of the page, with all their changes if they are
// asked for, until there are no more or each fails. Those that come meanwhile are in when they belong behind where
// it is. page.Limit does not count.
func (q *Queries) Export(ctx context.Context, f Filter, page Page, changes bool, each func(d Detail) error) error {
	page.Limit = exportPage
	for {
		list, next, err := q.List(ctx, f, page)
		if err != nil {
			return err
		}
		for part := range portions(list) {
			if err := q.exportPart(ctx, part, changes, each); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

func (q *Queries) exportPart(ctx context.Context, part []Record, changes bool, each func(d Detail) error) error {
	if !changes {
		for _, r := range part {
			if err := each(Detail{Record: r}); err != nil {
				return err
			}
		}
		return nil
	}
	reading, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	all, err := q.details(reading, part)
	if err != nil {
		return slow(reading, err)
	}
	for _, d := range all {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

// portions cuts a list where the changes of its records would become too many to hold at once.
func portions(list []Record) func(yield func([]Record) bool) {
	return func(yield func([]Record) bool) {
		for len(list) > 0 {
			n, changes := 1, list[0].Changed
			for n < len(list) && changes+list[n].Changed <= exportChanges {
				changes += list[n].Changed
				n++
			}
			if !yield(slices.Clip(list[:n])) {
				return
			}
			list = list[n:]
		}
	}
}
