package projections

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Table describes one table of a projection by its row type. Make it with NewTable.
type Table struct {
	Name    string
	Key     []string // columns of the primary key, all text
	columns []string
	fields  map[string]int // column -> index of the field
	row     reflect.Type
}

// TableOf is a Table with the type of its rows.
type TableOf[R any] struct{ Table }

// NewTable describes a table whose rows are structs of type R: the json tags of its fields name the
// columns. It panics when a key column is no string field, a mistake of the program.
func NewTable[R any](name string, key ...string) TableOf[R] {
	t := Table{Name: name, Key: key, fields: map[string]int{}, row: reflect.TypeFor[R]()}
	for i := range t.row.NumField() {
		column, _, _ := strings.Cut(t.row.Field(i).Tag.Get("json"), ",")
		t.columns = append(t.columns, column)
		t.fields[column] = i
	}
	for _, k := range key {
		if i, ok := t.fields[k]; !ok || t.row.Field(i).Type.Kind() != reflect.String {
			panic(fmt.Sprintf("projections: key %s of table %s is no text column", k, name))
		}
	}
	return TableOf[R]{t}
}

// Columns returns the columns in the order of the row type's fields.
func (t Table) Columns() []string { return slices.Clone(t.columns) }

// Put makes the row what the table has under its key.
func (t TableOf[R]) Put(c *Changes, row R) {
	changes := c.table(t.Name)
	key := t.keyOf(reflect.ValueOf(row))
	changes.forget(t.Table, join(key))
	if _, known := changes.rows[join(key)]; !known {
		c.rows++
	}
	changes.rows[join(key)] = row
	changes.remember(t.Table, join(key), row)
}

// Delete removes the row with the key, if any.
func (t TableOf[R]) Delete(c *Changes, key ...string) {
	if len(key) != len(t.Key) {
		panic("projections: delete from " + t.Name + " with an incomplete key")
	}
	changes := c.table(t.Name)
	changes.forget(t.Table, join(key))
	if _, known := changes.rows[join(key)]; !known {
		c.rows++
	}
	changes.rows[join(key)] = tombstone{key}
}

// DeleteWhere removes all rows whose text column has the value.
func (t TableOf[R]) DeleteWhere(c *Changes, column, value string) {
	changes := c.table(t.Name)
	changes.wheres[column] = append(changes.wheres[column], value)
	for key := range changes.indexed(t.Table, column)[value] {
		changes.forget(t.Table, key)
		delete(changes.rows, key)
		c.rows--
	}
	c.rows++
}

func (t Table) keyOf(row reflect.Value) []string {
	key := make([]string, len(t.Key))
	for i, k := range t.Key {
		key[i] = row.Field(t.fields[k]).String()
	}
	return key
}

// text returns a text column of a row.
func (t Table) text(row any, column string) string {
	return reflect.ValueOf(row).Field(t.fields[column]).String()
}

// join makes one map key of a row's key; the separator can't be part of an id.
func join(key []string) string { return strings.Join(key, "\x00") }

// indexed returns the index of a column over the pending rows, made when first asked for.
func (c *tableChanges) indexed(t Table, column string) index {
	if ix, ok := c.columns[column]; ok {
		return ix
	}
	ix := index{}
	c.columns[column] = ix
	for key, row := range c.rows {
		if _, gone := row.(tombstone); !gone {
			ix.add(t.text(row, column), key)
		}
	}
	return ix
}

func (ix index) add(value, key string) {
	if ix[value] == nil {
		ix[value] = map[string]bool{}
	}
	ix[value][key] = true
}

// remember and forget keep the indexes in step with the rows.
func (c *tableChanges) remember(t Table, key string, row any) {
	for column, ix := range c.columns {
		ix.add(t.text(row, column), key)
	}
}

func (c *tableChanges) forget(t Table, key string) {
	row, ok := c.rows[key]
	if _, gone := row.(tombstone); !ok || gone {
		return
	}
	for column, ix := range c.columns {
		delete(ix[t.text(row, column)], key)
	}
}
