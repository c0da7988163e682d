package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// §3.2.
func TestEnvironments(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: "envs", Body: `{"name":"stage_1","remark":"r"}`, Status: 201,
			Contains: []string{`"name":"stage_1"`, `"remark":"r"`, `"create_time":"`}, Events: one("apig.env.created"), Keep: map[string]string{"stage": "id"}},
		{Name: "create without a name", Method: "POST", Path: "envs", Body: `{}`, Status: 400, Code: "APIG.2001", Contains: one("parameterName:name")},
		{Name: "create with a bad name", Method: "POST", Path: "envs", Body: `{"name":"1st"}`, Status: 400, Code: "APIG.2011", Contains: one("parameterName:name")},
		{Name: "create with a name that is taken", Method: "POST", Path: "envs", Body: `{"name":"stage_1"}`, Status: 400, Code: "APIG.3205"},
		{Name: "create with the name of the first", Method: "POST", Path: "envs", Body: `{"name":"RELEASE"}`, Status: 400, Code: "APIG.3205"},
		{Name: "list", Path: "envs", Status: 200, Contains: []string{`"total":3`, `"name":"RELEASE"`, nodetest.ReleaseEnv, "$stage"}},
		{Name: "list by a part of the name", Path: "envs?name=stage", Status: 200, Contains: []string{`"total":1`, "$stage"}},
		{Name: "list with a bad limit", Path: "envs?limit=ten", Status: 400, Code: "APIG.2012", Contains: one("limit")},
		{Name: "update", Method: "PUT", Path: "envs/$stage", Body: `{"name":"stage_2","remark":""}`, Status: 200,
			Contains: []string{`"id":"$stage"`, `"name":"stage_2"`, `"remark":""`}, Events: one("apig.env.updated")},
		{Name: "update to a name that is taken", Method: "PUT", Path: "envs/$stage", Body: `{"name":"$mark_env"}`, Status: 400, Code: "APIG.3205"},
		{Name: "update with a bad name", Method: "PUT", Path: "envs/$stage", Body: `{"name":"-"}`, Status: 400, Code: "APIG.2011"},
		{Name: "update of none", Method: "PUT", Path: "envs/nowhere", Body: `{"name":"stage_3"}`, Status: 404, Code: "APIG.3003"},
		{Name: "the first keeps its name", Method: "PUT", Path: "envs/" + nodetest.ReleaseEnv, Body: `{"name":"other"}`, Status: 403, Code: "APIG.1103"},
		{Name: "the first stays", Method: "DELETE", Path: "envs/" + nodetest.ReleaseEnv, Status: 403, Code: "APIG.1103"},
		{Name: "delete of none", Method: "DELETE", Path: "envs/nowhere", Status: 404, Code: "APIG.3003"},
		{Name: "publish", Method: "POST", Path: "apis/action", Body: `{"action":"online","api_id":"$api","env_id":"$stage"}`, Status: 201, Events: one("apig.api.published")},
		{Name: "delete one with APIs", Method: "DELETE", Path: "envs/$stage", Status: 403, Code: "APIG.3418"},
		{Name: "take offline", Method: "POST", Path: "apis/action", Body: `{"action":"offline","api_id":"$api","env_id":"$stage"}`, Status: 201, Events: one("apig.api.taken_offline")},
		{Name: "delete", Method: "DELETE", Path: "envs/$stage", Status: 204, Events: one("apig.env.deleted")},
		{Name: "delete again", Method: "DELETE", Path: "envs/$stage", Status: 404, Code: "APIG.3003"},
	})
	c.SetQuota(t, "ENVIRONMENT_NUM_LIMIT", 2)
	nodetest.Scenario{Method: "POST", Path: "envs", Body: `{"name":"one_more"}`, Status: 403, Code: "APIG.3104"}.Run(t, c)
}

