package projections

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// reset empties the world's tables and log, faster than a new world is made.
func (w *world) reset(t rapid.TB) {
	t.Helper()
	log := eventstore.NewMemory()
	var err error
	if w.fence, err = log.Take(context.Background(), "toy", "t1", "test"); err != nil {
		t.Fatalf("take: %v", err)
	}
	w.log = log
	w.empty(t)
	if _, err := w.db.Exec("UPDATE gatelog.checkpoints SET incarnation = $1", log.Incarnation()); err != nil {
		t.Fatalf("reset: %v", err)
	}
}

func (w *world) empty(t rapid.TB) {
	t.Helper()
	if _, err := w.db.Exec("TRUNCATE toy.things, toy.tags; UPDATE gatelog.checkpoints SET position = 0"); err != nil {
		t.Fatalf("empty: %v", err)
	}
}

// apply applies the whole log in batches of the sizes, the last of which repeats.
func (w *world) apply(t rapid.TB, r *Runner, sizes ...int) domain.Position {
	t.Helper()
	return w.applyAfter(t, r, 0, sizes...)
}

func (w *world) applyAfter(t rapid.TB, r *Runner, at domain.Position, sizes ...int) domain.Position {
	t.Helper()
	ctx := context.Background()
	var rest []eventstore.Recorded
	head, err := w.log.Head(ctx)
	if err != nil {
		t.Fatalf("head: %v", err)
	}
	err = w.log.Read(ctx, eventstore.Position(at), head, func(m eventstore.Recorded) error {
		rest = append(rest, m)
		return nil
	}, r.Projection.Filter())
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	for i := 0; len(rest) > 0; i++ {
		size := min(sizes[min(i, len(sizes)-1)], len(rest))
		if at, err = r.applyBatch(ctx, at, rest[:size]); err != nil {
			t.Fatalf("apply: %v", err)
		}
		rest = rest[size:]
	}
	return at
}

// Any history gives the same tables, whether it is applied event by event, in batches of any size,
// rebuilt by COPY, or rebuilt in many pieces; and they are what the model says.
func TestAnyWayOfApplyingGivesTheSameTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.runner(t, "n1")
	r.statements = NewStatements(r.DB)
	if _, err := acquire(t.Context(), r.DB, r.Projection, r.Node, leaseTime*1000); err != nil {
		t.Fatal(err)
	}
	ways := map[string]func(rt *rapid.T) domain.Position{
		"all at once": func(rt *rapid.T) domain.Position { return w.apply(rt, r, 1000) },
		"one by one":  func(rt *rapid.T) domain.Position { return w.apply(rt, r, 1) },
		"in batches": func(rt *rapid.T) domain.Position {
			return w.apply(rt, r, rapid.SliceOfN(rapid.IntRange(1, 6), 1, 5).Draw(rt, "sizes")...)
		},
		"rebuilt": func(rt *rapid.T) domain.Position { return w.rebuild(rt, usualBounds) },
		"rebuilt in pieces": func(rt *rapid.T) domain.Position {
			rows, bytes := rapid.IntRange(1, 5).Draw(rt, "rows"), rapid.IntRange(100, 2000).Draw(rt, "bytes")
			return w.rebuild(rt, bounds{rows: rows, bytes: bytes, behind: 1, batch: rapid.IntRange(1, 4).Draw(rt, "batch")})
		},
	}
	rapid.Check(t, func(rt *rapid.T) {
		w.reset(rt)
		last := w.happen(rt, history(15).Draw(rt, "history")...)
		want := foldModel(rt, w.log, last).dump(rt)
		way := rapid.SampledFrom(slices.Sorted(maps.Keys(ways))).Draw(rt, "way")
		at := ways[way](rt)
		if diff := cmp.Diff(want, w.tables(rt)); diff != "" {
			rt.Fatalf("%s (-model +tables):\n%s", way, diff)
		}
		if stands := w.checkpoint(rt).Position; at != last || stands != last {
			rt.Fatalf("%s: applied up to %d, the checkpoint is at %d, want %d", way, at, stands, last)
		}
		at, rows, err := Verify(context.Background(), w.db, w.log, r.Projection, func(d Difference) { rt.Errorf("verify found %+v", d) })
		if err != nil || at != last || rows != len(want.Things)+len(want.Tags) {
			rt.Fatalf("verify: %d rows at %d, %v", rows, at, err)
		}
	})
}

// rebuild rebuilds within bounds and returns how far the checkpoint then is.
func (w *world) rebuild(t rapid.TB, bounds bounds) domain.Position {
	t.Helper()
	if err := rebuildWithin(context.Background(), w.db, w.log, newToy(known), func(Progress) {}, bounds); err != nil {
		t.Fatalf("rebuild: %v", err)
	}
	return w.checkpoint(t).Position
}
