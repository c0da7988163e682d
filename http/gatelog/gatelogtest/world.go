// Package gatelogtest gives tests a small Gatelog: one project with one running instance, on engines of
// the test's own, with its read models and its HTTP server.
package gatelogtest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jmoiron/sqlx"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	commandsaudit "github.com/gatelog/gatelog/commands/audit"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	identityhttp "github.com/gatelog/gatelog/http/identity"
	"github.com/gatelog/gatelog/http/server"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
	"github.com/gatelog/gatelog/projections/calls"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

// Project is the project of every world, AccessKey and SecretKey sign requests to its server.
const (
	Project   = "0123456789abcdef0123456789abcdef"
	AccessKey = "AKTEST00000000000000"
	SecretKey = "secret-of-the-test-0000000000000000000000"
)

// World is a small Gatelog.
type World struct {
	T           testing.TB
	NATSURL     string
	DatabaseURL string
	InstanceID  string
	Log         *eventstore.Stream
	DB          *sqlx.DB
	Bus         *commands.Bus
	Commands    *commandsapig.Commands
	Queries     *projectionsapig.Queries
	Audit       *projectionsaudit.Queries
	// Attempts is the journal of what the server refuses.
	Attempts *eventstore.Journal
	Handler  http.Handler
	Streams  *gatelog.Streams
	Webhooks *commandssubscriptions.Commands
	// Allows is the policy of who sends requests; nil for nobody. Default: everything.
	Allows func(tenant, action string) bool

	marks *projections.Watermarks
	stop  sync.Once
	end   func()
}

// New returns a running world that ends with the test.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{T: t, DatabaseURL: testenv.Postgres(t), Commands: commandsapig.New(unsealed{}), Webhooks: commandssubscriptions.New(unsealed{}), Streams: gatelog.NewStreams(), Allows: func(string, string) bool { return true }}
	broker := testenv.Broker(t, func(o *engine.BrokerOptions) { o.Listen = "127.0.0.1:0" })
	w.NATSURL = broker.URL()
	var err error
	conn := testenv.Connect(t, broker)
	w.Log, err = eventstore.Open(t.Context(), conn, eventstore.Options{})
	w.must(err)
	w.Attempts, err = commandsaudit.OpenJournal(t.Context(), conn, keep.For, 1)
	w.must(err)
	w.DB = w.pool(8)
	w.must(migrations.Up(t.Context(), w.DB.DB))
	w.Queries = projectionsapig.NewQueries(projections.NewStatements(w.DB, projectionsapig.New()), w.Log)
	w.start()
	w.Handler = w.serve()
	w.InstanceID = w.instance()
	return w
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *World) pool(connections int) *sqlx.DB {
	w.T.Helper()
	db, err := projections.OpenDB(w.DatabaseURL, connections)
	w.must(err)
	w.T.Cleanup(func() { _ = db.Close() })
	return db
}

// silent is a logger for what a test provokes.
var silent = slog.New(slog.DiscardHandler)

// kept are the projections that run.
func kept() []*projections.Projection {
	return []*projections.Projection{projectionsapig.New(), projections.Past(projectionsapig.New()), projectionssubscriptions.New()}
}

// keep is how long the audit trail of a world is kept.
var keep = projectionsaudit.Retention{For: 24 * time.Hour}

