package projections

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/envelope"
)

// benchHistory fills a world's log with n events about n things of a usual size.
func benchHistory(b *testing.B, w *world, n int) []eventstore.Recorded {
	b.Helper()
	doc := []byte(`{"text":"` + strings.Repeat("x", 500) + `"}`)
	events := make([]domain.Event, n)
	for i := range events {
		events[i] = put{ID: fmt.Sprintf("%032d", i*7919%n), Owner: fmt.Sprint("o", i%50), Count: i % 900, Doc: doc, Tags: []string{"red"}}
	}
	w.happen(b, events...)
	return eventstoretest.All(b, w.log)
}

// BenchmarkApply measures batches of so many events, each one transaction, against the bare rows as
// one INSERT each in a transaction of its own.
func BenchmarkApply(b *testing.B) {
	w := newWorld(b)
	r := w.owner(b)
	all := benchHistory(b, w, 20_000)
	report := func(b *testing.B, n int) { b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s") }
	b.Run("bare insert of two rows", func(b *testing.B) {
		w.empty(b)
		first, err := r.statements.Prepare(b.Context(), "INSERT INTO toy.things SELECT $1, 'o', 1, 0, true, NULL, now(), NULL, 1, $2::jsonb, NULL")
		if err != nil {
			b.Fatal(err)
		}
		second, err := r.statements.Prepare(b.Context(), "INSERT INTO toy.tags VALUES ($1, 'red', 'o')")
		if err != nil {
			b.Fatal(err)
		}
		doc := `{"text":"` + strings.Repeat("x", 500) + `"}`
		for i := 0; b.Loop(); i++ {
			id := fmt.Sprint(i)
			tx, err := r.DB.BeginTxx(b.Context(), nil)
			if err == nil {
				_, err = tx.StmtxContext(b.Context(), first).Exec(id, doc)
			}
			if err == nil {
				_, err = tx.StmtxContext(b.Context(), second).Exec(id)
			}
			if err == nil {
				err = tx.Commit()
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		report(b, 1)
	})
	for _, size := range []int{1, 10, 100, 2000} {
		b.Run(fmt.Sprintf("batches of %d", size), func(b *testing.B) {
			w.empty(b)
			at, next := domain.Position(0), 0
			for b.Loop() {
				if next+size > len(all) {
					b.StopTimer()
					w.empty(b)
					at, next = 0, 0
					b.StartTimer()
				}
				var err error
				if at, err = r.applyBatch(b.Context(), at, all[next:next+size]); err != nil {
					b.Fatal(err)
				}
				next += size
			}
			report(b, size)
		})
	}
	b.Run("fold alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := fold(r.Projection, all[:2000]); err != nil {
				b.Fatal(err)
			}
		}
		report(b, 2000)
	})
	b.Run("fold and plan", func(b *testing.B) {
		for b.Loop() {
			steps, err := fold(r.Projection, all[:2000])
			if err != nil {
				b.Fatal(err)
			}
			if _, err := steps[0].changes.plan("toy", r.Projection.Tables); err != nil {
				b.Fatal(err)
			}
		}
		report(b, 2000)
	})
}

// BenchmarkRebuild measures a rebuild and a verification of the whole, against a bare copy of the rows
// inside Postgres.
func BenchmarkRebuild(b *testing.B) {
	const n = 50_000
	w := newWorld(b)
	benchHistory(b, w, n)
	report := func(b *testing.B) { b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s") }
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			if err := Rebuild(b.Context(), w.db, w.log, newToy(known), nil); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("rebuild by upserts", func(b *testing.B) {
		for b.Loop() {
			err := rebuildWithin(b.Context(), w.db, w.log, newToy(known), func(Progress) {}, bounds{rows: 5000, bytes: 1 << 30, behind: 500, batch: envelope.BatchMessages})
			if err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := Verify(b.Context(), w.db, w.log, newToy(known), func(d Difference) { b.Error(d) }); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("bare copy of the tables", func(b *testing.B) {
		_, indexes := newToy(known).ddl()
		for b.Loop() {
			_, err := w.db.ExecContext(context.Background(), `DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare;
				CREATE TABLE bare.things AS TABLE toy.things; CREATE TABLE bare.tags AS TABLE toy.tags;
				SET search_path TO bare; `+indexes+`; RESET search_path`)
			if err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
}