// §3.3.
func TestVariables(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	at := `"env_id":"` + nodetest.ReleaseEnv + `","group_id":"$group"`
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: "env-variables", Body: `{"variable_name":"Host","variable_value":"a.example:80",` + at + `}`, Status: 201,
			Contains: []string{`"variable_name":"Host"`, `"variable_value":"a.example:80"`, at}, Events: one("apig.variable.created"), Keep: map[string]string{"host": "id"}},
		{Name: "create one that is there", Method: "POST", Path: "env-variables", Body: `{"variable_name":"Host","variable_value":"b",` + at + `}`, Status: 400, Code: "APIG.3303"},
		{Name: "create in another case", Method: "POST", Path: "env-variables", Body: `{"variable_name":"host","variable_value":"b",` + at + `}`, Status: 201, Events: one("apig.variable.created")},
		{Name: "create in another environment", Method: "POST", Path: "env-variables", Body: `{"variable_name":"Host","variable_value":"b","env_id":"$env","group_id":"$group"}`, Status: 201, Events: one("apig.variable.created")},
		{Name: "create without a name", Method: "POST", Path: "env-variables", Body: `{"variable_value":"b",` + at + `}`, Status: 400, Code: "APIG.2001", Contains: one("variable_name")},
		{Name: "create without a group", Method: "POST", Path: "env-variables", Body: `{"variable_name":"abc","variable_value":"b","env_id":"$env"}`, Status: 400, Code: "APIG.2001", Contains: one("group_id")},
		{Name: "create with a bad value", Method: "POST", Path: "env-variables", Body: `{"variable_name":"abc","variable_value":"a b",` + at + `}`, Status: 400, Code: "APIG.2011", Contains: one("variable_value")},
		{Name: "create in no group", Method: "POST", Path: "env-variables", Body: `{"variable_name":"abc","variable_value":"b","env_id":"$env","group_id":"nowhere"}`, Status: 404, Code: "APIG.3001"},
		{Name: "create in no environment", Method: "POST", Path: "env-variables", Body: `{"variable_name":"abc","variable_value":"b","env_id":"nowhere","group_id":"$group"}`, Status: 404, Code: "APIG.3003"},
		{Name: "show", Path: "env-variables/$host", Status: 200, Contains: []string{`"id":"$host"`, `"variable_value":"a.example:80"`}},
		{Name: "show none", Path: "env-variables/nowhere", Status: 404, Code: "APIG.3011"},
		{Name: "list", Path: "env-variables?group_id=$group", Status: 200, Contains: one(`"total":4`)},
		{Name: "list by name", Path: "env-variables?group_id=$group&variable_name=os&env_id=" + nodetest.ReleaseEnv, Status: 200, Contains: one(`"total":2`)},
		{Name: "list by the whole name", Path: "env-variables?group_id=$group&variable_name=Host&precise_search=variable_name", Status: 200, Contains: one(`"total":2`)},
		{Name: "list of a group without any", Path: "env-variables?group_id=$empty", Status: 200, Contains: []string{`"total":0`, `"variables":[]`}},
		{Name: "list without a group", Path: "env-variables", Status: 400, Code: "APIG.2001", Contains: one("parameterName:group_id")},
		{Name: "update", Method: "PUT", Path: "env-variables/$host", Body: `{"variable_value":"b.example:80"}`, Status: 200,
			Contains: []string{`"id":"$host"`, `"variable_value":"b.example:80"`}, Events: one("apig.variable.updated")},
		{Name: "update of what cannot be changed", Method: "PUT", Path: "env-variables/$host", Body: `{"variable_value":"b","variable_name":"x"}`, Status: 400, Code: "APIG.2000"},
		{Name: "update with a bad value", Method: "PUT", Path: "env-variables/$host", Body: `{"variable_value":""}`, Status: 400, Code: "APIG.2001"},
		{Name: "update of none", Method: "PUT", Path: "env-variables/nowhere", Body: `{"variable_value":"b"}`, Status: 404, Code: "APIG.3011"},
		{Name: "delete", Method: "DELETE", Path: "env-variables/$host", Status: 204, Events: one("apig.variable.deleted")},
		{Name: "delete again", Method: "DELETE", Path: "env-variables/$host", Status: 404, Code: "APIG.3011"},
	})
	c.SetQuota(t, "VARIABLE_NUM_LIMIT", 3)
	nodetest.Scenario{Method: "POST", Path: "env-variables", Body: `{"variable_name":"abc","variable_value":"b",` + at + `}`, Status: 403, Code: "APIG.3106"}.Run(t, c)
}

// §3.3.5: changing a variable publishes the APIs that use it in their backend address again.
func TestChangingAVariablePublishesAgain(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.Set("user", c.Must(t, 201, post("apis", httpAPI("uses_variable", "#$mark_v#", 1000))).Text(t, "id"))
	publish(t, c, "$user", "$env")

	nodetest.Scenario{Method: "PUT", Path: "env-variables/$variable", Body: `{"variable_value":"other.example"}`, Status: 200,
		Events: []string{"apig.variable.updated", "apig.api.published"}}.Run(t, c)
	nodetest.Scenario{Path: "apis/publish/$user", Status: 200, Contains: []string{`"total":2`, `"status":1`, `"status":2`}}.Run(t, c)
}
