package projections

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Difference is a row of a read model that is not what the log says.
type Difference struct {
	Projection string `json:"projection"`
	Table      string `json:"table"`
	Key        string `json:"key"`
	Expected   string `json:"expected"` // JSON of the row by the fold of the log; empty: no such row
	Found      string `json:"found"`    // JSON of the row in the table; empty: no such row
}

// Verify folds the log up to the checkpoint of a projection and compares every row of its tables, as
// they are at that checkpoint, with the fold. found is called with each difference. It returns the
// position and the number of rows that were compared.
func Verify(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, found func(Difference)) (at domain.Position, rows int, err error) {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return 0, 0, fmt.Errorf("verify %s: %w", p.Name, err)
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	// A long verification holds its snapshot idle while it reads the log.
	if _, err = tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return 0, 0, fmt.Errorf("verify %s: %w", p.Name, err)
	}
	if err = tx.GetContext(ctx, &at, "SELECT position FROM gatelog.checkpoints WHERE name = $1", p.Name); err != nil {
		return 0, 0, fmt.Errorf("verify %s: %w", p.Name, err)
	}
	changes := NewChanges()
	err = log.Read(ctx, 0, eventstore.Position(at), func(r eventstore.Recorded) error {
		return fold(p, []eventstore.Recorded{r}, changes)
	}, p.Filter())
	if err != nil {
		return at, 0, fmt.Errorf("verify %s: %w", p.Name, err)
	}
	for _, t := range p.Tables {
		n, err := t.compare(ctx, tx, p.Name, changes.table(t.Name).rows, found)
		if err != nil {
			return at, rows, fmt.Errorf("verify %s.%s: %w", p.Name, t.Name, err)
		}
		rows += n
	}
	return at, rows, nil
}

// compare reads every row of a table and takes it off the expected ones.
func (t Table) compare(ctx context.Context, tx *sqlx.Tx, schema string, expected map[string]any, found func(Difference)) (int, error) {
	rows, err := tx.QueryxContext(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.qualified(schema))
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		got := reflect.New(t.row)
		if err := rows.StructScan(got.Interface()); err != nil {
			return n, errors.Join(err, rows.Close())
		}
		n++
		key := join(t.keyOf(got.Elem()))
		want := expected[key]
		delete(expected, key)
		if err := t.differ(schema, key, want, got.Elem().Interface(), found); err != nil {
			return n, errors.Join(err, rows.Close())
		}
	}
	for _, key := range slices.Sorted(maps.Keys(expected)) {
		if err := t.differ(schema, key, expected[key], nil, found); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// differ reports a row that is not as expected; either may be nil or a tombstone for 'no row'.
func (t Table) differ(schema, key string, want, got any, found func(Difference)) error {
	expected, err := canonical(want)
	if err != nil {
		return err
	}
	actual, err := canonical(got)
	if err != nil {
		return err
	}
	if expected != actual {
		found(Difference{
			Projection: schema, Table: t.Name, Key: strings.ReplaceAll(key, "\x00", "/"),
			Expected: expected, Found: actual,
		})
	}
	return nil
}

// canonical is the JSON of a row, the same for the same values.
func canonical(row any) (string, error) {
	if _, gone := row.(tombstone); gone || row == nil {
		return "", nil
	}
	text, err := json.Marshal(row)
	return string(text), err
}
