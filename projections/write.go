package projections

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lib/pq"
)

// execer is a transaction, or what prepares its statements.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statement is one step of writing changes. Their texts are few: as many as there are tables, times
// what can be done to one.
type statement struct {
	what, text string
	argument   any // a document, texts, or copied
}

// run carries the statement out.
func (s statement) run(ctx context.Context, tx execer) error {
	if rows, ok := s.argument.(copied); ok {
		return rows.into(ctx, tx, s.text)
	}
	_, err := tx.ExecContext(ctx, s.text, s.argument)
	return err
}

// documentBytes bounds what one statement carries.
const documentBytes = 4 << 20

// plan turns the changes into statements for the tables of a schema. Rows travel as JSON documents,
// which Postgres turns into rows of the table's own types: the same statement whatever the number of
// rows, so that it can be prepared once.
func (c *Changes) plan(schema string, tables []Table) ([]statement, error) {
	var plan []statement
	for _, t := range tables {
		changes := c.tables[t.Name]
		if changes == nil {
			continue
		}
		for _, column := range slices.Sorted(maps.Keys(changes.wheres)) {
			plan = append(plan, statement{"delete from " + t.Name + " by " + column,
				t.deleteWhereSQL(schema, column), pq.Array(changes.wheres[column])})
		}
		put, gone := changes.split(t)
		written, err := pack([]change{
			{"delete from " + t.Name, t.deleteSQL(schema), gone},
			{"write to " + t.Name, t.upsertSQL(schema), put},
		})
		if err != nil {
			return nil, err
		}
		plan = append(plan, written...)
	}
	return plan, nil
}

// change is rows, or what stands for them, and what a statement does with them.
type change struct {
	what, text string
	rows       []any
}

// pack turns changes into statements.
func pack(changes []change) (plan []statement, err error) {
	for _, c := range changes {
		documents, err := documents(c.rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.what, err)
		}
		for _, d := range documents {
			plan = append(plan, statement{c.what, c.text, d})
		}
	}
	return plan, nil
}

// asIs is how the JSON of rows is written: what columns hold of JSON must be well-formed and is copied then, with
// no look at the names and texts in it, which took most of the time.
var asIs = json.JoinOptions(
	jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true),
	json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true),
)

// documents packs rows into JSON lists.
func documents(rows []any) ([]string, error) {
	var all []string
	var text bytes.Buffer
	for i, row := range rows {
		separator := ","
		if text.Len() == 0 {
			separator = "["
		}
		text.WriteString(separator)
		if err := json.MarshalWrite(&text, row, asIs); err != nil {
			return nil, err
		}
		if text.Len() >= documentBytes || i == len(rows)-1 {
			text.WriteString("]")
			all = append(all, text.String())
			text.Reset()
		}
	}
	return all, nil
}

// run carries the statements out.
func run(ctx context.Context, tx execer, plan []statement) error {
	for _, s := range plan {
		if err := s.run(ctx, tx); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
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

func (t Table) quotedColumns() []string {
	all := make([]string, len(t.columns))
	for i, c := range t.columns {
		all[i] = pq.QuoteIdentifier(c)
	}
	return all
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
	var key, set []string
	for _, c := range t.columns {
		q := pq.QuoteIdentifier(c)
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
	list := strings.Join(t.quotedColumns(), ", ")
	return fmt.Sprintf("INSERT INTO %[1]s (%[2]s) SELECT %[2]s FROM json_populate_recordset(NULL::%[1]s, $1::json) ON CONFLICT (%[3]s) DO %[4]s",
		t.qualified(schema), list, strings.Join(key, ", "), action)
}
