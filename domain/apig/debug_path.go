package apig

import (
	"net/url"
	"regexp"
	"strings"
)

// pathValue is the value of a path parameter, decoded.
type pathValue struct {
	text string
	many bool // it is several segments: a slash in text is one in the path
}

// matchPath matches a request path with a template like /orders/{id}/{rest+}; prefix says that the
// template need only match a beginning of whole segments (match_mode SWA: /a matches /a/b, not /ab). It
// returns the path parameters by name and, of a prefix match, what is left of the path: nothing, or
// something that begins with a slash. Both sides are compared in canonical encoding.
func matchPath(template string, prefix bool, path string) (values map[string]pathValue, rest string, ok bool) {
	pattern, slots, ok := templatePattern(template, prefix)
	if !ok {
		return nil, "", false
	}
	canonical, ok := canonicalPath(path)
	if !ok {
		return nil, "", false
	}
	groups := pattern.FindStringSubmatch(canonical)
	if groups == nil {
		return nil, "", false
	}
	values = map[string]pathValue{}
	for i, name := range slots {
		name, many := strings.CutSuffix(name, "+")
		text, _ := url.PathUnescape(groups[i+1]) // canonicalPath encoded it
		values[name] = pathValue{text, many}
	}
	if prefix {
		rest = groups[len(groups)-1]
	}
	return values, rest, true
}

// templatePattern returns the template as a regular expression over canonical paths, with a group for
// each of the slots, whose names it returns with their +, and for a prefix match one for the rest.
func templatePattern(template string, prefix bool) (*regexp.Regexp, []string, bool) {
	if prefix {
		template = strings.TrimSuffix(template, "/")
	}
	var expression strings.Builder
	var slots []string
	end := 0
	literal := func(text string) bool {
		canonical, ok := canonicalPath(text)
		expression.WriteString(regexp.QuoteMeta(canonical))
		return ok
	}
	expression.WriteString("^")
	for _, at := range pathSlot.FindAllStringIndex(template, -1) {
		if !literal(template[end:at[0]]) {
			return nil, nil, false
		}
		slot := template[at[0]+1 : at[1]-1]
		slots, end = append(slots, slot), at[1]
		if strings.HasSuffix(slot, "+") {
			expression.WriteString("(.+)")
		} else {
			expression.WriteString("([^/]+)")
		}
	}
	if !literal(template[end:]) {
		return nil, nil, false
	}
	if prefix {
		expression.WriteString("(/.*)?")
	}
	pattern, err := regexp.Compile(expression.String() + "$")
	return pattern, slots, err == nil
}

// canonicalPath returns path with each segment in the one encoding that escapeSegment gives; false when
// it cannot be decoded.
func canonicalPath(path string) (string, bool) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return "", false
		}
		segments[i] = escapeSegment(text)
	}
	return strings.Join(segments, "/"), true
}

// needless turns back the escapes of url.PathEscape that RFC 3986 does not ask for in a segment.
var needless = strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%2C", ",", "%3B", ";")

func escapeSegment(text string) string { return needless.Replace(url.PathEscape(text)) }

// expandPath returns a backend path with its slots filled in, escaped. A slash in a value stays one
// where the slot or the value is for several segments.
func expandPath(template string, values map[string]pathValue) string {
	return pathSlot.ReplaceAllStringFunc(template, func(slot string) string {
		name, many := strings.CutSuffix(slot[1:len(slot)-1], "+")
		value := values[name]
		if !many && !value.many {
			return escapeSegment(value.text)
		}
		segments := strings.Split(value.text, "/")
		for i, segment := range segments {
			segments[i] = escapeSegment(segment)
		}
		return strings.Join(segments, "/")
	})
}
