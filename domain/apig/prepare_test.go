package apig_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

func TestPrepareAcceptsEveryBackendType(t *testing.T) {
	t.Parallel()
	for _, base := range []func() apig.Definition{httpDefinition, grpcDefinition, functionDefinition, mockDefinition} {
		d := base()
		t.Run(d.BackendType, func(t *testing.T) {
			t.Parallel()
			mustPrepare(t, "accept", d, nil)
		})
	}
}

// §3.5.1: defaults of fields, and [ex] those that only its examples show.
func TestPrepareFillsInDefaults(t *testing.T) {
	t.Parallel()
	d := httpDefinition()
	d.ReqProtocol = ""
	d.SamplingStrategy, d.TraceEnabled = "RATE", true
	got := mustPrepare(t, "defaults", d, nil)

	type defaults struct {
		Protocol, Match, Version, AppCode, Sampling, Retry, PolicyRetry string
		Base64                                                          bool
		Status                                                          int
	}
	want := defaults{"HTTPS", "NORMAL", "V0.0.1", "DISABLE", "100", "-1", "-1", true, 2}
	have := defaults{
		got.ReqProtocol, got.MatchMode, got.Version, got.AuthOpt.AppCodeAuthType, got.SamplingParam,
		got.BackendAPI.RetryCount, got.PolicyHTTPs[0].RetryCount, *got.IsSendFgBodyBase64, got.BackendAPI.VPCChannelStatus,
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	path, query := got.ReqParams[0], got.ReqParams[1]
	if path.Required != 1 || query.Required != 2 || path.ValidEnable != 2 || path.PassThrough != 1 {
		t.Errorf("parameters: %+v, %+v", path, query)
	}
	if f := mustPrepare(t, "defaults", functionDefinition(), nil); f.FuncInfo.ReqProtocol != "HTTPS" || f.PolicyFunctions[0].ReqProtocol != "HTTPS" {
		t.Errorf("functions: %+v", f.FuncInfo)
	}
}

// §3.5.1: what a client gives is not replaced by a default.
func TestPrepareKeepsWhatWasGiven(t *testing.T) {
	t.Parallel()
	no := false
	d := httpDefinition()
	d.ReqProtocol, d.MatchMode, d.Version = "BOTH", "SWA", "V2"
	d.AuthType, d.AuthOpt = "APP", &apig.AuthOpt{AppCodeAuthType: "HEADER"}
	d.ContentType, d.IsSendFgBodyBase64 = "application/json", &no
	d.RomaAppID, d.DomainName, d.ReqParams[1].Regular, d.ReqParams[1].JSONSchema = "r", "d", "x", "{}"
	d.ReqParams[0].Required, d.ReqParams[1].PassThrough, d.BackendAPI.RetryCount = 2, 2, "10"
	got := mustPrepare(t, "given", d, nil)

	want := d.Clone()
	want.BackendAPI.VPCChannelStatus, want.PolicyHTTPs[0].VPCChannelStatus, want.PolicyHTTPs[0].RetryCount = 2, 2, "-1"
	want.ReqParams[1].Required, want.ReqParams[0].PassThrough = 2, 1
	want.ReqParams[0].ValidEnable, want.ReqParams[1].ValidEnable = 2, 2
	want.PolicyHTTPs[0].Conditions[0].ReqParamLocation = "QUERY"
	if diff := cmp.Diff(apig.Normalized(want), apig.Normalized(got)); diff != "" {
		t.Errorf("definition (-want +got):\n%s", diff)
	}
}

// §3.5.1: an API has the one default backend that backend_type names.
func TestPrepareDropsOtherBackends(t *testing.T) {
	t.Parallel()
	all := func(kind string) apig.Definition {
		d := mockDefinition()
		d.BackendType = kind
		d.FuncInfo = functionDefinition().FuncInfo
		d.BackendAPI = &apig.Backend{Timeout: 1, Endpoint: apig.Endpoint{URLDomain: "a.example.com", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}}
		if kind == "GRPC" {
			d.BackendAPI.ReqProtocol = "GRPC"
		}
		return d
	}
	for kind, want := range map[string]string{"MOCK": "mock", "FUNCTION": "func", "HTTP": "api", "GRPC": "api"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := mustPrepare(t, kind, all(kind), nil)
			have := map[string]bool{"mock": d.MockInfo != nil, "func": d.FuncInfo != nil, "api": d.BackendAPI != nil}
			if diff := cmp.Diff(map[string]bool{"mock": want == "mock", "func": want == "func", "api": want == "api"}, have); diff != "" {
				t.Errorf("backends (-want +got):\n%s", diff)
			}
		})
	}
}

