package identityhttp

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/web"
)

// Error is a refusal in the shape of /gatelog/v1.
type Error struct {
	Code      string `json:"error_code" doc:"What was wrong, for programs." example:"gatelog.invalid"`
	Message   string `json:"error_msg" doc:"What was wrong and what to do."`
	RequestID string `json:"request_id" doc:"The request, as in the header X-Request-Id."`
	status    int
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// GetStatus implements huma.StatusError.
func (e *Error) GetStatus() int { return e.status }

// statuses of the codes. What is not here is a failure of ours.
var statuses = map[string]int{
	domain.CodeInvalid:             http.StatusBadRequest,
	domain.CodeUnauthenticated:     http.StatusUnauthorized,
	domain.CodeForbidden:           http.StatusForbidden,
	domain.CodeNotFound:            http.StatusNotFound,
	domain.CodeKeyReused:           http.StatusConflict,
	identity.CodeNameTaken:         http.StatusConflict,
	identity.CodeLimitReached:      http.StatusConflict,
	identity.CodeLastAdministrator: http.StatusConflict,
	identity.CodeBootstrapped:      http.StatusConflict,
	domain.CodeTooLarge:            http.StatusRequestEntityTooLarge,
	access.CodeTooManyAttempts:     http.StatusTooManyRequests,
	domain.CodeConflict:            http.StatusServiceUnavailable,
	domain.CodeUnavailable:         http.StatusServiceUnavailable,
}

// codeInternal is what clients learn of a failure of ours.
const codeInternal = "gatelog.internal"

// refusalOf returns the refusal in err with its status. What is no refusal by a rule becomes an internal
// error that says nothing of our insides.
func refusalOf(err error) (*domain.Error, int) {
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		if status, known := statuses[refusal.Code]; known {
			return refusal, status
		}
	}
	return domain.Errorf(codeInternal, "an internal error: it was logged with the request id"), http.StatusInternalServerError
}

func spell(requestID string, err error) *Error {
	refusal, status := refusalOf(err)
	return &Error{Code: refusal.Code, Message: refusal.Message, RequestID: requestID, status: status}
}

// malformed puts what huma found wrong with a request into our shape. It names places and rules, never
// the values: one of them may be a password.
func malformed(requestID string, status int, message string, causes []error) *Error {
	refusal := &Error{Code: domain.CodeInvalid, Message: message, RequestID: requestID, status: status}
	switch {
	case status == http.StatusUnprocessableEntity:
		refusal.status = http.StatusBadRequest
	case status == http.StatusRequestEntityTooLarge:
		refusal.Code = domain.CodeTooLarge
	case status >= http.StatusInternalServerError:
		return spell(requestID, errors.Join(causes...))
	}
	var found []string
	for _, cause := range causes[:min(len(causes), 5)] {
		var detail huma.ErrorDetailer
		if errors.As(cause, &detail) {
			d := detail.ErrorDetail()
			found = append(found, fmt.Sprintf("%s: %s", d.Location, d.Message))
		}
	}
	if len(found) > 0 {
		refusal.Message = strings.Join(found, "; ")
	}
	return refusal
}

// humaContext has another name, because a field Context would hide the method Context.
type humaContext huma.Context

// spelled is a huma context whose operation spells the errors that arise before the handler runs with
// the id of the request.
type spelled struct{ humaContext }

func spellErrors(ctx huma.Context, next func(huma.Context)) { next(spelled{ctx}) }

// Operation implements huma.Context.
func (s spelled) Operation() *huma.Operation {
	op, id := *s.humaContext.Operation(), web.RequestID(s.Context())
	op.Metadata = map[string]any{web.SpellKey: web.Spell(func(status int, message string, causes []error) huma.StatusError {
		return malformed(id, status, message, causes)
	})}
	return &op
}

// Unwrap lets adapters find their own context.
func (s spelled) Unwrap() huma.Context { return s.humaContext }

func requestID(c echo.Context) string { return web.RequestID(c.Request().Context()) }
