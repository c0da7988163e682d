package apig

import (
	"slices"
	"strconv"
)

// Bounds of the table of APIG V2 §5.5, and of texts for which it has none.
const (
	maxBodySize   = 9536 << 20 // bytes
	maxWord       = 255
	maxPEM        = 65535
	maxTokenLife  = 72000 // seconds
	maxAPICalls   = 1_000_000
	maxBackendMS  = 600_000
	maxCustomLogs = 10
	maxHosts      = 100
)

var (
	onOff        = oneOf("on", "off")
	onOffSetting = map[string]configRule{"enable": onOff}
)

var sslCiphers = oneOf(
	"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
	"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
	"ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
	"ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
)

// featureTable holds the features of APIG V2 §5.5 with the ranges of their parameters.
var featureTable = []FeatureSpec{
	settings("lts", map[string]configRule{
		"group_id": text(maxWord), "topic_id": text(maxWord), "log_group": text(maxWord), "log_stream": text(maxWord),
	}),
	fixed("gateway_responses"),
	settings("ratelimit", map[string]configRule{"api_limits": whole(1, maxAPICalls)}),
	{Name: "request_body_size", Configurable: true, plain: wholeText(1, maxBodySize)},
	settings(featureBackendMS, map[string]configRule{"max_timeout": whole(1, maxBackendMS)}),
	settings("app_token", map[string]configRule{
		"enable": onOff, "app_token_expire_time": whole(1, maxTokenLife),
		"refresh_token_expire_time": whole(1, maxTokenLife), "app_token_uri": text(maxWord), "app_token_key": text(maxPEM),
	}, "app_token_key"),
	words("app_api_key", "on", "off"),
	words("app_basic", "on", "off"),
	words("app_secret", "on", "off"),
	settings("app_jwt", with(onOffSetting, "auth_header", text(maxWord))),
	settings("public_key", with(onOffSetting, "public_key_uri_prefix", text(maxWord))),
	settings("backend_token_allow", map[string]configRule{
		"backend_token_allow_users": listOf(object(map[string]configRule{"user_name": text(maxWord)}), 0, maxHosts),
	}),
	fixed("sign_basic"),
	fixed("multi_auth"),
	settings("backend_client_certificate", map[string]configRule{
		"enable": onOff, "ca": text(maxPEM), "content": text(maxPEM), "key": text(maxPEM),
	}, "key"),
	settings("ssl_ciphers", map[string]configRule{"ssl_ciphers": listOf(sslCiphers, 1, 8)}),
	fixed("route"),
	fixed("cors"),
	settings("real_ip_from_xff", with(onOffSetting, "xff_index", whole(-1<<31, 1<<31-1))),
	words("app_route", "on", "off"),
	words(featureChannelNames, "on", "off"),
	settings("default_group_host_trustlist", with(onOffSetting, "hosts", listOf(ipAddress, 0, maxHosts))),
	settings("throttle_strategy", with(onOffSetting, "strategy", oneOf("cluster", "local"))),
	settings("custom_log", map[string]configRule{
		"custom_logs": listOf(object(map[string]configRule{
			"location": oneOf("header", "query", "cookie"), "name": text(maxWord),
		}), 0, maxCustomLogs),
	}),
	settings("real_ip_header_getter", with(onOffSetting, "header_getter", text(maxWord))),
	words("policy_cookie_param", "on", "off"),
	fixed("app_quota"),
	fixed("app_acl"),
	fixed("set_resp_headers"),
	fixed("vpc_backup"),
	fixed("sign_aes"),
	fixed("kafka_log"),
	fixed("backend_retry_count"),
	fixed("policy_sys_param"),
	fixed("breaker"),
	fixed("content_type_configurable"),
	fixed("rate_limit_plugin"),
	fixed("breakerv2"),
	fixed("rate_limit_algorithm"),
	settings("gzip", map[string]configRule{"comp_level": whole(1, 9)}),
	words("sse_strategy", "on", "off"),
	fixed("authorizer_context_support_num_bool"),
	settings("custom_auth_header", map[string]configRule{"app_auth_header": authHeader, "backend_sign_header": authHeader}),
	settings("request_custom_config", map[string]configRule{"http2": onOff, "client_body_timeout": whole(1, 60)}),
	fixed("gateway_responses_support_header"),
	// Example and table of §5.5 write the two values differently; both are taken.
	words("api_uri_no_escape", "on", "off", "true", "false"),
}

// fixed is a feature that an instance has and that has nothing to configure.
func fixed(name string) FeatureSpec { return FeatureSpec{Name: name} }

// words is a feature whose configuration is one of some words.
func words(name string, allowed ...string) FeatureSpec {
	return FeatureSpec{Name: name, Configurable: true, plain: func(config string) bool {
		return slices.Contains(allowed, config)
	}}
}

// settings is a feature whose configuration is the text of a JSON object.
func settings(name string, members map[string]configRule, secrets ...string) FeatureSpec {
	return FeatureSpec{Name: name, Configurable: true, members: members, Secrets: secrets}
}

// with returns members and one more.
func with(members map[string]configRule, name string, rule configRule) map[string]configRule {
	all := map[string]configRule{name: rule}
	for n, r := range members {
		all[n] = r
	}
	return all
}

// wholeText allows the texts of whole numbers from low to high.
func wholeText(low, high int64) func(string) bool {
	return func(config string) bool {
		n, err := strconv.ParseInt(config, 10, 64)
		return err == nil && n >= low && n <= high
	}
}
