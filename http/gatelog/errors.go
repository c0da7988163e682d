package gatelog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/http/web"
)

// Error is a refusal in the shape of /gatelog/v1.
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

// codeInternal is what clients learn of a failure of ours.
const codeInternal = "gatelog.internal"

// statuses of the kernel's codes.
var statuses = map[string]int{
	domain.CodeInvalid:         http.StatusBadRequest,
	domain.CodeUnauthenticated: http.StatusUnauthorized,
	domain.CodeForbidden:       http.StatusForbidden,
	domain.CodeNotFound:        http.StatusNotFound,
	domain.CodeKeyReused:       http.StatusConflict,
	domain.CodeTooLarge:        http.StatusRequestEntityTooLarge,
	domain.CodeConflict:        http.StatusServiceUnavailable,
	domain.CodeUnavailable:     http.StatusServiceUnavailable,
	apig.CodeRestoreRefused:    http.StatusConflict,
	apig.CodePlanRefused:       http.StatusConflict,
	codeTooManyStreams:         http.StatusTooManyRequests,

	subscriptions.CodeNameTaken:    http.StatusConflict,
	subscriptions.CodeLimitReached: http.StatusConflict,
}

// ranges of the codes of APIG V2 that operations of this surface can meet, by their beginnings (APIG V2
// §5.4).
var ranges = []struct {
	prefix string
	status int
}{
	{"APIG.2", http.StatusBadRequest}, {"APIG.30", http.StatusNotFound}, {"APIG.37", http.StatusConflict}, {"APIC.73", http.StatusNotFound},
}

// statusOf returns the status of a code, 0 for one that no client should see here.
func statusOf(code string) int {
	for _, r := range ranges {
		if strings.HasPrefix(code, r.prefix) {
			return r.status
		}
	}
	return statuses[code]
}

// spell puts an error into the shape of the surface. What is no refusal by a rule becomes an internal
// error that says nothing of our insides.
func spell(requestID string, err error) *Error {
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		if status := statusOf(refusal.Code); status > 0 {
			return &Error{refusal.Code, refusal.Message, requestID, status}
		}
	}
	return &Error{codeInternal, "an internal error: it was logged with the request id", requestID, http.StatusInternalServerError}
}

// messageOf returns what the refusal in err says.
func messageOf(err error) string {
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	return ""
}

// refuse spells an error, and logs the ones that are ours.
func (s *surface) refuse(ctx context.Context, op operation, err error) error {
	e := spell(web.RequestID(ctx), err)
	if e.status >= http.StatusInternalServerError {
		s.Logger.Warn("operation failed", "operation", op.id, "request_id", e.RequestID, "error", err)
	}
	if h := (halfway{}); errors.As(err, &h) && h.at > 0 {
		return huma.ErrorWithHeaders(e, http.Header{headerPosition: {place(h.at)}})
	}
	return e
}

// malformed puts what huma found wrong with a request into our shape.
func malformed(requestID string, status int, message string, causes []error) *Error {
	if status >= http.StatusInternalServerError {
		return spell(requestID, errors.Join(causes...))
	}
	refusal := &Error{domain.CodeInvalid, message, requestID, status}
	switch status {
	case http.StatusUnprocessableEntity:
		refusal.status = http.StatusBadRequest
	case http.StatusRequestEntityTooLarge:
		refusal.Code = domain.CodeTooLarge
	}
	var all []string
	for _, cause := range causes[:min(len(causes), 5)] {
		var detail huma.ErrorDetailer
		if errors.As(cause, &detail) {
			d := detail.ErrorDetail()
			all = append(all, fmt.Sprintf("%s: %s", d.Location, d.Message))
		}
	}
	if len(all) > 0 {
		refusal.Message = strings.Join(all, "; ")
	}
	return refusal
}

// humaContext has another name, because a field Context would hide the method Context.
type humaContext huma.Context

// traced is a huma context whose operation spells the errors that arise before the handler runs with the
// id of the request.
type traced struct{ humaContext }

func spellErrors(ctx huma.Context, next func(huma.Context)) { next(traced{ctx}) }

// Operation implements huma.Context.
func (t traced) Operation() *huma.Operation {
	op, id := *t.humaContext.Operation(), web.RequestID(t.Context())
	op.Metadata = map[string]any{web.SpellKey: web.Spell(func(status int, message string, causes []error) huma.StatusError {
		return malformed(id, status, message, causes)
	})}
	return &op
}

// Unwrap lets adapters find their own context.
func (t traced) Unwrap() huma.Context { return t.humaContext }
