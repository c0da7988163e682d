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
	"github.com/gatelog/gatelog/internal/envelope"
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
// position and the number of rows that were compared. It holds the whole fold in memory. A rebuild that
// ends meanwhile waits with its swap.
func Verify(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, found func(Difference)) (at domain.Position, rows int, err error) {
	err = withConn(ctx, db, func(conn *sqlx.Conn) (err error) {
		// A snapshot knows the tables that are live now, but not the rows that were put there since it
		// was taken: nothing must be put in their place from before it on.
		if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock_shared(hashtext($1))", swapLock(p)); err != nil {
			return err
		}
		tx, err := conn.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
		v := verification{tx: tx, log: log, p: p, found: found}
		if at, err = v.begin(ctx); err == nil {
			rows, err = v.run(ctx, at)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("verify %s: %w", p.Name, err)
	}
	return at, rows, err
}

type verification struct {
	tx    *sqlx.Tx
	log   eventstore.Log
	p     *Projection
	found func(Difference)
}

// begin takes the snapshot, and returns the checkpoint in it.
func (v verification) begin(ctx context.Context) (domain.Position, error) {
	// A long verification holds its snapshot idle while it reads the log.
	if _, err := v.tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return 0, err
	}
	return checkpointAt(ctx, v.tx, v.p.Name)
}

func (v verification) run(ctx context.Context, at domain.Position) (rows int, err error) {
	expected := v.p.pending()
	err = foldLog(ctx, v.log, v.p, 0, at, envelope.BatchMessages, func(f folded) error {
		for _, s := range f.steps {
			expected.add(v.p.Tables, s)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, t := range v.p.Tables {
		n, err := v.compare(ctx, t, expected.rowsOf(t))
		rows += n
		if err != nil {
			return rows, fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return rows, nil
}

// compare reads every row of a table and takes it off the expected ones.
func (v verification) compare(ctx context.Context, t Table, expected map[string]any) (n int, err error) {
	columns := t.quotedColumns()
	if v.p.of != nil {
		columns = append(columns, sinceColumn, untilColumn)
	}
	rows, err := v.tx.QueryxContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.qualified(v.p.Name))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		key, got, err := v.scan(rows, t)
		if err != nil {
			return n, err
		}
		n++
		want := expected[key]
		delete(expected, key)
		if err := t.differ(v.p.Name, key, want, got, v.found); err != nil {
			return n, err
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	for _, key := range slices.Sorted(maps.Keys(expected)) {
		if err := t.differ(v.p.Name, key, expected[key], nil, v.found); err != nil {
			return n, err
		}
	}
	return n, nil
}

// scan reads a row, with the time that it was there for when that is kept.
func (v verification) scan(rows *sqlx.Rows, t Table) (key string, row any, err error) {
	got := reflect.New(t.row).Elem()
	into := make([]any, len(t.columns), len(t.columns)+2)
	for i := range into {
		into[i] = got.Field(i).Addr().Interface()
	}
	if v.p.of == nil {
		err = rows.Scan(into...)
		return join(t.keyOf(got)), got.Interface(), err
	}
	var k kept
	err = rows.Scan(append(into, &k.Since, &k.Until)...)
	k.row = got.Interface()
	return k.key(join(t.keyOf(got))), k, err
}

// differ reports a row that is not as expected; either may be nil or a tombstone for 'no row'.
func (t Table) differ(schema, key string, want, got any, found func(Difference)) error {
	expected, err := plain(want)
	if err != nil {
		return err
	}
	actual, err := plain(got)
	if err != nil || actual == expected {
		return err
	}
	if expected, err = canonical(expected); err != nil {
		return err
	}
	if actual, err = canonical(actual); err != nil {
		return err
	}
	if expected != actual {
		found(Difference{
			Projection: schema, Table: t.Name, Key: strings.ReplaceAll(key, separator, "/"),
			Expected: expected, Found: actual,
		})
	}
	return nil
}

// plain is the JSON of a row, empty for none.
func plain(row any) (string, error) {
	if _, gone := row.(tombstone); gone || row == nil {
		return "", nil
	}
	text, err := json.Marshal(row)
	return string(text), err
}

// canonical is the same for JSON that says the same: that of a column of type jsonb comes back in
// another order than it went in.
func canonical(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", err
	}
	same, err := json.Marshal(value)
	return string(same), err
}
