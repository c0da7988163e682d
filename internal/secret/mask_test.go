package secret

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Wherever a sealed text stands, nothing of it is left, and nothing else is touched.
func TestMaskFindsEverySealedText(t *testing.T) {
	t.Parallel()
	k := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		sealed := string(mustSeal(t, k.Keyring, "t1", "use", rapid.String().Draw(rt, "plain")))
		before, after := rapid.SampledFrom([]string{"", "a", "\n", `"`, "日", " v1."}).Draw(rt, "before"), rapid.SampledFrom([]string{"", " b", "\n", `"`, "日", "."}).Draw(rt, "after")
		inner, err := json.Marshal(map[string]string{"in": before + sealed + after})
		if err != nil {
			rt.Fatal(err)
		}
		for _, text := range []string{before + sealed + after, string(inner)} {
			got := string(Mask([]byte(text)))
			if want := strings.Replace(text, sealed, Masked, 1); got != want {
				rt.Errorf("%s becomes %s, want %s", text, got, want)
			}
		}
	})
}

func TestMaskLeavesOtherTextAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "v1.2.3", "v1.0123456789abcdef.short", "v2.0123456789abcdef." + strings.Repeat("x", 80), `{"path":"/v1.0/orders"}`} {
		if got := string(Mask([]byte(text))); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
