package signature

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// meaning is what a handler can learn from a signed request: two requests with the same meaning may
// share a signature, two with different ones never.
type meaning struct {
	Method, Path, Body string
	Query              url.Values
	Headers            http.Header
}

func meaningOf(r *http.Request, body []byte) meaning {
	h, err := Parse(r.Header.Get("Authorization"))
	segments := strings.Split(strings.TrimSuffix(r.URL.EscapedPath(), "/"), "/")
	for i, s := range segments { // one spelling for each, an encoded slash stays what it is
		s, _ = url.PathUnescape(s)
		segments[i] = url.PathEscape(s)
	}
	m := meaning{Method: r.Method, Path: strings.Join(segments, "/"), Query: r.URL.Query(), Headers: http.Header{}}
	for _, values := range m.Query {
		slices.Sort(values)
	}
	if BodySigned(r) {
		m.Body = string(body)
	}
	if err == nil {
		for name := range strings.SplitSeq(h.signed, ";") {
			for _, v := range headerValues(r, name) {
				m.Headers.Add(name, strings.TrimSpace(v))
			}
		}
	}
	return m
}

func parseRaw(raw []byte) (*http.Request, []byte, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(r.Body)
	return r, body, err
}

// drawSigned makes a request of any shape, signs it and returns what goes over the wire.
func drawSigned(t *rapid.T) []byte {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aB9-_.~ /%+&=;?#é中")), 0, 12, -1)
	query := url.Values{}
	for range rapid.IntRange(0, 4).Draw(t, "params") {
		query.Add(text.Draw(t, "name"), text.Draw(t, "value"))
	}
	u := &url.URL{Scheme: "http", Host: "apig.example.com", RawQuery: query.Encode()}
	u = u.JoinPath("/", url.PathEscape(text.Draw(t, "segment")), url.PathEscape(text.Draw(t, "segment")))
	body := []byte(text.Draw(t, "body"))
	method := rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE", "PATCH"}).Draw(t, "method")
	r, err := http.NewRequest(method, u.String(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for range rapid.IntRange(0, 3).Draw(t, "headers") {
		r.Header.Add("X-"+rapid.StringMatching(`[A-Za-z][a-z0-9]{0,5}`).Draw(t, "header"), rapid.StringMatching(`[ -~]{0,10}`).Draw(t, "header value"))
	}
	if err := Sign(r, body, vectorAccessKey, vectorSecret, vectorTime); err != nil {
		t.Fatalf("Sign: %v", err)
	}
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	return wire.Bytes()
}

func TestSignedVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, body, err := parseRaw(drawSigned(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(r, body); err != nil {
			t.Fatalf("Verify of %s %s = %v", r.Method, r.RequestURI, err)
		}
	})
}

// Any byte of the wire changed: either the request still means the same, or it is refused.
func TestOneByteChangedIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := drawSigned(t)
		original, body, err := parseRaw(raw)
		if err != nil {
			t.Fatal(err)
		}
		want := meaningOf(original, body)

		i := rapid.IntRange(0, len(raw)-1).Draw(t, "position")
		raw[i] ^= rapid.ByteRange(1, 255).Draw(t, "change")
		changed, body, err := parseRaw(raw)
		if err != nil || verify(changed, body) != nil {
			return
		}
		if diff := cmp.Diff(want, meaningOf(changed, body)); diff != "" {
			t.Fatalf("a changed request verifies (-signed +received):\n%s", diff)
		}
	})
}

// FuzzVerify: whatever comes over the wire, nothing panics, and what verifies means what one of the
// recorded requests means.
func FuzzVerify(f *testing.F) {
	known := map[string][]meaning{}
	for _, v := range vectors {
		f.Add([]byte(v.raw))
		r, body, err := parseRaw([]byte(v.raw))
		if err != nil {
			f.Fatal(err)
		}
		known[r.Method] = append(known[r.Method], meaningOf(r, body))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, body, err := parseRaw(raw)
		if err != nil || verify(r, body) != nil {
			return
		}
		got := meaningOf(r, body)
		same := func(m meaning) bool { return cmp.Equal(m, got) }
		if !slices.ContainsFunc(known[r.Method], same) {
			t.Fatalf("a request that nobody signed verifies: %+v", got)
		}
	})
}
