package signature

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Bounds of what a signature covers, in bytes and parameters; beyond them it is ErrMalformed, so that
// an unknown sender can't buy much work with one request.
const (
	maxPath   = 8 << 10
	maxQuery  = 16 << 10
	maxParams = 1024
	maxValues = 64 << 10 // all signed header values together
)

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// sign computes the signature of r with the headers h.signed. payload is what stands for the body.
func (h Header) sign(r *http.Request, payload, date string, secret []byte) ([sha256.Size]byte, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	canonical, err := h.appendCanonical((*buf)[:0], r, payload)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	*buf = canonical
	sum := sha256.Sum256(canonical)

	toSign := append(canonical[:0], Algorithm...)
	toSign = append(append(append(toSign, '\n'), date...), '\n')
	toSign = hex.AppendEncode(toSign, sum[:])
	mac := hmac.New(sha256.New, secret)
	mac.Write(toSign)
	var out [sha256.Size]byte
	mac.Sum(out[:0])
	return out, nil
}

// appendCanonical appends the one text that client and server both derive from the request: method,
// path, query, signed headers, their names, body hash, a line each.
func (h Header) appendCanonical(b []byte, r *http.Request, payload string) ([]byte, error) {
	if len(r.URL.Path) > maxPath || len(r.URL.RawQuery) > maxQuery {
		return nil, fmt.Errorf("%w: path is longer than %d bytes or query longer than %d",
			ErrMalformed, maxPath, maxQuery)
	}
	b = append(append(b, r.Method...), '\n')
	b = append(appendPath(b, r.URL), '\n')
	b, err := appendQuery(b, r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	b, err = h.appendHeaders(append(b, '\n'), r)
	if err != nil {
		return nil, err
	}
	b = append(append(append(b, '\n'), h.signed...), '\n')
	return append(b, payload...), nil
}

// appendPath appends the path with every byte but the unreserved ones escaped and a slash at its end.
// It starts from the path as it was sent: an encoded slash stays inside its segment, otherwise
// /a%2Fb could be turned into /a/b, which a router takes for something else.
func appendPath(b []byte, u *url.URL) []byte {
	path, encoded := u.Path, u.RawPath != ""
	if encoded {
		path = u.EscapedPath()
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/':
			b = append(b, c)
		case c == '%' && encoded:
			b = appendEscaped(b, unhex(path[i+1])<<4|unhex(path[i+2]))
			i += 2
		default:
			b = appendEscaped(b, c)
		}
	}
	if b[len(b)-1] != '/' {
		b = append(b, '/')
	}
	return b
}

type param struct{ key, value string }

// appendQuery appends the parameters sorted by decoded name and value. What net/http would drop in
// silence (bad escapes, semicolons) is refused, so that nothing rides along unsigned.
func appendQuery(b []byte, raw string) ([]byte, error) {
	if raw == "" {
		return b, nil
	}
	if strings.Count(raw, "&") >= maxParams {
		return nil, fmt.Errorf("%w: more than %d query parameters", ErrMalformed, maxParams)
	}
	var space [16]param
	params := space[:0]
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		p, ok := parseParam(part)
		if !ok {
			return nil, fmt.Errorf("%w: query is not valid percent-encoding", ErrMalformed)
		}
		params = append(params, p)
	}
	slices.SortFunc(params, func(x, y param) int {
		return cmp.Or(strings.Compare(x.key, y.key), strings.Compare(x.value, y.value))
	})
	for i, p := range params {
		if i > 0 {
			b = append(b, '&')
		}
		b = appendAllEscaped(append(appendAllEscaped(b, p.key), '='), p.value)
	}
	return b, nil
}

func parseParam(part string) (param, bool) {
	if strings.IndexByte(part, ';') >= 0 {
		return param{}, false
	}
	key, value, _ := strings.Cut(part, "=")
	key, err := url.QueryUnescape(key)
	if err != nil {
		return param{}, false
	}
	value, err = url.QueryUnescape(value)
	return param{key, value}, err == nil
}

// appendHeaders appends a line name:value for every value of every signed header.
func (h Header) appendHeaders(b []byte, r *http.Request) ([]byte, error) {
	start := len(b)
	for name := range strings.SplitSeq(h.signed, ";") {
		values := headerValues(r, name)
		if len(values) == 0 {
			return nil, fmt.Errorf("%w: signed header %s is not in the request", ErrMismatch, name)
		}
		for _, v := range values {
			b = append(append(b, name...), ':')
			b = append(append(b, strings.TrimSpace(v)...), '\n')
		}
		if len(b)-start > maxValues {
			return nil, fmt.Errorf("%w: signed headers are longer than %d bytes", ErrMalformed, maxValues)
		}
	}
	return b, nil
}

// headerValues returns the values of a header, sorted; name is in lower case. net/http keeps Host
// apart from the others, and on the client's side it may be in the URL only.
func headerValues(r *http.Request, name string) []string {
	if name == "host" {
		return []string{cmp.Or(r.Host, r.URL.Host)}
	}
	values := r.Header[textproto.CanonicalMIMEHeaderKey(name)]
	if len(values) > 1 {
		values = slices.Sorted(slices.Values(values))
	}
	return values
}

func appendAllEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		b = appendEscaped(b, s[i])
	}
	return b
}

// appendEscaped appends c, percent-encoded unless it is unreserved (RFC 3986 §2.3).
func appendEscaped(b []byte, c byte) []byte {
	if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~' {
		return append(b, c)
	}
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&15])
}

// unhex returns the value of one hexadecimal digit that net/url has already checked.
func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
