package apig_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// operation is a request that succeeds in a world (see newWorld), for one operation of the reference.
type operation struct {
	id      string // in the public SDK
	method  string
	path    string // see nodetest.Request
	body    string
	form    bool // the body is a form
	status  int  // of success
	actions []string
	events  []string
	needs   string // names of parts of a world that the request does not name, as it would have them
	// onInstances says that its general codes are APIC codes.
	onInstances bool
}

// request is the request of the operation.
func (o operation) request() nodetest.Request {
	r := nodetest.Request{Method: o.method, Path: o.path, Body: o.body}
	if o.form {
		r.Header = maps.Clone(formHeader)
	}
	return r
}

// refused returns the documented codes of what comes from nobody, and from somebody who may not.
func (o operation) refused() (unknown, forbidden string) {
	if o.onInstances {
		return "APIC.7102", "APIC.7106"
	}
	return "APIG.1002", "APIG.1005"
}

// everywhere are the names of what other instances of a project have too, and of what is no id.
var everywhere = regexp.MustCompile(`\$(type|account|stage|open|balanced|prepaid|cert|owned|(rsa|ecc)_(text|key))\b`)

// inside says that the request names something inside the instance, whose id only its owner knows.
func (o operation) inside() bool {
	text := everywhere.ReplaceAllString(o.path+o.body, "")
	return slices.ContainsFunc(parts, func(p part) bool { return p.namedIn(text) })
}

// form is the body of an import with the boundary edge.
func form(members map[string]string, document string) string {
	var b strings.Builder
	for name, value := range members {
		b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n")
	}
	b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"file_name\"; filename=\"a.json\"\r\n")
	b.WriteString("Content-Type: application/octet-stream\r\n\r\n" + document + "\r\n--edge--\r\n")
	return b.String()
}

// document is an OpenAPI document with one operation.
const document = `{"openapi":"3.0.1","info":{"title":"$new","version":"1"},"paths":{"/$new":{"get":{"operationId":"$new","responses":{"200":{"description":"ok"}}}}}}`

func one(action string) []string { return []string{action} }

