package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var noPlugin = refusedAs(404, "APIG.3068")

// pluginContents has a content of every type of plug-in: the first six those that the reference has, the
// others those of the SDK.
var pluginContents = map[string]string{
	"cors": "{\n  \"allow_origin\": \"*\",\n  \"allow_methods\": \"GET,POST,PUT\",\n  \"allow_headers\": \"Content-Type,Accept\",\n" +
		"  \"expose_headers\": \"X-Request-Id\",\n  \"max_age\": 172800,\n  \"allow_credentials\": true\n}",
	"set_resp_headers": `{"response_headers":[{"name":"x-demo","value":"sss","action":"append"}]}`,
	"kafka_log": `{"broker_list":["0.0.0.0:11"],"topic":"topic","key":"","max_retry_count":0,"retry_backoff":1,"sasl_config":{"security_protocol":"SASL_PLAINTEXT",` +
		`"sasl_mechanisms":"PLAIN","sasl_username":"gw","sasl_password":"h\u0075sh","ssl_ca_content":""},"meta_config":{"system":{"start_time":true,"api_id":false},` +
		`"call_data":{"log_request_header":false,"request_header_filter":"","custom_authorizer":{"frontend":[],"backend":[]}}}}`,
	"breaker": `{"breaker_condition":{"breaker_type":"timeout","breaker_mode":"counter","unhealthy_condition":"","unhealthy_threshold":30,"min_call_threshold":20,` +
		`"unhealthy_percentage":51,"time_window":15,"open_breaker_time":15},"downgrade_default":null,"downgrade_parameters":null,"downgrade_rules":null,"scope":"basic"}`,
	"rate_limit": `{"scope":"basic","default_time_unit":"minute","default_interval":1,"api_limit":50,"app_limit":0,"user_limit":0,"ip_limit":0,"algorithm":"counter",` +
		`"specials":[],"parameters":[],"rules":[]}`,
	"third_auth": `{"auth_request":{"method":"POST","protocol":"HTTP","url_domain":"10.85.217.114:1234","timeout":10,"path":"/check","vpc_channel_enabled":false,` +
		`"vpc_channel_info":null},"identities":{"headers":[{"name":"token"}],"query":[{"name":"user"}]},"carry_body":{"enabled":true,"max_body_size":10000},` +
		`"carry_resp_headers":["x-message-result"],"match_auth":{"key":"x-message-result","value":"success"},"rule_enabled":true,"rule_type":"deny",` +
		`"parameters":[{"value":"reqPath","type":"path","name":"reqPath"}],"rules":[{"match_regex":"[\"OR\", [\"reqPath\", \"~~\", \"/a/*\"], [\"reqPath\", \"==\", \"/b\"]]",` +
		`"rule_name":"allow2"}],"custom_forbid_limit":100,"auth_downgrade_enabled":false}`,
	"proxy_cache":  `{"cache_key":{"system_params":["$context.apiId"]},"cache_http_status_and_ttl":[{"http_status":[200],"ttl":60}]}`,
	"proxy_mirror": `{"protocol":"HTTP","host":"mirror.example.com:8080","sample_ratio":0.5}`,
	"oidc_auth":    `{"client_id":"gw","client_secret":"******","discovery":"https://idp.example.com/d","redirect_api_id":"a1"}`,
	"jwt_auth":     `{"jwks":"{\"keys\":[]}","token_location":"header"}`,
}

func pluginBody(kind string) doc {
	return doc{"plugin_name": unique("plugin"), "plugin_type": kind, "plugin_scope": "global", "plugin_content": pluginContents[kind]}
}

func (c *client) pluginRequest(t *testing.T, body doc) *model.CreatePluginRequest {
	t.Helper()
	return &model.CreatePluginRequest{InstanceId: c.instance, Body: fromDoc[model.PluginCreate](t, body)}
}

func (c *client) createPlugin(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreatePlugin, c.pluginRequest(t, body))
}

// newPlugin makes a plug-in of a type and returns its id.
func (c *client) newPlugin(t *testing.T, kind string) string {
	t.Helper()
	return text(t, c.createPlugin(t, pluginBody(kind)), "plugin_id")
}

func (c *client) plugin(id string) *model.ShowPluginRequest {
	return &model.ShowPluginRequest{InstanceId: c.instance, PluginId: id}
}

func (c *client) showPlugin(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowPlugin, c.plugin(id))
}

func (c *client) pluginUpdate(t *testing.T, id string, body doc) *model.UpdatePluginRequest {
	t.Helper()
	return &model.UpdatePluginRequest{InstanceId: c.instance, PluginId: id, Body: fromDoc[model.PluginCreate](t, body)}
}

