package main

import (
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for name, c := range map[string]struct {
		sorted []time.Duration
		p      float64
		want   time.Duration
	}{
		"of nothing":       {nil, 50, 0},
		"of one":           {[]time.Duration{7}, 99, 7},
		"half of hundred":  {hundred, 50, 50},
		"99 of hundred":    {hundred, 99, 99},
		"all of hundred":   {hundred, 100, 100},
		"none of hundred":  {hundred, 0, 1},
		"99 of a few":      {hundred[:10], 99, 10},
		"between two":      {hundred[:2], 51, 2},
		"the lower of two": {hundred[:2], 50, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := percentile(c.sorted, c.p); got != c.want {
				t.Errorf("percentile %v: got %d, want %d", c.p, got, c.want)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		want   float64
	}{
		"of nothing":  {nil, 0},
		"of one":      {[]float64{3}, 3},
		"odd number":  {[]float64{9, 1, 5}, 5},
		"even number": {[]float64{4, 1, 3, 2}, 2.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := append([]float64(nil), c.values...)
			if got := median(c.values); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if diff := cmp.Diff(before, c.values); diff != "" {
				t.Errorf("the values were moved:\n%s", diff)
			}
		})
	}
}

// Given a machine that becomes half as fast after the first round, when two sides are compared, then
// the ratio is that of the sides and not that of the machine.
func TestCompareIgnoresDrift(t *testing.T) {
	t.Parallel()
	round := func(count int, took time.Duration) sample {
		return sample{count: count, took: took, latencies: []time.Duration{took}}
	}
	ours := series{round(100, time.Second), round(100, 2*time.Second), round(100, 2*time.Second)}
	bare := series{round(200, time.Second), round(200, 2*time.Second), round(200, 2*time.Second)}
	r := compare(ours, bare, "bare")
	if r.Ratio != 0.5 || r.Ours != 50 || r.Bare != 100 {
		t.Errorf("got %v of %v, ratio %v; want 50 of 100, ratio 0.5", r.Ours, r.Bare, r.Ratio)
	}
	if want := (latency{P50: 2000, P99: 2000}); r.OursLatency != want {
		t.Errorf("latency: got %+v, want %+v", r.OursLatency, want)
	}
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r    result
		want bool
	}{
		"ratio above":  {result{Ratio: 0.41, Floor: floor{AtLeast: 0.4}}, true},
		"ratio at it":  {result{Ratio: 0.4, Floor: floor{AtLeast: 0.4}}, true},
		"ratio below":  {result{Ratio: 0.39, Floor: floor{AtLeast: 0.4}}, false},
		"no ratio":     {result{Floor: floor{AtLeast: 0.4}}, false},
		"time under":   {result{Ours: 4.9, Floor: floor{AtMost: 5}}, true},
		"time over":    {result{Ours: 5.1, Floor: floor{AtMost: 5}}, false},
		"ratio no use": {result{Ours: 5.1, Ratio: 9, Floor: floor{AtMost: 5}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.r.ok(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestCPUOfAnOperation(t *testing.T) {
	t.Parallel()
	s := series{
		{count: 1, cpu: usage{server: 10, postgres: 4, generator: 2}},
		{count: 3, cpu: usage{server: 30, postgres: 4, generator: 6}},
	}
	if got, want := s.cpuPerOperation(), (usage{server: 10, postgres: 2, generator: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (series{}).cpuPerOperation(); got != (usage{}) {
		t.Errorf("of nothing: got %+v", got)
	}
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	tail := " S 42 7 7 0 -1 4194560 1 0 0 0 250 50 60 40 20 0 1 0 100 1 1"
	want := process{pid: 123, parent: 42, used: 3 * time.Second, reaped: time.Second}
	for name, c := range map[string]struct {
		text string
		want process
		ok   bool
	}{
		"plain name":           {"123 (postgres)" + tail, want, true},
		"name with a bracket":  {"123 (a) b (c)" + tail, want, true},
		"nothing":              {"", process{}, false},
		"cut off":              {"123 (postgres) S 42", process{}, false},
		"no number":            {"x (postgres)" + tail, process{}, false},
		"bracket in the front": {")123 (", process{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := parseStat([]byte(c.text))
			if got != c.want || ok != c.ok {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestUnder(t *testing.T) {
	t.Parallel()
	all := map[int]process{2: {pid: 2, parent: 1}, 3: {pid: 3, parent: 2}, 4: {pid: 4, parent: 9}}
	for pid, want := range map[int]bool{2: true, 3: true, 4: false} {
		if got := under(all, all[pid], 1); got != want {
			t.Errorf("process %d under 1: got %v, want %v", pid, got, want)
		}
	}
}

// Given a machine of which all is busy, when a quarter of it was ours, then the others had the rest.
func TestOthers(t *testing.T) {
	t.Parallel()
	whole := time.Duration(runtime.NumCPU()) * time.Second
	before := load{at: time.Unix(10, 0), busy: time.Hour, own: time.Minute}
	for name, c := range map[string]struct {
		after load
		want  float64
	}{
		"busy":        {load{time.Unix(11, 0), time.Hour + whole, time.Minute + whole/4}, 0.75},
		"all is ours": {load{time.Unix(11, 0), time.Hour + whole/2, time.Minute + whole/2}, 0},
		"no time":     {before, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.after.others(before); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestParseBusy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"cpu  100 10 50 9999 9999 20 15 5 0 0\ncpu0 1 1 1 1 1 1 1 1\n": 2 * time.Second,
		"":                         0,
		"cpu 1 2 3\n":              0,
		"cpu  a 0 0 0 0 0 0 0 0\n": 0,
	} {
		if got := parseBusy([]byte(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestRatioOfProcessorTimes(t *testing.T) {
	t.Parallel()
	bare, ours := usage{server: 40, postgres: 20}, usage{server: 60, postgres: 40, generator: 20}
	if got, want := ours.against(bare), "by processor time the ratio is 0.50"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := ours.against(usage{}); got != (usage{}).text() {
		t.Errorf("against nothing: %q", got)
	}
}
