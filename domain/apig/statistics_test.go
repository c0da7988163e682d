package apig_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// APIG V2 §3.18.1: a number with h or m, at most the last hour.
func TestRecentPeriod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"1h": time.Hour, "1m": time.Minute, "60m": time.Hour, "07m": 7 * time.Minute} {
		if got, err := apig.RecentPeriod(text); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "h", "1", "0m", "61m", "2h", "1d", "-1m", "+1m", "1.5h", " 1h", "1H", "99999999999999999999m", "1hm", "\x00m"} {
		if got, err := apig.RecentPeriod(text); domain.CodeOf(err) != "APIG.2012" {
			t.Errorf("%q: %s, %v; want APIG.2012", text, got, err)
		}
	}
}

var metricFrom = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)

// metricQuery asks for upstream traffic of one hour from metricFrom on.
func metricQuery(t *testing.T, name, period, filter string) apig.MetricQuery {
	t.Helper()
	q, err := apig.ParseMetricQuery("inbound_eip", name, millis(metricFrom), millis(metricFrom.Add(time.Hour)), period, filter)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// APIG V2 §3.18.2: what breaks a rule is refused, as is a from that is not less than to.
func TestMetricQueryRefusals(t *testing.T) {
	t.Parallel()
	valid := []string{"inbound_eip", "up_stream", "1000", "61000", "1", "sum"}
	names := []string{"dim", "metric_name", "from", "to", "period", "filter"}
	bad := [][]string{
		{"eip", "INBOUND_EIP"}, {"traffic"}, {"x", "-1", "61000", "70000", "1.5", "+5", "99999999999999999999"},
		{"1000", "999", "x", "253402300800000", "9000000000000"}, {"0", "60", "x", "301", "-1"}, {"median", "AVERAGE"},
	}
	if _, err := apig.ParseMetricQuery(valid[0], valid[1], valid[2], valid[3], valid[4], valid[5]); err != nil {
		t.Fatal(err)
	}
	for i, values := range bad {
		for _, value := range append(values, "") {
			p := append([]string(nil), valid...)
			p[i] = value
			if _, err := apig.ParseMetricQuery(p[0], p[1], p[2], p[3], p[4], p[5]); domain.CodeOf(err) != "APIG.2012" {
				t.Errorf("%s = %q: %v, want APIG.2012", names[i], value, err)
			}
		}
	}
}

// Given two minutes with traffic in five, when a filter is applied, then the minutes without count as 0
// (APIG V2 §3.18.2).
func TestMetricValues(t *testing.T) {
	t.Parallel()
	two := apig.Samples{Begin: metricFrom, Count: 2, Sum: 600, Squares: 100*100 + 500*500, Smallest: 100, Largest: 500}
	for filter, want := range map[string]int64{"average": 120, "max": 500, "min": 0, "sum": 600, "variance": 37600} {
		q := metricQuery(t, "up_stream", "300", filter)
		if got := q.Value(two, 1, metricFrom.Add(time.Hour)); got != want {
			t.Errorf("%s: %d, want %d", filter, got, want)
		}
	}
}

// Given a period that is cut by to or by now, when its average is asked for, then only the minutes that
// have been count.
func TestMetricPeriodsAreCut(t *testing.T) {
	t.Parallel()
	q := metricQuery(t, "up_stream", "86400", "average")
	s := apig.Samples{Begin: metricFrom.Truncate(24 * time.Hour), Count: 1, Sum: 600, Squares: 360000, Smallest: 600, Largest: 600}
	for now, want := range map[time.Duration]int64{24 * time.Hour: 10, 30 * time.Minute: 20, 29*time.Minute + time.Second: 20, 0: 600, -time.Hour: 600} {
		if got := q.Value(s, 1, metricFrom.Add(now)); got != want {
			t.Errorf("now %s later: %d, want %d", now, got, want)
		}
	}
	real := metricQuery(t, "up_stream", "1", "min")
	s.Begin = metricFrom
	if got := real.Value(s, 1, metricFrom.Add(time.Hour)); got != 600 {
		t.Errorf("a sample itself: %d, want 600", got)
	}
}

// Given an instance with bandwidths, when a metric is asked for, then it has its unit.
func TestMetricUnits(t *testing.T) {
	t.Parallel()
	i := apig.Instance{BandwidthSize: 10, IngressBandwidthSize: 1}
	minute := apig.Samples{Begin: metricFrom, Count: 1, Sum: 750_000, Smallest: 750_000, Largest: 750_000} // 100 kbit/s
	for name, want := range map[string]struct {
		up    bool
		unit  string
		value int64
	}{
		"upstream_bandwidth": {true, "bit/s", 100_000}, "downstream_bandwidth": {false, "bit/s", 100_000},
		"upstream_bandwidth_usage": {true, "%", 10}, "downstream_bandwidth_usage": {false, "%", 10},
		"up_stream": {true, "Byte", 750_000}, "down_stream": {false, "Byte", 750_000},
	} {
		q := metricQuery(t, name, "1", "max")
		if got := q.Value(minute, q.Factor(i), metricFrom.Add(time.Hour)); got != want.value || q.Unit() != want.unit || q.Upstream() != want.up {
			t.Errorf("%s: %d %s, upstream %t; want %+v", name, got, q.Unit(), q.Upstream(), want)
		}
	}
	q := metricQuery(t, "upstream_bandwidth_usage", "1", "max")
	q.Dim = apig.OutboundEIP
	if got := q.Value(minute, q.Factor(i), metricFrom.Add(time.Hour)); got != 1 {
		t.Errorf("outbound usage %d, want 1", got)
	}
	if got := q.Factor(apig.Instance{}); got != 0 {
		t.Errorf("the usage of no bandwidth has the factor %g", got)
	}
}
