package projections

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
)

// The toy surface has things with owners and tags. One event may change several rows of both tables.

type put struct {
	ID    string          `json:"id"`
	Owner string          `json:"owner"`
	Count int             `json:"count"`
	Ratio float64         `json:"ratio"`
	Note  *string         `json:"note,omitempty"`
	Doc   json.RawMessage `json:"doc,omitempty"`
	Tags  []string        `json:"tags,omitempty"`
}

type removed struct {
	ID string `json:"id"`
}

type ownerLeft struct {
	Owner string `json:"owner"`
	Heir  string `json:"heir"` // who gets a new thing named after the owner; empty for nobody
}

type later struct { // of a version that the first toy does not know

	ID string `json:"id"`
}

func (put) EventType() string            { return "toy.thing.put" }
func (removed) EventType() string        { return "toy.thing.removed" }
func (ownerLeft) EventType() string      { return "toy.owner.left" }
func (later) EventType() string          { return "toy.thing.later" }
func (e put) Of() domain.Aggregate       { return domain.Aggregate{Kind: "thing", ID: e.ID} }
func (e removed) Of() domain.Aggregate   { return domain.Aggregate{Kind: "thing", ID: e.ID} }
func (e ownerLeft) Of() domain.Aggregate { return domain.Aggregate{Kind: "owner", ID: e.Owner} }
func (e later) Of() domain.Aggregate     { return domain.Aggregate{Kind: "thing", ID: e.ID} }

type thingRow struct {
	ID string `json:"id"`

	Owner string `json:"owner"`
	Count int    `json:"count"`

	Ratio float64 `json:"ratio"`
	Even  bool    `json:"even"`

	Note *string   `json:"note"`
	Made time.Time `json:"made"`

	Seen     *time.Time      `json:"seen"`
	Position domain.Position `json:"position"`

	Doc   json.RawMessage  `json:"doc"`
	Extra *json.RawMessage `json:"extra"`
}

type tagRow struct {
	ThingID string `json:"thing_id"`
	Tag     string `json:"tag"`
	Owner   string `json:"owner"`
}

const toyDDL = `
CREATE TABLE things (
	id text NOT NULL, owner text NOT NULL, count integer NOT NULL CHECK (count < 1000), ratio double precision NOT NULL,
	even boolean NOT NULL, note text, made timestamptz NOT NULL, seen timestamptz, position bigint NOT NULL,
	doc jsonb NOT NULL, extra json
);
CREATE TABLE tags (thing_id text NOT NULL, tag text NOT NULL, owner text NOT NULL);
-- indexes
ALTER TABLE things ADD PRIMARY KEY (id);
CREATE INDEX ON things (owner);
CREATE INDEX ON things (note);
ALTER TABLE tags ADD PRIMARY KEY (thing_id, tag);
CREATE INDEX ON tags (owner);
`

var (
	things = NewTable[thingRow]("things", "id")
	tags   = NewTable[tagRow]("tags", "thing_id", "tag")
)

// newToy returns the projection of the toy surface, of the version that knows so many event types.
func newToy(types int) *Projection {
	codec := domain.NewCodec()
	for _, sample := range []domain.Event{put{}, removed{}, ownerLeft{}, later{}}[:types] {
		codec.Register(sample)
	}
	return &Projection{
		Name: "toy", Version: 1, Codec: codec, DDL: toyDDL, Apply: applyToy,
		Tables: []Table{things.Table, tags.Table},
	}
}

// all is the number of the toy's event types, known the one that the projection knows at first.
const (
	known = 3
	all   = 4
)

func rowOf(e put, rec domain.Recorded) thingRow {
	row := thingRow{
		ID: e.ID, Owner: e.Owner, Count: e.Count, Ratio: e.Ratio, Even: e.Count%2 == 0, Note: e.Note,
		Made: rec.Time, Position: rec.Position, Doc: json.RawMessage(`{}`),
	}
	if e.Doc != nil {
		row.Doc, row.Extra = e.Doc, &e.Doc
	}
	if row.Even {
		row.Seen = &rec.Time
	}
	return row
}

func applyToy(rec domain.Recorded, c *Changes) error {
	switch e := rec.Event.(type) {
	case put:
		if e.Owner == "nobody" {
			return errors.New("nobody owns nothing")
		}
		things.Put(c, rowOf(e, rec))
		tags.DeleteWhere(c, "thing_id", e.ID)
		for _, tag := range e.Tags {
			tags.Put(c, tagRow{ThingID: e.ID, Tag: tag, Owner: e.Owner})
		}
	case removed:
		things.Delete(c, e.ID)
		tags.DeleteWhere(c, "thing_id", e.ID)
	case ownerLeft:
		things.DeleteWhere(c, "owner", e.Owner)
		tags.DeleteWhere(c, "owner", e.Owner)
		if e.Heir != "" {
			things.Put(c, rowOf(put{ID: e.Owner, Owner: e.Heir}, rec))
		}
	case later:
		things.Delete(c, e.ID)
	default:
		return fmt.Errorf("unexpected %T", rec.Event)
	}
	return nil
}

// world is a log, a database and the toy projection between them.
type world struct {
	log   eventstore.Log
	fence eventstore.Fence
	dsn   string
	db    *sqlx.DB
	marks *Watermarks
	n     int
}