// start runs the writer and the projections.
func (w *World) start() {
	w.marks = projections.NewWatermarks()
	w.Bus = commands.New(commands.Options{
		Log: w.Log, Waiter: w.marks, Sealer: unsealed{}, Logger: silent,
		Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	run := func(p *projections.Projection, log eventstore.Log) {
		_, err := projections.Prepare(ctx, w.DB, log, p)
		w.must(err)
		runner := &projections.Runner{Projection: p, Log: log, DB: w.pool(2), Node: "test", Marks: w.marks, Logger: silent}
		running.Go(func() { _ = runner.RunOn(ctx) })
	}
	for _, p := range append(kept(), projectionsaudit.NewRecords(keep)) {
		run(p, w.Log)
	}
	run(projectionsaudit.NewAttempts(keep), w.Attempts)
	w.Audit = &projectionsaudit.Queries{DB: w.DB, Log: w.Log, Keep: keep, Await: func(ctx context.Context) error { return w.awaitAudit(ctx, w.marks) }}
	w.end = func() {
		w.Bus.Close()
		cancel()
		running.Wait()
	}
	w.T.Cleanup(w.Stop)
}

func (w *World) awaitAudit(ctx context.Context, marks *projections.Watermarks) error {
	head, err := w.Log.Head(ctx)
	last, lastErr := w.Attempts.Head(ctx)
	if err := errors.Join(err, lastErr); err != nil {
		return err
	}
	return errors.Join(marks.Await(ctx, projectionsaudit.NameRecords, domain.Position(head)), marks.Await(ctx, projectionsaudit.NameAttempts, domain.Position(last)))
}

// Stop ends the writer and the projections: from then on the read models stay as they are.
func (w *World) Stop() { w.stop.Do(w.end) }

// unsealed stands in for the keys of the tenant, which no test here needs.
type unsealed struct{}

// SealText implements commands.Sealer.
func (unsealed) SealText(_ context.Context, _, _ string, plain []byte) (string, error) {
	return string(plain), nil
}

// OpenText implements commands.Sealer.
func (unsealed) OpenText(_ context.Context, _, _, sealed string) ([]byte, error) {
	return []byte(sealed), nil
}

// making keeps servers from being made at the same time: that sets variables of packages.
var making sync.Mutex

func (w *World) serve() http.Handler {
	making.Lock()
	defer making.Unlock()
	e, err := server.New(server.Options{
		Version: "test", Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry(), Logger: silent,
		Authenticate: w.authenticate, AsOf: w.AsOf, Project: func(id string) bool { return id == Project },
		Attempts: func(ctx context.Context, a audit.Attempt) { w.must(commandsaudit.Record(ctx, w.Attempts, a)) },
		Surfaces: []server.Surface{{
			Name: "gatelog", Prefix: gatelog.Prefix, Deny: identityhttp.Deny,
			Register: func(api huma.API, _ *echo.Echo) {
				gatelog.Register(api, gatelog.Deps{
					Bus: w.Bus, Commands: w.Commands, Queries: w.Queries, Log: w.Log, DB: w.DB,
					Calls:       calls.NewStore(w.DB, time.Now),
					Projections: kept(), Logger: silent, Caller: w.caller, AsOf: w.AsOf, Audit: w.Audit,
					Streams: w.Streams, Subscriptions: w.Webhooks, Webhooks: projectionssubscriptions.NewQueries(projections.NewStatements(w.DB)),
				})
			},
		}},
	})
	w.must(err)
	return e
}

// policy is the caller's, of this moment.
type policy func(tenant, action string) bool

// Allows implements commands.Policy.
func (p policy) Allows(tenant, action string) bool { return p(tenant, action) }

func (w *World) caller(context.Context) commands.Policy {
	if w.Allows == nil {
		return nil
	}
	return policy(w.Allows)
}

// authenticate lets unsigned requests through, since tests of handlers need none, and refuses those whose
// signature is wrong.
func (w *World) authenticate(needed func(*http.Request) bool, deny func(echo.Context, error) error) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			h, err := signature.Parse(r.Header.Get("Authorization"))
			if errors.Is(err, signature.ErrMissing) || !needed(r) {
				return next(c)
			}
			if err == nil && h.AccessKey == AccessKey {
				var body []byte
				if body, err = signature.ReadBody(r); err == nil {
					err = h.Verify(r, body, []byte(SecretKey), time.Now())
				}
			} else {
				err = errors.Join(err, signature.ErrMismatch)
			}
			if err != nil {
				return deny(c, domain.Errorf(domain.CodeUnauthenticated, "the signature does not match"))
			}
			return next(c)
		}
	}
}

// AsOf returns a context in which queries see the world at a position of the log, or at a time.
func (w *World) AsOf(ctx context.Context, moment string) (context.Context, error) {
	head, err := w.Log.Head(ctx)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseUint(moment, 10, 63)
	if t, notTime := time.Parse(time.RFC3339Nano, moment); notTime == nil {
		first, found := eventstore.FirstSince(ctx, w.Log, head, t.Add(1))
		at, err = uint64(first-1), found
	}
	if err != nil || at < 1 || at > uint64(head) {
		return nil, domain.Errorf(domain.CodeInvalid, "%s is no moment of the log", moment)
	}
	newest, err := w.Log.Newest(ctx, projectionsapig.New().Filter(), 0)
	if err != nil {
		return nil, err
	}
	kept := min(at, uint64(newest.Position))
	return projections.AsOf(ctx, domain.Position(at)), w.marks.Await(ctx, projections.Past(projectionsapig.New()).Name, domain.Position(kept))
}

// Listen serves the world on a port of this machine and returns its address.
func (w *World) Listen() string {
	s := httptest.NewServer(w.Handler)
	w.T.Cleanup(s.Close)
	return s.URL
}

// Call is a call of an administrator who says why.
func (w *World) Call(reason string) commands.Call {
	return commands.System(Project, "request-1", reason)
}

// instance makes the one instance and waits until it runs.
func (w *World) instance() string {
	w.T.Helper()
	i, _, err := w.Commands.CreateInstance.Do(w.T.Context(), w.Bus, w.Call("start"), apig.CreateInstance{Body: apig.InstanceBody{
		Name: "gateway", SpecID: "BASIC", VPCID: "default", SubnetID: "default", SecurityGroupID: "default", AvailableZoneIDs: []string{"default"},
	}})
	w.must(err)
	for i.Status != apig.InstanceRunning {
		i, _, err = w.Commands.AdvanceInstance.Do(w.T.Context(), w.Bus, w.Call("start"), apig.AdvanceInstance{InstanceID: i.ID})
		w.must(err)
	}
	return i.ID
}
