package apig

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
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

// family is one of the two sets of general codes: the operations on instances themselves answer
// with APIC codes, those beneath an instance with APIG codes (APIG V2 §5.4).
type family struct {
	unauthenticated, forbidden, internal Error
}

var below = family{
	unauthenticated: Error{"APIG.1002", "Incorrect token or token resolution failed", http.StatusUnauthorized},
	forbidden:       Error{"APIG.1005", "No permissions to request this method", http.StatusForbidden},
	internal:        Error{"APIG.9999", "System error", http.StatusInternalServerError},
}

var instance = family{
	unauthenticated: Error{"APIC.7102", "Incorrect token or token resolution failed", http.StatusUnauthorized},
	forbidden:       Error{"APIC.7106", "No permissions to request for the method", http.StatusForbidden},
	internal:        Error{"APIC.9000", "Failed to request internal service", http.StatusInternalServerError},
}

// statuses of codes that do not follow the rule of statusOf. Where an operation's example and the
// table of APIG V2 §5.4 disagree, the example counts: it is what clients have seen.
var statuses = map[string]int{
	"APIG.3415": http.StatusPreconditionFailed, // §3.1.3
	"APIG.3416": http.StatusConflict,           // §3.5.3
	"APIG.3458": http.StatusPreconditionFailed,
	"APIG.3548": http.StatusPreconditionFailed,
	"APIG.3713": http.StatusPreconditionFailed,
	"APIG.3148": http.StatusBadRequest,
	"APIG.3153": http.StatusBadRequest,
	"APIG.3073": http.StatusBadRequest,
	"APIG.3474": http.StatusBadRequest,
	"APIG.3491": http.StatusConflict,
	"APIG.3492": http.StatusConflict,
	"APIG.3462": http.StatusConflict,
	"APIG.3710": http.StatusBadRequest,
	"APIG.3715": http.StatusBadRequest,
	"APIG.3717": http.StatusBadRequest,
	"APIG.1119": http.StatusBadRequest,
	"APIG.1120": http.StatusBadRequest,
	"APIG.1201": http.StatusBadRequest,
	"APIG.1149": http.StatusConflict,
	"APIC.7400": http.StatusForbidden,
	"APIC.7402": http.StatusForbidden,
	"APIC.7403": http.StatusForbidden,
	"APIC.7500": http.StatusBadRequest,
	"APIC.7503": http.StatusBadRequest,
	"APIC.7505": http.StatusBadRequest,
	"APIC.7312": http.StatusBadRequest,
	"APIC.7313": http.StatusBadRequest,
}

// ranges of codes and their status, by the first digits behind the dot (APIG V2 §5.4).
var ranges = []struct {
	prefix string
	status int
}{
	{"APIG.10", http.StatusUnauthorized}, {"APIG.1", http.StatusForbidden}, {"APIG.2", http.StatusBadRequest},
	{"APIG.30", http.StatusNotFound}, {"APIG.31", http.StatusForbidden}, {"APIG.32", http.StatusBadRequest},
	{"APIG.33", http.StatusBadRequest}, {"APIG.34", http.StatusForbidden}, {"APIG.36", http.StatusBadRequest},
	{"APIG.37", http.StatusConflict},
	{"APIC.70", http.StatusUnauthorized}, {"APIC.71", http.StatusUnauthorized}, {"APIC.72", http.StatusBadRequest},
	{"APIC.73", http.StatusNotFound}, {"APIC.77", http.StatusConflict},
}

func statusOf(code string) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	for _, r := range ranges {
		if strings.HasPrefix(code, r.prefix) {
			return r.status
		}
	}
	return http.StatusInternalServerError
}

// spell puts an error into the shape of the surface. What is no refusal by a rule is logged and told
// as the family's internal error: clients learn nothing of our insides.
func (f family) spell(log *slog.Logger, operation string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var refusal *domain.Error
	if !errors.As(err, &refusal) {
		log.Error("operation failed", "operation", operation, "error", err)
		internal := f.internal
		return &internal
	}
	switch refusal.Code {
	case domain.CodeUnauthenticated:
		e := f.unauthenticated
		return &e
	case domain.CodeForbidden:
		e := f.forbidden
		return &e
	case domain.CodeUnavailable:
		log.Warn("operation unavailable", "operation", operation, "error", err)
		return &Error{f.internal.Code, refusal.Message, http.StatusServiceUnavailable}
	case domain.CodeConflict:
		return &Error{f.internal.Code, refusal.Message, http.StatusServiceUnavailable}
	case domain.CodeKeyReused:
		return f.spell(log, operation, apig.ErrInvalidBecause("Idempotency-Key", refusal.Message))
	case domain.CodeTooLarge:
		return f.spell(log, operation, apig.ErrParameter(refusal.Message))
	}
	return &Error{refusal.Code, refusal.Message, statusOf(refusal.Code)}
}

// silent is for errors that are told by who caused them.
var silent = slog.New(slog.DiscardHandler)
