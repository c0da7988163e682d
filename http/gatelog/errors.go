package gatelog

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/http/web"
)

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

// spelling is how this surface tells its errors.
var spelling = web.StatusOf(statusOf)

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
	e := spelling.Spell(web.RequestID(ctx), err)
	if e.GetStatus() >= http.StatusInternalServerError {
		s.Logger.Warn("operation failed", "operation", op.id, "request_id", e.RequestID, "error", err)
	}
	if h := (halfway{}); errors.As(err, &h) && h.at > 0 {
		return huma.ErrorWithHeaders(e, http.Header{headerPosition: {place(h.at)}})
	}
	return e
}