// operations are all that are served. Which actions allow them is what chapter 4 of the reference says;
// where it has no row for an operation, it is the action of the nearest one that has.
var operations = []operation{
	// §3.1 API groups
	{id: "CreateApiGroupV2", method: "POST", path: "api-groups", body: `{"name":"$new","remark":"r"}`, status: 201,
		actions: one("apig:groups:create"), events: one("apig.group.created")},
	{id: "UpdateApiGroupV2", method: "PUT", path: "api-groups/$group", body: `{"name":"$new"}`, status: 200,
		actions: one("apig:groups:update"), events: one("apig.group.updated")},
	{id: "DeleteApiGroupV2", method: "DELETE", path: "api-groups/$empty", status: 204,
		actions: one("apig:groups:delete"), events: one("apig.group.deleted")},
	{id: "ShowDetailsOfApiGroupV2", method: "GET", path: "api-groups/$group", status: 200, actions: one("apig:groups:get")},
	{id: "ListApiGroupsV2", method: "GET", path: "api-groups", status: 200, actions: one("apig:groups:list")},
	{id: "CheckApiGroupsV2", method: "POST", path: "api-groups/check", body: `{"group_name":"$new"}`, status: 204,
		actions: []string{"apig:groups:get", "apig:groups:list", "apig:groups:create"}},
	// §3.2 environments
	{id: "CreateEnvironmentV2", method: "POST", path: "envs", body: `{"name":"$new","remark":"r"}`, status: 201,
		actions: one("apig:envs:create"), events: one("apig.env.created")},
	{id: "UpdateEnvironmentV2", method: "PUT", path: "envs/$env", body: `{"name":"$new"}`, status: 200,
		actions: one("apig:envs:update"), events: one("apig.env.updated")},
	{id: "DeleteEnvironmentV2", method: "DELETE", path: "envs/$env", status: 204,
		actions: one("apig:envs:delete"), events: one("apig.env.deleted")},
	{id: "ListEnvironmentsV2", method: "GET", path: "envs", status: 200, actions: one("apig:envs:list")},
	// §3.3 environment variables
	{id: "CreateEnvironmentVariableV2", method: "POST", path: "env-variables", status: 201,
		body:    `{"variable_name":"$new","variable_value":"v","env_id":"$env","group_id":"$group"}`,
		actions: one("apig:variables:create"), events: one("apig.variable.created")},
	{id: "DeleteEnvironmentVariableV2", method: "DELETE", path: "env-variables/$variable", status: 204,
		actions: one("apig:variables:delete"), events: one("apig.variable.deleted")},
	{id: "ShowDetailsOfEnvironmentVariableV2", method: "GET", path: "env-variables/$variable", status: 200,
		actions: one("apig:variables:get")},
	{id: "ListEnvironmentVariablesV2", method: "GET", path: "env-variables?group_id=$group", status: 200,
		actions: one("apig:variables:list")},
	{id: "UpdateEnvironmentVariableV2", method: "PUT", path: "env-variables/$variable", body: `{"variable_value":"w"}`, status: 200,
		actions: one("apig:variables:update"), events: one("apig.variable.updated")},
	// §3.5 APIs
	{id: "CreateApiV2", method: "POST", path: "apis", body: mockAPI("$new"), status: 201,
		actions: one("apig:apis:create"), events: one("apig.api.created")},
	{id: "UpdateApiV2", method: "PUT", path: "apis/$draft", body: mockAPI("$new"), status: 200,
		actions: one("apig:apis:update"), events: one("apig.api.updated")},
	{id: "DeleteApiV2", method: "DELETE", path: "apis/$draft", status: 204,
		actions: one("apig:apis:delete"), events: one("apig.api.deleted")},
	{id: "CreateOrDeletePublishRecordForApiV2", method: "POST", path: "apis/action", status: 201,
		body:    `{"action":"online","api_id":"$draft","env_id":"$env"}`,
		actions: one("apig:apis:publish"), events: one("apig.api.published")},
	{id: "CreateOrDeletePublishRecordForApiV2", method: "POST", path: "apis/action", status: 201,
		body:    `{"action":"offline","api_id":"$api","env_id":"` + nodetest.ReleaseEnv + `"}`,
		actions: one("apig:apis:offline"), events: one("apig.api.taken_offline")},
	{id: "ShowDetailsOfApiV2", method: "GET", path: "apis/$api", status: 200, actions: one("apig:apis:get")},
	{id: "ListApisV2", method: "GET", path: "apis", status: 200, actions: one("apig:apis:list")},
	{id: "CheckApisV2", method: "POST", path: "apis/check", body: `{"type":"name","name":"$new","group_id":"$group"}`, status: 204,
		actions: []string{"apig:apis:get", "apig:apis:list", "apig:apis:create"}},
	{id: "DebugApiV2", method: "POST", path: "apis/debug/$draft", status: 200,
		body: `{"mode":"DEVELOPER","scheme":"HTTPS","method":"GET","path":"/$mark_draft"}`, actions: one("apig:apis:debug")},
	{id: "BatchPublishOrOfflineApiV2", method: "POST", path: "apis/publish?action=online", status: 200,
		body: `{"apis":["$draft"],"env_id":"$env"}`, actions: one("apig:apis:publish"), events: one("apig.api.published")},
	{id: "BatchPublishOrOfflineApiV2", method: "POST", path: "apis/publish?action=offline", status: 200,
		body: `{"apis":["$api"],"env_id":"` + nodetest.ReleaseEnv + `"}`, actions: one("apig:apis:offline"), events: one("apig.api.taken_offline")},
	{id: "ListApiVersionsV2", method: "GET", path: "apis/publish/$api", status: 200, actions: []string{"apig:apis:get", "apig:apis:list"}},
	{id: "ChangeApiVersionV2", method: "PUT", path: "apis/publish/$api", body: `{"version_id":"$version"}`, status: 200,
		actions: one("apig:apis:publish"), events: one("apig.api.version_switched")},
	{id: "ListApiRuntimeDefinitionV2", method: "GET", path: "apis/runtime/$api", status: 200, actions: one("apig:apis:get")},
	{id: "ListApiVersionDetailV2", method: "GET", path: "apis/versions/$version", status: 200, actions: one("apig:apis:get")},
	{id: "DeleteApiByVersionIdV2", method: "DELETE", path: "apis/versions/$version", status: 204,
		actions: one("apig:apis:offline"), events: one("apig.api.taken_offline")},
	// §3.16 OpenAPI documents
	{id: "ExportApiDefinitionsV2", method: "POST", path: "openapi/export", status: 200,
		body: `{"env_id":"` + nodetest.ReleaseEnv + `","group_id":"$group"}`, actions: one("apig:apis:export")},
	{id: "ImportApiDefinitionsV2", method: "POST", path: "openapi/import", form: true, status: 200,
		body:    form(map[string]string{"is_create_group": "false", "group_id": "$group", "mock_mode": "true"}, document),
		actions: one("apig:apis:import"), events: one("apig.api.created")},
	// §3.18 statistics
	{id: "ListLatelyApiStatisticsV2", method: "GET", path: "statistics/api/latest?api_id=$api&duration=1h", status: 200, actions: one("apig:metricData:get")},
	{id: "ListMetricData", method: "GET", path: "metric-data?dim=inbound_eip&metric_name=up_stream&from=1000&to=2000&period=1&filter=sum", status: 200,
		actions: one("apig:metricData:get")},
	{id: "ListLatelyGroupStatisticsV2", method: "GET", path: "statistics/group/latest?group_id=$group", status: 200, actions: one("apig:metricData:get")},
	// §3.20 to §3.22 tags, features, quotas
	{id: "ListTagsV2", method: "GET", path: "tags", status: 200, actions: one("apig:tags:list")},
	{id: "CreateFeatureV2", method: "POST", path: "features", body: `{"name":"app_route","enable":true,"config":"on"}`, status: 201,
		actions: one("apig:features:create"), events: one("apig.feature.configured")},
	{id: "ListFeaturesV2", method: "GET", path: "features", status: 200, actions: one("apig:features:list")},
	{id: "ListInstanceFeatures", method: "GET", path: "instance-features", status: 200, actions: one("apigw:instances:get"), onInstances: true},
	{id: "ListProjectCofigsV2", method: "GET", path: "project/configs", status: 200, actions: one("apigw:instances:get")},
	{id: "ListInstanceConfigsV2", method: "GET", path: "/v2/$project/apigw/instance/configs", status: 200,
		actions: []string{"apigw:instances:list", "apigw:instances:get"}, onInstances: true},
	// §3.23 instances
	{id: "CreateInstanceV2", method: "POST", path: "/v2/$project/apigw/instances", status: 202,
		body:    `{"instance_name":"$new","spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z"]}`,
		actions: one("apigw:instances:create"), events: []string{"apig.instance.requested", "apig.env.created"}, onInstances: true},
	{id: "ShowDetailsOfInstanceV2", method: "GET", path: "/v2/$project/apigw/instances/$instance", status: 200,
		actions: one("apigw:instances:get"), onInstances: true},
	{id: "UpdateInstanceV2", method: "PUT", path: "/v2/$project/apigw/instances/$instance", body: `{"description":"d"}`, status: 200,
		actions: one("apigw:instances:update"), events: one("apig.instance.updated"), onInstances: true},
	{id: "ShowDetailsOfInstanceProgressV2", method: "GET", path: "progress", status: 200, actions: one("apigw:instances:get"), onInstances: true},
	{id: "ListInstancesV2", method: "GET", path: "/v2/$project/apigw/instances", status: 200, actions: one("apigw:instances:list"), onInstances: true},
	{id: "DeleteInstancesV2", method: "DELETE", path: "/v2/$project/apigw/instances/$instance", status: 204,
		actions: one("apigw:instances:delete"), events: one("apig.instance.deleted"), onInstances: true},
	{id: "ShowRestrictionOfInstanceV2", method: "GET", path: "restriction", status: 200, actions: one("apigw:instances:get"), onInstances: true},
}
