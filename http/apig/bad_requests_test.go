package apig_test

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/nodetest"
)

// Whatever is in a query, the answer is what was asked for or a refusal; what no database keeps, or is no number
// where one is wanted, is refused.
func TestOddQueries(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	d := readDescription(t, c)
	h := newHostile(t, c)
	for _, o := range operations {
		path, query, _ := strings.Cut(o.path, "?")
		_, _, found := d.find(o.id)
		for _, p := range found.Parameters {
			if p.In != "query" {
				continue
			}
			ask := func(value string) nodetest.Request {
				r := o.request()
				r.Path = path + "?" + p.Name + "=" + value + "&" + query
				return r
			}
			for _, value := range []string{"%00", "a%00b", "%ff", "%c0%af", "%ed%a0%80", "%zz", "%", long(20_000)} {
				if a := c.Send(t, unsignedOr(t, c, ask(value))); a.Status < 400 || a.Status >= 500 {
					t.Errorf("%s?%s=%.20s: %d: %.300s", o.id, p.Name, value, a.Status, a.Body)
				}
			}
			for _, text := range texts[:len(texts)-1] {
				h.try(t, fmt.Sprintf("%s?%s=%q", o.id, p.Name, text), ask(url.QueryEscape(text)))
			}
			for _, number := range []string{"-1", "0", "501", "-9223372036854775808", "9223372036854775807", "2147483648"} {
				h.try(t, o.id+"?"+p.Name+"="+number, ask(number))
			}
			if p.Schema.Type != "integer" {
				continue
			}
			for _, none := range []string{"x", "1.5", "1e3", "0x10", "9223372036854775808", "true", "[]", "1,2", "%20"} {
				h.refused(t, o.id+"?"+p.Name+"="+none, ask(none))
			}
		}
	}
	if got := c.Types(t, h.before); got != nil {
		t.Errorf("events by queries: %v", got)
	}
}

// unsignedOr returns a request with a token instead of a signature, since a query that can't be read can't
// be signed.
func unsignedOr(t *testing.T, c *nodetest.Client, r nodetest.Request) nodetest.Request {
	t.Helper()
	headers := map[string]string{"X-Auth-Token": c.Token(t)}
	maps.Copy(headers, r.Header)
	r.Unsigned, r.Header = true, headers
	return r
}

// Ids that can be none are refused wherever a path has one, and never find another path.
func TestOddIDs(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	h := newHostile(t, c)
	odd := []string{
		long(66), long(5000), "%00", "a%00", "%2e%2e", "%2E", "..", ".", "a%2Fb", "%2F", "a%5Cb", "%ff", "%c3%28", "'", "%22", "%3B", ";x=1", "*", "%2A", "{id}",
		"%7Bid%7D", "%24id", "%25", "%E4%B8%AD", "%F0%9F%92%A9", "%E2%80%AE", "a%20b", "+", "null", "-1", "a.b", "a:b", "a@b", "check", "action", "~",
	}
	for _, o := range operations {
		path, query, _ := strings.Cut(o.path, "?")
		if !strings.HasPrefix(path, "/") {
			path = instances + "/$instance/" + path
		}
		segments := strings.Split(path, "/")
		for i, segment := range segments {
			if !strings.HasPrefix(segment, "$") {
				continue
			}
			for _, id := range odd {
				changed := append([]string(nil), segments...)
				changed[i] = id
				r := o.request()
				r.Path = strings.Join(changed, "/") + "?" + query
				h.refused(t, o.method+" "+r.Path, r)
			}
		}
	}
	h.untouched(t)
}

