package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// §3.20.1, §3.21.
func TestTagsAndFeatures(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "tags", Path: "tags", Status: 200, Contains: []string{`"total":2`, `"$mark_api"`, `"$mark_draft"`}},
		{Name: "tags in pages", Path: "tags?limit=1&offset=1", Status: 200, Contains: []string{`"size":1`, `"total":2`, `["$mark_draft"]`}},
		{Name: "tags behind the last", Path: "tags?offset=9", Status: 200, Contains: []string{`"total":2`, `"tags":[]`}},
		{Name: "tags with a bad offset", Path: "tags?offset=1.5", Status: 400, Code: "APIG.2012", Contains: one("offset")},
		{Name: "no features yet", Path: "features", Status: 200, Contains: []string{`"total":0`, `"features":[]`}},
		{Name: "set one", Method: "POST", Path: "features", Body: `{"name":"ratelimit","enable":true,"config":"{\"api_limits\":500}"}`, Status: 201,
			Contains: []string{`"name":"ratelimit"`, `"enable":true`, `"instance_id":"$instance"`, `\"api_limits\":500`, `"update_time":"`}, Events: one("apig.feature.configured")},
		{Name: "set it again at once", Method: "POST", Path: "features", Body: `{"name":"ratelimit","enable":false}`, Status: 409, Code: "APIG.3711"},
		{Name: "set an unknown one", Method: "POST", Path: "features", Body: `{"name":"levitation","enable":true}`, Status: 400, Code: "APIG.2000", Contains: one("unrecognized feature levitation")},
		{Name: "set one that is fixed", Method: "POST", Path: "features", Body: `{"name":"cors","enable":true}`, Status: 400, Code: "APIG.2000"},
		{Name: "set one beyond its range", Method: "POST", Path: "features", Body: `{"name":"backend_timeout","enable":true,"config":"{\"max_timeout\":600001}"}`, Status: 400, Code: "APIG.2011", Contains: one("config")},
		{Name: "set one to no word of its", Method: "POST", Path: "features", Body: `{"name":"app_route","enable":true,"config":"maybe"}`, Status: 400, Code: "APIG.2011", Contains: one("config")},
		{Name: "set without saying how", Method: "POST", Path: "features", Body: `{"name":"app_route"}`, Status: 400, Code: "APIG.2001", Contains: one("enable")},
		{Name: "the features that were set", Path: "features", Status: 200, Contains: []string{`"total":1`, "ratelimit"}},
		{Name: "the features there are", Path: "instance-features?limit=500", Status: 200, Contains: []string{`"ratelimit"`, `"cors"`, `"lts"`}},
		{Name: "a page of them", Path: "instance-features?limit=2", Status: 200, Contains: one(`"size":2`)},
		{Name: "with a bad limit", Path: "instance-features?limit=x", Status: 400, Code: "APIC.7211", Contains: one("parameter name[limit]")},
	})
}

// Keys in a configuration are neither shown nor kept in the clear, and a repeated request is the same.
func TestSecretsOfFeatures(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	r := post("features", `{"name":"backend_client_certificate","enable":true,"config":"{\"enable\":\"on\",\"content\":\"public\",\"key\":\"very-private-key\"}"}`)
	r.Header = map[string]string{"Idempotency-Key": "k1"}
	before := c.Head(t)

	first := c.Must(t, 201, r)
	again := c.Must(t, 201, r)

	if first.Body != again.Body || first.Header.Get("Gatelog-Position") != again.Header.Get("Gatelog-Position") {
		t.Errorf("the repeated request answers %s, first %s", again.Body, first.Body)
	}
	for _, seen := range []string{first.Body, c.Must(t, 200, get("features")).Body} {
		if strings.Contains(seen, "very-private") || !strings.Contains(seen, "public") {
			t.Errorf("the answer is %s", seen)
		}
	}
	for _, e := range c.Recorded(t, before) {
		if strings.Contains(string(e.Data), "very-private") {
			t.Errorf("the log has the key: %s", e.Data)
		}
	}
}

// §3.22.
func TestQuotas(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.SetQuota(t, "API_NUM_LIMIT", 77)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "of the instance", Path: "project/configs?limit=100", Status: 200, Contains: []string{`"config_name":"API_NUM_LIMIT","config_value":"77"`, `"used":2`}},
		{Name: "a page of them", Path: "project/configs?limit=1", Status: 200, Contains: one(`"size":1`)},
		{Name: "with a bad limit", Path: "project/configs?limit=x", Status: 400, Code: "APIG.2012", Contains: one("limit")},
		{Name: "of the project", Path: "/v2/$project/apigw/instance/configs", Status: 200, Contains: []string{`"config_name":"INSTANCE_NUM_LIMIT","config_value":"5"`, `"total":1`}},
		{Name: "of the project with a bad limit", Path: "/v2/$project/apigw/instance/configs?limit=x", Status: 400, Code: "APIG.2012", Contains: one("limit")},
	})
}

const instances = "/v2/$project/apigw/instances"

