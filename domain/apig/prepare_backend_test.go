package apig_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.5.1: which member each backend_type needs.
func TestPrepareBackendGiven(t *testing.T) {
	t.Parallel()
	without := func(d *apig.Definition) { d.MockInfo, d.FuncInfo, d.BackendAPI = nil, nil, nil }
	runPrepareCases(t, mockDefinition, []prepareCase{{"MOCK", without, "APIG.2001", "mock_info"}})
	runPrepareCases(t, functionDefinition, []prepareCase{{"FUNCTION", without, "APIG.2001", "func_info"}})
	runPrepareCases(t, httpDefinition, []prepareCase{{"HTTP", without, "APIG.2001", "backend_api"}})
	runPrepareCases(t, grpcDefinition, []prepareCase{{"GRPC", without, "APIG.2001", "backend_api"}})
}

// §3.5.1: what the backend type GRPC does not support, in policies too.
func TestPrepareGRPCBackend(t *testing.T) {
	t.Parallel()
	policy := mockDefinition().PolicyMocks
	constant := []apig.BackendParam{{Name: "x", Origin: "CONSTANT", Location: "QUERY", Value: "v"}}
	runPrepareCases(t, func() apig.Definition {
		d := grpcDefinition()
		d.ReqProtocol, d.PolicyMocks = "HTTPS", mockDefinition().PolicyMocks
		return d
	}, []prepareCase{
		{"nothing of it", func(d *apig.Definition) { d.PolicyMocks = policy }, "", ""},
		{"backend authentication", func(d *apig.Definition) { d.BackendAPI.AuthorizerID = "a" }, "APIG.2011", "backend_api.authorizer_id"},
		{"authentication of a policy", func(d *apig.Definition) { d.PolicyMocks[0].AuthorizerID = "a" }, "APIG.2011", "policy_mocks[0].authorizer_id"},
		{"backend parameters", func(d *apig.Definition) { d.BackendParams = constant }, "APIG.2011", "backend_params"},
		{"parameters of a policy", func(d *apig.Definition) { d.PolicyMocks[0].BackendParams = constant }, "APIG.2011", "policy_mocks[0].backend_params"},
		{"protocol GRPC", func(d *apig.Definition) { d.BackendAPI.ReqProtocol = "GRPC" }, "", ""},
		{"protocol HTTPS", func(d *apig.Definition) { d.BackendAPI.ReqProtocol = "HTTPS" }, "APIG.2011", "backend_api.req_protocol"},
		{"no protocol", func(d *apig.Definition) { d.BackendAPI.ReqProtocol = "" }, "APIG.2001", "backend_api.req_protocol"},
	})
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"HTTP with protocol GRPCS", func(d *apig.Definition) { d.BackendAPI.ReqProtocol = "GRPCS" }, "APIG.2011", "backend_api.req_protocol"},
		{"policy with protocol GRPCS", func(d *apig.Definition) { d.PolicyHTTPs[0].ReqProtocol = "GRPCS" }, "APIG.2011", "policy_https[0].req_protocol"},
		{"backend authentication", func(d *apig.Definition) { d.BackendAPI.AuthorizerID = "a" }, "", ""},
	})
}

// §3.5.1: with backend type GRPC the backend's method is POST and its path /.
func TestPrepareGRPCBackendIsFixed(t *testing.T) {
	t.Parallel()
	d := grpcDefinition()
	d.BackendAPI.ReqMethod, d.BackendAPI.ReqURI = "GET", "/elsewhere"
	d.PolicyHTTPs = httpDefinition().PolicyHTTPs
	d.BackendAPI.VPCChannelStatus = 4
	d.BackendAPI.MemberGroupURLInfos = []apig.MemberGroupURL{{MemberGroupID: "g", ReqProtocol: "GRPC", ReqMethod: "GET", ReqURI: "/x"}}
	d.PolicyHTTPs[0].ReqProtocol = "GRPC"
	d.PolicyHTTPs[0].Conditions = mockDefinition().PolicyMocks[0].Conditions
	got := mustPrepare(t, "fixed", d, nil)
	group := got.BackendAPI.MemberGroupURLInfos[0]
	have := []string{
		got.BackendAPI.ReqMethod, got.BackendAPI.ReqURI, got.PolicyHTTPs[0].ReqMethod, got.PolicyHTTPs[0].ReqURI,
		group.ReqMethod, group.ReqURI,
	}
	if diff := cmp.Diff([]string{"POST", "/", "POST", "/", "POST", "/"}, have); diff != "" {
		t.Errorf("method and path (-want +got):\n%s", diff)
	}
}

