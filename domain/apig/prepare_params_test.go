package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.5.1: what the value of a backend parameter may be, by origin.
func TestPrepareBackendParams(t *testing.T) {
	t.Parallel()
	value := func(origin, text string) func(*apig.Definition) {
		return func(d *apig.Definition) { d.BackendParams[1].Origin, d.BackendParams[1].Value = origin, text }
	}
	const param = "backend_params[1].value"
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"REQUEST of a request parameter", value("REQUEST", "page"), "", ""},
		{"REQUEST of nothing (2028)", value("REQUEST", "nothing"), "APIG.2028", param},
		{"CONSTANT", value("CONSTANT", "$context.anything"), "", ""},
		{"CONSTANT without value", value("CONSTANT", ""), "APIG.2001", param},
		{"SYSTEM of the gateway", value("SYSTEM", "$context.requestId"), "", ""},
		{"SYSTEM known from the SDK", value("SYSTEM", "$context.member_group_id"), "", ""},
		{"SYSTEM nobody knows", value("SYSTEM", "$context.nothing"), "APIG.2011", param},
		{"SYSTEM of the frontend's authorizer", value("SYSTEM", "$context.authorizer.frontend.user"), "", ""},
		{"its prefix alone", value("SYSTEM", "$context.authorizer.frontend."), "APIG.2011", param},
		{"without a frontend authorizer (2036)", func(d *apig.Definition) {
			value("SYSTEM", "$context.authorizer.frontend.user")(d)
			d.AuthType, d.AuthorizerID = "NONE", ""
		}, "APIG.2036", param},
		{"SYSTEM of a backend authorizer, which is missing (2036)", value("SYSTEM", "$context.authorizer.backend.user"), "APIG.2036", param},
		{"SYSTEM of the backend's authorizer", func(d *apig.Definition) {
			value("SYSTEM", "$context.authorizer.backend.user")(d)
			d.BackendAPI.AuthorizerID = "auth2"
		}, "", ""},
		{"a name twice in a location (3209)", func(d *apig.Definition) { d.BackendParams = append(d.BackendParams, d.BackendParams[1]) }, "APIG.3209", "backend_params[2].name"},
		{"a name in two locations", func(d *apig.Definition) {
			d.BackendParams = append(d.BackendParams, d.BackendParams[1])
			d.BackendParams[2].Location = "QUERY"
		}, "", ""},
	})
}

// §3.5.1: a policy's parameters see the policy's authorizer, and the API's request parameters.
func TestPreparePolicyBackendParams(t *testing.T) {
	t.Parallel()
	one := func(origin, text string) []apig.BackendParam {
		return []apig.BackendParam{{Name: "x", Origin: origin, Location: "HEADER", Value: text}}
	}
	const param = "policy_https[0].backend_params[0].value"
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"request parameter", func(d *apig.Definition) { d.PolicyHTTPs[0].BackendParams = one("REQUEST", "id") }, "", ""},
		{"undefined request parameter", func(d *apig.Definition) { d.PolicyHTTPs[0].BackendParams = one("REQUEST", "x") }, "APIG.2028", param},
		{"authorizer of the default backend", func(d *apig.Definition) {
			d.BackendAPI.AuthorizerID = "auth2"
			d.PolicyHTTPs[0].BackendParams = one("SYSTEM", "$context.authorizer.backend.user")
		}, "APIG.2036", param},
		{"authorizer of the policy", func(d *apig.Definition) {
			d.PolicyHTTPs[0].AuthorizerID = "auth2"
			d.PolicyHTTPs[0].BackendParams = one("SYSTEM", "$context.authorizer.backend.user")
		}, "", ""},
	})
	for name, base := range map[string]func() apig.Definition{"function": functionDefinition, "mock": mockDefinition} {
		runPrepareCases(t, base, []prepareCase{{"authorizer of a " + name, func(d *apig.Definition) {
			d.BackendParams = one("SYSTEM", "$context.authorizer.backend.user")
			if d.FuncInfo != nil {
				d.FuncInfo.AuthorizerID = "auth2"
			} else {
				d.MockInfo.AuthorizerID = "auth2"
			}
		}, "", ""}})
	}
}