func (c *client) listPlugins(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListPlugins, filter)
}

func (c *client) deletePlugin(id string) *model.DeletePluginRequest {
	return &model.DeletePluginRequest{InstanceId: c.instance, PluginId: id}
}

// §3.27.1, §3.27.5: a plug-in of each type is what was sent, its content byte for byte.
func TestNewPluginIsShown(t *testing.T) {
	t.Parallel()
	for kind := range pluginContents {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			body := merged(pluginBody(kind), doc{"remark": "r"})
			sent := merged(body, doc{"plugin_content": strings.Replace(pluginContents[kind], "******", "s3cret", 1)})

			made := admin.createPlugin(t, sent)

			wantFields(t, made, body)
			wantRecent(t, made, "create_time", "update_time")
			if diff := cmp.Diff(made, admin.showPlugin(t, text(t, made, "plugin_id"))); diff != "" {
				t.Errorf("the plug-in as created and as shown (-created +shown):\n%s", diff)
			}
		})
	}
}

func TestPluginsAreRefused(t *testing.T) {
	t.Parallel()
	body := pluginBody("cors")
	admin.createPlugin(t, body)
	refuse(t, admin.api.CreatePlugin, admin.pluginRequest(t, body), refusedAs(400, "APIG.3326"))
	for member, bad := range map[string]any{
		"plugin_name": "1x", "plugin_type": "wasm", "plugin_scope": "local", "remark": strings.Repeat("x", 256), "plugin_content": "no JSON",
		"plugin_content.max_age": `{"allow_origin":"*","max_age":172801}`, "plugin_content.allow_origin": `{"max_age":1}`,
	} {
		name, _, _ := strings.Cut(member, ".")
		refuse(t, admin.api.CreatePlugin, admin.pluginRequest(t, merged(pluginBody("cors"), doc{name: bad})), badParameter(member))
	}
	refuse(t, admin.api.CreatePlugin, admin.pluginRequest(t, merged(pluginBody("cors"), doc{"plugin_content": strings.Repeat(" ", 65536)})), badParameter("plugin_content"))
	refuse(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, unknownID, pluginBody("cors")), noPlugin)
	refuse(t, admin.api.ShowPlugin, admin.plugin(unknownID), noPlugin)
	refuse(t, admin.api.DeletePlugin, admin.deletePlugin(unknownID), noPlugin)
}

// §3.27.2: a change replaces what the plug-in says; names are unique, type and scope stay.
func TestPluginIsReplaced(t *testing.T) {
	t.Parallel()
	other := admin.createPlugin(t, pluginBody("cors"))
	before := admin.createPlugin(t, merged(pluginBody("cors"), doc{"remark": "old"}))
	id, body := text(t, before, "plugin_id"), merged(pluginBody("cors"), doc{"plugin_content": `{ "allow_origin": "https://shop.example.com" }`})

	after := call(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, body))

	wantFields(t, after, merged(body, doc{"plugin_id": id, "remark": "", "create_time": before["create_time"]}))
	if diff := cmp.Diff(after, admin.showPlugin(t, id)); diff != "" {
		t.Errorf("the plug-in as changed and as shown (-changed +shown):\n%s", diff)
	}
	for member, value := range map[string]any{"plugin_type": "proxy_mirror", "plugin_scope": "app"} {
		changed := merged(body, doc{member: value})
		if member == "plugin_type" {
			changed["plugin_content"] = pluginContents["proxy_mirror"]
		}
		refuse(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, changed), badParameter(member))
	}
	refuse(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, merged(body, doc{"plugin_name": other["plugin_name"]})), refusedAs(400, "APIG.3326"))
	refuse(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, merged(body, doc{"plugin_content": `{}`})), badParameter("plugin_content.allow_origin"))
}

// The client secret of an oidc_auth plug-in is masked, and stays when the mask comes back (SDK).
func TestPluginSecretIsMasked(t *testing.T) {
	t.Parallel()
	body := pluginBody("oidc_auth")
	refuse(t, admin.api.CreatePlugin, admin.pluginRequest(t, body), badParameter("plugin_content.client_secret"))
	id := text(t, admin.createPlugin(t, merged(body, doc{"plugin_content": strings.Replace(pluginContents["oidc_auth"], "******", "s3cret", 1)})), "plugin_id")

	shown := admin.showPlugin(t, id)
	wantFields(t, shown, body)
	again := call(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, body))

	wantFields(t, again, merged(body, doc{"update_time": shown["update_time"]}))
	wantFields(t, list(t, admin.listPlugins(t, doc{"plugin_id": id}), "plugins")[0], body)
}

