package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// stopFull stops the full instance's server, so that its engines are free.
func (b *bench) stopFull() error {
	if b.full == nil {
		return nil
	}
	s := b.full
	b.full = nil
	return s.stop()
}

// measureRebuild rebuilds the read models from the log, in this process, and copies the same rows from
// memory into the same tables.
func measureRebuild(ctx context.Context, b *bench) (result, error) {
	if err := b.seed(ctx); err != nil {
		return result{}, err
	}
	if err := b.stopFull(); err != nil {
		return result{}, err
	}
	var r result
	// For both sides, as the server and 'gatelog replay' have it.
	defer debug.SetGCPercent(debug.SetGCPercent(node.GCPercent))
	err := b.withEngines(ctx, func(e *node.Engines, db *sqlx.DB) error {
		p := projectionsapig.New()
		copied, err := readTables(ctx, db, p)
		if err != nil {
			return err
		}
		var inOurs, inBare phases
		stop, err := b.profile.own("rebuild")
		if err != nil {
			return err
		}
		all, err := b.takeTurns(ctx, b.rebuilds, func(ctx context.Context, _ int) (sample, error) {
			began := time.Now()
			err := projections.Rebuild(ctx, db, e.Log, p, inOurs.hear)
			return sample{count: copied.count, took: time.Since(began)}, err
		}, func(ctx context.Context, _ int) (sample, error) {
			began := time.Now()
			var err error
			inBare, err = copied.write(ctx, db, p)
			return sample{count: copied.count, took: time.Since(began)}, err
		})
		if err := errors.Join(err, stop()); err != nil {
			return err
		}
		r = compare(all[0], all[1], "COPY of the same rows")
		r.Notes = []string{
			fmt.Sprintf("%d rows of %d events; ours, last round: %s", copied.count, inOurs.events, inOurs.text()), "bare: " + inBare.text(),
		}
		return nil
	})
	return r, err
}

// phases are the parts of a rebuild and how long each took.
type phases struct {
	names  []string
	ends   []time.Duration
	events int
}

// hear takes a report of a rebuild.
func (p *phases) hear(at projections.Progress) {
	n := len(p.names)
	if n > 0 && at.Elapsed < p.ends[n-1] { // the next rebuild
		*p = phases{}
		n = 0
	}
	p.events = at.Events
	if n == 0 || p.names[n-1] != at.Phase {
		p.names, p.ends = append(p.names, at.Phase), append(p.ends, at.Elapsed)
	}
}

func (p *phases) done(name string, began time.Time) {
	p.names, p.ends = append(p.names, name), append(p.ends, time.Since(began))
}

// text names when each phase began or ended, in seconds since the start.
func (p phases) text() string {
	parts := make([]string, len(p.names))
	for i, name := range p.names {
		parts[i] = fmt.Sprintf("%s at %.2f s", name, p.ends[i].Seconds())
	}
	return strings.Join(parts, ", ")
}

// copies are the rows of all tables, in memory.
type copies struct {
	rows  map[string][][]any // by table
	count int
}

func readTables(ctx context.Context, db *sqlx.DB, p *projections.Projection) (copies, error) {
	c := copies{rows: map[string][][]any{}}
	for _, t := range p.Tables {
		rows, err := readTable(ctx, db, p.Name, t)
		if err != nil {
			return c, fmt.Errorf("read %s: %w", t.Name, err)
		}
		c.rows[t.Name] = rows
		c.count += len(rows)
	}
	return c, nil
}

func readTable(ctx context.Context, db *sqlx.DB, schema string, t projections.Table) ([][]any, error) {
	rows, err := db.QueryxContext(ctx, "SELECT "+strings.Join(t.Columns(), ", ")+" FROM "+pq.QuoteIdentifier(schema)+"."+pq.QuoteIdentifier(t.Name))
	if err != nil {
		return nil, err
	}
	var all [][]any
	for rows.Next() {
		row, err := rows.SliceScan()
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		for i, value := range row {
			if text, ok := value.([]byte); ok {
				row[i] = string(text) // COPY takes bytes for bytea
			}
		}
		all = append(all, row)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// copySchema is where the bare copy writes to.
const copySchema = "bench_copy"

// write copies all rows into new tables, as a rebuild does: tables, COPY, indexes, one transaction.
func (c copies) write(ctx context.Context, db *sqlx.DB, p *projections.Projection) (phases, error) {
	began := time.Now()
	var done phases
	tables, indexes, _ := strings.Cut(p.DDL, "-- indexes\n")
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return done, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	_, err = tx.ExecContext(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; CREATE SCHEMA %[1]s; SET LOCAL search_path TO %[1]s; %[2]s", copySchema, tables))
	if err != nil {
		return done, err
	}
	done.done("copying", began)
	for _, t := range p.Tables {
		if err := copyTable(ctx, tx, t, c.rows[t.Name]); err != nil {
			return done, fmt.Errorf("copy into %s: %w", t.Name, err)
		}
	}
	done.done("making indexes", began)
	if _, err := tx.ExecContext(ctx, indexes); err != nil {
		return done, err
	}
	err = tx.Commit()
	done.done("done", began)
	return done, err
}

func copyTable(ctx context.Context, tx *sqlx.Tx, t projections.Table, rows [][]any) error {
	fill, err := tx.PrepareContext(ctx, fmt.Sprintf("COPY %s.%s (%s) FROM STDIN", copySchema, t.Name, strings.Join(t.Columns(), ", ")))
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := fill.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	if _, err := fill.ExecContext(ctx); err != nil {
		return err
	}
	return fill.Close()
}
