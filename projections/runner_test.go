package projections

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
)

// ledger makes Postgres write down every move of the checkpoint, in the transaction that makes it.
const ledger = `
CREATE TABLE public.moves (n bigserial, source bigint, target bigint, owner text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN INSERT INTO public.moves (source, target, owner) VALUES (OLD.position, NEW.position, NEW.owner); RETURN NEW; END $$;
CREATE TRIGGER note AFTER UPDATE OF position ON gatelog.checkpoints
	FOR EACH ROW WHEN (OLD.position <> NEW.position) EXECUTE FUNCTION public.note();`

type moved struct {
	Source domain.Position `json:"source"`
	Target domain.Position `json:"target"`
	Owner  string          `json:"owner"`
}

func (w *world) keepLedger(t testing.TB) {
	t.Helper()
	if _, err := w.db.ExecContext(t.Context(), ledger); err != nil {
		t.Fatal(err)
	}
}

// expectChain holds that every move began where the one before it ended: so no event took effect
// twice, and none not at all.
func (w *world) expectChain(t testing.TB, last domain.Position) (owners map[string]int) {
	t.Helper()
	var all []moved
	if err := w.db.SelectContext(t.Context(), &all, "SELECT source, target, owner FROM public.moves ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	at, owners := domain.Position(0), map[string]int{}
	for _, m := range all {
		if m.Source != at || m.Target <= m.Source {
			t.Errorf("a move from %d to %d, the checkpoint was at %d", m.Source, m.Target, at)
		}
		at = m.Target
		owners[m.Owner]++
	}
	if at != last {
		t.Errorf("the last move ended at %d, want %d", at, last)
	}
	return owners
}

// puts returns n events about n things, or about the same ones again.
func puts(n int, count int) []domain.Event {
	events := make([]domain.Event, n)
	for i := range events {
		events[i] = put{ID: fmt.Sprint("t", i), Owner: fmt.Sprint("o", i%7), Count: count, Tags: []string{"x", fmt.Sprint("y", i%3)}}
	}
	return events
}

func TestRunnerAppliesWhatComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told atomic.Uint64
	before := w.happen(t, puts(50, 1)...)
	stop := start(t, w.runner(t, "n1", func(r *Runner) {
		r.Applied = func(projection string, at domain.Position) {
			if projection == "toy" {
				told.Store(uint64(at))
			}
		}
	}))
	w.await(t, before)
	w.expect(t, before)
	after := w.happen(t, puts(30, 2)...)
	w.await(t, after)
	w.expect(t, after)
	if got := domain.Position(told.Load()); got != after {
		t.Errorf("other nodes were told %d, want %d", got, after)
	}
	c := w.checkpoint(t)
	if c.Position != after || c.Owner != "n1" || !c.LeaseUntil.After(time.Now()) || c.Incarnation != w.log.Incarnation() {
		t.Errorf("the checkpoint is %+v", c)
	}
	if err := stop(); err != nil {
		t.Errorf("the runner returned %v", err)
	}
	if c := w.checkpoint(t); c.Owner != "" || c.LeaseUntil.After(time.Now()) {
		t.Errorf("a runner that stopped still owns the projection: %+v", c)
	}
}

func TestRunnerOnJetStream(t *testing.T) {
	t.Parallel()
	log, err := eventstore.Open(t.Context(), testenv.JetStream(t), eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOn(t, log)
	w.keepLedger(t)
	start(t, w.runner(t, "n1"))
	var last domain.Position
	for i := range 5 {
		last = w.happen(t, puts(100, i)...)
	}
	w.await(t, last)
	w.expect(t, last)
	w.expectChain(t, last)
}

// The position moves for messages that change no row, too: commands wait for those of the kernel.
func TestRunnerPassesOverTheKernelsMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start(t, w.runner(t, "n1"))
	fence, err := w.log.Take(t.Context(), "toy", "t2", "another")
	if err != nil {
		t.Fatal(err)
	}
	w.await(t, domain.Position(fence.Position()))
}

// Rows and checkpoint stand or fall together: a statement that fails after the checkpoint has moved
// moves it back.
func TestTheCheckpointMovesWithTheRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.runner(t, "n1")
	r.statements = NewStatements(r.DB)
	if _, err := acquire(t.Context(), r.DB, r.Projection, "n1", time.Hour); err != nil {
		t.Fatal(err)
	}
	w.happen(t, put{ID: "a", Owner: "x", Count: 1}, put{ID: "b", Owner: "x", Count: 5000})
	if err := r.apply(t.Context(), 0, 9, eventstoretest.All(t, w.log)); !permanent(err) {
		t.Errorf("a row that breaks a constraint: %v", err)
	}
	if got, at := w.tables(t), w.checkpoint(t).Position; len(got.Things) > 0 || at != 0 {
		t.Errorf("%d rows and the checkpoint at %d, want nothing at 0", len(got.Things), at)
	}
	if w.marks.At("toy") != 0 {
		t.Errorf("the watermark is at %d", w.marks.At("toy"))
	}
}