// §3.23.
func TestInstances(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	body := func(more string) string {
		return `{"instance_name":"second_one","spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z1","z2"]` + more + `}`
	}
	tags := strings.Repeat(`{"key":"k","value":"v"},`, 20) + `{"key":"k","value":"v"}`
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: instances, Body: body(`,"vpcep_service_name":"ep"`), Status: 202, Contains: []string{`"message":"`, `"job_id":"JOB-`},
			Events: []string{"apig.instance.requested", "apig.env.created"}, Keep: map[string]string{"second": "instance_id"}},
		{Name: "create one with its name", Method: "POST", Path: instances, Body: body(``), Status: 400, Code: "APIC.7500"},
		{Name: "create without a name", Method: "POST", Path: instances, Body: `{"spec_id":"BASIC"}`, Status: 400, Code: "APIC.7211", Contains: one("parameter name[instance_name]")},
		{Name: "create of another kind", Method: "POST", Path: instances, Body: strings.Replace(body(``), "BASIC", "HUGE", 1), Status: 404, Code: "APIC.7301"},
		{Name: "create in no zone", Method: "POST", Path: instances, Body: strings.Replace(body(``), `["z1","z2"]`, `[]`, 1), Status: 400, Code: "APIC.7238"},
		{Name: "create with a short window", Method: "POST", Path: instances, Body: body(`,"maintain_begin":"02:00:00","maintain_end":"10:00:00"`), Status: 400, Code: "APIC.7230"},
		{Name: "create with an odd window", Method: "POST", Path: instances, Body: body(`,"maintain_begin":"03:00:00","maintain_end":"07:00:00"`), Status: 400, Code: "APIC.7235"},
		{Name: "create with too many tags", Method: "POST", Path: instances, Body: body(`,"tags":[` + tags + `]`), Status: 403, Code: "APIC.7402"},
		{Name: "create of no JSON", Method: "POST", Path: instances, Body: `{`, Status: 400, Code: "APIC.7211", Contains: one("parameter name[body]")},
		{Name: "show", Path: instances + "/$second", Status: 200, Contains: []string{`"id":"$second"`, `"project_id":"$project"`, `"instance_name":"second_one"`, `"spec":"BASIC"`,
			`"type":"apig"`, `"available_zone_ids":"[z1, z2]"`, `"service_name":"ep.$second"`, `"maintain_begin":"22:00:00"`, `"supported_features":["`}},
		{Name: "show none", Path: instances + "/nowhere", Status: 404, Code: "APIC.7302"},
		{Name: "progress of none", Path: instances + "/nowhere/progress", Status: 404, Code: "APIC.7302"},
		{Name: "restriction", Path: "restriction", Status: 200, Contains: one(`"restrict_cidrs":["`)},
		{Name: "list", Path: instances, Status: 200, Contains: []string{`"total":2`, "$instance", "$second"}},
		{Name: "list by id", Path: instances + "?instance_id=$second", Status: 200, Contains: one(`"total":1`)},
		{Name: "list by name", Path: instances + "?instance_name=cond_o", Status: 200, Contains: one(`"total":1`)},
		{Name: "list by status", Path: instances + "?status=Deleting", Status: 200, Contains: []string{`"total":0`, `"instances":[]`}},
		{Name: "list by what is no status", Path: instances + "?status=7", Status: 400, Code: "APIC.7211", Contains: one("parameter name[status]")},
		{Name: "update", Method: "PUT", Path: instances + "/$instance", Body: `{"instance_name":"renamed","maintain_begin":"02:00:00","maintain_end":"06:00:00"}`, Status: 200,
			Contains: []string{`"instance_name":"renamed"`, `"maintain_end":"06:00:00"`}, Events: one("apig.instance.updated")},
		{Name: "update nothing", Method: "PUT", Path: instances + "/$instance", Body: `{}`, Status: 200},
		{Name: "update to a name that is taken", Method: "PUT", Path: instances + "/$instance", Body: `{"instance_name":"second_one"}`, Status: 400, Code: "APIC.7500"},
		{Name: "update to a bad name", Method: "PUT", Path: instances + "/$instance", Body: `{"instance_name":"-"}`, Status: 400, Code: "APIC.7211", Contains: one("instance_name")},
		{Name: "update of none", Method: "PUT", Path: instances + "/nowhere", Body: `{"description":"x"}`, Status: 404, Code: "APIC.7302"},
		{Name: "delete", Method: "DELETE", Path: instances + "/$instance", Status: 204, Events: one("apig.instance.deleted")},
		{Name: "delete again", Method: "DELETE", Path: instances + "/$instance", Status: 404, Code: "APIC.7302"},
		{Name: "nothing is beneath it", Path: "envs", Status: 404, Code: "APIG.3030"},
	})
	c.In(c.Project, "").SetQuota(t, "INSTANCE_NUM_LIMIT", 1)
	nodetest.Scenario{Method: "POST", Path: instances, Body: strings.Replace(body(``), "second", "third", 1), Status: 403, Code: "APIC.7400"}.Run(t, c)
}

// §3.23.4.
func TestInstanceProgress(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	var progress struct {
		Progress  int    `json:"progress"`
		Status    string `json:"status"`
		StartTime int64  `json:"start_time"`
		EndTime   int64  `json:"end_time"`
	}
	c.Must(t, 200, get("progress")).Into(t, &progress)
	if progress.Progress != 100 || progress.Status != "success" || progress.EndTime < progress.StartTime || progress.StartTime < 1e12 {
		t.Errorf("progress of a running instance: %+v", progress)
	}
}
