package apig

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// checked is what Check says of a content: the code of the refusal and its parameter, without the
// "plugin_content." before it.
func checked(kind, content string) (code, param string) {
	err := PluginBody{Name: "thing", Type: kind, Scope: "global", Content: content}.Check()
	var refused *domain.Error
	if errors.As(err, &refused) {
		return refused.Code, strings.TrimPrefix(refused.Param, "plugin_content.")
	}
	return domain.CodeOf(err), ""
}

// The least that each type needs, and what the references show of it.
func TestContentsThatAreRight(t *testing.T) {
	t.Parallel()
	for kind, all := range map[string][]string{
		PluginCORS:        {`{"allow_origin":"https://a.example.com, https://b.example.com"}`, `{"allow_origin":"*","max_age":0,"allow_methods":null}`},
		PluginRespHeaders: {`{"response_headers":{"name":"x-demo","value":"sss"},"action":"append"}`, `{"response_headers":[{"name":"x-demo"},{"action":"append"}]}`, `{"response_headers":[]}`},
		PluginKafkaLog:    {`{"broker_list":["0.0.0.0:11"],"topic":"topic","sasl_config":{"security_protocol":"PLAINTEXT","sasl_password":""}}`},
		PluginBreaker:     {`{"breaker_condition":{"breaker_type":"timeout","time_window":1,"open_breaker_time":1},"downgrade_rules":null}`},
		PluginRateLimit:   {`{"api_limit":1}`, `{"api_limit":-1,"app_limit":5,"user_limit":5,"ip_limit":9}`, `{"api_limit":50,"user_limit":0,"specials":[]}`},
		PluginThirdAuth:   {`{}`, throughChannel("c1")},
		PluginCache:       {`{"cache_key":{"headers":["Accept"]}}`},
		PluginMirror:      {`{"protocol":"HTTPS","host":"10.0.0.1"}`, `{"protocol":"grpc","host":"a:1","sample_ratio":1}`},
		PluginOIDC:        {`{"client_id":"a","client_secret":"b","discovery":"http://a","redirect_api_id":"c"}`},
		PluginJWT:         {`{"jwks_service":{"url":"https://a"}}`, `{"jwks":"{}","token_expiration_tolerance":86400}`},
	} {
		for _, content := range append(all, pluginTexts[kind]) {
			if code, param := checked(kind, content); code != "" {
				t.Errorf("%s %s: %s about %s", kind, content, code, param)
			}
		}
	}
}

