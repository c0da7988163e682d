package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/web"
)

// bundle is a server with one surface, /toy/, whose requests need the header Known.
type bundle struct {
	handler http.Handler
	logged  *bytes.Buffer
	ready   error
	// handle answers GET /toy/call.
	handle func(ctx context.Context) error
}

type toyIn struct {
	Body struct {
		Name string `json:"name"`
	}
}

type toyOut struct {
	Body struct {
		Name string `json:"name"`
	}
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{logged: &bytes.Buffer{}, handle: func(context.Context) error { return nil }}
	e, err := New(Options{
		Version: "1.2.3", Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(b.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Ready: func(context.Context) error { return b.ready },
		Authenticate: func(needed func(*http.Request) bool, deny func(echo.Context, error) error) echo.MiddlewareFunc {
			return func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c echo.Context) error {
					if needed(c.Request()) && c.Request().Header.Get("Known") == "" {
						return deny(c, domain.Errorf(domain.CodeUnauthenticated, "who are you?"))
					}
					return next(c)
				}
			}
		},
		Surfaces: []Surface{{
			Prefix: "/toy/", Register: b.register,
			Open: func(r *http.Request) bool { return r.URL.Path == "/toy/open" },
			Deny: func(c echo.Context, err error) error {
				return c.String(http.StatusTeapot, "denied: "+domain.CodeOf(err)+" "+err.Error())
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.handler = e
	return b
}

func (b *bundle) register(api huma.API, e *echo.Echo) {
	e.GET("/toy/open", func(c echo.Context) error { return c.String(http.StatusOK, "open") })
	e.GET("/toy/raw", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusOK)
		if _, err := c.Response().Write([]byte("half")); err != nil {
			return err
		}
		c.Response().Flush()
		return b.handle(c.Request().Context())
	})
	huma.Register(api, huma.Operation{OperationID: "call", Method: http.MethodGet, Path: "/toy/call"}, func(ctx context.Context, _ *struct{}) (*toyOut, error) {
		return &toyOut{}, b.handle(ctx)
	})
	huma.Register(api, web.Prepared(huma.Operation{OperationID: "echo", Method: http.MethodPost, Path: "/toy/echo/{id}"}), func(_ context.Context, in *toyIn) (*toyOut, error) {
		out := &toyOut{}
		out.Body.Name = in.Body.Name
		return out, nil
	})
}

func (b *bundle) send(t *testing.T, method, path string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(`{"name":"a"}`))
	r.Header.Set("Known", "yes")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// A panic is a 500 that says nothing; the log says all.
func TestPanicIsAnInternalError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.handle = func(context.Context) error { panic("the secret cause") }

	w := b.send(t, http.MethodGet, "/toy/call", map[string]string{"X-Request-Id": "r1"})

	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || got["error_code"] != "GATELOG.0500" || got["error_msg"] != "Internal Server Error" || got["request_id"] != "r1" || len(got) != 3 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if log := b.logged.String(); !strings.Contains(log, "the secret cause") || !strings.Contains(log, "server_test.go") || !strings.Contains(log, "level=ERROR") {
		t.Errorf("the log does not say where and why: %s", log)
	}
	if w := b.send(t, http.MethodGet, "/toy/open", nil); w.Code != 200 {
		t.Errorf("the next request: %d", w.Code)
	}
}

// An answer that has begun can't become an error any more; it must not look whole either.
func TestPanicBreaksAnAnswerOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.handle = func(context.Context) error { panic("late") }
	s := httptest.NewServer(b.handler)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/toy/raw", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Known", "yes")
	a, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if body, err := io.ReadAll(a.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q was read to its end: %v", body, err)
	}
	s.Close() // waits for what logs
	if log := b.logged.String(); !strings.Contains(log, "late") || !strings.Contains(log, `msg=request`) {
		t.Errorf("logged: %s", log)
	}
}

func TestErrorsOutsideOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct {
		method, path string
		header       map[string]string
		status       int
		part         string
	}{
		{"GET", "/nowhere", nil, 404, `"error_code":"GATELOG.0404"`},
		{"GET", "/toy/nowhere", nil, 404, `"error_code":"GATELOG.0404"`},
		{"GET", "/toy/nowhere", map[string]string{"Known": ""}, 418, "denied: " + domain.CodeUnauthenticated},
		{"GET", "/toy/open", map[string]string{"Known": ""}, 200, "open"},
		{"POST", "/toy/open", map[string]string{"Known": ""}, 405, `"error_code":"GATELOG.0405"`},
		{"POST", "/healthz", nil, 405, `"error_code":"GATELOG.0405"`},
		{"GET", "/toy/open?a=%00", nil, 418, "UTF-8"},
		{"GET", "/toy/open?a=%ff", nil, 418, "UTF-8"},
		{"GET", "/toy/open?%ff=a", nil, 418, "UTF-8"},
		{"GET", "/toy/open?a=%zz", nil, 418, "cannot be read"},
		{"GET", "/toy/open?a=b;c=d", nil, 418, "cannot be read"},
		{"GET", "/toy/open", map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}, 418, "255 bytes"},
		{"GET", "/toy/open", map[string]string{"Idempotency-Key": strings.Repeat("k", 255)}, 200, "open"},
		{"GET", "/healthz?a=%00", nil, 400, `"error_code":"GATELOG.0400"`},
		{"GET", "/nowhere", map[string]string{"Idempotency-Key": "\xff"}, 400, `"error_code":"GATELOG.0400"`},
	} {
		w := b.send(t, c.method, c.path, c.header)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.part) {
			t.Errorf("%s %s %v: %d %s, want %d %s", c.method, c.path, c.header, w.Code, w.Body, c.status, c.part)
		}
		if w.Header().Get("X-Request-Id") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: headers %v", c.method, c.path, w.Header())
		}
	}
}

