package apig

import (
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/check"
)

// The constructors below make the documented refusals of APIG V2 §5.4, one function a code, in the
// wording of the operations' examples. They say nothing about the HTTP status: it can depend on the
// operation, and belongs to the edge. Values that a client sent are cut to shownValue bytes.

const shownValue = 256

// --- Parameters -------------------------------------------------------------------------------

// FromViolation returns the refusal for a broken rule of a field: APIG.2001 when the value is
// missing, APIG.2011 for every other rule. The parameter is the path of the value; nil gives nil.
func FromViolation(v *check.Violation) *domain.Error {
	switch {
	case v == nil:
		return nil
	case v.Keyword == "required":
		return ErrMissing(v.Path)
	default:
		return ErrInvalid(v.Path)
	}
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

// ErrFunctionNotFound is APIG.3019.
func ErrFunctionNotFound() *domain.Error {
	return domain.Errorf("APIG.3019", "The function URN does not exist")
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

// --- Too many: limit is the quota's value -----------------------------------------------------

// ErrTooMany is APIG.3100: a list without a code of its own is longer than its quota; param is the
// path of the list.
func ErrTooMany(param string, limit int) *domain.Error {
	return about(param, tooMany("APIG.3100", "resources", limit))
}

// ErrTooManyGroups is APIG.3101, quota APIGROUP_NUM_LIMIT.
func ErrTooManyGroups(limit int) *domain.Error { return tooMany("APIG.3101", "API groups", limit) }

// ErrTooManyAPIs is APIG.3102, quota API_NUM_LIMIT.
func ErrTooManyAPIs(limit int) *domain.Error { return tooMany("APIG.3102", "APIs", limit) }

// ErrTooManyEnvs is APIG.3104, quota ENVIRONMENT_NUM_LIMIT.
func ErrTooManyEnvs(limit int) *domain.Error { return tooMany("APIG.3104", "environments", limit) }

// ErrTooManyVariables is APIG.3106, quota VARIABLE_NUM_LIMIT of a group.
func ErrTooManyVariables(limit int) *domain.Error { return tooMany("APIG.3106", "variables", limit) }

// ErrTooManyReqParams is APIG.3111, quota API_PARAM_NUM_LIMIT.
func ErrTooManyReqParams(limit int) *domain.Error {
	return about("req_params", tooMany("APIG.3111", "parameters in req_params", limit))
}

// ErrTooManyPolicies is APIG.3113, quota API_POLICY_NUM_LIMIT.
func ErrTooManyPolicies(limit int) *domain.Error {
	return tooMany("APIG.3113", "API backend policies", limit)
}

// ErrTooManyConditions is APIG.3114, quota API_CONDITION_NUM_LIMIT; param is the path of the list.
func ErrTooManyConditions(param string, limit int) *domain.Error {
	return about(param, tooMany("APIG.3114", "policy conditions", limit))
}

// ErrTooManyGroupAPIs is APIG.3125, quota API_NUM_LIMIT_PER_GROUP.
func ErrTooManyGroupAPIs(limit int) *domain.Error {
	return tooMany("APIG.3125", "APIs in the API group", limit)
}

// ErrTooManyImported is APIG.3127: more APIs in one document than one import takes (§3.16.2).
func ErrTooManyImported(limit int) *domain.Error {
	return domain.Errorf("APIG.3127",
		"The number of APIs has reached the upper limit. A maximum of %d APIs can be imported at a time", limit)
}

// ErrTooManyTags is APIG.3133, quota API_TAG_NUM_LIMIT.
func ErrTooManyTags(limit int) *domain.Error {
	return about("tags", tooMany("APIG.3133", "API tags", limit))
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

// ErrFeatureUnsupported is APIG.3458: the instance does not have the feature (§3.21.1).
func ErrFeatureUnsupported(name string) *domain.Error {
	return domain.Errorf("APIG.3458", "The feature is not supported by the current instance,name:%s", shown(name))
}

// ErrFeatureTooSoon is APIG.3711: the feature was changed less than a minute ago (§3.21.1).
func ErrFeatureTooSoon() *domain.Error {
	return domain.Errorf("APIG.3711", "A configuration parameter can be modified only once per minute")
}

// ErrImportFormat is APIG.3600: the file is neither JSON nor YAML; detail says where.
func ErrImportFormat(detail string) *domain.Error {
	return imported("APIG.3600", "JSON or YAML format error", detail)
}

// ErrImportVersion is APIG.3601: the document's version is not one that can be imported.
func ErrImportVersion(version string) *domain.Error {
	return imported("APIG.3601", "The Swagger file version must be 2.0", "got "+shown(version))
}

// ErrImportSyntax is APIG.3602: the document breaks a rule of its format; detail says which.
func ErrImportSyntax(detail string) *domain.Error {
	return imported("APIG.3602", "Syntax error in the Swagger file", detail)
}

// ErrImportTooLong is APIG.3603.
func ErrImportTooLong() *domain.Error {
	return about("file_name", domain.Errorf("APIG.3603", "The input data is too long"))
}

// ErrImportEmpty is APIG.3609.
func ErrImportEmpty() *domain.Error {
	return about("file_name", domain.Errorf("APIG.3609", "The input file is empty"))
}

// ErrImportTitle is APIG.2044: info.title of the document cannot be a group's name.
func ErrImportTitle() *domain.Error {
	return about("file_name", domain.Errorf("APIG.2044", "Invalid title of info"))
}

// ErrImportServers is APIG.2045: the servers of the document cannot be used.
func ErrImportServers() *domain.Error {
	return about("file_name", domain.Errorf("APIG.2045", "Parse Servers error. The Servers must meet the documents"))
}

// --- Instances (§3.23, §3.25) -----------------------------------------------------------------

// ErrInstanceParam is APIC.7211: a parameter of an instance operation breaks its rule.
func ErrInstanceParam(param string) *domain.Error {
	return about(param, domain.Errorf("APIC.7211", "Parameter value does not match the rules, parameter name[%s]", shown(param)))
}

// ErrMaintainLength is APIC.7230.
func ErrMaintainLength() *domain.Error {
	return domain.Errorf("APIC.7230", "The maintenance time window must be 4 hours")
}

// ErrMaintainHours is APIC.7235.
func ErrMaintainHours() *domain.Error {
	return domain.Errorf("APIC.7235", "The maintenance time window must start or end with 2, 6, 10, 14, 18, or 22")
}

// ErrEnterpriseProject is APIC.7241.
func ErrEnterpriseProject() *domain.Error {
	return about("enterprise_project_id", domain.Errorf("APIC.7241",
		"An enterprise project ID must be specified if you are an enterprise user"))
}

// ErrSpecNotFound is APIC.7301.
func ErrSpecNotFound() *domain.Error {
	return about("spec_id", domain.Errorf("APIC.7301", "Instance spec not found"))
}

// ErrInstanceUnknown is APIC.7302: no such instance, in an operation on instances themselves.
func ErrInstanceUnknown() *domain.Error { return domain.Errorf("APIC.7302", "Instance not found") }

// ErrTooManyInstances is APIC.7400, quota INSTANCE_NUM_LIMIT.
func ErrTooManyInstances(limit int) *domain.Error {
	return domain.Errorf("APIC.7400", "Maximum number of gateways reached,limit:%d", limit)
}

// ErrTooManyInstanceTags is APIC.7402.
func ErrTooManyInstanceTags(limit int) *domain.Error {
	return about("tags", domain.Errorf("APIC.7402", "The number of tags exceeds the maximum allowed limit,limit:%d", limit))
}

// ErrInstanceNameTaken is APIC.7500.
func ErrInstanceNameTaken(name string) *domain.Error {
	return taken("APIC.7500", "The gateway name already exists", "instance_name", name)
}

// ErrInstanceBusy is APIC.7701: the instance's status does not allow the operation now.
func ErrInstanceBusy(status string) *domain.Error {
	return domain.Errorf("APIC.7701", "Instance status conflict,status:%s", shown(status))
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

func imported(code, text, detail string) *domain.Error {
	return about("file_name", domain.Errorf(code, "%s: %s", text, shown(detail)))
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
