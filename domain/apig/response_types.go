package apig

import "slices"

// ErrorType is a kind of error for which a gateway answers by itself (APIG V2 §3.19.1).
type ErrorType struct {
	Name string
	// Status is that of the answer where nobody set another; 0: the status stays as it is.
	Status int
	// Alias is another name of the type: the reference writes two of them in two ways.
	Alias string
}

// DefaultResponseBody is the body of every type's answer where nobody set another (APIG V2 §3.19.1).
const DefaultResponseBody = `{"error_code":"$context.error.code","error_msg":"$context.error.message","request_id":"$context.requestId"}`

// errorTypes are all types. The statuses of the first are those of the reference's examples; behind them
// are types that the examples or the document leave out.
var errorTypes = []ErrorType{
	{"AUTH_FAILURE", 401, ""},
	{"AUTH_HEADER_MISSING", 401, ""},
	{"AUTHORIZER_FAILURE", 500, ""},
	{"AUTHORIZER_CONF_FAILURE", 500, ""},
	{"AUTHORIZER_IDENTITIES_FAILURE", 401, "AUTHORIZER_IDENTITY_FAILURE"},
	{"BACKEND_UNAVAILABLE", 502, ""},
	{"BACKEND_TIMEOUT", 504, ""},
	{"THROTTLED", 429, ""},
	{"UNAUTHORIZED", 401, ""},
	{"ACCESS_DENIED", 403, ""},
	{"NOT_FOUND", 404, ""},
	{"REQUEST_PARAMETERS_FAILURE", 400, ""},
	{"DEFAULT_4XX", 0, ""},
	{"DEFAULT_5XX", 0, ""},
	{"THIRD_AUTH_FAILURE", 401, ""},
	{"THIRD_AUTH_IDENTITY_FAILURE", 401, "THIRD_AUTH_IDENTITIES_FAILURE"},
	{"THIRD_AUTH_CONF_FAILURE", 500, ""},

	{"ORCHESTRATION_PARAMETER_NOT_FOUND", 400, ""},
	{"ORCHESTRATION_FAILURE", 400, ""},
	{"OIDC_AUTH_TOKEN_VERIFY_FAIL", 401, ""},
	{"OIDC_AUTH_GET_DISCOVERY_ERROR", 500, ""},
	{"OIDC_AUTH_CODE_FLOW_FAIL", 401, ""},
	{"JWT_AUTH_FAILURE", 401, ""},
}

// ErrorTypes returns all types of errors that a response can be set for.
func ErrorTypes() []ErrorType { return slices.Clone(errorTypes) }

// ErrorTypeNamed returns the type of that name or alias; false when there is none.
func ErrorTypeNamed(name string) (ErrorType, bool) {
	i := slices.IndexFunc(errorTypes, func(e ErrorType) bool {
		return name != "" && (e.Name == name || e.Alias == name)
	})
	if i < 0 {
		return ErrorType{}, false
	}
	return errorTypes[i], true
}
