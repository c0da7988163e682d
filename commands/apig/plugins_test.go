package apig

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

const (
	kafkaContent = ` {"broker_list":["10.0.0.1:9092"], "topic":"calls",
		"sasl_config":{"security_protocol":"SASL_PLAINTEXT","sasl_username":"gw","sasl_password":"h\u0075sh-hush-4711"}} `
	oidcContent = `{"client_id":"gw","client_secret":"confidential-0815","discovery":"https://idp.example.com","redirect_api_id":"a1"}`
	jwtContent  = `{"jwks":"{\"keys\":[{\"k\":\"symmetric-key-007\"}]}"}`
)

func (o *office) createPlugin(key string, b apig.PluginBody) (apig.PluginInfo, error) {
	p, _, err := o.CreatePlugin(o.t.Context(), o.bus, o.call(key), apig.CreatePlugin{InstanceID: o.instance, Body: b})
	return p, err
}

func (o *office) updatePlugin(key, id string, b apig.PluginBody) (apig.PluginInfo, error) {
	p, _, err := o.UpdatePlugin(o.t.Context(), o.bus, o.call(key), apig.UpdatePlugin{InstanceID: o.instance, PluginID: id, Body: b})
	return p, err
}

func pluginBody(name, kind, content string) apig.PluginBody {
	return apig.PluginBody{Name: name, Type: kind, Scope: "global", Content: content}
}

// §3.27.1: an answer has the content as it was sent, byte for byte; the log never has a secret of it.
func TestPluginSecretsAreSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	masked := strings.Replace(oidcContent, "confidential-0815", apig.MaskedSecret, 1)
	for _, c := range []struct{ name, kind, content, shown string }{
		{"log", apig.PluginKafkaLog, kafkaContent, kafkaContent}, {"login", apig.PluginOIDC, oidcContent, masked},
		{"token", apig.PluginJWT, jwtContent, jwtContent}, {"cross", apig.PluginCORS, `{"allow_origin":"*"}`, `{"allow_origin":"*"}`},
	} {
		p, err := o.createPlugin("", pluginBody(c.name, c.kind, c.content))
		if err != nil || p.Content != c.shown {
			t.Errorf("%s: %v, %s", c.kind, err, p.Content)
		}
		again := pluginBody(c.name, c.kind, c.shown)
		again.Remark = "changed"
		p, err = o.updatePlugin("", p.ID, again)
		if err != nil || p.Content != c.shown || p.Remark != "changed" {
			t.Errorf("%s changed: %v, %s", c.kind, err, p.Content)
		}
	}
	o.absent("hush-4711", `h\\u0075sh`, "confidential-0815", "symmetric-key-007")
}

func TestPluginsAreCheckedBeforeAnythingIsSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	long := strings.Replace(oidcContent, "confidential-0815", strings.Repeat("x", 1025), 1)
	for name, b := range map[string]apig.PluginBody{
		"a secret that is too long": pluginBody("login", apig.PluginOIDC, long), "another content": pluginBody("login", apig.PluginCORS, oidcContent),
		"keys that are none": pluginBody("token", apig.PluginJWT, `{"jwks":"symmetric-key-007"}`), "no type": pluginBody("login", "", oidcContent),
	} {
		if _, err := o.createPlugin("", b); !strings.HasPrefix(domain.CodeOf(err), "APIG.20") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.updatePlugin("", "none", pluginBody("login", apig.PluginOIDC, oidcContent)); domain.CodeOf(err) != "APIG.3068" {
		t.Errorf("an unknown one: %v", err)
	}
	if _, err := o.updatePlugin("", "none", pluginBody("login", apig.PluginOIDC, long)); domain.CodeOf(err) != "APIG.2011" {
		t.Errorf("a change with a secret that is too long: %v", err)
	}
}

// A retry with the same key gets the first answer, although sealing makes another text each time; another
// secret with the same key is another request.
func TestPluginRetries(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, err := o.createPlugin("k1", pluginBody("log", apig.PluginKafkaLog, kafkaContent))
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.createPlugin("k1", pluginBody("log", apig.PluginKafkaLog, kafkaContent))
	if err != nil || again.ID != first.ID || again.Content != kafkaContent {
		t.Errorf("again: %+v, %v", again, err)
	}
	other := strings.Replace(kafkaContent, "4711", "4712", 1)
	if _, err := o.createPlugin("k1", pluginBody("log", apig.PluginKafkaLog, other)); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("another password: %v", err)
	}
	if _, err := o.updatePlugin("k2", first.ID, pluginBody("log", apig.PluginKafkaLog, other)); err != nil {
		t.Fatal(err)
	}
	changed, err := o.updatePlugin("k2", first.ID, pluginBody("log", apig.PluginKafkaLog, other))
	if err != nil || changed.Content != other {
		t.Errorf("changed again: %+v, %v", changed, err)
	}
}

func TestPluginSecretsOpenAsNothingElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body, _, err := o.sealPlugin(t.Context(), o.call(""), o.instance, pluginBody("log", apig.PluginKafkaLog, kafkaContent))
	if err != nil || body.Content == kafkaContent {
		t.Fatalf("%s, %v", body.Content, err)
	}
	if got, err := o.OpenPlugin(t.Context(), o.call(""), o.instance, body.Content); err != nil || got != kafkaContent {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := o.OpenPlugin(t.Context(), o.call(""), "another", body.Content); err == nil {
		t.Errorf("opened in another instance: %s", got)
	}
	if got, err := o.OpenPlugin(t.Context(), o.call(""), o.instance, "{"); err == nil {
		t.Errorf("what is no content: %s", got)
	}
}
