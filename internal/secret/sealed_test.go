package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretsPrintAsNothing(t *testing.T) {
	t.Parallel()
	sealed := newSealed("0123456789abcdef", []byte("ciphertext of some length"))
	master := masterKey(t, "a")
	type holder struct {
		S Sealed
		P *Sealed
		M MasterKey
	}
	held := holder{sealed, &sealed, master}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("m", "sealed", sealed, "master", master, "held", held)

	printed := map[string]string{
		"String": sealed.String(), "GoString": sealed.GoString(), "slog": logged.String(),
		"master String": master.String(), "master GoString": master.GoString(),
		"error": fmt.Errorf("x %w %v", errors.New("y"), sealed).Error(),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		printed["Sealed "+verb] = fmt.Sprintf(verb, sealed, sealed)
		printed["MasterKey "+verb] = fmt.Sprintf(verb, master, master)
		printed["held "+verb] = fmt.Sprintf(verb, held, held)
	}
	reveals := []string{
		string(sealed)[3:12], string(sealed)[20:30], fmt.Sprintf("%x", string(sealed))[:16], "aaaaaaaa", "170 170", "AAAAAAAA",
	}
	for name, text := range printed {
		for _, r := range reveals {
			if strings.Contains(text, r) {
				t.Errorf("%s reveals %q: %s", name, r, text)
			}
		}
	}
	if got, err := json.Marshal(struct{ Key MasterKey }{master}); err != nil || string(got) != `{"Key":{}}` {
		t.Errorf("JSON of a master key = %s, %v, want {}", got, err)
	}
}

func TestSealedIsItsTextInJSON(t *testing.T) {
	t.Parallel()
	type event struct {
		Secret Sealed `json:"secret,omitempty"`
	}
	in := event{newSealed("0123456789abcdef", []byte{1, 2, 3})}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"secret":"v1.0123456789abcdef.AQID"}`, string(text)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	var out event
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("read back: equal %t, %v", out == in, err)
	}
	if text, err := json.Marshal(event{}); err != nil || string(text) != "{}" {
		t.Errorf("JSON of no secret = %s, %v, want {}", text, err)
	}
}

// FuzzSealed: any text at all opens to ErrInvalid or ErrErased, and never panics.
func FuzzSealed(f *testing.F) {
	bundle := setup(f)
	f.Add(string(mustSeal(f, bundle.Keyring, "other", "use", "secret")))
	f.Add("")
	f.Add("v1.0123456789abcdef.AQID")
	f.Add("v2..")
	mustSeal(f, bundle.Keyring, "tenant", "use", "the tenant has a key")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := bundle.Open(t.Context(), "tenant", "use", Sealed(text))
		if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrErased) {
			t.Fatalf("Open(%q) = %v", text, err)
		}
	})
}
