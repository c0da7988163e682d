package gatelog

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/web"
)

func TestEachRefusalHasItsStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{domain.Errorf(domain.CodeForbidden, "no"), http.StatusForbidden, domain.CodeForbidden},
		{domain.Errorf(domain.CodeUnauthenticated, "who"), http.StatusUnauthorized, domain.CodeUnauthenticated},
		{domain.Errorf(domain.CodeUnavailable, "later"), http.StatusServiceUnavailable, domain.CodeUnavailable},
		{domain.Errorf(domain.CodeConflict, "again"), http.StatusServiceUnavailable, domain.CodeConflict},
		{domain.Errorf(domain.CodeInvalid, "what"), http.StatusBadRequest, domain.CodeInvalid},
		{domain.Errorf(domain.CodeKeyReused, "twice"), http.StatusConflict, domain.CodeKeyReused},
		{fmt.Errorf("wrapped: %w", apig.ErrAPINotFound("a")), http.StatusNotFound, "APIG.3002"},
		{apig.ErrInstanceUnknown(), http.StatusNotFound, "APIC.7302"},
		{apig.ErrInstanceTaskRunning(), http.StatusConflict, "APIG.3718"},
		{domain.Errorf(apig.CodeRestoreRefused, "no"), http.StatusConflict, apig.CodeRestoreRefused},
		{apig.ErrOutOfRange("config_value"), http.StatusBadRequest, "APIG.2004"},
		{domain.Errorf("APIG.9999", "what nobody expects here"), http.StatusInternalServerError, web.CodeInternal},
		{errors.New("pq: secret of ours"), http.StatusInternalServerError, web.CodeInternal},
	} {
		e := spelling.Spell("r1", c.err)
		if e.GetStatus() != c.status || e.Code != c.code || e.RequestID != "r1" {
			t.Errorf("%v is spelled %d %+v, want %d %s", c.err, e.GetStatus(), e, c.status, c.code)
		}
	}
}

func TestAnErrorAfterAChangeSaysWhereTheChangeIs(t *testing.T) {
	t.Parallel()
	s := &surface{Deps: Deps{Logger: slog.New(slog.DiscardHandler)}}
	err := s.refuse(t.Context(), operation{}, halfway{domain.Errorf(domain.CodeUnavailable, "the read models are behind"), 7})
	var headers huma.HeadersError
	var refusal huma.StatusError
	if !errors.As(err, &headers) || headers.GetHeaders().Get(headerPosition) != "7" {
		t.Errorf("%v has no position", err)
	}
	if !errors.As(err, &refusal) || refusal.GetStatus() != http.StatusServiceUnavailable {
		t.Errorf("%v is no 503", err)
	}
}