// Every bound of a model is kept, and the refusal names the member.
func TestContentsThatAreWrong(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	const missing, invalid = "APIG.2001", "APIG.2011"
	for _, c := range []struct{ kind, content, code, param string }{
		{PluginCORS, `{}`, missing, "allow_origin"},
		{PluginCORS, `{"allow_origin":""}`, missing, "allow_origin"},
		{PluginCORS, `{"allow_origin":"*","max_age":172801}`, invalid, "max_age"},
		{PluginCORS, `{"allow_origin":"*","max_age":-1}`, invalid, "max_age"},
		{PluginCORS, `{"allow_origin":"*","max_age":"1"}`, invalid, "max_age"},
		{PluginCORS, `{"allow_origin":"*","max_age":1.5}`, invalid, "max_age"},
		{PluginCORS, `{"allow_origin":"*","allow_credentials":"yes"}`, invalid, "allow_credentials"},
		{PluginCORS, `{"allow_origin":"*","allow_methods":"GET;POST"}`, invalid, "allow_methods"},
		{PluginCORS, `{"allow_origin":"*","allow_headers":"a\nb"}`, invalid, "allow_headers"},
		{PluginCORS, `{"allow_origin":["*"]}`, invalid, "allow_origin"},
		{PluginRespHeaders, `{}`, missing, "response_headers"},
		{PluginRespHeaders, `{"response_headers":[` + strings.Repeat(`{},`, 10) + `{}]}`, invalid, "response_headers"},
		{PluginRespHeaders, `{"response_headers":[{"name":"1x"}]}`, invalid, "response_headers[0].name"},
		{PluginRespHeaders, `{"response_headers":[{"name":"` + long(33) + `"}]}`, invalid, "response_headers[0].name"},
		{PluginRespHeaders, `{"response_headers":[{"name":"x","value":"` + long(256) + `"}]}`, invalid, "response_headers[0].value"},
		{PluginRespHeaders, `{"response_headers":[{"name":"x","action":"drop"}]}`, invalid, "response_headers[0].action"},
		{PluginRespHeaders, `{"response_headers":[{"name":"x"},{"name":"X"}]}`, invalid, "response_headers[1].name"},
		{PluginRespHeaders, `{"response_headers":[{"name":"X-Apig-Latency"}]}`, invalid, "response_headers[0].name"},
		{PluginRespHeaders, `{"response_headers":[{"name":"X-Request-Id"}]}`, invalid, "response_headers[0].name"},
		{PluginRespHeaders, `{"response_headers":{"name":5}}`, invalid, "response_headers.name"},
		{PluginKafkaLog, `{"topic":"t"}`, missing, "broker_list"},
		{PluginKafkaLog, `{"broker_list":["a"],"topic":"t"}`, invalid, "broker_list[0]"},
		{PluginKafkaLog, `{"broker_list":["a:1"]}`, missing, "topic"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","max_retry_count":6}`, invalid, "max_retry_count"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","retry_backoff":11}`, invalid, "retry_backoff"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","sasl_config":{"security_protocol":"SSL"}}`, invalid, "sasl_config.security_protocol"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","sasl_config":{"security_protocol":"SASL_SSL"}}`, missing, "sasl_config.sasl_username"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","sasl_config":{"security_protocol":"SASL_SSL","sasl_username":"u"}}`, missing, "sasl_config.sasl_password"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","sasl_config":{"security_protocol":"SASL_SSL","sasl_username":"u","sasl_password":"p"}}`, missing, "sasl_config.ssl_ca_content"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","sasl_config":{"sasl_password":"` + long(513) + `"}}`, invalid, "sasl_config.sasl_password"},
		{PluginKafkaLog, `{"broker_list":["a:1"],"topic":"t","meta_config":{"system":{"start_time":"yes"}}}`, invalid, "meta_config.system"},
		{PluginBreaker, `{}`, missing, "breaker_condition"},
		{PluginBreaker, `{"breaker_condition":{"time_window":1,"open_breaker_time":1}}`, missing, "breaker_condition.breaker_type"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"slow","time_window":1,"open_breaker_time":1}}`, invalid, "breaker_condition.breaker_type"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","time_window":1}}`, missing, "breaker_condition.open_breaker_time"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","breaker_mode":"counter","time_window":1,"open_breaker_time":1}}`, missing, "breaker_condition.unhealthy_threshold"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","breaker_mode":"percentage","min_call_threshold":1,"time_window":1,"open_breaker_time":1}}`, missing, "breaker_condition.unhealthy_percentage"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","breaker_mode":"percentage","unhealthy_percentage":1,"time_window":1,"open_breaker_time":1}}`, missing, "breaker_condition.min_call_threshold"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","unhealthy_percentage":101,"time_window":1,"open_breaker_time":1}}`, invalid, "breaker_condition.unhealthy_percentage"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"condition","time_window":1,"open_breaker_time":1}}`, missing, "breaker_condition.unhealthy_condition"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"condition","unhealthy_condition":"x","time_window":1,"open_breaker_time":1}}`, invalid, "breaker_condition.unhealthy_condition"},
		{PluginBreaker, `{"scope":"all","breaker_condition":{"breaker_type":"timeout","time_window":1,"open_breaker_time":1}}`, invalid, "scope"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","time_window":1,"open_breaker_time":1},"downgrade_rules":[{"rule_name":"r","match_regex":"[]"}]}`, invalid, "downgrade_rules[0].match_regex"},
		{PluginBreaker, `{"breaker_condition":{"breaker_type":"timeout","time_window":1,"open_breaker_time":1},"downgrade_default":{"type":"ftp"}}`, invalid, "downgrade_default.type"},
		{PluginRateLimit, `{}`, missing, "api_limit"},
		{PluginRateLimit, `{"api_limit":-2}`, invalid, "api_limit"},
		{PluginRateLimit, `{"api_limit":2147483648}`, invalid, "api_limit"},
		{PluginRateLimit, `{"api_limit":9,"default_time_unit":"week"}`, invalid, "default_time_unit"},
		{PluginRateLimit, `{"api_limit":9,"algorithm":"best"}`, invalid, "algorithm"},
		{PluginRateLimit, `{"api_limit":9,"user_limit":10}`, invalid, "user_limit"},
		{PluginRateLimit, `{"api_limit":9,"user_limit":5,"app_limit":6}`, invalid, "app_limit"},
		{PluginRateLimit, `{"api_limit":9,"app_limit":10}`, invalid, "app_limit"},
		{PluginRateLimit, `{"api_limit":9,"ip_limit":10}`, invalid, "ip_limit"},
		{PluginRateLimit, `{"api_limit":9,"specials":[{"type":"app","policies":[{"key":"k","limit":10}]}]}`, invalid, "specials[0].policies[0].limit"},
		{PluginRateLimit, `{"api_limit":9,"specials":[{"type":"ip"}]}`, invalid, "specials[0].type"},
		{PluginRateLimit, `{"api_limit":9,"rules":[{"match_regex":"{}"}]}`, invalid, "rules[0].match_regex"},
		{PluginThirdAuth, `{"auth_request":{"protocol":"HTTP","path":"/","url_domain":"a"}}`, missing, "auth_request.method"},
		{PluginThirdAuth, `{"auth_request":{"method":"DELETE","protocol":"HTTP","path":"/","url_domain":"a"}}`, invalid, "auth_request.method"},
		{PluginThirdAuth, `{"auth_request":{"method":"GET","protocol":"HTTP","path":"check","url_domain":"a"}}`, invalid, "auth_request.path"},
		{PluginThirdAuth, `{"auth_request":{"method":"GET","protocol":"HTTP","path":"/"}}`, missing, "auth_request.url_domain"},
		{PluginThirdAuth, `{"auth_request":{"method":"GET","protocol":"HTTP","path":"/","url_domain":"a","timeout":60001}}`, invalid, "auth_request.timeout"},
		{PluginThirdAuth, throughChannel(""), missing, "auth_request.vpc_channel_info.vpc_id"},
		{PluginThirdAuth, `{"rule_enabled":true}`, missing, "rule_type"},
		{PluginThirdAuth, `{"rule_type":"maybe"}`, invalid, "rule_type"},
		{PluginThirdAuth, `{"rules":[` + strings.Repeat(`{},`, 100) + `{}]}`, invalid, "rules"},
		{PluginThirdAuth, `{"rules":[{"match_regex":"[1]"}]}`, invalid, "rules[0].match_regex"},
		{PluginThirdAuth, `{"carry_resp_headers":["` + long(65) + `"]}`, invalid, "carry_resp_headers[0]"},
		{PluginCache, `{}`, missing, "cache_key"},
		{PluginCache, `{"cache_key":{}}`, missing, "cache_key"},
		{PluginCache, `{"cache_key":{"headers":["a"]},"client_cache_control":{"mode":"some"}}`, invalid, "client_cache_control.mode"},
		{PluginCache, `{"cache_key":{"headers":["a"]},"cache_http_status_and_ttl":[{"http_status":[99]}]}`, invalid, "cache_http_status_and_ttl[0].http_status[0]"},
		{PluginCache, `{"cache_key":{"headers":["a"]},"cacheable_headers":["x-apig-mode"]}`, invalid, "cacheable_headers[0]"},
		{PluginMirror, `{"host":"a"}`, missing, "protocol"},
		{PluginMirror, `{"protocol":"FTP","host":"a"}`, invalid, "protocol"},
		{PluginMirror, `{"protocol":"HTTP","host":"http://a/"}`, invalid, "host"},
		{PluginMirror, `{"protocol":"HTTP","host":"a","sample_ratio":1.1}`, invalid, "sample_ratio"},
		{PluginMirror, `{"protocol":"HTTP","host":"a","path_concat_mode":"suffix"}`, invalid, "path_concat_mode"},
		{PluginOIDC, `{"client_id":"a","discovery":"http://a","redirect_api_id":"c"}`, missing, "client_secret"},
		{PluginOIDC, `{"client_id":"a","client_secret":"` + long(1025) + `","discovery":"http://a","redirect_api_id":"c"}`, invalid, "client_secret"},
		{PluginOIDC, `{"client_id":"a","client_secret":"b","discovery":"ftp://a","redirect_api_id":"c"}`, invalid, "discovery"},
		{PluginOIDC, `{"client_id":"a","client_secret":"b","discovery":"http://a","redirect_api_id":"c","jwks_enabled":false}`, missing, "public_key"},
		{PluginJWT, `{}`, missing, "jwks"},
		{PluginJWT, `{"jwks":"-----BEGIN"}`, invalid, "jwks"},
		{PluginJWT, `{"jwks":"{\"a\":\"` + long(51_200) + `\"}"}`, invalid, "jwks"},
		{PluginJWT, `{"jwks":{"keys":[]}}`, invalid, "jwks"},
		{PluginJWT, `{"jwks":"{}","token_location":"body"}`, invalid, "token_location"},
		{PluginJWT, `{"jwks":"{}","token_location":"cookie"}`, missing, "token_name"},
		{PluginJWT, `{"jwks":"{}","token_expiration_tolerance":"86401"}`, invalid, "token_expiration_tolerance"},
		{PluginJWT, `{"jwks":"{}","token_expiration_tolerance":"1.5"}`, invalid, "token_expiration_tolerance"},
	} {
		if code, param := checked(c.kind, c.content); code != c.code || param != c.param {
			t.Errorf("%s %.200s: %s about %q, want %s about %q", c.kind, c.content, code, param, c.code, c.param)
		}
	}
}

