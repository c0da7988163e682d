package node

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections"
)

// building returns a node that is about to run.
func (d *deployment) building() (*Node, *Engines) {
	d.t.Helper()
	e := d.engines()
	n, err := New(d.t.Context(), d.Config, e, silent)
	if err != nil {
		d.t.Fatal(err)
	}
	return n, e
}

// built is a node that never runs.
func (d *deployment) built() (*Node, *Engines) {
	d.t.Helper()
	n, e := d.building()
	d.t.Cleanup(func() {
		if err := errors.Join(n.release(), e.Close()); err != nil {
			d.t.Error(err)
		}
	})
	return n, e
}

// Before it knows its users a node would call every key wrong. It says that it is not ready instead.
func TestANodeThatHasNotBegunRefusesRequests(t *testing.T) {
	t.Parallel()
	n, _ := newDeployment(t).built()
	for path, c := range map[string]struct {
		status int
		says   string
	}{
		"/healthz":                  {http.StatusOK, "ok"},
		"/readyz":                   {http.StatusServiceUnavailable, "not ready: the log is still being read"},
		"/metrics":                  {http.StatusOK, "gatelog_projection_position"},
		"/v2/p/apigw/instances":     {http.StatusServiceUnavailable, `"error_code":"GATELOG.0503"`},
		"/v3/auth/tokens":           {http.StatusServiceUnavailable, `"error_msg":"the server is starting: try again"`},
		"/gatelog/v1/users":         {http.StatusServiceUnavailable, "GATELOG.0503"},
		"/readyz/../v2/p/instances": {http.StatusServiceUnavailable, "GATELOG.0503"},
	} {
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s; want %d and %s", path, w.Code, w.Body, c.status, c.says)
		}
		if w.Code == http.StatusServiceUnavailable && path != "/readyz" && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
}

func TestReadySaysWhyNot(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	if r := s.get("/readyz"); r.status != http.StatusOK || r.body != "ready\n" {
		t.Fatalf("a node that is ready: %+v", r)
	}
	notReady := func(why string) {
		t.Helper()
		if r := s.get("/readyz"); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, why) {
			t.Errorf("%+v; want %q", r, why)
		}
	}
	s.begun.Store(false)
	notReady("the log is still being read")
	s.begun.Store(true)
	s.stopping.Store(true)
	notReady("shutting down")
	s.stopping.Store(false)

	// An event that cannot be applied stops the read models of its surface, and them alone.
	s.poison()
	failed := func() bool { return s.runners[0].Failed() != nil }
	eventually(t, "the projection has stopped", failed)
	notReady("the event at position")
	if got := s.instances(*s.made); len(got) != 1 {
		t.Errorf("reads go on: %v", got)
	}
	if r := s.get("/metrics"); !strings.Contains(r.body, `gatelog_projection_failed{projection="apig"} 1`) || !strings.Contains(r.body, `gatelog_projection_failed{projection="identity"} 0`) {
		t.Error("the metrics do not say which projection has stopped")
	}

	if err := s.reads.Close(); err != nil {
		t.Fatal(err)
	}
	notReady("read models cannot be reached")
	s.engines.Conn.Close()
	notReady("the connection to NATS is CLOSED")
	s.engines.broker.Shutdown()
	notReady("NATS server is not running")
	s.end()
	if err := s.over(); err == nil {
		t.Error("a node whose engines are gone ended without a word")
	}
}