// §3.5.1: host and port of a backend; variables of §3.3.1 anywhere in them.
func TestPrepareURLDomain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 250) + ".com"
	var cases []prepareCase
	for address, code := range map[string]string{
		"example.com": "", "example.com:1": "", "a-b.example_c.com:65535": "", "192.168.1.5:8080": "", "localhost": "",
		"[2001:db8::1]:80": "", "#host#": "", "#host#:8080": "", "api.#zone#.com": "", "a#zone#b.com:80": "",
		"example.com:#port#": "", "example.com:80#port#": "", "10.0.0.#last#": "", "#host_name#.#zone-1#:#port#": "", long: "",
		"":                        "APIG.2001",
		"https://example.com":     "APIG.2011",
		"example.com/path":        "APIG.2011",
		"example.com:":            "APIG.2011",
		"example.com:0":           "APIG.2011",
		"example.com:65536":       "APIG.2011",
		"example.com:99999999999": "APIG.2011",
		"example.com:a":           "APIG.2011",
		":80":                     "APIG.2011",
		"-a.com":                  "APIG.2011",
		"a-.com":                  "APIG.2011",
		"a..com":                  "APIG.2011",
		"a b.com":                 "APIG.2011",
		"1.2.3":                   "APIG.2011",
		"256.1.1.1":               "APIG.2011",
		"[::1":                    "APIG.2011",
		"[1.2.3.4]":               "APIG.2011",
		"[:::]":                   "APIG.2011",
		"#ab#":                    "APIG.2011", // a name has 3 characters or more
		"#1host#":                 "APIG.2011", // and starts with a letter
		"#host":                   "APIG.2011",
		"##":                      "APIG.2011",
		"#ho.st#":                 "APIG.2011",
		long + "mm":               "APIG.2011",
	} {
		param := ""
		if code != "" {
			param = "backend_api.url_domain"
		}
		cases = append(cases, prepareCase{"<" + address + ">", func(d *apig.Definition) { d.BackendAPI.URLDomain = address }, code, param})
	}
	runPrepareCases(t, httpDefinition, cases)
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"of a policy", func(d *apig.Definition) { d.PolicyHTTPs[0].URLDomain = "a b" }, "APIG.2011", "policy_https[0].url_domain"},
		{"missing in a policy", func(d *apig.Definition) { d.PolicyHTTPs[0].URLDomain = "" }, "APIG.2001", "policy_https[0].url_domain"},
	})
}

// §3.5.1: backend path, and its path parameters in the backend parameters that belong to it (2027).
func TestPrepareBackendPath(t *testing.T) {
	t.Parallel()
	path := func(text string) func(*apig.Definition) {
		return func(d *apig.Definition) { d.BackendAPI.ReqURI = text }
	}
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"512 characters", path("/" + strings.Repeat("a", 511)), "", ""},
		{"513 characters", path("/" + strings.Repeat("a", 512)), "APIG.2011", "backend_api.req_uri"},
		{"a variable first", path("#prefix#/a"), "", ""},
		{"a variable within", path("/a/#version#/b"), "", ""},
		{"a wrong variable", path("/a/#v#/b"), "APIG.2011", "backend_api.req_uri"},
		{"not from the root", path("a"), "APIG.2011", "backend_api.req_uri"},
		{"missing", path(""), "APIG.2001", "backend_api.req_uri"},
		{"undefined parameter", path("/{id}"), "APIG.2027", "backend_params"},
		{"a parameter of another location", path("/{X-App}"), "APIG.2027", "backend_params"},
		{"a policy has parameters of its own", func(d *apig.Definition) { d.PolicyHTTPs[0].ReqURI = "/{order}" }, "APIG.2027", "policy_https[0].backend_params"},
		{"and they are found", func(d *apig.Definition) {
			d.PolicyHTTPs[0].ReqURI, d.PolicyHTTPs[0].BackendParams = "/{order}", d.BackendParams
		}, "", ""},
		{"method is missing", func(d *apig.Definition) { d.BackendAPI.ReqMethod = "" }, "APIG.2001", "backend_api.req_method"},
	})
}

