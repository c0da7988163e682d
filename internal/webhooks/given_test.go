package webhooks_test

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/commands"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/feed"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/internal/webhooks"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

var silent = slog.New(slog.DiscardHandler)

// soon is what nothing here takes.
const soon = 30 * time.Second

// world is a log, a database, and the read models of subscriptions.
type world struct {
	*testing.T
	log      *eventstore.Stream
	dsn      string
	db       *sqlx.DB
	bus      *commands.Bus
	commands *commandssubscriptions.Commands
	queries  *projectionssubscriptions.Queries
	keyring  *secret.Keyring
	fences   map[string]eventstore.Fence
	happened int
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, dsn: testenv.Postgres(t), fences: map[string]eventstore.Fence{}}
	var err error
	w.log, err = eventstore.Open(t.Context(), testenv.JetStream(t), eventstore.Options{})
	w.must(err)
	w.db = w.pool()
	w.must(migrations.Up(t.Context(), w.db.DB))
	_, err = projections.Prepare(t.Context(), w.db, w.log, projectionssubscriptions.New())
	w.must(err)
	w.keyring = secrettest.Keyring(t)
	w.commands = commandssubscriptions.New(w.keyring)
	w.queries = projectionssubscriptions.NewQueries(projections.NewStatements(w.db))
	w.start()
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) pool() *sqlx.DB {
	w.Helper()
	db, err := projections.OpenDB(w.dsn, 4)
	w.must(err)
	w.Cleanup(func() { _ = db.Close() })
	return db
}

// start runs the writer and the projection.
func (w *world) start() {
	marks := projections.NewWatermarks()
	w.bus = commands.New(commands.Options{Log: w.log, Waiter: marks, Sealer: w.keyring, Node: "test", Logger: silent})
	runner := &projections.Runner{Projection: projectionssubscriptions.New(), Log: w.log, DB: w.pool(), Node: "test", Marks: marks, Logger: silent}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = runner.Run(ctx) })
	w.Cleanup(func() {
		w.bus.Close()
		cancel()
		running.Wait()
	})
}

// engine starts a node that sends. kill ends it as a crash would: nothing is saved, and nothing given up.
// stop ends it well.
func (w *world) engine(name string, change func(o *webhooks.Options)) (kill, stop func()) {
	w.Helper()
	o := webhooks.Options{
		Log: w.log, DB: w.pool(), Node: name, Sealer: w.keyring, Logger: silent, AllowHosts: []string{"127.0.0.0/8"},
		Event: func(r eventstore.Recorded) webhooks.CloudEvent { return gatelog.NewCloudEvent(r) },
		Poll:  20 * time.Millisecond, Timeout: 2 * time.Second, Lease: 4 * time.Second,
		FirstWait: 5 * time.Millisecond, MostWait: 20 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	e, err := webhooks.New(o)
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = e.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	w.Cleanup(stop)
	return func() {
		_ = o.DB.Close()
		stop()
	}, stop
}

const own = "the secret of the receiver"

// subscribes makes a subscription of p1 to everything from the beginning.
func (w *world) subscribes(name, url string, change func(b *subscriptions.Body)) subscriptions.Subscription {
	w.Helper()
	body := subscriptions.Body{Name: name, URL: url, Filter: subscriptions.Filter{Surfaces: []string{"toy"}}}
	if change != nil {
		change(&body)
	}
	first := eventstore.Position(0)
	n, _, _, err := w.commands.Create(w.Context(), w.bus, call(), body, own, feed.Start{After: &first})
	w.must(err)
	return n
}

func call() commands.Call { return commands.System("p1", "r1", "test") }

// happens appends n events of each of a number of resources of a tenant, in turn, and returns the position of
// the last.
func (w *world) happens(tenant string, resources, n int) eventstore.Position {
	w.Helper()
	fence, ok := w.fences[tenant]
	if !ok {
		var err error
		fence, err = w.log.Take(w.Context(), "toy", tenant, "test")
		w.must(err)
		w.fences[tenant] = fence
	}
	var last eventstore.Position
	for range n {
		var unit []eventstore.Message
		for i := range resources {
			w.happened++
			unit = append(unit, eventstore.Message{
				Subject: "evt.toy." + tenant + ".thing.x" + strconv.Itoa(i), ID: "e" + strconv.Itoa(w.happened), Type: "toy.thing.done",
				Schema: 1, Time: time.Now(), Data: []byte(`{"n":` + strconv.Itoa(w.happened) + `}`),
				Extensions: map[string]string{"actorname": "Zoë 1%"},
			})
		}
		at, err := w.log.Append(w.Context(), fence, unit)
		w.must(err)
		last = at[len(at)-1]
	}
	return last
}

// view returns how far a subscription is.
func (w *world) view(id string) projectionssubscriptions.View {
	w.Helper()
	v, err := w.queries.Show(w.Context(), "p1", id)
	w.must(err)
	return v
}

// until waits for something that comes true by itself.
func (w *world) until(what string, true func() bool) {
	w.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(soon); !true(); {
		select {
		case <-tick.C:
		case <-limit:
			w.Fatalf("%s does not come true", what)
		}
	}
}

// receiver takes deliveries.
type receiver struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	got    []delivery
	tries  int
	answer func(try int, d delivery) int // status
}

// delivery is what arrived, taken apart.
type delivery struct {
	subject  string
	position int
	header   http.Header
	body     []byte
}

func receive(t *testing.T, answer func(try int, d delivery) int) *receiver {
	t.Helper()
	r := &receiver{t: t, answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	d := delivery{header: request.Header}
	d.body, _ = io.ReadAll(request.Body)
	var e struct {
		Subject  string `json:"subject"`
		Position string `json:"position"`
	}
	if request.Header.Get("Ce-Id") != "" {
		e.Subject, e.Position = request.Header.Get("Ce-Subject"), request.Header.Get("Ce-Position")
	} else if err := json.Unmarshal(d.body, &e); err != nil {
		r.t.Errorf("%v in %s", err, d.body)
	}
	d.subject = e.Subject
	d.position, _ = strconv.Atoi(e.Position)
	signature := request.Header.Get(webhooks.HeaderSignature)
	seconds, _, _ := strings.Cut(strings.TrimPrefix(signature, "t="), ",")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if want := webhooks.Sign([]byte(own), d.body, time.Unix(at, 0)); err != nil || !hmac.Equal([]byte(want), []byte(signature)) {
		r.t.Errorf("the signature is %q", signature)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	status := http.StatusNoContent
	if r.answer != nil {
		status = r.answer(r.tries, d)
	}
	if status < 300 {
		r.got = append(r.got, d)
	}
	w.WriteHeader(status)
}

// arrived returns the positions that have arrived, each once, sorted.
func (r *receiver) arrived() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []int
	for _, d := range r.got {
		all = append(all, d.position)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// inOrder fails unless the first arrivals of each resource's events came in order.
func (r *receiver) inOrder() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	newest, seen := map[string]int{}, map[int]bool{}
	for _, d := range r.got {
		if !seen[d.position] && d.position < newest[d.subject] {
			r.t.Errorf("%s: %d arrived after %d", d.subject, d.position, newest[d.subject])
		}
		seen[d.position], newest[d.subject] = true, max(newest[d.subject], d.position)
	}
}
