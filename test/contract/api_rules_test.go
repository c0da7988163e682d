package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// brokenAPI is a definition with one value that §3.5.1 does not allow.
type brokenAPI struct {
	base  func(group string) doc
	path  string
	value any
	want  refusal
}

var brokenAPIs = map[string]brokenAPI{
	"no name":                     {mockAPI, "name", nil, badParameter("name")},
	"name too short":              {mockAPI, "name", "ab", badParameter("name")},
	"name too long":               {mockAPI, "name", strings.Repeat("x", 256), badParameter("name")},
	"name with a blank":           {mockAPI, "name", "two words", badParameter("name")},
	"unknown type":                {mockAPI, "type", 3, badParameter("type")},
	"unknown protocol":            {mockAPI, "req_protocol", "FTP", badParameter("req_protocol")},
	"unknown method":              {mockAPI, "req_method", "TRACE", badParameter("req_method")},
	"unknown match mode":          {mockAPI, "match_mode", "FUZZY", badParameter("match_mode")},
	"no path":                     {mockAPI, "req_uri", "", badParameter("req_uri")},
	"path without a slash":        {mockAPI, "req_uri", "path", badParameter("req_uri")},
	"path too long":               {mockAPI, "req_uri", "/" + strings.Repeat("x", 512), badParameter("req_uri")},
	"path with a blank":           {mockAPI, "req_uri", "/a b", badParameter("req_uri")},
	"path with a query":           {mockAPI, "req_uri", "/a?b=c", badParameter("req_uri")},
	"unclosed path parameter":     {mockAPI, "req_uri", "/a/{b", badParameter("req_uri")},
	"unknown authentication":      {mockAPI, "auth_type", "LDAP", badParameter("auth_type")},
	"authorizer not named":        {mockAPI, "auth_type", "AUTHORIZER", badParameter("authorizer_id")},
	"unknown simple auth":         {mockAPI, "auth_opt", doc{"app_code_auth_type": "COOKIE"}, badParameter("app_code_auth_type")},
	"unknown backend":             {mockAPI, "backend_type", "FTP", badParameter("backend_type")},
	"mock backend missing":        {mockAPI, "mock_info", nil, badParameter("mock_info")},
	"function missing":            {functionAPI, "func_info", nil, badParameter("func_info")},
	"HTTP backend missing":        {httpAPI, "backend_api", nil, badParameter("backend_api")},
	"GRPC backend missing":        {grpcAPI, "backend_api", nil, badParameter("backend_api")},
	"remark too long":             {mockAPI, "remark", strings.Repeat("x", 256), badParameter("remark")},
	"version too long":            {mockAPI, "version", strings.Repeat("1", 17), badParameter("version")},
	"sample too long":             {mockAPI, "result_normal_sample", strings.Repeat("x", 20481), badParameter("result_normal_sample")},
	"tag starts with a digit":     {mockAPI, "tags", []string{"1st"}, badParameter("tags")},
	"empty tag":                   {mockAPI, "tags", []string{""}, badParameter("tags")},
	"tag too long":                {mockAPI, "tags", []string{strings.Repeat("x", 129)}, badParameter("tags")},
	"unknown group":               {mockAPI, "group_id", unknownID, noGroup},
	"timeout of zero":             {httpAPI, "backend_api.timeout", 0, badParameter("timeout")},
	"timeout below zero":          {httpAPI, "backend_api.timeout", -1, badParameter("timeout")},
	"timeout over the feature":    {httpAPI, "backend_api.timeout", 60001, badParameter("timeout")},
	"function timeout in V1":      {functionAPI, "func_info.timeout", 60001, badParameter("timeout")},
	"unknown invocation":          {functionAPI, "func_info.invocation_type", "later", badParameter("invocation_type")},
	"unknown network":             {functionAPI, "func_info.network_type", "V3", badParameter("network_type")},
	"function not named":          {functionAPI, "func_info.function_urn", "", badParameter("function_urn")},
	"too many retries":            {httpAPI, "backend_api.retry_count", "11", badParameter("retry_count")},
	"retries not a number":        {httpAPI, "backend_api.retry_count", "often", badParameter("retry_count")},
	"backend protocol":            {httpAPI, "backend_api.req_protocol", "FTP", badParameter("req_protocol")},
	"backend method":              {httpAPI, "backend_api.req_method", "TRACE", badParameter("req_method")},
	"backend domain too long":     {httpAPI, "backend_api.url_domain", strings.Repeat("x", 256), badParameter("url_domain")},
	"channel not named":           {httpAPI, "backend_api.vpc_channel_status", 1, badParameter("vpc_channel_info")},
	"gRPC with parameters":        {grpcAPI, "req_params", []doc{{"name": "q", "location": "QUERY", "type": "STRING"}}, badParameter("req_params")},
	"path parameter undefined":    {mockAPI, "req_uri", "/{nobody}", refusedAs(400, "APIG.2026")},
	"backend path undefined":      {httpAPI, "backend_api.req_uri", "/{nobody}", refusedAs(400, "APIG.2027")},
	"mapped parameter undefined":  {httpAPI, "backend_params.1.value", "nobody", refusedAs(400, "APIG.2028")},
	"parameter name with a blank": {httpAPI, "req_params.1.name", "a b", badParameter("name")},
	"unknown parameter type":      {httpAPI, "req_params.1.type", "DATE", badParameter("type")},
	"unknown parameter location":  {httpAPI, "req_params.1.location", "FOOTER", badParameter("location")},
	"unknown parameter origin":    {httpAPI, "backend_params.2.origin", "THIN_AIR", badParameter("origin")},
	"unknown system parameter":    {httpAPI, "backend_params.3.value", "$context.nothing", badParameter("value")},
	"policies of one name":        {httpAPI, "policy_https", []doc{httpPolicy("same"), httpPolicy("same")}, refusedAs(400, "APIG.3210")},
	"policy name with a hyphen":   {httpAPI, "policy_https.0.name", "a-b", badParameter("name")},
	"policy without conditions":   {httpAPI, "policy_https.0.conditions", []doc{}, badParameter("conditions")},
	"unknown effect mode":         {httpAPI, "policy_https.0.effect_mode", "NONE", badParameter("effect_mode")},
	"condition without parameter": {httpAPI, "policy_https.0.conditions.0.req_param_name", nil, badParameter("req_param_name")},
	"condition without type":      {httpAPI, "policy_https.0.conditions.0.condition_type", nil, badParameter("condition_type")},
	"condition without value":     {httpAPI, "policy_https.0.conditions.0.condition_value", "", badParameter("condition_value")},
	"condition without sys param": {httpAPI, "policy_https.0.conditions.1.sys_param_name", nil, badParameter("sys_param_name")},
	"condition without cookie":    {httpAPI, "policy_https.0.conditions.2.cookie_param_name", nil, badParameter("cookie_param_name")},
	"unknown condition origin":    {httpAPI, "policy_https.0.conditions.0.condition_origin", "moon", badParameter("condition_origin")},
}

func TestAPIIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range brokenAPIs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group := admin.newGroup(t)
			broken := with(t, c.base(group), c.path, c.value)

			refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, broken), c.want)

			wantPage(t, admin.listAPIs(t, doc{"group_id": group}), "apis", 0, 0)
		})
	}
}

// §3.5.2: the same rules, and a refused change changes nothing.
func TestAPIChangeIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"name too short", "unknown backend", "timeout over the feature", "path parameter undefined", "policies of one name"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, group := brokenAPIs[name], admin.newGroup(t)
			before := admin.createAPI(t, c.base(group))
			id := text(t, before, "id")
			body := fromDoc[model.ApiCreate](t, with(t, c.base(group), c.path, c.value))

			refuse(t, admin.api.UpdateApiV2, &model.UpdateApiV2Request{InstanceId: admin.instance, ApiId: id, Body: body}, c.want)

			wantFields(t, admin.showAPI(t, id), before)
		})
	}
}

// §3.5.1: with gRPC the method is fixed to POST and the backend's path to /, whatever was sent.
func TestGRPCMethodAndPathAreFixed(t *testing.T) {
	t.Parallel()
	for path, sent := range map[string]string{"req_method": "GET", "backend_api.req_method": "GET", "backend_api.req_uri": "/path"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			definition := grpcAPI(admin.newGroup(t))
			body := jsonOf(t, with(t, definition, path, sent))

			got := admin.send(t, message{method: "POST", path: below("/apis"), body: body})

			if got.status == 400 {
				got.refused(t, badParameter(""))
				return
			}
			wantFields(t, got.want(t, 201).doc(t), definition)
		})
	}
}

// §3.5.1: at most ten tags by default.
func TestAPIHasAtMostTenTags(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	var tags []string
	for i := range 10 {
		tags = append(tags, fmt.Sprintf("tag%d", i))
	}

	admin.createAPI(t, with(t, definition, "tags", tags))

	eleven := with(t, mockAPI(text(t, definition, "group_id")), "tags", append(tags, "tag10"))
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, eleven), refusedAs(403, "APIG.3133"))
}

func TestWrongJSONTypesAreRefused(t *testing.T) {
	t.Parallel()
	good := mockAPI(admin.newGroup(t))
	for member, value := range map[string]any{
		"name": 5, "type": "one", "cors": "yes", "tags": "tag", "mock_info": []int{1}, "policy_mocks": doc{}, "req_uri": doc{}, "auth_opt": true,
	} {
		t.Run(member, func(t *testing.T) {
			t.Parallel()
			body := jsonOf(t, with(t, good, member, value))
			admin.send(t, message{method: "POST", path: below("/apis"), body: body}).refused(t, badParameter(""))
		})
	}
}
