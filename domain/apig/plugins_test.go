package apig

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func createPlugin(b PluginBody) decision {
	return do((*State).CreatePlugin, CreatePlugin{InstanceID: gw, Body: b})
}

func TestCreatePlugin(t *testing.T) {
	t.Parallel()
	created := func(name, kind string, change ...func(*Plugin)) []domain.Event {
		p := pluginOf(id(1), name, kind, change...)
		p.CreateTime, p.UpdateTime = now, now
		return []domain.Event{PluginCreated{p}}
	}
	body := func(change func(*PluginBody)) decision {
		b := pluginBody("cross", PluginCORS)
		change(&b)
		return createPlugin(b)
	}
	app := func(scope string) decision {
		b := pluginBody("cross", PluginCORS)
		b.Scope = scope
		return do((*State).CreatePlugin, CreatePlugin{InstanceID: gw, Body: b, RomaAppID: "r1"})
	}
	through := func(content string) decision {
		b := pluginBody("cross", PluginThirdAuth)
		b.Content = content
		return createPlugin(b)
	}
	scenarios := []scenario{
		{name: "§3.27.1: names are unique", given: given(gateway(), aPlugin("p1", "cross", PluginMirror)), when: createPlugin(pluginBody("cross", PluginCORS)), refused: "APIG.3326"},
		{name: "a name is unique in its instance only", given: given(gateway(), instanceNamed("gw2", "second"), aPlugin("p1", "cross", PluginMirror)),
			when: do((*State).CreatePlugin, CreatePlugin{InstanceID: "gw2", Body: pluginBody("cross", PluginCORS)}),
			then: created("cross", PluginCORS, func(p *Plugin) { p.InstanceID = "gw2" })},
		{name: "§3.27.1: plugin_name is required", given: gateway(), when: body(func(b *PluginBody) { b.Name = "" }), refused: "APIG.2001"},
		{name: "§3.27.1: the name starts with a letter", given: gateway(), when: body(func(b *PluginBody) { b.Name = "1st" }), refused: "APIG.2011"},
		{name: "§3.27.1: the name has no hyphen", given: gateway(), when: body(func(b *PluginBody) { b.Name = "a-b-c" }), refused: "APIG.2011"},
		{name: "§3.27.1: types are known", given: gateway(), when: body(func(b *PluginBody) { b.Type = "wasm" }), refused: "APIG.2011"},
		{name: "§3.27.1: scopes are known", given: gateway(), when: body(func(b *PluginBody) { b.Scope = "local" }), refused: "APIG.2011"},
		{name: "§3.27.1: plugin_content is required", given: gateway(), when: body(func(b *PluginBody) { b.Content = "" }), refused: "APIG.2001"},
		{name: "§3.27.1: the remark has at most 255 characters", given: gateway(), when: body(func(b *PluginBody) { b.Remark = strings.Repeat("x", 256) }), refused: "APIG.2011"},
		{name: "ROMA: a plug-in of an integration app", given: gateway(), when: app("app"),
			then: created("cross", PluginCORS, func(p *Plugin) { p.Scope, p.RomaAppID = "app", "r1" })},
		{name: "ROMA: the app counts with the scope app alone", given: gateway(), when: app("global"), then: created("cross", PluginCORS)},
		{name: "a channel that is there", given: given(gateway(), aChannel("c1", "pool")), when: through(throughChannel("c1")),
			then: created("cross", PluginThirdAuth, func(p *Plugin) { p.Content = throughChannel("c1") })},
		{name: "§5.4: a channel that is not there", given: gateway(), when: through(throughChannel("c1")), refused: "APIG.3023"},
		{name: "a mask is no secret", given: gateway(), refused: "APIG.2011",
			when: createPlugin(PluginBody{"login", PluginOIDC, "global", strings.Replace(pluginTexts[PluginOIDC], "s3cret", MaskedSecret, 1), ""})},
		{name: "unknown instance", when: createPlugin(pluginBody("cross", PluginCORS)), refused: "APIG.3030"},
	}
	for kind := range contents {
		scenarios = append(scenarios, scenario{
			name: "§3.27.1: created, of type " + kind, given: gateway(), when: createPlugin(pluginBody("thing", kind)), then: created("thing", kind),
		})
	}
	run(t, scenarios)
}

