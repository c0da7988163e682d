package apig

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain/apig"
)

// refuse spells what goes wrong before a handler runs: a body that is no JSON, a parameter of the
// wrong type. Malformed path and query parameters are APIG.2012 and malformed bodies APIG.2000, as
// the reference's examples have them; the operations on instances answer APIC.7211 for all.
func (f family) refuse(status int, msg string, errs []error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		internal := f.internal
		return &internal
	}
	for _, err := range errs {
		detail, ok := err.(*huma.ErrorDetail)
		if !ok {
			continue
		}
		where, name, _ := strings.Cut(detail.Location, ".")
		if where == "path" || where == "query" || where == "header" {
			return f.invalid(name)
		}
		return f.malformed(detail.Message)
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusUnsupportedMediaType {
		return f.malformed(msg)
	}
	return f.malformed("unexpected end of JSON input")
}

func (f family) invalid(parameter string) *Error {
	refusal := apig.ErrInvalidID(parameter)
	if f == instance {
		refusal = apig.ErrInstanceParam(parameter)
	}
	return &Error{refusal.Code, refusal.Message, http.StatusBadRequest}
}

func (f family) malformed(detail string) *Error {
	refusal := apig.ErrParameter("Serialization error: " + detail)
	if f == instance {
		refusal = apig.ErrInstanceParam("body")
	}
	return &Error{refusal.Code, refusal.Message, http.StatusBadRequest}
}
