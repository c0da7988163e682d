package apig

import (
	"bytes"
	"encoding/json"
	"strings"
)

// respHeadersContent is SetRespHeadersContent (APIG V2 §3.27.1).
type respHeadersContent struct {
	Headers headerPolicies `json:"response_headers" maxItems:"10"`
}

// headerPolicy is what becomes of a header of responses.
type headerPolicy struct {
	Name      string `json:"name,omitempty" maxLength:"32" pattern:"^[A-Za-z][A-Za-z0-9-]*$"`
	Value     string `json:"value,omitempty" maxLength:"255"`
	ValueType string `json:"value_type,omitempty" maxLength:"64" pattern:"^[a-z_]+$"`
	Action    string `json:"action,omitempty" maxLength:"16"`
}

// headerPolicies can also be one object, as in the example of §3.27.1.
type headerPolicies []headerPolicy

// UnmarshalJSON implements json.Unmarshaler.
func (h *headerPolicies) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		*h = headerPolicies{{}}
		return json.Unmarshal(text, &(*h)[0])
	}
	return json.Unmarshal(text, (*[]headerPolicy)(h))
}

// headerActions are what can become of a header, in whatever case.
var headerActions = map[string]bool{"": true, "append": true, "override": true, "delete": true, "skip": true, "add": true}

func (c *respHeadersContent) rules() error {
	seen := map[string]bool{}
	for i, h := range c.Headers {
		name := strings.ToLower(h.Name)
		switch {
		case !headerActions[strings.ToLower(h.Action)]:
			return ErrInvalid(contentPath(element("response_headers", i, "action")))
		case name != "" && seen[name]:
			return ErrInvalidBecause(contentPath(element("response_headers", i, "name")), "is there twice")
		case isGatewayHeader(name):
			return ErrInvalidBecause(contentPath(element("response_headers", i, "name")), "is a header of the gateway's own")
		}
		seen[name] = true
	}
	return nil
}

// isGatewayHeader reports whether the gateway itself adds a header to responses; name is in lower case.
func isGatewayHeader(name string) bool {
	return name == "x-request-id" || strings.HasPrefix(name, "x-apig-")
}
