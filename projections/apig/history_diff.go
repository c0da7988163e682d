package apig

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/domain/apig"
)

// Diff is what differs between two definitions, for programs and for people.
type Diff struct {
	// Patch turns the JSON of the first definition into that of the second (RFC 6902). Where there is no
	// first or no second one, that is the document null.
	Patch jsondiff.Patch `json:"patch" doc:"JSON Patch (RFC 6902) that turns the first definition into the second."`
	// Changes says the same for people: without the ids that the gateway gave to parts, and with the
	// parts of a list named by what they are and not by where they stand.
	Changes []Change `json:"changes" doc:"The same for people: ids of parts left out, parts of lists called by their names."`
}

// ChangeKind says what became of a value.
type ChangeKind string

// The kinds of changes.
const (
	Added     ChangeKind = "added"
	Removed   ChangeKind = "removed"
	Replaced  ChangeKind = "replaced"
	Reordered ChangeKind = "reordered" // the parts of a list are the same, in another order
)

// Change is one value that is not the same in two definitions.
type Change struct {
	// Path names the value, e.g. "backend_api.timeout" or "req_params[id:PATH].remark".
	Path   string          `json:"path" example:"backend_api.timeout"`
	Kind   ChangeKind      `json:"kind" enum:"added,removed,replaced,reordered"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// DiffOf compares two definitions; nil stands for none.
func DiffOf(before, after *apig.Definition) (Diff, error) {
	patch, err := jsondiff.Compare(before, after, jsondiff.LCS())
	if err != nil {
		return Diff{}, fmt.Errorf("compare definitions: %w", err)
	}
	if patch == nil {
		patch = jsondiff.Patch{}
	}
	was, err := document(before)
	if err != nil {
		return Diff{}, err
	}
	is, err := document(after)
	if err != nil {
		return Diff{}, err
	}
	c := comparison{changes: []Change{}}
	c.objects("", was, is)
	return Diff{Patch: patch, Changes: c.changes}, c.err
}

// object is a JSON object as encoding/json reads it.
type object = map[string]any

// document returns the JSON of a definition without the ids of its parts, empty for none.
func document(d *apig.Definition) (object, error) {
	all := object{}
	if d == nil {
		return all, nil
	}
	data, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("compare definitions: %w", err)
	}
	withoutIDs(all)
	return all, nil
}

// withoutIDs takes out what the gateway alone decides on.
func withoutIDs(value any) {
	switch value := value.(type) {
	case object:
		delete(value, "id")
		delete(value, "req_param_id")
		for _, member := range value {
			withoutIDs(member)
		}
	case []any:
		for _, element := range value {
			withoutIDs(element)
		}
	}
}

// comparison collects changes.
type comparison struct {
	changes []Change
	err     error
}

// values compares two values that are there in both definitions.
func (c *comparison) values(path string, before, after any) {
	switch was := before.(type) {
	case object:
		if is, ok := after.(object); ok {
			c.objects(path, was, is)
			return
		}
	case []any:
		if is, ok := after.([]any); ok {
			c.lists(path, was, is)
			return
		}
	}
	if !reflect.DeepEqual(before, after) {
		c.add(path, Replaced, before, after)
	}
}

func (c *comparison) objects(path string, before, after object) {
	names := slices.Collect(maps.Keys(before))
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		at := name
		if path != "" {
			at = path + "." + name
		}
		c.parts(at, before, after, name)
	}
}

// parts compares what two objects, or two lists taken apart, have under a name.
func (c *comparison) parts(path string, before, after object, name string) {
	was, had := before[name]
	is, has := after[name]
	switch {
	case !has:
		c.add(path, Removed, was, nil)
	case !had:
		c.add(path, Added, nil, is)
	default:
		c.values(path, was, is)
	}
}

// lists compares lists part by part: by name where the parts have different names, else by place.
func (c *comparison) lists(path string, before, after []any) {
	was, order, named := byName(before)
	is, newOrder, alsoNamed := byName(after)
	if !named || !alsoNamed {
		was, order = byPlace(before)
		is, newOrder = byPlace(after)
	}
	for _, name := range append(order, missing(newOrder, was)...) {
		c.parts(path+"["+name+"]", was, is, name)
	}
	stayed, stays := common(order, is), common(newOrder, was)
	if !slices.Equal(stayed, stays) {
		c.add(path, Reordered, stayed, stays)
	}
}

// byName takes a list apart by what its parts are called; ok is false when that is not different for
// each.
func byName(list []any) (parts object, order []string, ok bool) {
	parts = object{}
	for _, part := range list {
		name := nameOf(part)
		if _, twice := parts[name]; name == "" || twice {
			return nil, nil, false
		}
		parts[name], order = part, append(order, name)
	}
	return parts, order, true
}

// nameOf returns what a part of a list is called: a text is its own name, and of parameters two may have
// one name in different locations.
func nameOf(part any) string {
	switch part := part.(type) {
	case string:
		return part
	case object:
		name, _ := part["name"].(string)
		if location, ok := part["location"].(string); ok && name != "" {
			return name + ":" + location
		}
		return name
	}
	return ""
}

func byPlace(list []any) (parts object, order []string) {
	parts = object{}
	for i, part := range list {
		name := strconv.Itoa(i)
		parts[name], order = part, append(order, name)
	}
	return parts, order
}

// missing returns the names that parts does not have, common those that it has.
func missing(names []string, parts object) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, has := parts[name]; return has })
}

func common(names []string, parts object) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, has := parts[name]; return !has })
}

func (c *comparison) add(path string, kind ChangeKind, before, after any) {
	c.changes = append(c.changes, Change{Path: path, Kind: kind, Before: c.text(before), After: c.text(after)})
}

// text returns the JSON of a value, nil for none.
func (c *comparison) text(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("compare definitions: %w", err)
	}
	return data
}