// §3.27.4
func TestPluginsAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	var ids []string
	for name, kind := range map[string]string{"log_a": "kafka_log", "log_b": "kafka_log", "cross": "cors"} {
		made := c.createPlugin(t, merged(pluginBody(kind), doc{"plugin_name": name}))
		ids = append(ids, text(t, made, "plugin_id"))
	}

	wantPage(t, c.listPlugins(t, doc{}), "plugins", 3, 3)
	page := c.listPlugins(t, doc{"limit": 1, "offset": 1})
	wantPage(t, page, "plugins", 1, 3)
	if diff := cmp.Diff([]string{ids[1]}, column(t, list(t, page, "plugins"), "plugin_id")); diff != "" {
		t.Errorf("the second newest (-want +got):\n%s", diff)
	}
	wantPage(t, c.listPlugins(t, doc{"plugin_name": "log"}), "plugins", 2, 2)
	wantPage(t, c.listPlugins(t, doc{"plugin_name": "log", "precise_search": "plugin_name"}), "plugins", 0, 0)
	wantPage(t, c.listPlugins(t, doc{"plugin_name": "log_a", "precise_search": "plugin_name"}), "plugins", 1, 1)
	wantPage(t, c.listPlugins(t, doc{"plugin_type": "cors"}), "plugins", 1, 1)
	wantPage(t, c.listPlugins(t, doc{"plugin_scope": "global"}), "plugins", 3, 3)
	wantPage(t, c.listPlugins(t, doc{"plugin_scope": "app"}), "plugins", 0, 0)
	wantPage(t, c.listPlugins(t, doc{"plugin_id": ids[2]}), "plugins", 1, 1)
	shown := list(t, c.listPlugins(t, doc{"plugin_name": "log_a"}), "plugins")[0]
	wantFields(t, shown, doc{"plugin_content": pluginContents["kafka_log"]})
	refuse(t, c.api.ListPlugins, &model.ListPluginsRequest{InstanceId: unknownID}, noInstance)
}

// §3.27.3: a plug-in that is bound cannot be deleted; §5.4: nor can a channel that it asks through.
func TestPluginIsDeleted(t *testing.T) {
	t.Parallel()
	id := admin.newPlugin(t, "proxy_mirror")
	api, _ := admin.online(t, admin.newGroup(t))
	admin.attach(t, id, api, releaseEnv)

	refuse(t, admin.api.DeletePlugin, admin.deletePlugin(id), refusedAs(409, "APIG.3462"))
	admin.offline(t, api, releaseEnv)
	refuse(t, admin.api.DeletePlugin, admin.deletePlugin(id), refusedAs(409, "APIG.3462"))
	admin.detach(t, id, api, releaseEnv)
	call(t, admin.api.DeletePlugin, admin.deletePlugin(id))
	refuse(t, admin.api.ShowPlugin, admin.plugin(id), noPlugin)
}

func TestPluginHoldsItsChannel(t *testing.T) {
	t.Parallel()
	channel := text(t, admin.createChannel(t, plainChannel()), "id")
	through := func(id string) string {
		return `{"auth_request":{"method":"GET","protocol":"HTTPS","path":"/","vpc_channel_enabled":true,"vpc_channel_info":{"vpc_id":"` + id + `"}}}`
	}
	body := merged(pluginBody("third_auth"), doc{"plugin_content": through(channel)})
	refuse(t, admin.api.CreatePlugin, admin.pluginRequest(t, merged(body, doc{"plugin_content": through(unknownID)})), noChannel)
	id := text(t, admin.createPlugin(t, body), "plugin_id")

	refuse(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(channel), refusedAs(400, "APIG.3710"))
	call(t, admin.api.UpdatePlugin, admin.pluginUpdate(t, id, merged(body, doc{"plugin_content": "{}"})))
	call(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(channel))
}

// No answer to a stranger, and no event of the log, has a secret.
func TestPluginSecretsStayInTheirProject(t *testing.T) {
	t.Parallel()
	s := stranger(t)
	id := admin.newPlugin(t, "kafka_log")
	refuse(t, s.api.ShowPlugin, &model.ShowPluginRequest{InstanceId: s.instance, PluginId: id}, noPlugin)
	refuse(t, s.in(t, s.project, admin.instance).api.ShowPlugin, admin.plugin(id), noInstance)
}
