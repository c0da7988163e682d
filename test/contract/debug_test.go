package contract

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// target is a backend on this machine that remembers what reached it.
type target struct {
	address string // host:port

	mu  sync.Mutex
	got []reached
}

// reached is one request as the backend saw it.
type reached struct {
	method, uri, body string
	header            http.Header
}

// newTarget starts a backend that answers every request with that status and body.
func newTarget(t *testing.T, status int, body string) *target {
	t.Helper()
	b := &target{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("the backend could not read the request: %v", err)
		}
		b.mu.Lock()
		b.got = append(b.got, reached{r.Method, r.URL.RequestURI(), string(sent), r.Header.Clone()})
		b.mu.Unlock()
		w.Header().Set("X-Backend", "here")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the gateway may hang up on a long body
	}))
	t.Cleanup(server.Close)
	b.address = strings.TrimPrefix(server.URL, "http://")
	return b
}

// only returns the one request that reached the backend.
func (b *target) only(t *testing.T) reached {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) != 1 {
		t.Fatalf("%d requests reached the backend, want 1: %v", len(b.got), b.got)
	}
	return b.got[0]
}

// targetAPI is httpAPI with the backend on this machine.
func targetAPI(group string, b *target, path string) doc {
	d := httpAPI(group)
	delete(d, "policy_https")
	d["backend_api"] = doc{"url_domain": b.address, "req_protocol": "HTTP", "req_method": "POST", "req_uri": path, "timeout": 5000}
	return d
}

func (c *client) debugRequest(t *testing.T, api string, body doc) *model.DebugApiV2Request {
	t.Helper()
	return &model.DebugApiV2Request{InstanceId: c.instance, ApiId: api, Body: fromDoc[model.ApiDebugInfo](t, body)}
}

// developer is a debugging request for a path, of the definition that is not published yet.
func developer(path string) doc {
	return doc{"mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": path}
}

// pathOf returns an API's request path with 42 for its parameter.
func pathOf(t *testing.T, definition doc) string {
	t.Helper()
	return strings.ReplaceAll(text(t, definition, "req_uri"), "{id}", "42")
}

// §3.5.8: the request reaches the backend as the definition says.
func TestDebuggingReachesTheBackend(t *testing.T) {
	t.Parallel()
	b := newTarget(t, http.StatusAccepted, `{"from":"the backend"}`)
	definition := targetAPI(admin.newGroup(t), b, "/people/{person}")
	api := text(t, admin.createAPI(t, definition), "id")
	request := developer(pathOf(t, definition))
	request["query"], request["header"] = doc{"query_demo": []string{"asked"}}, doc{"header-demo": []string{"a"}}
	request["body"] = "the body"

	done := call(t, admin.api.DebugApiV2, admin.debugRequest(t, api, request))

	got := b.only(t)
	if got.method != http.MethodPost || !strings.HasPrefix(got.uri, "/people/42?") || !strings.Contains(got.uri, "backQuery=asked") {
		t.Errorf("the backend got %s %s, want POST /people/42?backQuery=asked", got.method, got.uri)
	}
	if got.header.Get("X-Constant") != "demo" || got.body != "the body" {
		t.Errorf("the backend got X-Constant %q and body %q", got.header.Get("X-Constant"), got.body)
	}
	response := text(t, done, "response")
	if !strings.HasPrefix(response, "HTTP/1.1 202") || !strings.Contains(response, `{"from":"the backend"}`) || !strings.Contains(response, "X-Backend: here") {
		t.Errorf("response is %q", response)
	}
	if sent := text(t, done, "request"); !strings.HasPrefix(sent, "GET "+pathOf(t, definition)) {
		t.Errorf("request is %q", sent)
	}
	if latency, ok := done["latency"].(float64); !ok || latency < 0 {
		t.Errorf("latency is %v", done["latency"])
	}
}

func TestDebuggingAMockNeedsNoBackend(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	api := text(t, admin.createAPI(t, definition), "id")

	done := call(t, admin.api.DebugApiV2, admin.debugRequest(t, api, developer(text(t, definition, "req_uri"))))

	response := text(t, done, "response")
	if !strings.HasPrefix(response, "HTTP/1.1 200") || !strings.HasSuffix(strings.TrimSpace(response), "mock success") {
		t.Errorf("response is %q", response)
	}
	host := text(t, admin.showGroup(t, text(t, definition, "group_id")), "sl_domain")
	if sent := text(t, done, "request"); !strings.Contains(sent, "Host: "+host) {
		t.Errorf("request %q is not for the group's subdomain %s", sent, host)
	}
}

