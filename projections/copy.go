package projections

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"
)

// copy fills the empty tables with the pending rows, makes their indexes, and tells Postgres what is in
// them before anybody asks it for a good plan. Tables are filled at the same time as far as the pool has
// connections to spare. Deletions have nothing to delete there.
func (b *rebuild) copy(ctx context.Context, changes *Changes) error {
	indexes, err := b.p.indexes()
	if err != nil {
		return err
	}
	waiting := make(chan Table, len(b.p.Tables))
	for _, t := range bySize(changes, b.p.Tables) {
		waiting <- t
	}
	close(waiting)
	group, ctx := errgroup.WithContext(ctx)
	work := func(db beginner) error {
		for t := range waiting {
			err := inTx(ctx, db, func(tx *sqlx.Tx) error { return b.copyTable(ctx, tx, t, changes.table(t).rows, indexes[t.Name]) })
			if err != nil {
				return fmt.Errorf("copy into %s: %w", t.Name, err)
			}
		}
		return nil
	}
	group.Go(func() error { return work(b.conn) })
	if most := b.db.Stats().MaxOpenConnections; most == 0 || most > 1 {
		group.Go(func() error { return work(b.db) })
	}
	return group.Wait()
}

// bySize returns the tables, those with the most values first.
func bySize(changes *Changes, tables []Table) []Table {
	return slices.SortedStableFunc(slices.Values(tables), func(x, y Table) int {
		return cmp.Compare(len(changes.table(y).rows)*len(y.columns), len(changes.table(x).rows)*len(x.columns))
	})
}

func (b *rebuild) copyTable(ctx context.Context, tx *sqlx.Tx, t Table, rows map[string]any, indexes string) error {
	if err := t.copy(ctx, tx, b.schema, rows); err != nil {
		return err
	}
	if err := inSchema(ctx, tx, b.schema, indexes); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "ANALYZE "+t.qualified(b.schema))
	return err
}

// copySQL copies rows with the columns of the table and more.
func (t Table) copySQL(schema string, more ...string) string {
	return fmt.Sprintf("COPY %s (%s) FROM STDIN", t.qualified(schema), strings.Join(append(t.quotedColumns(), more...), ", "))
}

// copy writes the rows in the order of their keys, in which the index of the primary key is made
// fastest.
func (t Table) copy(ctx context.Context, tx execer, schema string, rows map[string]any) error {
	present := make(copied, 0, len(rows))
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if _, gone := rows[key].(tombstone); !gone {
			present = append(present, rows[key])
		}
	}
	return present.into(ctx, tx, t.copySQL(schema))
}

// copied are rows that are new to their table: as what a statement carries, they are written by COPY.
type copied []any

// into writes the rows by a COPY of their columns.
func (rows copied) into(ctx context.Context, tx execer, text string) (err error) {
	stmt, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	var values []any
	for _, row := range rows {
		if values, err = copyValues(values[:0], row); err != nil {
			return &unfoldable{err}
		}
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	_, err = stmt.ExecContext(ctx)
	return err
}

// copyValues adds the columns of a row, with those of its time where that is kept.
func copyValues(values []any, row any) ([]any, error) {
	if k, ok := row.(kept); ok {
		values, err := copyValues(values, k.row)
		return append(values, int64(k.Since), int64(k.Until)), err
	}
	v := reflect.ValueOf(row)
	for i := range v.NumField() {
		value, err := copyValue(v.Field(i))
		if err != nil {
			return values, fmt.Errorf("field %s: %w", v.Type().Field(i).Name, err)
		}
		values = append(values, value)
	}
	return values, nil
}

// copyValue returns a field as COPY takes it: the same value that the JSON of a row gives.
func copyValue(f reflect.Value) (any, error) {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil, nil
		}
		f = f.Elem()
	}
	if f.Type() == rawType {
		return copyJSON(f.Bytes())
	}
	switch f.Kind() {
	case reflect.String:
		return strings.ToValidUTF8(f.String(), string(utf8.RuneError)), nil
	case reflect.Int, reflect.Int64:
		return f.Int(), nil
	case reflect.Uint64:
		return int64(f.Uint()), nil
	default:
		return f.Interface(), nil
	}
}

// copyJSON returns JSON without the space that the JSON of a row has not, either; null is NULL.
func copyJSON(raw json.RawMessage) (any, error) {
	if raw == nil || string(raw) == "null" {
		return nil, nil
	}
	if compact(raw) {
		return string(raw), nil
	}
	var text bytes.Buffer
	err := json.Compact(&text, raw)
	return text.String(), err
}

// compact reports whether JSON has no space between its values, as what json.Marshal wrote.
func compact(raw []byte) bool {
	inText, escaped := false, false
	for _, b := range raw {
		switch {
		case escaped:
			escaped = false
		case b == '"':
			inText = !inText
		case inText:
			escaped = b == '\\'
		case b == ' ', b == '\n', b == '\t', b == '\r':
			return false
		}
	}
	return true
}