// What a request says of itself is cut, cleaned or refused, and never gets anything else into the log.
func TestOddHeaders(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	h := newHostile(t, c)
	for name, key := range map[string]string{"too long": long(256), "far too long": long(8_000), "no UTF-8": "\xff\xfe"} {
		for _, o := range operations {
			if o.method == http.MethodGet {
				continue
			}
			r := o.request()
			if r.Header == nil {
				r.Header = map[string]string{}
			}
			r.Header["Idempotency-Key"] = key
			h.refused(t, o.id+" with a key "+name, r)
		}
	}
	h.untouched(t)
	for reason, kept := range map[string]string{
		strings.Repeat("é", 5_000):             strings.Repeat("é", 512),
		"bad \xff bytes":                       "bad  bytes",
		"two\tcolumns":                         "twocolumns",
		"c1 \u0085 and del":                    "c1  and del",
		"为什么 🤷 '; DROP TABLE x; --":            "为什么 🤷 '; DROP TABLE x; --",
		"a: b, c=\"d\" <script>":               "a: b, c=\"d\" <script>",
		"  " + strings.Repeat("x", 1024) + "y": strings.Repeat("x", 1024),
	} {
		before := c.Head(t)
		r := put("api-groups/$group", `{"name":"$mark_group","remark":"`+nodetest.Unique("r")+`"}`)
		r.Header = map[string]string{"Gatelog-Reason": reason, "User-Agent": reason[:min(len(reason), 1000)]}
		c.Must(t, 200, r)
		events := c.Recorded(t, before)
		if len(events) != 1 || events[0].Extensions["reason"] != kept {
			t.Errorf("the reason %.40q is kept as %.60q", reason, events[0].Extensions["reason"])
		}
		if len(events[0].Extensions["client"]) > 256 {
			t.Errorf("a client of %d bytes is kept", len(events[0].Extensions["client"]))
		}
	}
}

// §2.3: every answer has the id of its request: the client's when it is a plain word, else a new one.
func TestRequestID(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for id, same := range map[string]bool{
		"abc-DEF_1.2": true, long(64): true, long(65): false, "a b": false, "a/b": false, "\xff": false, "<script>": false, "é": false, "": false,
	} {
		for _, r := range []nodetest.Request{get("api-groups"), get("api-groups/nowhere"), get("/nowhere"), get("/healthz")} {
			r.Header = map[string]string{"X-Request-Id": id}
			got := c.Send(t, r).Header.Values("X-Request-Id")
			if len(got) != 1 || got[0] == "" || (got[0] == id) != same {
				t.Errorf("%s: the id %.70q becomes %q", r.Path, id, got)
			}
		}
	}
	before := c.Head(t)
	r := post("envs", `{"name":"$new"}`)
	r.Header = map[string]string{"X-Request-Id": "found-again"}
	c.Must(t, 201, r)
	if got := c.Recorded(t, before)[0].Extensions["correlationid"]; got != "found-again" {
		t.Errorf("the event has the request id %q", got)
	}
}

// Requests that no HTTP client would send get a 400 and lose their connection; the server goes on.
func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	u, err := url.Parse(c.Node.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a header of two lines":  "POST /v2/p/apigw/instances HTTP/1.1\r\nHost: x\r\nGatelog-Reason: a\x00b\r\n\r\n",
		"two hosts":              "GET /v2/ HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"no host":                "GET /v2/ HTTP/1.1\r\n\r\n",
		"no HTTP":                "hello\r\n\r\n",
		"an escape that is none": "GET /v2/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
		"two lengths":            "POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"length and chunks":      "POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
	} {
		if status := raw(t, u.Host, text); status < 400 || status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
	}
	c.Must(t, 200, get("envs"))
}

// A body that breaks off, or is not framed as it says, is the client's fault.
func TestBodiesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	u, err := url.Parse(c.Node.URL)
	if err != nil {
		t.Fatal(err)
	}
	before := c.Head(t)
	path := c.Fill("/v2/$project/apigw/instances/$instance/envs")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.Node.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := signature.Sign(r, []byte("x"), c.AccessKey, c.Secret, time.Now()); err != nil {
		t.Fatal(err)
	}
	head := "POST " + path + " HTTP/1.1\r\nHost: " + u.Host + "\r\nX-Sdk-Date: " + r.Header.Get("X-Sdk-Date") +
		"\r\nAuthorization: " + r.Header.Get("Authorization") + "\r\n"
	for name, text := range map[string]string{
		"no chunks":         head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
		"a chunk too large": head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
	} {
		if status := raw(t, u.Host, text); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if got := c.Types(t, before); got != nil {
		t.Errorf("events: %v", got)
	}
}

// raw sends bytes to the server and returns the status of its answer.
func raw(t *testing.T, host, text string) int {
	t.Helper()
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	return a.StatusCode
}
