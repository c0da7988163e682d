package projections

// Changes collects what events change, the newest state of each row only: a batch of any size is
// written as if its events came one by one.
type Changes struct {
	tables map[string]*tableChanges
	rows   int
}

// NewChanges returns an empty collection.
func NewChanges() *Changes { return &Changes{tables: map[string]*tableChanges{}} }

// Rows is the number of rows that are put or deleted.
func (c *Changes) Rows() int { return c.rows }

// tableChanges is what changes in one table: first the rows of the wheres go, then rows are put or
// deleted by key.
type tableChanges struct {
	wheres  map[string][]string // column -> values whose rows go
	rows    map[string]any      // key -> row, or a tombstone
	columns map[string]index    // column -> its index, once asked for
}

// index finds pending rows by the value of a column.
type index map[string]map[string]bool

// tombstone stands for a row that is deleted by its key.
type tombstone struct{ key []string }

func (c *Changes) table(t Table) *tableChanges {
	changes := c.tables[t.Name]
	if changes == nil {
		changes = &tableChanges{wheres: map[string][]string{}, rows: map[string]any{}, columns: map[string]index{}}
		c.tables[t.Name] = changes
	}
	return changes
}

// set makes a row, or a tombstone, what is pending for a key.
func (c *Changes) set(t Table, key string, row any) {
	changes := c.table(t)
	changes.forget(t, key)
	if _, known := changes.rows[key]; !known {
		c.rows++
	}
	changes.rows[key] = row
	changes.remember(t, key, row)
}

// deleteWhere makes all rows go whose column has the value.
func (c *Changes) deleteWhere(t Table, column, value string) {
	changes := c.table(t)
	changes.wheres[column] = append(changes.wheres[column], value)
	c.rows++
	// A pending row goes, too, and so does what the table has under its key, which may have another
	// value in the column.
	for key := range changes.indexed(t, column)[value] {
		c.set(t, key, tombstone{split(key)})
	}
}

// size implements pending.
func (c *Changes) size() int { return c.rows }

// rowsOf implements pending.
func (c *Changes) rowsOf(t Table) map[string]any { return c.table(t).rows }

// add implements pending: what later events change, as if they had come one by one.
func (c *Changes) add(tables []Table, s step) {
	for _, t := range tables {
		changes := s.changes.tables[t.Name]
		if changes == nil {
			continue
		}
		for column, values := range changes.wheres {
			for _, value := range values {
				c.deleteWhere(t, column, value)
			}
		}
		for key, row := range changes.rows {
			c.set(t, key, row)
		}
	}
}

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
	if _, gone := row.(tombstone); gone {
		return
	}
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
