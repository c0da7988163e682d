package contract

import (
	"strconv"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// tellCalls tells of calls as a gateway node does.
func (c *client) tellCalls(t *testing.T, batch string, calls ...doc) doc {
	t.Helper()
	return c.send(t, message{
		method: "POST", path: "/gatelog/v1/projects/{project_id}/instances/{instance_id}/call-records",
		body: jsonOf(t, doc{"batch_id": batch, "calls": calls}),
	}).want(t, 200).doc(t)
}

func callOf(api string, at time.Time, status int) doc {
	return doc{
		"api_id": api, "time": at.UnixMilli(), "status": status, "latency_ms": 14, "backend_latency_ms": 6, "inner_latency_ms": 8,
		"request_bytes": 1071, "response_bytes": 3790, "public_inbound": true,
	}
}

func (c *client) apiStatistics(api, duration string) *model.ListLatelyApiStatisticsV2Request {
	return &model.ListLatelyApiStatisticsV2Request{InstanceId: c.instance, ApiId: api, Duration: duration}
}

func (c *client) metricRequest(t *testing.T, fields doc) *model.ListMetricDataRequest {
	t.Helper()
	all := doc{
		"instance_id": c.instance, "dim": "inbound_eip", "metric_name": "up_stream", "period": 1, "filter": "sum",
		"from": strconv.FormatInt(time.Now().Add(-time.Hour).UnixMilli(), 10), "to": strconv.FormatInt(time.Now().Add(time.Hour).UnixMilli(), 10),
	}
	for name, value := range fields {
		all[name] = value
	}
	return fromDoc[model.ListMetricDataRequest](t, all)
}

// §3.18.1, §3.18.3: samples of one minute, of an API and of its group. A batch that comes twice counts once.
func TestStatistics(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group := c.newGroup(t)
	api := text(t, c.createAPI(t, mockAPI(group)), "id")
	at := time.Now().Add(-2 * time.Minute)
	for range 2 {
		c.tellCalls(t, "one", callOf(api, at, 404), callOf(api, at, 500), callOf(api, at, 200))
	}

	want := doc{
		"avg_latency": 14, "max_latency": 14, "req_count": 3, "req_count2xx": 1, "req_count4xx": 1, "req_count5xx": 1, "req_count_error": 2,
		"input_throughput": 3 * 1071, "output_throughput": 3 * 3790, "current_minute": at.Truncate(time.Minute).Unix(), "group_id": group,
		"provider": c.project, "req_time": at.UTC().Format("2006-01-02T15:04:00Z"),
	}
	ofGroup := call(t, c.api.ListLatelyGroupStatisticsV2, &model.ListLatelyGroupStatisticsV2Request{InstanceId: c.instance, GroupId: group})
	ofAPI := call(t, c.api.ListLatelyApiStatisticsV2, c.apiStatistics(api, "1h"))
	for _, got := range []doc{ofGroup, ofAPI} {
		wantFields(t, got, doc{"code": "APIG.0000"})
		if samples := list(t, got, "list"); len(samples) != 1 {
			t.Fatalf("samples %v, want one", samples)
		}
		wantFields(t, list(t, got, "list")[0], want)
	}
	wantFields(t, list(t, ofAPI, "list")[0], doc{
		"api_id": api, "cycle": "MINUTE", "status": 1, "avg_inner_latency": 8, "max_inner_latency": 8, "avg_backend_latency": 6, "max_backend_latency": 6,
	})
	if again := call(t, c.api.ListLatelyApiStatisticsV2, c.apiStatistics(api, "1m")); len(list(t, again, "list")) != 0 {
		t.Errorf("the last minute has %v", again)
	}
}

// §3.18.1: at most the last hour; the codes of the examples.
func TestStatisticsRefusals(t *testing.T) {
	t.Parallel()
	api := text(t, admin.createAPI(t, mockAPI(admin.newGroup(t))), "id")
	for _, duration := range []string{"", "2h", "61m", "1d", "0m", "hour"} {
		refuse(t, admin.api.ListLatelyApiStatisticsV2, admin.apiStatistics(api, duration), refusedAs(400, "APIG.2012"))
	}
	refuse(t, admin.api.ListLatelyApiStatisticsV2, admin.apiStatistics(unknownID, "1h"), refusedAs(404, "APIG.3002"))
	refuse(t, admin.api.ListLatelyApiStatisticsV2, admin.apiStatistics("", "1h"), refusedAs(400, "APIG.2012"))
	for group, want := range map[string]refusal{unknownID: noGroup, "": refusedAs(400, "APIG.2012")} {
		refuse(t, admin.api.ListLatelyGroupStatisticsV2, &model.ListLatelyGroupStatisticsV2Request{InstanceId: admin.instance, GroupId: group}, want)
	}
	nowhere := admin.in(t, admin.project, unknownID)
	refuse(t, nowhere.api.ListLatelyApiStatisticsV2, nowhere.apiStatistics(api, "1h"), refusedAs(404, "APIG.3030"))
}

// §3.18.2: a data point has only the member that the filter names.
func TestMetricData(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	api := text(t, c.createAPI(t, mockAPI(c.newGroup(t))), "id")
	at := time.Now().Add(-3 * time.Minute)
	c.tellCalls(t, "one", callOf(api, at, 200), callOf(api, at, 200))

	for filter, want := range map[string]int{"average": 2142, "max": 2142, "min": 2142, "sum": 2142, "variance": 0} {
		points := list(t, call(t, c.api.ListMetricData, c.metricRequest(t, doc{"filter": filter})), "datapoints")
		if len(points) != 1 || len(points[0]) != 3 {
			t.Fatalf("%s: %v, want one data point of three members", filter, points)
		}
		wantFields(t, points[0], doc{filter: want, "unit": "Byte", "timestamp": at.Truncate(time.Minute).UnixMilli()})
	}
	none := call(t, c.api.ListMetricData, c.metricRequest(t, doc{"dim": "outbound_eip"}))
	if points := list(t, none, "datapoints"); len(points) != 0 {
		t.Errorf("nothing went out, but there is %v", points)
	}
}

// §3.18.2: from is less than to, and the other parameters are of those that the reference lists.
func TestMetricDataRefusals(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{"from": "9999999999999", "to": "1"} {
		refuse(t, admin.api.ListMetricData, admin.metricRequest(t, doc{name: value}), refusedAs(400, "APIG.2012"))
	}
	query := map[string]string{"dim": "inbound_eip", "metric_name": "up_stream", "period": "1", "filter": "sum", "from": "1000", "to": "2000"}
	admin.send(t, message{method: "GET", path: below("/metric-data"), query: query}).want(t, 200)
	for name := range query {
		wrong := map[string]string{}
		for other, value := range query {
			wrong[other] = value
		}
		wrong[name] = "2x"
		admin.send(t, message{method: "GET", path: below("/metric-data"), query: wrong}).refused(t, refusedAs(400, "APIG.2012"))
		delete(wrong, name)
		admin.send(t, message{method: "GET", path: below("/metric-data"), query: wrong}).refused(t, refusedAs(400, "APIG.2012"))
	}
	nowhere := admin.in(t, admin.project, unknownID)
	refuse(t, nowhere.api.ListMetricData, nowhere.metricRequest(t, nil), refusedAs(404, "APIG.3030"))
}