func TestPluginsAreBounded(t *testing.T) {
	t.Parallel()
	full := gateway()
	for i := range maxPlugins {
		full = given(full, aPlugin(fmt.Sprintf("p%d", i), fmt.Sprintf("plugin%d", i), PluginMirror))
	}
	run(t, []scenario{
		{name: "at most 1000", given: full, when: createPlugin(pluginBody("cross", PluginCORS)), refused: "APIG.3100"},
		{name: "a change is no new one", given: full, when: do((*State).UpdatePlugin, UpdatePlugin{InstanceID: gw, PluginID: "p0", Body: pluginBody("plugin0", PluginMirror)})},
	})
}

func TestUpdatePlugin(t *testing.T) {
	t.Parallel()
	update := func(change func(*PluginBody)) decision {
		b := pluginBody("cross", PluginCORS)
		change(&b)
		return do((*State).UpdatePlugin, UpdatePlugin{InstanceID: gw, PluginID: "p1", Body: b})
	}
	there := given(gateway(), aPlugin("p1", "cross", PluginCORS), aPlugin("p2", "other", PluginMirror))
	updated := func(changed string, change func(*Plugin)) []domain.Event {
		p := pluginOf("p1", "cross", PluginCORS, change)
		p.UpdateTime = now
		return []domain.Event{PluginUpdated{p, []string{changed}}}
	}
	ofApp := aPlugin("p1", "cross", PluginCORS, func(p *Plugin) { p.Scope, p.RomaAppID = "app", "r1" })
	roma := func(appID string) decision {
		b := pluginBody("cross", PluginCORS)
		b.Scope = "app"
		return do((*State).UpdatePlugin, UpdatePlugin{InstanceID: gw, PluginID: "p1", Body: b, RomaAppID: appID})
	}
	run(t, []scenario{
		{name: "§3.27.2: another name", given: there, when: update(func(b *PluginBody) { b.Name = "browser" }),
			then: updated("plugin_name", func(p *Plugin) { p.Name = "browser" })},
		{name: "§3.27.2: another content", given: there, when: update(func(b *PluginBody) { b.Content = `{"allow_origin":"*"}` }),
			then: updated("plugin_content", func(p *Plugin) { p.Content = `{"allow_origin":"*"}` })},
		{name: "§3.27.2: the same again changes nothing", given: there, when: update(func(*PluginBody) {}), answer: PluginInfo{Plugin: pluginOf("p1", "cross", PluginCORS)}},
		{name: "§3.27.2: names are unique", given: there, when: update(func(b *PluginBody) { b.Name = "other" }), refused: "APIG.3326"},
		{name: "§3.27.2: the type cannot be changed", given: there, when: update(func(b *PluginBody) { b.Type, b.Content = PluginMirror, pluginTexts[PluginMirror] }), refused: "APIG.2011"},
		{name: "§3.27.2: the scope cannot be changed", given: there, when: update(func(b *PluginBody) { b.Scope = "app" }), refused: "APIG.2011"},
		{name: "§3.27.2: the content is of its type", given: there, when: update(func(b *PluginBody) { b.Content = `{"topic":"x"}` }), refused: "APIG.2001"},
		{name: "§3.27.2 ex: unknown plug-in", given: gateway(), when: update(func(*PluginBody) {}), refused: "APIG.3068"},
		{name: "ROMA: to another app", given: given(gateway(), ofApp), when: roma("r2"),
			then: updated("roma_app_id", func(p *Plugin) { p.Scope, p.RomaAppID = "app", "r2" })},
		{name: "ROMA: an app that can be none", given: given(gateway(), ofApp), when: roma("r 2"), refused: "APIG.2011"},
		{name: "ROMA: without an app, it keeps its own", given: given(gateway(), ofApp), when: roma("")},
	})
}

