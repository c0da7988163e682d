package projections

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// past is a world with the past of its projection kept.
type past struct {
	*world
	runner     *Runner
	statements *Statements
}

func newPast(t testing.TB) past {
	t.Helper()
	w := newWorld(t)
	p := past{w, w.runner(t, "n1", func(r *Runner) { r.Projection = Past(newToy(known)) }), NewStatements(w.db, newToy(known))}
	if _, err := Prepare(t.Context(), w.db, w.log, p.runner.Projection); err != nil {
		t.Fatal(err)
	}
	p.runner.statements = NewStatements(p.runner.DB)
	if _, err := acquire(t.Context(), p.runner.DB, p.runner.Projection, p.runner.Node, leaseTime*1000); err != nil {
		t.Fatal(err)
	}
	return p
}

// reset empties the tables and the log.
func (p past) reset(t rapid.TB) {
	t.Helper()
	p.world.reset(t)
	if _, err := p.db.Exec("TRUNCATE toy_past.things, toy_past.tags"); err != nil {
		t.Fatalf("reset: %v", err)
	}
}

// at dumps the tables as they were at a position.
func (p past) at(t rapid.TB, at domain.Position) (d dump) {
	t.Helper()
	ctx := AsOf(context.Background(), at)
	var rows []thingRow
	var tagged []tagRow
	err := p.statements.Select(ctx, &rows, "SELECT t.* FROM toy.things t")
	if err == nil {
		err = p.statements.Select(ctx, &tagged, "SELECT * FROM toy.tags")
	}
	if err != nil {
		t.Fatalf("read the tables as of %d: %v", at, err)
	}
	for _, row := range rows {
		d.Things = append(d.Things, same(t, row))
	}
	for _, row := range tagged {
		d.Tags = append(d.Tags, same(t, row))
	}
	slices.Sort(d.Things)
	slices.Sort(d.Tags)
	return d
}

// Any history, applied in batches of any size or rebuilt in pieces, shows at every moment what the model
// was then.
func TestEveryMomentCanBeReadBack(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	ways := map[string]func(rt *rapid.T) domain.Position{
		"one by one": func(rt *rapid.T) domain.Position { return p.apply(rt, p.runner, 1) },
		"in batches": func(rt *rapid.T) domain.Position {
			return p.apply(rt, p.runner, rapid.SliceOfN(rapid.IntRange(1, 6), 1, 5).Draw(rt, "sizes")...)
		},
		"rebuilt in pieces": func(rt *rapid.T) domain.Position {
			within := bounds{
				rows: rapid.IntRange(1, 8).Draw(rt, "rows"), bytes: rapid.IntRange(100, 5000).Draw(rt, "bytes"),
				behind: 1, batch: rapid.IntRange(1, 4).Draw(rt, "batch"),
			}
			if err := rebuildWithin(context.Background(), p.db, p.log, p.runner.Projection, func(Progress) {}, within); err != nil {
				rt.Fatalf("rebuild: %v", err)
			}
			head, err := p.log.Head(context.Background())
			if err != nil {
				rt.Fatal(err)
			}
			return domain.Position(head)
		},
	}
	rapid.Check(t, func(rt *rapid.T) {
		p.reset(rt)
		last := p.happen(rt, history(15).Draw(rt, "history")...)
		way := rapid.SampledFrom(slices.Sorted(maps.Keys(ways))).Draw(rt, "way")
		if at := ways[way](rt); at != last {
			rt.Fatalf("%s: applied up to %d, want %d", way, at, last)
		}
		for at := domain.Position(0); at <= last; at++ {
			if diff := cmp.Diff(foldModel(rt, p.log, at).dump(rt), p.at(rt, at)); diff != "" {
				rt.Fatalf("%s, as of %d of %d (-model +tables):\n%s", way, at, last, diff)
			}
		}
		_, _, err := Verify(context.Background(), p.db, p.log, p.runner.Projection, func(d Difference) { rt.Errorf("verify found %+v", d) })
		if err != nil {
			rt.Fatalf("verify: %v", err)
		}
	})
}

func TestVerifyFindsAForgedPast(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	last := p.happen(t, puts(3, 1)...)
	p.apply(t, p.runner, 100)
	if _, err := p.db.ExecContext(t.Context(), "UPDATE toy_past.things SET until = 7 WHERE id = (SELECT min(id) FROM toy_past.things)"); err != nil {
		t.Fatal(err)
	}
	var found []Difference
	at, rows, err := Verify(t.Context(), p.db, p.log, p.runner.Projection, func(d Difference) { found = append(found, d) })
	if err != nil || at != last || rows < 3 || len(found) != 1 || found[0].Projection != "toy_past" {
		t.Errorf("verified %d rows up to %d: %+v, %v", rows, at, found, err)
	}
}

