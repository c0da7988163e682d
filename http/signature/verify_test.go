package signature

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var vectorTime = time.Date(2024, 4, 16, 9, 53, 41, 0, time.UTC)

// receive reads a request off the wire as a server does.
func receive(t *testing.T, raw string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		t.Fatalf("reading the request: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("reading the body: %v", err)
	}
	return r, body
}

// verify parses and verifies as the server does, with the vectors' secret at their time.
func verify(r *http.Request, body []byte) error {
	h, err := Parse(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	if h.AccessKey != vectorAccessKey {
		return errors.New("no such access key")
	}
	return h.Verify(r, body, []byte(vectorSecret), vectorTime)
}

func vector(t testing.TB, name string) string {
	t.Helper()
	for _, v := range vectors {
		if v.name == name {
			return v.raw
		}
	}
	t.Fatalf("no vector %q", name)
	return ""
}

const formVector = "sdk: form urlencoded"

func TestVerifyAcceptsWhatClientsSign(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		if v.name == formVector {
			continue // TestVerifyRefusesUnsignedBodies
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			r, body := receive(t, v.raw)
			if err := verify(r, body); err != nil {
				t.Errorf("Verify = %v", err)
			}
			if signed := v.name != "sdk: multipart import"; BodySigned(r) != signed {
				t.Errorf("BodySigned = %t, want %t", !signed, signed)
			}
		})
	}
}