// §3.5.1: vpc_channel_info is required when vpc_channel_status is 1; public SDK: 3 and 4.
func TestPrepareChannel(t *testing.T) {
	t.Parallel()
	group := apig.MemberGroupURL{MemberGroupID: "g", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}
	endpoint := func(change func(e *apig.Endpoint)) func(*apig.Definition) {
		return func(d *apig.Definition) {
			d.BackendAPI.Endpoint = apig.Endpoint{
				ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/", VPCChannelStatus: 1,
				VPCChannelInfo: &apig.VPCChannelRef{VPCChannelID: "channel1"},
			}
			change(&d.BackendAPI.Endpoint)
		}
	}
	perGroup := func(change func(e *apig.Endpoint)) func(*apig.Definition) {
		return endpoint(func(e *apig.Endpoint) {
			e.VPCChannelStatus, e.ReqProtocol, e.ReqMethod, e.ReqURI = 4, "", "", ""
			e.MemberGroupURLInfos = []apig.MemberGroupURL{group}
			change(e)
		})
	}
	runPrepareCases(t, httpDefinition, []prepareCase{
		{"used", endpoint(func(*apig.Endpoint) {}), "", ""},
		{"used, not named", endpoint(func(e *apig.Endpoint) { e.VPCChannelInfo = nil }), "APIG.2001", "backend_api.vpc_channel_info"},
		{"named without id", endpoint(func(e *apig.Endpoint) { e.VPCChannelInfo.VPCChannelID = "" }), "APIG.2001", "backend_api.vpc_channel_info.vpc_channel_id"},
		{"named, status left out", endpoint(func(e *apig.Endpoint) { e.VPCChannelStatus = 0 }), "", ""},
		{"not used, so an address is needed", endpoint(func(e *apig.Endpoint) { e.VPCChannelStatus = 2 }), "APIG.2001", "backend_api.url_domain"},
		{"proxy host", endpoint(func(e *apig.Endpoint) { e.VPCChannelInfo.VPCChannelProxyHost = "www.example.com:80" }), "", ""},
		{"proxy host with a variable", endpoint(func(e *apig.Endpoint) { e.VPCChannelInfo.VPCChannelProxyHost = "#host#" }), "APIG.2011", "backend_api.vpc_channel_info.vpc_channel_proxy_host"},
		{"proxy host with a line feed", endpoint(func(e *apig.Endpoint) { e.VPCChannelInfo.VPCChannelProxyHost = "a\nb" }), "APIG.2011", "backend_api.vpc_channel_info.vpc_channel_proxy_host"},
		{"status 3", endpoint(func(e *apig.Endpoint) { e.VPCChannelStatus = 3 }), "APIG.2011", "backend_api.vpc_channel_status"},
		{"an address per group", perGroup(func(*apig.Endpoint) {}), "", ""},
		{"without a channel", perGroup(func(e *apig.Endpoint) { e.VPCChannelInfo = nil }), "APIG.2001", "backend_api.vpc_channel_info"},
		{"without groups", perGroup(func(e *apig.Endpoint) { e.MemberGroupURLInfos = nil }), "APIG.2001", "backend_api.member_group_url_infos"},
		{"group with a wrong path", perGroup(func(e *apig.Endpoint) { e.MemberGroupURLInfos[0].ReqURI = "x" }), "APIG.2011", "backend_api.member_group_url_infos[0].req_uri"},
		{"group with an undefined path parameter", perGroup(func(e *apig.Endpoint) { e.MemberGroupURLInfos[0].ReqURI = "/{x}" }), "APIG.2027", "backend_params"},
		{"group with protocol GRPC", perGroup(func(e *apig.Endpoint) { e.MemberGroupURLInfos[0].ReqProtocol = "GRPC" }), "APIG.2011", "backend_api.member_group_url_infos[0].req_protocol"},
	})
}

// vpc_channel_status decides which half of the address is kept; [ex] the channel's id is the address.
func TestPrepareDropsTheUnusedAddress(t *testing.T) {
	t.Parallel()
	both := func(status int) apig.Endpoint {
		d := httpDefinition()
		d.BackendAPI.VPCChannelStatus = status
		d.BackendAPI.VPCChannelInfo = &apig.VPCChannelRef{VPCChannelID: "channel1"}
		d.BackendAPI.MemberGroupURLInfos = []apig.MemberGroupURL{{MemberGroupID: "g", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}}
		return mustPrepare(t, "address", d, nil).BackendAPI.Endpoint
	}
	for status, want := range map[int]struct {
		address string
		channel bool
		groups  int
	}{
		1: {"channel1", true, 0}, 2: {"orders.example.com:8443", false, 0}, 4: {"channel1", true, 1},
	} {
		got := both(status)
		if got.URLDomain != want.address || (got.VPCChannelInfo != nil) != want.channel || len(got.MemberGroupURLInfos) != want.groups {
			t.Errorf("status %d: %+v", status, got)
		}
	}
}

