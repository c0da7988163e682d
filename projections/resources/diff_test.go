package resources

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiffOf(t *testing.T) {
	t.Parallel()
	sealed := func(letter string) string { return "v1.0123456789abcdef." + strings.Repeat(letter, 60) }
	for name, c := range map[string]struct{ before, after, patch, changes string }{
		"nothing":               {`{"a":1}`, `{"a":1}`, `[]`, ``},
		"a member":              {`{"a":{"b":1}}`, `{"a":{"b":2}}`, `[{"value":2,"op":"replace","path":"/a/b"}]`, `replaced a.b 1>2`},
		"what comes":            {`null`, `{"a":1}`, `[{"value":{"a":1},"op":"replace","path":""}]`, `added a >1`},
		"what goes":             {`{"a":1}`, `null`, `[{"value":null,"op":"replace","path":""}]`, `removed a 1>`},
		"a part with a name":    {`{"l":[{"name":"x","v":1}]}`, `{"l":[{"name":"y"},{"name":"x","v":2}]}`, ``, `replaced l[x].v 1>2, added l[y] >{"name":"y"}`},
		"the order":             {`{"l":["x","y"]}`, `{"l":["y","x"]}`, ``, `reordered l ["x","y"]>["y","x"]`},
		"parts without names":   {`{"l":[1,2]}`, `{"l":[1,3]}`, ``, `replaced l[1] 2>3`},
		"another kind of value": {`{"a":{"b":1}}`, `{"a":[1]}`, ``, `replaced a {"b":1}>[1]`},
		"a secret": {
			`{"a":"` + sealed("A") + `"}`, `{"a":"` + sealed("B") + `"}`, `[{"value":"******","op":"replace","path":"/a"}]`, `replaced a "******">"******"`,
		},
		"a secret that comes, deep": {
			`{}`, `{"a":[{"b":"x ` + sealed("A") + `"}]}`, `[{"value":[{"b":"x ******"}],"op":"add","path":"/a"}]`, `added a >[{"b":"x ******"}]`,
		},
	} {
		d, err := DiffOf(json.RawMessage(c.before), json.RawMessage(c.after))
		if err != nil {
			t.Fatal(err)
		}
		var changes []string
		for _, one := range d.Changes {
			changes = append(changes, string(one.Kind)+" "+one.Path+" "+string(one.Before)+">"+string(one.After))
		}
		if diff := cmp.Diff(c.changes, strings.Join(changes, ", ")); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", name, diff)
		}
		patch, err := json.Marshal(d.Patch)
		if c.patch != "" && (err != nil || string(patch) != c.patch) {
			t.Errorf("%s: patch %s, %v; want %s", name, patch, err, c.patch)
		}
	}
	if _, err := DiffOf(json.RawMessage(`{`), json.RawMessage(`{}`)); err == nil {
		t.Error("half a document was compared")
	}
}

// Whatever two documents say: there is something to tell exactly when they differ, and never a secret.
func TestDiffTellsAllAndNoSecret(t *testing.T) {
	t.Parallel()
	secretText := rapid.Custom(func(t *rapid.T) string {
		return "v1.0123456789abcdef." + strings.Repeat(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "letter"), 60)
	})
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](true), rapid.Map(rapid.SampledFrom([]string{"", "x", "y/~"}), toAny), rapid.Map(secretText, toAny))
	value := rapid.OneOf(leaf, rapid.Map(rapid.SliceOfN(leaf, 0, 3), func(l []any) any { return l }))
	document := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "name"}), value, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		before, after := document.Draw(t, "before"), document.Draw(t, "after")
		was, errWas := json.Marshal(before)
		is, errIs := json.Marshal(after)
		if errWas != nil || errIs != nil {
			t.Fatal(errWas, errIs)
		}
		d, err := DiffOf(was, is)
		if err != nil {
			t.Fatal(err)
		}
		same := cmp.Equal(string(was), string(is))
		if same != (len(d.Patch) == 0) || same != (len(d.Changes) == 0) {
			t.Fatalf("%s and %s: patch %v, changes %v", was, is, d.Patch, d.Changes)
		}
		shown, err := json.Marshal(d)
		if err != nil || strings.Contains(string(shown), "0123456789abcdef") {
			t.Fatalf("%v: %s", err, shown)
		}
	})
}

func toAny(s string) any { return s }