func TestVerifyRefusesWhatWasAltered(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		vector, old, new string
		want             error
	}{
		"method":                      {"sdk: delete without a body", "DELETE /", "PUT /", ErrMismatch},
		"path":                        {"sdk: delete without a body", "/envs/c5f5", "/envs/c5f6", ErrMismatch},
		"one more segment":            {"sdk: delete without a body", " HTTP/1.1", "/x HTTP/1.1", ErrMismatch},
		"slash for encoded slash":     {"sdk: path with an escaped slash as text", "a%252Fb", "a/b", ErrMismatch},
		"encoded slash for text":      {"sdk: path with an escaped slash as text", "a%252Fb", "a%2Fb", ErrMismatch},
		"encoded slash for slash":     {"sdk: trailing slash", "/v2/p/apigw/", "/v2/p%2Fapigw/", ErrMismatch},
		"dots resolved":               {"sdk: path with double slashes and dots", "/p/../q/./r", "/q/r", ErrMismatch},
		"query value":                 {"terraform: list", "limit=500", "limit=501", ErrMismatch},
		"query name":                  {"terraform: list", "limit=500", "Limit=500", ErrMismatch},
		"one more parameter":          {"terraform: list", "&limit", "&all=1&limit", ErrMismatch},
		"a query where none was":      {"sdk: delete without a body", " HTTP/1.1", "?force HTTP/1.1", ErrMismatch},
		"a parameter less":            {"terraform: list", "&offset=0", "", ErrMismatch},
		"a parameter Go would drop":   {"terraform: list", "&offset=0", "&offset=0&a;b", ErrMalformed},
		"an escape Go would drop":     {"terraform: list", "&offset=0", "&offset=0&a%zz", ErrMalformed},
		"signed header":               {"sdk: extra signed headers", "domain-1", "domain-2", ErrMismatch},
		"signed header gone":          {"sdk: extra signed headers", "X-Domain-Id: domain-1\r\n", "", ErrMismatch},
		"signed header twice":         {"sdk: extra signed headers", "X-Domain-Id: domain-1\r\n", "X-Domain-Id: domain-1\r\nX-Domain-Id: d\r\n", ErrMismatch},
		"host":                        {"signing guide: host signed", "Host: apig.example.com", "Host: evil.example.com", ErrMismatch},
		"body":                        {"sdk: create with a JSON body", "PROD", "TEST", ErrMismatch},
		"body gone":                   {"sdk: stated body hash", "7\r\n", "0\r\n", ErrMismatch},
		"body and its stated hash":    {"sdk: stated body hash", `{"a":1}`, `{"a":2}`, ErrMismatch},
		"stated hash to unsigned":     {"sdk: stated body hash", "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862", UnsignedPayload, ErrMalformed},
		"unsigned put in":             {"terraform: multipart with the real hash", "X-Sdk-Date", "X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD\r\nX-Sdk-Date", ErrMalformed},
		"date within the window":      {"sdk: root", "095341Z\r", "095342Z\r", ErrMismatch},
		"date of another format":      {"sdk: root", "20240416T095341Z\r", "2024-04-16T09:53:41Z\r", ErrMalformed},
		"date with a fraction":        {"sdk: root", "20240416T095341Z\r", "20240416T095341.5Z\r", ErrMalformed},
		"date twice":                  {"sdk: root", "X-Sdk-Date", "X-Sdk-Date: 20240416T095341Z\r\nX-Sdk-Date", ErrMalformed},
		"date gone":                   {"sdk: root", "X-Sdk-Date: 20240416T095341Z\r\n", "", ErrMalformed},
		"a header taken off the list": {"sdk: extra signed headers", "x-domain-id;", "", ErrMismatch},
		"signature":                   {"sdk: root", "Signature=2e53", "Signature=2e54", ErrMismatch},
		"signature gone":              {"sdk: root", "Authorization:", "X-Authorization:", ErrMissing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := vector(t, tt.vector)
			altered := strings.Replace(raw, tt.old, tt.new, 1)
			if altered == raw {
				t.Fatalf("vector %q has no %q", tt.vector, tt.old)
			}
			if err := verify(receive(t, altered)); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

// What the scheme leaves open keeps its meaning, so it must not be refused either.
func TestVerifyIgnoresWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ vector, old, new string }{
		"a header set after signing":  {"terraform: list", "X-Project-Id: 3d1c", "X-Project-Id: ffff"},
		"host the SDK does not sign":  {"sdk: root", "Host: apig.example.com", "Host: 10.0.0.1:8080"},
		"a proxy's header":            {"sdk: root", "X-Sdk-Date", "X-Forwarded-For: 192.0.2.1\r\nX-Sdk-Date"},
		"order of parameters":         {"terraform: list", "empty=&limit=500", "limit=500&empty"},
		"escapes not needed":          {"terraform: list", "limit=500", "%6cimit=500"},
		"spaces around header values": {"sdk: extra signed headers", "domain-1", "  domain-1  "},
		"case of header names":        {"sdk: extra signed headers", "X-Domain-Id:", "x-domain-ID:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := vector(t, tt.vector)
			altered := strings.Replace(raw, tt.old, tt.new, 1)
			if altered == raw {
				t.Fatalf("vector %q has no %q", tt.vector, tt.old)
			}
			if err := verify(receive(t, altered)); err != nil {
				t.Errorf("Verify = %v", err)
			}
		})
	}
}

// An unsigned body is taken from an upload only; the SDK's marker buys nothing for other bodies.
func TestVerifyRefusesUnsignedBodies(t *testing.T) {
	t.Parallel()
	upload := vector(t, "sdk: multipart import")
	tests := map[string]string{
		"form":            vector(t, formVector),
		"turned to JSON":  strings.Replace(upload, "Content-Type: multipart/form-data", "Content-Type: application/json", 1),
		"no content type": strings.Replace(upload, "Content-Type: multipart", "X-Content-Type: multipart", 1),
		"sent twice": strings.Replace(upload, "X-Sdk-Content-Sha256",
			"X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD\r\nX-Sdk-Content-Sha256", 1),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := verify(receive(t, raw)); !errors.Is(err, ErrMalformed) {
				t.Errorf("Verify = %v, want %v", err, ErrMalformed)
			}
		})
	}
}

