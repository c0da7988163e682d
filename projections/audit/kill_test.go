package audit

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

// deadly ends the connection of whoever writes, between the steps of a transaction, now and then.
const deadly = `
CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN IF random() < 0.15 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;
CREATE TRIGGER die AFTER UPDATE ON gatelog.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER die AFTER INSERT ON audit.records FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER die AFTER INSERT ON audit.changes FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER die AFTER INSERT ON attempts.records FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TABLE public.written (id text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN INSERT INTO public.written SELECT NEW.id; RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON audit.changes FOR EACH ROW EXECUTE FUNCTION public.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE ON attempts.records FOR EACH ROW EXECUTE FUNCTION public.note();`

// inSlices is a log that hands over small batches, so that units lie in several.
type inSlices struct {
	eventstore.Log
	most int
}

func (s inSlices) Follow(ctx context.Context, after eventstore.Position, _ int, each func([]eventstore.Recorded) error, filters ...string) error {
	return s.Log.Follow(ctx, after, s.most, each, filters...)
}

// Killed between any two steps, of either side, and started again on another node: each event and each attempt is
// written once, and every record is whole.
func TestKilledBetweenAnyTwoStepsEverythingIsWrittenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.db.ExecContext(t.Context(), deadly); err != nil {
		t.Fatal(err)
	}
	var records, written []string
	for i := range 40 {
		var events []thing
		for n := range 1 + i%4 {
			events = append(events, entity(fmt.Sprintf("g%d_%d", i, n), "created", "x"))
		}
		id := w.happen(t, "t1", "", events...)
		records = append(records, id)
		for n := range events {
			written = append(written, domain.EventID(id, n))
		}
		if i%3 == 0 { // the request goes on
			w.now = w.now.Add(-time.Second)
			w.carryOut(t, "t1", "", domain.CommandID(id, 2), events...)
			for n := range events {
				written = append(written, domain.EventID(domain.CommandID(id, 2), n))
			}
		}
		a := w.attempted(t, "t1", func(a *audit.Attempt) {
			if i%5 == 0 {
				a.ID, a.Time = id, w.now // its client was told that it failed
				a.Outcome = audit.Failed
			}
		})
		if written = append(written, a.ID); a.ID != id {
			records = append(records, a.ID)
		}
	}
	dice := rand.New(rand.NewPCG(3, 3))
	for p, log := range w.sources() {
		head, err := log.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for lives := 0; w.marks.At(p.Name) < domain.Position(head) && !t.Failed(); lives++ {
			w.live(t, p, inSlices{log, 1 + dice.IntN(5)}, fmt.Sprint("n", lives), domain.Position(head), time.Duration(20+dice.IntN(60))*time.Millisecond)
		}
	}
	list, _ := w.list(t, Filter{}, Page{Ascending: true})
	if diff := cmp.Diff(records, ids(list)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	var got []string
	if err := w.db.SelectContext(t.Context(), &got, "SELECT id FROM public.written"); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(written)
	if diff := cmp.Diff(written, got); diff != "" {
		t.Errorf("writes that lasted (-want +got):\n%s", diff)
	}
	changes := 0
	for _, r := range list {
		changes += r.Changed
		if len(w.show(t, "t1", r.ID).Changes) != r.Changed {
			t.Errorf("%s is not whole", r.ID)
		}
	}
	if n := w.count(t, "audit.changes"); n != changes {
		t.Errorf("%d changes are in the records, %d in the log", changes, n)
	}
}

// live runs a projection on a node until it has come to a position, or is killed.
func (w *world) live(t *testing.T, p *projections.Projection, log eventstore.Log, node string, head domain.Position, life time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), life)
	defer cancel()
	r := &projections.Runner{Projection: p, Log: log, DB: w.pool(t, 2), Node: node, Marks: w.marks, Logger: slog.New(slog.DiscardHandler)}
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Errorf("%s failed: %v", p.Name, err)
		}
	})
	_ = w.marks.Await(ctx, p.Name, head)
	cancel()
	running.Wait()
	if _, err := w.db.ExecContext(t.Context(), "ALTER TABLE gatelog.checkpoints DISABLE TRIGGER die; UPDATE gatelog.checkpoints SET lease_until = 'epoch'; ALTER TABLE gatelog.checkpoints ENABLE TRIGGER die"); err != nil {
		t.Fatal(err)
	}
}
