package calls_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/calls"
)

const (
	tenant   = "t1"
	instance = "i1"
)

// world is a database with the APIs a and b of the group g, and another tenant's c.
type world struct {
	db    *sqlx.DB
	store *calls.Store
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := projections.OpenDB(testenv.Postgres(t), 6)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := migrations.Up(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	if _, err := projections.Prepare(t.Context(), db, eventstore.NewMemory(), projectionsapig.New()); err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, now: time.Date(2026, 7, 8, 9, 30, 20, 0, time.UTC)}
	w.store = calls.NewStore(db, func() time.Time { return w.now })
	for _, api := range [][3]string{{"a", tenant, instance}, {"b", tenant, instance}, {"c", "t2", "i2"}} {
		w.exec(t, `INSERT INTO apig.apis SELECT $1, $2, $3, 'g', 'n', 1, 'HTTPS', 'GET', '/', 'NONE', '', now(), now(), 1, '{}', '{}'`, api[0], api[1], api[2])
	}
	return w
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// call is one so long ago.
func (w *world) call(api string, ago time.Duration, status int) apig.CallRecord {
	return apig.CallRecord{
		APIID: api, Time: w.now.Add(-ago).UnixMilli(), Status: status, Latency: 10, BackendLatency: 4, RequestBytes: 100, ResponseBytes: 1000, PublicInbound: true,
	}
}

func (w *world) count(t *testing.T, id string, all ...apig.CallRecord) calls.Outcome {
	t.Helper()
	out, err := w.store.Count(t.Context(), tenant, instance, apig.CallBatch{BatchID: id, Calls: all})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) samples(t *testing.T, api string) []calls.Sample {
	t.Helper()
	r, err := w.store.OfAPI(t.Context(), tenant, instance, api, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return r.Samples
}

// APIG V2 §3.18.1: samples of one minute, each the sum within the minute.
func TestSamplesOfAnAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := w.call("a", time.Minute, 502)
	slow.Latency, slow.BackendLatency = 21, 20
	w.count(t, "1", w.call("a", time.Minute, 200), slow, w.call("a", 0, 404))
	w.count(t, "2", w.call("a", time.Minute, 201), w.call("b", 0, 200))

	minute := w.now.Truncate(time.Minute)
	want := []calls.Sample{
		{
			Minute: minute.Add(-time.Minute), GroupID: "g", Requests: 3, Count2xx: 2, Count5xx: 1, LatencyMax: 21, InnerMax: 6, BackendMax: 20,
			LatencyAvg: 13.67, InnerAvg: 4.33, BackendAvg: 9.33, Upstream: 300, Downstream: 3000, UpdatedAt: w.now,
		},
		{
			Minute: minute, GroupID: "g", Requests: 1, Count4xx: 1, LatencyMax: 10, InnerMax: 6, BackendMax: 4,
			LatencyAvg: 10, InnerAvg: 6, BackendAvg: 4, Upstream: 100, Downstream: 1000, UpdatedAt: w.now,
		},
	}
	if diff := cmp.Diff(want, w.samples(t, "a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// APIG V2 §3.18.3: a group has the calls of all its APIs.
func TestSamplesOfAGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.count(t, "1", w.call("a", 0, 200), w.call("b", 0, 200))
	got, err := w.store.OfGroup(t.Context(), tenant, instance, "g", time.Hour)
	if err != nil || len(got.Samples) != 1 || got.Samples[0].Requests != 2 {
		t.Errorf("%+v, %v; want one sample of two calls", got, err)
	}
	other, err := w.store.OfGroup(t.Context(), "t2", instance, "g", time.Hour)
	if err != nil || len(other.Samples) != 0 {
		t.Errorf("another tenant sees %+v, %v", other, err)
	}
}

// APIG V2 §3.18.1: at most the last hour, which is sixty minutes with the one that is running.
func TestSamplesEndWithThePeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.count(t, "1", w.call("a", 59*time.Minute, 200), w.call("a", 60*time.Minute, 200), w.call("a", 3*time.Hour, 200), w.call("a", 0, 200))
	for period, want := range map[time.Duration]int{time.Hour: 2, 59 * time.Minute: 1, time.Minute: 1} {
		got, err := w.store.OfAPI(t.Context(), tenant, instance, "a", period)
		if err != nil || len(got.Samples) != want || got.End.Sub(got.Begin) != period-time.Minute {
			t.Errorf("%s: %+v, %v; want %d samples", period, got, err, want)
		}
	}
}

// Given a batch that was counted, when it comes again, then nothing is counted, also when both come at once.
func TestABatchCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	outcomes := make([]calls.Outcome, 4)
	for i := range outcomes {
		all.Go(func() {
			out, err := w.store.Count(t.Context(), tenant, instance, apig.CallBatch{BatchID: "1", Calls: []apig.CallRecord{w.call("a", 0, 200)}})
			if err != nil {
				t.Error(err)
			}
			outcomes[i] = out
		})
	}
	all.Wait()
	counted := 0
	for _, out := range outcomes {
		counted += out.Counted
		if out.Duplicate != (out.Counted == 0) {
			t.Errorf("%+v", out)
		}
	}
	if got := w.samples(t, "a"); counted != 1 || len(got) != 1 || got[0].Requests != 1 {
		t.Errorf("%d counted, samples %+v; want one call", counted, got)
	}
}

// Given a batch that comes again so late that its id is forgotten, when it is counted, then its calls are
// too old.
func TestABatchCountsOnceHoweverLateItComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call("a", 0, 200)
	w.count(t, "1", call)
	for range 60 {
		w.now = w.now.Add(time.Hour)
		if err := w.store.Sweep(t.Context(), 365*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if out := w.count(t, "1", call); out.Counted != 0 {
			t.Fatalf("at %s: %+v", w.now, out)
		}
	}
}

// Given calls of APIs that the instance does not have, when they are told of, then they are not counted: an
// instance of another tenant gains nothing.
func TestOnlyTheInstancesOwnAPIsCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.count(t, "1", w.call("c", 0, 200), w.call("nothing", 0, 200), w.call("a", 25*time.Hour, 200), w.call("a", 0, 200))
	if want := (calls.Outcome{Counted: 1, Unknown: 2, Expired: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	other, err := w.store.OfAPI(t.Context(), "t2", "i2", "c", time.Hour)
	if err != nil || len(other.Samples) != 0 {
		t.Errorf("the other tenant has %+v, %v", other, err)
	}
}

// Given old counters, when they are swept, then those within the retention stay.
func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.count(t, "1", w.call("a", 20*time.Minute, 200), w.call("a", 0, 200))
	if err := w.store.Sweep(t.Context(), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	var traffic int
	if err := w.db.GetContext(t.Context(), &traffic, "SELECT count(*) FROM gatelog.traffic_minutes"); err != nil {
		t.Fatal(err)
	}
	if got := w.samples(t, "a"); len(got) != 1 || traffic != 1 {
		t.Errorf("%d samples and %d minutes of traffic are left, want one each", len(got), traffic)
	}
}

// APIG V2 §3.18.2: traffic by period, only of the public address asked for.
func TestMetric(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	private, out := w.call("a", 0, 200), w.call("b", time.Minute, 200)
	private.PublicInbound, out.PublicInbound, out.PublicOutbound = false, false, true
	w.count(t, "1", w.call("a", 7*time.Minute, 200), w.call("b", 7*time.Minute, 200), w.call("a", 6*time.Minute, 200), private, out)
	minute := w.now.Truncate(time.Minute)
	for name, c := range map[string]struct {
		dim, metric, period, filter string
		want                        []calls.Datapoint
	}{
		"each minute":         {"inbound_eip", "up_stream", "1", "sum", []calls.Datapoint{{minute.Add(-7 * time.Minute), 200}, {minute.Add(-6 * time.Minute), 100}}},
		"five minutes":        {"inbound_eip", "down_stream", "300", "average", []calls.Datapoint{{minute.Add(-10 * time.Minute), 600}}},
		"the other address":   {"outbound_eip", "down_stream", "1", "max", []calls.Datapoint{{minute.Add(-time.Minute), 1000}}},
		"bandwidth":           {"inbound_eip", "upstream_bandwidth", "300", "max", []calls.Datapoint{{minute.Add(-10 * time.Minute), 27}}},
		"usage of nothing":    {"inbound_eip", "upstream_bandwidth_usage", "300", "max", nil},
		"variance of minutes": {"inbound_eip", "up_stream", "300", "variance", []calls.Datapoint{{minute.Add(-10 * time.Minute), 6400}}},
	} {
		from, to := fmt.Sprint(w.now.Add(-time.Hour).UnixMilli()), fmt.Sprint(w.now.Add(time.Hour).UnixMilli())
		q, err := apig.ParseMetricQuery(c.dim, c.metric, from, to, c.period, c.filter)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.store.Metric(t.Context(), tenant, apig.Instance{ID: instance}, q)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// Given batches on the stream, when the feed runs, then what can be counted is counted once, what can't is
// thrown away, and the stream is empty.
func TestFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	js, err := jetstream.New(testenv.Connect(t, testenv.Broker(t)))
	if err != nil {
		t.Fatal(err)
	}
	feed, err := calls.NewFeed(t.Context(), js, w.store, calls.FeedOptions{
		Logger: slog.New(slog.DiscardHandler),
		Exists: func(_ context.Context, _, in string) error {
			if in != instance {
				return apig.ErrInstanceNotFound(in)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	good, err := json.Marshal(apig.CallBatch{BatchID: "1", Calls: []apig.CallRecord{w.call("a", 0, 200)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		subject string
		data    string
	}{
		{calls.Subject(tenant, instance), string(good)}, {calls.Subject(tenant, instance), "no JSON"}, {calls.Subject(tenant, instance), `{"batch_id":"x"}`},
		{calls.Subject(tenant, "nothing"), string(good)}, {calls.Subject(tenant, "ä"), string(good)}, {calls.Subject(tenant, instance), string(good)},
	} {
		if _, err := js.Publish(t.Context(), m.subject, []byte(m.data)); err != nil {
			t.Fatal(err)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- feed.Run(ctx) }()
	awaitEmpty(t, js)
	cancel()

	if err := <-ended; err != nil {
		t.Errorf("the feed ended with %v", err)
	}
	if got := w.samples(t, "a"); len(got) != 1 || got[0].Requests != 1 {
		t.Errorf("samples %+v, want one call", got)
	}
}

// awaitEmpty waits until the stream holds nothing any more.
func awaitEmpty(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		s, err := js.Stream(t.Context(), calls.Stream)
		if err != nil {
			t.Fatal(err)
		}
		if s.CachedInfo().State.Msgs == 0 {
			return
		}
		<-tick.C
	}
	t.Fatal("the stream does not become empty")
}
