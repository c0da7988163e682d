package apig_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	commands "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/guardedhttp"
)

// --- Given --------------------------------------------------------------------------------------

// debugBundle is a backend, an API in front of it, and a Debugger that may call loopback addresses.
type debugBundle struct {
	api      apig.Definition
	request  apig.DebugBody
	context  apig.DebugContext
	debugger *commands.Debugger
}

func debugSetup(t *testing.T, backend http.HandlerFunc) *debugBundle {
	t.Helper()
	server := httptest.NewServer(backend)
	t.Cleanup(server.Close)
	return &debugBundle{
		api: apig.Definition{
			ReqProtocol: "HTTPS", ReqMethod: "ANY", ReqURI: "/front", MatchMode: "SWA", AuthType: "NONE", BackendType: "HTTP",
			BackendAPI: &apig.Backend{Timeout: 10000, Endpoint: apig.Endpoint{
				URLDomain: server.Listener.Addr().String(), ReqProtocol: "HTTP", ReqMethod: "ANY", ReqURI: "/back",
			}},
		},
		request:  apig.DebugBody{Mode: apig.DebugDeveloper, Scheme: "HTTPS", Method: "GET", Path: "/front"},
		context:  apig.DebugContext{APIID: "api1", Domains: []string{"g.example.com"}, RequestID: "req1", SourceIP: "192.0.2.9"},
		debugger: debuggerFor(t, guardedhttp.Options{AllowHosts: []string{"127.0.0.0/8"}}),
	}
}

func debuggerFor(t *testing.T, options guardedhttp.Options) *commands.Debugger {
	t.Helper()
	client, err := commands.NewDebugClient(options)
	if err != nil {
		t.Fatal(err)
	}
	return commands.NewDebugger(client, steppingClock())
}

// steppingClock goes on by 5 ms each time that it is read.
func steppingClock() func() time.Time {
	now := time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC)
	return func() time.Time {
		defer func() { now = now.Add(5 * time.Millisecond) }()
		return now
	}
}

// --- When ---------------------------------------------------------------------------------------

func (b *debugBundle) run(t *testing.T) apig.DebugResult {
	t.Helper()
	result, err := b.debugger.Run(t.Context(), b.api, b.request, b.context)
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	return result
}

// --- Then ---------------------------------------------------------------------------------------

// gatewayResponse is the text of an answer that the gateway gives by itself.
func gatewayResponse(status, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\nContent-Length: %d\nContent-Type: application/json\nDate: Wed, 01 May 2024 12:30:00 GMT\n"+
		"Server: api-gateway\nX-Apig-Latency: 5\nX-Request-Id: req1\n\n%s", status, len(body), body)
}

const (
	unavailable = `{"error_msg":"Backend unavailable","error_code":"APIG.0202","request_id":"req1"}`
	timeout     = `{"error_msg":"Backend timeout","error_code":"APIG.0203","request_id":"req1"}`
)

func wantResult(t *testing.T, got apig.DebugResult, response, logged string) {
	t.Helper()
	if diff := cmp.Diff(response, got.Response); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	if !strings.Contains(got.Log, logged) {
		t.Errorf("log %q lacks %q", got.Log, logged)
	}
	if got.Latency != 5 {
		t.Errorf("latency %d ms", got.Latency)
	}
}

// --- The backend answers ------------------------------------------------------------------------

