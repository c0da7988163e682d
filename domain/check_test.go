package domain_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

type kind string

type part struct {
	Weight int `json:"weight" minimum:"1" maximum:"10"`
}

type common struct {
	Remark string `json:"remark,omitempty" maxLength:"5"`
}

type thing struct {
	common
	Name     string              `json:"name" minLength:"2" maxLength:"4" pattern:"^[a-zé]+$"`
	Mode     kind                `json:"mode,omitempty" enum:"ALL,ANY"`
	Count    int                 `json:"count,omitempty" minimum:"-2" maximum:"3"`
	Level    int                 `json:"level" enum:"1,2"`
	Small    uint8               `json:"small,omitempty" maximum:"7"`
	Ratio    float64             `json:"ratio,omitempty" minimum:"0.5" enum:"0.5,0.75"`
	Tags     []string            `json:"tags,omitempty" minItems:"2" maxItems:"3" minLength:"1" pattern:"^[a-z]*$"`
	Codes    []int               `json:"codes,omitempty" maximum:"99" enum:"1,2,100"`
	Limit    *int                `json:"limit,omitempty" minimum:"1"`
	Text     *string             `json:"text,omitempty" minLength:"1"`
	Part     *part               `json:"part,omitempty"`
	Parts    []part              `json:"parts,omitempty"`
	Links    []*part             `json:"links,omitempty"`
	Flag     bool                `json:"flag"`
	Header   map[string][]string `json:"header,omitempty"`
	ByName   map[string]part     `json:"by_name,omitempty"`
	Raw      json.RawMessage     `json:"raw,omitempty"`
	Optional string              `json:"optional" required:"false" minLength:"3"`
	Hidden   string              `json:"-" minLength:"9"`
	private  string              // must be left alone
}

// good is a thing that breaks no rule.
func good() thing { return thing{Name: "abc", Level: 1, private: "x"} }

