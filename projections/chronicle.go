package projections

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/gatelog/gatelog/domain"
)

// chronicle collects every state that events give the rows, and when the rows that the tables have end.
// Make it with newChronicle.
type chronicle struct {
	tables map[string]*tableChronicle
	rows   int
}

// chronicleMost is how many rows a rebuild of the past holds before it writes them.
const chronicleMost = 20_000

// kept is a row as it was from one position on until another.
type kept struct {
	row          any
	Since, Until domain.Position
}

// open is the end of what has not ended. It is the largest number that Postgres keeps.
const open = domain.Position(math.MaxInt64)

// MarshalJSON returns the row with the columns of its time.
func (k kept) MarshalJSON() ([]byte, error) {
	row, err := json.Marshal(k.row, asIs)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(row[:len(row)-1], `,"since":%d,"until":%d}`, k.Since, k.Until), nil
}

// key tells the states of a row apart.
func (k kept) key(row string) string { return fmt.Sprint(row, separator, k.Since) }

// ending is a row of the tables that ends.
type ending struct {
	key []string
	at  domain.Position
}

// tableChronicle is what happens in one table. Rows that the table has end by a column or by their key;
// where both say so the earlier one counts.
type tableChronicle struct {
	wheres  map[string]map[string]domain.Position // column -> value -> where its rows end
	ended   map[string]ending                     // by key
	current *tableChanges                         // the rows that have not ended, as kept
	past    []kept
}

func newChronicle() *chronicle { return &chronicle{tables: map[string]*tableChronicle{}} }

func (h *chronicle) table(t Table) *tableChronicle {
	if h.tables[t.Name] == nil {
		h.tables[t.Name] = &tableChronicle{
			wheres: map[string]map[string]domain.Position{}, ended: map[string]ending{},
			current: &tableChanges{rows: map[string]any{}, columns: map[string]index{}},
		}
	}
	return h.tables[t.Name]
}

// size implements pending.
func (h *chronicle) size() int { return h.rows }

// add implements pending.
func (h *chronicle) add(tables []Table, s step) {
	for _, t := range tables {
		changes := s.changes.tables[t.Name]
		if changes == nil {
			continue
		}
		of := h.table(t)
		for column, values := range changes.wheres {
			for _, value := range values {
				of.endWhere(t, column, value, s.at)
			}
		}
		for key, row := range changes.rows {
			h.rows++
			of.end(t, key, keyOf(t, key, row), s.at)
			if _, gone := row.(tombstone); !gone {
				of.current.rows[key] = kept{row, s.at, open}
				of.current.remember(t, key, row)
			}
		}
	}
}

func keyOf(t Table, key string, row any) []string {
	if gone, ok := row.(tombstone); ok {
		return gone.key
	}
	return split(key)
}

// endWhere ends the rows whose column has the value.
func (h *tableChronicle) endWhere(t Table, column, value string, at domain.Position) {
	if h.wheres[column] == nil {
		h.wheres[column] = map[string]domain.Position{}
	}
	if _, before := h.wheres[column][value]; !before {
		h.wheres[column][value] = at
	}
	for key := range maps.Clone(h.current.indexed(t, column)[value]) {
		h.end(t, key, split(key), at)
	}
}

// end ends the row under a key: the one that is collected here, or else the one that the table has.
func (h *tableChronicle) end(t Table, key string, columns []string, at domain.Position) {
	current, here := h.current.rows[key].(kept)
	if here {
		h.current.forget(t, key)
		delete(h.current.rows, key)
		current.Until = at
		h.past = append(h.past, current)
		return
	}
	if _, before := h.ended[key]; !before {
		h.ended[key] = ending{columns, at}
	}
}

// rowsOf implements pending.
func (h *chronicle) rowsOf(t Table) map[string]any {
	of := h.table(t)
	all := make(map[string]any, len(of.past)+len(of.current.rows))
	for _, k := range of.past {
		all[k.key(join(t.keyOfRow(k.row)))] = k
	}
	for key, row := range of.current.rows {
		all[row.(kept).key(key)] = row
	}
	return all
}

// plan implements pending: first rows end, then come the new ones.
func (h *chronicle) plan(schema string, tables []Table) ([]statement, error) {
	var all []statement
	for _, t := range tables {
		of := h.tables[t.Name]
		if of == nil {
			continue
		}
		ends, err := pack(of.endings(schema, t))
		if err != nil {
			return nil, err
		}
		all = append(all, ends...)
		if kept := of.kept(); len(kept) > 0 {
			all = append(all, statement{"write to " + t.Name, t.copySQL(schema, sinceColumn, untilColumn), kept})
		}
	}
	return all, nil
}

// endings end the rows that the table has, by columns and by key.
func (h *tableChronicle) endings(schema string, t Table) []change {
	var all []change
	for _, column := range slices.Sorted(maps.Keys(h.wheres)) {
		var ends []any
		for _, value := range slices.Sorted(maps.Keys(h.wheres[column])) {
			ends = append(ends, map[string]any{column: value, untilColumn: h.wheres[column][value]})
		}
		all = append(all, change{"end rows of " + t.Name + " by " + column, t.endSQL(schema, []string{column}), ends})
	}
	return append(all, change{"end rows of " + t.Name, t.endSQL(schema, t.Key), h.ends(t)})
}

// ends returns the keys of rows that end, in order, each with the end.
func (h *tableChronicle) ends(t Table) (ends []any) {
	for _, key := range slices.Sorted(maps.Keys(h.ended)) {
		end := map[string]any{untilColumn: h.ended[key].at}
		for i, column := range t.Key {
			end[column] = h.ended[key].key[i]
		}
		ends = append(ends, end)
	}
	return ends
}

func (h *tableChronicle) kept() copied {
	all := make(copied, 0, len(h.past)+len(h.current.rows))
	for _, k := range h.past {
		all = append(all, k)
	}
	for _, key := range slices.Sorted(maps.Keys(h.current.rows)) {
		all = append(all, h.current.rows[key])
	}
	return all
}
