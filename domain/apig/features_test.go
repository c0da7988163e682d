package apig

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func configure(name string, enable bool, config string) decision {
	return do((*State).ConfigureFeature, ConfigureFeature{gw, FeatureBody{Name: name, Enable: &enable, Config: config}})
}

func aFeature(name, config string, at time.Time) history {
	return history{FeatureConfigured{Feature{ID: "f1", InstanceID: gw, Name: name, Enable: true, Config: config, UpdateTime: at}, []string{"enable"}}}
}

func TestConfigureFeature(t *testing.T) {
	t.Parallel()
	set := func(id, name, config string, changed ...string) []domain.Event {
		return []domain.Event{FeatureConfigured{Feature{ID: id, InstanceID: gw, Name: name, Enable: true, Config: config, UpdateTime: now}, changed}}
	}
	old := given(gateway(), aFeature("gzip", `{"comp_level":6}`, now.Add(-time.Minute)))
	run(t, []scenario{
		{name: "§3.21.1: for the first time", given: gateway(), when: configure("gzip", true, `{"comp_level":6}`),
			then: set(id(1), "gzip", `{"comp_level":6}`, "enable", "config")},
		{name: "§3.21.1: again, with the same id", given: old, when: configure("gzip", true, `{"comp_level":7}`), then: set("f1", "gzip", `{"comp_level":7}`, "config")},
		{name: "nothing new, nothing happens", given: old, when: configure("gzip", true, `{"comp_level":6}`)},
		{name: "§5.4: once a minute", given: given(gateway(), aFeature("gzip", "", now.Add(-59*time.Second))), when: configure("gzip", false, ""), refused: "APIG.3711"},
		{name: "… each by itself", given: given(gateway(), aFeature("gzip", "", now)), when: configure("lts", true, ""), then: set(id(1), "lts", "", "enable")},
		{name: "§3.21.1 ex: unknown feature", given: gateway(), when: configure("app-api-key", true, "on"), refused: "APIG.2000"},
		{name: "§5.5: nothing to configure", given: gateway(), when: configure("breaker", true, ""), refused: "APIG.2000"},
		{name: "§3.21.1: enable is required", given: gateway(), refused: "APIG.2001",
			when: do((*State).ConfigureFeature, ConfigureFeature{gw, FeatureBody{Name: "gzip"}})},
		{name: "§3.21.1: the name is required", given: gateway(), when: configure("", true, ""), refused: "APIG.2001"},
		{name: "a configuration has an end", given: gateway(), when: configure("lts", true, strings.Repeat(" ", 65536)), refused: "APIG.2011"},
	})
}

func TestFeatureConfigurations(t *testing.T) {
	t.Parallel()
	hosts := `"10.0.0.1"` + strings.Repeat(`,"10.0.0.1"`, 100)
	logs := `{"location":"query","name":"a"}`
	cases := []struct {
		feature, config string
		ok              bool
	}{
		{"app_api_key", "on", true}, {"app_api_key", "off", true}, {"app_api_key", "ON", false}, {"app_api_key", `{"enable":"on"}`, false},
		{"api_uri_no_escape", "on", true}, {"api_uri_no_escape", "false", true}, {"api_uri_no_escape", "yes", false},
		{"request_body_size", "1", true}, {"request_body_size", "9999220736", true}, {"request_body_size", "9999220737", false},
		{"request_body_size", "0", false}, {"request_body_size", "12M", false},
		{"ratelimit", `{"api_limits": 1000000}`, true}, {"ratelimit", `{"api_limits": 1000001}`, false}, {"ratelimit", `{"api_limits": 0}`, false},
		{"ratelimit", `{"api_limits": "500"}`, false}, {"ratelimit", `{"limits": 500}`, false}, {"ratelimit", "500", false}, {"ratelimit", "null", false},
		{"backend_timeout", `{"max_timeout": 600000}`, true}, {"backend_timeout", `{"max_timeout": 600001}`, false}, {"backend_timeout", `{"max_timeout": 1.5}`, false},
		{"app_token", `{"enable":"on","app_token_expire_time":72000,"refresh_token_expire_time":1,"app_token_uri":"/t","app_token_key":"k"}`, true},
		{"app_token", `{"app_token_expire_time":72001}`, false}, {"app_token", `{"enable":true}`, false},
		{"ssl_ciphers", `{"ssl_ciphers":["ECDHE-RSA-AES128-SHA256"]}`, true}, {"ssl_ciphers", `{"ssl_ciphers":[]}`, false}, {"ssl_ciphers", `{"ssl_ciphers":["RC4"]}`, false},
		{"ssl_ciphers", `{"ssl_ciphers":"ECDHE-RSA-AES128-SHA256"}`, false},
		{"real_ip_from_xff", `{"enable":"on","xff_index":-2147483648}`, true}, {"real_ip_from_xff", `{"xff_index":2147483648}`, false},
		{"default_group_host_trustlist", `{"enable":"on","hosts":["10.0.0.1","::1"]}`, true}, {"default_group_host_trustlist", `{"hosts":["10.0.0"]}`, false},
		{"default_group_host_trustlist", `{"hosts":[` + hosts + `]}`, false}, {"default_group_host_trustlist", `{"hosts":[1]}`, false},
		{"throttle_strategy", `{"strategy":"local"}`, true}, {"throttle_strategy", `{"strategy":"global"}`, false},
		{"custom_log", `{"custom_logs":[` + logs + `]}`, true}, {"custom_log", `{"custom_logs":[` + logs + strings.Repeat(","+logs, 10) + `]}`, false},
		{"custom_log", `{"custom_logs":[{"location":"body","name":"a"}]}`, false}, {"custom_log", `{"custom_logs":["a"]}`, false},
		{"custom_log", `{"custom_logs":[{"where":"query"}]}`, false},
		{"gzip", `{"comp_level": 9}`, true}, {"gzip", `{"comp_level": 10}`, false},
		{"custom_auth_header", `{"app_auth_header":"my-header","backend_sign_header":""}`, true}, {"custom_auth_header", `{"app_auth_header":"X-Apig-Mode"}`, false},
		{"custom_auth_header", `{"app_auth_header":"X-SDK-Date"}`, false}, {"custom_auth_header", `{"app_auth_header":"Authorization"}`, false},
		{"custom_auth_header", `{"app_auth_header":"x-stage"}`, false}, {"custom_auth_header", `{"app_auth_header":"ab"}`, false}, {"custom_auth_header", `{"app_auth_header":1}`, false},
		{"request_custom_config", `{"http2":"off","client_body_timeout":60}`, true}, {"request_custom_config", `{"client_body_timeout":61}`, false},
		{"lts", `{"group_id":null}`, false}, {"lts", `{"group_id":"`, false},
	}
	for _, c := range cases {
		_, _, err := configure(c.feature, true, c.config)(gateway().state(), moment())
		want := "APIG.2011"
		if c.ok {
			want = ""
		}
		if got := domain.CodeOf(err); got != want {
			t.Errorf("%s with %.80s: %v, want %q", c.feature, c.config, err, want)
		}
	}
}

