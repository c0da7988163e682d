package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Embedded is what a target has from elsewhere.
type Embedded struct {
	Domain string `json:"domain,omitempty"`
}

// target has a member of every kind that bodies have.
type target struct {
	Name   string              `json:"name"`
	Count  int                 `json:"count,omitempty"`
	Switch *bool               `json:"switch,omitempty"`
	Tags   []string            `json:"tags,omitempty"`
	Header map[string][]string `json:"header,omitempty"`
	Inner  *target             `json:"inner,omitempty"`
	List   []target            `json:"list,omitempty"`
	Raw    json.RawMessage     `json:"raw,omitempty"`
	Embedded
}

func TestStrictReads(t *testing.T) {
	t.Parallel()
	on := true
	for body, want := range map[string]target{
		`{}`:                              {},
		` {"name":"a"} ` + "\n":           {Name: "a"},
		`{"name":null}`:                   {},
		`{"name":"\u0061\ud83d\ude00\/"}`: {Name: "a😀/"},
		`{"na\u006de":"a"}`:               {Name: "a"},
		`{"count":7,"switch":true,"tags":["a","a"]}`:                {Count: 7, Switch: &on, Tags: []string{"a", "a"}},
		`{"header":{"a":["1"],"A":["2"]}}`:                          {Header: map[string][]string{"a": {"1"}, "A": {"2"}}},
		`{"inner":{"name":"a"},"list":[{"name":"b"},{"name":"b"}]}`: {Inner: &target{Name: "a"}, List: []target{{Name: "b"}, {Name: "b"}}},
		`{"raw":{"a":[1,{"b":null}]},"domain":"d"}`:                 {Raw: json.RawMessage(`{"a":[1,{"b":null}]}`), Embedded: Embedded{"d"}},
		`{"name":"a:b, {\"c\": [1]} \\\" \\"}`:                      {Name: `a:b, {"c": [1]} \" \`},
	} {
		var got target
		if err := strict([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestStrictRefuses(t *testing.T) {
	t.Parallel()
	for body, part := range map[string]string{
		``:                                    "unexpected end of JSON input",
		`{"name":"a"`:                         "unexpected end of JSON input",
		`null`:                                "null",
		" null\n":                             "null",
		`[]`:                                  "the body cannot be a JSON array",
		`"a"`:                                 "the body cannot be a JSON string",
		`{"name":1}`:                          "name cannot be a JSON number",
		`{"count":1.5}`:                       "count cannot be a JSON number 1.5",
		`{"inner":{"list":[{"tags":{}}]}}`:    "inner.list.tags cannot be a JSON object",
		`{"zzz":1}`:                           `"zzz"`,
		`{"inner":{"zzz":1}}`:                 `"zzz"`,
		`{"name":"a","name":"b"}`:             `"name" is there twice`,
		`{"name":"a","n\u0061me":"b"}`:        `"name" is there twice`,
		`{"raw":{"a":1,"a":1}}`:               `"a" is there twice`,
		`{"header":{"a":[],"b":[],"a" : []}}`: `"a" is there twice`,
		`{"name":"\ud800"}`:                   "half of a surrogate pair",
		`{"name":"\ud800\n"}`:                 "half of a surrogate pair",
		`{"name":"\ud800\ud800"}`:             "half of a surrogate pair",
		`{"name":"\udc00"}`:                   "half of a surrogate pair",
		`{"\uDFFF":1}`:                        "half of a surrogate pair",
		"{\"name\":\"\xff\"}":                 "not UTF-8",
		`{"header":{` + manyNames(100) + `"n40":[]}}`: `"n40" is there twice`,
		`{"header":{` + manyNames(20) + `"n3":[]}}`:   `"n3" is there twice`,
		`{} {}`:                     "after top-level value",
		strings.Repeat(`[`, 20_000): "depth",
		`{"tags":[` + strings.Repeat(`"",`, maxValues) + `""]}`: "more than",
	} {
		var got target
		if told := fmt.Sprint(strict([]byte(body), &got)); told == "<nil>" || !strings.Contains(told, part) {
			t.Errorf("%.60s: %s, want an error about %q", body, told, part)
		}
	}
}

// manyNames are n members with different names, each with a comma behind it.
func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"n%d":[],`, i)
	}
	return b.String()
}

func TestStrictReadsManyMembers(t *testing.T) {
	t.Parallel()
	var got target
	body := `{"header":{` + strings.TrimSuffix(manyNames(1000), ",") + `},"list":[{"header":{"n1":[]}},{"header":{"n1":[]}}]}`
	if err := strict([]byte(body), &got); err != nil || len(got.Header) != 1000 || len(got.List) != 2 {
		t.Errorf("%d members, %d entries: %v", len(got.Header), len(got.List), err)
	}
}

// Names of types are ours: clients know members.
func TestStrictTellsNoTypes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"count":"x"}`, `{"inner":{"domain":1}}`, `{"list":[{"domain":{}}]}`, `[1]`} {
		told := fmt.Sprint(strict([]byte(body), &target{}))
		for _, part := range []string{"<nil>", "target", "server", "Go "} {
			if strings.Contains(told, part) {
				t.Errorf("%s: %s", body, told)
			}
		}
	}
}

// A body that is small can't be made large by what it is read into.
func TestStrictBoundsWhatIsRead(t *testing.T) {
	t.Parallel()
	var got target
	if err := strict([]byte(`{"list":[`+strings.Repeat(`{},`, 4<<20)+`{}]}`), &got); err == nil || got.List != nil {
		t.Errorf("%d entries were read: %v", len(got.List), err)
	}
}

// What strict takes, encoding/json takes too and reads the same; what it gives is valid text, and no
// member was there twice.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","tags":["b"],"inner":{"count":1}}`, `{"name":"\ud83d\ude00"}`, `{"a":1,"a":2}`, `null`, `[`, "{\"name\":\"\xff\"}", `{"raw":{"x":[[[]]]}}`, `"\\"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got target
		err := strict(data, &got)
		if err != nil {
			return
		}
		var anything any
		if err := strict(data, &anything); err != nil {
			t.Fatalf("%q is taken by a type, but not without one: %v", data, err)
		}
		var want target
		if err := json.Unmarshal(data, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as %+v, by encoding/json as %+v (%v)", data, got, want, err)
		}
		if !json.Valid(data) || !utf8.ValidString(got.Name) {
			t.Fatalf("%q was taken", data)
		}
		checkTwice(t, json.NewDecoder(bytes.NewReader(data)))
	})
}

// checkTwice reads a value, token by token, and fails when an object has a member twice.
func checkTwice(t *testing.T, d *json.Decoder) {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			name, err := d.Token()
			if err != nil || seen[fmt.Sprint(name)] {
				t.Fatalf("the member %v was there before (%v)", name, err)
			}
			seen[fmt.Sprint(name)] = true
			checkTwice(t, d)
		}
		_, err = d.Token()
	case json.Delim('['):
		for d.More() {
			checkTwice(t, d)
		}
		_, err = d.Token()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("why\r\nnot", 5)
	f.Add("é\xff\u0085x", 3)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = max(most, 0) % 2000
		got := clean(text, most)
		if len(got) > most || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00\x7f\u0085") {
			t.Errorf("%q is cleaned to %q", text, got)
		}
		if clean(got, most) != got {
			t.Errorf("%q is not clean yet", got)
		}
	})
}

// BenchmarkStrict reads a body of the size of an API's definition, beside encoding/json alone.
func BenchmarkStrict(b *testing.B) {
	body := []byte(`{"name":"orders","tags":["a","b","c"],"inner":{"name":"x","header":{"a":["1","2"],"b":["3"]}},"list":[` +
		strings.TrimSuffix(strings.Repeat(`{"name":"parameter","count":12,"switch":true,"domain":"backend.example:8443"},`, 15), ",") + `]}`)
	for name, read := range map[string]func([]byte, any) error{"strict": strict, "encoding-json": json.Unmarshal} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var got target
				if err := read(body, &got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type roomy struct {
	Tags []string `json:"tags"`
}

func (roomy) MostJSONValues() int { return 2 * maxValues }

func TestABodyThatNeedsMoreValues(t *testing.T) {
	t.Parallel()
	list := func(n int) []byte { return []byte(`{"tags":[` + strings.Repeat(`"",`, n) + `""]}`) }
	if err := strict(list(maxValues), new(roomy)); err != nil {
		t.Errorf("more than others: %v", err)
	}
	if err := strict(list(2*maxValues), new(roomy)); err == nil {
		t.Error("more than it may have")
	}
}
