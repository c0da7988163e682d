package oas

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// maxHops bounds a chain of references, longestRef one of them, in bytes.
const (
	maxHops    = 16
	longestRef = 1024
)

// follow returns what n refers to with $ref, or n itself. It never leaves the document. A reference
// that leads nowhere, out of the document or in a circle is an error that says which.
func (im *importer) follow(n node) (node, error) {
	for range maxHops {
		ref := n.get("$ref").text()
		if ref == "" {
			return n, nil
		}
		pointer, local := strings.CutPrefix(ref, "#")
		if !local || len(ref) > longestRef {
			return node{}, fmt.Errorf("refers out of the document, to %s", quoted(ref))
		}
		if n = im.root.at(pointer); !n.exists() {
			return node{}, fmt.Errorf("refers to %s, which is not there", quoted(ref))
		}
	}
	return node{}, fmt.Errorf("refers to itself")
}

// at returns the value at a JSON pointer (RFC 6901, in its form for URI fragments).
func (n node) at(pointer string) node {
	if pointer == "" {
		return n
	}
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		n = n.child(token)
	}
	return n
}

func (n node) child(token string) node {
	list, ok := n.value.([]any)
	if !ok {
		return n.get(token)
	}
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= len(list) {
		return node{}
	}
	return node{list[i]}
}

// quoted shows a text of the document in a note: bounded, with unprintable characters escaped.
func quoted(text string) string { return strconv.Quote(cut(text, 64)) }
