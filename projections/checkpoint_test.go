package projections

import (
	"errors"
	"sync"
	"testing"

	"github.com/gatelog/gatelog/eventstore"
)

func TestPrepareMakesTheTablesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, w.owner(t), 10)
	last := w.happen(t, puts(3, 1)...)
	w.empty(t)
	w.apply(t, w.owner(t), 10)
	w.prepare(t)
	w.expect(t, last)
}

// owner returns a runner that owns the projection for the rest of the test.
func (w *world) owner(t testing.TB) *Runner {
	t.Helper()
	r := w.runner(t, "owner")
	r.statements = NewStatements(r.DB)
	if _, err := acquire(t.Context(), r.DB, r.Projection, "owner", 1000*leaseTime); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNodesThatStartTogetherPrepareOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newToy(known)
	p.Name = "other"
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := Prepare(t.Context(), w.db, w.log, p); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if all, err := Checkpoints(t.Context(), w.db); err != nil || len(all) != 2 || all[0].Name != "other" {
		t.Errorf("checkpoints %+v, %v", all, err)
	}
}

func TestPrepareRefusesReadModelsOfAnotherLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(3, 1)...)
	at := w.apply(t, w.owner(t), 10)
	w.prepare(t)

	if _, err := Prepare(t.Context(), w.db, eventstore.NewMemory(), newToy(known)); !errors.Is(err, ErrOtherLog) {
		t.Errorf("another incarnation: %v, want ErrOtherLog", err)
	}
	if _, err := w.db.ExecContext(t.Context(), "UPDATE gatelog.checkpoints SET position = $1", int64(at)+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Prepare(t.Context(), w.db, w.log, newToy(known)); !errors.Is(err, ErrOtherLog) {
		t.Errorf("ahead of the log: %v, want ErrOtherLog", err)
	}
}

func TestPrepareTellsTablesOfAnotherVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(3, 1)...)
	last := w.apply(t, w.owner(t), 10)
	newer := newToy(known)
	newer.Version = 2
	if stale, err := Prepare(t.Context(), w.db, w.log, newer); err != nil || !stale {
		t.Fatalf("stale %v, %v; want true", stale, err)
	}
	// Until they are made again, nobody of the new version applies events to them.
	if _, err := acquire(t.Context(), w.db, newer, "owner", leaseTime); !errors.Is(err, errOwned) {
		t.Errorf("own tables of another version: %v, want errOwned", err)
	}
	if err := Rebuild(t.Context(), w.db, w.log, newer, nil); err != nil {
		t.Fatal(err)
	}
	if stale, err := Prepare(t.Context(), w.db, w.log, newer); err != nil || stale {
		t.Errorf("after the rebuild: stale %v, %v", stale, err)
	}
	w.expect(t, last)
	if stale, err := Prepare(t.Context(), w.db, w.log, newToy(known)); err != nil || !stale {
		t.Errorf("for the old version: stale %v, %v; want true", stale, err)
	}
}

func TestPrepareSaysWhatIsWrongWithTheTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newToy(known)
	p.Name, p.DDL = "broken", "CREATE TABLE things (id text"
	if _, err := Prepare(t.Context(), w.db, w.log, p); err == nil {
		t.Error("tables that can't be made were made")
	}
	if all, err := Checkpoints(t.Context(), w.db); err != nil || len(all) != 1 {
		t.Errorf("checkpoints %+v, %v; want that of the toy alone", all, err)
	}
}