// What is no JSON object, or could be read in two ways, is no content of any type.
func TestContentsThatAreUnsound(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, content := range map[string]string{
		"text": "allow", "a list": "[]", "null": "null", "a number": "5", "a string": `"{}"`, "two objects": "{}{}", "cut off": `{"a":`,
		"single quotes": `{'a':1}`, "a trailing comma": `{"a":1,}`, "a member twice": `{"allow_origin":"a","allow_origin":"*"}`,
		"a member in two cases": `{"allow_origin":"a","Allow_Origin":"*"}`, "a member with another s": `{"allow_credentials":true,"allow_credential` + "ſ" + `":false}`,
		"a member twice, deep in it": `{"a":[{"b":1,"\u0062":2}]}`, "NUL": `{"allow_origin":"a\u0000"}`, "half a pair": `{"allow_origin":"\ud800"}`,
		"too deep": deep(33), "far too deep": deep(9000), "too long": `{"allow_origin":"` + strings.Repeat("x", 65536) + `"}`,
	} {
		if code, _ := checked(PluginCORS, content); code != "APIG.2011" {
			t.Errorf("%s: %q", name, code)
		}
	}
	if code, _ := checked(PluginThirdAuth, deep(32)); code != "" {
		t.Errorf("32 levels: %s", code)
	}
}

