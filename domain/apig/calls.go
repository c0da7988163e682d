package apig

import (
	"cmp"
	"slices"
	"time"
)

// Bounds of how late, and how early, a call may be told of. Calls outside are not counted. The lateness
// must stay below the time that the ids of batches are remembered: then no batch can count twice.
const (
	MaxCallAge  = 24 * time.Hour
	maxCallSkew = 5 * time.Minute
)

// CallBatch is what a gateway node tells of the calls that it has served. Calls are no changes: they
// never enter the log, only counters are kept (APIG V2 §3.18).
type CallBatch struct {
	BatchID string       `json:"batch_id" minLength:"1" maxLength:"128" pattern:"^[A-Za-z0-9_.:-]+$" doc:"Name of the batch, unique in the instance: a batch that comes again is counted once."`
	Calls   []CallRecord `json:"calls" minItems:"1" maxItems:"5000" doc:"The calls; at most 5000."`
}

// CallRecord is one call of an API.
type CallRecord struct {
	APIID          string `json:"api_id" minLength:"1" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"API that was called."`
	Time           int64  `json:"time" minimum:"1" maximum:"253402300799999" doc:"When the call was answered: UNIX time in milliseconds, at most 24 hours ago."`
	Status         int    `json:"status" minimum:"100" maximum:"599" doc:"Status of the answer."`
	Latency        int64  `json:"latency_ms,omitempty" minimum:"0" maximum:"86400000" doc:"Milliseconds from the request to the answer."`
	BackendLatency int64  `json:"backend_latency_ms,omitempty" minimum:"0" maximum:"86400000" doc:"Of them, those of the backend."`
	InnerLatency   *int64 `json:"inner_latency_ms,omitempty" minimum:"0" maximum:"86400000" doc:"Of them, those of the gateway itself; default: all but the backend's."`
	RequestBytes   int64  `json:"request_bytes,omitempty" minimum:"0" maximum:"17179869184" doc:"Bytes of the request."`
	ResponseBytes  int64  `json:"response_bytes,omitempty" minimum:"0" maximum:"17179869184" doc:"Bytes of the answer."`
	PublicInbound  bool   `json:"public_inbound,omitempty" doc:"Whether the call came in through the instance's public address."`
	PublicOutbound bool   `json:"public_outbound,omitempty" doc:"Whether the backend was reached through the instance's public address."`
}

// Check returns APIG.2001 or APIG.2011 for the first member that breaks its rule.
func (b CallBatch) Check() error {
	return violated(b)
}

// CallMinute is what the calls of an API in one minute add up to. Latencies are in milliseconds, traffic
// in bytes; upstream is towards the backend, downstream towards the caller.
type CallMinute struct {
	APIID        string    `json:"api_id"`
	Minute       time.Time `json:"minute"` // its beginning, UTC
	Requests     int64     `json:"requests"`
	Count2xx     int64     `json:"count_2xx"`
	Count4xx     int64     `json:"count_4xx"`
	Count5xx     int64     `json:"count_5xx"`
	LatencySum   int64     `json:"latency_sum"`
	LatencyMax   int64     `json:"latency_max"`
	InnerSum     int64     `json:"inner_sum"`
	InnerMax     int64     `json:"inner_max"`
	BackendSum   int64     `json:"backend_sum"`
	BackendMax   int64     `json:"backend_max"`
	Upstream     int64     `json:"upstream"`
	Downstream   int64     `json:"downstream"`
	InboundUp    int64     `json:"inbound_up"` // of Upstream, what came in through the public address
	InboundDown  int64     `json:"inbound_down"`
	OutboundUp   int64     `json:"outbound_up"` // of Upstream, what went out through the public address
	OutboundDown int64     `json:"outbound_down"`
}

// Minutes adds up the calls of a batch by API and minute, sorted by both. expired is how many calls are
// too old, or too far in the future, to be counted.
func (b CallBatch) Minutes(now time.Time) (minutes []CallMinute, expired int) {
	type key struct {
		api    string
		minute int64
	}
	all := map[key]*CallMinute{}
	for _, c := range b.Calls {
		at := time.UnixMilli(c.Time).UTC()
		if at.Before(now.Add(-MaxCallAge)) || at.After(now.Add(maxCallSkew)) {
			expired++
			continue
		}
		minute := at.Truncate(time.Minute)
		k := key{c.APIID, minute.Unix()}
		if all[k] == nil {
			all[k] = &CallMinute{APIID: c.APIID, Minute: minute}
		}
		all[k].add(c)
	}
	for _, m := range all {
		minutes = append(minutes, *m)
	}
	slices.SortFunc(minutes, func(a, b CallMinute) int {
		return cmp.Or(cmp.Compare(a.APIID, b.APIID), a.Minute.Compare(b.Minute))
	})
	return minutes, expired
}

func (m *CallMinute) add(c CallRecord) {
	m.Requests++
	switch c.Status / 100 {
	case 2:
		m.Count2xx++
	case 4:
		m.Count4xx++
	case 5:
		m.Count5xx++
	}
	inner := max(c.Latency-c.BackendLatency, 0)
	if c.InnerLatency != nil {
		inner = *c.InnerLatency
	}
	m.LatencySum, m.LatencyMax = m.LatencySum+c.Latency, max(m.LatencyMax, c.Latency)
	m.InnerSum, m.InnerMax = m.InnerSum+inner, max(m.InnerMax, inner)
	m.BackendSum, m.BackendMax = m.BackendSum+c.BackendLatency, max(m.BackendMax, c.BackendLatency)
	m.Upstream, m.Downstream = m.Upstream+c.RequestBytes, m.Downstream+c.ResponseBytes
	if c.PublicInbound {
		m.InboundUp, m.InboundDown = m.InboundUp+c.RequestBytes, m.InboundDown+c.ResponseBytes
	}
	if c.PublicOutbound {
		m.OutboundUp, m.OutboundDown = m.OutboundUp+c.RequestBytes, m.OutboundDown+c.ResponseBytes
	}
}
