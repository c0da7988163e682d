package server_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatelog/gatelog/internal/nodetest"
)

func TestMain(m *testing.M) { os.Exit(nodetest.Run(m)) }

// open is a request of nobody.
func open(path string) nodetest.Request { return nodetest.Request{Path: path, Unsigned: true} }

// The description is a valid OpenAPI 3.1 document, whose references all lead somewhere.
func TestDescriptionIsOpenAPI(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t)
	a := c.Must(t, 200, open("/openapi.json"))
	document, err := openapi3.NewLoader().LoadFromData([]byte(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !document.IsOpenAPI31OrLater() {
		t.Errorf("version %s", document.OpenAPI)
	}
	ids := map[string]bool{}
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			if o.OperationID == "" || ids[o.OperationID] || o.Summary == "" || len(o.Tags) == 0 {
				t.Errorf("%s %s: id %q (of another operation too: %v), summary %q, tags %v", method, path, o.OperationID, ids[o.OperationID], o.Summary, o.Tags)
			}
			ids[o.OperationID] = true
			if o.Responses.Default() == nil {
				t.Errorf("%s: no refusals are described", o.OperationID)
			}
		}
	}
	if len(ids) < 44 {
		t.Errorf("%d operations", len(ids))
	}
	if strings.Contains(a.Body, "$schema") {
		t.Error("answers are said to have $schema")
	}
}

// What operators and browsers ask for is there, for everybody.
func TestWhatIsOpenToAll(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t)
	for _, s := range []struct {
		path, media, part string
		status            int
	}{
		{"/healthz", "text/plain", "ok", 200},
		{"/readyz", "text/plain", "ready", 200},
		{"/metrics", "text/plain", "gatelog_http_requests_total", 200},
		{"/metrics", "text/plain", "gatelog_projection_lag", 200},
		{"/openapi.json", "application/", `"openapi":"3.1`, 200},
		{"/openapi.yaml", "application/", "openapi: 3.1", 200},
		{"/docs/", "text/html", "swagger", 200},
		{"/docs", "", "", 301},
		{"/schemas/Error.json", "application/json", "GATELOG.0404", 404},
		{"/", "application/json", "GATELOG.0404", 404},
	} {
		a := c.Send(t, open(s.path))
		if a.Status != s.status || !strings.HasPrefix(a.Header.Get("Content-Type"), s.media) || !strings.Contains(a.Body, s.part) {
			t.Errorf("%s: %d %s, want %d %s with %q: %.300s", s.path, a.Status, a.Header.Get("Content-Type"), s.status, s.media, s.part, a.Body)
		}
		if a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no X-Request-Id", s.path)
		}
	}
}

// Nothing beneath a surface answers to nobody, whatever is written in front of it.
func TestNothingElseIsOpen(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t)
	for _, path := range []string{
		"/v2/$project/apigw/instances", "/v2/", "/v2/x", "/v2//x", "/v2/../healthz", "/v2/%2e%2e/healthz", "//v2/$project/apigw/instances", "/./v2/$project/apigw/instances",
		"/%76%32/$project/apigw/instances", "/v2%2f$project/apigw/instances", "/V2/$project/apigw/instances", "/docs/../v2/$project/apigw/instances",
		"/healthz/../v2/$project/apigw/instances", "/gatelog/v1/users", "/gatelog/v1/../../v2/$project/apigw/instances", "/v3/projects", "/v3/auth/tokens/../../users",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead, "BREW"} {
			r := open(path)
			r.Method = method
			if a := c.Send(t, r); a.Status != 401 && a.Status != 404 && a.Status != 405 || strings.Contains(a.Body, c.Instance) {
				t.Errorf("%s %s: %d %.200s", method, path, a.Status, a.Body)
			}
		}
	}
}
