package oas

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// trees draws JSON values as readJSON gives them, without null.
func trees() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any { return treeAt(t, 3) })
}

func treeAt(t *rapid.T, depth int) any {
	kinds := 4
	if depth == 0 {
		kinds = 2
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return rapid.Bool().Draw(t, "bool")
	case 1, 2:
		return strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "")
	case 3:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, treeAt(t, depth-1))
		}
		return list
	default:
		return objectAt(t, depth)
	}
}

func objectAt(t *rapid.T, depth int) object {
	o := object{}
	for range rapid.IntRange(0, 3).Draw(t, "size") {
		o[rapid.SampledFrom([]string{"a", "b", "", "<<", "yes", "1", "a b: c", "汉"}).Draw(t, "key")] = treeAt(t, depth-1)
	}
	return o
}

// Given any two objects, when the patch from one to the other is applied to the one, then it becomes
// the other; and equal objects have no patch.
func TestPatchMakesOneOfTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := objectAt(t, 3), objectAt(t, 3)
		patch := patchFor(from, to)
		if diff := cmp.Diff(any(to), merged(from, patch)); patch != nil && diff != "" {
			t.Fatalf("patch %v: %s", patch, diff)
		}
		if (patch == nil) != cmp.Equal(from, to) {
			t.Fatalf("patch %v between %v and %v", patch, from, to)
		}
	})
}

// Given any value, when it is written as YAML and read again, then it is the same value.
func TestYAMLKeepsValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := trees().Draw(t, "value")
		data, err := encodeYAML(node{value})
		if err != nil {
			t.Fatal(err)
		}
		again, err := readYAML(data)
		if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
		if diff := cmp.Diff(value, again); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
	})
}

// Given any value, when its weight is asked for, then it is heavier than any limit below the length of
// its JSON that is not close to it, and asking again gives the same.
func TestHeavier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := node{trees().Draw(t, "value")}
		text, ok := n.json(1 << 20)
		if !ok {
			t.Fatalf("%v has no JSON", n.value)
		}
		if n.heavier(8*len(text) + 8) {
			t.Fatalf("%s is heavier than eight times its length", text)
		}
		if _, fits := n.json(len(text) - 1); fits {
			t.Fatalf("%s fits into less than its length", text)
		}
	})
}

// Given any text, when it is made a name, a tag or a cut text, then the result keeps the rule, is the
// same every time, and a text that keeps the rule stays as it is.
func TestMadeNamesKeepTheirRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~汉]{0,300}`)).Draw(t, "text")
		name := apiNameFrom(text, "GET", "/"+text)
		if !apiName.MatchString(name) || name != apiNameFrom(text, "GET", "/"+text) || apiName.MatchString(text) && name != text {
			t.Fatalf("API name %q of %q", name, text)
		}
		if name := safeName(text); !paramName.MatchString(name) {
			t.Fatalf("parameter name %q of %q", name, text)
		}
		tags, _ := tagsFrom([]string{text, text})
		if len(tags) > 1 || len(tags) == 1 && !tagText.MatchString(tags[0]) || tagText.MatchString(text) && !slices.Equal(tags, []string{text}) {
			t.Fatalf("tags %q of %q", tags, text)
		}
		short := cut(text, 5)
		if !strings.HasPrefix(text, short) || utf8.RuneCountInString(short) > 5 || len(short) < len(text) && utf8.RuneCountInString(short) < 5 {
			t.Fatalf("%q cut to %q", text, short)
		}
	})
}

// Given more tags than an API can have, when they are read, then the first ten count, and the others
// are told.
func TestTags(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 12 {
		many = append(many, fmt.Sprintf("t%d", i))
	}
	tags, notes := tagsFrom(append(many, "t0"))
	if !slices.Equal(tags, many[:10]) || len(notes) != 2 {
		t.Errorf("got %q and notes %q, want the first ten and a note about each other", tags, notes)
	}
}

// Given any path, when it is read as a template, then the result is a path that reads as itself.
func TestTemplatesAreStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.StringMatching(`(/|[a-z]|%2|\{[a-z$é+*:]{0,4}\}|[ "<>|^é]){0,20}`).Draw(t, "path")
		first, err := readTemplate(path)
		if err != nil {
			return
		}
		again, err := readTemplate(first.uri)
		if err != nil || again.uri != first.uri || len(again.slots) != len(first.slots) {
			t.Fatalf("%q gives %q, which gives %q (%v)", path, first.uri, again.uri, err)
		}
		for _, s := range first.slots {
			if !paramName.MatchString(s.name) {
				t.Fatalf("%q: the parameter %q", path, s.name)
			}
		}
	})
}

// Given JSON pointers, when they are followed, then they lead where RFC 6901 says, or nowhere.
func TestPointers(t *testing.T) {
	t.Parallel()
	root, err := readJSON([]byte(`{"a/b": {"~": [10, 20]}, "": {"": 1}, "m%n": 2, "é": 3}`))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"/a~1b/~0/1": "20", "//": "1", "/m%25n": "2", "/%C3%A9": "3", "/é": "3",
		"/a~1b/~0/2": "", "/a~1b/~0/-1": "", "/a~1b/~0/x": "", "/nowhere/at/all": "", "/é/x": "",
	} {
		if got := (node{root}).at(pointer).text(); got != want {
			t.Errorf("%s: got %q, want %q", pointer, got, want)
		}
	}
}
