package apig

import (
	"maps"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
)

// Bounds on headers and query parameters of a debugging request. The reference has none for their
// number; the sizes in bytes are those that a gateway takes in any call.
const (
	maxDebugNames  = 100       // of headers, of query parameters
	maxDebugValues = 100       // of one name
	maxDebugValue  = 32 << 10  // one header
	maxDebugHeader = 128 << 10 // all headers
	maxDebugQuery  = 32 << 10  // all query parameters
)

// Check holds b against the rules of APIG V2 §3.5.8. Errors: APIG.2001 for what is missing, APIG.2011
// for everything else, with the parameter, e.g. "header.X-Stage".
func (b DebugBody) Check() *domain.Error {
	if bad := domain.Check(b); bad != nil {
		return FromViolation(bad)
	}
	switch {
	case len(b.Body) > MaxDebugBody:
		return ErrInvalid("body")
	case !validDebugPath(b.Path):
		return ErrInvalid("path")
	case b.Domain != "" && (strings.Contains(b.Domain, "#") || !validAddress(b.Domain)):
		return ErrInvalid("domain")
	}
	if bad := debugHeaders.check(b.Header, b.Mode); bad != nil {
		return bad
	}
	return debugQueries.check(b.Query, b.Mode)
}

// debugFields are the rules of a map of names to values.
type debugFields struct {
	param  string // the member of the body
	name   *regexp.Regexp
	barred func(name, mode string) bool // name is in lower case
	value  func(string) bool
	size   int // of all names and values in bytes
}

var (
	debugHeaders = debugFields{
		"header", regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{0,31}$`), barredHeader, validHeaderValue, maxDebugHeader,
	}
	debugQueries = debugFields{
		"query", regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,31}$`), barredName, utf8.ValidString, maxDebugQuery,
	}
)

// check returns the refusal for the first name in alphabetical order that breaks a rule, so that the
// same body always gets the same answer.
func (f debugFields) check(fields map[string][]string, mode string) *domain.Error {
	if len(fields) > maxDebugNames {
		return ErrInvalidBecause(f.param, "has too many names")
	}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		values, path := fields[name], shown(f.param+"."+name)
		if !f.name.MatchString(name) || f.barred(strings.ToLower(name), mode) {
			return ErrInvalid(path)
		}
		if len(values) > maxDebugValues {
			return ErrInvalidBecause(path, "has too many values")
		}
		for _, value := range values {
			size += len(name) + len(value)
			if len(value) > maxDebugValue || !f.value(value) {
				return ErrInvalid(path)
			}
		}
	}
	if size > f.size {
		return ErrInvalidBecause(f.param, "is too long")
	}
	return nil
}

func barredName(name, _ string) bool {
	return name == "x-stage" || strings.HasPrefix(name, "x-apig-") || strings.HasPrefix(name, "x-sdk-")
}

func barredHeader(name, mode string) bool {
	return barredName(name, mode) || mode == DebugConsumer && (name == "x-auth-token" || name == "authorization")
}

// validHeaderValue reports whether text can stand in a header: no control characters but tabs, so that
// no value can end its line.
func validHeaderValue(text string) bool {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	return utf8.ValidString(text) && !strings.ContainsFunc(text, control)
}

// validDebugPath reports whether text can be the path of a request: it starts with a slash, its
// percent-encodings decode, it holds neither query nor fragment, and no segment is . or .. (a prefix
// match would carry that to the backend, out of the path that the API's owner opened).
func validDebugPath(text string) bool {
	alien := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '?' || r == '#' }
	if !strings.HasPrefix(text, "/") || strings.ContainsFunc(text, alien) {
		return false
	}
	decoded, err := url.PathUnescape(text)
	return err == nil && utf8.ValidString(decoded) && !strings.ContainsRune(decoded, 0) && !hasDotSegment(decoded)
}

// hasDotSegment reports whether a decoded path has a segment . or .., with any kind of slash.
func hasDotSegment(decoded string) bool {
	segments := strings.FieldsFunc(decoded, func(r rune) bool { return r == '/' || r == '\\' })
	return slices.Contains(segments, ".") || slices.Contains(segments, "..")
}

// framing are the headers that belong to one connection or frame the message: a gateway makes its own.
var framing = []string{
	"Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// canonicalHeader returns header under canonical names (x-MY-hEaDer is X-My-Header) and without the
// framing headers.
func canonicalHeader(header map[string][]string) map[string][]string {
	canonical := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if len(header[name]) > 0 && !slices.Contains(framing, key) {
			canonical[key] = append(canonical[key], header[name]...)
		}
	}
	return canonical
}
