package apig

import (
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// The constructors below make the documented refusals of APIG V2 §5.4, one function a code, in the
// wording of the operations' examples. They say nothing about the HTTP status: it can depend on the
// operation, and belongs to the edge. Values that a client sent are cut to shownValue bytes.

const shownValue = 256

// --- Parameters -------------------------------------------------------------------------------

// FromViolation returns the refusal for a broken rule of a field: APIG.2001 when the value is
// missing, APIG.2011 for every other rule. The parameter is the path of the value; nil gives nil.
func FromViolation(v *domain.Violation) *domain.Error {
	switch {
	case v == nil:
		return nil
	case v.Keyword == "required":
		return ErrMissing(v.Path)
	default:
		return ErrInvalid(v.Path)
	}
}

// violated refuses a body that breaks a rule of its fields.
func violated(body any) error {
	if bad := domain.Check(body); bad != nil {
		return FromViolation(bad)
	}
	return nil
}

// ErrParameter is APIG.2000: the request as a whole cannot be used; detail says why.
func ErrParameter(detail string) *domain.Error {
	return domain.Errorf("APIG.2000", "Parameter error: %s", shown(detail))
}

// ErrFeatureUnknown is APIG.2000 as §3.21.1 uses it: no feature has this name.
func ErrFeatureUnknown(name string) *domain.Error {
	return about("name", domain.Errorf("APIG.2000", "unrecognized feature %s", shown(name)))
}

// ErrMissing is APIG.2001: a required parameter was not given.
func ErrMissing(param string) *domain.Error {
	return refuseParam("APIG.2001", "The request parameters must be specified", param)
}

// ErrTooSmall is APIG.2002: a number is below what is allowed.
func ErrTooSmall(param string) *domain.Error {
	return refuseParam("APIG.2002", "The parameter value is too small", param)
}

// ErrTooLarge is APIG.2003: a number is above what is allowed, e.g. by a feature of the instance.
func ErrTooLarge(param string) *domain.Error {
	return refuseParam("APIG.2003", "The parameter value is too large", param)
}

// ErrOutOfRange is APIG.2004: a number is outside its range.
func ErrOutOfRange(param string) *domain.Error {
	return refuseParam("APIG.2004", "The parameter value is outside the allowable range", param)
}

// ErrInvalid is APIG.2011: a member of the body breaks its rule.
func ErrInvalid(param string) *domain.Error {
	return refuseParam("APIG.2011", "Invalid parameter value", param)
}

// ErrInvalidBecause is APIG.2011 for a rule that one parameter's name does not explain, e.g. one
// between two members; reason is a part sentence such as "is larger than max_num".
func ErrInvalidBecause(param, reason string) *domain.Error {
	return about(param, domain.Errorf("APIG.2011", "Invalid parameter value: parameter %s %s", shown(param), shown(reason)))
}

// ErrInvalidAction is APIG.2011 in the form of §3.5.9: action is neither online nor offline.
func ErrInvalidAction() *domain.Error {
	return ErrInvalidBecause("action", `should be either "online" or "offline"`)
}

// ErrInvalidID is APIG.2012: a path parameter or a filter of the query is malformed.
func ErrInvalidID(param string) *domain.Error {
	return refuseParam("APIG.2012", "Invalid parameter value", param)
}

// ErrURLDomainInvalid is APIG.2024: a domain name is malformed.
func ErrURLDomainInvalid() *domain.Error {
	return about("url_domain", domain.Errorf("APIG.2024", "Invalid URL domain name"))
}

// ErrPathParamUndefined is APIG.2026: req_uri names a path parameter that req_params lacks.
func ErrPathParamUndefined(name string) *domain.Error {
	return about("req_params", domain.Errorf("APIG.2026", "The request path parameters are not defined,name:%s", shown(name)))
}

// ErrBackendPathParamUndefined is APIG.2027: a backend path names a path parameter that the backend
// parameters lack; param is the path of the list that lacks it.
func ErrBackendPathParamUndefined(param, name string) *domain.Error {
	return about(param, domain.Errorf("APIG.2027", "The backend path parameters are not defined,name:%s", shown(name)))
}

// ErrMappedParamUndefined is APIG.2028: what a backend parameter refers to is not in req_params;
// param is the path of the reference.
func ErrMappedParamUndefined(param, name string) *domain.Error {
	return about(param, domain.Errorf("APIG.2028",
		"The request parameters mapped to the backend parameters are not defined,name:%s", shown(name)))
}

// ErrAuthorizerParams is APIG.2036: param needs the custom authentication that the API does not use.
func ErrAuthorizerParams(param string) *domain.Error {
	return refuseParam("APIG.2036", "Only APIs that use custom authentication can have authorizer parameters", param)
}

// ErrClientSSL is APIG.3717: the backend is called without TLS, so that there can be no two-way TLS;
// param is the path of the switch.
func ErrClientSSL(param string) *domain.Error {
	return about(param, domain.Errorf("APIG.3717", "Two-way TLS authentication not supported for HTTP or GRPC backend requests"))
}

// --- Not there --------------------------------------------------------------------------------

// ErrGroupNotFound is APIG.3001.
func ErrGroupNotFound(id string) *domain.Error { return missing("APIG.3001", "API group", id) }

// ErrAPINotFound is APIG.3002.
func ErrAPINotFound(id string) *domain.Error { return missing("APIG.3002", "API", id) }

// ErrEnvNotFound is APIG.3003.
func ErrEnvNotFound(id string) *domain.Error { return missing("APIG.3003", "Environment", id) }

// ErrVariableNotFound is APIG.3011.
func ErrVariableNotFound(id string) *domain.Error {
	return domain.Errorf("APIG.3011", "The environment variable does not exist, id: %s", shown(id))
}

// ErrPublicationNotFound is APIG.3015: the API is not published where it would have to be.
func ErrPublicationNotFound(id string) *domain.Error {
	return missingID("APIG.3015", "The API publication record does not exist", id)
}

// ErrVersionNotFound is APIG.3022.
func ErrVersionNotFound(id string) *domain.Error {
	return missingID("APIG.3022", "The API version does not exist", id)
}

// ErrVPCChannelNotFound is APIG.3023.
func ErrVPCChannelNotFound(id string) *domain.Error {
	return missingID("APIG.3023", "The VPC channel does not exist", id)
}

// ErrInstanceNotFound is APIG.3030: no such instance, asked for below the instance's path. The
// instance operations themselves use ErrInstanceUnknown.
func ErrInstanceNotFound(id string) *domain.Error {
	return domain.Errorf("APIG.3030", "The instance does not exist;id:%s", shown(id))
}

// ErrAuthorizerNotFound is APIG.3081.
func ErrAuthorizerNotFound(id string) *domain.Error {
	return domain.Errorf("APIG.3081", "authorizer with id: %s not found", shown(id))
}

// ErrFeatureConfigNotFound is APIG.3087.
func ErrFeatureConfigNotFound(name string) *domain.Error {
	return domain.Errorf("APIG.3087", "The feature configuration does not exist,name:%s", shown(name))
}

// ErrResponseNotFound is APIG.3007, the code nearest to a group response that does not exist.
func ErrResponseNotFound(id string) *domain.Error {
	return missingID("APIG.3007", "The configuration does not exist", id)
}

// --- There already ----------------------------------------------------------------------------

// ErrGroupNameTaken is APIG.3201.
func ErrGroupNameTaken(name string) *domain.Error {
	return taken("APIG.3201", "The API group name already exists", "name", name)
}

// ErrAPINameTaken is APIG.3202.
func ErrAPINameTaken(name string) *domain.Error {
	return about("name", domain.Errorf("APIG.3202", "The API name already exists, api_name:%s", shown(name)))
}

// ErrEnvNameTaken is APIG.3205.
func ErrEnvNameTaken(name string) *domain.Error {
	return taken("APIG.3205", "The environment name already exists", "name", name)
}

// ErrParamNameTaken is APIG.3209: two parameters of one list and one location have this name; param
// is the path of the second.
func ErrParamNameTaken(param, name string) *domain.Error {
	return about(param, domain.Errorf("APIG.3209", "The parameter name already exists, name:%s", shown(name)))
}

// ErrPolicyNameTaken is APIG.3210: two backend policies have this name; param is the path of the
// second.
func ErrPolicyNameTaken(param, name string) *domain.Error {
	return about(param, domain.Errorf("APIG.3210", "The backend policy name already exists, name:%s", shown(name)))
}

// ErrAPIExists is APIG.3301: another API answers the same method and path.
func ErrAPIExists(method, uri string) *domain.Error {
	return about("req_uri", domain.Errorf("APIG.3301", "The API already exists, req_method:%s, req_uri:%s", shown(method), shown(uri)))
}

// ErrVariableExists is APIG.3303: the group has a variable of this name in the environment.
func ErrVariableExists(name string) *domain.Error {
	return taken("APIG.3303", "The environment variable already exists", "variable_name", name)
}

// --- In use -----------------------------------------------------------------------------------

// ErrGroupHasAPIs is APIG.3415 (§3.1.3).
func ErrGroupHasAPIs(id string) *domain.Error {
	return missingID("APIG.3415", "The API group cannot be deleted because it contains APIs", id)
}

// ErrAPIPublished is APIG.3416 (§3.5.3).
func ErrAPIPublished() *domain.Error {
	return domain.Errorf("APIG.3416", "The API cannot be deleted because it has been published")
}

// ErrEnvHasAPIs is APIG.3418 (§3.2.3).
func ErrEnvHasAPIs(id string) *domain.Error {
	return missingID("APIG.3418", "The environment contains published APIs", id)
}

// --- Features, import and export --------------------------------------------------------------

// ErrFeatureTooSoon is APIG.3711: the feature was changed less than a minute ago (§3.21.1).
func ErrFeatureTooSoon() *domain.Error {
	return domain.Errorf("APIG.3711", "A configuration parameter can be modified only once per minute")
}

// --- Wording ----------------------------------------------------------------------------------

func refuseParam(code, text, param string) *domain.Error {
	return about(param, domain.Errorf(code, "%s,parameterName:%s. Please refer to the support documentation", text, shown(param)))
}

func missing(code, what, id string) *domain.Error {
	return domain.Errorf(code, "%s %s does not exist", what, shown(id))
}

func missingID(code, text, id string) *domain.Error {
	return domain.Errorf(code, "%s,id:%s", text, shown(id))
}

func tooMany(code, what string, limit int) *domain.Error {
	return domain.Errorf(code, "The number of %s exceeds the maximum allowed limit,limit:%d", what, limit)
}

func taken(code, text, param, name string) *domain.Error {
	return about(param, domain.Errorf(code, "%s, %s:%s", text, param, shown(name)))
}

func about(param string, e *domain.Error) *domain.Error {
	e.Param = param
	return e
}

func shown(value string) string {
	if len(value) <= shownValue {
		return value
	}
	return strings.ToValidUTF8(value[:shownValue], "") + "..."
}
