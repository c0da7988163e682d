package apig

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Secrets are found wherever they are, and the rest stays byte for byte as it was.
func TestMapPluginSecrets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content, want string
		found               []string
	}{
		{"none", ` { "topic" : "a" } `, ` { "topic" : "a" } `, nil},
		{"one", `{"client_secret":"s"}`, `{"client_secret":"<client_secret>"}`, []string{"s"}},
		{"with white space around it", "{\n \"jwks\" :\t\"k\" , \"a\":1}", "{\n \"jwks\" :\t\"<jwks>\" , \"a\":1}", []string{"k"}},
		{"deep in it, twice", `{"a":[{"sasl_password":"p"},{"b":{"sasl_password":"q"}}]}`, `{"a":[{"sasl_password":"<sasl_password>"},{"b":{"sasl_password":"<sasl_password>"}}]}`, []string{"p", "q"}},
		{"with escapes", `{"jwks":"{\"k\":\"\\\"\"}"}`, `{"jwks":"<jwks>"}`, []string{`{\"k\":\"\\\"\"}`}},
		{"in another case", `{"Client_SECRET":"s"}`, `{"Client_SECRET":"<client_secret>"}`, []string{"s"}},
		{"written with escapes", `{"client\u005fsecret":"s"}`, `{"client\u005fsecret":"<client_secret>"}`, []string{"s"}},
		{"with another s", `{"client_` + "ſ" + `ecret":"s"}`, `{"client_` + "ſ" + `ecret":"<client_secret>"}`, []string{"s"}},
		{"empty", `{"client_secret":""}`, `{"client_secret":""}`, nil},
		{"no text", `{"client_secret":["s"],"jwks":5}`, `{"client_secret":["s"],"jwks":5}`, nil},
		{"the name as a value", `{"a":"client_secret","b":["jwks"]}`, `{"a":"client_secret","b":["jwks"]}`, nil},
		{"behind other letters", `{"a":"界","jwks":"k","b":"界"}`, `{"a":"界","jwks":"<jwks>","b":"界"}`, []string{"k"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var found []string
			got, err := MapPluginSecrets(c.content, func(name, literal string) (string, error) {
				found = append(found, literal)
				return "<" + name + ">", nil
			})
			if err != nil || got != c.want {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecretsThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := MapPluginSecrets(`{"jwks":"k"}`, func(string, string) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	for _, content := range []string{"{", `{"jwks":"a","jwks":"b"}`} {
		if got, err := MapPluginSecrets(content, func(_, literal string) (string, error) { return literal, nil }); err == nil || got != "" {
			t.Errorf("%s: %q, %v", content, got, err)
		}
	}
	if got := secretsOf("{"); got != nil {
		t.Errorf("%v", got)
	}
}