// poison appends an event that no table can hold.
func (s *served) poison() {
	s.t.Helper()
	fence, err := s.engines.Log.Take(s.t.Context(), "apig", "poisoned", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := envelope.Close(apig.Codec(), "apig", domain.Recorded{
		ID: "poison", Tenant: "poisoned", Time: time.Now(), Event: apig.GroupCreated{Group: apig.Group{ID: "g", Name: "a\x00b"}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.engines.Log.Append(s.t.Context(), fence, []eventstore.Message{m}); err != nil {
		s.t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(soon); !holds(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not within %s: %s", soon, what)
		}
	}
}

// Read models that lag are not what a client should be sent to.
func TestReadyWaitsForTheReadModels(t *testing.T) {
	t.Parallel()
	n, e := newDeployment(t).built()
	n.begun.Store(true)
	fence, err := e.Log.Take(t.Context(), "apig", "t1", "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.ready(t.Context()); err != nil {
		t.Errorf("one position behind: %v", err)
	}
	const most = eventstore.MaxUnit
	unit := make([]eventstore.Message, most)
	for i := range unit {
		m, err := envelope.Close(apig.Codec(), "apig", domain.Recorded{
			ID: fmt.Sprint(i), Tenant: "t1", Time: time.Now(), Event: apig.InstanceDeleted{InstanceID: fmt.Sprint(i)},
		})
		if err != nil {
			t.Fatal(err)
		}
		unit[i] = m
	}
	positions, err := e.Log.Append(t.Context(), fence, unit)
	if err != nil {
		t.Fatal(err)
	}
	head := domain.Position(positions[most-1])
	if err := n.ready(t.Context()); err == nil {
		t.Errorf("ready although %d positions are not applied", head)
	}
	if lag, err := n.behind(t.Context(), "apig"); lag != head || err != nil {
		t.Errorf("%d behind, %v; want %d", lag, err, head)
	}
	n.marks.Advance("apig", head-readySlack)
	if err := n.ready(t.Context()); err != nil {
		t.Errorf("as far behind as a busy node may be: %v", err)
	}
	if lag, err := n.behind(t.Context(), "apig"); lag != readySlack || err != nil {
		t.Errorf("%d behind, %v; want %d", lag, err, readySlack)
	}
	n.marks.Advance("apig", head+5)
	if lag, err := n.behind(t.Context(), "apig"); lag != 0 || err != nil {
		t.Errorf("%d behind, %v; want none", lag, err)
	}
	if lag, err := n.behind(t.Context(), "nothing"); lag != 0 || err != nil {
		t.Errorf("a surface without events is %d behind, %v", lag, err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newDeployment(t).start()
	if got := s.instances(*s.made); len(got) != 1 {
		t.Fatal(got)
	}
	text := s.get("/metrics").body
	head, err := s.engines.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("\ngatelog_log_head %d\n", head), fmt.Sprintf("\ngatelog_projection_position{projection=\"apig\"} %d\n", head),
		"\ngatelog_projection_lag{projection=\"apig\"} 0\n", "\ngatelog_projection_lag{projection=\"identity\"} 0\n",
		"\ngatelog_projection_failed{projection=\"apig\"} 0\n", "\ngatelog_webhook_dead 0\n", "\ngatelog_webhook_waiting 0\n", "\ngatelog_projection_position{projection=\"identity\"} ",
		"\ngatelog_http_requests_total{method=\"GET\",route=\"/v2/:project_id/apigw/instances\",status=\"200\"} 1\n", "\ngo_goroutines ", "\nprocess_cpu_seconds_total ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics have no line %q", strings.TrimSpace(want))
		}
	}
	s.engines.Conn.Close() // what can't be asked is left out
	if text := s.get("/metrics").body; strings.Contains(text, "gatelog_log_head") || !strings.Contains(text, "gatelog_projection_failed") {
		t.Error("without the log the metrics are wrong")
	}
	s.end()
	_ = s.over() // it has lost its log
}

// Tables of another version are made again before anything is served from them.
func TestReadModelsOfAnotherVersionAreMadeAgain(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	c := s.works(d)
	for _, statement := range []string{
		"UPDATE gatelog.checkpoints SET version = 1", "DROP SCHEMA apig_past CASCADE", "DROP TABLE apig.groups", "DELETE FROM apig.instances", "ALTER TABLE apig.envs DROP COLUMN remark",
	} {
		if _, err := s.reads.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	s = d.start()
	s.works(d)
	r, err := s.send(t.Context(), c, "GET", "/v2/"+c.ProjectID+"/apigw/instances/"+c.InstanceID+"/api-groups", "")
	if err != nil || r.status != http.StatusOK {
		t.Errorf("groups: %+v, %v", r, err)
	}
	all, err := projections.Checkpoints(t.Context(), s.reads)
	if err != nil || len(all) != len(Projections())+2 { // the audit trail has two more
		t.Errorf("checkpoints %+v, %v", all, err)
	}
	for _, p := range Projections() {
		if !slices.ContainsFunc(all, func(c projections.Checkpoint) bool { return c.Name == p.Name && c.Version == p.Version }) {
			t.Errorf("checkpoints %+v, want version %d of %s", all, p.Version, p.Name)
		}
		_, _, err = projections.Verify(t.Context(), s.reads, s.engines.Log, p, func(d projections.Difference) {
			t.Errorf("%s %s: want %s, have %s", d.Table, d.Key, d.Expected, d.Found)
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// Read models of another log are not touched.
func TestReadModelsOfAnotherLogAreRefused(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.start().stop()
	other := d.beside() // its log is empty
	if _, err := other.try(t.Context()); !errors.Is(err, projections.ErrOtherLog) {
		t.Errorf("a node with an empty log on them: %v", err)
	}
	d.start().works(d)
}

// What a node could not build it gives back.
func TestANodeThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.DebugAllow = []string{"10.0.0.0/99"}
	if _, err := d.try(t.Context()); err == nil {
		t.Error("a network that is none was accepted")
	}
	d.DebugAllow = nil
	s := d.start()
	taken := newDeployment(t)
	taken.HTTPAddr = s.address
	if _, err := taken.try(t.Context()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("two nodes on one address: %v", err)
	}
	taken.HTTPAddr = "127.0.0.1:0"
	taken.start().works(taken)
	s.works(d)
}

// An account whose users cannot be read any more locks everyone out, visibly.
func TestAnEventOfUsersThatCannotBeApplied(t *testing.T) {
	t.Parallel()
	s := newDeployment(t).start()
	fence, err := s.engines.Log.Take(t.Context(), identity.Surface, identity.Account, "test")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.engines.Log.Append(t.Context(), fence, []eventstore.Message{{
		Subject: "evt.identity.account.user.u1", ID: "poison", Type: "identity.user.sold", Schema: 1, Time: time.Now(), Data: []byte("{}"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the directory has stopped", func() bool { return s.accounts.Failed() != nil })
	if r := s.get("/readyz"); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, "identity.user.sold") {
		t.Errorf("ready: %+v", r)
	}
}

// It is no parallel test: what it counts are its own goroutines.
func TestNothingRunsOnAfterANode(t *testing.T) {
	mine := func() (n int) {
		stacks := make([]byte, 4<<20)
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			ours := strings.Contains(stack, "gatelog/gatelog/") && !strings.Contains(stack, "testing.tRunner") && !strings.Contains(stack, "testenv")
			if ours || strings.Contains(stack, "database/sql.(*DB).connectionOpener(") {
				n++
			}
		}
		return n
	}
	d := newDeployment(t)
	d.start().stop() // what tests share has started now
	before := mine()
	ends := func(after string) {
		t.Helper()
		http.DefaultClient.CloseIdleConnections()
		eventually(t, fmt.Sprintf("after %s no more than %d goroutines are left", after, before), func() bool { return mine() <= before })
	}
	s := d.start()
	s.works(d)
	if mine() <= before {
		t.Fatal("a node runs without a goroutine: the test counts the wrong ones")
	}
	s.stop()
	ends("a node that ran")
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	d.HTTPAddr = taken.Listener.Addr().String()
	before = mine()
	if _, err := d.try(t.Context()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listening where somebody is: %v", err)
	}
	ends("a node that could not listen")
	d.HTTPAddr, d.DebugAllow = "127.0.0.1:0", []string{"10.0.0.0/99"}
	if _, err := d.try(t.Context()); err == nil {
		t.Error("a network that is none was accepted")
	}
	ends("a node that could not be built")
}
