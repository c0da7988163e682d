package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

const inRelease = `"env_id":"` + nodetest.ReleaseEnv + `"`

// §3.5.4, §3.5.10 to §3.5.14: an API is published, changed, published again, and switched back.
func TestVersions(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.Set("old", c.Get("version"))
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "change the draft", Method: "PUT", Path: "apis/$api", Body: mockAPI("changed_api"), Status: 200, Events: one("apig.api.updated")},
		{Name: "what runs is as it was", Path: "apis/runtime/$api", Status: 200,
			Contains: []string{`"name":"$mark_api"`, `"run_env_name":"RELEASE"`, `"sl_domain":"$group.`, `"publish_id":"`}, Lacks: one("mock_info")},
		{Name: "publish again", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"$api",` + inRelease + `,"remark":"second"}`, Status: 201,
			Contains: []string{`"api_name":"changed_api"`, `"remark":"second"`, inRelease, `"publish_time":"`}, Events: one("apig.api.published"), Keep: map[string]string{"now": "version_id"}},
		{Name: "what runs is new", Path: "apis/runtime/$api?env_id=" + nodetest.ReleaseEnv, Status: 200, Contains: one(`"name":"changed_api"`)},
		{Name: "list", Path: "apis/publish/$api", Status: 200, Contains: []string{`"total":2`, `"version_id":"$old"`, `"version_id":"$now"`, `"env_name":"RELEASE"`}},
		{Name: "list of an environment", Path: "apis/publish/$api?env_id=$env", Status: 200, Contains: []string{`"total":0`, `"api_versions":[]`}},
		{Name: "list by the environment's name", Path: "apis/publish/$api?env_name=ELEAS&limit=1", Status: 200, Contains: []string{`"total":2`, `"size":1`}},
		{Name: "list by a name that can be none", Path: "apis/publish/$api?env_name=a-b", Status: 400, Code: "APIG.2012", Contains: one("parameterName:env_name")},
		{Name: "list of none", Path: "apis/publish/nowhere", Status: 404, Code: "APIG.3002"},
		{Name: "show the old version", Path: "apis/versions/$old", Status: 200, Contains: []string{`"name":"$mark_api"`, `"result_content":"$mark_api"`, `"version_id":"$old"`, `"sl_domains":["`}},
		{Name: "show no version", Path: "apis/versions/nowhere", Status: 404, Code: "APIG.3022"},
		{Name: "switch back", Method: "PUT", Path: "apis/publish/$api", Body: `{"version_id":"$old"}`, Status: 200, Contains: one(`"version_id":"$old"`), Events: one("apig.api.version_switched")},
		{Name: "what runs is old again", Path: "apis/runtime/$api", Status: 200, Contains: one(`"name":"$mark_api"`)},
		{Name: "switch to nothing", Method: "PUT", Path: "apis/publish/$api", Status: 400, Code: "APIG.2000", Contains: one("Serialization error: unexpected end of JSON input")},
		{Name: "switch to no version", Method: "PUT", Path: "apis/publish/$api", Body: `{"version_id":"nowhere"}`, Status: 404, Code: "APIG.3022"},
		{Name: "switch to another API's version", Method: "PUT", Path: "apis/publish/$draft", Body: `{"version_id":"$old"}`, Status: 404, Code: "APIG.3022"},
		{Name: "switch of none", Method: "PUT", Path: "apis/publish/nowhere", Body: `{"version_id":"$old"}`, Status: 404, Code: "APIG.3002"},
		{Name: "offline by a version that is not in effect", Method: "DELETE", Path: "apis/versions/$now", Status: 404, Code: "APIG.3015"},
		{Name: "offline by no version", Method: "DELETE", Path: "apis/versions/nowhere", Status: 404, Code: "APIG.3022"},
		{Name: "offline by version", Method: "DELETE", Path: "apis/versions/$old", Status: 204, Events: one("apig.api.taken_offline")},
		{Name: "nothing runs", Path: "apis/runtime/$api", Status: 404, Code: "APIG.3015"},
		{Name: "of an API that is none", Path: "apis/runtime/nowhere", Status: 404, Code: "APIG.3002"},
		{Name: "in an environment that is none", Path: "apis/runtime/$api?env_id=nowhere", Status: 404, Code: "APIG.3003"},
	})
}

