package apig_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// §3.5.1 to §3.5.3, §3.5.5.
func TestAPIs(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: "apis", Body: mockAPI("first_api"), Status: 201,
			Contains: []string{`"name":"first_api"`, `"match_mode":"NORMAL"`, `"status":1`, `"arrange_necessary":2`, `"cors":false`,
				`"group_name":"$mark_group"`, `"group_version":"V1"`, `"version":"V0.0.1"`},
			Lacks: one("run_env_id"), Events: one("apig.api.created"), Keep: map[string]string{"first": "id"}},
		{Name: "show", Path: "apis/$first", Status: 200, Contains: []string{`"id":"$first"`, `"result_content":"first_api"`}, Lacks: one("run_env_id")},
		{Name: "show one that is published", Path: "apis/$api", Status: 200, Contains: []string{`"run_env_id":"` + nodetest.ReleaseEnv + `"`, `"run_env_name":"RELEASE"`, `"publish_id":"`}},
		{Name: "show none", Path: "apis/nowhere", Status: 404, Code: "APIG.3002"},
		{Name: "update", Method: "PUT", Path: "apis/$first", Body: mockAPI("second_api"), Status: 200, Contains: []string{`"id":"$first"`, `"name":"second_api"`}, Events: one("apig.api.updated")},
		{Name: "update to what it is", Method: "PUT", Path: "apis/$first", Body: mockAPI("second_api"), Status: 200},
		{Name: "update of none", Method: "PUT", Path: "apis/nowhere", Body: mockAPI("third_api"), Status: 404, Code: "APIG.3002"},
		{Name: "update to a name that is taken", Method: "PUT", Path: "apis/$first", Body: mockAPI("$mark_api"), Status: 400, Code: "APIG.3202"},
		{Name: "update into no group", Method: "PUT", Path: "apis/$first", Body: strings.Replace(mockAPI("second_api"), "$group", "nowhere", 1), Status: 404, Code: "APIG.3001"},
		{Name: "delete one that is published", Method: "DELETE", Path: "apis/$api", Status: 409, Code: "APIG.3416"},
		{Name: "delete", Method: "DELETE", Path: "apis/$first", Status: 204, Events: one("apig.api.deleted")},
		{Name: "delete again", Method: "DELETE", Path: "apis/$first", Status: 404, Code: "APIG.3002"},
	})
}

// change returns a definition with one text in place of another, which it must have.
func change(t *testing.T, definition, old, now string) string {
	t.Helper()
	if !strings.Contains(definition, old) {
		t.Fatalf("%s is not in %s", old, definition)
	}
	return strings.Replace(definition, old, now, 1)
}

