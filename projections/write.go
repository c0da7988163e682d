package projections

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// execer is a transaction, or what prepares its statements.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// write brings the changes into the tables of a schema. Rows travel as one JSON document per table,
// which Postgres turns into rows of the table's own types: one statement, whatever the number of
// rows, so that it can be prepared once.
func (c *Changes) write(ctx context.Context, tx execer, schema string, tables []Table) error {
	for _, t := range tables {
		changes := c.tables[t.Name]
		if changes == nil {
			continue
		}
		for _, column := range slices.Sorted(maps.Keys(changes.wheres)) {
			if _, err := tx.ExecContext(ctx, t.deleteWhereSQL(schema, column), pq.Array(changes.wheres[column])); err != nil {
				return fmt.Errorf("delete from %s by %s: %w", t.Name, column, err)
			}
		}
		put, gone := changes.split(t)
		if err := run(ctx, tx, t.deleteSQL(schema), gone); err != nil {
			return fmt.Errorf("delete from %s: %w", t.Name, err)
		}
		if err := run(ctx, tx, t.upsertSQL(schema), put); err != nil {
			return fmt.Errorf("write to %s: %w", t.Name, err)
		}
	}
	return nil
}

func run(ctx context.Context, tx execer, query string, rows []any) error {
	if len(rows) == 0 {
		return nil
	}
	document, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, query, string(document))
	return err
}

// split returns the rows to put and the keys to delete, sorted by key: two writers that meet lock
// rows in the same order.
func (c *tableChanges) split(t Table) (put, gone []any) {
	for _, key := range slices.Sorted(maps.Keys(c.rows)) {
		switch row := c.rows[key].(type) {
		case tombstone:
			named := make(map[string]string, len(t.Key))
			for i, column := range t.Key {
				named[column] = row.key[i]
			}
			gone = append(gone, named)
		default:
			put = append(put, row)
		}
	}
	return put, gone
}

func (t Table) qualified(schema string) string {
	return pq.QuoteIdentifier(schema) + "." + pq.QuoteIdentifier(t.Name)
}

func (t Table) deleteWhereSQL(schema, column string) string {
	return fmt.Sprintf("DELETE FROM %s WHERE %s = ANY($1)", t.qualified(schema), pq.QuoteIdentifier(column))
}

func (t Table) deleteSQL(schema string) string {
	same := make([]string, len(t.Key))
	for i, k := range t.Key {
		same[i] = fmt.Sprintf("t.%[1]s = k.%[1]s", pq.QuoteIdentifier(k))
	}
	return fmt.Sprintf("DELETE FROM %[1]s t USING json_populate_recordset(NULL::%[1]s, $1::json) k WHERE %[2]s",
		t.qualified(schema), strings.Join(same, " AND "))
}

func (t Table) upsertSQL(schema string) string {
	var columns, key, set []string
	for _, c := range t.columns {
		q := pq.QuoteIdentifier(c)
		columns = append(columns, q)
		if slices.Contains(t.Key, c) {
			key = append(key, q)
		} else {
			set = append(set, q+" = EXCLUDED."+q)
		}
	}
	action := "NOTHING"
	if len(set) > 0 {
		action = "UPDATE SET " + strings.Join(set, ", ")
	}
	list := strings.Join(columns, ", ")
	return fmt.Sprintf("INSERT INTO %[1]s (%[2]s) SELECT %[2]s FROM json_populate_recordset(NULL::%[1]s, $1::json) ON CONFLICT (%[3]s) DO %[4]s",
		t.qualified(schema), list, strings.Join(key, ", "), action)
}

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

func (t Table) copy(ctx context.Context, tx *sqlx.Tx, schema string, rows map[string]any) error {
	stmt, err := tx.PrepareContext(ctx, pq.CopyInSchema(schema, t.Name, t.columns...))
	if err != nil {
		return err
	}
	values := make([]any, len(t.columns))
	for _, row := range rows {
		if _, gone := row.(tombstone); gone {
			continue
		}
		v := reflect.ValueOf(row)
		for i := range values {
			values[i] = copyValue(v.Field(i))
		}
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	if _, err := stmt.ExecContext(ctx); err != nil {
		return err
	}
	return stmt.Close()
}

// copyValue returns a field as COPY takes it.
func copyValue(f reflect.Value) any {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil
		}
		f = f.Elem()
	}
	if raw, ok := f.Interface().(json.RawMessage); ok {
		if raw == nil {
			return nil
		}
		return string(raw)
	}
	switch f.Kind() {
	case reflect.String:
		return f.String()
	case reflect.Int, reflect.Int64:
		return f.Int()
	case reflect.Uint64:
		return int64(f.Uint())
	default:
		return f.Interface()
	}
}
