package main

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/eventstore"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// longLog is a log of n events after a writer record: one a minute, of three types in turn.
func longLog(t *testing.T, n int) *eventstore.Memory {
	t.Helper()
	log := eventstore.NewMemory()
	fence, err := log.Take(t.Context(), "apig", "p1", "test")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < n; i += 500 {
		var unit []eventstore.Message
		for j := i; j < min(i+500, n); j++ {
			unit = append(unit, eventstore.Message{
				Subject: "evt.apig.p1.group.g" + strconv.Itoa(j%7), ID: strconv.Itoa(j), Type: []string{"a.one", "a.two", "b.one"}[j%3], Schema: 1,
				Time: noon.Add(time.Duration(j) * time.Minute), Data: []byte("{}"),
			})
		}
		if _, err := log.Append(t.Context(), fence, unit); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// However the log is looked through from its end, the newest n of a query are the last n of all that it
// asks for.
func TestNewestIsTheEndOfAll(t *testing.T) {
	t.Parallel()
	const events = 4000
	log := longLog(t, events)
	rapid.Check(t, func(rt *rapid.T) {
		q := &logQuery{
			eventType: rapid.SampledFrom([]string{"", "a.*", "*.one", "none"}).Draw(rt, "type"),
			after:     eventstore.Position(rapid.IntRange(0, events).Draw(rt, "after")),
			upTo:      eventstore.Position(rapid.IntRange(0, events+1).Draw(rt, "upTo")),
		}
		n := rapid.IntRange(1, 1500).Draw(rt, "n")
		var all []eventstore.Position
		err := q.read(t.Context(), log, func(r eventstore.Recorded) error { all = append(all, r.Position); return nil })
		if err != nil {
			rt.Fatal(err)
		}
		found, err := q.newest(t.Context(), log, n)
		if err != nil {
			rt.Fatal(err)
		}
		var got []eventstore.Position
		for _, r := range found {
			got = append(got, r.Position)
		}
		if diff := cmp.Diff(all[max(len(all)-n, 0):], got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("the newest %d (-want +got):\n%s", n, diff)
		}
	})
}

func TestTimesArePlacesInTheLog(t *testing.T) {
	t.Parallel()
	log := longLog(t, 300)
	for _, c := range []struct {
		since, until string
		first, last  int // numbers of events; -1 for none
	}{
		{"", "", 0, 299},
		{"2024-05-01T13:00:00", "", 60, 299},
		{"", "2024-05-01 13:00", 0, 60},
		{"2024-05-01T12:30:00Z", "2024-05-01T12:31:30Z", 30, 31},
		{"2024-05-01T14:30:00+02:00", "2024-05-01T14:30:00+02:00", 30, 30},
		{"2024-05-02", "", -1, -1},
		{"3", "4", 1, 2}, // after the writer record
		{"90m", "60m", 210, 240},
		{"500", "", -1, -1},
	} {
		t.Run(c.since+" to "+c.until, func(t *testing.T) {
			t.Parallel()
			f := logFilter{since: c.since, until: c.until}
			q, err := f.query(t.Context(), log, noon.Add(5*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			first, last := -1, -1
			err = q.read(t.Context(), log, func(r eventstore.Recorded) error {
				if last = int(r.Time.Sub(noon).Minutes()); first < 0 {
					first = last
				}
				return nil
			})
			if err != nil || first != c.first || last != c.last {
				t.Errorf("events %d to %d, %v; want %d to %d", first, last, err, c.first, c.last)
			}
		})
	}
}

func TestFiltersAreSubjectsOfTheLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		filter logFilter
		want   []string
	}{
		{logFilter{}, nil},
		{logFilter{surface: "apig"}, []string{"evt.apig.*.>"}},
		{logFilter{project: "p1"}, []string{"evt.*.p1.>"}},
		{logFilter{kind: "api"}, []string{"evt.*.*.api.*"}},
		{logFilter{surface: "apig", project: "p1", kind: "api", id: "a1"}, []string{"evt.apig.p1.api.a1"}},
	} {
		if diff := cmp.Diff(c.want, c.filter.filters()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.filter, diff)
		}
	}
}