// A new projection of the past follows the log from its beginning, beside those who read and write.
func TestThePastIsMadeFromTheWholeLog(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, eventstore.NewMemory())
	last := w.happen(t, puts(30, 2)...)
	r := w.runner(t, "n1", func(r *Runner) { r.Projection = Past(newToy(known)) })
	if _, err := Prepare(t.Context(), w.db, w.log, r.Projection); err != nil {
		t.Fatal(err)
	}
	start(t, r)
	if err := w.marks.Await(t.Context(), "toy_past", last); err != nil {
		t.Fatal(err)
	}
	p := past{w, r, NewStatements(w.db, newToy(known))}
	if diff := cmp.Diff(foldModel(t, w.log, last-5).dump(t), p.at(t, last-5)); diff != "" {
		t.Errorf("five events ago (-model +tables):\n%s", diff)
	}
}

// expectAll holds that the tables are as the model was at each of the last positions, and as a fold of the log.
func (p past) expectAll(t testing.TB, from, to domain.Position) {
	t.Helper()
	for at := from; at <= to; at++ {
		if diff := cmp.Diff(foldModel(t, p.log, at).dump(t), p.at(t, at)); diff != "" {
			t.Fatalf("as of %d (-model +tables):\n%s", at, diff)
		}
	}
	_, _, err := Verify(t.Context(), p.db, p.log, p.runner.Projection, func(d Difference) { t.Errorf("verify found %+v", d) })
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
}

// What the tables do not take stops the past right before the event, as it stops the present.
func TestAPoisonEventStopsThePastRightBeforeIt(t *testing.T) {
	t.Parallel()
	note := random(20_000)
	for name, poison := range map[string]domain.Event{
		"constraint of the table":    put{ID: "bad", Owner: "x", Count: 1000},
		"value that no column takes": put{ID: "bad", Owner: "x", Count: math.MaxInt},
		"text that no column takes":  put{ID: "bad", Owner: "nul\x00"},
		"more than an index takes":   put{ID: "bad", Owner: "x", Note: &note},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			at := p.happen(t, append(append(puts(9, 1), puts(12, 2)...), poison)...)
			p.happen(t, puts(20, 2)...)
			if failure := runToFailure(t, p.runner); failure.Position != at {
				t.Errorf("stopped at %d (%v), want %d", failure.Position, failure.Err, at)
			}
			if got := p.marks.At("toy_past"); got != at-1 {
				t.Errorf("the past is kept up to %d, want %d", got, at-1)
			}
			p.expectAll(t, at-2, at-1)
		})
	}
}

// deadlyPast ends the connection of whoever writes rows, before or after, now and then.
const deadlyPast = `
CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN IF random() < 0.1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
CREATE TRIGGER die BEFORE INSERT ON toy_past.things FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER later BEFORE INSERT ON toy_past.tags FOR EACH ROW WHEN (NEW.thing_id = 't3') EXECUTE FUNCTION public.die();
CREATE TRIGGER last AFTER INSERT ON toy_past.tags FOR EACH STATEMENT EXECUTE FUNCTION public.die();`

// Cut off in the middle of writing rows, or stopped, the past goes on where it was.
func TestAPastThatIsKilledGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	if _, err := p.db.ExecContext(t.Context(), deadlyPast); err != nil {
		t.Fatal(err)
	}
	var last domain.Position
	for i := range 12 {
		last = p.happen(t, puts(4+i, i)...)
	}
	for after := 1; p.marks.At("toy_past") < last; after++ {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		batches := 0
		r := p.world.runner(t, "n1", func(r *Runner) {
			r.Projection, r.Log = Past(newToy(known)), inSlices{p.log, 5}
			r.Applied = func(_ string, at domain.Position) {
				if batches++; batches > after || at == last {
					cancel()
				}
			}
		})
		if err := r.Run(ctx); err != nil || t.Context().Err() != nil {
			t.Fatalf("the runner failed: %v", err)
		}
		cancel()
	}
	if _, err := p.db.ExecContext(t.Context(), "DROP FUNCTION public.die CASCADE"); err != nil {
		t.Fatal(err)
	}
	p.expectAll(t, last-10, last)
}
