package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
)

// Error is a refusal in the shape of /gatelog/v1, which several surfaces serve.
type Error struct {
	Code      string `json:"error_code" doc:"What was wrong, for programs: a code of Gatelog, or of APIG V2 §5.4." example:"gatelog.invalid"`
	Message   string `json:"error_msg" doc:"What was wrong and what to do."`
	RequestID string `json:"request_id" doc:"The request, as in the header X-Request-Id."`
	status    int
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// GetStatus implements huma.StatusError.
func (e *Error) GetStatus() int { return e.status }

// CodeInternal is what clients learn of a failure of ours.
const CodeInternal = "gatelog.internal"

// StatusOf returns the HTTP status that a surface has for a code, 0 for a code that no client should see there.
type StatusOf func(code string) int

// Refusal returns the refusal by a rule in err, with its status. Any other error becomes an internal one that
// says nothing of our insides.
func (statusOf StatusOf) Refusal(err error) (*domain.Error, int) {
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		if status := statusOf(refusal.Code); status > 0 {
			return refusal, status
		}
	}
	return domain.Errorf(CodeInternal, "an internal error: it was logged with the request id"), http.StatusInternalServerError
}

// Spell puts an error into the shape.
func (statusOf StatusOf) Spell(requestID string, err error) *Error {
	refusal, status := statusOf.Refusal(err)
	return &Error{refusal.Code, refusal.Message, requestID, status}
}

// malformed puts what huma found wrong with a request into the shape. It names places and rules, never the
// values: one of them may be a password.
func (statusOf StatusOf) malformed(requestID string, status int, message string, causes []error) *Error {
	refusal := &Error{domain.CodeInvalid, message, requestID, status}
	switch {
	case status >= http.StatusInternalServerError:
		return statusOf.Spell(requestID, errors.Join(causes...))
	case status == http.StatusUnprocessableEntity:
		refusal.status = http.StatusBadRequest
	case status == http.StatusRequestEntityTooLarge:
		refusal.Code = domain.CodeTooLarge
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

// Middleware has the errors that arise before a handler runs spelled in the shape, with the id of the request.
func (statusOf StatusOf) Middleware(ctx huma.Context, next func(huma.Context)) {
	next(spelled{ctx, statusOf})
}

// humaContext has another name, because a field Context would hide the method Context.
type humaContext huma.Context

// spelled is a huma context whose operation knows the id of the request.
type spelled struct {
	humaContext
	statusOf StatusOf
}

// Operation implements huma.Context.
func (s spelled) Operation() *huma.Operation {
	op, id := *s.humaContext.Operation(), RequestID(s.Context())
	op.Metadata = map[string]any{SpellKey: Spell(func(status int, message string, causes []error) huma.StatusError {
		return s.statusOf.malformed(id, status, message, causes)
	})}
	return &op
}

// Unwrap lets adapters find their own context.
func (s spelled) Unwrap() huma.Context { return s.humaContext }
