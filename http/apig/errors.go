package apig

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gatelog/gatelog/domain"
)

// Error is a refusal in the shape of APIG V2 §2.3: a code and a message, nothing else.
type Error struct {
	Code    string `json:"error_code" doc:"Documented error code." example:"APIG.2011"`
	Message string `json:"error_msg" doc:"What was wrong and what to do."`
	status  int
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// GetStatus implements huma.StatusError.
func (e *Error) GetStatus() int { return e.status }

// with returns the error with a reason behind its documented text.
func (e Error) with(reason string) *Error {
	e.Message += ": " + reason
	return &e
}

// unavailable returns the error with another message, for what may succeed when it is tried again.
func (e Error) unavailable(message string) *Error {
	return &Error{e.Code, message, http.StatusServiceUnavailable}
}

// spell puts an error into the shape of the surface. What is no refusal by a rule is logged and told
// as the family's internal error: clients learn nothing of our insides.
func (f family) spell(log *slog.Logger, operation string, err error) *Error {
	var refusal *domain.Error
	switch {
	case errors.As(err, &refusal):
		if refusal.Code == domain.CodeUnavailable || refusal.Code == domain.CodeConflict {
			log.Warn("operation unavailable", "operation", operation, "error", err)
		}
		return f.refusal(refusal)
	case errors.Is(err, context.Canceled):
		log.Debug("the client went away", "operation", operation, "error", err)
		return f.internal.unavailable("the client went away")
	case errors.Is(err, context.DeadlineExceeded):
		log.Warn("operation took too long", "operation", operation, "error", err)
		return f.internal.unavailable("the answer was not ready in time: try again")
	}
	log.Error("operation failed", "operation", operation, "error", err)
	internal := f.internal
	return &internal
}

// refusal spells what a rule refuses. The codes that all surfaces share get documented ones.
func (f family) refusal(r *domain.Error) *Error {
	switch r.Code {
	case domain.CodeUnauthenticated:
		return f.unauthenticated.with(r.Message)
	case domain.CodeForbidden:
		return f.forbidden.with(r.Message)
	case domain.CodeUnavailable, domain.CodeConflict:
		return f.internal.unavailable(r.Message)
	case domain.CodeKeyReused:
		return coded(because(f.member("Idempotency-Key"), r.Message))
	case domain.CodeInvalid:
		if r.Param != "" {
			return coded(because(f.parameter(r.Param), r.Message))
		}
		return coded(f.body(r.Message))
	case domain.CodeTooLarge:
		return coded(f.body(r.Message))
	}
	return coded(r)
}

// coded is a refusal with a code of the reference.
func coded(r *domain.Error) *Error { return &Error{r.Code, r.Message, statusOf(r.Code)} }

// silent is for errors that are told by who caused them.
var silent = slog.New(slog.DiscardHandler)
