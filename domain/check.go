package domain

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Violation is one value that breaks one rule.
type Violation struct {
	// Path names the value as the client wrote it, e.g. "backend_api.timeout" or "tags[2]".
	Path string
	// Keyword is the rule: required, minLength, maxLength, pattern, enum, minimum, maximum,
	// minItems, maxItems, utf8 or json.
	Keyword string
	// Limit is what the rule asks for, as written.
	Limit string
}

// Error says which value breaks which rule.
func (v *Violation) Error() string {
	switch v.Keyword {
	case "required":
		return v.Path + " must be given"
	case "utf8":
		return v.Path + " must be UTF-8 text without NUL"
	case "json":
		return v.Path + " must be JSON"
	default:
		return fmt.Sprintf("%s breaks the rule %s %s", v.Path, v.Keyword, v.Limit)
	}
}

type rules struct {
	index    int
	name     string
	required bool
	inline   bool
	tags     map[string]string
	pattern  *regexp.Regexp
	enum     []string
	limits   map[string]float64
}

var numeric = []string{"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"}

var cache sync.Map // reflect.Type -> []rules

// Check returns the first rule that v, a struct or a pointer to one, breaks in the order of its fields; nil when
// it breaks none. The rules are the JSON Schema keywords of struct tags. The same tags give the OpenAPI document
// its schemas, so a bound is written once.
//
//	Name string   `json:"name" minLength:"3" maxLength:"64" pattern:"^[a-z]+$"`
//	Mode string   `json:"mode,omitempty" enum:"ALL,ANY"`
//	Tags []string `json:"tags,omitempty" maxItems:"10" minLength:"1" maxLength:"128"`
//
// A field is required when its json tag has no omitempty and it is not tagged required:"false". Lengths count
// Unicode code points. The rules for strings and numbers on a list of them apply to each element. Every string
// must be valid UTF-8 without NUL, also as a key or value of a map, and inside raw JSON: that is what a database
// can keep.
func Check(v any) *Violation {
	return walk(reflect.ValueOf(v), "")
}

func walk(v reflect.Value, path string) *Violation {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	for _, r := range rulesOf(v.Type()) {
		at := r.name
		if path != "" {
			at = path + "." + r.name
		}
		if r.inline {
			at = path
		}
		if bad := r.check(v.Field(r.index), at); bad != nil {
			return bad
		}
	}
	return nil
}

func (r *rules) check(f reflect.Value, at string) *Violation {
	if f.IsZero() {
		if r.required && f.Kind() != reflect.Bool && f.Kind() != reflect.Struct {
			return &Violation{Path: at, Keyword: "required"}
		}
		// A zero value that is not a pointer was left out, or is the same as left out.
		if !r.required && f.Kind() != reflect.Struct {
			return nil
		}
	}
	return r.value(f, at)
}

// value checks a value that is there: that of a field, or an element of a list.
func (r *rules) value(f reflect.Value, at string) *Violation {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return &Violation{Path: at, Keyword: "required"}
		}
		f = f.Elem()
	}
	switch f.Kind() {
	case reflect.String:
		return r.text(f.String(), at)
	case reflect.Slice:
		if f.Type() == rawJSON {
			return raw(f.Bytes(), at)
		}
		return r.list(f, at)
	case reflect.Map:
		return r.entries(f, at)
	case reflect.Struct:
		return walk(f, at)
	}
	switch {
	case f.CanInt():
		return r.number(float64(f.Int()), strconv.FormatInt(f.Int(), 10), at)
	case f.CanUint():
		return r.number(float64(f.Uint()), strconv.FormatUint(f.Uint(), 10), at)
	case f.CanFloat():
		return r.number(f.Float(), strconv.FormatFloat(f.Float(), 'g', -1, 64), at)
	}
	return nil
}

func (r *rules) text(s, at string) *Violation {
	if !readable(s) {
		return &Violation{Path: at, Keyword: "utf8"}
	}
	n := float64(utf8.RuneCountInString(s))
	if limit, ok := r.limits["minLength"]; ok && n < limit {
		return r.broken(at, "minLength")
	}
	if limit, ok := r.limits["maxLength"]; ok && n > limit {
		return r.broken(at, "maxLength")
	}
	if r.enum != nil && !slices.Contains(r.enum, s) {
		return r.broken(at, "enum")
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		return r.broken(at, "pattern")
	}
	return nil
}

func (r *rules) number(n float64, text, at string) *Violation {
	if limit, ok := r.limits["minimum"]; ok && n < limit {
		return r.broken(at, "minimum")
	}
	if limit, ok := r.limits["maximum"]; ok && n > limit {
		return r.broken(at, "maximum")
	}
	if r.enum != nil && !slices.Contains(r.enum, text) {
		return r.broken(at, "enum")
	}
	return nil
}

func (r *rules) list(f reflect.Value, at string) *Violation {
	n := float64(f.Len())
	if limit, ok := r.limits["minItems"]; ok && n < limit {
		return r.broken(at, "minItems")
	}
	if limit, ok := r.limits["maxItems"]; ok && n > limit {
		return r.broken(at, "maxItems")
	}
	for i := range f.Len() {
		if bad := r.value(f.Index(i), fmt.Sprintf("%s[%d]", at, i)); bad != nil {
			return bad
		}
	}
	return nil
}

// entries checks a map with text keys: its keys and, as their kind asks, its values.
func (r *rules) entries(f reflect.Value, at string) *Violation {
	keys := f.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	free := &rules{} // the field's own rules are not about its entries
	for _, key := range keys {
		where := at + "." + key.String()
		if !readable(key.String()) {
			return &Violation{Path: at, Keyword: "utf8"}
		}
		if bad := free.value(f.MapIndex(key), where); bad != nil {
			if f.Type().Elem().Kind() == reflect.Slice {
				bad.Path = where // clients know the entry, not how often it was given
			}
			return bad
		}
	}
	return nil
}

func (r *rules) broken(at, keyword string) *Violation {
	return &Violation{Path: at, Keyword: keyword, Limit: r.tags[keyword]}
}

func rulesOf(t reflect.Type) []rules {
	if known, ok := cache.Load(t); ok {
		return known.([]rules)
	}
	var all []rules
	for i := range t.NumField() {
		if r, ok := ruleOf(t.Field(i), i); ok {
			all = append(all, r)
		}
	}
	cache.Store(t, all)
	return all
}

func ruleOf(f reflect.StructField, index int) (rules, bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" || !f.IsExported() && !f.Anonymous {
		return rules{}, false
	}
	r := rules{index: index, name: name, tags: map[string]string{}, limits: map[string]float64{}}
	r.inline = f.Anonymous && name == ""
	r.required = !r.inline && !strings.Contains(options, "omitempty") && f.Tag.Get("required") != "false"
	for _, keyword := range numeric {
		if text, ok := f.Tag.Lookup(keyword); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				panic("check: " + f.Name + " has a tag that is no number: " + keyword)
			}
			r.limits[keyword], r.tags[keyword] = n, text
		}
	}
	if text, ok := f.Tag.Lookup("pattern"); ok {
		r.pattern, r.tags["pattern"] = regexp.MustCompile(text), text
	}
	if text, ok := f.Tag.Lookup("enum"); ok {
		r.enum, r.tags["enum"] = strings.Split(text, ","), text
	}
	return r, true
}
