package apig_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// member is a member of a body, found in its schema.
type member struct {
	path   []any // names, and 0 for the first entry of a list
	schema schema
	needed bool
}

func (m member) String() string { return fmt.Sprint(m.path) }

type schema = map[string]any

// members walks a schema and returns all members of the body, however deep.
func members(document schema, s schema, path []any) []member {
	s = resolved(document, s)
	var all []member
	properties, _ := s["properties"].(schema)
	required, _ := s["required"].([]any)
	for name, p := range properties {
		here := append(slices.Clone(path), name)
		all = append(all, member{here, resolved(document, p.(schema)), slices.Contains(required, any(name))})
		all = append(all, members(document, p.(schema), here)...)
	}
	if items, ok := s["items"].(schema); ok {
		here := append(slices.Clone(path), 0)
		all = append(all, member{here, resolved(document, items), false})
		all = append(all, members(document, items, here)...)
	}
	if values, ok := s["additionalProperties"].(schema); ok {
		here := append(slices.Clone(path), "key")
		all = append(all, member{here, resolved(document, values), false})
		all = append(all, members(document, values, here)...)
	}
	return all
}

func resolved(document, s schema) schema {
	reference, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	var at any = document
	for part := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		at = at.(schema)[part]
	}
	return at.(schema)
}

// kind is the JSON type of a schema.
func kind(s schema) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		for _, name := range t {
			if name != "null" {
				return name.(string)
			}
		}
	}
	return ""
}

// place returns value (a JSON text) at a path in a body; what is missing on the way is made.
func place(in any, path []any, value string) any {
	if len(path) == 0 {
		return json.RawMessage(value)
	}
	if name, ok := path[0].(string); ok {
		object, ok := in.(map[string]any)
		if !ok {
			object = map[string]any{}
		}
		object[name] = place(object[name], path[1:], value)
		return object
	}
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		list = []any{nil}
	}
	list[0] = place(list[0], path[1:], value)
	return list
}

// without returns a body without a member; false when it is not there.
func without(in any, path []any) bool {
	for len(path) > 1 {
		name, _ := path[0].(string)
		object, ok := in.(map[string]any)
		if !ok {
			return false
		}
		in, path = object[name], path[1:]
	}
	object, ok := in.(map[string]any)
	name, _ := path[0].(string)
	if _, there := object[name]; !ok || !there {
		return false
	}
	delete(object, name)
	return true
}

// bodyWith returns the JSON of an operation's body with a change.
func bodyWith(t *testing.T, o operation, change func(body any) any) string {
	t.Helper()
	var body any
	if err := json.Unmarshal([]byte(o.body), &body); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(change(body))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readSchemas returns the members of the bodies of all operations that take JSON.
func readSchemas(t *testing.T) map[string][]member {
	t.Helper()
	c, bodies := nodetest.Admin(t), map[string][]member{}
	var document schema
	c.Must(t, 200, nodetest.Request{Path: "/openapi.json", Unsigned: true}).Into(t, &document)
	d := readDescription(t, c)
	for _, o := range withBody() {
		_, _, found := d.find(o.id)
		content := found.RequestBody.Content["application/json"].(schema)
		bodies[o.id] = members(document, content["schema"].(schema), nil)
	}
	return bodies
}
