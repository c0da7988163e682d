package resources

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// object is a JSON object as encoding/json reads it.
type object = map[string]any

// Changes returns what differs between two values as encoding/json reads them. One that is not an object is like
// an empty one: what there is not has no members. Nothing is masked.
func Changes(before, after any) ([]Change, error) {
	c := comparison{changes: []Change{}}
	was, _ := before.(object)
	is, _ := after.(object)
	c.objects("", was, is)
	return c.changes, c.err
}

// comparison collects changes.
type comparison struct {
	changes []Change
	err     error
}

// values compares two values that are there in both documents.
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
		c.err = fmt.Errorf("compare: %w", err)
	}
	return data
}
