package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
	"github.com/gatelog/gatelog/projections/calls"
)

// StatisticsView are the samples of the last minutes (APIG V2 §3.18.1, §3.18.3).
type StatisticsView[S any] struct {
	Code      string `json:"code" doc:"APIG.0000."`
	Msg       string `json:"msg"`
	StartTime int64  `json:"start_time" doc:"First minute: UNIX time in seconds."`
	EndTime   int64  `json:"end_time" doc:"Last minute, the one that is running."`
	List      []S    `json:"list" doc:"The minutes with calls, oldest first."`
}

// GroupSampleView is what the calls of a group in one minute add up to (APIG V2 §3.18.3).
type GroupSampleView struct {
	MaxLatency       int64   `json:"max_latency" doc:"Milliseconds."`
	AvgLatency       float64 `json:"avg_latency"`
	ReqCount         int64   `json:"req_count"`
	ReqCount2xx      int64   `json:"req_count2xx"`
	ReqCount4xx      int64   `json:"req_count4xx"`
	ReqCount5xx      int64   `json:"req_count5xx"`
	ReqCountError    int64   `json:"req_count_error" doc:"Answers 4xx and 5xx."`
	OutputThroughput int64   `json:"output_throughput" doc:"Bytes of answers."`
	InputThroughput  int64   `json:"input_throughput" doc:"Bytes of requests."`
	CurrentMinute    int64   `json:"current_minute" doc:"UNIX time in seconds."`
	GroupID          string  `json:"group_id"`
	Provider         string  `json:"provider" doc:"Project that the API belongs to."`
	ReqTime          string  `json:"req_time" doc:"The minute, in UTC."`
	RegisterTime     string  `json:"register_time" doc:"When the sample was last added to, in UTC."`
}

// APISampleView is what the calls of an API in one minute add up to (APIG V2 §3.18.1).
type APISampleView struct {
	GroupSampleView
	MaxInnerLatency   int64   `json:"max_inner_latency" doc:"Of the gateway itself."`
	AvgInnerLatency   float64 `json:"avg_inner_latency"`
	MaxBackendLatency int64   `json:"max_backend_latency"`
	AvgBackendLatency float64 `json:"avg_backend_latency"`
	Cycle             string  `json:"cycle" doc:"MINUTE."`
	APIID             string  `json:"api_id"`
	Status            int     `json:"status" doc:"1: valid."`
}

// DatapointView is the value of a metric in a period; it has the one member that the request's filter names
// (APIG V2 §3.18.2).
type DatapointView struct {
	Average   *int64 `json:"average,omitempty"`
	Max       *int64 `json:"max,omitempty"`
	Min       *int64 `json:"min,omitempty"`
	Sum       *int64 `json:"sum,omitempty"`
	Variance  *int64 `json:"variance,omitempty"`
	Timestamp int64  `json:"timestamp" doc:"Beginning of the period: UNIX time in milliseconds."`
	Unit      string `json:"unit" doc:"bit/s, % or Byte."`
}

// DatapointsView is the answer to APIG V2 §3.18.2.
type DatapointsView struct {
	Datapoints []DatapointView `json:"datapoints" doc:"The periods with any traffic, oldest first."`
}

const tagStatistics = "Statistics"

// statistics registers APIG V2 §3.18.
func (s *Surface) statistics(api huma.API) {
	register(s, api, operation{
		id: "ListLatelyApiStatisticsV2", section: "3.18.1", method: http.MethodGet, path: instancePath + "/statistics/api/latest", status: 200,
		summary: "Show the calls of an API in the last minutes", actions: []string{"apig:metricData:get"}, needs: "api_id", tag: tagStatistics,
	}, s.apiStatistics)
	register(s, api, operation{
		id: "ListMetricData", section: "3.18.2", method: http.MethodGet, path: instancePath + "/metric-data", status: 200,
		summary: "Show the traffic through the public addresses of an instance", actions: []string{"apig:metricData:get"}, tag: tagStatistics,
	}, s.metricData)
	register(s, api, operation{
		id: "ListLatelyGroupStatisticsV2", section: "3.18.3", method: http.MethodGet, path: instancePath + "/statistics/group/latest", status: 200,
		summary: "Show the calls of a group in the last hour", actions: []string{"apig:metricData:get"}, needs: "group_id", tag: tagStatistics,
	}, s.groupStatistics)
}

type apiStatisticsIn struct {
	InInstance
	APIID    string `query:"api_id" maxLength:"65" doc:"API."`
	Duration string `query:"duration" maxLength:"16" doc:"Required. How far back: a number with h or m, at most 1h or 60m."`
}

// inThePresent refuses to tell of the past what was counted and not decided: no event has it.
func inThePresent(ctx context.Context) error {
	if _, past := projections.MomentOf(ctx); !past {
		return nil
	}
	err := domain.Errorf(domain.CodeInvalid, "calls are counted and no events: they have no past, but the periods that the parameters name")
	err.Param = "as_of"
	return err
}

