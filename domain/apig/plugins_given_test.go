package apig

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// pluginTexts has a content of every type of plug-in, with about every member that its model has.
var pluginTexts = map[string]string{
	PluginCORS: `{ "allow_origin" : "*", "allow_methods": "GET,POST,PUT,DELETE,HEAD,PATCH", "allow_headers": "Content-Type, Accept",
		"expose_headers": "X-Request-Id,X-Apig-Latency", "max_age": 172800, "allow_credentials": true }`,
	PluginRespHeaders: `{"response_headers":[{"name":"X-Demo","value":"shop","value_type":"custom_value","action":"Append"},{"name":"Server","action":"delete"}]}`,
	PluginKafkaLog: `{"broker_list":["10.0.0.1:9092","[2001:db8::1]:9092"],"topic":"calls","key":"","max_retry_count":0,"retry_backoff":1,
		"sasl_config":{"security_protocol":"SASL_SSL","sasl_mechanisms":"SCRAM-SHA-512","sasl_username":"gw","sasl_password":"p\u0061ss","ssl_ca_content":"CA"},
		"meta_config":{"system":{"start_time":true,"api_id":false},"call_data":{"log_request_header":true,"request_header_filter":"x-*",
		"custom_authorizer":{"frontend":["id"],"backend":[]}}}}`,
	PluginBreaker: `{"scope":"share","breaker_condition":{"breaker_type":"timeout","breaker_mode":"counter","unhealthy_condition":"","unhealthy_threshold":30,
		"min_call_threshold":20,"unhealthy_percentage":51,"time_window":15,"open_breaker_time":15},
		"downgrade_default":{"type":"http","func_info":null,"http_info":{"isVpc":false,"vpc_channel_id":"","address":"10.0.0.2","scheme":"HTTP","method":"GET","path":"/b","timeout":5000}},
		"downgrade_parameters":[{"name":"reqPath","type":"path","value":"path","disabled":true}],
		"downgrade_rules":[{"rule_name":"r1","parameters":["reqPath"],"match_regex":"[\"reqPath\",\"==\",\"/t\"]",
		"downgrade_backend":{"type":"mock","mock_info":{"status_code":200,"result_content":"ok"}},
		"breaker_condition":{"breaker_type":"condition","breaker_mode":"percentage","unhealthy_condition":"[\"status\",\">\",\"499\"]",
		"min_call_threshold":20,"unhealthy_percentage":51,"time_window":15,"open_breaker_time":15}}]}`,
	PluginRateLimit: `{"scope":"basic","default_time_unit":"minute","default_interval":1,"api_limit":50,"app_limit":10,"user_limit":20,"ip_limit":0,"algorithm":"counter",
		"specials":[{"type":"app","policies":[{"key":"app1","limit":50}]}],"parameters":[{"type":"header","name":"h","value":"H"}],
		"rules":[{"rule_name":"r1","match_regex":"[\"h\",\"==\",\"1\"]","time_unit":"second","interval":1,"limit":5}]}`,
	PluginThirdAuth: `{"auth_request":{"method":"POST","protocol":"HTTP","url_domain":"10.0.0.3:1234","timeout":10,"path":"/check","vpc_channel_enabled":false,
		"vpc_channel_info":{"vpc_proxy_host":"abc.com","vpc_id":"c9"}},"identities":{"headers":[{"name":"token"}],"queries":[{"name":"user"}]},
		"carry_body":{"enabled":true,"max_body_size":10000},"carry_path_enabled":false,"carry_resp_headers":["x-result"],"match_auth":{"key":"x-result","value":"yes"},
		"rule_enabled":true,"rule_type":"deny","parameters":[{"value":"reqPath","type":"path","name":"reqPath"}],
		"rules":[{"rule_name":"r1","match_regex":"[\"OR\",[\"reqPath\",\"~~\",\"/a/*\"],[\"reqPath\",\"==\",\"/b\"]]"}],"custom_forbid_limit":100,"auth_downgrade_enabled":false}`,
	PluginCache: `{"cache_key":{"system_params":["$context.apiId"],"parameters":["id"],"headers":["Accept"]},"cache_http_status_and_ttl":[{"http_status":[200,301],"ttl":300}],
		"client_cache_control":{"mode":"apps","datas":["app1"]},"cacheable_headers":["X-Total"]}`,
	PluginMirror: `{"protocol":"HTTP","host":"mirror.example.com:8080","path":"/m","path_concat_mode":"prefix","sample_ratio":0.25,"timeout":3000,"mirror_request_body_enabled":false}`,
	PluginOIDC: `{"client_id":"gw","client_secret":"s3cret","discovery":"https://idp.example.com/.well-known/openid-configuration","redirect_api_id":"a1","scope":"openid email",
		"logout_api_id":"a2","access_token_expires_in":3600,"jwt_cache_enabled":true,"jwks_enabled":false,"public_key":"PEM"}`,
	PluginJWT: `{"jwks":"{\"keys\":[]}","token_location":"cookie","token_name":"token","token_expiration_tolerance":"60","missing_token_skip_auth_enabled":false,
		"claims_to_headers":[{"claim":"sub","header":"X-Sub"}],"blacklist":[]}`,
}

