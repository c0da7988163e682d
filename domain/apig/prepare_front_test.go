package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.5.1: auth_type AUTHORIZER needs authorizer_id.
func TestPrepareAuthorizer(t *testing.T) {
	t.Parallel()
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"AUTHORIZER with one", func(d *apig.Definition) {}, "", ""},
		{"AUTHORIZER without one", func(d *apig.Definition) { d.AuthorizerID = "" }, "APIG.2001", "authorizer_id"},
		{"two factors", func(d *apig.Definition) { d.AuthType = "APP" }, "", ""},
		{"NONE with one", func(d *apig.Definition) { d.AuthType = "NONE" }, "APIG.2036", "authorizer_id"},
		{"NONE without one", func(d *apig.Definition) { d.AuthType, d.AuthorizerID = "NONE", "" }, "", ""},
	})
}

// §3.5.1: what the request protocol GRPCS does not support.
func TestPrepareGRPCFrontend(t *testing.T) {
	t.Parallel()
	constant := []apig.BackendParam{{Name: "x", Origin: "CONSTANT", Location: "QUERY", Value: "v"}}
	runPrepareCases(t, func() apig.Definition {
		d := functionDefinition()
		d.ReqProtocol = "GRPCS"
		return d
	}, []prepareCase{
		{"nothing of it", func(d *apig.Definition) {}, "", ""},
		{"custom authentication", func(d *apig.Definition) { d.AuthType, d.AuthorizerID = "AUTHORIZER", "a" }, "APIG.2011", "auth_type"},
		{"an authorizer", func(d *apig.Definition) { d.AuthorizerID = "a" }, "APIG.2011", "authorizer_id"},
		{"request parameters", func(d *apig.Definition) {
			d.ReqParams = []apig.ReqParam{{Name: "x", Type: "STRING", Location: "QUERY"}}
		}, "APIG.2011", "req_params"},
		{"normal example", func(d *apig.Definition) { d.ResultNormalSample = "x" }, "APIG.2011", "result_normal_sample"},
		{"failure example", func(d *apig.Definition) { d.ResultFailureSample = "x" }, "APIG.2011", "result_failure_sample"},
		{"backend parameters", func(d *apig.Definition) { d.BackendParams = constant }, "APIG.2011", "backend_params"},
		{"backend parameters of a policy", func(d *apig.Definition) { d.PolicyFunctions[0].BackendParams = constant }, "APIG.2011", "policy_functions[0].backend_params"},
	})
}

// §3.5.1: with GRPCS the method is always POST.
func TestPrepareGRPCFrontendMethod(t *testing.T) {
	t.Parallel()
	d := grpcDefinition()
	d.ReqMethod = "GET"
	if got := mustPrepare(t, "method", d, nil); got.ReqMethod != "POST" {
		t.Errorf("req_method %s, want POST", got.ReqMethod)
	}
	other := mockDefinition()
	if got := mustPrepare(t, "method", other, nil); got.ReqMethod != "GET" {
		t.Errorf("req_method %s of another protocol changed", got.ReqMethod)
	}
}

// Public SDK: tracing and bodies of functions.
func TestPrepareTracingAndBase64(t *testing.T) {
	t.Parallel()
	trace := func(strategy, param string) func(*apig.Definition) {
		return func(d *apig.Definition) { d.TraceEnabled, d.SamplingStrategy, d.SamplingParam = true, strategy, param }
	}
	runPrepareCases(t, functionDefinition, []prepareCase{
		{"tracing without strategy", trace("", ""), "APIG.2001", "sampling_strategy"},
		{"no per cent", trace("RATE", ""), "", ""},
		{"0 per cent", trace("RATE", "0"), "", ""},
		{"100 per cent", trace("RATE", "100"), "", ""},
		{"101 per cent", trace("RATE", "101"), "APIG.2011", "sampling_param"},
		{"-1 per cent", trace("RATE", "-1"), "APIG.2011", "sampling_param"},
		{"half a per cent", trace("RATE", "0.5"), "APIG.2011", "sampling_param"},
		{"plain body of JSON", func(d *apig.Definition) {
			d.IsSendFgBodyBase64, d.ContentType = ptr(false), "application/json"
		}, "", ""},
		{"plain body of XML", func(d *apig.Definition) {
			d.IsSendFgBodyBase64, d.ContentType = ptr(false), "application/xml"
		}, "APIG.2011", "is_send_fg_body_base64"},
		{"plain body of anything", func(d *apig.Definition) { d.IsSendFgBodyBase64 = ptr(false) }, "APIG.2011", "is_send_fg_body_base64"},
	})
}

