package oas

import (
	"fmt"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

// longestURI is the longest request path, longestTemplate the longest path of a document that can
// become one, both in bytes.
const (
	longestURI      = 512
	longestTemplate = 4096
)

// slot is a parameter in a path.
type slot struct {
	written string // between the braces
	name    string // in the definition
}

// is reports whether a declared path parameter is this one. Some documents write the notation of a
// router into the braces ({proxy+}, {path*}, {id:[0-9]+}, {name=shelves/*}) and declare the name alone.
func (s slot) is(declared string) bool {
	bare, _, _ := strings.Cut(s.written, ":")
	bare, _, _ = strings.Cut(bare, "=")
	return s.written == declared || strings.TrimRight(bare, "+*") == strings.TrimRight(declared, "+*")
}

// template is a path of a document, as a request path that a definition can hold.
type template struct {
	uri   string
	slots []slot // in their order, each name once
}

// readTemplate turns a path of a document into a request path: with a slash in front, path parameters
// under names that fit the rule, and characters that a path cannot have percent-encoded. A fragment or
// query is an error (APIG.2011): requests are told apart by their path only.
func readTemplate(path string) (template, error) {
	if len(path) > longestTemplate {
		return template{}, apig.ErrInvalid("req_uri")
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	t, taken := template{}, map[string]bool{}
	var out strings.Builder
	for path != "" {
		literal, rest, found := strings.Cut(path, "{")
		if strings.ContainsAny(literal, "#?") {
			return t, apig.ErrInvalidBecause("req_uri", "has a fragment or query, which is not part of a request path")
		}
		out.WriteString(escaped(literal))
		if !found {
			break
		}
		written, after, closed := strings.Cut(rest, "}")
		if !closed || written == "" {
			return t, apig.ErrInvalidBecause("req_uri", "has braces without a parameter name")
		}
		name := t.add(written, taken)
		if strings.HasSuffix(written, "+") {
			name += "+"
		}
		out.WriteString("{" + name + "}")
		path = after
	}
	if t.uri = out.String(); len(t.uri) > longestURI {
		return t, apig.ErrInvalid("req_uri")
	}
	return t, nil
}

// add returns the name of a path parameter in the definition.
func (t *template) add(written string, taken map[string]bool) string {
	for _, s := range t.slots {
		if s.written == written {
			return s.name
		}
	}
	s := slot{written: written, name: strings.TrimSuffix(written, "+")}
	if !paramName.MatchString(s.name) {
		s.name = safeName(s.name)
	}
	s.name = unique(s.name, longestParam, taken)
	t.slots = append(t.slots, s)
	return s.name
}

// find returns the slot of a declared path parameter.
func (t template) find(declared string) (slot, bool) {
	for _, s := range t.slots {
		if s.is(declared) {
			return s, true
		}
	}
	return slot{}, false
}

const hexDigits = "0123456789ABCDEFabcdef"

// escaped percent-encodes what RFC 3986 does not allow in a path; what is encoded already stays.
func escaped(literal string) string {
	var out strings.Builder
	for i := range len(literal) {
		c := literal[i]
		encoded := c == '%' && i+2 < len(literal) &&
			strings.IndexByte(hexDigits, literal[i+1]) >= 0 && strings.IndexByte(hexDigits, literal[i+2]) >= 0
		if encoded || isLetter(rune(c)) || isDigit(rune(c)) || strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0 {
			out.WriteByte(c)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}
