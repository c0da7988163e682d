package secret

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMaskHidesWhatIsSealedAndNothingElse(t *testing.T) {
	t.Parallel()
	sealed := string(newSealed(strings.Repeat("0a", keyIDLength/2), make([]byte, 40)))
	nested, err := json.Marshal(map[string]string{"content": `{"password":"` + sealed + `"}`})
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{
		sealed: redacted, `{"secret":"` + sealed + `","n":1}`: `{"secret":"` + redacted + `","n":1}`,
		string(nested):             `{"content":"{\"password\":\"` + redacted + `\"}"}`,
		sealed + " " + sealed:      redacted + " " + redacted,
		"v1.2 of the API":          "v1.2 of the API",
		"v1.0a0a0a0a0a0a0a0a.tiny": "v1.0a0a0a0a0a0a0a0a.tiny",
		"":                         "",
	} {
		if got := Mask(given); got != want {
			t.Errorf("Mask(%q) = %q, want %q", given, got, want)
		}
	}
}

// Whatever the keyring seals has the form that is masked.
func TestMaskKnowsWhatTheKeyringSeals(t *testing.T) {
	t.Parallel()
	master, err := NewMasterKey(strings.Repeat("ab", 32))
	if err != nil {
		t.Fatal(err)
	}
	keyring, err := NewKeyring(&MemoryStore{}, master, KeyringOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"", "x", strings.Repeat("long", 1000)} {
		sealed, err := keyring.Seal(t.Context(), "t1", "test", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		if got := Mask(string(sealed)); got != redacted {
			t.Errorf("a secret of %d bytes is shown as %q", len(plain), got)
		}
	}
}