func TestVerifyWindowIsFifteenMinutesEitherWay(t *testing.T) {
	t.Parallel()
	tests := map[time.Duration]error{
		0: nil, MaxSkew: nil, -MaxSkew: nil,
		MaxSkew + time.Second: ErrExpired, -MaxSkew - time.Second: ErrExpired, 250 * 365 * 24 * time.Hour: ErrExpired,
	}
	for skew, want := range tests {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			r, body := receive(t, vector(t, "sdk: root"))
			h, err := Parse(r.Header.Get("Authorization"))
			if err != nil {
				t.Fatal(err)
			}
			now := vectorTime.Add(skew)
			if err := h.CheckTime(r, now); !errors.Is(err, want) {
				t.Errorf("CheckTime = %v, want %v", err, want)
			}
			if err := h.Verify(r, body, []byte(vectorSecret), now); !errors.Is(err, want) {
				t.Errorf("Verify = %v, want %v", err, want)
			}
		})
	}
}

func TestVerifyNeedsTheRightSecret(t *testing.T) {
	t.Parallel()
	r, body := receive(t, vector(t, "sdk: root"))
	h, err := Parse(r.Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "x", vectorSecret + "x", vectorSecret[1:]} {
		if err := h.Verify(r, body, []byte(secret), vectorTime); !errors.Is(err, ErrMismatch) {
			t.Errorf("Verify with secret %q = %v, want %v", secret, err, ErrMismatch)
		}
	}
	if err := (Header{}).Verify(r, body, []byte(vectorSecret), vectorTime); !errors.Is(err, ErrMismatch) {
		t.Errorf("Verify of the zero Header = %v, want %v", err, ErrMismatch)
	}
}

// A request signed with the empty secret must not pass for a key whose secret was not found.
func TestVerifyRefusesTheEmptySecret(t *testing.T) {
	t.Parallel()
	r, _ := receive(t, vector(t, "sdk: root"))
	h, err := Parse(r.Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	h.signature, err = h.sign(r, emptyBodyHash, vectorDate, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Verify(r, nil, nil, vectorTime); !errors.Is(err, ErrMismatch) {
		t.Errorf("Verify = %v, want %v", err, ErrMismatch)
	}
}

func TestVerifyBoundsWhatItCovers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		old, new string
		want     error
	}{
		"path":       {"GET /", "GET /" + strings.Repeat("a", maxPath), ErrMalformed},
		"query":      {"GET /", "GET /?" + strings.Repeat("a", maxQuery+1), ErrMalformed},
		"parameters": {"GET /", "GET /?" + strings.Repeat("a&", maxParams), ErrMalformed},
		"headers":    {"User-Agent: ", "User-Agent: " + strings.Repeat("a", maxValues), ErrMalformed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := strings.Replace(vector(t, "sdk: root"), tt.old, tt.new, 1)
			if err := verify(receive(t, raw)); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
	t.Run("body", func(t *testing.T) {
		t.Parallel()
		r, _ := receive(t, vector(t, "sdk: root"))
		if err := verify(r, make([]byte, MaxBody+1)); !errors.Is(err, ErrBodyTooLarge) {
			t.Errorf("Verify = %v, want %v", err, ErrBodyTooLarge)
		}
	})
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestReadBody(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   io.Reader
		length int64
		want   string
		err    error
	}{
		"none":                        {nil, 0, "", nil},
		"some, put back":              {strings.NewReader("abc"), 3, "abc", nil},
		"longer by its own account":   {strings.NewReader("abc"), MaxBody + 1, "", ErrBodyTooLarge},
		"endless, of unknown length":  {zeros{}, -1, "", ErrBodyTooLarge},
		"broken off by the transport": {io.MultiReader(strings.NewReader("ab"), brokenReader{}), 3, "", io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequest(http.MethodPost, "http://h/", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = tt.length
			body, err := ReadBody(r)
			if !errors.Is(err, tt.err) || string(body) != tt.want {
				t.Fatalf("ReadBody = %q, %v, want %q, %v", body, err, tt.want, tt.err)
			}
			if err != nil || r.Body == nil {
				return
			}
			again, err := io.ReadAll(r.Body)
			if diff := cmp.Diff(tt.want, string(again)); diff != "" || err != nil {
				t.Errorf("body for the handler (-want +got):\n%s%v", diff, err)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