// §3.5.8: DEVELOPER debugs the draft, CONSUMER what runs in an environment.
func TestDebuggingModes(t *testing.T) {
	t.Parallel()
	published, draft := newTarget(t, 200, "published"), newTarget(t, 200, "draft")
	definition := targetAPI(admin.newGroup(t), published, "/published/{person}")
	api := text(t, admin.createAPI(t, definition), "id")
	admin.publish(t, api, releaseEnv)
	admin.updateAPI(t, api, with(t, definition, "backend_api.url_domain", draft.address))
	asked := with(t, developer(pathOf(t, definition)), "query", doc{"query_demo": []string{"x"}})

	call(t, admin.api.DebugApiV2, admin.debugRequest(t, api, asked))
	draft.only(t)
	call(t, admin.api.DebugApiV2, admin.debugRequest(t, api, with(t, asked, "mode", "CONSUMER")))
	published.only(t)

	draft.only(t)
}

func TestDebuggingCutsALongAnswer(t *testing.T) {
	t.Parallel()
	const limit = 2097152
	b := newTarget(t, 200, strings.Repeat("x", limit+1))
	definition := targetAPI(admin.newGroup(t), b, "/long/{person}")
	api := text(t, admin.createAPI(t, definition), "id")
	asked := with(t, developer(pathOf(t, definition)), "query", doc{"query_demo": []string{"x"}})

	done := call(t, admin.api.DebugApiV2, admin.debugRequest(t, api, asked))

	_, body, _ := strings.Cut(strings.ReplaceAll(text(t, done, "response"), "\r\n", "\n"), "\n\n")
	if cut, ok := strings.CutSuffix(strings.TrimSpace(body), "[TRUNCATED]"); !ok || len(cut) != limit {
		t.Errorf("the body has %d bytes before [TRUNCATED] (found: %t), want %d", len(cut), ok, limit)
	}
}

func TestDebuggingIsRefused(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	api := text(t, admin.createAPI(t, definition), "id")
	good := developer(text(t, definition, "req_uri"))
	anything := refusedAs(400, append(badParameter("").codes, "APIG.2030")...)
	cases := map[string]struct {
		member string
		value  any
		want   refusal
	}{
		"unknown mode":          {"mode", "TOURIST", badParameter("mode")},
		"no mode":               {"mode", nil, badParameter("mode")},
		"unknown scheme":        {"scheme", "GOPHER", badParameter("scheme")},
		"unknown method":        {"method", "TRACE", badParameter("method")},
		"path without a slash":  {"path", "path", badParameter("path")},
		"path too long":         {"path", "/" + strings.Repeat("x", 1024), badParameter("path")},
		"broken escape":         {"path", "/%zz", badParameter("path")},
		"header of the gateway": {"header", doc{"X-Apig-Mode": []string{"x"}}, anything},
		"header of the SDK":     {"header", doc{"x-sdk-date": []string{"x"}}, anything},
		"header X-Stage":        {"header", doc{"X-Stage": []string{"x"}}, anything},
		"header name too long":  {"header", doc{strings.Repeat("x", 33): []string{"x"}}, anything},
		"header with newline":   {"header", doc{"X-Split": []string{"a\r\nX-Other: b"}}, anything},
		"query of the gateway":  {"query", doc{"x-apig-mode": []string{"x"}}, anything},
		"query name":            {"query", doc{"1st": []string{"x"}}, anything},
		"body too long":         {"body", strings.Repeat("x", 2097153), badParameter("body")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.DebugApiV2, admin.debugRequest(t, api, with(t, good, c.member, c.value)), c.want)
		})
	}
}

func TestDebuggingWhatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	api, path := text(t, admin.createAPI(t, definition), "id"), text(t, definition, "req_uri")

	refuse(t, admin.api.DebugApiV2, admin.debugRequest(t, unknownID, developer(path)), noAPI)
	refuse(t, admin.api.DebugApiV2, admin.debugRequest(t, api, with(t, developer(path), "mode", "CONSUMER")),
		refusedAs(404, "APIG.3015", "APIG.3002"))
	consumer := with(t, with(t, developer(path), "mode", "CONSUMER"), "header", doc{"Authorization": []string{"mine"}})
	admin.publish(t, api, releaseEnv)
	refuse(t, admin.api.DebugApiV2, admin.debugRequest(t, api, consumer), refusedAs(400, append(badParameter("").codes, "APIG.2030")...))
}
