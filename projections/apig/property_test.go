package apig

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
)

// runsWithPostgres is how many histories are tried: each takes some 100 ms of the database.
const runsWithPostgres = 15

// Whatever happened: applied in batches of any size, one event at a time, or all at once by a rebuild, the
// rows are the same, and they are what the fold of the log says.
func TestBatchesOfAnySizeLeaveTheSameRows(t *testing.T) {
	t.Parallel()
	p := &past{t: t, db: emptyDatabase(t)}
	tries, failing := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if tries++; tries > runsWithPostgres && !failing {
			return
		}
		defer func() { failing = failing || rt.Failed() }()
		w := newWorld(t)
		w.begin(rt)
		for range rapid.IntRange(20, 120).Draw(rt, "commands") {
			w.goesOn(rt)
		}
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 3, 7, 30}), 1, 20).Draw(rt, "batches")

		p.applies(t, batched{w.log, sizes})
		inBatches := p.rows(t)
		p.verified(rt, w.log, "in batches")
		p.applies(t, batched{w.log, []int{1}})
		p.verified(rt, w.log, "one by one")
		if diff := cmp.Diff(p.rows(t), inBatches); diff != "" {
			rt.Fatalf("rows (-one by one +in batches of %v):\n%s", sizes, diff)
		}
		if err := projections.Rebuild(t.Context(), p.db, w.log, New(), nil); err != nil {
			rt.Fatal(err)
		}
		p.verified(rt, w.log, "rebuilt")
		if diff := cmp.Diff(p.rows(t), inBatches); diff != "" {
			rt.Fatalf("rows (-rebuilt +in batches of %v):\n%s", sizes, diff)
		}
	})
}

func emptyDatabase(t *testing.T) *sqlx.DB {
	t.Helper()
	db, err := projections.OpenDB(testenv.Postgres(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := migrations.Up(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	return db
}

// applies makes the tables anew and lets a runner apply all of a log to them.
func (p *past) applies(t *testing.T, log eventstore.Log) {
	t.Helper()
	p.db.MustExec("DELETE FROM gatelog.checkpoints; DROP SCHEMA IF EXISTS apig CASCADE")
	if _, err := projections.Prepare(t.Context(), p.db, log, New()); err != nil {
		t.Fatal(err)
	}
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	marks := projections.NewWatermarks()
	runner := &projections.Runner{Projection: New(), Log: log, DB: p.db, Node: "test", Marks: marks, Logger: slog.New(slog.DiscardHandler)}
	ended := make(chan error, 1)
	go func() {
		ended <- runner.Run(ctx)
		cancel() // a runner that ends early is waited for in vain
	}()
	err = marks.Await(ctx, "apig", domain.Position(head))
	cancel()
	if err := errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
}

// verified fails unless every row is what the fold of the log says.
func (p *past) verified(t *rapid.T, log eventstore.Log, how string) {
	t.Helper()
	at, _, err := projections.Verify(t.Context(), p.db, log, New(), func(d projections.Difference) {
		t.Errorf("%s: %s %s\n want %s\n have %s", how, d.Table, d.Key, d.Expected, d.Found)
	})
	head, headErr := log.Head(t.Context())
	if err := errors.Join(err, headErr); err != nil || at != domain.Position(head) {
		t.Fatalf("verified %s up to %d of %d: %v", how, at, head, err)
	}
}

// batched is a log whose followers get batches of the given sizes, over and over.
type batched struct {
	*eventstore.Memory
	sizes []int
}

// Follow implements eventstore.Log.
func (b batched) Follow(ctx context.Context, after eventstore.Position, most int, each func([]eventstore.Recorded) error, filters ...string) error {
	var waiting []eventstore.Recorded
	head, err := b.Head(ctx)
	if err != nil {
		return err
	}
	keep := func(r eventstore.Recorded) error {
		waiting = append(waiting, r)
		return nil
	}
	if err := b.Read(ctx, after, head, keep, filters...); err != nil {
		return err
	}
	for i := 0; len(waiting) > 0; i++ {
		n := min(b.sizes[i%len(b.sizes)], most, len(waiting))
		if err := each(waiting[:n]); err != nil {
			return err
		}
		waiting = waiting[n:]
	}
	<-ctx.Done()
	return ctx.Err()
}
