package apig

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/projections"
)

// How many versions are read from the table at a time, and looked at at once.
const (
	verifyPage   = 500
	verifyAtOnce = 8
)

// VerifyVersions reads the definition of every version back from the log: the position that the table
// versions has must hold the publication that made the version, and what it refers to (the definition,
// the variables, the group) must be readable there. found is called with each version of which that is
// not so, one at a time. It returns how many versions there were. Rows that appear or go meanwhile may be left out.
func (q *Queries) VerifyVersions(ctx context.Context, found func(projections.Difference)) (int, error) {
	n, after := 0, ""
	for {
		var rows []VersionRow
		err := q.rows.Select(ctx, &rows, "SELECT * FROM apig.versions WHERE id > $1 ORDER BY id LIMIT $2", after, verifyPage)
		if err != nil {
			return n, fmt.Errorf("verify versions: %w", err)
		}
		if err := q.verifyRows(ctx, rows, found); err != nil {
			return n, err
		}
		n += len(rows)
		if len(rows) < verifyPage {
			return n, nil
		}
		after = rows[len(rows)-1].ID
	}
}

// verifyRows looks at some versions at once: each waits for the log most of its time.
func (q *Queries) verifyRows(ctx context.Context, rows []VersionRow, found func(projections.Difference)) error {
	var one sync.Mutex
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(verifyAtOnce)
	for _, row := range rows {
		work.Go(func() error {
			err := q.verifyVersion(ctx, row, func(d projections.Difference) {
				one.Lock()
				defer one.Unlock()
				found(d)
			})
			if err != nil {
				return fmt.Errorf("verify version %s: %w", row.ID, err)
			}
			return nil
		})
	}
	return work.Wait()
}

// verifyVersion returns an error only when the log can't be read at all.
func (q *Queries) verifyVersion(ctx context.Context, row VersionRow, found func(projections.Difference)) error {
	v, err := q.VersionAt(ctx, row.Tenant, row.Position)
	if err == nil && v.Published.VersionID == row.ID {
		return nil
	}
	d := projections.Difference{
		Projection: "apig", Table: "versions", Key: row.ID,
		Expected: fmt.Sprintf("the definition of the version, folded at position %d of the log", row.Position),
		Found:    fmt.Sprintf("version %s", v.Published.VersionID),
	}
	if err != nil {
		if _, dead := q.log.Head(ctx); dead != nil {
			return errors.Join(err, dead)
		}
		d.Found = err.Error()
	}
	found(d)
	return nil
}
