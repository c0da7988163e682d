package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
)

func rowTime(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// world is a log, a journal and a database with the tables of the audit trail.
type world struct {
	log     eventstore.Log
	journal *eventstore.Journal
	url     string
	db      *sqlx.DB
	marks   *projections.Watermarks
	keep    Retention
	queries *Queries
	fences  map[string]eventstore.Fence
	now     time.Time
	n       int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		log: eventstore.NewMemory(), url: testenv.Postgres(t), marks: projections.NewWatermarks(), keep: Retention{For: 24 * time.Hour},
		fences: map[string]eventstore.Fence{}, now: time.Now().UTC().Truncate(time.Microsecond).Add(-time.Hour),
	}
	conn := testenv.JetStream(t)
	var err error
	w.journal, err = eventstore.OpenJournal(t.Context(), conn, eventstore.JournalOptions{
		Name: "ATTEMPTS", Root: audit.AttemptsRoot, MaxAge: 24 * time.Hour, MaxBytes: 1 << 20, Replicas: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.db = w.pool(t, 4)
	if err := migrations.Up(t.Context(), w.db.DB); err != nil {
		t.Fatal(err)
	}
	for p, log := range w.sources() {
		if _, err := projections.Prepare(t.Context(), w.db, log, p); err != nil {
			t.Fatal(err)
		}
	}
	w.queries = &Queries{DB: w.db, Log: w.log, Keep: w.keep}
	return w
}

// sources are the projections with what they follow.
func (w *world) sources() map[*projections.Projection]eventstore.Log {
	return map[*projections.Projection]eventstore.Log{NewRecords(w.keep): w.log, NewAttempts(w.keep): w.journal}
}

func (w *world) pool(t *testing.T, n int) *sqlx.DB {
	t.Helper()
	db, err := projections.OpenDB(w.url, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// thing is an event of the toy surface: its data is as the test says.
type thing struct{ kind, id, event, data string }

func group(id, event, data string) thing { return thing{"group", id, event, data} }

// entity is the event of a group with a name.
func entity(id, event, name string) thing {
	return group(id, event, fmt.Sprintf(`{"group":{"id":%q,"instance_id":"gw","name":%q}}`, id, name))
}

// happen makes one command of a tenant cause events, and returns its id.
func (w *world) happen(t *testing.T, tenant, reason string, events ...thing) string {
	t.Helper()
	w.n++
	id := fmt.Sprintf("01CMD%06d", w.n)
	w.carryOut(t, tenant, reason, id, events...)
	return id
}

// carryOut makes a command of an id cause events.
func (w *world) carryOut(t *testing.T, tenant, reason, id string, events ...thing) {
	t.Helper()
	if _, known := w.fences[tenant]; !known {
		fence, err := w.log.Take(t.Context(), "toy", tenant, "test")
		if err != nil {
			t.Fatal(err)
		}
		w.fences[tenant] = fence
	}
	w.now = w.now.Add(time.Second)
	unit := make([]eventstore.Message, len(events))
	for i, e := range events {
		subject, err := eventstore.Subject("toy", tenant, e.kind, e.id)
		if err != nil {
			t.Fatal(err)
		}
		unit[i] = eventstore.Message{
			Subject: subject, ID: domain.EventID(id, i), Type: "toy." + e.kind + "." + e.event, Schema: 1, Time: w.now, Data: []byte(e.data),
			Extensions: map[string]string{
				"actorid": "u1", "actorname": "ada", "accesskey": "AK1", "clientaddress": "10.0.0.7", "client": "test/1", "command": "toy.Change",
				"correlationid": "req-" + domain.RequestOf(id), "reason": reason, "operation": "toyapi/change-thing",
			},
		}
	}
	eventstoretest.Append(t, w.log, w.fences[tenant], unit)
}

// attempted records an attempt of a user, and returns it.
func (w *world) attempted(t *testing.T, tenant string, change func(a *audit.Attempt)) audit.Attempt {
	t.Helper()
	w.n++
	w.now = w.now.Add(time.Second)
	a := audit.Attempt{
		ID: fmt.Sprintf("01TRY%06d", w.n), Time: w.now, Tenant: tenant, Actor: domain.Actor{UserID: "u2", UserName: "carl", Address: "10.0.0.9"},
		Request: fmt.Sprint("try-", w.n), Surface: "toyapi", Operation: "change-thing", Method: "PUT", Path: "/toy/things/g1", Kind: "thing",
		Resource: "g1", Instance: "gw", Outcome: audit.Refused, Status: 409, Code: "TOY.1", Message: "the name is taken",
	}
	if change != nil {
		change(&a)
	}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	message := eventstore.Message{Subject: audit.AttemptsRoot + ".t", ID: a.ID, Type: audit.TypeAttempt, Schema: 1, Time: a.Time, Data: data}
	if err := w.journal.Publish(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	return a
}

// run applies what there is, and stops.
func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var running sync.WaitGroup
	for p, log := range w.sources() {
		r := &projections.Runner{Projection: p, Log: log, DB: w.pool(t, 2), Node: "n1", Marks: w.marks, Logger: slog.New(slog.DiscardHandler)}
		running.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Errorf("the projection %s failed: %v", p.Name, err)
				cancel()
			}
		})
	}
	for p, log := range w.sources() {
		head, err := log.Head(ctx)
		if err == nil {
			err = w.marks.Await(ctx, p.Name, domain.Position(head))
		}
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	cancel()
	running.Wait()
}

func (w *world) list(t *testing.T, f Filter, p Page) ([]Record, string) {
	t.Helper()
	if p.Limit == 0 {
		p.Limit = 100
	}
	list, next, err := w.queries.List(t.Context(), f, p)
	if err != nil {
		t.Fatal(err)
	}
	return list, next
}

func ids(list []Record) []string {
	all := make([]string, len(list))
	for i, r := range list {
		all[i] = r.ID
	}
	return all
}

func (w *world) show(t *testing.T, tenant, id string) Detail {
	t.Helper()
	d, err := w.queries.Show(t.Context(), tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) count(t *testing.T, table string) (n int) {
	t.Helper()
	if err := w.db.GetContext(t.Context(), &n, "SELECT count(*) FROM "+table); err != nil {
		t.Fatal(err)
	}
	return n
}

func compact(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	if raw == nil {
		return ""
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
