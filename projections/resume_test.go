package projections

import (
	"context"
	"errors"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// fewRows makes a rebuild write every few rows.
var fewRows = bounds{rows: 20, bytes: 1 << 20, behind: 1, batch: 5}

// interruptedRebuild cancels a rebuild when it writes for the n-th time, and returns how far it was.
func (w *world) interruptedRebuild(t *testing.T, n int) domain.Position {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	at := domain.Position(0)
	err := rebuildWithin(ctx, w.db, w.log, newToy(known), func(p Progress) {
		if p.Phase != "writing" {
			return
		}
		if n--; n == 0 {
			cancel()
			at = p.Position
		}
	}, fewRows)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the rebuild ended with %v", err)
	}
	return at
}

// rebuilt runs a rebuild to its end and returns how many events it read.
func (w *world) rebuilt(t *testing.T, p *Projection) int {
	t.Helper()
	events := 0
	if err := rebuildWithin(t.Context(), w.db, w.log, p, func(p Progress) { events = p.Events }, fewRows); err != nil {
		t.Fatal(err)
	}
	return events
}

func TestAnInterruptedRebuildGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(200, 1)...)
	live := w.apply(t, w.owner(t), 100)
	w.interruptedRebuild(t, 4)
	at := w.interruptedRebuild(t, 3) // again, on what the first one has made
	w.expect(t, live)
	last := w.happen(t, append(puts(10, 2), removed{ID: "t0"})...)
	events := w.rebuilt(t, newToy(known))
	if at < 30 || events > 211-int(at)+fewRows.rows || events == 0 {
		t.Errorf("interrupted at %d of %d, it read %d events", at, last, events)
	}
	w.expect(t, w.checkpoint(t).Position)
	w.expectNoLeftovers(t)
	if n := w.rebuilt(t, newToy(known)); n < 200 {
		t.Errorf("the next one read %d events, want all", n)
	}
	w.expect(t, w.checkpoint(t).Position)
}

// What was made by other rules, or of another log, is of no use.
func TestAnInterruptedRebuildOfAnotherKindIsForgotten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, p *Projection){
		"version": func(_ *world, p *Projection) { p.Version++ },
		"tables":  func(_ *world, p *Projection) { p.DDL += "\nCREATE INDEX ON tags (tag);\n" },
		"log":     func(w *world, _ *Projection) { w.log = &elsewhere{w.log} },
		"mark":    func(w *world, _ *Projection) { w.db.MustExec("COMMENT ON SCHEMA toy_next IS 'by somebody else'") },
		"killed before the first mark": func(w *world, _ *Projection) {
			w.db.MustExec("COMMENT ON SCHEMA toy_next IS NULL")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.happen(t, puts(100, 1)...)
			w.interruptedRebuild(t, 4)
			p := newToy(known)
			change(w, p)
			if n := w.rebuilt(t, p); n < 100 {
				t.Errorf("it read %d events, want all", n)
			}
			w.expect(t, w.checkpoint(t).Position)
			w.expectNoLeftovers(t)
		})
	}
}

func TestASkipMakesARebuildBeginAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(100, 1)...)
	at := w.happen(t, later{ID: "nowhere"})
	w.interruptedRebuild(t, 3)
	if err := rebuildWithin(t.Context(), w.db, w.log, newToy(known), func(Progress) {}, fewRows); !errors.As(err, new(*Failure)) {
		t.Fatalf("a rebuild over an event that cannot be applied: %v", err)
	}
	w.expectNoLeftovers(t)
	w.interruptedRebuild(t, 3)
	w.skip(t, at)
	if n := w.rebuilt(t, newToy(known)); n < 100 {
		t.Errorf("it read %d events, want all", n)
	}
	w.verified(t)
}

// elsewhere is a log with the same events and another life.
type elsewhere struct{ eventstore.Log }

func (elsewhere) Incarnation() string { return "elsewhere" }
