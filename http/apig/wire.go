package apig

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
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
		switch where, name, _ := strings.Cut(detail.Location, "."); where {
		case "path", "query", "header":
			return coded(f.parameter(name))
		case "form":
			return coded(because(f.member(name), detail.Message))
		case "body":
			return coded(f.body(detail.Message))
		default: // a file of a form
			return coded(because(f.member(where), detail.Message))
		}
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusUnsupportedMediaType {
		return coded(f.body(msg))
	}
	return coded(f.body("unexpected end of JSON input"))
}
