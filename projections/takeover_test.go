package projections

import (
	"errors"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
)

func TestAnOwnerOfOldCannotMoveTheCheckpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.happen(t, puts(3, 1)...)
	old, current := w.runner(t, "old"), w.runner(t, "current")
	old.statements, current.statements = NewStatements(old.DB), NewStatements(current.DB)
	if _, err := acquire(t.Context(), w.db, old.Projection, "old", -time.Second); err != nil { // has run out
		t.Fatal(err)
	}
	if _, err := acquire(t.Context(), w.db, current.Projection, "current", time.Hour); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		r    *Runner
		from domain.Position
	}{"another owner": {old, 0}, "another position": {current, 1}} {
		if err := c.r.apply(t.Context(), c.from, last, eventstoretest.All(t, w.log)); !errors.Is(err, errMoved) {
			t.Errorf("%s: %v, want errMoved", name, err)
		}
	}
	current.Projection = newToy(known)
	current.Projection.Version = 2
	if err := current.apply(t.Context(), 0, last, eventstoretest.All(t, w.log)); !errors.Is(err, errMoved) {
		t.Errorf("another version: %v, want errMoved", err)
	}
	if got := w.tables(t); len(got.Things) > 0 {
		t.Errorf("rows were written: %v", got.Things)
	}
	current.Projection.Version = 1
	if err := current.apply(t.Context(), 0, last, eventstoretest.All(t, w.log)); err != nil || w.checkpoint(t).Position != last {
		t.Errorf("the owner: at %d, %v", w.checkpoint(t).Position, err)
	}
}

func TestOfTwoRunnersOneWorksAndTheOtherTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keepLedger(t)
	stops := map[string]func() error{}
	for _, node := range []string{"n1", "n2"} {
		stops[node] = start(t, w.runner(t, node))
	}
	var last domain.Position
	for range 3 {
		for i := range 20 {
			last = w.happen(t, puts(3, i)...)
		}
		w.await(t, last)
		owner := w.checkpoint(t).Owner
		if err := stops[owner](); err != nil { // gives the projection up
			t.Errorf("%s: %v", owner, err)
		}
		last = w.happen(t, puts(5, 99)...)
		w.await(t, last) // the other one has it
		if now := w.checkpoint(t).Owner; now == owner || now == "" {
			t.Errorf("the owner is %q after %q stopped", now, owner)
		}
		stops[owner] = start(t, w.runner(t, owner))
	}
	w.expect(t, last)
	if owners := w.expectChain(t, last); len(owners) != 2 {
		t.Errorf("moves by %v, want both", owners)
	}
}

func TestTheStandbyTakesOverWhenTheOwnerHangs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := acquire(t.Context(), w.db, newToy(known), "hung", 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	last := w.happen(t, puts(3, 1)...)
	start(t, w.runner(t, "n2"))
	began := time.Now()
	w.await(t, last)
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("taken after %v, while the lease lasted", took)
	}
	w.expect(t, last)
}

// A node that stands by must know how far the owner is, though nobody told it.
func TestTheStandbyKnowsHowFarTheOwnerIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start(t, w.runner(t, "n1"))
	w.await(t, w.happen(t, puts(1, 1)...))
	owners := w.marks
	w.marks = NewWatermarks()
	start(t, w.runner(t, "n2"))
	last := w.happen(t, puts(5, 2)...)
	w.await(t, last)
	if owner := w.checkpoint(t).Owner; owner != "n1" || owners.At("toy") != last {
		t.Errorf("the owner is %s at %d", owner, owners.At("toy"))
	}
}

// An owner whose lease goes to another one while it waits for events notices.
func TestAnOwnerThatIsRobbedStandsBy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stop := start(t, w.runner(t, "n1"))
	w.await(t, w.happen(t, puts(1, 1)...))
	if _, err := w.db.ExecContext(t.Context(), "UPDATE gatelog.checkpoints SET owner = 'robber', lease_until = now() + interval '300 milliseconds'"); err != nil {
		t.Fatal(err)
	}
	last := w.happen(t, puts(5, 2)...)
	w.await(t, last)
	w.expect(t, last)
	if err := stop(); err != nil {
		t.Error(err)
	}
}