func TestDebuggerCallsTheBackend(t *testing.T) {
	t.Parallel()
	// Given a backend that tells what it got.
	b := debugSetup(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s|%s|%s|%s", r.Method, r.URL, body, r.Header.Get("X-My"), r.UserAgent(), r.Header.Get("X-Apig-Mode")))
		w.Header()["X-Two"] = []string{"1", "2"}
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("Server", "backend")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, "made")
	})
	b.request.Method, b.request.Path, b.request.Body = "POST", "/front/7", "hello"
	b.request.Header, b.request.Query = map[string][]string{"x-mY": {"v"}}, map[string][]string{"q": {"a b"}}
	// When it is debugged, then both messages are told as the example tells them.
	got := b.run(t)
	wantResult(t, got, "HTTP/1.1 201 Created\nContent-Length: 4\nContent-Type: text/plain; charset=utf-8\n"+
		"Date: Wed, 01 May 2024 12:30:00 GMT\nServer: api-gateway\nX-Apig-Latency: 5\nX-Request-Id: req1\n"+
		"X-Seen: POST /back/7?q=a+b hello|v|APIGatewayDebugClient/1.0|\nX-Two: 1\nX-Two: 2\n\nmade",
		"the backend answered with status 201")
	want := "POST /front/7?q=a+b HTTP/1.1\nHost: g.example.com\nUser-Agent: APIGatewayDebugClient/1.0\nContent-Length: 5\n" +
		"X-Apig-Mode: debug\nX-My: v\n\nhello"
	if diff := cmp.Diff(want, got.Request); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestDebuggerTellsWhatTheBackendSays(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		method  string
		backend http.HandlerFunc
		want    []string // parts of the response
		lacks   string
	}{
		{"an error of the backend", "GET", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "broken", http.StatusInternalServerError)
		}, []string{"HTTP/1.1 500 Internal Server Error\n", "\n\nbroken\n"}, "APIG."},
		{"a redirect is not followed", "GET", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}, []string{"HTTP/1.1 302 Found\n", "Location: http://169.254.169.254/\n"}, "APIG."},
		{"chunks", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			fmt.Fprint(w, "part")
		}, []string{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n", "\n\npart"}, "Content-Length"},
		{"HEAD", "HEAD", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "7")
		}, []string{"HTTP/1.1 200 OK\nContent-Length: 7\n"}, "\n\n"},
		{"a status without name", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) }, []string{"HTTP/1.1 299\n"}, "APIG."},
		{"bytes that are no text", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("a\xff\xfeb"))
		}, []string{"\n\na\uFFFDb"}, "\xff"},
		{"compressed as it came", "GET", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "asked for ", r.Header.Get("Accept-Encoding"))
		}, []string{"Content-Encoding: gzip\n", "\n\nasked for "}, "gzip\n\nasked for gzip"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := debugSetup(t, c.backend)
			b.request.Method = c.method
			got := b.run(t).Response
			for _, part := range c.want {
				if !strings.Contains(got, part) {
					t.Errorf("response lacks %q:\n%s", part, got)
				}
			}
			if strings.Contains(got, c.lacks) {
				t.Errorf("response has %q:\n%s", c.lacks, got)
			}
		})
	}
}

// §3.5.8: the result holds 2097152 bytes of a body; what was cut is marked.
func TestDebuggerCutsLongBodies(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("x"), apig.MaxDebugBody)
	cases := []struct {
		name string
		body []byte
		want string
	}{
		{"as long as allowed", whole, string(whole)},
		{"a byte longer", append(bytes.Clone(whole), 'y'), string(whole) + "[TRUNCATED]"},
		{"cut in a character", append(bytes.Clone(whole[1:]), "中"...), string(whole[1:]) + "[TRUNCATED]"},
		{"cut after a character", append(bytes.Clone(whole[3:]), "中y"...), string(whole[3:]) + "中[TRUNCATED]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := debugSetup(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(c.body) })
			_, body, _ := strings.Cut(b.run(t).Response, "\n\n")
			if body != c.want {
				t.Errorf("body of %d bytes that ends in %q, want %d bytes", len(body), body[max(0, len(body)-20):], len(c.want))
			}
		})
	}
}

// A body without end is given up, and the connection with it.
func TestDebuggerGivesUpEndlessBodies(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	b := debugSetup(t, func(w http.ResponseWriter, _ *http.Request) {
		defer close(gone)
		for block := bytes.Repeat([]byte("x"), 64<<10); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if got := b.run(t).Response; !strings.HasSuffix(got, "xxx[TRUNCATED]") || len(got) > apig.MaxDebugBody+1000 {
		t.Errorf("response of %d bytes", len(got))
	}
	<-gone
}

// --- The backend does not answer ----------------------------------------------------------------

// waiting holds every request until the caller gives up.
func waiting(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // only then the server notices that the caller left
	<-r.Context().Done()
}

func TestDebuggerAnswersForTheBackend(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		backend http.HandlerFunc
		given   func(t *testing.T, b *debugBundle)
		status  string
		body    string
		logged  string
	}{
		{"slow", waiting, func(_ *testing.T, b *debugBundle) { b.api.BackendAPI.Timeout = 50 },
			"504 Gateway Timeout", timeout, "did not answer in time"},
		{"slow in its body", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "begin")
			w.(http.Flusher).Flush()
			waiting(w, r)
		}, func(_ *testing.T, b *debugBundle) { b.api.BackendAPI.Timeout = 50 }, "504 Gateway Timeout", timeout, "did not answer in time"},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "begin")
		}, nil, "502 Bad Gateway", unavailable, "breaks off"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil,
			"502 Bad Gateway", unavailable, "breaks off"},
		{"nobody listens", nil, func(t *testing.T, b *debugBundle) { b.api.BackendAPI.URLDomain = closedPort(t) },
			"502 Bad Gateway", unavailable, "cannot be reached"},
		{"speaks TLS instead", nil, func(_ *testing.T, b *debugBundle) { b.api.BackendAPI.ReqProtocol = "HTTPS" },
			"502 Bad Gateway", unavailable, "cannot be reached"},
		{"header without end", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", strings.Repeat("x", 1<<20)) }, nil,
			"502 Bad Gateway", unavailable, "cannot be reached"},
		{"loopback is not allowed", nil, func(t *testing.T, b *debugBundle) { b.debugger = debuggerFor(t, guardedhttp.Options{}) },
			"502 Bad Gateway", unavailable, "not one that this server may call"},
		{"a private address is not allowed", nil, func(_ *testing.T, b *debugBundle) { b.api.BackendAPI.URLDomain = "10.255.255.1:80" },
			"502 Bad Gateway", unavailable, "not one that this server may call"},
		{"the metadata address is not allowed", nil, func(t *testing.T, b *debugBundle) {
			b.api.BackendAPI.URLDomain = "169.254.169.254"
			b.debugger = debuggerFor(t, guardedhttp.Options{AllowPrivate: true})
		}, "502 Bad Gateway", unavailable, "not one that this server may call"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := debugSetup(t, c.backend)
			if c.given != nil {
				c.given(t, b)
			}
			wantResult(t, b.run(t), gatewayResponse(c.status, c.body), c.logged)
		})
	}
}

