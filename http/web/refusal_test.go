package web

import (
	"errors"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
)

// conflicts knows one code.
var conflicts = StatusOf(func(code string) int {
	if code == "test.taken" {
		return http.StatusConflict
	}
	return 0
})

func TestWhatHumaFindsIsSpelledAsOurs(t *testing.T) {
	t.Parallel()
	where := &huma.ErrorDetail{Location: "body.name", Message: "expected string", Value: "a password"}
	for name, c := range map[string]struct {
		status int
		causes []error
		want   Error
	}{
		"a broken rule":    {http.StatusUnprocessableEntity, nil, Error{domain.CodeInvalid, "as huma says it", "r1", http.StatusBadRequest}},
		"with its place":   {http.StatusUnprocessableEntity, []error{where, errors.New("no detail")}, Error{domain.CodeInvalid, "body.name: expected string", "r1", http.StatusBadRequest}},
		"a large body":     {http.StatusRequestEntityTooLarge, nil, Error{domain.CodeTooLarge, "as huma says it", "r1", http.StatusRequestEntityTooLarge}},
		"another type":     {http.StatusUnsupportedMediaType, nil, Error{domain.CodeInvalid, "as huma says it", "r1", http.StatusUnsupportedMediaType}},
		"a refusal":        {http.StatusInternalServerError, []error{domain.Errorf("test.taken", "taken")}, Error{"test.taken", "taken", "r1", http.StatusConflict}},
		"a failure":        {http.StatusInternalServerError, []error{errors.New("pq: secret of ours")}, failed},
		"an unknown code":  {http.StatusInternalServerError, []error{domain.Errorf("test.other", "ours")}, failed},
		"nothing is known": {http.StatusInternalServerError, nil, failed},
	} {
		if got := conflicts.malformed("r1", c.status, "as huma says it", c.causes); *got != c.want {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
	}
}

var failed = Error{CodeInternal, "an internal error: it was logged with the request id", "r1", http.StatusInternalServerError}
