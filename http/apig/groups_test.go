package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// §3.1.
func TestGroups(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "create", Method: "POST", Path: "api-groups", Body: `{"name":"orders.v1","remark":"first"}`, Status: 201,
			Contains: []string{`"name":"orders.v1"`, `"remark":"first"`, `"status":1`, `"on_sell_status":2`, `"is_default":2`,
				`"sl_domain_access_enabled":true`, `"version":"V1"`, `"url_domains":[]`},
			Events: one("apig.group.created"), Keep: map[string]string{"orders": "id"}},
		{Name: "create for an integration app, which has no effect", Method: "POST", Path: "api-groups", Body: `{"name":"roma.v1","version":"V1","roma_app_id":"app"}`, Status: 201,
			Contains: one(`"version":"V1"`), Lacks: one("roma_app_id"), Events: one("apig.group.created")},
		{Name: "show", Path: "api-groups/$orders", Status: 200,
			Contains: []string{`"id":"$orders"`, `"sl_domain":"$orders.` + c.Node.GatewayDomain + `"`, `"sl_domains":["$orders.`}},
		{Name: "create without a name", Method: "POST", Path: "api-groups", Body: `{}`, Status: 400, Code: "APIG.2001", Contains: one("parameterName:name")},
		{Name: "create with a bad name", Method: "POST", Path: "api-groups", Body: `{"name":"a b"}`, Status: 400, Code: "APIG.2011", Contains: one("parameterName:name")},
		{Name: "create with a name that is taken", Method: "POST", Path: "api-groups", Body: `{"name":"orders.v1"}`, Status: 400, Code: "APIG.3201"},
		{Name: "create of another version", Method: "POST", Path: "api-groups", Body: `{"name":"other","version":"V2"}`, Status: 400, Code: "APIG.2011"},
		{Name: "update", Method: "PUT", Path: "api-groups/$orders", Body: `{"name":"orders.v2"}`, Status: 200,
			Contains: []string{`"name":"orders.v2"`, `"remark":"first"`}, Events: one("apig.group.updated")},
		{Name: "update to what it is", Method: "PUT", Path: "api-groups/$orders", Body: `{"name":"orders.v2"}`, Status: 200},
		{Name: "update takes the remark away", Method: "PUT", Path: "api-groups/$orders", Body: `{"name":"orders.v2","remark":""}`, Status: 200,
			Contains: one(`"remark":""`), Events: one("apig.group.updated")},
		{Name: "update to a name that is taken", Method: "PUT", Path: "api-groups/$orders", Body: `{"name":"$mark_group"}`, Status: 400, Code: "APIG.3201"},
		{Name: "update without a name", Method: "PUT", Path: "api-groups/$orders", Body: `{"remark":"x"}`, Status: 400, Code: "APIG.2001"},
		{Name: "update of none", Method: "PUT", Path: "api-groups/nowhere", Body: `{"name":"orders.v3"}`, Status: 404, Code: "APIG.3001", Contains: one("nowhere")},
		{Name: "show none", Path: "api-groups/nowhere", Status: 404, Code: "APIG.3001"},
		{Name: "check a free name", Method: "POST", Path: "api-groups/check", Body: `{"group_name":"orders.v1"}`, Status: 204},
		{Name: "check a taken name", Method: "POST", Path: "api-groups/check", Body: `{"group_name":"orders.v2"}`, Status: 400, Code: "APIG.3201"},
		{Name: "check no name", Method: "POST", Path: "api-groups/check", Body: `{}`, Status: 400, Code: "APIG.2001", Contains: one("group_name")},
		{Name: "delete one with APIs", Method: "DELETE", Path: "api-groups/$group", Status: 412, Code: "APIG.3415", Contains: one("$group")},
		{Name: "delete", Method: "DELETE", Path: "api-groups/$orders", Status: 204, Events: one("apig.group.deleted")},
		{Name: "delete again", Method: "DELETE", Path: "api-groups/$orders", Status: 404, Code: "APIG.3001"},
		{Name: "show what is gone", Path: "api-groups/$orders", Status: 404, Code: "APIG.3001"},
	})
}

// §3.1.5.
func TestGroupList(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	for _, name := range []string{"alpha", "alphabet", "beta_1", "beta21"} {
		c.Must(t, 201, post("api-groups", `{"name":"`+name+`"}`))
	}
	c.Set("id", c.Must(t, 201, post("api-groups", `{"name":"gamma"}`)).Text(t, "id"))
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "all, newest first", Path: "api-groups", Status: 200, Contains: []string{`"size":5`, `"total":5`, `"groups":[{"id":"$id"`}},
		{Name: "by a part of the name", Path: "api-groups?name=alpha", Status: 200, Contains: one(`"total":2`), Lacks: one("beta")},
		{Name: "by the whole name", Path: "api-groups?name=alpha&precise_search=name", Status: 200, Contains: one(`"total":1`), Lacks: one("alphabet")},
		{Name: "a wildcard is a character", Path: "api-groups?name=%25", Status: 200, Contains: []string{`"total":0`, `"groups":[]`}},
		{Name: "an underscore is a character", Path: "api-groups?name=a_1", Status: 200, Contains: one(`"total":1`)},
		{Name: "a quote is a character", Path: "api-groups?name=%27%20OR%201%3D1%20--", Status: 200, Contains: one(`"total":0`)},
		{Name: "by id", Path: "api-groups?id=$id", Status: 200, Contains: []string{`"total":1`, "gamma"}},
		{Name: "first page", Path: "api-groups?limit=2", Status: 200, Contains: []string{`"size":2`, `"total":5`}},
		{Name: "last page", Path: "api-groups?limit=2&offset=4", Status: 200, Contains: []string{`"size":1`, `"total":5`}},
		{Name: "behind the last page", Path: "api-groups?offset=99", Status: 200, Contains: []string{`"size":0`, `"total":5`, `"groups":[]`}},
		{Name: "a negative offset counts as 0", Path: "api-groups?offset=-5", Status: 200, Contains: one(`"size":5`)},
		{Name: "a limit of 0 counts as 20", Path: "api-groups?limit=0", Status: 200, Contains: one(`"size":5`)},
		{Name: "a limit above 500 counts as 500", Path: "api-groups?limit=2147483648", Status: 200, Contains: one(`"size":5`)},
		{Name: "the largest offset", Path: "api-groups?offset=9223372036854775807", Status: 200, Contains: one(`"size":0`)},
		{Name: "an offset that is no number", Path: "api-groups?offset=x", Status: 400, Code: "APIG.2012", Contains: one("parameterName:offset")},
		{Name: "a limit beyond all numbers", Path: "api-groups?limit=99999999999999999999", Status: 400, Code: "APIG.2012", Contains: one("parameterName:limit")},
		{Name: "a name that is too long", Path: "api-groups?name=" + long(256), Status: 400, Code: "APIG.2012", Contains: one("parameterName:name")},
	})
}

// §5.4: APIG.3101.
func TestGroupQuota(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	c.SetQuota(t, "APIGROUP_NUM_LIMIT", 2)
	nodetest.Scenario{Method: "POST", Path: "api-groups", Body: `{"name":"$new"}`, Status: 403, Code: "APIG.3101"}.Run(t, c)
	nodetest.Scenario{Method: "POST", Path: "openapi/import", Header: formHeader, Body: form(nil, document), Status: 403, Code: "APIG.3101"}.Run(t, c)
}

var formHeader = map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}

func long(n int) string { return strings.Repeat("x", n) }