// Whatever is sent as a content, it is judged, and a good one has its secrets found again.
func TestContentProperty(t *testing.T) {
	t.Parallel()
	kinds := []string{PluginCORS, PluginRespHeaders, PluginKafkaLog, PluginBreaker, PluginRateLimit, PluginThirdAuth, PluginCache, PluginMirror, PluginOIDC, PluginJWT}
	values := []string{`null`, `true`, `-1`, `1e400`, `"x"`, `""`, `[]`, `{}`, `[null]`, `{"a":null}`, `"\u0000"`, `[{"name":null}]`, `99999999999999999999`}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "type")
		var whole map[string]json.RawMessage
		if err := json.Unmarshal([]byte(pluginTexts[kind]), &whole); err != nil {
			t.Fatal(err)
		}
		for name := range whole {
			if rapid.IntRange(0, 3).Draw(t, "change "+name) == 0 {
				whole[name] = json.RawMessage(rapid.SampledFrom(values).Draw(t, name))
			}
		}
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		code, _ := checked(kind, string(text))
		if code != "" && code != "APIG.2001" && code != "APIG.2011" {
			t.Fatalf("%s: %q", text, code)
		}
		if code != "" {
			return
		}
		same, err := MapPluginSecrets(string(text), func(_, literal string) (string, error) { return literal, nil })
		if err != nil || same != string(text) {
			t.Fatalf("%v: %s became %s", err, text, same)
		}
	})
}