// §3.5.1: what a definition may not say, with the documented code of each.
func TestDefinitionsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	mock, http := mockAPI("$new"), httpAPI("$new", "backend.example", 1000)
	more := func(definition, members string) string {
		return strings.TrimSuffix(definition, "}") + "," + members + "}"
	}
	param := func(name string) string { return `{"name":"` + name + `","type":"STRING","location":"QUERY"}` }
	policy := func(name, conditions string) string {
		return `{"name":"` + name + `","effect_mode":"ALL","result_content":"x","conditions":[` + conditions + `]}`
	}
	source := `{"condition_origin":"source","condition_value":"10.0.0.0/8"}`
	for _, s := range []struct{ name, body, code, part string }{
		{"no name", change(t, mock, `"name":"$new",`, ``), "APIG.2001", "parameterName:name"},
		{"bad name", change(t, mock, `"name":"$new"`, `"name":"a b"`), "APIG.2011", "parameterName:name"},
		{"no method", change(t, mock, `"req_method":"GET",`, ``), "APIG.2001", "req_method"},
		{"bad type", change(t, mock, `"type":1`, `"type":3`), "APIG.2011", "parameterName:type"},
		{"bad path", change(t, mock, `"req_uri":"/`, `"req_uri":"`), "APIG.2011", "req_uri"},
		{"no group", change(t, mock, `$group`, `nowhere`), "APIG.3001", "nowhere"},
		{"name taken", change(t, mock, `"name":"$new"`, `"name":"$mark_api"`), "APIG.3202", "$mark_api"},
		{"path taken", change(t, mock, `"req_uri":"/$new"`, `"req_uri":"/$mark_api"`), "APIG.3301", "/$mark_api"},
		{"path parameter undefined", change(t, mock, `"req_uri":"/$new"`, `"req_uri":"/$new/{id}"`), "APIG.2026", "id"},
		{"parameter twice", more(mock, `"req_params":[`+param("a")+`,`+param("a")+`]`), "APIG.3209", "a"},
		{"unknown authorizer", more(change(t, mock, `"NONE"`, `"AUTHORIZER"`), `"authorizer_id":"nowhere"`), "APIG.3081", "nowhere"},
		{"authorizer not used", more(mock, `"authorizer_id":"nowhere"`), "APIG.2036", "authorizer_id"},
		{"unknown response", more(mock, `"response_id":"nowhere"`), "APIG.3007", "nowhere"},
		{"no mock", change(t, mock, `,"mock_info":{"result_content":"$new"}`, ``), "APIG.2001", "mock_info"},
		{"policy twice", more(mock, `"policy_mocks":[`+policy("same", source)+`,`+policy("same", source)+`]`), "APIG.3210", "same"},
		{"bad tag", change(t, mock, `"tags":["$new"]`, `"tags":["1"]`), "APIG.2011", "tags"},
		{"backend path parameter undefined", change(t, http, `"req_uri":"/$new","timeout"`, `"req_uri":"/{id}","timeout"`), "APIG.2027", "id"},
		{"mapped parameter undefined", more(http, `"backend_params":[{"name":"a","location":"QUERY","origin":"REQUEST","value":"missing"}]`), "APIG.2028", "missing"},
		{"two-way TLS without TLS", change(t, http, `"timeout":1000`, `"timeout":1000,"enable_client_ssl":true`), "APIG.3717", ""},
		{"unknown channel", change(t, http, `"timeout":1000`, `"timeout":1000,"vpc_channel_status":1,"vpc_channel_info":{"vpc_channel_id":"nowhere"}`), "APIG.3023", "nowhere"},
		{"timeout too long", change(t, http, `"timeout":1000`, `"timeout":600000`), "APIG.2003", "timeout"},
		{"timeout too short", change(t, http, `"timeout":1000`, `"timeout":0`), "APIG.2001", "timeout"},
		{"too many tags", change(t, mock, `["$new"]`, `["a","b","c","d","e","f","g","h","i","j","k"]`), "APIG.3133", ""},
	} {
		for method, path := range map[string]string{"POST": "apis", "PUT": "apis/$draft"} {
			t.Run(method+" "+s.name, func(t *testing.T) {
				nodetest.Scenario{Method: method, Path: path, Body: s.body, Status: statusOf(s.code), Code: s.code, Contains: []string{s.part}}.Run(t, c)
			})
		}
	}
}

// statusOf is the status of the codes that definitions are refused with.
func statusOf(code string) int {
	switch {
	case strings.HasPrefix(code, "APIG.30"):
		return 404
	case strings.HasPrefix(code, "APIG.31"):
		return 403
	}
	return 400
}

// §5.4: the quotas of APIs and their parts.
func TestAPIQuotas(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	params := `,"req_params":[{"name":"a","type":"STRING","location":"QUERY"},{"name":"b","type":"STRING","location":"QUERY"}]}`
	source := `{"condition_origin":"source","condition_value":"10.0.0.0/8"}`
	policies := `,"policy_mocks":[{"name":"one","effect_mode":"ALL","result_content":"x","conditions":[` + source + `,` + source + `]},` +
		`{"name":"two","effect_mode":"ALL","result_content":"x","conditions":[` + source + `]}]}`
	for _, q := range []struct {
		quota, more, code string
		value             int
	}{
		{"API_PARAM_NUM_LIMIT", params, "APIG.3111", 1},
		{"API_CONDITION_NUM_LIMIT", policies, "APIG.3114", 1},
		{"API_POLICY_NUM_LIMIT", policies, "APIG.3113", 1},
		{"API_NUM_LIMIT_PER_GROUP", "}", "APIG.3125", 2},
		{"API_NUM_LIMIT", "}", "APIG.3102", 2},
	} {
		c.SetQuota(t, q.quota, q.value)
		body := strings.TrimSuffix(mockAPI("$new"), "}") + q.more
		nodetest.Scenario{Method: "POST", Path: "apis", Body: body, Status: 403, Code: q.code, Contains: []string{fmt.Sprintf("limit:%d", q.value)}}.Run(t, c)
		c.SetQuota(t, q.quota, 100)
	}
}

