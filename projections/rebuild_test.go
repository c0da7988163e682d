package projections

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
)

// Rebuilds go on beside a runner that writes and readers that read: no reader ever sees less than
// before, and in the end every event has taken effect.
func TestRebuildBesideReadersAndAWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.happen(t, puts(200, 1)...)
	start(t, w.runner(t, "n1"))
	w.await(t, last)

	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 2 {
		statements := NewStatements(w.pool(t))
		group.Go(func() {
			rows, at := 0, domain.Position(0)
			for ctx.Err() == nil {
				var n int
				err := statements.Get(t.Context(), &n, "SELECT count(*) FROM toy.things t JOIN toy.tags g ON g.thing_id = t.id WHERE g.tag = $1", "x")
				if err == nil && n < rows {
					t.Errorf("%d rows, there were %d before", n, rows)
				}
				var position domain.Position
				if err == nil {
					err = statements.Get(t.Context(), &position, "SELECT position FROM gatelog.checkpoints WHERE name = $1", "toy")
				}
				if err != nil || position < at {
					t.Errorf("checkpoint at %d, it was at %d before; %v", position, at, err)
					return
				}
				rows, at = n, position
			}
		})
	}
	group.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			last = w.happen(t, put{ID: fmt.Sprint("w", i), Owner: "x", Tags: []string{"x"}})
			if err := w.marks.Await(t.Context(), "toy", last); err != nil {
				t.Error(err)
			}
		}
	})
	group.Go(func() {
		for ctx.Err() == nil {
			_, _, err := Verify(t.Context(), w.db, w.log, newToy(known), func(d Difference) { t.Errorf("verify found %+v", d) })
			if err != nil {
				t.Error(err)
			}
		}
	})
	for range 5 {
		if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
			t.Error(err)
		}
	}
	cancel()
	group.Wait()
	w.await(t, last)
	w.expect(t, last)
	w.expectNoLeftovers(t)
}

func (w *world) expectNoLeftovers(t testing.TB) {
	t.Helper()
	var schemas []string
	err := w.db.SelectContext(t.Context(), &schemas, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'toy%' ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"toy"}, schemas); diff != "" {
		t.Errorf("schemas (-want +got):\n%s", diff)
	}
}

// What comes in while a rebuild works is in the new tables, whether the runner has applied it or not.
func TestRebuildCatchesUp(t *testing.T) {
	t.Parallel()
	for name, applied := range map[string]bool{"with the live tables": true, "with the log": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.owner(t)
			w.happen(t, puts(20, 1)...)
			w.apply(t, r, 100)
			var last domain.Position
			report := func(p Progress) {
				if p.Phase != "catching up" { // it is about to swap
					return
				}
				last = w.happen(t, puts(30, 2)...)
				if applied {
					w.empty(t)
					w.apply(t, r, 100)
				}
			}
			before := w.checkpoint(t).Position
			if err := Rebuild(t.Context(), w.db, w.log, newToy(known), report); err != nil {
				t.Fatal(err)
			}
			want := before
			if applied {
				want = last
			}
			if at := w.checkpoint(t).Position; at != want {
				t.Errorf("the checkpoint is at %d, want %d", at, want)
			}
			w.expect(t, want)
		})
	}
}

// A rebuild that is ahead of the runner moves the checkpoint under it; the runner goes on from there.
func TestRebuildMayOvertakeTheRunner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.owner(t)
	w.happen(t, puts(20, 1)...)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.applyBatch(t.Context(), 0, eventstoretest.All(t, w.log)); !errors.Is(err, errMoved) {
		t.Errorf("apply what the rebuild has applied: %v, want errMoved", err)
	}
	if err := release(t.Context(), w.db, "toy", "owner"); err != nil {
		t.Fatal(err)
	}
	start(t, w.runner(t, "n1"))
	last := w.happen(t, puts(5, 2)...)
	w.await(t, last)
	w.expect(t, last)
}