func (s *Surface) apiStatistics(ctx context.Context, _ commands.Call, in *apiStatisticsIn) (*answer[StatisticsView[APISampleView]], error) {
	if err := inThePresent(ctx); err != nil {
		return nil, err
	}
	if err := s.Queries.Exists(ctx, in.in()); err != nil {
		return nil, err
	}
	if err := needed("api_id", in.APIID); err != nil {
		return nil, err
	}
	period, err := apig.RecentPeriod(in.Duration)
	if err != nil {
		return nil, err
	}
	if _, err := s.Queries.Draft(ctx, in.in(), in.APIID); err != nil {
		return nil, err
	}
	recent, err := s.Calls.OfAPI(ctx, in.ProjectID, in.InstanceID, in.APIID, period)
	if err != nil {
		return nil, err
	}
	view := statisticsOf(recent, func(c calls.Sample) APISampleView {
		return APISampleView{
			GroupSampleView: groupSample(in.Project, c), MaxInnerLatency: c.InnerMax, AvgInnerLatency: c.InnerAvg,
			MaxBackendLatency: c.BackendMax, AvgBackendLatency: c.BackendAvg, Cycle: "MINUTE", APIID: in.APIID, Status: 1,
		}
	})
	return read(view), nil
}

// codeSuccess is the code of statistics (APIG V2 §3.18).
const codeSuccess = "APIG.0000"

func statisticsOf[S any](recent calls.Recent, sample func(calls.Sample) S) StatisticsView[S] {
	view := StatisticsView[S]{Code: codeSuccess, StartTime: recent.Begin.Unix(), EndTime: recent.End.Unix(), List: []S{}}
	for _, c := range recent.Samples {
		view.List = append(view.List, sample(c))
	}
	return view
}

func groupSample(of Project, c calls.Sample) GroupSampleView {
	return GroupSampleView{
		MaxLatency: c.LatencyMax, AvgLatency: c.LatencyAvg, ReqCount: c.Requests, ReqCount2xx: c.Count2xx, ReqCount4xx: c.Count4xx,
		ReqCount5xx: c.Count5xx, ReqCountError: c.Count4xx + c.Count5xx, OutputThroughput: c.Downstream, InputThroughput: c.Upstream,
		CurrentMinute: c.Minute.Unix(), GroupID: c.GroupID, Provider: of.ProjectID,
		ReqTime: c.Minute.UTC().Format(time.DateTime), RegisterTime: c.UpdatedAt.UTC().Format(time.DateTime),
	}
}

type groupStatisticsIn struct {
	InInstance
	GroupID string `query:"group_id" maxLength:"65" doc:"Group."`
}

func (s *Surface) groupStatistics(ctx context.Context, _ commands.Call, in *groupStatisticsIn) (*answer[StatisticsView[GroupSampleView]], error) {
	if err := inThePresent(ctx); err != nil {
		return nil, err
	}
	if err := s.Queries.Exists(ctx, in.in()); err != nil {
		return nil, err
	}
	if err := needed("group_id", in.GroupID); err != nil {
		return nil, err
	}
	if _, err := s.Queries.Group(ctx, in.in(), in.GroupID); err != nil {
		return nil, err
	}
	recent, err := s.Calls.OfGroup(ctx, in.ProjectID, in.InstanceID, in.GroupID, apig.MostStatistics)
	if err != nil {
		return nil, err
	}
	return read(statisticsOf(recent, func(c calls.Sample) GroupSampleView { return groupSample(in.Project, c) })), nil
}

type metricDataIn struct {
	InInstance
	Dim    string `query:"dim" maxLength:"64" doc:"Required. inbound_eip or outbound_eip."`
	Metric string `query:"metric_name" maxLength:"64" doc:"Required. upstream_bandwidth, downstream_bandwidth, upstream_bandwidth_usage, downstream_bandwidth_usage, up_stream or down_stream."`
	From   string `query:"from" maxLength:"20" doc:"Required. Begin: UNIX time in milliseconds."`
	To     string `query:"to" maxLength:"20" doc:"Required. End: UNIX time in milliseconds, after from."`
	Period string `query:"period" maxLength:"20" doc:"Required. Seconds: 300, 1200, 3600, 14400, 86400, or 1 for the samples, which are of one minute."`
	Filter string `query:"filter" maxLength:"64" doc:"Required. average, max, min, sum or variance."`
}

func (s *Surface) metricData(ctx context.Context, _ commands.Call, in *metricDataIn) (*answer[DatapointsView], error) {
	if err := inThePresent(ctx); err != nil {
		return nil, err
	}
	if err := s.Queries.Exists(ctx, in.in()); err != nil {
		return nil, err
	}
	q, err := apig.ParseMetricQuery(in.Dim, in.Metric, in.From, in.To, in.Period, in.Filter)
	if err != nil {
		return nil, err
	}
	i, err := s.Queries.Instance(ctx, in.in())
	if err != nil {
		return nil, err
	}
	points, err := s.Calls.Metric(ctx, in.ProjectID, i, q)
	if err != nil {
		return nil, err
	}
	view := DatapointsView{Datapoints: []DatapointView{}}
	for _, p := range points {
		view.Datapoints = append(view.Datapoints, datapoint(q, p))
	}
	return read(view), nil
}

func datapoint(q apig.MetricQuery, p calls.Datapoint) DatapointView {
	view := DatapointView{Timestamp: p.Begin.UnixMilli(), Unit: q.Unit()}
	members := map[string]**int64{"average": &view.Average, "max": &view.Max, "min": &view.Min, "sum": &view.Sum, "variance": &view.Variance}
	*members[q.Filter] = &p.Value
	return view
}