// §3.5.1: tag is to be removed, tags has precedence.
func TestPrepareMergesTag(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		tags []string
		tag  string
		want []string
	}{
		{"only tag", nil, "old", []string{"old"}},
		{"both", []string{"new"}, "old", []string{"new"}},
		{"neither", []string{}, "", nil},
		{"a tag twice is one tag", []string{"a", "b", "a"}, "", []string{"a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mockDefinition()
			d.Tags, d.Tag = c.tags, c.tag
			got := mustPrepare(t, c.name, d, nil)
			if diff := cmp.Diff(c.want, got.Tags); diff != "" || got.Tag != "" {
				t.Errorf("tag %q, tags (-want +got):\n%s", got.Tag, diff)
			}
		})
	}
	runPrepareCases(t, mockDefinition, []prepareCase{
		{"a tag follows the rule of tags", func(d *apig.Definition) { d.Tag = "1st" }, "APIG.2011", "tag"},
		{"a tag without tags may be wrong when tags are given", func(d *apig.Definition) { d.Tag, d.Tags = "1st", []string{"a"} }, "", ""},
	})
}

// §3.5.1 and §5.4: quotas of a definition.
func TestPrepareHoldsQuotas(t *testing.T) {
	t.Parallel()
	limits := apig.Limits{ReqParams: 2, BackendParams: 2, Tags: 2, Policies: 2, Conditions: 2, BackendTimeout: 100}
	params := func(n int) []apig.ReqParam {
		return repeat(n, func(i int) apig.ReqParam {
			return apig.ReqParam{Name: fmt.Sprintf("p%d", i), Type: "STRING", Location: "QUERY"}
		})
	}
	constants := func(n int) []apig.BackendParam {
		return repeat(n, func(i int) apig.BackendParam {
			return apig.BackendParam{Name: fmt.Sprintf("p%d", i), Origin: "CONSTANT", Location: "QUERY", Value: "v"}
		})
	}
	policies := func(n int) []apig.PolicyMock {
		return repeat(n, func(i int) apig.PolicyMock {
			p := mockDefinition().PolicyMocks[0]
			p.Name = fmt.Sprintf("policy%d", i)
			return p
		})
	}
	tags := func(n int) []string { return repeat(n, func(i int) string { return fmt.Sprintf("t%d", i) }) }
	condition := mockDefinition().PolicyMocks[0].Conditions[0]
	for _, c := range []struct {
		name  string
		given func(d *apig.Definition, n int)
		code  string
		param string
	}{
		{"3111 req_params", func(d *apig.Definition, n int) { d.ReqParams = params(n) }, "APIG.3111", "req_params"},
		{"3100 backend_params", func(d *apig.Definition, n int) { d.BackendParams = constants(n) }, "APIG.3100", "backend_params"},
		{"3100 backend_params of a policy", func(d *apig.Definition, n int) { d.PolicyMocks[0].BackendParams = constants(n) }, "APIG.3100", "policy_mocks[0].backend_params"},
		{"3133 tags", func(d *apig.Definition, n int) { d.Tags = tags(n) }, "APIG.3133", "tags"},
		{"3113 policies", func(d *apig.Definition, n int) { d.PolicyMocks = policies(n) }, "APIG.3113", ""},
		{"3114 conditions", func(d *apig.Definition, n int) {
			d.PolicyMocks[0].Conditions = repeat(n, func(int) apig.Condition { return condition })
		}, "APIG.3114", "policy_mocks[0].conditions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n, code := range map[int]string{2: "", 3: c.code} {
				d := mockDefinition()
				c.given(&d, n)
				_, err := apig.Prepare(momentOf(c.name), d, nil, limits)
				wantRefusal(t, err, code, c.param)
			}
		})
	}
}

