package apig_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/secret"
)

func feature(instance, name, config string) apig.ConfigureFeature {
	yes := true
	return apig.ConfigureFeature{InstanceID: instance, Body: apig.FeatureBody{Name: name, Enable: &yes, Config: config}}
}

// §5.5: keys that a configuration holds are in the log sealed, and are never shown.
func TestKeysOfFeaturesAreSealed(t *testing.T) {
	t.Parallel()
	const plain = "-----BEGIN KEY----- the secret of the test"
	for name, c := range map[string]struct {
		feature, member string
		config          map[string]any
		shown           string
	}{
		"app_token": {
			"app_token", "app_token_key", map[string]any{"enable": "on", "app_token_expire_time": 3600, "app_token_key": plain},
			`{"app_token_expire_time":3600,"app_token_key":"******","enable":"on"}`,
		},
		"backend_client_certificate": {
			"backend_client_certificate", "key", map[string]any{"enable": "on", "ca": "", "content": "cert", "key": plain},
			`{"ca":"","content":"cert","enable":"on","key":"******"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, eventstore.NewMemory())
			in := b.runs(t, "gateway")
			text, err := json.Marshal(c.config)
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := b.ConfigureFeature(t.Context(), b.bus, call(), feature(in, c.feature, string(text)))
			if err != nil {
				t.Fatal(err)
			}
			b.absent(t, plain)
			if got := commandsapig.MaskFeature(f.Name, f.Config); got != c.shown {
				t.Errorf("shown: %s, want %s", got, c.shown)
			}
			events := b.events(t)
			kept := events[len(events)-1].(apig.FeatureConfigured).Feature
			if diff := cmp.Diff(f, kept); diff != "" {
				t.Errorf("feature (-answer +event):\n%s", diff)
			}
			var members map[string]any
			if err := json.Unmarshal([]byte(kept.Config), &members); err != nil {
				t.Fatal(err)
			}
			sealed, _ := members[c.member].(string)
			opened, err := b.keyring.Open(t.Context(), project, "feature/"+in+"/"+c.feature+"/"+c.member, secret.Sealed(sealed))
			if err != nil || string(opened) != plain {
				t.Errorf("opened %q, %v", opened, err)
			}
			delete(members, c.member)
			delete(c.config, c.member)
			want, err := json.Marshal(c.config)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(members)
			if err != nil || string(got) != string(want) {
				t.Errorf("what is no key: %s, %v; want %s", got, err, want)
			}
		})
	}
}

// Sealed, a key is another text every time. A call that is repeated is the same call all the same.
func TestAFeatureWithAKeyIsConfiguredOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	in := b.runs(t, "gateway")
	once, err := commands.Authorize(everything{}, project, commands.Meta{IdempotencyKey: "k1"}, "apig:features:create")
	if err != nil {
		t.Fatal(err)
	}
	send := func(config string) (apig.Feature, error) {
		f, _, err := b.ConfigureFeature(t.Context(), b.bus, once, feature(in, "app_token", config))
		return f, err
	}
	first, err := send(`{"app_token_key":"a key of the test"}`)
	if err != nil {
		t.Fatal(err)
	}
	again, err := send(`{"app_token_key":"a key of the test"}`)
	if diff := cmp.Diff(first, again); diff != "" || err != nil {
		t.Errorf("repeated: %v (-first +again):\n%s", err, diff)
	}
	if _, err := send(`{"app_token_key":"another"}`); domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("another key: %v, want %s", err, domain.CodeKeyReused)
	}
	b.absent(t, "a key of the test")
}

type everything struct{}

func (everything) Allows(string, string) bool { return true }

// What holds no key reaches the domain as the client wrote it.
func TestOtherConfigurationsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	in := b.runs(t, "gateway")
	for name, config := range map[string]string{
		"gzip": ` {"comp_level" :5} `, "app_api_key": "on", "request_body_size": "1048576", "app_basic": "", "app_token": `{"enable":"off"}`,
		"backend_client_certificate": `{"enable":"off","key":""}`,
	} {
		f, _, err := b.ConfigureFeature(t.Context(), b.bus, call(), feature(in, name, config))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f.Config != config && name != "app_token" && name != "backend_client_certificate" {
			t.Errorf("%s: configured %q, want %q", name, f.Config, config)
		}
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	in := b.runs(t, "gateway")
	before := len(b.events(t))
	const plain = "the secret of a bad one"
	for name, c := range map[string]struct{ feature, config, code string }{
		"no JSON":                     {"app_token", plain, "APIG.2011"},
		"text behind the JSON":        {"app_token", `{"app_token_key":"` + plain + `"} x`, "APIG.2011"},
		"a list":                      {"app_token", `["` + plain + `"]`, "APIG.2011"},
		"null":                        {"app_token", `null`, "APIG.2011"},
		"a key that is a number":      {"app_token", `{"app_token_key":5}`, "APIG.2011"},
		"a key that is an object":     {"app_token", `{"app_token_key":{"a":"` + plain + `"}}`, "APIG.2011"},
		"a key spelled differently":   {"app_token", `{"App_Token_Key":"` + plain + `"}`, "APIG.2011"},
		"a member that nobody knows":  {"app_token", `{"app_token_key":"` + plain + `","x":1}`, "APIG.2011"},
		"a feature that nobody knows": {"nothing", plain, "APIG.2000"},
		"a feature without settings":  {"route", plain, "APIG.2000"},
		"NUL in a key":                {"app_token", "{\"app_token_key\":\"a\x00b\"}", "APIG.2011"},
	} {
		_, _, err := b.ConfigureFeature(t.Context(), b.bus, call(), feature(in, c.feature, c.config))
		if domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if after := len(b.events(t)); after != before {
		t.Errorf("%d events came of refused commands", after-before)
	}
	b.absent(t, plain)
}

func TestAKeyThatCannotBeSealedIsNotRecorded(t *testing.T) {
	t.Parallel()
	broken := errors.New("no key store")
	b := setup(t, eventstore.NewMemory())
	in := b.runs(t, "gateway")
	c := commandsapig.New(unsealable{broken})
	_, at, err := c.ConfigureFeature(t.Context(), b.bus, call(), feature(in, "app_token", `{"app_token_key":"plain"}`))
	if !errors.Is(err, broken) || at != 0 {
		t.Errorf("configured at %d, %v", at, err)
	}
	b.absent(t, "plain")
}

type unsealable struct{ err error }

func (u unsealable) SealText(context.Context, string, string, []byte) (string, error) {
	return "", u.err
}
func (u unsealable) OpenText(context.Context, string, string, string) ([]byte, error) {
	return nil, u.err
}

var _ commands.Sealer = unsealable{}

func TestMaskFeature(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ feature, config, want string }{
		"a key":                     {"app_token", `{"app_token_key":"a","enable":"on"}`, `{"app_token_key":"******","enable":"on"}`},
		"no key":                    {"app_token", `{"enable":"on"}`, `{"enable":"on"}`},
		"nothing":                   {"app_token", "", ""},
		"a feature without keys":    {"gzip", `{"key":"a", "comp_level": 5}`, `{"key":"a", "comp_level": 5}`},
		"a word":                    {"app_basic", "on", "on"},
		"a feature nobody knows":    {"nothing", `{"key":"a"}`, `{"key":"a"}`},
		"a key that is no text":     {"app_token", `{"app_token_key":{"a":"b"}}`, `{"app_token_key":"******"}`},
		"an escaped name of a key":  {"app_token", `{"app_token_\u006bey":"a"}`, `{"app_token_key":"******"}`},
		"a key that is given twice": {"app_token", `{"app_token_key":"a","app_token_key":"b"}`, `{"app_token_key":"******"}`},
	} {
		if got := commandsapig.MaskFeature(c.feature, c.config); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
