package subscriptions_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

var past = time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)

// bundle is a log in memory with the read models of this surface.
type bundle struct {
	*testing.T
	log      *eventstore.Memory
	db       *sqlx.DB
	marks    *projections.Watermarks
	queries  *projectionssubscriptions.Queries
	happened int
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{T: t, log: eventstore.NewMemory(), marks: projections.NewWatermarks()}
	var err error
	b.db, err = projections.OpenDB(testenv.Postgres(t), 4)
	b.must(err)
	t.Cleanup(func() { _ = b.db.Close() })
	b.must(migrations.Up(t.Context(), b.db.DB))
	p := projectionssubscriptions.New()
	_, err = projections.Prepare(t.Context(), b.db, b.log, p)
	b.must(err)
	b.queries = projectionssubscriptions.NewQueries(projections.NewStatements(b.db))
	runner := &projections.Runner{Projection: p, Log: b.log, DB: b.db, Node: "test", Marks: b.marks, Logger: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = runner.RunOn(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return b
}

func (b *bundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// happens appends events of a tenant and waits until they are applied.
func (b *bundle) happens(tenant string, events ...domain.Event) {
	b.Helper()
	fence, err := b.log.Take(b.Context(), subscriptions.Surface, tenant, "test")
	b.must(err)
	for _, ev := range events {
		b.happened++
		m, err := envelope.Close(subscriptions.Codec(), subscriptions.Surface, domain.Recorded{Tenant: tenant, Time: past, Event: ev, ID: strconv.Itoa(b.happened)})
		b.must(err)
		at, err := b.log.Append(b.Context(), fence, []eventstore.Message{m})
		b.must(err)
		b.must(b.marks.Await(b.Context(), subscriptions.Surface, domain.Position(at[0])))
	}
}

func hook(tenant, id, name string) subscriptions.Subscription {
	return subscriptions.Subscription{
		ID: id, Tenant: tenant, Secret: "sealed", Start: 4, CreatedAt: past, UpdatedAt: past,
		Body: subscriptions.Body{Name: name, URL: "https://h.example", Mode: "binary", MaxAttempts: 2, Filter: subscriptions.Filter{Kinds: []string{"api"}}},
	}
}

func TestEachEventShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := hook("p1", "a", "one")
	show := func() subscriptions.Subscription {
		v, err := b.queries.Show(t.Context(), "p1", "a")
		b.must(err)
		return v.Subscription
	}
	for name, step := range map[string]func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event){
		"updated": func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event) {
			n.Name = "two"
			return n, subscriptions.Updated{Subscription: n}
		},
		"rotated": func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event) {
			n.Secret = "other"
			return n, subscriptions.SecretRotated{Subscription: n}
		},
		"paused": func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event) {
			n.Paused = true
			return n, subscriptions.Paused{Subscription: n}
		},
		"resumed": func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event) {
			return n, subscriptions.Resumed{Subscription: n}
		},
		"rewound": func(n subscriptions.Subscription) (subscriptions.Subscription, domain.Event) {
			n.Start, n.Rewinds = 1, 1
			return n, subscriptions.Rewound{Subscription: n}
		},
	} {
		b.happens("p1", subscriptions.Created{Subscription: a})
		want, ev := step(a)
		b.happens("p1", ev)
		if diff := cmp.Diff(want, show()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	b.happens("p1", subscriptions.Deleted{SubscriptionID: "a", Name: "one"})
	if _, err := b.queries.Show(t.Context(), "p1", "a"); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("deleted: %v", err)
	}
}

func TestProgressIsThatSinceTheLastRewind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := hook("p1", "a", "one")
	b.happens("p1", subscriptions.Created{Subscription: a})
	b.db.MustExec(`INSERT INTO gatelog.deliveries (subscription, tenant, incarnation, rewinds, position, owner, lease_until, delivered, failures, last_error)
		VALUES ('a', 'p1', 'x', 0, 9, 'n1', now() + interval '1 hour', 5, 2, 'no')`)
	b.db.MustExec(`INSERT INTO gatelog.undelivered (subscription, position, subject, event_id, event_type, attempts, next_at, status, last_error)
		SELECT 'a', n, 'evt.x', 'e', 't', 1, now(), CASE WHEN n > 6 THEN 'dead' ELSE 'waiting' END, 'no' FROM generate_series(5, 8) n`)
	v, err := b.queries.Show(t.Context(), "p1", "a")
	want := projectionssubscriptions.Progress{Position: 9, Owner: "n1", Delivered: 5, Failures: 2, LastError: "no", Waiting: 2, Dead: 2}
	if diff := cmp.Diff(want, v.Progress); diff != "" || err != nil {
		t.Errorf("progress (-want +got), %v:\n%s", err, diff)
	}
	a.Start, a.Rewinds = 2, 1
	b.happens("p1", subscriptions.Rewound{Subscription: a})
	b.db.MustExec("UPDATE gatelog.deliveries SET lease_until = now() - interval '1 second'")
	if v, err = b.queries.Show(t.Context(), "p1", "a"); err != nil || v.Progress.Position != 2 || v.Owner != "" {
		t.Errorf("after a rewind: %+v, %v", v.Progress, err)
	}
	all, total, err := b.queries.Undelivered(t.Context(), "p1", "a", "dead", 1, 5)
	if err != nil || total != 2 || len(all) != 1 || all[0].Position != 8 {
		t.Errorf("second page of dead letters: %+v of %d, %v", all, total, err)
	}
	if _, _, err := b.queries.Undelivered(t.Context(), "p2", "a", "", 0, 5); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("another tenant's: %v", err)
	}
}

func TestListsAreOfOneTenant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens("p1", subscriptions.Created{Subscription: hook("p1", "a", "z")}, subscriptions.Created{Subscription: hook("p1", "b", "y")})
	b.happens("p2", subscriptions.Created{Subscription: hook("p2", "c", "x")})
	all, total, err := b.queries.List(t.Context(), "p1", 0, 10)
	if err != nil || total != 2 || len(all) != 2 || all[0].ID != "b" || all[1].ID != "a" {
		t.Errorf("list %+v of %d, %v", all, total, err)
	}
	if all, total, err = b.queries.List(t.Context(), "p1", 5, 10); err != nil || total != 2 || len(all) != 0 {
		t.Errorf("beyond the end %+v of %d, %v", all, total, err)
	}
}