// A secret that answers mask stays as it is when the mask comes back, and nothing else does.
func TestMaskedSecretsStay(t *testing.T) {
	t.Parallel()
	sealed := strings.Replace(pluginTexts[PluginOIDC], "s3cret", "v1.old", 1)
	s := given(gateway(), aPlugin("p1", "login", PluginOIDC, func(p *Plugin) { p.Content = sealed }),
		aPlugin("p2", "log", PluginKafkaLog)).state()
	b := pluginBody("login", PluginOIDC)
	b.Content = strings.Replace(pluginTexts[PluginOIDC], "s3cret", MaskedSecret, 1)

	p, events, err := s.UpdatePlugin(moment(), UpdatePlugin{InstanceID: gw, PluginID: "p1", Body: b})
	if err != nil || len(events) != 0 || p.Content != sealed {
		t.Errorf("%d events, %v, content %s", len(events), err, p.Content)
	}
	b.Content = strings.Replace(b.Content, `"openid email"`, `"openid"`, 1)
	p, events, err = s.UpdatePlugin(moment(), UpdatePlugin{InstanceID: gw, PluginID: "p1", Body: b})
	if want := strings.Replace(sealed, `"openid email"`, `"openid"`, 1); err != nil || len(events) != 1 || p.Content != want {
		t.Errorf("%d events, %v, content %s", len(events), err, p.Content)
	}
	b = pluginBody("log", PluginKafkaLog)
	b.Content = strings.Replace(b.Content, `p\u0061ss`, MaskedSecret, 1)
	p, _, err = s.UpdatePlugin(moment(), UpdatePlugin{InstanceID: gw, PluginID: "p2", Body: b})
	if err != nil || p.Content != b.Content {
		t.Errorf("a password that is never masked: %v, content %s", err, p.Content)
	}
}

func TestDeletePlugin(t *testing.T) {
	t.Parallel()
	online := given(anAPIOnline(), aPlugin("p1", "cross", PluginCORS))
	bound := given(online, attached("b1", "p1", PluginCORS, "a1", ReleaseEnvID))
	remove := do((*State).DeletePlugin, DeletePlugin{gw, "p1"})
	gone := []domain.Event{PluginDeleted{InstanceID: gw, PluginID: "p1", Name: "cross"}}
	run(t, []scenario{
		{name: "§3.27.3: deleted", given: online, when: remove, then: gone},
		{name: "§3.27.3: bound to an API", given: bound, when: remove, refused: "APIG.3462"},
		{name: "§3.27.3, §3.27.10: bound to an API that is offline", given: given(bound, offline("v1", "a1", "g1", ReleaseEnvID, 4)), when: remove, refused: "APIG.3462"},
		{name: "§3.27.3: unbound", given: given(bound, history{PluginDetached{pluginBinding("b1", "p1", PluginCORS, "a1", ReleaseEnvID)}}), when: remove, then: gone},
		{name: "§3.27.3 ex: unknown", given: gateway(), when: remove, refused: "APIG.3068"},
		{name: "its name is free again", given: given(online, history{PluginDeleted{InstanceID: gw, PluginID: "p1"}}), when: createPlugin(pluginBody("cross", PluginMirror)),
			then: []domain.Event{PluginCreated{pluginOf(id(1), "cross", PluginMirror, func(p *Plugin) { p.CreateTime, p.UpdateTime = now, now })}}},
	})
}

