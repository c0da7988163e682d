package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
)

// Given a stream with signs of life between its events, when it is read, then each event comes with its
// position, after the stream has begun.
func TestReadStream(t *testing.T) {
	t.Parallel()
	text := ": the stream lives\nid: 3\n\nid: 4\ndata: {}\n\n: the stream lives\nid: 6\n\nid: 7\ndata: {}\n\n"
	begun, arrivals := make(chan struct{}), make(chan arrival, 9)
	readStream(strings.NewReader(text), begun, arrivals)
	close(arrivals)
	<-begun
	var got []eventstore.Position
	for a := range arrivals {
		got = append(got, a.position)
	}
	if diff := cmp.Diff([]eventstore.Position{4, 7}, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

// Given a subscriber that gets other events, too, when one is awaited, then its time is told; and an error
// when the subscriber ends.
func TestAwait(t *testing.T) {
	t.Parallel()
	arrivals := make(chan arrival, 3)
	for n := range 3 {
		arrivals <- arrival{eventstore.Position(n + 5), time.Unix(int64(n), 0)}
	}
	close(arrivals)
	s := subscriber{name: "one", arrivals: arrivals}
	if at, err := s.await(t.Context(), 6); err != nil || !at.Equal(time.Unix(1, 0)) {
		t.Errorf("position 6 came at %s, %v", at, err)
	}
	if at, err := s.await(t.Context(), 9); err == nil {
		t.Errorf("position 9 came at %s", at)
	}
}

// Given an answer with a position, when something is changed, then the position is told; without one it is an
// error.
func TestChangeTellsItsPosition(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]eventstore.Position{"42": 42, "": 0} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Gatelog-Position", header)
			_, _ = w.Write([]byte("{}"))
		}))
		defer server.Close()
		c := testCaller(server)
		request, err := c.request("POST", "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := dial(t.Context(), c.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.close()
		if got, err := l.change(request); got != want || (err != nil) != (want == 0) {
			t.Errorf("header %q: position %d, %v", header, got, err)
		}
	}
}

func TestTheSlowerSubscriberCounts(t *testing.T) {
	t.Parallel()
	took := func(ms ...time.Duration) sample {
		s := sample{}
		for _, one := range ms {
			s.latencies = append(s.latencies, one*time.Millisecond)
		}
		return s
	}
	r := deliveryResult([]subscriber{{name: "quick"}, {name: "slow"}}, []deliveries{
		{sinceAnswer: []sample{took(0, 1), took(2, 9)}, sinceSent: []sample{took(5, 6), took(7, 14)}},
		{sinceAnswer: []sample{took(0), took(3)}, sinceSent: []sample{took(5), took(8)}},
	})
	if want := (latency{P50: 3, P99: 9}); r.Ours != 9 || r.OursLatency != want || r.Unit != "ms" || len(r.Notes) != 2 {
		t.Errorf("got %+v, want a p99 of 9 ms", r)
	}
}

func TestABackupIsHeldAgainstTheDisk(t *testing.T) {
	t.Parallel()
	second := func(megabytes int) sample {
		return sample{count: megabytes * megabyte, took: time.Second, cpu: usage{generator: time.Second}}
	}
	made := backup.Manifest{Segments: []backup.Segment{{Bytes: 50 * megabyte}, {Bytes: 70 * megabyte}}}
	r := backupResult(series{second(600), second(600)}, series{second(1000), second(1200)}, made, "a log")
	if r.Ours != 600 || r.Bare != 1100 || r.Unit != "MB/s" || r.Ratio != 0.55 {
		t.Errorf("%v of %v %s, ratio %v; want 600 of 1100 MB/s, ratio 0.55", r.Ours, r.Bare, r.Unit, r.Ratio)
	}
	want := []string{"a log; the backup has 0.20 of that, in 2 files", "processor time a byte: 1.67 ns, bare 0.91 ns"}
	if diff := cmp.Diff(want, r.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestASequentialWriteIsWholeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	b := &bench{dir: t.TempDir()}
	for _, bytes := range []int{0, 1, 3<<20 + 5} {
		if s, err := b.writeSequentially(bytes); err != nil || s.count != bytes || s.took <= 0 {
			t.Errorf("%d bytes: %+v, %v", bytes, s, err)
		}
	}
	if left, err := os.ReadDir(b.dir); len(left) > 0 || err != nil {
		t.Errorf("%v is left, %v", left, err)
	}
	gone := &bench{dir: filepath.Join(b.dir, "gone")}
	if _, err := gone.writeSequentially(1); err == nil {
		t.Error("a file was written in no directory")
	}
}