// What a request says about itself reaches its handler.
func TestWhatARequestSaysOfItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ctx context.Context
	b.handle = func(c context.Context) error { ctx = c; return nil }
	b.send(t, http.MethodGet, "/toy/call", map[string]string{"X-Request-Id": "r1", "Gatelog-Reason": "be\tcause", "Idempotency-Key": "k"})

	meta := web.MetaFrom(ctx)
	if meta.RequestID != "r1" || meta.Reason != "because" || meta.IdempotencyKey != "k" || web.RequestID(ctx) != "r1" {
		t.Errorf("it says %+v", meta)
	}
	if until, bounded := ctx.Deadline(); !bounded || time.Until(until) > requestTimeout {
		t.Errorf("it may go on until %s", until)
	}
	if meta := web.MetaFrom(context.Background()); meta.RequestID != "" {
		t.Errorf("nothing says %+v", meta)
	}
}

// Requests are counted by route: what clients put into paths and methods makes no new series.
func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/toy/echo/1", "/toy/echo/2", "/nowhere", "/toy/a%2Fb", "/toy/echo/%2e%2e"} {
		for _, method := range []string{"GET", "POST", "BREW", "SMELL"} {
			b.send(t, method, path, nil)
		}
	}
	text := b.send(t, http.MethodGet, "/metrics", nil).Body.String()
	if !strings.Contains(text, `gatelog_http_requests_total{method="POST",route="/toy/echo/:id",status="200"} 3`) {
		t.Errorf("no count of a route: %s", text)
	}
	for _, alien := range []string{"BREW", "nowhere", "a%2Fb", "echo/1", "%2e"} {
		if strings.Contains(text, alien) {
			t.Errorf("%s is in the metrics", alien)
		}
	}
}

// A server bounds everything that a client can make it wait for.
func TestServerIsBounded(t *testing.T) {
	t.Parallel()
	s := HTTP(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout < s.ReadTimeout+requestTimeout || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("unbounded, or too tight: %+v", s)
	}
}

// Readiness is what Ready says, health is not.
func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if w := b.send(t, http.MethodGet, "/readyz", nil); w.Code != 200 || w.Body.String() != "ready\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	b.ready = errors.New("the log is away")
	if w := b.send(t, http.MethodGet, "/readyz", nil); w.Code != 503 || !strings.Contains(w.Body.String(), "the log is away") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := b.send(t, http.MethodGet, "/healthz", nil); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if strings.Contains(b.logged.String(), "level=WARN") {
		t.Errorf("not being ready is no warning: %s", b.logged)
	}
}

// The description is there for many who ask at once, and the same for all, in every form.
func TestDescriptionIsTheSameForAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, part := range map[string]string{
		"/openapi.json": `"openapi":"3.1.0"`, "/openapi.yaml": "openapi: 3.1.0", "/openapi-3.0.json": `"openapi":"3.0.3"`, "/openapi-3.0.yaml": "openapi: 3.0.3",
	} {
		var asking sync.WaitGroup
		texts := make([]string, 8)
		for i := range texts {
			asking.Go(func() { texts[i] = b.send(t, http.MethodGet, path, nil).Body.String() })
		}
		asking.Wait()
		if distinct := slices.Compact(slices.Clone(texts)); len(distinct) != 1 || !strings.Contains(texts[0], part) || !strings.Contains(texts[0], "/toy/echo/{id}") {
			t.Errorf("%s: %.300q", path, texts)
		}
	}
}

// Bodies are read strictly on every surface.
func TestBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for body, status := range map[string]int{`{"name":"a"}`: 200, `{"name":"a","name":"b"}`: 400, `{"name":"a","x":1}`: 400, `null`: 400, `{"name":"\ud800"}`: 400} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/toy/echo/1", strings.NewReader(body))
		r.Header.Set("Known", "yes")
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if got := w.Code; got != status && (status == 200 || got/100 != 4) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}