// deadly ends the connection of whoever writes, in the middle of the transaction, now and then.
const deadly = `
CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN IF random() < 0.1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;
CREATE TRIGGER die AFTER UPDATE ON gatelog.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER die AFTER INSERT ON toy.things FOR EACH STATEMENT EXECUTE FUNCTION public.die();
CREATE TRIGGER die AFTER DELETE ON toy.tags FOR EACH STATEMENT EXECUTE FUNCTION public.die();`

// Stopped or cut off at any point and started again, a runner leaves the same tables.
func TestARunnerThatIsKilledGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keepLedger(t)
	admin := w.pool(t)
	if _, err := w.db.ExecContext(t.Context(), deadly); err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(7, 7))
	var last domain.Position
	for i := range 40 {
		last = w.happen(t, puts(10+dice.IntN(20), i)...)
	}
	var batches atomic.Int32
	kill := func(cancel context.CancelFunc) {
		if dice.IntN(2) == 0 {
			cancel()
			return
		}
		_, err := admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%checkpoints%'")
		if err != nil {
			t.Error(err)
		}
	}
	for w.marks.At("toy") < last && !t.Failed() {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		after := int32(1 + dice.IntN(4))
		batches.Store(0)
		r := w.runner(t, "n1", func(r *Runner) {
			r.Log = inSlices{r.Log, 1 + dice.IntN(40)}
			r.Applied = func(string, domain.Position) {
				if batches.Add(1) == after {
					kill(cancel)
				}
			}
		})
		var group sync.WaitGroup
		group.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Errorf("the runner failed: %v", err)
			}
		})
		if err := w.marks.Await(ctx, "toy", last); err != nil && t.Context().Err() != nil {
			t.Fatal(err)
		}
		cancel()
		group.Wait()
	}
	w.expect(t, last)
	w.expectChain(t, last)
}

// inSlices is a log that hands over small batches.
type inSlices struct {
	eventstore.Log
	most int
}

func (s inSlices) Follow(ctx context.Context, after eventstore.Position, _ int, each func([]eventstore.Recorded) error, filters ...string) error {
	return s.Log.Follow(ctx, after, s.most, each, filters...)
}

// A database that lost its last commits, which did not wait for the disk, is older than its readers
// remember. The events are applied again.
func TestADatabaseThatLostItsLastCommitsCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	early := w.happen(t, puts(20, 1)...)
	stop := start(t, w.runner(t, "n1"))
	w.await(t, early)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	lost := w.restorePoint(t)
	late := w.happen(t, append(puts(30, 2), ownerLeft{Owner: "o3"})...)
	stop = start(t, w.runner(t, "n1"))
	w.await(t, late)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	lost()
	if at := w.checkpoint(t).Position; at != early {
		t.Fatalf("the database is at %d, want it back at %d", at, early)
	}
	w.marks = NewWatermarks()
	start(t, w.runner(t, "n1"))
	w.await(t, late)
	w.expect(t, late)
}

// restorePoint remembers what the database holds; the function that it returns brings it back.
func (w *world) restorePoint(t testing.TB) (back func()) {
	t.Helper()
	exec := func(query string) {
		t.Helper()
		if _, err := w.db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE SCHEMA saved; CREATE TABLE saved.things AS TABLE toy.things; CREATE TABLE saved.tags AS TABLE toy.tags; CREATE TABLE saved.checkpoints AS TABLE gatelog.checkpoints")
	return func() {
		t.Helper()
		exec("TRUNCATE toy.things, toy.tags, gatelog.checkpoints; INSERT INTO toy.things TABLE saved.things; INSERT INTO toy.tags TABLE saved.tags; INSERT INTO gatelog.checkpoints TABLE saved.checkpoints")
	}
}

func TestRest(t *testing.T) {
	t.Parallel()
	r := &Runner{Projection: newToy(known), pace: usualPace, Logger: quiet}
	var got []time.Duration
	for range 8 {
		got = append(got, r.afterInterruption(errors.New("no database")))
	}
	want := []time.Duration{
		100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
		1600 * time.Millisecond, 3 * time.Second, 3 * time.Second, 3 * time.Second,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	if r.afterInterruption(errMoved) != 0 || r.afterInterruption(errOwned) != usualPace.standBy {
		t.Error("a moved checkpoint or another owner counts as an interruption")
	}
}