// closedPort returns an address of this machine at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// failing is a client whose calls end in an error, for causes that a test cannot bring about.
type failing struct{ err error }

func (f failing) Do(*http.Request) (*http.Response, error) { return nil, f.err }

func TestDebuggerTellsCausesWithoutAddresses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		err    error
		status string
		logged string
	}{
		{"unknown name", &net.DNSError{Err: "no such host", Name: "s3cret.internal", IsNotFound: true}, "502 ", "cannot be resolved"},
		{"name server is slow", &net.DNSError{Err: "s3cret", IsTimeout: true}, "504 ", "in time"},
		{"blocked", &guardedhttp.BlockedError{Host: "a", Address: "s3cret", Kind: "private"}, "502 ", "may call"},
		{"anything", errors.New("dial s3cret"), "502 ", "cannot be reached"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := debugSetup(t, nil)
			b.debugger = commands.NewDebugger(failing{c.err}, steppingClock())
			got := b.run(t)
			if !strings.HasPrefix(got.Response, "HTTP/1.1 "+c.status) || !strings.Contains(got.Log, c.logged) {
				t.Errorf("got %+v", got)
			}
			if strings.Contains(got.Response+got.Log, "s3cret") {
				t.Errorf("tells the address: %+v", got)
			}
		})
	}
}

// --- No call at all -----------------------------------------------------------------------------

func TestDebuggerGivesTheGatewaysOwnAnswers(t *testing.T) {
	t.Parallel()
	b := debugSetup(t, func(http.ResponseWriter, *http.Request) { t.Error("the backend was called") })
	b.request.Path = "/other"
	wantResult(t, b.run(t), gatewayResponse("404 Not Found",
		`{"error_msg":"The API does not exist or has not been published in the environment","error_code":"APIG.0101","request_id":"req1"}`),
		"does not match")
}

// The example of the reference: a mock that says "mock success".
func TestDebuggerGivesMockResults(t *testing.T) {
	t.Parallel()
	b := debugSetup(t, nil)
	b.api.BackendType, b.api.BackendAPI, b.api.MockInfo = "MOCK", nil, &apig.Mock{ResultContent: "mock success"}
	wantResult(t, b.run(t), gatewayResponse("200 OK", "mock success"), "")
	b.request.Method = "HEAD"
	if got := b.run(t).Response; !strings.Contains(got, "Content-Length: 12\n") || strings.Contains(got, "mock success") {
		t.Errorf("HEAD: %s", got)
	}
}

func TestDebuggerRefusesWhatCannotBeDebugged(t *testing.T) {
	t.Parallel()
	b := debugSetup(t, nil)
	b.api.BackendAPI.URLDomain = "#host#"
	if _, err := b.debugger.Run(t.Context(), b.api, b.request, b.context); domain.CodeOf(err) != "APIG.2030" {
		t.Errorf("a variable: %v", err)
	}
	b.request.Mode = "MARKET"
	if _, err := b.debugger.Run(t.Context(), b.api, b.request, b.context); domain.CodeOf(err) != "APIG.2011" {
		t.Errorf("mode MARKET: %v", err)
	}
}

// Nobody reads the result of a caller who went away.
func TestDebuggerStopsWhenTheCallerLeaves(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	b := debugSetup(t, func(w http.ResponseWriter, r *http.Request) {
		leave()
		waiting(w, r)
	})
	if _, err := b.debugger.Run(ctx, b.api, b.request, b.context); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Neither the log nor an answer of the gateway repeats a secret of the request.
func TestDebuggerLogHidesSecrets(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", closedPort(t)} {
		b := debugSetup(t, func(http.ResponseWriter, *http.Request) {})
		if address != "" {
			b.api.BackendAPI.URLDomain = address
		}
		b.request.AppSecret, b.request.Body = "s3cret", "s3cret"
		b.request.Header = map[string][]string{"Authorization": {"s3cret"}, "Cookie": {"a=s3cret"}}
		b.request.Query = map[string][]string{"token": {"s3cret"}}
		if got := b.run(t); strings.Contains(got.Log+got.Response, "s3cret") {
			t.Errorf("log:\n%s\nresponse:\n%s", got.Log, got.Response)
		}
	}
}
