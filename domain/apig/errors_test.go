package apig_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// §5.4 and the examples of the operations: code, wording and parameter of every refusal.
func TestErrors(t *testing.T) {
	t.Parallel()
	const support = ". Please refer to the support documentation"
	for _, c := range []struct {
		got     *domain.Error
		code    string
		message string
		param   string
	}{
		{apig.ErrParameter("empty body"), "APIG.2000", "Parameter error: empty body", ""},
		{apig.ErrFeatureUnknown("x"), "APIG.2000", "unrecognized feature x", "name"},
		{apig.ErrMissing("env_id"), "APIG.2001", "The request parameters must be specified,parameterName:env_id" + support, "env_id"},
		{apig.ErrTooSmall("n"), "APIG.2002", "The parameter value is too small,parameterName:n" + support, "n"},
		{apig.ErrTooLarge("n"), "APIG.2003", "The parameter value is too large,parameterName:n" + support, "n"},
		{apig.ErrOutOfRange("n"), "APIG.2004", "The parameter value is outside the allowable range,parameterName:n" + support, "n"},
		{apig.ErrInvalid("name"), "APIG.2011", "Invalid parameter value,parameterName:name" + support, "name"},
		{apig.ErrInvalidBecause("a", "is wrong"), "APIG.2011", "Invalid parameter value: parameter a is wrong", "a"},
		{apig.ErrInvalidAction(), "APIG.2011", `Invalid parameter value: parameter action should be either "online" or "offline"`, "action"},
		{apig.ErrInvalidID("id"), "APIG.2012", "Invalid parameter value,parameterName:id" + support, "id"},
		{apig.ErrURLDomainInvalid(), "APIG.2024", "Invalid URL domain name", "url_domain"},
		{apig.ErrPathParamUndefined("id"), "APIG.2026", "The request path parameters are not defined,name:id", "req_params"},
		{apig.ErrBackendPathParamUndefined("backend_params", "id"), "APIG.2027", "The backend path parameters are not defined,name:id", "backend_params"},
		{apig.ErrMappedParamUndefined("p", "id"), "APIG.2028", "The request parameters mapped to the backend parameters are not defined,name:id", "p"},
		{apig.ErrAuthorizerParams("p"), "APIG.2036", "Only APIs that use custom authentication can have authorizer parameters,parameterName:p" + support, "p"},
		{apig.ErrImportTitle(), "APIG.2044", "Invalid title of info", "file_name"},
		{apig.ErrImportServers(), "APIG.2045", "Parse Servers error. The Servers must meet the documents", "file_name"},
		{apig.ErrGroupNotFound("1"), "APIG.3001", "API group 1 does not exist", ""},
		{apig.ErrAPINotFound("1"), "APIG.3002", "API 1 does not exist", ""},
		{apig.ErrEnvNotFound("1"), "APIG.3003", "Environment 1 does not exist", ""},
		{apig.ErrResponseNotFound("1"), "APIG.3007", "The configuration does not exist,id:1", ""},
		{apig.ErrVariableNotFound("1"), "APIG.3011", "The environment variable does not exist, id: 1", ""},
		{apig.ErrPublicationNotFound("1"), "APIG.3015", "The API publication record does not exist,id:1", ""},
		{apig.ErrVersionNotFound("1"), "APIG.3022", "The API version does not exist,id:1", ""},
		{apig.ErrVPCChannelNotFound("1"), "APIG.3023", "The VPC channel does not exist,id:1", ""},
		{apig.ErrInstanceNotFound("1"), "APIG.3030", "The instance does not exist;id:1", ""},
		{apig.ErrAuthorizerNotFound("1"), "APIG.3081", "authorizer with id: 1 not found", ""},
		{apig.ErrFeatureConfigNotFound("x"), "APIG.3087", "The feature configuration does not exist,name:x", ""},
		{apig.ErrTooMany("p", 1), "APIG.3100", "The number of resources exceeds the maximum allowed limit,limit:1", "p"},
		{apig.ErrTooManyGroups(1), "APIG.3101", "The number of API groups exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyAPIs(1), "APIG.3102", "The number of APIs exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyEnvs(1), "APIG.3104", "The number of environments exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyVariables(1), "APIG.3106", "The number of variables exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyReqParams(1), "APIG.3111", "The number of parameters in req_params exceeds the maximum allowed limit,limit:1", "req_params"},
		{apig.ErrTooManyPolicies(1), "APIG.3113", "The number of API backend policies exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyConditions("p", 1), "APIG.3114", "The number of policy conditions exceeds the maximum allowed limit,limit:1", "p"},
		{apig.ErrTooManyGroupAPIs(1), "APIG.3125", "The number of APIs in the API group exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyImported(7), "APIG.3127", "The number of APIs has reached the upper limit. A maximum of 7 APIs can be imported at a time", ""},
		{apig.ErrTooManyTags(1), "APIG.3133", "The number of API tags exceeds the maximum allowed limit,limit:1", "tags"},
		{apig.ErrGroupNameTaken("g"), "APIG.3201", "The API group name already exists, name:g", "name"},
		{apig.ErrAPINameTaken("api_demo"), "APIG.3202", "The API name already exists, api_name:api_demo", "name"},
		{apig.ErrEnvNameTaken("e"), "APIG.3205", "The environment name already exists, name:e", "name"},
		{apig.ErrParamNameTaken("p", "x"), "APIG.3209", "The parameter name already exists, name:x", "p"},
		{apig.ErrPolicyNameTaken("p", "x"), "APIG.3210", "The backend policy name already exists, name:x", "p"},
		{apig.ErrAPIExists("GET", "/a"), "APIG.3301", "The API already exists, req_method:GET, req_uri:/a", "req_uri"},
		{apig.ErrVariableExists("v"), "APIG.3303", "The environment variable already exists, variable_name:v", "variable_name"},
		{apig.ErrGroupHasAPIs("1"), "APIG.3415", "The API group cannot be deleted because it contains APIs,id:1", ""},
		{apig.ErrAPIPublished(), "APIG.3416", "The API cannot be deleted because it has been published", ""},
		{apig.ErrEnvHasAPIs("1"), "APIG.3418", "The environment contains published APIs,id:1", ""},
		{apig.ErrImportFormat("line 1"), "APIG.3600", "JSON or YAML format error: line 1", "file_name"},
		{apig.ErrImportVersion("4"), "APIG.3601", "The Swagger file version must be 2.0: got 4", "file_name"},
		{apig.ErrImportSyntax("no paths"), "APIG.3602", "Syntax error in the Swagger file: no paths", "file_name"},
		{apig.ErrImportTooLong(), "APIG.3603", "The input data is too long", "file_name"},
		{apig.ErrImportEmpty(), "APIG.3609", "The input file is empty", "file_name"},
		{apig.ErrFeatureTooSoon(), "APIG.3711", "A configuration parameter can be modified only once per minute", ""},
		{apig.ErrClientSSL("p"), "APIG.3717", "Two-way TLS authentication not supported for HTTP or GRPC backend requests", "p"},
		{apig.ErrInstanceParam("eip_id"), "APIC.7211", "Parameter value does not match the rules, parameter name[eip_id]", "eip_id"},
		{apig.ErrMaintainLength(), "APIC.7230", "The maintenance time window must be 4 hours", ""},
		{apig.ErrMaintainHours(), "APIC.7235", "The maintenance time window must start or end with 2, 6, 10, 14, 18, or 22", ""},
		{apig.ErrEnterpriseProject(), "APIC.7241", "An enterprise project ID must be specified if you are an enterprise user", "enterprise_project_id"},
		{apig.ErrSpecNotFound(), "APIC.7301", "Instance spec not found", "spec_id"},
		{apig.ErrInstanceUnknown(), "APIC.7302", "Instance not found", ""},
		{apig.ErrTooManyInstances(5), "APIC.7400", "Maximum number of gateways reached,limit:5", ""},
		{apig.ErrTooManyInstanceTags(20), "APIC.7402", "The number of tags exceeds the maximum allowed limit,limit:20", "tags"},
		{apig.ErrInstanceNameTaken("i"), "APIC.7500", "The gateway name already exists, instance_name:i", "instance_name"},
		{apig.ErrNoLoadBalancing(), "APIC.7242", "Load balancing is not supported by this edition: the instance has no ELB", ""},
		{apig.ErrResizeUnsupported(), "APIC.7243", "Scale-up is not supported by this edition", "spec_id"},
		{apig.ErrNoEgress(), "APIC.7311", "The NAT EIP does not exist: public outbound access is not enabled for the instance", ""},
		{apig.ErrIPv6Bandwidth(5), "APIC.7313", "The bandwidth for IPv6 cannot be less than 5 Mbit/s", "bandwidth_size"},
		{apig.ErrEndpointNotFound(), "APIC.7314", "Endpoint service not found", ""},
		{apig.ErrSameSpec(), "APIC.7707", "Scaling up to the same specifications is not allowed", "spec_id"},
		{apig.ErrEgressOpen(), "APIC.7709", "Public network access is enabled for the gateway", ""},
		{apig.ErrIngressOpen(), "APIC.7711", "Public inbound access is enabled for the instance", ""},
		{apig.ErrNoIngress(), "APIC.9211", "update bandwidth size failed: public inbound access is not enabled for the instance", ""},
		{apig.ErrInstanceBusy("Creating"), "APIC.7701", "Instance status conflict,status:Creating", ""},
	} {
		t.Run(c.code+" "+c.message, func(t *testing.T) {
			t.Parallel()
			if want := (domain.Error{Code: c.code, Message: c.message, Param: c.param}); *c.got != want {
				t.Errorf("got  %+v\nwant %+v", *c.got, want)
			}
		})
	}
}

// What a client sent is shown, but never at any length, and never cut within a character.
func TestErrorsCutWhatTheyShow(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("a", 10_000), strings.Repeat("中", 10_000)} {
		message := apig.ErrAPINotFound(text).Message
		if len(message) > 300 || !utf8.ValidString(message) || !strings.Contains(message, "...") {
			t.Errorf("message of %d bytes: %q", len(message), message)
		}
	}
	exactly := strings.Repeat("a", 256)
	if got, want := apig.ErrAPINotFound(exactly).Message, "API "+exactly+" does not exist"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFromViolation(t *testing.T) {
	t.Parallel()
	if got := apig.FromViolation(nil); got != nil {
		t.Errorf("no violation gave %v", got)
	}
	for keyword, want := range map[string]*domain.Error{
		"required": apig.ErrMissing("a.b"), "minLength": apig.ErrInvalid("a.b"), "maximum": apig.ErrInvalid("a.b"),
		"enum": apig.ErrInvalid("a.b"), "pattern": apig.ErrInvalid("a.b"), "maxItems": apig.ErrInvalid("a.b"), "utf8": apig.ErrInvalid("a.b"),
	} {
		if got := apig.FromViolation(&domain.Violation{Path: "a.b", Keyword: keyword}); *got != *want {
			t.Errorf("%s gave %v, want %v", keyword, got, want)
		}
	}
}