// §3.5.1: unique names of policies (3210), and what each condition_origin needs.
func TestPreparePolicies(t *testing.T) {
	t.Parallel()
	condition := func(c apig.Condition) func(*apig.Definition) {
		return func(d *apig.Definition) { d.PolicyHTTPs[0].Conditions = []apig.Condition{c} }
	}
	const path = "policy_https[0].conditions[0]"
	const user = "$context.authorizer.frontend.user"
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"a name twice, over the lists", func(d *apig.Definition) {
			d.PolicyMocks = mockDefinition().PolicyMocks
			d.PolicyMocks[0].Name = "Beta"
		}, "APIG.3210", "policy_https[0].name"},
		{"two names", func(d *apig.Definition) { d.PolicyMocks = mockDefinition().PolicyMocks }, "", ""},
		{"param", condition(apig.Condition{ConditionOrigin: "param", ReqParamName: "id", ConditionType: "enum", ConditionValue: "a"}), "", ""},
		{"param without name", condition(apig.Condition{ConditionOrigin: "param", ConditionType: "enum", ConditionValue: "a"}), "APIG.2001", path + ".req_param_name"},
		{"param that is none", condition(apig.Condition{ConditionOrigin: "param", ReqParamName: "x", ConditionType: "enum", ConditionValue: "a"}), "APIG.2011", path + ".req_param_name"},
		{"param without type", condition(apig.Condition{ConditionOrigin: "param", ReqParamName: "id", ConditionValue: "a"}), "APIG.2001", path + ".condition_type"},
		{"param without value", condition(apig.Condition{ConditionOrigin: "param", ReqParamName: "id", ConditionType: "exact"}), "APIG.2001", path + ".condition_value"},
		{"source", condition(apig.Condition{ConditionOrigin: "source", ConditionValue: "10.0.0.1"}), "", ""},
		{"source without value", condition(apig.Condition{ConditionOrigin: "source"}), "APIG.2001", path + ".condition_value"},
		{"system", condition(apig.Condition{ConditionOrigin: "system", SysParamName: "req_method", ConditionType: "exact", ConditionValue: "GET"}), "", ""},
		{"system without value", condition(apig.Condition{ConditionOrigin: "system", SysParamName: "reqPath", ConditionType: "exact"}), "", ""},
		{"system without name", condition(apig.Condition{ConditionOrigin: "system", ConditionType: "exact"}), "APIG.2001", path + ".sys_param_name"},
		{"system without type", condition(apig.Condition{ConditionOrigin: "system", SysParamName: "req_path"}), "APIG.2001", path + ".condition_type"},
		{"cookie", condition(apig.Condition{ConditionOrigin: "cookie", CookieParamName: "c", ConditionType: "exact", ConditionValue: "v"}), "", ""},
		{"cookie without name", condition(apig.Condition{ConditionOrigin: "cookie", ConditionType: "exact", ConditionValue: "v"}), "APIG.2001", path + ".cookie_param_name"},
		{"frontend_authorizer", condition(apig.Condition{ConditionOrigin: "frontend_authorizer", FrontendAuthorizerParamName: user, ConditionType: "exact", ConditionValue: "v"}), "", ""},
		{"frontend_authorizer without prefix", condition(apig.Condition{ConditionOrigin: "frontend_authorizer", FrontendAuthorizerParamName: "user", ConditionType: "exact", ConditionValue: "v"}), "APIG.2011", path + ".frontend_authorizer_param_name"},
		{"frontend_authorizer without one (2036)", func(d *apig.Definition) {
			condition(apig.Condition{ConditionOrigin: "frontend_authorizer", FrontendAuthorizerParamName: user, ConditionType: "exact", ConditionValue: "v"})(d)
			d.AuthType, d.AuthorizerID = "IAM", ""
		}, "APIG.2036", path + ".frontend_authorizer_param_name"},
		{"the same condition twice", func(d *apig.Definition) {
			d.PolicyHTTPs[0].Conditions = append(d.PolicyHTTPs[0].Conditions, d.PolicyHTTPs[0].Conditions...)
		}, "", ""},
		{"unknown origin", condition(apig.Condition{ConditionOrigin: "moon", ConditionValue: "x"}), "APIG.2011", path + ".condition_origin"},
	})
}

// Patterns are regular expressions of RE2, of bounded length.
func TestPreparePatterns(t *testing.T) {
	t.Parallel()
	pattern := func(text string) func(*apig.Definition) {
		return func(d *apig.Definition) {
			d.PolicyHTTPs[0].Conditions[0].ConditionType, d.PolicyHTTPs[0].Conditions[0].ConditionValue = "pattern", text
		}
	}
	const param = "policy_https[0].conditions[0].condition_value"
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"plain", pattern(`^/v[0-9]+/.*$`), "", ""},
		{"512 characters", pattern(strings.Repeat("中", 512)), "", ""},
		{"513 characters", pattern(strings.Repeat("中", 513)), "APIG.2011", param},
		{"not closed", pattern(`(a`), "APIG.2011", param},
		{"not of RE2", pattern(`(?=a)`), "APIG.2011", param},
		{"too many repetitions", pattern(`((a{100}){100}){100}`), "APIG.2011", param},
		{"no pattern, no rule", func(d *apig.Definition) { d.PolicyHTTPs[0].Conditions[0].ConditionValue = "(a" }, "", ""},
	})
}
