package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

// testCaller signs requests to a test server.
func testCaller(s *httptest.Server) caller {
	return caller{addr: strings.TrimPrefix(s.URL, "http://"), Credentials: node.Credentials{
		AccessKey: "key", SecretKey: "secret", ProjectID: "p", InstanceID: "i",
	}}
}

// Given a server that checks signatures, when requests are driven, then each arrives once, signed, with
// its body.
func TestDriveSendsEachRequestOnce(t *testing.T) {
	t.Parallel()
	var seen, bad atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		body, err := io.ReadAll(r.Body)
		h, parseErr := signature.Parse(r.Header.Get("Authorization"))
		if err != nil || parseErr != nil || h.Verify(r, body, []byte("secret"), time.Now()) != nil {
			bad.Add(1)
		}
		w.WriteHeader(http.StatusCreated)
	}))
	defer server.Close()
	c := testCaller(server)
	requests := make([]wire, 50)
	for i := range requests {
		var err error
		if requests[i], err = c.request("POST", c.path("/apis"), definition("g", i)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := drive(t.Context(), c.addr, 4, requests)
	if err != nil {
		t.Fatal(err)
	}
	if seen.Load() != 50 || bad.Load() != 0 || s.count != 50 || len(s.latencies) != 50 {
		t.Errorf("seen %d, badly signed %d, counted %d of 50", seen.Load(), bad.Load(), s.count)
	}
}

// Given a server that refuses, when requests are driven, then the error holds what it said.
func TestDriveStopsAtARefusal(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the reason", http.StatusConflict)
	}))
	defer server.Close()
	c := testCaller(server)
	request, err := c.request("GET", "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = drive(t.Context(), c.addr, 2, []wire{request, request, request})
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte("the reason")) {
		t.Errorf("got %v, want an error with the reason", err)
	}
}

func TestTogetherStopsAtAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := together(t.Context(), 2, 10, func(_ context.Context, _, i int) error {
		if i == 3 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// Given three rounds, when sides take turns, then they alternate, and the first round does not count.
func TestTakeTurns(t *testing.T) {
	t.Parallel()
	var order []string
	turn := func(name string) side {
		return func(_ context.Context, round int) (sample, error) {
			order = append(order, name)
			return sample{count: round}, nil
		}
	}
	all, err := (&bench{}).takeTurns(t.Context(), 2, turn("a"), turn("b"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "a", "b", "a", "b"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if len(all[0]) != 2 || all[0][0].count != 1 || all[1][1].count != 2 {
		t.Errorf("counted rounds: %+v", all)
	}
}

func TestDefinitionIsAccepted(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 9_999_999} {
		m := domain.NewMoment(time.Now(), "test")
		if _, err := apig.Prepare(m, definition("group", n), nil, apig.DefaultLimits()); err != nil {
			t.Errorf("definition %d: %v", n, err)
		}
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want []string // figures
		bad  bool
	}{
		"all":            {nil, figureNames(), false},
		"two, in order":  {[]string{"--only", "start, get"}, []string{"get", "start"}, false},
		"unknown figure": {[]string{"--only", "gets"}, nil, true},
		"bad rounds":     {[]string{"--rounds", "-1"}, nil, true},
		"an argument":    {[]string{"get"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := parseFlags(c.args)
			if (err != nil) != c.bad {
				t.Fatalf("error %v, want one: %v", err, c.bad)
			}
			if c.bad {
				return
			}
			var got []string
			chosen, err := o.chosen()
			for _, f := range chosen {
				got = append(got, f.name)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("figures (-want +got):\n%s %v", diff, err)
			}
		})
	}
}

// The full run has the counts that the titles of the figures name.
func TestScaleIsWhatTheTitlesSay(t *testing.T) {
	t.Parallel()
	s := scaleOf(options{})
	if s.apis() != 50_000 || 4*s.apis()+s.history < 200_000 || s.history != 1000 {
		t.Errorf("%d APIs, %d events, %d of one API", s.apis(), 4*s.apis()+s.history, s.history)
	}
	if s := scaleOf(options{turns: 9, quick: true}); s.rounds != 9 || s.starts != 9 || s.apis() >= 50_000 {
		t.Errorf("quick with 9 rounds: %+v", s)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := report(&out, []result{
		{Figure: "a", Title: "first", Unit: "/s", Ours: 50, Bare: 100, Ratio: 0.5, Ratios: []float64{0.4, 0.5, 0.6},
			Floor: floor{AtLeast: 0.6}, OursLatency: latency{P50: 1.5, P99: 2}, BareName: "engine", Notes: []string{"in thought"}},
		{Figure: "b", Title: "second", Unit: "s", Ours: 4.5, Floor: floor{AtMost: 5}, Others: 0.5},
	}, 61*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"first", "50/s", "100/s", "0.50", "0.60", "BELOW"},
		{"second", "4.50 s", "-", "-", "under 5.00 s", "ok"},
		{"a", "1.50", "2.00", "-", "-", "0.40 0.50 0.60", "engine"},
		{"a", "in thought"},
		{"Other programs had 50 % of the processors during b: measure again on a quiet machine."},
		{"measured in 1m1s"},
	} {
		if !hasLine(out.String(), want) {
			t.Errorf("no line with %q in\n%s", want, out.String())
		}
	}
}

// hasLine tells whether a line of text is made of the cells.
func hasLine(text string, cells []string) bool {
	want := strings.Fields(strings.Join(cells, " "))
	for line := range strings.Lines(text) {
		if cmp.Equal(strings.Fields(line), want) {
			return true
		}
	}
	return false
}

func TestPhasesStartAnew(t *testing.T) {
	t.Parallel()
	var p phases
	for _, at := range []projections.Progress{
		{Phase: "reading", Elapsed: time.Second}, {Phase: "done", Elapsed: 9 * time.Second, Events: 1},
		{Phase: "reading", Elapsed: 2 * time.Second}, {Phase: "reading", Elapsed: 3 * time.Second},
		{Phase: "writing", Elapsed: 4 * time.Second, Events: 7},
	} {
		p.hear(at)
	}
	if got, want := p.text(), "reading at 2.00 s, writing at 4.00 s"; got != want || p.events != 7 {
		t.Errorf("got %q with %d events, want %q with 7", got, p.events, want)
	}
}

func TestStatementForAnotherGroup(t *testing.T) {
	t.Parallel()
	s := statement{text: "SELECT", args: []any{"tenant", "heard", int64(20)}}
	if diff := cmp.Diff([]any{"tenant", "other", int64(20)}, s.of("heard", "other")); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if s.args[1] != "heard" {
		t.Errorf("the heard arguments were changed: %v", s.args)
	}
}

func TestProfilesOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	var none *profiler
	none.during(t.Context(), nil, "x")()
	if stop, err := none.own("x"); err != nil || stop() != nil {
		t.Errorf("no profiler: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "profiles")
	file, err := (&profiler{dir}).create("get")
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Name(); got != filepath.Join(dir, "get.pprof") {
		t.Errorf("profile in %s", got)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
