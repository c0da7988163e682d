package gatelog_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

func TestEventOfTheLog(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	head, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	a := get(t, w, "/log/"+strconv.FormatUint(uint64(head), 10), &e)
	if got := a.header.Get("Content-Type"); got != "application/cloudevents+json" {
		t.Errorf("content type %q", got)
	}
	want := map[string]any{
		"specversion": "1.0", "source": "gatelog", "type": "apig.group.created", "subject": "group/" + group, "datacontenttype": "application/json",
		"schemaversion": "1", "position": strconv.FormatUint(uint64(head), 10), "surface": "apig", "tenant": gatelogtest.Project,
		"actorid": "gatelog", "actorname": "gatelog", "command": "apig.CreateGroup", "correlationid": "request-1", "reason": "a group",
	}
	if data, ok := e["data"].(map[string]any); !ok || data["group"] == nil {
		t.Errorf("data = %v", e["data"])
	}
	for _, name := range []string{"id", "time", "data"} {
		if e[name] == nil {
			t.Errorf("no %s", name)
		}
		delete(e, name)
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	run(t, w, "", []scenario{
		{name: "beyond the end", path: "/log/99999", status: http.StatusNotFound, must: []string{"gatelog.not_found", "99999"}},
		{name: "before the beginning", path: "/log/0", status: http.StatusBadRequest, must: []string{"path.position"}},
		{name: "no position", path: "/log/newest", status: http.StatusBadRequest, must: []string{"path.position"}},
	})
}

func TestCloudEventOfARecordThatIsAboutNoAggregate(t *testing.T) {
	t.Parallel()
	e := gatelog.NewCloudEvent(eventstore.Recorded{Position: 1 << 40, Message: eventstore.Message{
		Subject: "evt.apig.p1.writer", ID: "x", Type: eventstore.TypeWriterTaken, Schema: 1, Time: time.Unix(0, 0), Data: []byte(`{"owner":"n1"}`),
	}})
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"specversion":"1.0","id":"x","source":"gatelog","type":"gatelog.writer.taken","subject":"writer","time":"1970-01-01T00:00:00Z",` +
		`"datacontenttype":"application/json","schemaversion":"1","position":"1099511627776","surface":"apig","tenant":"p1","data":{"owner":"n1"}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	e.Data = json.RawMessage("not JSON")
	if _, err := json.Marshal(e); err == nil {
		t.Error("data that is no JSON was written as JSON")
	}
}

func TestProjections(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.Group("shop")
	var list gatelog.ProjectionListView
	get(t, w, "/projections", &list)
	if len(list.Projections) != 3 {
		t.Fatalf("projections = %+v", list)
	}
	p := list.Projections[0]
	if p.Name != "apig" || p.Lag != 0 || p.Position != list.Head || p.Head != list.Head || p.Owner != "test" || p.Failure != nil {
		t.Errorf("projection = %+v of a log that ends at %d", p, list.Head)
	}

	w.Stop()
	w.DB.MustExec("UPDATE gatelog.checkpoints SET position = position - 1, failed_at = 3, failed_type = 'apig.odd', failure = 'it is odd' WHERE name = 'apig'")
	get(t, w, "/projections", &list)
	p = list.Projections[0]
	if p.Lag != 1 || p.Owner != "" || p.Failure == nil || *p.Failure != (gatelog.FailureView{Position: 3, Type: "apig.odd", Error: "it is odd"}) {
		t.Errorf("a projection that has stopped = %+v", p)
	}
}

func TestAFailureOfOursSaysNothingOfOurInsides(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.DB.MustExec("ALTER TABLE gatelog.checkpoints RENAME TO lost")
	run(t, w, "", []scenario{{
		name: "no table", path: "/projections", status: http.StatusInternalServerError,
		must: []string{`"error_code":"gatelog.internal"`, `"request_id":"`}, mustNot: []string{"checkpoints", "pq:"},
	}})
}

func TestTheDescriptionNamesEachAction(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	r := httptest.NewRecorder()
	w.Handler.ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil))
	for _, action := range []string{gatelog.ActionHistory, gatelog.ActionVersions, gatelog.ActionVersion, gatelog.ActionSetQuota, gatelog.ActionProjections, gatelog.ActionLog, gatelog.ActionSkip} {
		if !strings.Contains(r.Body.String(), action) {
			t.Errorf("the description does not name %s", action)
		}
	}
}
