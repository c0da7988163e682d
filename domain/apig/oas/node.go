package oas

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// longestNumber bounds a number of a document, in bytes, so that it is read in no time.
const longestNumber = 64

// object is a JSON object of a shape that nobody can know beforehand: documents of others.
type object = map[string]any

// node is one value of a document: an object, a list, a text, a number, a truth value or nothing.
// Asking a node for what it is not gives nothing, never a panic, so that a document may be wrong in
// places without a check at every step.
type node struct {
	value any // nil, bool, string, json.Number, []any or object
}

func (n node) exists() bool { return n.value != nil }

func (n node) isObject() bool {
	_, ok := n.value.(object)
	return ok
}

func (n node) get(key string) node {
	o, _ := n.value.(object)
	return node{o[key]}
}

// size returns the number of entries of an object or list.
func (n node) size() int {
	switch v := n.value.(type) {
	case object:
		return len(v)
	case []any:
		return len(v)
	default:
		return 0
	}
}

// keys returns the keys of an object in alphabetical order.
func (n node) keys() []string {
	o, _ := n.value.(object)
	return slices.Sorted(maps.Keys(o))
}

// first returns the value of an object's first key in alphabetical order; nothing when it has more
// than maxListed, because whoever asks may ask often.
func (n node) first() node {
	if n.size() == 0 || n.size() > maxListed {
		return node{}
	}
	return n.get(n.keys()[0])
}

// list returns the first entries of a list, at most max.
func (n node) list(max int) []node {
	values, _ := n.value.([]any)
	nodes := make([]node, min(len(values), max))
	for i := range nodes {
		nodes[i] = node{values[i]}
	}
	return nodes
}

// text returns a scalar as text, numbers as they are written.
func (n node) text() string {
	switch v := n.value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// texts returns the scalars of a list, at most maxListed; a scalar counts as a list of one.
func (n node) texts() []string {
	if text := n.text(); text != "" {
		return []string{text}
	}
	var all []string
	for _, entry := range n.list(maxListed) {
		if text := entry.text(); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func (n node) isTrue() bool { return strings.EqualFold(n.text(), "true") }

// whole returns a number without fraction that 32 bits can hold.
func (n node) whole() (int, bool) {
	text := n.text()
	if len(text) > longestNumber {
		return 0, false
	}
	if i, err := strconv.ParseInt(text, 10, 32); err == nil {
		return int(i), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int32(f)) {
		return 0, false
	}
	return int(f), true
}

// number is whole, or otherwise when there is no such number.
func (n node) number(otherwise int) int {
	if i, ok := n.whole(); ok {
		return i
	}
	return otherwise
}

// heavier reports whether writing n takes more than limit bytes, in time that depends on limit and
// not on n.
func (n node) heavier(limit int) bool { return limit < 0 || n.charge(&limit) }

func (n node) charge(left *int) (spent bool) {
	switch v := n.value.(type) {
	case object:
		for key, value := range v {
			*left -= len(key) + 4
			if *left < 0 || (node{value}).charge(left) {
				return true
			}
		}
	case []any:
		for _, value := range v {
			*left--
			if *left < 0 || (node{value}).charge(left) {
				return true
			}
		}
	default:
		*left -= len(n.text()) + 1
	}
	return *left < 0
}

// json returns n as JSON without line breaks, or false when that is longer than limit bytes.
func (n node) json(limit int) (string, bool) {
	if n.heavier(limit) {
		return "", false
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(n.value); err != nil {
		return "", false
	}
	text := strings.TrimSuffix(out.String(), "\n")
	if len(text) > limit {
		return "", false
	}
	return text, true
}

// into fills a struct from n, as far as n has that shape; false when it does not.
func (n node) into(target any) bool {
	data, err := json.Marshal(n.value)
	return err == nil && json.Unmarshal(data, target) == nil
}
