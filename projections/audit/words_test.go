package audit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWordsAreWhatPeopleSearchFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		"Orders, orders & ORDERS":     "orders",
		"/v1/pay_later/{id}":          "id later pay v1",
		"one.example.com:8080":        "8080 com example one",
		"Größe 变更!":                   "größe 变更",
		"a\x00b\xff":                  "a b",
		strings.Repeat("x", 100):      strings.Repeat("x", 64),
		"it's a 'quoted' \\ thing: 1": "1 a it quoted s thing",
	} {
		if diff := cmp.Diff(want, words(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestDocumentsAreSearchedByTheirValues(t *testing.T) {
	t.Parallel()
	set := map[string]bool{}
	documentWords(set, []byte(`{"name":"list","deep":{"uri":["/a","/b",{"host":"c.d"}],"n":12,"on":true,"none":null},"last":"é"}`))
	if diff := cmp.Diff("a b c d list é", joined(set)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, broken := range []string{"", "{", `{"a"`, `}`, `[1,`, "nonsense"} {
		documentWords(map[string]bool{}, []byte(broken)) // must not panic
	}
}

// Whatever the text, its words are bounded and hold nothing that has a meaning in a tsvector or tsquery, and a
// search for the text finds it.
func TestWordsOfAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		all := strings.Fields(words(text))
		for _, word := range all {
			if len(word) > wordMost || !utf8.ValidString(word) || strings.ContainsAny(word, "'\\:&|!()*<> \x00") {
				t.Errorf("word %q", word)
			}
		}
		for _, query := range search(text) {
			begin := strings.TrimSuffix(query, ":*")
			if !slices.ContainsFunc(all, func(word string) bool { return strings.HasPrefix(word, begin) }) {
				t.Errorf("%q is searched for as %q and not found in %q", text, query, all)
			}
		}
		document, err := json.Marshal(map[string][]string{"x": {text}})
		if err != nil {
			t.Fatal(err)
		}
		set := map[string]bool{}
		documentWords(set, document)
		if diff := cmp.Diff(words(strings.ToValidUTF8(text, "\ufffd")), joined(set)); diff != "" {
			t.Errorf("in a document (-want +got):\n%s", diff)
		}
	})
}

func TestCursors(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"x", "!", "MQ", "MS4", "Lg", strings.Repeat("A", 600)} {
		if p, err := placeOf(bad); err == nil && p.id != "" {
			t.Errorf("%q is the place %+v", bad, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := place{rowTime(rapid.Int64Range(0, 1<<52).Draw(t, "micros")), rapid.StringMatching(`[A-Za-z0-9_-]{1,40}`).Draw(t, "id")}
		got, err := placeOf(want.cursor())
		if err != nil || !got.time.Equal(want.time) || got.id != want.id {
			t.Errorf("%+v becomes %+v, %v", want, got, err)
		}
	})
}