// §3.5.4.
func TestPublish(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "publish", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"$draft","env_id":"$env"}`, Status: 201, Events: one("apig.api.published")},
		{Name: "publish what is published", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"$draft","env_id":"$env"}`, Status: 201, Events: one("apig.api.published")},
		{Name: "take offline", Method: "POST", Path: "apis/action", Body: `{"action":"offline","api_id":"$draft","env_id":"$env"}`, Status: 201, Contains: one(`"api_id":"$draft"`), Events: one("apig.api.taken_offline")},
		{Name: "take offline again", Method: "POST", Path: "apis/action", Body: `{"action":"offline","api_id":"$draft","env_id":"$env"}`, Status: 404, Code: "APIG.3015"},
		{Name: "do something else", Method: "POST", Path: "apis/action", Body: `{"action":"pause","api_id":"$draft","env_id":"$env"}`, Status: 400, Code: "APIG.2011", Contains: one("parameterName:action")},
		{Name: "without an action", Method: "POST", Path: "apis/action", Body: `{"api_id":"$draft","env_id":"$env"}`, Status: 400, Code: "APIG.2001", Contains: one("action")},
		{Name: "without an API", Method: "POST", Path: "apis/action", Body: `{"action":"online","env_id":"$env"}`, Status: 400, Code: "APIG.2001", Contains: one("api_id")},
		{Name: "no API", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"nowhere","env_id":"$env"}`, Status: 404, Code: "APIG.3002"},
		{Name: "no environment", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"$draft","env_id":"nowhere"}`, Status: 404, Code: "APIG.3003"},
	})
}

// §3.5.9.
func TestBatchPublish(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	tooMany := `{"apis":["` + strings.Repeat(`a","`, 1000) + `a"],"env_id":"$env"}`
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "some succeed", Method: "POST", Path: "apis/publish?action=online", Body: `{"apis":["$draft","nowhere","$draft","$api"],"env_id":"$env","remark":"all"}`, Status: 200,
			Contains: []string{`"api_id":"$draft"`, `"api_id":"nowhere"`, `"error_code":"APIG.3002"`, `"remark":"all"`}, Events: []string{"apig.api.published", "apig.api.published"}},
		{Name: "a whole group", Method: "POST", Path: "apis/publish?action=offline", Body: `{"group_id":"$group","env_id":"$env"}`, Status: 200,
			Contains: one(`"failure":[]`), Events: []string{"apig.api.taken_offline", "apig.api.taken_offline"}},
		{Name: "an empty group", Method: "POST", Path: "apis/publish?action=online", Body: `{"group_id":"$empty","env_id":"$env"}`, Status: 200, Contains: []string{`"success":[]`, `"failure":[]`}},
		{Name: "without an action", Method: "POST", Path: "apis/publish", Body: `{"apis":["$draft"],"env_id":"$env"}`, Status: 400, Code: "APIG.2011", Contains: one("action should be either")},
		{Name: "with another action", Method: "POST", Path: "apis/publish?action=pause", Body: `{"apis":["$draft"],"env_id":"$env"}`, Status: 400, Code: "APIG.2011"},
		{Name: "with a long action", Method: "POST", Path: "apis/publish?action=" + long(17), Body: `{"apis":["$draft"],"env_id":"$env"}`, Status: 400, Code: "APIG.2012"},
		{Name: "of nothing", Method: "POST", Path: "apis/publish?action=online", Body: `{"env_id":"$env"}`, Status: 400, Code: "APIG.2001", Contains: one("apis")},
		{Name: "to nowhere", Method: "POST", Path: "apis/publish?action=online", Body: `{"apis":["$draft"],"env_id":"nowhere"}`, Status: 404, Code: "APIG.3003"},
		{Name: "of no group", Method: "POST", Path: "apis/publish?action=online", Body: `{"group_id":"nowhere","env_id":"$env"}`, Status: 404, Code: "APIG.3001"},
		{Name: "of too many", Method: "POST", Path: "apis/publish?action=online", Body: tooMany, Status: 400, Code: "APIG.2003", Contains: one("apis")},
	})
}
