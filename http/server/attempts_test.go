package server

import (
	"bytes"
	"context"
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
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/http/web"
)

// trail is a server that keeps attempts.
type trail struct {
	server *httptest.Server
	mu     sync.Mutex
	all    []audit.Attempt
	// handle answers POST, PUT and GET /toy/v1/:project_id/instances/:instance_id/things/:thing_id
	handle func(c echo.Context) error
	// answered is told right when an attempt is kept: whether the client has got a byte by then.
	answered func()
}

func newTrail(t *testing.T) *trail {
	t.Helper()
	k := &trail{answered: func() {}}
	e, err := New(Options{
		Version: "1", Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil },
		Attempts: k.keep,
		Project:  func(id string) bool { return id == "p1" },
		Authenticate: func(needed func(r *http.Request) bool, deny func(c echo.Context, err error) error) echo.MiddlewareFunc {
			return func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c echo.Context) error {
					r := c.Request()
					if needed(r) && r.Header.Get("Known") == "" {
						return deny(c, domain.Errorf(domain.CodeUnauthenticated, "who are you?"))
					}
					meta := web.MetaFrom(r.Context())
					meta.Actor = domain.Actor{UserID: "u1", UserName: "ada", Key: "AK1", Address: "10.0.0.7", Client: "test"}
					c.SetRequest(r.WithContext(web.WithMeta(r.Context(), meta)))
					return next(c)
				}
			}
		},
		Surfaces: []Surface{{
			Name: "toy", Prefix: "/toy/", Open: func(r *http.Request) bool { return r.URL.Path == "/toy/v1/open" },
			Deny: func(c echo.Context, _ error) error {
				return c.JSON(http.StatusUnauthorized, failure{Code: "TOY.401", Message: "no"})
			},
			Register: func(api huma.API, e *echo.Echo) {
				for path, audited := range map[string]web.Audited{"question": web.AuditNothing, "call": web.AuditRefusals} {
					op := &huma.Operation{OperationID: path, Method: "POST", Path: "/toy/v1/" + path + "s", Metadata: map[string]any{web.AuditedKey: audited}}
					api.OpenAPI().AddOperation(op)
					e.POST(op.Path, func(c echo.Context) error { return k.handle(c) })
				}
				e.POST("/toy/v1/open", func(c echo.Context) error { return k.handle(c) }).Name = "SignIn"
				for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "GET"} {
					e.Add(method, "/toy/v1/:project_id/instances/:instance_id/things/:thing_id", func(c echo.Context) error { return k.handle(c) }).Name = "ChangeThing"
					e.Add(method, "/toy/v1/users/:id", func(c echo.Context) error { return k.handle(c) }).Name = "ChangeUser"
				}
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	k.server = httptest.NewServer(e)
	t.Cleanup(k.server.Close)
	return k
}

func (k *trail) keep(_ context.Context, a audit.Attempt) {
	k.mu.Lock()
	k.all = append(k.all, a)
	k.mu.Unlock()
	k.answered()
}

func (k *trail) kept() []audit.Attempt {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.all)
}

const thingPath = "/toy/v1/p1/instances/i1/things/t1"

