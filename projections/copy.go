package projections

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// copyInto fills empty tables with the rows, by COPY. Deletions have nothing to delete there.
func (c *Changes) copyInto(ctx context.Context, tx *sqlx.Tx, schema string, tables []Table) error {
	for _, t := range tables {
		changes := c.tables[t.Name]
		if changes == nil {
			continue
		}
		if err := t.copy(ctx, tx, schema, changes.rows); err != nil {
			return fmt.Errorf("copy into %s: %w", t.Name, err)
		}
	}
	return nil
}

func (t Table) copySQL(schema string) string {
	quoted := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i] = pq.QuoteIdentifier(c)
	}
	return fmt.Sprintf("COPY %s (%s) FROM STDIN", t.qualified(schema), strings.Join(quoted, ", "))
}

// copy writes the rows in the order of their keys, in which the index of the primary key is made
// fastest.
func (t Table) copy(ctx context.Context, tx *sqlx.Tx, schema string, rows map[string]any) (err error) {
	stmt, err := tx.PrepareContext(ctx, t.copySQL(schema))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	values := make([]any, len(t.columns))
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if _, gone := rows[key].(tombstone); gone {
			continue
		}
		v := reflect.ValueOf(rows[key])
		for i := range values {
			if values[i], err = copyValue(v.Field(i)); err != nil {
				return fmt.Errorf("column %s: %w", t.columns[i], err)
			}
		}
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	_, err = stmt.ExecContext(ctx)
	return err
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
		return f.String(), nil
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
	var text bytes.Buffer
	err := json.Compact(&text, raw)
	return text.String(), err
}