// Whatever the quotas say, no list is longer than its absolute bound.
func TestPrepareHoldsAbsoluteBounds(t *testing.T) {
	t.Parallel()
	huge := apig.Limits{ReqParams: 1e6, BackendParams: 1e6, Tags: 1e6, Policies: 1e6, Conditions: 1e6, BackendTimeout: 1e6}
	policy := mockDefinition().PolicyMocks[0]
	for param, given := range map[string]func(d *apig.Definition){
		"tags": func(d *apig.Definition) { d.Tags = repeat(101, func(int) string { return "t" }) },
		"req_params": func(d *apig.Definition) {
			d.ReqParams = repeat(201, func(int) apig.ReqParam { return apig.ReqParam{} })
		},
		"backend_params": func(d *apig.Definition) {
			d.BackendParams = repeat(201, func(int) apig.BackendParam { return apig.BackendParam{} })
		},
		"policy_mocks": func(d *apig.Definition) {
			d.PolicyMocks = repeat(51, func(int) apig.PolicyMock { return policy })
		},
		"policy_functions": func(d *apig.Definition) {
			d.PolicyFunctions = repeat(51, func(int) apig.PolicyFunction { return apig.PolicyFunction{} })
		},
		"policy_https": func(d *apig.Definition) {
			d.PolicyHTTPs = repeat(51, func(int) apig.PolicyHTTP { return apig.PolicyHTTP{} })
		},
		"policy_mocks[0].conditions": func(d *apig.Definition) {
			d.PolicyMocks[0].Conditions = repeat(51, func(int) apig.Condition { return policy.Conditions[0] })
		},
		"policy_mocks[0].backend_params": func(d *apig.Definition) {
			d.PolicyMocks[0].BackendParams = repeat(201, func(int) apig.BackendParam { return apig.BackendParam{} })
		},
	} {
		t.Run(param, func(t *testing.T) {
			t.Parallel()
			d := mockDefinition()
			given(&d)
			_, err := apig.Prepare(momentOf(param), d, nil, huge)
			wantRefusal(t, err, "APIG.2011", param)
		})
	}
}

// §3.5.1: rules of single fields; the parameter of the refusal is the path of the value.
func TestPrepareChecksFields(t *testing.T) {
	t.Parallel()
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"name is required", func(d *apig.Definition) { d.Name = "" }, "APIG.2001", "name"},
		{"name has 3 characters or more", func(d *apig.Definition) { d.Name = "ab" }, "APIG.2011", "name"},
		{"name has 255 characters or fewer", func(d *apig.Definition) { d.Name = strings.Repeat("a", 256) }, "APIG.2011", "name"},
		{"name may be Chinese, of 255 characters", func(d *apig.Definition) { d.Name = strings.Repeat("单", 255) }, "", ""},
		{"name may hold punctuation", func(d *apig.Definition) { d.Name = "a-_./()（）:：、" }, "", ""},
		{"name does not start with a hyphen", func(d *apig.Definition) { d.Name = "-abc" }, "APIG.2011", "name"},
		{"name has no NUL", func(d *apig.Definition) { d.Name = "ab\x00c" }, "APIG.2011", "name"},
		{"type is 1 or 2", func(d *apig.Definition) { d.Type = 3 }, "APIG.2011", "type"},
		{"auth_type is required", func(d *apig.Definition) { d.AuthType = "" }, "APIG.2001", "auth_type"},
		{"remark has 255 characters or fewer", func(d *apig.Definition) { d.Remark = strings.Repeat("a", 256) }, "APIG.2011", "remark"},
		{"timeout is required", func(d *apig.Definition) { d.BackendAPI.Timeout = 0 }, "APIG.2001", "backend_api.timeout"},
		{"timeout is 1 or more", func(d *apig.Definition) { d.BackendAPI.Timeout = -1 }, "APIG.2011", "backend_api.timeout"},
		{"conditions are required", func(d *apig.Definition) { d.PolicyHTTPs[0].Conditions = nil }, "APIG.2001", "policy_https[0].conditions"},
		{"a parameter is at most 32 characters", func(d *apig.Definition) { d.ReqParams[1].Name = strings.Repeat("a", 33) }, "APIG.2011", "req_params[1].name"},
		{"a location known from the SDK", func(d *apig.Definition) { d.ReqParams[1].Location = "COOKIE" }, "", ""},
		{"a location nobody knows", func(d *apig.Definition) { d.ReqParams[1].Location = "BODY" }, "APIG.2011", "req_params[1].location"},
		{"a tag starts with a letter", func(d *apig.Definition) { d.Tags = []string{"ok", "#1"} }, "APIG.2011", "tags[1]"},
		{"numbers fit into 32 bits", func(d *apig.Definition) { d.ReqParams[1].MinNum = ptr(1 << 31) }, "APIG.2011", "req_params[1].min_num"},
		{"lengths are not negative", func(d *apig.Definition) { d.ReqParams[0].MinSize = ptr(-1) }, "APIG.2011", "req_params[0].min_size"},
	})
}

// The client's own ids and the caller's value are left alone.
func TestPrepareDoesNotChangeItsInput(t *testing.T) {
	t.Parallel()
	d := httpDefinition()
	before := d.Clone()
	mustPrepare(t, "input", d, nil)
	if diff := cmp.Diff(before, d); diff != "" {
		t.Errorf("input changed (-before +after):\n%s", diff)
	}
}