// §3.5.1: req_uri is a valid URI path; its path parameters are in req_params (2026).
func TestPrepareReqURI(t *testing.T) {
	t.Parallel()
	uri := func(text string) func(*apig.Definition) {
		return func(d *apig.Definition) { d.ReqURI = text }
	}
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"root", uri("/"), "", ""},
		{"512 characters", uri("/" + strings.Repeat("a", 511)), "", ""},
		{"513 characters", uri("/" + strings.Repeat("a", 512)), "APIG.2011", "req_uri"},
		{"special characters", uri("/a*b/c-d_e.f/%E4%B8%AD"), "", ""},
		{"trailing slash", uri("/a/"), "", ""},
		{"parameter within a segment", uri("/v{id}.json"), "", ""},
		{"parameter over segments", uri("/files/{id+}"), "", ""},
		{"not from the root", uri("a"), "APIG.2011", "req_uri"},
		{"a query", uri("/a?b=c"), "APIG.2011", "req_uri"},
		{"a fragment", uri("/a#b"), "APIG.2011", "req_uri"},
		{"a variable belongs to backends", uri("/#stage#"), "APIG.2011", "req_uri"},
		{"a space", uri("/a b"), "APIG.2011", "req_uri"},
		{"not escaped", uri("/中"), "APIG.2011", "req_uri"},
		{"escaped badly", uri("/100%"), "APIG.2011", "req_uri"},
		{"open brace", uri("/{id"), "APIG.2011", "req_uri"},
		{"empty braces", uri("/{}"), "APIG.2011", "req_uri"},
		{"braces in braces", uri("/{{id}}"), "APIG.2011", "req_uri"},
		{"undefined parameter", uri("/{id}/{other}"), "APIG.2026", "req_params"},
		{"parameter of another location", uri("/{page}"), "APIG.2026", "req_params"},
		{"parameter of another case", uri("/{ID}"), "APIG.2026", "req_params"},
	})
}

// §5.4: 3209 for a name twice; §3.5.1: bounds are effective by type.
func TestPrepareReqParams(t *testing.T) {
	t.Parallel()
	add := func(p apig.ReqParam) func(*apig.Definition) {
		return func(d *apig.Definition) { d.ReqParams = append(d.ReqParams, p) }
	}
	number := func(low, high int, value string) func(*apig.Definition) {
		return add(apig.ReqParam{Name: "n", Type: "NUMBER", Location: "QUERY", ValidEnable: 1, MinNum: &low, MaxNum: &high, DefaultValue: value})
	}
	text := func(low, high int, value string) func(*apig.Definition) {
		return add(apig.ReqParam{Name: "s", Type: "STRING", Location: "QUERY", ValidEnable: 1, MinSize: &low, MaxSize: &high, DefaultValue: value})
	}
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"name twice in a location", add(apig.ReqParam{Name: "page", Type: "STRING", Location: "QUERY"}), "APIG.3209", "req_params[2].name"},
		{"name in two locations", add(apig.ReqParam{Name: "page", Type: "STRING", Location: "HEADER"}), "", ""},
		{"number at the bounds", number(1, 1, "1"), "", ""},
		{"number without default", number(1, 9, ""), "", ""},
		{"number bounds crossed", number(2, 1, ""), "APIG.2011", "req_params[2].min_num"},
		{"number too small", number(1, 9, "0.9"), "APIG.2011", "req_params[2].default_value"},
		{"number too large", number(1, 9, "9.1"), "APIG.2011", "req_params[2].default_value"},
		{"no number", number(1, 9, "x"), "APIG.2011", "req_params[2].default_value"},
		{"not a finite number", number(1, 9, "NaN"), "APIG.2011", "req_params[2].default_value"},
		{"length counts characters", text(2, 2, "中文"), "", ""},
		{"length bounds crossed", text(2, 1, ""), "APIG.2011", "req_params[2].min_size"},
		{"too short", text(2, 9, "a"), "APIG.2011", "req_params[2].default_value"},
		{"too long", text(0, 1, "ab"), "APIG.2011", "req_params[2].default_value"},
		{"bounds of the other type have no effect", add(apig.ReqParam{
			Name: "s", Type: "STRING", Location: "QUERY", ValidEnable: 1, MinNum: ptr(5), MaxNum: ptr(1), DefaultValue: "abc",
		}), "", ""},
		{"one of the enumerations", add(apig.ReqParam{
			Name: "s", Type: "STRING", Location: "QUERY", ValidEnable: 1, Enumerations: "a,b", DefaultValue: "b",
		}), "", ""},
		{"none of the enumerations", add(apig.ReqParam{
			Name: "s", Type: "STRING", Location: "QUERY", ValidEnable: 1, Enumerations: "a,b", DefaultValue: "a,b",
		}), "APIG.2011", "req_params[2].default_value"},
		{"no validation, no check", add(apig.ReqParam{
			Name: "n", Type: "NUMBER", Location: "QUERY", MinNum: ptr(5), MaxNum: ptr(1), DefaultValue: "x",
		}), "", ""},
	})
}

// Public SDK: orchestration rules belong to one parameter, each once.
func TestPrepareOrchestrations(t *testing.T) {
	t.Parallel()
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"one parameter", func(d *apig.Definition) { d.ReqParams[0].Orchestrations = []string{"a", "b"} }, "", ""},
		{"two parameters", func(d *apig.Definition) {
			d.ReqParams[0].Orchestrations, d.ReqParams[1].Orchestrations = []string{"a"}, []string{"b"}
		}, "APIG.2011", "req_params[1].orchestrations"},
		{"a rule twice", func(d *apig.Definition) { d.ReqParams[0].Orchestrations = []string{"a", "b", "a"} }, "APIG.2011", "req_params[0].orchestrations"},
	})
}
