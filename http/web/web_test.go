package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/http/web"
)

func TestMetaOfAContext(t *testing.T) {
	t.Parallel()
	m := commands.Meta{RequestID: "r1", Reason: "because", IdempotencyKey: "k"}
	ctx := web.WithMeta(t.Context(), m)

	if diff := cmp.Diff(m, web.MetaFrom(ctx)); diff != "" {
		t.Errorf("meta (-want +got):\n%s", diff)
	}
	if web.RequestID(ctx) != "r1" || web.RequestID(t.Context()) != "" {
		t.Errorf("request ids %q and %q", web.RequestID(ctx), web.RequestID(t.Context()))
	}
}

// refusal is the error of a surface.
type refusal struct {
	Text string `json:"text"`
}

func (r *refusal) Error() string  { return r.Text }
func (r *refusal) GetStatus() int { return http.StatusTeapot }

// Each operation spells what goes wrong before its handler in its own way; one without a way of its own
// keeps huma's.
func TestOperationsSpellTheirErrors(t *testing.T) {
	t.Parallel()
	web.SetUp()
	web.SetUp() // once is enough, twice does no harm
	e := echo.New()
	api := humaecho.New(e, huma.DefaultConfig("test", "1"))
	type in struct {
		Limit int `query:"limit"`
	}
	handler := func(context.Context, *in) (*struct{}, error) { return nil, nil }
	var causes []error
	spell := web.Spell(func(status int, msg string, errs []error) huma.StatusError {
		causes = errs
		return &refusal{msg}
	})
	huma.Register(api, web.Prepared(huma.Operation{OperationID: "own", Method: http.MethodGet, Path: "/own", Metadata: map[string]any{web.SpellKey: spell}}), handler)
	huma.Register(api, huma.Operation{OperationID: "plain", Method: http.MethodGet, Path: "/plain"}, handler)
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}

	if w := ask("/own?limit=x"); w.Code != http.StatusTeapot || !strings.Contains(w.Body.String(), `"text":"validation failed"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var detail *huma.ErrorDetail
	if len(causes) != 1 || !errors.As(causes[0], &detail) || detail.Location != "query.limit" {
		t.Errorf("causes %v", causes)
	}
	if w := ask("/plain?limit=x"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask("/own?limit=1"); w.Code != http.StatusNoContent {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// What is prepared has no deadline for a body that was read already, and no bound of its own.
func TestPrepared(t *testing.T) {
	t.Parallel()
	op := web.Prepared(huma.Operation{OperationID: "x", Path: "/x"})
	if op.BodyReadTimeout >= 0 || op.MaxBodyBytes >= 0 || op.OperationID != "x" || op.Path != "/x" {
		t.Errorf("%+v", op)
	}
}