// migrated returns the URL of a database with the checkpoints' table.
func migrated(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(os.DirFS("../migrations"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile("../migrations/" + path)
		h.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return testenv.PostgresFrom(t, fmt.Sprintf("projections:%x", h.Sum(nil)), func(ctx context.Context, url string) error {
		db, err := OpenDB(url, 2)
		if err != nil {
			return err
		}
		return errors.Join(migrations.Up(ctx, db.DB), db.Close())
	})
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, eventstore.NewMemory())
}

func newWorldOn(t testing.TB, log eventstore.Log) *world {
	t.Helper()
	w := &world{log: log, dsn: migrated(t), marks: NewWatermarks()}
	w.db = w.pool(t)
	var err error
	if w.fence, err = log.Take(t.Context(), "toy", "t1", "test"); err != nil {
		t.Fatal(err)
	}
	w.prepare(t)
	return w
}

// pool opens one more pool to the world's database.
func (w *world) pool(t testing.TB) *sqlx.DB {
	t.Helper()
	db, err := OpenDB(w.dsn, 6)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // the database may be gone by now
	return db
}

func (w *world) prepare(t testing.TB) {
	t.Helper()
	if stale, err := Prepare(t.Context(), w.db, w.log, newToy(known)); err != nil || stale {
		t.Fatalf("prepare: stale %v, %v", stale, err)
	}
}

// happen appends events and returns the position of the last one.
func (w *world) happen(t rapid.TB, events ...domain.Event) domain.Position {
	t.Helper()
	codec := newToy(all).Codec
	var units [][]eventstore.Message
	for _, ev := range events {
		w.n++
		m, err := envelope.Close(codec, "toy", domain.Recorded{
			ID: fmt.Sprint("e", w.n), Tenant: "t1", Event: ev,
			Time: time.Date(2024, 1, 1, 0, 0, w.n, 123456789, time.UTC), // more than Postgres keeps
		})
		if err != nil {
			t.Fatalf("close %+v: %v", ev, err)
		}
		units = append(units, []eventstore.Message{m})
	}
	positions, err := w.log.Append(context.Background(), w.fence, units...)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return domain.Position(positions[len(positions)-1])
}

var quiet = slog.New(slog.DiscardHandler)

// runner returns a runner of the world's projection at a pace for tests.
func (w *world) runner(t testing.TB, node string, change ...func(r *Runner)) *Runner {
	t.Helper()
	r := &Runner{
		Projection: newToy(known), Log: w.log, DB: w.pool(t), Node: node, Marks: w.marks,
		Logger: quiet,
		pace:   pace{lease: time.Second, standBy: 20 * time.Millisecond, retry: 5 * time.Millisecond, retryMost: 50 * time.Millisecond},
	}
	for _, f := range change {
		f(r)
	}
	return r
}

// start starts a runner; stop ends it and returns what it returned.
func start(t testing.TB, r *Runner) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if !stopped {
			_ = stop()
		}
	})
	return stop
}

// await waits until the projection holds everything up to a position.
func (w *world) await(t testing.TB, at domain.Position) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.marks.Await(ctx, "toy", at); err != nil {
		t.Fatalf("the projection is at %d and did not come to %d: %v", w.marks.At("toy"), at, err)
	}
}

// checkpoint returns the projection's row.
func (w *world) checkpoint(t rapid.TB) Checkpoint {
	t.Helper()
	rows, err := Checkpoints(context.Background(), w.db)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d checkpoints, %v", len(rows), err)
	}
	return rows[0]
}

// expect compares the tables with the model at a position.
func (w *world) expect(t rapid.TB, at domain.Position) {
	t.Helper()
	if diff := cmp.Diff(foldModel(t, w.log, at).dump(t), w.tables(t)); diff != "" {
		t.Errorf("the tables at %d (-model +tables):\n%s", at, diff)
	}
}

// history draws events about few things, so that they meet.
func history(most int) *rapid.Generator[[]domain.Event] {
	id := rapid.StringMatching(`[abc]`)
	owner := rapid.SampledFrom([]string{"x", "y", "a"})
	note := rapid.Ptr(rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\x00", "") }), true)
	doc := rapid.SampledFrom([]json.RawMessage{
		nil, json.RawMessage(`{"b":1,"a":[true,null,"<ü&>"]}`), json.RawMessage(`[]`), json.RawMessage(`"text"`), json.RawMessage(`12`),
	})
	event := rapid.Custom(func(t *rapid.T) domain.Event {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return removed{ID: id.Draw(t, "id")}
		case 1:
			return ownerLeft{Owner: owner.Draw(t, "owner"), Heir: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "heir")}
		}
		return put{
			ID: id.Draw(t, "id"), Owner: owner.Draw(t, "owner"), Count: rapid.IntRange(-9, 999).Draw(t, "count"),
			Ratio: rapid.Float64Range(-1e6, 1e6).Draw(t, "ratio"), Note: note.Draw(t, "note"), Doc: doc.Draw(t, "doc"),
			Tags: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"red", "green", "b/l\\ue\t"}), 0, 3, rapid.ID).Draw(t, "tags"),
		}
	})
	return rapid.SliceOfN(event, 1, most)
}

// interrupted is a log at whose first reading something else happens.
type interrupted struct {
	eventstore.Log
	then func()
}

func (l *interrupted) Read(ctx context.Context, after, upTo eventstore.Position, each func(eventstore.Recorded) error, filters ...string) error {
	l.then()
	return l.Log.Read(ctx, after, upTo, each, filters...)
}