// §3.5.1: timeouts; the feature backend_timeout raises or lowers the maximum, network type V1 has its own.
func TestPrepareTimeouts(t *testing.T) {
	t.Parallel()
	v1 := func(timeout int) func(*apig.Definition) {
		return func(d *apig.Definition) { d.FuncInfo.NetworkType, d.FuncInfo.Timeout = "V1", timeout }
	}
	for _, c := range []struct {
		name  string
		base  func() apig.Definition
		given func(*apig.Definition)
		max   int
		code  string
		param string
	}{
		{"backend at the maximum", httpDefinition, func(d *apig.Definition) { d.BackendAPI.Timeout = 60000 }, 60000, "", ""},
		{"backend above", httpDefinition, func(d *apig.Definition) { d.BackendAPI.Timeout = 60001 }, 60000, "APIG.2003", "backend_api.timeout"},
		{"maximum raised", httpDefinition, func(d *apig.Definition) { d.BackendAPI.Timeout = 600000 }, 600000, "", ""},
		{"nobody waits longer", httpDefinition, func(d *apig.Definition) { d.BackendAPI.Timeout = 600001 }, 600000, "APIG.2011", "backend_api.timeout"},
		{"policy above", httpDefinition, func(d *apig.Definition) { d.PolicyHTTPs[0].Timeout = 60001 }, 60000, "APIG.2003", "policy_https[0].timeout"},
		{"function V2 above", functionDefinition, func(d *apig.Definition) { d.FuncInfo.Timeout = 60001 }, 60000, "APIG.2003", "func_info.timeout"},
		{"function V2 raised", functionDefinition, func(d *apig.Definition) { d.FuncInfo.Timeout = 60001 }, 60001, "", ""},
		{"function V1 is not raised", functionDefinition, v1(60001), 600000, "APIG.2003", "func_info.timeout"},
		{"function V1 at its maximum", functionDefinition, v1(60000), 600000, "", ""},
		{"policy of V1", functionDefinition, func(d *apig.Definition) { d.PolicyFunctions[0].Timeout = 60001 }, 600000, "APIG.2003", "policy_functions[0].timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, limits := c.base(), apig.DefaultLimits()
			limits.BackendTimeout = c.max
			c.given(&d)
			_, err := apig.Prepare(momentOf(c.name), d, nil, limits)
			wantRefusal(t, err, c.code, c.param)
		})
	}
}

// §3.5.1: retry_count, protocols of functions; §5.4: two-way TLS needs TLS (3717).
func TestPrepareRetriesAndProtocols(t *testing.T) {
	t.Parallel()
	var cases []prepareCase
	for count, code := range map[string]string{"-1": "", "0": "", "9": "", "10": "", "11": "APIG.2011", "-2": "APIG.2011", "x": "APIG.2011", "01": "APIG.2011"} {
		param := map[string]string{"APIG.2011": "backend_api.retry_count"}[code]
		cases = append(cases, prepareCase{"retry_count " + count, func(d *apig.Definition) { d.BackendAPI.RetryCount = count }, code, param})
	}
	runPrepareCases(t, httpDefinition, append(cases,
		prepareCase{"two-way TLS over HTTPS", func(d *apig.Definition) { d.BackendAPI.EnableClientSSL = true }, "", ""},
		prepareCase{"two-way TLS over HTTP", func(d *apig.Definition) {
			d.BackendAPI.EnableClientSSL, d.BackendAPI.ReqProtocol = true, "HTTP"
		}, "APIG.3717", "backend_api.enable_client_ssl"},
	))
	runPrepareCases(t, grpcDefinition, []prepareCase{
		{"two-way TLS over GRPCS", func(d *apig.Definition) { d.BackendAPI.EnableClientSSL = true }, "", ""},
		{"two-way TLS over GRPC", func(d *apig.Definition) {
			d.BackendAPI.EnableClientSSL, d.BackendAPI.ReqProtocol = true, "GRPC"
		}, "APIG.3717", "backend_api.enable_client_ssl"},
		{"two-way TLS, a server group without", func(d *apig.Definition) {
			d.BackendAPI.EnableClientSSL, d.BackendAPI.VPCChannelStatus = true, 4
			d.BackendAPI.MemberGroupURLInfos = []apig.MemberGroupURL{{MemberGroupID: "g", ReqProtocol: "GRPC", ReqMethod: "POST", ReqURI: "/"}}
		}, "APIG.3717", "backend_api.enable_client_ssl"},
	})
	runPrepareCases(t, functionDefinition, []prepareCase{
		{"gRPC to a function from HTTPS", func(d *apig.Definition) { d.FuncInfo.ReqProtocol = "GRPCS" }, "APIG.2011", "func_info.req_protocol"},
		{"gRPC to a function from GRPCS", func(d *apig.Definition) { d.FuncInfo.ReqProtocol, d.ReqProtocol = "GRPCS", "GRPCS" }, "", ""},
		{"gRPC to a policy's function", func(d *apig.Definition) { d.PolicyFunctions[0].ReqProtocol = "GRPCS" }, "APIG.2011", "policy_functions[0].req_protocol"},
	})
}