func pluginBody(name, kind string) PluginBody {
	return PluginBody{Name: name, Type: kind, Scope: "global", Content: pluginTexts[kind]}
}

func pluginOf(id, name, kind string, change ...func(*Plugin)) Plugin {
	p := Plugin{ID: id, InstanceID: gw, PluginBody: pluginBody(name, kind), CreateTime: past, UpdateTime: past}
	p.Sealed = len(secretsOf(p.Content)) > 0
	for _, c := range change {
		c(&p)
	}
	return p
}

func aPlugin(id, name, kind string, change ...func(*Plugin)) history {
	return history{PluginCreated{pluginOf(id, name, kind, change...)}}
}

func pluginBinding(id, pluginID, kind, apiID, envID string) Binding {
	b := bindingOf(id, pluginID, apiID, envID)
	b.Kind = kind
	return b
}

func attached(id, pluginID, kind, apiID, envID string) history {
	return history{PluginAttached{Binding: pluginBinding(id, pluginID, kind, apiID, envID)}}
}

// throughChannel is the content of a third_auth plug-in that asks through a channel.
func throughChannel(id string) string {
	return `{"auth_request":{"method":"GET","protocol":"HTTPS","path":"/","vpc_channel_enabled":true,"vpc_channel_info":{"vpc_id":"` + id + `"}}}`
}

// pluginSamples has one event of every type about plug-ins, with every member set.
func pluginSamples() []domain.Event {
	p := pluginOf("p1", "login", PluginOIDC, func(p *Plugin) {
		p.Scope, p.RomaAppID, p.Remark, p.Content = PluginScopeApp, "r1", "all of it", `{"client_id":"gw","client_secret":"v1.sealed"}`
	})
	b := pluginBinding("b1", "p1", PluginOIDC, "a1", "e1")
	return []domain.Event{
		PluginCreated{p},
		PluginUpdated{p, []string{"plugin_content", "remark"}},
		PluginDeleted{InstanceID: gw, PluginID: "p1", Name: "login"},
		PluginAttached{b, "b0"},
		PluginDetached{b},
	}
}

// drawPlugins draws a command about plug-ins for the property of states.
func drawPlugins(t *rapid.T, in *instance) decision {
	pick := func(what string, known []string) string {
		slices.Sort(known)
		return rapid.SampledFrom(append(slices.Repeat(known, 10), "none")).Draw(t, what)
	}
	pluginID := pick("plugin", slices.Collect(maps.Keys(in.plugins.all)))
	apiID := pick("plugged api", slices.Collect(maps.Keys(in.apis)))
	envID := pick("plugged env", slices.Collect(maps.Keys(in.envs)))
	name := rapid.SampledFrom([]string{"log", "auth", "limit"}).Draw(t, "plugin name")
	body := pluginBody(name, rapid.SampledFrom([]string{PluginCORS, PluginThirdAuth}).Draw(t, "plugin type"))
	if channels := slices.Collect(maps.Keys(in.channels.all)); body.Type == PluginThirdAuth && len(channels) > 0 {
		body.Content = throughChannel(pick("plugged channel", channels))
	}
	attach := do((*State).AttachAPIs, AttachAPIs{gw, pluginID, PluginAPIsBody{envID, []string{apiID}}})
	return rapid.SampledFrom([]decision{
		do((*State).CreatePlugin, CreatePlugin{InstanceID: gw, Body: body}), do((*State).CreatePlugin, CreatePlugin{InstanceID: gw, Body: body}),
		do((*State).UpdatePlugin, UpdatePlugin{InstanceID: gw, PluginID: pluginID, Body: body}),
		do((*State).DeletePlugin, DeletePlugin{gw, pluginID}),
		attach, attach, attach,
		do((*State).AttachPlugins, AttachPlugins{gw, apiID, APIPluginsBody{envID, []string{pluginID}}}),
		do((*State).DetachAPIs, DetachAPIs{gw, pluginID, PluginAPIsBody{envID, []string{apiID}}}),
		do((*State).DetachPlugins, DetachPlugins{gw, apiID, APIPluginsBody{envID, []string{pluginID}}}),
	}).Draw(t, "plugins")
}

// reindexPlugins makes what an instance knows of plug-ins anew from what is no index. A binding of a
// plug-in, to an API or in an environment that is gone is lost, and so shows as a difference.
func reindexPlugins(fresh, in *instance) {
	for _, p := range in.plugins.all {
		PluginCreated{*p}.fold(fresh, domain.Recorded{})
	}
	for _, b := range in.plugins.bound.all {
		if in.plugins.all[b.PolicyID] != nil && in.apis[b.APIID] != nil && in.envs[b.EnvID] != nil {
			PluginAttached{Binding: b}.fold(fresh, domain.Recorded{})
		}
	}
}
