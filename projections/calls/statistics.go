package calls

import (
	"context"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// Sample is what the calls of an API, or of a group's APIs, in one minute add up to (APIG V2 §3.18.1,
// §3.18.3). Latencies are in milliseconds, traffic in bytes.
type Sample struct {
	Minute     time.Time `json:"minute"`
	GroupID    string    `json:"group_id"`
	Requests   int64     `json:"requests"`
	Count2xx   int64     `json:"count_2xx"`
	Count4xx   int64     `json:"count_4xx"`
	Count5xx   int64     `json:"count_5xx"`
	LatencyMax int64     `json:"latency_max"`
	InnerMax   int64     `json:"inner_max"`
	BackendMax int64     `json:"backend_max"`
	LatencyAvg float64   `json:"latency_avg"` // with two decimals
	InnerAvg   float64   `json:"inner_avg"`
	BackendAvg float64   `json:"backend_avg"`
	Upstream   int64     `json:"upstream"`
	Downstream int64     `json:"downstream"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// Recent are the samples of the last minutes, up to the one that is running.
type Recent struct {
	Begin, End time.Time // first and last minute, whether or not they have samples
	Samples    []Sample
}

// OfAPI returns the samples of an API, oldest first (APIG V2 §3.18.1). Minutes without calls have none.
func (s *Store) OfAPI(ctx context.Context, tenant, instance, api string, period time.Duration) (Recent, error) {
	return s.recent(ctx, "api_id", tenant, instance, api, period)
}

// OfGroup returns the samples of a group, oldest first (APIG V2 §3.18.3). A call belongs to the group that
// its API was in when it was counted.
func (s *Store) OfGroup(ctx context.Context, tenant, instance, group string, period time.Duration) (Recent, error) {
	return s.recent(ctx, "group_id", tenant, instance, group, period)
}

const recentSQL = `SELECT minute, max(group_id) AS group_id, sum(requests)::bigint AS requests, sum(count_2xx)::bigint AS count_2xx,
	sum(count_4xx)::bigint AS count_4xx, sum(count_5xx)::bigint AS count_5xx, max(latency_max) AS latency_max, max(inner_max) AS inner_max,
	max(backend_max) AS backend_max, round(sum(latency_sum) / sum(requests), 2) AS latency_avg, round(sum(inner_sum) / sum(requests), 2) AS inner_avg,
	round(sum(backend_sum) / sum(requests), 2) AS backend_avg, sum(upstream)::bigint AS upstream, sum(downstream)::bigint AS downstream,
	max(updated_at) AS updated_at
	FROM gatelog.call_minutes WHERE tenant = $1 AND instance_id = $2 AND %s = $3 AND minute BETWEEN $4 AND $5 GROUP BY minute ORDER BY minute`

func (s *Store) recent(ctx context.Context, column, tenant, instance, id string, period time.Duration) (Recent, error) {
	end := s.now().UTC().Truncate(time.Minute)
	r := Recent{Begin: end.Add(time.Minute - period), End: end, Samples: []Sample{}}
	err := s.db.SelectContext(ctx, &r.Samples, fmt.Sprintf(recentSQL, column), tenant, instance, id, r.Begin, r.End)
	if err != nil {
		return r, fmt.Errorf("read the counters of calls: %w", err)
	}
	return r, nil
}

// Datapoint is the value of a metric in a period that begins at a time.
type Datapoint struct {
	Begin time.Time
	Value int64
}

const metricSQL = `SELECT to_timestamp(floor(extract(epoch FROM minute) / $5) * $5) AS begin, count(*) AS count, sum(bytes)::float8 AS sum,
	sum(bytes * bytes)::float8 AS squares, min(bytes)::float8 AS smallest, max(bytes)::float8 AS largest
	FROM (SELECT minute, %[1]s::numeric AS bytes FROM gatelog.traffic_minutes
		WHERE tenant = $1 AND instance_id = $2 AND minute >= $3 AND minute < $4 AND %[1]s > 0) m
	GROUP BY 1 ORDER BY 1`

// Metric returns the data points of a metric of an instance, oldest first (APIG V2 §3.18.2). Periods without
// any traffic have none, nor has the usage of a bandwidth that the instance does not have.
func (s *Store) Metric(ctx context.Context, tenant string, in apig.Instance, q apig.MetricQuery) ([]Datapoint, error) {
	factor := q.Factor(in)
	if factor == 0 {
		return nil, nil
	}
	var periods []apig.Samples
	err := s.db.SelectContext(ctx, &periods, fmt.Sprintf(metricSQL, trafficColumn(q)), tenant, in.ID, q.From.Truncate(time.Minute), q.To, q.Seconds())
	if err != nil {
		return nil, fmt.Errorf("read the traffic of an instance: %w", err)
	}
	points, now := make([]Datapoint, len(periods)), s.now()
	for i, p := range periods {
		points[i] = Datapoint{Begin: p.Begin.UTC(), Value: q.Value(p, factor, now)}
	}
	return points, nil
}

func trafficColumn(q apig.MetricQuery) string {
	column := map[bool]string{true: "inbound_", false: "outbound_"}[q.Dim == apig.InboundEIP]
	return column + map[bool]string{true: "up", false: "down"}[q.Upstream()]
}
