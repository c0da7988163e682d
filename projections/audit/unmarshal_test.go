package audit

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the standard library makes of data, well-formed or not, is made of it here.
func TestUnmarshalIsLikeTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"a":{"b":[1, 2]},"c":"text","d":null}`, `{"twice":1,"other":2,"twice":"last"}`, "{\"text\":\"no \xff UTF-8\"}",
		`{"half":"\ud800"}`, `{"A":1,"a":2}`, ` { "space" : [ ] } `, `{}`, `null`, `[1]`, `"text"`, `1`, `{"a":1`, `{"a":1} {}`, ``,
	} {
		var want, got map[string]json.RawMessage
		wanted, err := json.Unmarshal([]byte(data), &want), unmarshal([]byte(data), &got)
		if (wanted == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", data, err, wanted)
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
		for name, value := range want {
			var text, same string
			wanted, err := json.Unmarshal(value, &text), unmarshal(value, &same)
			if (wanted == nil) != (err == nil) || err == nil && text != same {
				t.Errorf("%s of %s: %q, %v, want %q, %v", name, data, same, err, text, wanted)
			}
		}
	}
}