// §5.4: a channel that a plug-in refers to cannot be deleted.
func TestPluginsHoldChannels(t *testing.T) {
	t.Parallel()
	remove := do((*State).DeleteChannel, DeleteChannel{gw, "c1"})
	pool := given(gateway(), aChannel("c1", "pool"))
	asking := func(content string) history {
		return aPlugin("p1", "ask", PluginThirdAuth, func(p *Plugin) { p.Content = content })
	}
	to := func(content string) history {
		return history{PluginUpdated{Plugin: pluginOf("p1", "ask", PluginThirdAuth, func(p *Plugin) { p.Content = content })}}
	}
	breaker := `{"breaker_condition":{"breaker_type":"timeout","time_window":1,"open_breaker_time":1},"downgrade_default":{"type":"http_vpc","http_vpc_info":{"vpc_channel_id":"c1"}},` +
		`"downgrade_rules":[{"rule_name":"r","match_regex":"","downgrade_backend":{"type":"http","http_info":{"vpc_channel_id":"c1"}}}]}`
	gone := []domain.Event{ChannelDeleted{InstanceID: gw, ChannelID: "c1", Name: "pool"}}
	disabled := strings.Replace(throughChannel("c1"), "true", "false", 1)
	run(t, []scenario{
		{name: "§5.4: third_auth asks through it", given: given(pool, asking(throughChannel("c1"))), when: remove, refused: "APIG.3710"},
		{name: "third_auth names it only", given: given(pool, asking(disabled)), when: remove, then: gone},
		{name: "third_auth asked through it once", given: given(pool, asking(throughChannel("c1")), to(disabled)), when: remove, then: gone},
		{name: "third_auth is gone", given: given(pool, asking(throughChannel("c1")), history{PluginDeleted{InstanceID: gw, PluginID: "p1"}}), when: remove, then: gone},
		{name: "a breaker falls back on it", given: given(pool, aPlugin("p1", "cut", PluginBreaker, func(p *Plugin) { p.Content = breaker })), when: remove, refused: "APIG.3414"},
	})
}

// A retry of a command with secrets is the same command although sealing made another text of it.
func TestPluginFingerprints(t *testing.T) {
	t.Parallel()
	body := func(content string) PluginBody { return PluginBody{Name: "login", Content: content} }
	for _, c := range []struct {
		a, b any
		same bool
	}{
		{CreatePlugin{Body: body("x"), Digest: "d"}.Fingerprint(), CreatePlugin{Body: body("y"), Digest: "d"}.Fingerprint(), true},
		{CreatePlugin{Body: body("x"), Digest: "d"}.Fingerprint(), CreatePlugin{Body: body("x"), Digest: "e"}.Fingerprint(), false},
		{CreatePlugin{Body: body("x")}.Fingerprint(), CreatePlugin{Body: body("y")}.Fingerprint(), false},
		{UpdatePlugin{Body: body("x"), Digest: "d"}.Fingerprint(), UpdatePlugin{Body: body("y"), Digest: "d"}.Fingerprint(), true},
		{UpdatePlugin{Body: body("x")}.Fingerprint(), UpdatePlugin{Body: body("y")}.Fingerprint(), false},
	} {
		if cmp.Equal(c.a, c.b) != c.same {
			t.Errorf("%+v and %+v: want the same: %v", c.a, c.b, c.same)
		}
	}
}

// What is in the log is never more than a reader of it knows how to read.
func TestContentThatNobodyKnowsIsFolded(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "null", "[", `{"auth_request":5}`} {
		p := pluginOf("p1", "ask", PluginThirdAuth, func(p *Plugin) { p.Content = content })
		if got := usesOfPlugin(p); len(got) > 0 {
			t.Errorf("%q uses %v", content, got)
		}
	}
	if got := usesOfPlugin(Plugin{PluginBody: PluginBody{Type: "newer", Content: throughChannel("c1")}}); got != nil {
		t.Errorf("an unknown type uses %v", got)
	}
	text, err := json.Marshal(pluginOf("p1", "ask", PluginThirdAuth))
	if err != nil || strings.Contains(string(text), "sealed") {
		t.Errorf("%s, %v", text, err)
	}
}
