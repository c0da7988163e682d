package gatelog_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// sse is a live stream as a client has it.
type sse struct {
	t      *testing.T
	header http.Header
	body   io.ReadCloser
	lines  *bufio.Scanner
	lastID string
}

// open begins a stream; path is behind /gatelog/v1.
func open(t *testing.T, address, path, lastID string) *sse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/gatelog/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(response.Body)
		t.Fatalf("GET %s = %d %s", path, response.StatusCode, body)
	}
	return &sse{t: t, header: response.Header, body: response.Body, lines: bufio.NewScanner(response.Body)}
}

// event is what a test looks at in an event.
type event struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Subject  string `json:"subject"`
	Tenant   string `json:"tenant"`
	Position string `json:"position"`
}

// next returns the next event; ok is false when the stream has ended as it should.
func (s *sse) next() (e event, ok bool) {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if id, is := strings.CutPrefix(line, "id: "); is {
			s.lastID = id
		}
		if data, is := strings.CutPrefix(line, "data: "); is {
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				s.t.Fatalf("%v in %s", err, data)
			}
			return e, true
		}
	}
	if err := s.lines.Err(); err != nil {
		s.t.Fatal(err)
	}
	return e, false
}

// types returns the types of the next n events.
func (s *sse) types(n int) []string {
	s.t.Helper()
	var all []string
	for range n {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("the stream has ended after %v", all)
		}
		if e.Position != s.lastID {
			s.t.Errorf("the event at position %s has the id %s", e.Position, s.lastID)
		}
		all = append(all, e.Type)
	}
	return all
}

const projectEvents = "/projects/" + gatelogtest.Project + "/events"

func TestLiveStream(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	address := w.Listen()

	s := open(t, address, projectEvents+"?after=0&kind=group,api", "")
	if got := s.header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	if diff := cmp.Diff([]string{"apig.group.created"}, s.types(1)); diff != "" {
		t.Errorf("what was there (-want +got):\n%s", diff)
	}
	api := w.API(group, "list", "one.example")
	w.Publish(api)
	if diff := cmp.Diff([]string{"apig.api.created", "apig.api.published"}, s.types(2)); diff != "" {
		t.Errorf("what came then (-want +got):\n%s", diff)
	}
	_ = s.body.Close()

	w.Delete(api)
	again := open(t, address, projectEvents+"?after=0&kind=api&type=apig.*.deleted,*.taken_offline", s.lastID)
	if diff := cmp.Diff([]string{"apig.api.taken_offline", "apig.api.deleted"}, again.types(2)); diff != "" {
		t.Errorf("after Last-Event-ID (-want +got):\n%s", diff)
	}
	other := open(t, address, projectEvents+"?after=0&kind=group,api&instance="+w.InstanceID+"&type=*.created&since=2020-01-01T00:00:00Z", "")
	if diff := cmp.Diff([]string{"apig.group.created", "apig.api.created"}, other.types(2)); diff != "" {
		t.Errorf("of an instance (-want +got):\n%s", diff)
	}
}

func TestALiveStreamBeginsAtATime(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	w.Group("shop")
	address := w.Listen()
	since := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	if diff := cmp.Diff([]string{"apig.group.created"}, open(t, address, projectEvents+"?kind=group&since="+since, "").types(1)); diff != "" {
		t.Errorf("since an hour (-want +got):\n%s", diff)
	}
	now := open(t, address, projectEvents+"?kind=group", "")
	second := w.Group("second")
	if e, _ := now.next(); e.Subject != "group/"+second {
		t.Errorf("a stream that begins now has first %+v", e)
	}
}

func TestLiveStreamsOfTenants(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	const other = "fedcba9876543210fedcba9876543210"
	fence, err := w.Log.Take(t.Context(), "toy", other, "test")
	if err != nil {
		t.Fatal(err)
	}
	append1 := func(id string) {
		t.Helper()
		_, err := w.Log.Append(t.Context(), fence, []eventstore.Message{{
			Subject: "evt.toy." + other + ".thing.x", ID: id, Type: "toy.done", Schema: 1, Time: time.Now(), Data: []byte("{}"),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	append1("e1")
	w.Group("shop")
	address := w.Listen()
	s := open(t, address, projectEvents+"?after=0", "")
	for e, _ := s.next(); e.Type != "apig.group.created"; e, _ = s.next() {
		if e.Tenant != gatelogtest.Project || strings.HasPrefix(e.Type, "gatelog.") {
			t.Fatalf("a stream of another project has %+v", e)
		}
	}
	everything := open(t, address, "/events?after=0&type=toy.*,*.group.created", "")
	if diff := cmp.Diff([]string{"toy.done", "apig.group.created"}, everything.types(2)); diff != "" {
		t.Errorf("of all projects (-want +got):\n%s", diff)
	}
	if e, _ := open(t, address, "/events?after=0&project="+other, "").next(); e.ID != "e1" {
		t.Errorf("of one project: %+v", e)
	}
}

func TestLiveStreamsEnd(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	s := open(t, w.Listen(), projectEvents, "")
	w.Streams.End()
	w.Streams.End()
	if e, ok := s.next(); ok {
		t.Errorf("after the end comes %+v", e)
	}
	run(t, w, "", []scenario{{name: "a new one", path: projectEvents, status: http.StatusServiceUnavailable, must: []string{"gatelog.unavailable", "Last-Event-ID"}}})
}

func TestLiveStreamsAreBounded(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	address := w.Listen()
	var all []*sse
	for range 64 {
		all = append(all, open(t, address, projectEvents, ""))
	}
	run(t, w, "", []scenario{{name: "one too many", path: projectEvents, status: http.StatusTooManyRequests, must: []string{"gatelog.too_many_streams"}}})
	_ = all[0].body.Close() // and its place is free again, as soon as the server has seen it
	for deadline := time.Now().Add(10 * time.Second); ; {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/gatelog/v1"+projectEvents, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		cancel()
		if response.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no place is free: %d", response.StatusCode)
		}
	}
}

func TestLiveStreamsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	head, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run(t, w, "", []scenario{
		{name: "no number", path: projectEvents + "?after=newest", status: http.StatusBadRequest, must: []string{"query.after"}},
		{name: "no position", path: projectEvents + "?after=99999999999999999999", status: http.StatusBadRequest, must: []string{"no position of the log"}},
		{name: "beyond the end", path: projectEvents + "?after=9999", status: http.StatusBadRequest, must: []string{"gatelog.invalid", "after is 9999", "ends at position " + strconv.Itoa(int(head))}},
		{name: "no time", path: projectEvents + "?since=yesterday", status: http.StatusBadRequest, must: []string{"query.since"}},
		{name: "no type", path: projectEvents + "?type=[", status: http.StatusBadRequest, must: []string{"query.type"}},
	})
	w.Allows = func(tenant, action string) bool { return action != gatelog.ActionSubscribe }
	run(t, w, "", []scenario{
		{name: "not allowed", path: projectEvents, status: http.StatusForbidden, must: []string{gatelog.ActionSubscribe}},
		{name: "not allowed account-wide", path: "/events", status: http.StatusForbidden},
	})
	w.Allows = func(tenant, _ string) bool { return tenant == gatelogtest.Project }
	run(t, w, "", []scenario{
		{name: "another project", path: "/projects/p2/events", status: http.StatusForbidden},
		{name: "a project's policy is not the account's", path: "/events", status: http.StatusForbidden},
	})
	w.Allows = nil
	run(t, w, "", []scenario{{name: "nobody", path: projectEvents, status: http.StatusUnauthorized}})
}