func ptr[T any](v T) *T { return &v }

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(g *thing)
		want   string // path keyword limit; empty: no violation
	}{
		"nothing wrong":               {func(*thing) {}, ""},
		"missing":                     {func(g *thing) { g.Name = "" }, "name required "},
		"too short":                   {func(g *thing) { g.Name = "a" }, "name minLength 2"},
		"longest, in code points":     {func(g *thing) { g.Name = "éééé" }, ""},
		"too long":                    {func(g *thing) { g.Name = "aaaaa" }, "name maxLength 4"},
		"pattern":                     {func(g *thing) { g.Name = "aB" }, "name pattern ^[a-zé]+$"},
		"nul":                         {func(g *thing) { g.Name = "a\x00" }, "name utf8 "},
		"not utf-8":                   {func(g *thing) { g.Name = "a\xff" }, "name utf8 "},
		"embedded":                    {func(g *thing) { g.Remark = "toolong" }, "remark maxLength 5"},
		"named string in enum":        {func(g *thing) { g.Mode = "ALL" }, ""},
		"named string not in enum":    {func(g *thing) { g.Mode = "all" }, "mode enum ALL,ANY"},
		"lowest":                      {func(g *thing) { g.Count = -2 }, ""},
		"too low":                     {func(g *thing) { g.Count = -3 }, "count minimum -2"},
		"too high":                    {func(g *thing) { g.Count = 4 }, "count maximum 3"},
		"required number":             {func(g *thing) { g.Level = 0 }, "level required "},
		"number not in enum":          {func(g *thing) { g.Level = 3 }, "level enum 1,2"},
		"unsigned":                    {func(g *thing) { g.Small = 8 }, "small maximum 7"},
		"float too low":               {func(g *thing) { g.Ratio = 0.25 }, "ratio minimum 0.5"},
		"float not in enum":           {func(g *thing) { g.Ratio = 0.6 }, "ratio enum 0.5,0.75"},
		"float in enum":               {func(g *thing) { g.Ratio = 0.75 }, ""},
		"too few":                     {func(g *thing) { g.Tags = []string{"a"} }, "tags minItems 2"},
		"empty list":                  {func(g *thing) { g.Tags = []string{} }, "tags minItems 2"},
		"too many":                    {func(g *thing) { g.Tags = []string{"a", "b", "c", "d"} }, "tags maxItems 3"},
		"element too short":           {func(g *thing) { g.Tags = []string{"a", ""} }, "tags[1] minLength 1"},
		"element's pattern":           {func(g *thing) { g.Tags = []string{"a", "B"} }, "tags[1] pattern ^[a-z]*$"},
		"number in a list, too high":  {func(g *thing) { g.Codes = []int{1, 100} }, "codes[1] maximum 99"},
		"number in a list, not in":    {func(g *thing) { g.Codes = []int{3} }, "codes[0] enum 1,2,100"},
		"pointer to a zero":           {func(g *thing) { g.Limit = ptr(0) }, "limit minimum 1"},
		"pointer":                     {func(g *thing) { g.Limit = ptr(1) }, ""},
		"pointer to an empty string":  {func(g *thing) { g.Text = ptr("") }, "text minLength 1"},
		"nested":                      {func(g *thing) { g.Part = &part{Weight: 11} }, "part.weight maximum 10"},
		"nested required":             {func(g *thing) { g.Part = &part{} }, "part.weight required "},
		"nested in a list":            {func(g *thing) { g.Parts = []part{{1}, {11}} }, "parts[1].weight maximum 10"},
		"null in a list":              {func(g *thing) { g.Links = []*part{{1}, nil} }, "links[1] required "},
		"map of lists":                {func(g *thing) { g.Header = map[string][]string{"A": {"x", "y\x00"}} }, "header.A utf8 "},
		"key of a map":                {func(g *thing) { g.Header = map[string][]string{"\xff": nil} }, "header utf8 "},
		"map of structs":              {func(g *thing) { g.ByName = map[string]part{"a": {1}, "b": {0}} }, "by_name.b.weight required "},
		"raw json":                    {func(g *thing) { g.Raw = json.RawMessage(`{"a":"\ud83d\ude42 \\u0000"}`) }, ""},
		"raw nul":                     {func(g *thing) { g.Raw = json.RawMessage(`{"a":"x\u0000"}`) }, "raw utf8 "},
		"raw half a pair":             {func(g *thing) { g.Raw = json.RawMessage(`["\uD83D"]`) }, "raw utf8 "},
		"raw half a pair and text":    {func(g *thing) { g.Raw = json.RawMessage(`["\ud83d\u0041"]`) }, "raw utf8 "},
		"raw other half of a pair":    {func(g *thing) { g.Raw = json.RawMessage(`["\ude42\ud83d"]`) }, "raw utf8 "},
		"raw, not utf-8":              {func(g *thing) { g.Raw = json.RawMessage("\"\xff\"") }, "raw utf8 "},
		"raw, no json":                {func(g *thing) { g.Raw = json.RawMessage(`{"a"}`) }, "raw json "},
		"optional and given":          {func(g *thing) { g.Optional = "ab" }, "optional minLength 3"},
		"the first of two violations": {func(g *thing) { g.Count, g.Level = 9, 9 }, "count maximum 3"},
	} {
		g := good()
		c.change(&g)
		got := ""
		if v := domain.Check(&g); v != nil {
			got = v.Path + " " + v.Keyword + " " + v.Limit
			if !strings.HasPrefix(v.Error(), v.Path+" ") {
				t.Errorf("%s: the message %q does not begin with the path", name, v.Error())
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestCheckTakesValuesPointersAndNothing(t *testing.T) {
	t.Parallel()
	bad := thing{Name: "abc"}
	for name, v := range map[string]any{"value": bad, "pointer": &bad, "pointer to a pointer": ptr(&bad)} {
		if got := domain.Check(v); got == nil || got.Path != "level" {
			t.Errorf("%s: %v, want level", name, got)
		}
	}
	for name, v := range map[string]any{"nil pointer": (*thing)(nil), "no struct": 3} {
		if got := domain.Check(v); got != nil {
			t.Errorf("%s: %v, want nil", name, got)
		}
	}
}

func TestATagThatIsNoNumberIsAMistakeOfTheProgram(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	domain.Check(struct {
		A string `json:"a" minLength:"two"`
	}{A: "x"})
}

// What raw allows is what any reader decodes without loss: every string in it is text.
func TestRawJSONAgreesWithTheDecoder(t *testing.T) {
	t.Parallel()
	unit := rapid.SampledFrom([]string{`\u0000`, `\u0041`, `\ud83d`, `\ude42`, `\uDBFF`, `\uDFFF`, `\\`, `\n`, `u0000`, `é`, `a`, `\ufffd`})
	rapid.Check(t, func(t *rapid.T) {
		text := `"` + strings.Join(rapid.SliceOfN(unit, 0, 6).Draw(t, "text"), "") + `"`
		var decoded string
		if err := json.Unmarshal([]byte(text), &decoded); err != nil {
			t.Fatalf("%s is no JSON: %v", text, err)
		}
		// The decoder puts U+FFFD for what it can't decode.
		replaced := strings.Count(decoded, string(utf8.RuneError)) - strings.Count(text, `\ufffd`)
		want := replaced == 0 && !strings.Contains(decoded, "\x00")
		got := domain.Check(struct {
			Raw json.RawMessage `json:"raw"`
		}{json.RawMessage(text)})
		if diff := cmp.Diff(want, got == nil); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", text, got, diff)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("abc", "raw", []byte(`{"a":"\u00`), int64(3), math.Inf(1))
	f.Add("\xff", "\x00", []byte(`"\`), int64(math.MinInt64), math.NaN())
	f.Fuzz(func(t *testing.T, name, key string, raw []byte, n int64, ratio float64) {
		g := thing{Name: name, Count: int(n), Level: 1, Ratio: ratio, Raw: raw, Header: map[string][]string{key: {name}}}
		if domain.Check(g) != nil {
			return
		}
		if !utf8.ValidString(name + key + string(raw)) {
			t.Errorf("%q, %q, %q were allowed and are no text", name, key, raw)
		}
	})
}