func (k *trail) send(t *testing.T, method, path string, known bool) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, k.server.URL+path, strings.NewReader(`{"password":"secret"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Request-Id", "req-1")
	r.Header.Set("Gatelog-Reason", "a try")
	r.Header.Set("User-Agent", "test")
	if known {
		r.Header.Set("Known", "yes")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(body)
}

func refuse(status int, code string) func(c echo.Context) error {
	return func(c echo.Context) error { return c.JSON(status, failure{code, "not so", "req-1"}) }
}

func TestAttemptsAreKeptWithAllThatTheySay(t *testing.T) {
	t.Parallel()
	k := newTrail(t)
	k.handle = refuse(http.StatusConflict, "TOY.1")
	status, body := k.send(t, "PUT", thingPath, true)
	if status != http.StatusConflict || !strings.Contains(body, `"TOY.1"`) {
		t.Errorf("the client got %d %s", status, body)
	}
	want := []audit.Attempt{{
		Tenant: "p1", Actor: domain.Actor{UserID: "u1", UserName: "ada", Key: "AK1", Address: "10.0.0.7", Client: "test"}, Request: "req-1",
		Reason: "a try", Surface: "toy", Operation: "ChangeThing", Method: "PUT", Path: thingPath, Instance: "i1", Kind: "thing", Resource: "t1",
		Outcome: audit.Refused, Status: 409, Code: "TOY.1", Message: "not so",
	}}
	if diff := cmp.Diff(want, k.kept(), cmpopts.IgnoreFields(audit.Attempt{}, "ID", "Time")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(k.kept()) == 1 && (k.kept()[0].ID == "" || time.Since(k.kept()[0].Time) > time.Minute) {
		t.Errorf("kept %+v", k.kept()[0])
	}
}

func TestWhichRequestsAreAttempts(t *testing.T) {
	t.Parallel()
	position := func(status int) func(c echo.Context) error {
		return func(c echo.Context) error {
			c.Response().Header().Set(headerPosition, "7")
			return refuse(status, "TOY.3")(c)
		}
	}
	after := func(events int, note func(*commands.Trace)) func(c echo.Context) error {
		return func(c echo.Context) error {
			traceOf(c).Recorded(events)
			if note != nil {
				note(traceOf(c))
			}
			return c.NoContent(204)
		}
	}
	for name, c := range map[string]struct {
		method, path string
		known        bool
		handle       func(c echo.Context) error
		status       int
		outcome      audit.Outcome // empty: none is kept
		tenant, op   string
	}{
		"done":                           {"POST", thingPath, true, after(1, nil), 204, "", "", ""},
		"done, by several commands":      {"POST", thingPath, true, after(3, nil), 204, "", "", ""},
		"done before":                    {"POST", thingPath, true, after(0, nil), 204, audit.Unchanged, "p1", "ChangeThing"},
		"done outside the log":           {"POST", thingPath, true, after(0, (*commands.Trace).ChangedAside), 204, audit.Accepted, "p1", "ChangeThing"},
		"asked":                          {"POST", thingPath, true, after(0, (*commands.Trace).OnlyAsks), 204, "", "", ""},
		"asked, and refused":             {"POST", thingPath, true, func(c echo.Context) error { traceOf(c).OnlyAsks(); return refuse(409, "TOY.2")(c) }, 409, "", "", ""},
		"an answer without a word":       {"POST", thingPath, true, func(echo.Context) error { return nil }, 200, audit.Unchanged, "p1", "ChangeThing"},
		"sent elsewhere":                 {"POST", thingPath, true, func(c echo.Context) error { return c.Redirect(303, "/docs/") }, 200, audit.Unchanged, "p1", "ChangeThing"},
		"a question":                     {"POST", "/toy/v1/questions", true, after(0, nil), 204, "", "", ""},
		"a refused question":             {"POST", "/toy/v1/questions", true, refuse(404, "TOY.2"), 404, "", "", ""},
		"a call":                         {"POST", "/toy/v1/calls", true, after(0, nil), 204, "", "", ""},
		"a refused call":                 {"POST", "/toy/v1/calls", true, refuse(404, "TOY.2"), 404, audit.Refused, "account", "call"},
		"signed in":                      {"POST", "/toy/v1/open", false, after(0, nil), 204, "", "", ""},
		"not signed in":                  {"POST", "/toy/v1/open", false, refuse(401, "TOY.2"), 401, audit.Refused, "account", "SignIn"},
		"a refused read":                 {"GET", thingPath, true, refuse(404, "TOY.2"), 404, "", "", ""},
		"refused":                        {"DELETE", thingPath, true, refuse(404, "TOY.2"), 404, audit.Refused, "p1", "ChangeThing"},
		"not served":                     {"PATCH", thingPath, true, refuse(501, "TOY.2"), 501, audit.Refused, "p1", "ChangeThing"},
		"failed":                         {"POST", thingPath, true, refuse(503, "TOY.2"), 503, audit.Failed, "p1", "ChangeThing"},
		"recorded, but not readable yet": {"POST", thingPath, true, position(503), 503, "", "", ""},
		"done by half":                   {"POST", thingPath, true, position(409), 409, audit.Refused, "p1", "ChangeThing"},
		"an error of Echo":               {"POST", thingPath, true, func(echo.Context) error { return echo.NewHTTPError(413) }, 413, audit.Refused, "p1", "ChangeThing"},
		"an error":                       {"POST", thingPath, true, func(echo.Context) error { return errors.New("x") }, 500, audit.Failed, "p1", "ChangeThing"},
		"a panic":                        {"POST", thingPath, true, func(echo.Context) error { panic("x") }, 500, audit.Failed, "p1", "ChangeThing"},
		"a panic in an error":            {"POST", thingPath, true, func(c echo.Context) error { _ = refuse(409, "TOY.2")(c); panic("x") }, 0, audit.Refused, "p1", "ChangeThing"},
		"by nobody":                      {"POST", thingPath, false, nil, 401, audit.Refused, "", "ChangeThing"},
		"in no project":                  {"POST", strings.Replace(thingPath, "p1", "p2", 1), true, refuse(403, "TOY.4"), 403, audit.Refused, "", "ChangeThing"},
		"in the account":                 {"PUT", "/toy/v1/users/7", true, refuse(403, "TOY.4"), 403, audit.Refused, "account", "ChangeUser"},
		"a path to nowhere":              {"POST", "/toy/nowhere", true, nil, 404, audit.Refused, "", ""},
		"a query that cannot be read":    {"POST", thingPath + "?%zz", true, nil, 401, audit.Refused, "", "ChangeThing"},
		"outside all surfaces":           {"POST", "/elsewhere", true, nil, 404, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTrail(t)
			k.handle = c.handle
			status, body := k.send(t, c.method, c.path, c.known)
			if status != c.status {
				t.Errorf("the client got %d, want %d: %s", status, c.status, body)
			}
			if c.outcome == "" {
				if len(k.kept()) > 0 {
					t.Errorf("kept %+v", k.kept())
				}
				return
			}
			if len(k.kept()) != 1 {
				t.Fatalf("kept %d attempts", len(k.kept()))
			}
			a := k.kept()[0]
			if a.Outcome != c.outcome || a.Tenant != c.tenant || a.Operation != c.op || strings.Contains(a.Message+a.Path, "secret") {
				t.Errorf("kept %+v", a)
			}
		})
	}
}

// The answer waits until the attempt is kept: a client that has it can rely on the trail.
func TestARequestIsAnsweredAfterItIsKept(t *testing.T) {
	t.Parallel()
	for status, handle := range map[int]func(c echo.Context) error{
		http.StatusConflict: refuse(http.StatusConflict, "TOY.1"), http.StatusOK: func(c echo.Context) error { return c.String(http.StatusOK, "so it is") },
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			answeredAfterwards(t, status, handle)
		})
	}
}

func answeredAfterwards(t *testing.T, want int, handle func(c echo.Context) error) {
	t.Helper()
	k := newTrail(t)
	k.handle = handle
	keeping, told := make(chan struct{}), make(chan struct{})
	k.answered = func() { close(keeping); <-told }
	done := make(chan int)
	go func() {
		status, _ := k.send(t, "POST", thingPath, true)
		done <- status
	}()
	<-keeping
	select {
	case status := <-done:
		t.Errorf("the client got %d before", status)
	case <-time.After(50 * time.Millisecond):
	}
	close(told)
	if status := <-done; status != want {
		t.Errorf("the client got %d", status)
	}
}

// Texts that a client chose are bounded, and safe to keep.
func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	k := newTrail(t)
	k.handle = func(c echo.Context) error {
		return c.JSON(409, failure{strings.Repeat("C", 5000), strings.Repeat("é\x00", 5000), "req-1"})
	}
	k.send(t, "POST", "/toy/v1/p1/instances/i1/things/"+strings.Repeat("x", 5000)+"%00%ff", true)
	if len(k.kept()) != 1 {
		t.Fatalf("kept %d", len(k.kept()))
	}
	a := k.kept()[0]
	if len(a.Path) > maxAttemptPath || len(a.Resource) > maxAttemptPart || len(a.Code) > maxAttemptPart || len(a.Message) > maxAttemptMessage || strings.ContainsRune(a.Message, 0) {
		t.Errorf("kept %d, %d, %d, %d bytes", len(a.Path), len(a.Resource), len(a.Code), len(a.Message))
	}
}

// What is not held back passes through as it comes.
func TestOnlyErrorsAreHeldBack(t *testing.T) {
	t.Parallel()
	below := httptest.NewRecorder()
	begun := 0
	h := &held{ResponseWriter: below, acknowledge: func(status int) {
		if begun++; status != http.StatusOK || below.Body.Len() > 0 || below.Flushed {
			t.Errorf("%d was acknowledged when %q had come", status, below.Body)
		}
	}}
	h.WriteHeader(http.StatusProcessing)
	if begun > 0 {
		t.Error("a word in between is taken for the answer")
	}
	h.WriteHeader(http.StatusOK)
	_, _ = h.Write([]byte("a"))
	if err := h.FlushError(); err != nil || below.Body.String() != "a" || !below.Flushed {
		t.Errorf("%q has come, flushed %v: %v", below.Body, below.Flushed, err)
	}
	h.WriteHeader(http.StatusInternalServerError) // too late: net/http complains about it, nobody else
	if h.status != 0 || begun != 1 {
		t.Errorf("an answer that has begun was held back, or began %d times", begun)
	}
	below = httptest.NewRecorder()
	h = &held{ResponseWriter: below}
	h.WriteHeader(http.StatusConflict)
	_, _ = h.Write([]byte("no"))
	if err := h.FlushError(); err != nil || below.Body.Len() > 0 || below.Flushed {
		t.Errorf("%q has come, %v", below.Body, err)
	}
	h.release()
	if below.Code != http.StatusConflict || below.Body.String() != "no" {
		t.Errorf("released: %d %q", below.Code, below.Body)
	}
	if code, message := (&held{body: *bytes.NewBufferString("<html>")}).refusal(); code+message != "" {
		t.Errorf("no refusal says %q %q", code, message)
	}
}

// Changes remember the operation that caused them.
func TestOperationsAreToldToCommands(t *testing.T) {
	t.Parallel()
	k := newTrail(t)
	var met commands.Meta
	k.handle = func(c echo.Context) error {
		met = web.MetaFrom(c.Request().Context())
		return c.NoContent(204)
	}
	if k.send(t, "POST", thingPath, true); met.Operation != "toy/ChangeThing" {
		t.Errorf("a change is of the operation %q", met.Operation)
	}
	if k.send(t, "GET", thingPath, true); met.Operation != "" {
		t.Errorf("a read is of the operation %q", met.Operation)
	}
}
