package projections

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Table describes one table of a projection by its row type. Make it with NewTable.
type Table struct {
	Name    string
	Key     []string // columns of the primary key, all text
	columns []string
	fields  map[string]int // column -> index of the field
	times   []int          // fields that are points in time
	row     reflect.Type
}

// TableOf is a Table with the type of its rows.
type TableOf[R any] struct{ Table }

// NewTable describes a table whose rows are structs of type R: the json tags of its fields name the
// columns. Fields may be texts, booleans, numbers, time.Time, json.RawMessage (a column of type json
// or jsonb), what implements driver.Valuer, and pointers to them for columns that may be NULL; points
// in time are kept in whole microseconds. The tables must have no foreign keys: each is written by
// itself. It panics on fields that could not be written and read back as they are, a mistake of the
// program.
func NewTable[R any](name string, key ...string) TableOf[R] {
	t := Table{Name: name, Key: key, fields: map[string]int{}, row: reflect.TypeFor[R]()}
	for i := range t.row.NumField() {
		f := t.row.Field(i)
		column, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if column == "" || column == "-" || options != "" || !f.IsExported() || !writable(f.Type) {
			panic(fmt.Sprintf("projections: field %s of table %s is no column: it needs a json tag that is a name only, and a type that a column has", f.Name, name))
		}
		if f.Type == timeType || f.Type == reflect.PointerTo(timeType) {
			t.times = append(t.times, i)
		}
		t.columns = append(t.columns, column)
		t.fields[column] = i
	}
	for _, k := range key {
		if !t.isText(k) {
			panic(fmt.Sprintf("projections: key %s of table %s is no text column", k, name))
		}
	}
	return TableOf[R]{t}
}

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// writable reports whether a column can hold the type. Bytes can't: JSON has its own way with them.
func writable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == rawType:
		return true
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return false
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Interface:
		return false
	}
	return true
}

func (t Table) isText(column string) bool {
	i, ok := t.fields[column]
	return ok && t.row.Field(i).Type.Kind() == reflect.String
}

// Columns returns the columns in the order of the row type's fields.
func (t Table) Columns() []string { return slices.Clone(t.columns) }

// Put makes the row what the table has under its key.
func (t TableOf[R]) Put(c *Changes, row R) {
	v := reflect.ValueOf(&row).Elem()
	for _, i := range t.times {
		keepable(v.Field(i))
	}
	c.set(t.Table, join(t.keyOf(v)), row)
}

// keepable makes a point in time one that Postgres keeps as it is.
func keepable(f reflect.Value) {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return
		}
		own := f.Elem().Interface().(time.Time)
		f.Set(reflect.ValueOf(&own))
		f = f.Elem()
	}
	f.Set(reflect.ValueOf(f.Interface().(time.Time).UTC().Round(time.Microsecond)))
}

// Delete removes the row with the key, if any.
func (t TableOf[R]) Delete(c *Changes, key ...string) {
	if len(key) != len(t.Key) {
		panic("projections: delete from " + t.Name + " with an incomplete key")
	}
	c.set(t.Table, join(key), tombstone{key})
}

// DeleteWhere removes all rows whose text column has the value. It panics when there is no such
// column, a mistake of the program.
func (t TableOf[R]) DeleteWhere(c *Changes, column, value string) {
	if !t.isText(column) {
		panic("projections: " + column + " is no text column of " + t.Name)
	}
	c.deleteWhere(t.Table, column, value)
}

func (t Table) keyOf(row reflect.Value) []string {
	key := make([]string, len(t.Key))
	for i, k := range t.Key {
		key[i] = row.Field(t.fields[k]).String()
	}
	return key
}

func (t Table) keyOfRow(row any) []string { return t.keyOf(reflect.ValueOf(row)) }

// text returns a text column of a row.
func (t Table) text(row any, column string) string {
	if k, ok := row.(kept); ok {
		row = k.row
	}
	return reflect.ValueOf(row).Field(t.fields[column]).String()
}

// separator can't be part of an id.
const separator = "\x00"

// join makes one map key of a row's key.
func join(key []string) string { return strings.Join(key, separator) }

func split(key string) []string { return strings.Split(key, separator) }