func TestAnInterruptedRebuildLeavesTheLiveTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(20, 1)...)
	last := w.apply(t, w.owner(t), 100)
	for _, phase := range []string{"writing", "catching up"} {
		ctx, cancel := context.WithCancel(t.Context())
		err := Rebuild(ctx, w.db, w.log, newToy(known), func(p Progress) {
			if p.Phase == phase {
				cancel()
			}
		})
		cancel()
		if err == nil {
			t.Errorf("%s: the rebuild was not interrupted", phase)
		}
		w.expect(t, last)
	}
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil {
		t.Errorf("the next one: %v", err)
	}
	w.expect(t, last)
	w.expectNoLeftovers(t)
}

func TestRebuildTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.happen(t, puts(20, 1)...)
	var phases []string
	var end Progress
	err := Rebuild(t.Context(), w.db, w.log, newToy(known), func(p Progress) {
		phases, end = append(phases, p.Phase), p
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"writing", "catching up", "done"}, phases); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if end.Position != last || end.Head != last || end.Events != 21 || end.Projection != "toy" {
		t.Errorf("in the end %+v, want 21 events up to %d", end, last)
	}
}

// Of rebuilds at the same time one works; the others wait and find it done.
func TestRebuildsAtOnceDoTheWorkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.happen(t, puts(20, 1)...)
	waiting := make(chan struct{})
	var others sync.WaitGroup
	worked := 0
	err := Rebuild(t.Context(), w.db, w.log, newToy(known), func(p Progress) {
		if p.Phase != "writing" {
			return
		}
		for range 2 {
			others.Go(func() {
				err := Rebuild(t.Context(), w.db, w.log, newToy(known), func(p Progress) {
					if p.Phase == "writing" {
						worked++
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		go func() {
			defer close(waiting)
			w.waitForLocks(t, 2)
		}()
		<-waiting
	})
	if err != nil {
		t.Fatal(err)
	}
	others.Wait()
	if worked > 0 {
		t.Errorf("%d rebuilds did the work again", worked)
	}
	w.expect(t, last)
	w.expectNoLeftovers(t)
}

// waitForLocks waits until so many sessions wait for an advisory lock.
func (w *world) waitForLocks(t testing.TB, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for n := 0; n < want; {
		err := w.db.GetContext(ctx, &n, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		if err != nil {
			t.Errorf("wait for the others: %v", err)
			return
		}
	}
}

func TestRebuildNeedsACheckpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newToy(known)
	p.Name = "other"
	if err := Rebuild(t.Context(), w.db, w.log, p, nil); err == nil {
		t.Error("tables that nobody prepared were rebuilt")
	}
}

// Rebuilding belongs to another log as soon as it is done: that is how read models are moved over.
func TestRebuildTakesTheIncarnationOfTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(20, 1)...)
	other := eventstore.NewMemory()
	if err := Rebuild(t.Context(), w.db, other, newToy(known), nil); err != nil {
		t.Fatal(err)
	}
	if c := w.checkpoint(t); c.Incarnation != other.Incarnation() || c.Position != 0 {
		t.Errorf("the checkpoint is %+v", c)
	}
	if got := w.tables(t); len(got.Things) != 0 {
		t.Errorf("rows of the other log: %v", got.Things)
	}
}

// A reader that is in the middle of the old tables reads on, and keeps nobody waiting.
func TestASwapWaitsForNoReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(20, 1)...)
	last := w.apply(t, w.owner(t), 100)
	tx, err := w.pool(t).BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "DECLARE old CURSOR FOR SELECT id FROM toy.things"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = Rebuild(t.Context(), w.db, w.log, newToy(known), func(p Progress) {
		if p.Phase == "catching up" {
			w.expect(t, last)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	swapped := time.Since(began)
	var ids []string
	if err := tx.SelectContext(t.Context(), &ids, "FETCH ALL FROM old"); err != nil || len(ids) != 20 {
		t.Errorf("the reader got %d rows of 20, %v", len(ids), err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	if swapped > dropTime {
		t.Errorf("took %v", swapped)
	}
	w.expect(t, last)
	if err := Rebuild(t.Context(), w.db, w.log, newToy(known), nil); err != nil { // takes what is left with it
		t.Fatal(err)
	}
	w.expectNoLeftovers(t)
}
