package oas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/oasdiff/yaml3"
)

// maxExpanded bounds a YAML document after its aliases are replaced by what they stand for, counted
// in characters and values. A document without aliases cannot reach it.
const maxExpanded = 4 * MaxDocument

// errExpanded says that a document's aliases make it too long ('billion laughs').
var errExpanded = errors.New("the aliases of the document expand to too much")

// readYAML returns the first document of a YAML stream. Scalars are read as JSON has them: dates and
// numbers that JSON cannot write stay texts.
func readYAML(doc []byte) (any, error) {
	root, err := parseYAML(doc)
	if err != nil {
		return nil, err
	}
	r := yamlReader{done: map[*yaml.Node]weighed{}, open: map[*yaml.Node]bool{}}
	w, err := r.read(root)
	return w.value, err
}

// parseYAML turns a panic of the library into an error: whatever a document does to it is the
// document's fault.
func parseYAML(doc []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", p)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	root = &yaml.Node{}
	if err := dec.Decode(root); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	// What follows may be another document, but not the broken rest of this one.
	if err := dec.Decode(&yaml.Node{}); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return root, nil
}

// yamlReader turns YAML nodes into JSON values. What an anchor stands for is read once and shared by
// its aliases; its weight counts every time.
type yamlReader struct {
	done map[*yaml.Node]weighed
	open map[*yaml.Node]bool
}

type weighed struct {
	value  any
	weight int
}

func (r *yamlReader) read(n *yaml.Node) (weighed, error) {
	if n.Anchor == "" {
		return r.readNew(n)
	}
	if w, ok := r.done[n]; ok {
		return w, nil
	}
	if r.open[n] {
		return weighed{}, errors.New("an alias stands for something that contains it")
	}
	r.open[n] = true
	w, err := r.readNew(n)
	r.done[n] = w
	return w, err
}

func (r *yamlReader) readNew(n *yaml.Node) (weighed, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return r.read(n.Content[0])
	case yaml.AliasNode:
		return r.read(n.Alias)
	case yaml.SequenceNode:
		return r.readSequence(n)
	case yaml.MappingNode:
		return r.readMapping(n)
	default:
		return weighed{scalar(n), len(n.Value) + 1}, nil
	}
}

func (r *yamlReader) readSequence(n *yaml.Node) (weighed, error) {
	list, weight := make([]any, len(n.Content)), 1
	for i, entry := range n.Content {
		w, err := r.read(entry)
		if err != nil {
			return w, err
		}
		list[i] = w.value
		if weight += w.weight; weight > maxExpanded {
			return weighed{}, errExpanded
		}
	}
	return weighed{list, weight}, nil
}

// readMapping reads a mapping; entries that its merge keys (<<) bring give way to its own.
func (r *yamlReader) readMapping(n *yaml.Node) (weighed, error) {
	own, merged, weight := object{}, object{}, 1
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, entry := n.Content[i], n.Content[i+1]
		w, err := r.read(entry)
		if err != nil {
			return w, err
		}
		if weight += len(key.Value) + w.weight; weight > maxExpanded {
			return weighed{}, errExpanded
		}
		if key.ShortTag() == "!!merge" {
			merge(merged, w.value)
			continue
		}
		own[keyText(key)] = w.value
	}
	maps.Copy(merged, own)
	return weighed{merged, weight}, nil
}

// merge adds the mapping, or the mappings of a list, the first of which wins.
func merge(into object, value any) {
	switch v := value.(type) {
	case object:
		for key, entry := range v {
			if _, ok := into[key]; !ok {
				into[key] = entry
			}
		}
	case []any:
		for _, entry := range v {
			if o, ok := entry.(object); ok {
				merge(into, o)
			}
		}
	}
}

func keyText(key *yaml.Node) string {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	return key.Value
}

func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
	}
	return n.Value
}

// yamlNode returns a JSON value for writing: mappings in the order of their keys, every text quoted,
// so that no reader can take one for something else.
func yamlNode(value any) *yaml.Node {
	switch v := value.(type) {
	case object:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, yamlKey(key), yamlNode(v[key]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, entry := range v {
			n.Content = append(n.Content, yamlNode(entry))
		}
		return n
	case string:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v, Style: yaml.DoubleQuotedStyle}
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: node{v}.text()}
	}
}

func yamlKey(key string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}
	if key == "<<" {
		n.Style = yaml.DoubleQuotedStyle // without quotes it merges
	}
	return n
}
