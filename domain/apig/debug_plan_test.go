package apig_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// What the gateway lets in: its domains, the API's protocol, method and path.
func TestPlanDebugAdmits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		given  func(s *debugSetting)
		status int // of the gateway's own answer; 0: the backend is called
		code   string
	}{
		{"the API's request", nil, 0, ""},
		{"another path", func(s *debugSetting) { s.request.Path = "/other" }, 404, "APIG.0101"},
		{"another method", func(s *debugSetting) { s.request.Method = "POST" }, 404, "APIG.0101"},
		{"method ANY", func(s *debugSetting) { s.api.ReqMethod, s.request.Method = "ANY", "DELETE" }, 0, ""},
		{"path below an exact match", func(s *debugSetting) { s.request.Path = "/orders/7/items" }, 404, "APIG.0101"},
		{"path below a prefix", func(s *debugSetting) { s.api.MatchMode, s.request.Path = "SWA", "/orders/7/items" }, 0, ""},

		{"HTTP for an HTTPS API", func(s *debugSetting) { s.request.Scheme = "HTTP" }, 400, "APIG.0607"},
		{"HTTPS for an HTTP API", func(s *debugSetting) { s.api.ReqProtocol = "HTTP" }, 400, "APIG.0607"},
		{"HTTP for an HTTP API", func(s *debugSetting) { s.api.ReqProtocol, s.request.Scheme = "HTTP", "HTTP" }, 0, ""},
		{"HTTP for an API with both", func(s *debugSetting) { s.api.ReqProtocol, s.request.Scheme = "BOTH", "HTTP" }, 0, ""},
		{"HTTPS for an API with both", func(s *debugSetting) { s.api.ReqProtocol = "BOTH" }, 0, ""},
		{"a gRPC API", func(s *debugSetting) { s.api, s.request.Path = grpcDefinition(), "/stream" }, 502, "APIG.0202"},

		{"the group's domain", func(s *debugSetting) { s.request.Domain = "GROUP1.apic.example.com:443" }, 0, ""},
		{"a domain below a wildcard", func(s *debugSetting) { s.request.Domain = "a.shop.example.com" }, 0, ""},
		{"the wildcard's own domain", func(s *debugSetting) { s.request.Domain = "shop.example.com" }, 404, "APIG.0101"},
		{"another domain", func(s *debugSetting) { s.request.Domain = "other.example.com" }, 404, "APIG.0101"},
		{"an IPv6 address", func(s *debugSetting) { s.request.Domain = "[2001:db8::1]" }, 404, "APIG.0101"},
		{"domains not known", func(s *debugSetting) { s.request.Domain, s.context.Domains = "other.example.com", nil }, 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, c.given)
			if c.status == 0 {
				wantCall(t, plan)
				return
			}
			wantAnswer(t, plan, c.status, c.code)
		})
	}
}

// §3.3.1: an API that uses a variable can no longer be debugged, wherever the variable is.
func TestPlanDebugRefusesVariables(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		given func(s *debugSetting)
	}{
		{"in the address", func(s *debugSetting) { s.api.BackendAPI.URLDomain = "#host#:8080" }},
		{"in the path", func(s *debugSetting) { s.api.BackendAPI.ReqURI = "/#stage#/{order}" }},
		{"in a policy that does not apply", func(s *debugSetting) {
			s.api.PolicyHTTPs = httpDefinition().PolicyHTTPs
			s.api.PolicyHTTPs[0].URLDomain = "#host#"
			s.api.PolicyHTTPs[0].Conditions = []apig.Condition{{ConditionOrigin: "source", ConditionValue: "10.0.0.1"}}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := planOf(t, c.given)
			wantRefusal(t, err, "APIG.2030", "")
		})
	}
}

// A runtime definition has the values in place of the variables.
func TestPlanDebugTakesSubstitutedVariables(t *testing.T) {
	t.Parallel()
	d := debugAPI()
	d.BackendAPI.URLDomain, d.BackendAPI.ReqURI = "#host#:8080", "#stage#/{order}"
	d = apig.Substitute(mustPrepare(t, "variables", d, nil), map[string]string{"host": "live.example.com", "stage": "v2"})
	plan, err := apig.PlanDebug(d, debugRequest(), debugContext())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := wantCall(t, plan).URL, "https://live.example.com:8080/v2/7"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
}

// The text of the request has the form of the reference's example.
func TestPlanDebugRequestText(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		given func(s *debugSetting)
		want  []string
	}{
		{"the example", nil, []string{
			"GET /orders/7 HTTP/1.1", "Host: group1.apic.example.com", "User-Agent: APIGatewayDebugClient/1.0", "X-Apig-Mode: debug", "",
		}},
		{"headers canonical and in order, query, body", func(s *debugSetting) {
			s.request.Header = map[string][]string{"x-MY-hEaDer": {"1", "2"}, "aCCEPT": {"*/*"}, "user-agent": {"curl"}}
			s.request.Query = map[string][]string{"b": {"x y", "&"}, "a": {""}}
			s.request.Body, s.request.Domain = "中", "a.shop.example.com:8080"
		}, []string{
			"GET /orders/7?a=&b=x+y&b=%26 HTTP/1.1", "Host: a.shop.example.com:8080", "User-Agent: curl", "Accept: */*",
			"Content-Length: 3", "X-Apig-Mode: debug", "X-My-Header: 1", "X-My-Header: 2", "", "中",
		}},
		{"headers that frame the message are the gateway's", func(s *debugSetting) {
			s.request.Header = map[string][]string{"host": {"evil"}, "Content-Length": {"99"}, "transfer-encoding": {"chunked"}, "Connection": {"close"}}
		}, []string{
			"GET /orders/7 HTTP/1.1", "Host: group1.apic.example.com", "User-Agent: APIGatewayDebugClient/1.0", "X-Apig-Mode: debug", "",
		}},
		{"the environment of mode CONSUMER", func(s *debugSetting) { s.request.Mode = "CONSUMER" }, []string{
			"GET /orders/7 HTTP/1.1", "Host: group1.apic.example.com", "User-Agent: APIGatewayDebugClient/1.0", "X-Apig-Mode: debug",
			"X-Stage: RELEASE", "",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, c.given)
			if diff := cmp.Diff(strings.Join(c.want, "\n"), plan.Request); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// The text is there too when the gateway answers by itself.
func TestPlanDebugRequestTextOfARefusedRequest(t *testing.T) {
	t.Parallel()
	plan := mustPlan(t, func(s *debugSetting) { s.request.Path = "/other" })
	wantAnswer(t, plan, 404, "APIG.0101")
	if !strings.HasPrefix(plan.Request, "GET /other HTTP/1.1\nHost: ") {
		t.Errorf("got %q", plan.Request)
	}
}