// The reference's own examples of every feature must be accepted, in its order.
func TestFeatureTable(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/features.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		Name    string  `json:"name"`
		Example *string `json:"example"` // absent: nothing to configure
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range table {
		want = append(want, f.Name)
		if spec := featureSpecs[f.Name]; spec.Configurable != (f.Example != nil) {
			t.Errorf("%s: configurable is %v", f.Name, spec.Configurable)
		}
		if f.Example == nil {
			continue
		}
		if _, _, err := configure(f.Name, true, *f.Example)(gateway().state(), moment()); err != nil {
			t.Errorf("%s: example %s: %v", f.Name, *f.Example, err)
		}
	}
	if diff := cmp.Diff(want, FeatureNames()); diff != "" {
		t.Errorf("features:\n%s", diff)
	}
	if len(Features()) != 46 {
		t.Errorf("%d features, §5.5 has 46", len(Features()))
	}
}

func TestFeatureSecrets(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for _, f := range Features() {
		if f.Secrets != nil {
			got[f.Name] = f.Secrets
		}
	}
	want := map[string][]string{"app_token": {"app_token_key"}, "backend_client_certificate": {"key"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secrets:\n%s", diff)
	}
}

// The feature backend_timeout bounds the timeouts of definitions (§3.5.1) while it is on.
func TestBackendTimeoutFeature(t *testing.T) {
	t.Parallel()
	slow := func(ms int) decision {
		d := httpAPI("g1", "order", "POST /orders", "example.com")
		b := *d.BackendAPI
		b.Timeout = ms
		d.BackendAPI = &b
		return withoutEvents(createAPI(d))
	}
	raised := given(shop(), aFeature("backend_timeout", `{"max_timeout":90000}`, past))
	off := aFeature("backend_timeout", `{"max_timeout":90000}`, past)
	disabled := off[0].(FeatureConfigured)
	disabled.Feature.Enable = false
	run(t, []scenario{
		{name: "a minute without it", given: shop(), when: slow(60_000)},
		{name: "no more without it", given: shop(), when: slow(60_001), refused: "APIG.2003"},
		{name: "what it says", given: raised, when: slow(90_000)},
		{name: "no more than it says", given: raised, when: slow(90_001), refused: "APIG.2003"},
		{name: "switched off it says nothing", given: given(shop(), history{disabled}), when: slow(60_001), refused: "APIG.2003"},
		{name: "without a value it says nothing", given: given(shop(), aFeature("backend_timeout", "{}", past)), when: slow(60_001), refused: "APIG.2003"},
	})
}

// §5.5: while vpc_name_modifiable is off, the names of channels stay.
func TestChannelNameFeature(t *testing.T) {
	t.Parallel()
	rename := do((*State).UpdateChannel, UpdateChannel{gw, "c1", channelBody("other")})
	renamed := changedChannel(channelOf("c1", "other"), "name")
	with := func(config string) history {
		return given(gateway(), aChannel("c1", "pool"), aFeature("vpc_name_modifiable", config, past))
	}
	disabled := aFeature("vpc_name_modifiable", "off", past)[0].(FeatureConfigured)
	disabled.Feature.Enable = false
	run(t, []scenario{
		{name: "they change without it", given: given(gateway(), aChannel("c1", "pool")), when: rename, then: renamed},
		{name: "they change while it is on", given: with("on"), when: rename, then: renamed},
		{name: "they stay while it is off", given: with("off"), when: rename, refused: "APIG.2011"},
		{name: "a feature that is not in force says nothing", given: given(gateway(), aChannel("c1", "pool"), history{disabled}), when: rename, then: renamed},
		{name: "what is not the name changes", given: with("off"), when: do((*State).UpdateChannel, UpdateChannel{gw, "c1", channelBody("pool")})},
		{name: "a new channel has any name", given: with("off"), when: do((*State).CreateChannel, CreateChannel{gw, channelBody("new")}),
			then: []domain.Event{ChannelCreated{channelOf(id(1), "new", func(c *Channel) { c.CreateTime, c.UpdateTime = now, now })}}},
	})
}
