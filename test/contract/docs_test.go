package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// doc is a JSON object, as a client writes or reads it.
type doc = map[string]any

// toDoc gives a value as the JSON object that it is written as.
func toDoc(t *testing.T, v any) doc {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("write %T as JSON: %v", v, err)
	}
	var d doc
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("%T is no JSON object: %v", v, err)
	}
	return d
}

// fromDoc reads a JSON object into an SDK type. The SDK's enumerations take any value that way.
func fromDoc[T any](t *testing.T, d doc) *T {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	v := new(T)
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("read %s into %T: %v", text, v, err)
	}
	return v
}

// jsonOf writes a value as a request body.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// at returns what a path such as "backend_api.timeout" or "req_params.0.id" leads to; nil when it
// leads nowhere.
func at(d any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch v := d.(type) {
		case doc:
			d = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			d = v[i]
		default:
			return nil
		}
	}
	return d
}

// text returns the string at a path, which has to be there.
func text(t *testing.T, d any, path string) string {
	t.Helper()
	s, ok := at(d, path).(string)
	if !ok || s == "" {
		t.Fatalf("%s is %v, want text, in %v", path, at(d, path), d)
	}
	return s
}

// list returns the objects at a path; none when it is missing.
func list(t *testing.T, d any, path string) []doc {
	t.Helper()
	values, _ := at(d, path).([]any)
	all := make([]doc, len(values))
	for i, v := range values {
		e, ok := v.(doc)
		if !ok {
			t.Fatalf("%s.%d is %v, want an object", path, i, v)
		}
		all[i] = e
	}
	return all
}

// column returns one text member of each object.
func column(t *testing.T, rows []doc, member string) []string {
	t.Helper()
	values := make([]string, len(rows))
	for i, row := range rows {
		values[i] = text(t, row, member)
	}
	return values
}

// with returns a copy of a document with one value changed; the steps of the path have to exist.
func with(t *testing.T, d doc, path string, value any) doc {
	t.Helper()
	changed := toDoc(t, d)
	steps := strings.Split(path, ".")
	last := steps[len(steps)-1]
	var parent any = changed
	if len(steps) > 1 {
		parent = at(changed, strings.Join(steps[:len(steps)-1], "."))
	}
	object, ok := parent.(doc)
	if !ok {
		t.Fatalf("%s leads nowhere in %v", path, d)
	}
	object[last] = value
	return changed
}

// without returns a copy of a document that lacks some members, at every depth.
func without(t *testing.T, d doc, members ...string) doc {
	t.Helper()
	clean := toDoc(t, d)
	strip(clean, members)
	return clean
}

func strip(v any, members []string) {
	switch v := v.(type) {
	case doc:
		for _, m := range members {
			delete(v, m)
		}
		for _, e := range v {
			strip(e, members)
		}
	case []any:
		for _, e := range v {
			strip(e, members)
		}
	}
}

// wantFields fails the test unless got has every member of want with the same value, at every depth;
// got may have more.
func wantFields(t *testing.T, got, want doc) {
	t.Helper()
	for _, difference := range lacking("", toDoc(t, want), got) {
		t.Error(difference)
	}
}

func lacking(path string, want, got any) []string {
	switch w := want.(type) {
	case doc:
		g, ok := got.(doc)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, want %v", path, got, want)}
		}
		var all []string
		for name, value := range w {
			all = append(all, lacking(strings.TrimPrefix(path+"."+name, "."), value, g[name])...)
		}
		return all
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{fmt.Sprintf("%s is %v, want %v", path, got, want)}
		}
		var all []string
		for i, value := range w {
			all = append(all, lacking(fmt.Sprintf("%s.%d", path, i), value, g[i])...)
		}
		return all
	default:
		if !reflect.DeepEqual(want, got) {
			return []string{fmt.Sprintf("%s is %v, want %v", path, got, want)}
		}
		return nil
	}
}

// wantAbsent fails the test when a document has one of the paths with a value other than empty text.
func wantAbsent(t *testing.T, d doc, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if v := at(d, path); v != nil && v != "" {
			t.Errorf("%s is %v, want none", path, v)
		}
	}
}

// wantRecent fails the test unless the times at those paths were within the run.
func wantRecent(t *testing.T, d doc, paths ...string) {
	t.Helper()
	for _, path := range paths {
		when, err := time.Parse(time.RFC3339Nano, text(t, d, path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if age := time.Since(when); age < -time.Minute || age > 10*time.Minute {
			t.Errorf("%s is %s, %s ago", path, when, age)
		}
	}
}

// wantPage fails the test unless a list says that it has size entries of total.
func wantPage(t *testing.T, d doc, member string, size, total int) {
	t.Helper()
	entries, _ := d[member].([]any)
	if d["size"] != float64(size) || d["total"] != float64(total) || len(entries) != size {
		t.Fatalf("%s: size %v, total %v, %d entries; want %d of %d", member, d["size"], d["total"], len(entries), size, total)
	}
}
