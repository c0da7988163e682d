package apig

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MostStatistics is how far back the statistics of APIs and groups reach (APIG V2 §3.18.1).
const MostStatistics = time.Hour

// RecentPeriod reads the length of a recent period: a whole number with h or m, at most one hour (APIG V2
// §3.18.1). The error is APIG.2012, also when there is none, as the reference's examples have it.
func RecentPeriod(text string) (time.Duration, error) {
	if text == "" {
		return 0, ErrInvalidID("duration")
	}
	units := map[string]time.Duration{"h": time.Hour, "m": time.Minute}
	unit := units[text[len(text)-1:]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 8)
	if err != nil || unit == 0 || n == 0 || time.Duration(n)*unit > MostStatistics {
		return 0, ErrInvalidID("duration")
	}
	return time.Duration(n) * unit, nil
}

// MetricQuery asks for the traffic through the public addresses of an instance (APIG V2 §3.18.2). Check it.
type MetricQuery struct {
	// Dim is inbound_eip or outbound_eip: the address that calls come in through, or that backends are
	// reached through.
	Dim string
	// Name is one of MetricNames.
	Name string
	// From and To bound the time; From is in it, To is not.
	From, To time.Time
	// Period is the granularity in seconds: 300, 1200, 3600, 14400, 86400, or 1 for the samples
	// themselves, which are of one minute.
	Period int
	// Filter is average, max, min, sum or variance.
	Filter string
}

// Values of a metric query.
const (
	InboundEIP  = "inbound_eip"
	OutboundEIP = "outbound_eip"
)

var (
	metricDims    = []string{InboundEIP, OutboundEIP}
	metricPeriods = []int{1, 300, 1200, 3600, 14400, 86400}
	metricFilters = []string{"average", "max", "min", "sum", "variance"}
)

// metric is what a metric measures: the traffic of a minute in bytes times factor, in a unit.
type metric struct {
	up     bool // upstream, else downstream
	usage  bool // as a part of the bandwidth that the instance has
	factor float64
	unit   string
}

const (
	bitsPerSecond = 8.0 / 60 // of a minute's bytes
	megabit       = 1_000_000
)

var metrics = map[string]metric{
	"upstream_bandwidth":         {up: true, factor: bitsPerSecond, unit: "bit/s"},
	"downstream_bandwidth":       {factor: bitsPerSecond, unit: "bit/s"},
	"upstream_bandwidth_usage":   {up: true, usage: true, factor: bitsPerSecond, unit: "%"},
	"downstream_bandwidth_usage": {usage: true, factor: bitsPerSecond, unit: "%"},
	"up_stream":                  {up: true, factor: 1, unit: "Byte"},
	"down_stream":                {factor: 1, unit: "Byte"},
}

// sampleSeconds is the length of a sample.
const sampleSeconds = 60

// maxDatapoints bounds an answer.
const maxDatapoints = 50_000

// ParseMetricQuery reads the parameters of APIG V2 §3.18.2. The error is APIG.2012: for one that is missing
// or breaks its rule, for from that is not before to, and for more data points than one answer has.
func ParseMetricQuery(dim, name, from, to, period, filter string) (MetricQuery, error) {
	q := MetricQuery{Dim: dim, Name: name, Filter: filter}
	for _, p := range []struct {
		name  string
		valid bool
	}{
		{"dim", slices.Contains(metricDims, dim)}, {"metric_name", metrics[name].unit != ""},
		{"from", readMillis(from, &q.From)}, {"to", readMillis(to, &q.To)},
		{"period", q.readPeriod(period)}, {"filter", slices.Contains(metricFilters, filter)},
	} {
		if !p.valid {
			return q, ErrInvalidID(p.name)
		}
	}
	if !q.From.Before(q.To) || q.To.Sub(q.From) > maxDatapoints*q.step() {
		return q, ErrInvalidID("from")
	}
	return q, nil
}

// readMillis reads a UNIX time in milliseconds, up to the year 9999.
func readMillis(text string, into *time.Time) bool {
	const last = 253_402_300_799_999
	ms, err := strconv.ParseUint(text, 10, 63)
	*into = time.UnixMilli(int64(min(ms, last))).UTC()
	return err == nil && ms <= last && !strings.HasPrefix(text, "+")
}

func (q *MetricQuery) readPeriod(text string) bool {
	n, err := strconv.Atoi(text)
	q.Period = n
	return err == nil && slices.Contains(metricPeriods, n)
}

// step is the distance of two data points.
func (q MetricQuery) step() time.Duration { return time.Duration(q.Seconds()) * time.Second }

// Seconds is the distance of two data points in seconds; those of real-time data are the samples.
func (q MetricQuery) Seconds() int { return max(q.Period, sampleSeconds) }

// Upstream reports whether the metric is about the traffic towards backends.
func (q MetricQuery) Upstream() bool { return metrics[q.Name].up }

// Unit is the unit of the data points.
func (q MetricQuery) Unit() string { return metrics[q.Name].unit }

// Factor is what the bytes of a minute are multiplied with to give the metric, in an instance with these
// bandwidths in Mbit/s. It is 0 for the usage of a bandwidth that the instance does not have.
func (q MetricQuery) Factor(i Instance) float64 {
	m := metrics[q.Name]
	if !m.usage {
		return m.factor
	}
	size := i.BandwidthSize
	if q.Dim == InboundEIP {
		size = i.IngressBandwidthSize
	}
	if size == 0 {
		return 0
	}
	return m.factor * 100 / float64(size) / megabit
}

// Samples are the samples of one period that had any traffic, in bytes a minute.
type Samples struct {
	Begin    time.Time `json:"begin"`
	Count    int       `json:"count"`
	Sum      float64   `json:"sum"`
	Squares  float64   `json:"squares"` // the sum of their squares
	Smallest float64   `json:"smallest"`
	Largest  float64   `json:"largest"`
}

// Value is the data point of a period: what the filter makes of its samples, rounded. Minutes without
// traffic count as 0, as far as they lie between From and To and are not to come.
func (q MetricQuery) Value(s Samples, factor float64, now time.Time) int64 {
	n := float64(max(q.minutes(s.Begin, now), s.Count))
	if n > float64(s.Count) {
		s.Smallest = 0
	}
	mean := s.Sum / n
	value := map[string]float64{
		"average": mean * factor, "max": s.Largest * factor, "min": s.Smallest * factor, "sum": s.Sum * factor,
		"variance": max(s.Squares/n-mean*mean, 0) * factor * factor,
	}[q.Filter]
	return int64(min(math.Round(value), math.MaxInt64/2))
}

// minutes is how many samples a period has.
func (q MetricQuery) minutes(begin, now time.Time) int {
	first, last := begin, begin.Add(q.step())
	if from := q.From.Truncate(time.Minute); from.After(first) {
		first = from
	}
	for _, end := range []time.Time{q.To, now} {
		if end.Before(last) {
			last = end
		}
	}
	return int(math.Ceil(last.Sub(first).Minutes()))
}
