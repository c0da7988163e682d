package apig_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// backend is a server of the test's own, on this machine.
func backend(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// §3.5.8.
func TestDebug(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	host := backend(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "the backend got %s?%s", r.URL.Path, r.URL.RawQuery)
	})
	c.Set("http", c.Must(t, 201, post("apis", httpAPI("called", host, 2000))).Text(t, "id"))
	c.Set("gone", c.Must(t, 201, post("apis", httpAPI("not_reached", "127.0.0.1:1", 2000))).Text(t, "id"))
	c.Set("internal", c.Must(t, 201, post("apis", httpAPI("forbidden", "10.0.0.1", 2000))).Text(t, "id"))
	c.Set("varied", c.Must(t, 201, post("apis", httpAPI("varied", "#$mark_v#", 2000))).Text(t, "id"))
	body := func(mode, path, more string) string {
		return `{"mode":"` + mode + `","scheme":"HTTP","method":"GET","path":"` + path + `"` + more + `}`
	}
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "a draft with a backend", Method: "POST", Path: "apis/debug/$http", Body: body("DEVELOPER", "/called", `,"query":{"a":["1"]}`), Status: 200,
			Contains: []string{"the backend got /called?", "HTTP/1.1 200 OK", "X-Apig-Mode: debug", `"latency":`, `"log":"`}},
		{Name: "a mock", Method: "POST", Path: "apis/debug/$draft", Body: strings.Replace(body("DEVELOPER", "/$mark_draft", ""), "HTTP", "HTTPS", 1), Status: 200, Contains: one("$mark_draft")},
		{Name: "a backend that is not there", Method: "POST", Path: "apis/debug/$gone", Body: body("DEVELOPER", "/not_reached", ""), Status: 200, Contains: one("HTTP/1.1 502"), Lacks: one("127.0.0.1:1:")},
		{Name: "a backend that must not be called", Method: "POST", Path: "apis/debug/$internal", Body: body("DEVELOPER", "/forbidden", ""), Status: 200, Contains: []string{"HTTP/1.1 502", "not one that this server may call"}},
		{Name: "what runs", Method: "POST", Path: "apis/debug/$api", Body: strings.Replace(body("CONSUMER", "/$mark_api", ""), "HTTP", "HTTPS", 1), Status: 200, Contains: one("$mark_api")},
		{Name: "what runs nowhere", Method: "POST", Path: "apis/debug/$draft", Body: body("CONSUMER", "/$mark_draft", ""), Status: 404, Code: "APIG.3015"},
		{Name: "in an environment that is none", Method: "POST", Path: "apis/debug/$api", Body: body("CONSUMER", "/x", `,"stage":"nowhere"`), Status: 404, Code: "APIG.3003"},
		{Name: "with a variable", Method: "POST", Path: "apis/debug/$varied", Body: body("DEVELOPER", "/varied", ""), Status: 400, Code: "APIG.2030"},
		{Name: "in another mode", Method: "POST", Path: "apis/debug/$http", Body: body("MARKET", "/called", ""), Status: 400, Code: "APIG.2011", Contains: one("parameterName:mode")},
		{Name: "in no mode", Method: "POST", Path: "apis/debug/$http", Body: `{}`, Status: 400, Code: "APIG.2001"},
		{Name: "with a path that leaves", Method: "POST", Path: "apis/debug/$http", Body: body("DEVELOPER", "/called/../x", ""), Status: 400, Code: "APIG.2011", Contains: one("path")},
		{Name: "with the gateway's own header", Method: "POST", Path: "apis/debug/$http", Body: body("DEVELOPER", "/called", `,"header":{"X-Stage":["a"]}`), Status: 400, Code: "APIG.2011", Contains: one("header.X-Stage")},
		{Name: "with two lines in a header", Method: "POST", Path: "apis/debug/$http", Body: body("DEVELOPER", "/called", `,"header":{"A":["b\r\nC: d"]}`), Status: 400, Code: "APIG.2011", Contains: one("header.A")},
		{Name: "with a body that is too long", Method: "POST", Path: "apis/debug/$http", Body: body("DEVELOPER", "/called", `,"body":"`+long(2<<20+1)+`"`), Status: 400, Code: "APIG.2011", Contains: one("body")},
		{Name: "of none", Method: "POST", Path: "apis/debug/nowhere", Body: body("DEVELOPER", "/x", ""), Status: 404, Code: "APIG.3002"},
	})
}

// beyond is longer than huma would let a request read its body.
const beyond = 5500 * time.Millisecond

// A request that takes long is answered, and its connection serves the next one: reading its body was
// over before it began to wait, so that no deadline for that may be left on the connection (see
// web.Prepared).
func TestLongRequestKeepsItsConnection(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	host := backend(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(beyond):
			fmt.Fprint(w, "late but well")
		case <-r.Context().Done():
		}
	})
	c.Set("slow", c.Must(t, 201, post("apis", httpAPI("slow", host, 20_000))).Text(t, "id"))
	only := c.OnOneConnection(t)
	began := time.Now()

	a := only.Must(t, 200, post("apis/debug/$slow", `{"mode":"DEVELOPER","scheme":"HTTP","method":"GET","path":"/slow"}`))

	if !strings.Contains(a.Body, "late but well") || time.Since(began) < beyond {
		t.Errorf("after %s: %s", time.Since(began), a.Body)
	}
	only.Must(t, 201, post("envs", `{"name":"$new"}`))
	only.Must(t, 200, get("envs"))
	if n := only.Connections(); n != 1 {
		t.Errorf("%d connections were needed", n)
	}
}

// A backend that answers too late is a result, not a failure.
func TestSlowBackendIsAGatewayTimeout(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	host := backend(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c.Set("slow", c.Must(t, 201, post("apis", httpAPI("slow", host, 50))).Text(t, "id"))
	nodetest.Scenario{Method: "POST", Path: "apis/debug/$slow", Body: `{"mode":"DEVELOPER","scheme":"HTTP","method":"GET","path":"/slow"}`,
		Status: 200, Contains: []string{"HTTP/1.1 504", "did not answer in time"}}.Run(t, c)
}