// §3.5.6.
func TestAPIList(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.Must(t, 201, post("apis", httpAPI("$mark_http", "backend.example", 1000)))
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "all", Path: "apis", Status: 200, Contains: []string{`"size":3`, `"total":3`, "$draft", "$api"}, Lacks: []string{"mock_info", "backend_api", "api_group_info", "req_params"}},
		{Name: "by id", Path: "apis?id=$draft", Status: 200, Contains: []string{`"total":1`, "$draft"}},
		{Name: "by a part of the name", Path: "apis?name=_dra", Status: 200, Contains: one(`"total":1`)},
		{Name: "by the whole name", Path: "apis?name=$mark&precise_search=name", Status: 200, Contains: one(`"total":0`)},
		{Name: "by the whole path", Path: "apis?req_uri=/$mark_api&precise_search=name,req_uri", Status: 200, Contains: one(`"total":1`)},
		{Name: "by a part of the path", Path: "apis?req_uri=/$mark", Status: 200, Contains: one(`"total":3`)},
		{Name: "by group", Path: "apis?group_id=$empty", Status: 200, Contains: []string{`"total":0`, `"apis":[]`}},
		{Name: "by protocol", Path: "apis?req_protocol=HTTP", Status: 200, Contains: one(`"total":1`)},
		{Name: "by method", Path: "apis?req_method=POST", Status: 200, Contains: one(`"total":0`)},
		{Name: "by authentication", Path: "apis?auth_type=NONE", Status: 200, Contains: one(`"total":3`)},
		{Name: "by environment", Path: "apis?env_id=" + nodetest.ReleaseEnv, Status: 200, Contains: []string{`"total":1`, "$api"}},
		{Name: "by type", Path: "apis?type=2", Status: 200, Contains: one(`"total":0`)},
		{Name: "by tag", Path: "apis?tags=$mark_api,none", Status: 200, Contains: one(`"total":1`)},
		{Name: "by channel", Path: "apis?vpc_channel_name=x", Status: 200, Contains: one(`"total":0`)},
		{Name: "with groups", Path: "apis?return_data_mode=include_group", Status: 200, Contains: []string{`"api_group_info":{"id":"$group"`, `"sl_domain":"$group.`}, Lacks: one("backend_api")},
		{Name: "with backends", Path: "apis?return_data_mode=brief,%20include_group_backend&req_protocol=HTTP", Status: 200, Contains: []string{`"api_group_info"`, `"backend_api":{`, "backend.example"}},
		{Name: "in pages", Path: "apis?limit=1&offset=1", Status: 200, Contains: []string{`"size":1`, `"total":3`}},
		{Name: "with a type that is none", Path: "apis?type=3", Status: 400, Code: "APIG.2012", Contains: one("parameterName:type")},
		{Name: "with a type that is no number", Path: "apis?type=public", Status: 400, Code: "APIG.2012", Contains: one("parameterName:type")},
		{Name: "with unknown data", Path: "apis?return_data_mode=everything", Status: 400, Code: "APIG.2012", Contains: one("return_data_mode")},
	})
}

// §3.5.7.
func TestCheckAPIs(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "a free name", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$new","group_id":"$group"}`, Status: 204},
		{Name: "a taken name", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$mark_api","group_id":"$group"}`, Status: 400, Code: "APIG.3202"},
		{Name: "a name taken in another group", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$mark_api","group_id":"$empty"}`, Status: 204},
		{Name: "a name taken anywhere", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$mark_api"}`, Status: 400, Code: "APIG.3202"},
		{Name: "its own name", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$mark_api","group_id":"$group","api_id":"$api"}`, Status: 204},
		{Name: "a taken path", Method: "POST", Path: "apis/check", Body: `{"type":"path","req_method":"GET","req_uri":"/$mark_api","match_mode":"NORMAL","group_id":"$group"}`, Status: 400, Code: "APIG.3301"},
		{Name: "a free path", Method: "POST", Path: "apis/check", Body: `{"type":"path","req_method":"PUT","req_uri":"/$mark_api","match_mode":"NORMAL","group_id":"$group"}`, Status: 204},
		{Name: "nothing", Method: "POST", Path: "apis/check", Body: `{}`, Status: 400, Code: "APIG.2001", Contains: one("parameterName:type")},
		{Name: "no name", Method: "POST", Path: "apis/check", Body: `{"type":"name"}`, Status: 400, Code: "APIG.2001", Contains: one("parameterName:name")},
		{Name: "no match mode", Method: "POST", Path: "apis/check", Body: `{"type":"path","req_method":"GET","req_uri":"/x"}`, Status: 400, Code: "APIG.2001", Contains: one("match_mode")},
		{Name: "another type", Method: "POST", Path: "apis/check", Body: `{"type":"id"}`, Status: 400, Code: "APIG.2011", Contains: one("parameterName:type")},
		{Name: "in no group", Method: "POST", Path: "apis/check", Body: `{"type":"name","name":"$new","group_id":"nowhere"}`, Status: 404, Code: "APIG.3001"},
	})
}
