package apig_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// The URL of the call.
func TestPlanDebugURL(t *testing.T) {
	t.Parallel()
	request := func(path string) func(*debugSetting) { return func(s *debugSetting) { s.request.Path = path } }
	prefix := func(front, back, path string) func(*debugSetting) {
		return func(s *debugSetting) {
			s.api.MatchMode, s.api.ReqURI, s.api.BackendAPI.ReqURI, s.request.Path = "SWA", front, back, path
		}
	}
	cases := []struct {
		name  string
		given func(s *debugSetting)
		want  string
	}{
		{"path parameter", request("/orders/7"), "https://orders.example.com:8443/v1/orders/7"},
		{"escaped again", request("/orders/a%2Fb%20c%3F"), "https://orders.example.com:8443/v1/orders/a%2Fb%20c%3F"},
		{"HTTP", func(s *debugSetting) { s.api.BackendAPI.ReqProtocol = "HTTP" }, "http://orders.example.com:8443/v1/orders/7"},
		{"IPv6", func(s *debugSetting) { s.api.BackendAPI.URLDomain = "[2001:db8::1]:80" }, "https://[2001:db8::1]:80/v1/orders/7"},
		{"several segments", func(s *debugSetting) {
			s.api.ReqURI, s.api.BackendAPI.ReqURI, s.request.Path = "/orders/{id+}", "/v1/{order}", "/orders/a/b%20c"
		}, "https://orders.example.com:8443/v1/a/b%20c"},
		{"rest of a prefix", prefix("/test/", "/test2/", "/test/AA/CC"), "https://orders.example.com:8443/test2/AA/CC"},
		{"rest of a prefix, no slashes", prefix("/test", "/test2", "/test/AA/"), "https://orders.example.com:8443/test2/AA/"},
		{"no rest", prefix("/test", "/test2", "/test"), "https://orders.example.com:8443/test2"},
		{"rest of everything", prefix("/", "/", "/a/b"), "https://orders.example.com:8443/a/b"},
		{"rest after a parameter", prefix("/o/{id}", "/v1/{order}/more", "/o/7/x%2Fy"), "https://orders.example.com:8443/v1/7/more/x%2Fy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := wantCall(t, mustPlan(t, c.given)).URL; got != c.want {
				t.Errorf("calls %s, want %s", got, c.want)
			}
		})
	}
}

// The reference's parameters from all origins to all locations.
func TestPlanDebugMapsParameters(t *testing.T) {
	t.Parallel()
	param := func(location, name, origin, value string) apig.BackendParam {
		return apig.BackendParam{Location: location, Name: name, Origin: origin, Value: value}
	}
	cases := []struct {
		name  string
		given apig.BackendParam
		where string // path, query.<name>, header.<name>
		want  []string
	}{
		{"query to header", param("HEADER", "x-colors", "REQUEST", "color"), "header.X-Colors", []string{"red", "a b"}},
		{"query to path", param("PATH", "extra", "REQUEST", "color"), "path", []string{"/v1/red"}},
		{"query to another query", param("QUERY", "Farbe", "REQUEST", "color"), "query.Farbe", []string{"red", "a b"}},
		{"header to query", param("QUERY", "team", "REQUEST", "X-Team"), "query.team", []string{"blue"}},
		{"cookie to header", param("HEADER", "X-Lang", "REQUEST", "lang"), "header.X-Lang", []string{"en"}},
		{"path to header", param("HEADER", "X-Id", "REQUEST", "id"), "header.X-Id", []string{"7"}},
		{"default", param("HEADER", "X-Size", "REQUEST", "size"), "header.X-Size", []string{"10"}},
		{"missing", param("HEADER", "X-None", "REQUEST", "missing"), "header.X-None", nil},
		{"missing in the path", param("PATH", "extra", "REQUEST", "missing"), "path", []string{"/v1/"}},
		{"constant to header", param("HEADER", "X-Key", "CONSTANT", "a b"), "header.X-Key", []string{"a b"}},
		{"constant to path", param("PATH", "extra", "CONSTANT", "a b"), "path", []string{"/v1/a b"}},
		{"constant over what came", param("QUERY", "color", "CONSTANT", "green"), "query.color", []string{"green"}},
		{"framing header", param("HEADER", "Host", "CONSTANT", "evil"), "header.Host", nil},

		{"source address", param("HEADER", "X-S", "SYSTEM", "$context.sourceIp"), "header.X-S", []string{"192.0.2.9"}},
		{"environment", param("HEADER", "X-S", "SYSTEM", "$context.stage"), "header.X-S", []string{"TEST"}},
		{"API", param("PATH", "extra", "SYSTEM", "$context.apiId"), "path", []string{"/v1/api1"}},
		{"app", param("HEADER", "X-S", "SYSTEM", "$context.appId"), "header.X-S", []string{"app1"}},
		{"request", param("QUERY", "r", "SYSTEM", "$context.requestId"), "query.r", []string{"req1"}},
		{"server's address", param("HEADER", "X-S", "SYSTEM", "$context.serverAddr"), "header.X-S", []string{"192.0.2.1"}},
		{"server's name", param("HEADER", "X-S", "SYSTEM", "$context.serverName"), "header.X-S", []string{"gw1"}},
		{"time", param("HEADER", "X-S", "SYSTEM", "$context.handleTime"), "header.X-S", []string{"2024-05-01T12:30:00Z"}},
		{"provider, unsupported", param("HEADER", "X-S", "SYSTEM", "$context.providerAppId"), "header.X-S", nil},
		{"frontend authorizer, not asked", param("HEADER", "X-S", "SYSTEM", "$context.authorizer.frontend.user"), "header.X-S", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, func(s *debugSetting) {
				s.api.AuthType, s.api.AuthorizerID = "AUTHORIZER", "auth1"
				s.api.ReqParams = append(s.api.ReqParams, frontParams()...)
				s.api.BackendParams = append(s.api.BackendParams, c.given)
				s.api.BackendAPI.ReqURI = "/v1/"
				if c.given.Location == "PATH" {
					s.api.BackendAPI.ReqURI = "/v1/{extra}"
				}
				s.request.Mode, s.request.Stage = apig.DebugConsumer, "TEST"
				s.request.Query = map[string][]string{"color": {"red", "a b"}}
				s.request.Header = map[string][]string{"X-Team": {"blue"}, "Cookie": {"lang=en"}}
			})
			if diff := cmp.Diff(c.want, sent(t, plan, c.where)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func frontParams() []apig.ReqParam {
	return []apig.ReqParam{
		{Name: "color", Type: "STRING", Location: "QUERY"},
		{Name: "X-Team", Type: "STRING", Location: "HEADER"},
		{Name: "lang", Type: "STRING", Location: "COOKIE"},
		{Name: "size", Type: "NUMBER", Location: "QUERY", DefaultValue: "10"},
		{Name: "missing", Type: "STRING", Location: "QUERY"},
	}
}

// sent returns what goes to the backend in a place: path (decoded), query.<name> or header.<name>.
func sent(t *testing.T, plan apig.DebugPlan, where string) []string {
	t.Helper()
	call := wantCall(t, plan)
	u, err := url.Parse(call.URL)
	if err != nil {
		t.Fatal(err)
	}
	part, name, _ := strings.Cut(where, ".")
	switch part {
	case "path":
		return []string{u.Path}
	case "query":
		return u.Query()[name]
	default:
		return call.Header[name]
	}
}

// What came goes on to the backend, unless a parameter says pass_through 2.
func TestPlanDebugPassesThrough(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		params []apig.ReqParam
		where  string
		want   []string
	}{
		{"query that is not defined", nil, "query.color", []string{"red", "a b"}},
		{"header that is not defined", nil, "header.X-Team", []string{"blue"}},
		{"query", []apig.ReqParam{{Name: "color", Location: "QUERY", PassThrough: 1}}, "query.color", []string{"red", "a b"}},
		{"query by default", []apig.ReqParam{{Name: "color", Location: "QUERY"}}, "query.color", []string{"red", "a b"}},
		{"query, not", []apig.ReqParam{{Name: "color", Location: "QUERY", PassThrough: 2}}, "query.color", nil},
		{"header, not", []apig.ReqParam{{Name: "x-team", Location: "HEADER", PassThrough: 2}}, "header.X-Team", nil},
		{"another header of that name, yes", []apig.ReqParam{{Name: "X-Team", Location: "QUERY", PassThrough: 2}}, "header.X-Team", []string{"blue"}},
		{"cookie", []apig.ReqParam{{Name: "lang", Location: "COOKIE"}}, "header.Cookie", []string{"lang=en; a=1"}},
		{"cookie, not", []apig.ReqParam{{Name: "lang", Location: "COOKIE", PassThrough: 2}}, "header.Cookie", []string{"a=1"}},
		{"no cookie is left", []apig.ReqParam{
			{Name: "lang", Location: "COOKIE", PassThrough: 2}, {Name: "a", Location: "COOKIE", PassThrough: 2},
		}, "header.Cookie", nil},
		{"default in the query", []apig.ReqParam{{Name: "n", Location: "QUERY", DefaultValue: "5"}}, "query.n", []string{"5"}},
		{"default in a header", []apig.ReqParam{{Name: "x-n", Location: "HEADER", DefaultValue: "5"}}, "header.X-N", []string{"5"}},
		{"default, not passed through", []apig.ReqParam{{Name: "n", Location: "QUERY", DefaultValue: "5", PassThrough: 2}}, "query.n", nil},
		{"default that is not needed", []apig.ReqParam{{Name: "color", Location: "QUERY", DefaultValue: "5"}}, "query.color", []string{"red", "a b"}},
		{"the token stays here", nil, "header.X-Auth-Token", nil},
		{"the mode stays here", nil, "header.X-Apig-Mode", nil},
		{"the request's id", nil, "header.X-Request-Id", []string{"req1"}},
		{"the client", nil, "header.User-Agent", []string{"APIGatewayDebugClient/1.0"}},
		{"framing stays here", nil, "header.Connection", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, func(s *debugSetting) {
				for _, p := range c.params {
					p.Type = "STRING"
					s.api.ReqParams = append(s.api.ReqParams, p)
				}
				s.request.Query = map[string][]string{"color": {"red", "a b"}}
				s.request.Header = map[string][]string{
					"X-Team": {"blue"}, "Cookie": {"lang=en; a=1"}, "X-Auth-Token": {"t"}, "Connection": {"close"},
				}
			})
			if diff := cmp.Diff(c.want, sent(t, plan, c.where)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// Method, body and timeout of the call.
func TestPlanDebugCall(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		given   func(s *debugSetting)
		method  string
		timeout time.Duration
	}{
		{"method ANY is the request's", func(s *debugSetting) { s.api.ReqMethod, s.request.Method = "ANY", "PATCH" }, "PATCH", 3 * time.Second},
		{"the backend's own method", func(s *debugSetting) { s.api.BackendAPI.ReqMethod = "POST" }, "POST", 3 * time.Second},
		{"no longer than debugging waits", func(s *debugSetting) { s.api.BackendAPI.Timeout = 60000 }, "GET", time.Minute},
		{"a policy without timeout", func(s *debugSetting) {
			s.api.PolicyHTTPs = httpDefinition().PolicyHTTPs
			s.api.PolicyHTTPs[0].Conditions = []apig.Condition{condition("source", "", "192.0.2.9")}
		}, "GET", 5 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			call := wantCall(t, mustPlan(t, func(s *debugSetting) { s.request.Body = "hello"; c.given(s) }))
			if call.Method != c.method || call.Timeout != c.timeout || call.Body != "hello" {
				t.Errorf("got %+v", call)
			}
		})
	}
	// A definition of another instance may allow ten minutes.
	d := mustPrepare(t, "long", debugAPI(), nil)
	d.BackendAPI.Timeout = 600000
	if plan, err := apig.PlanDebug(d, debugRequest(), debugContext()); err != nil || plan.Call.Timeout != time.Minute {
		t.Errorf("%v: %+v", err, plan)
	}
}

// What needs no call, cannot be called from here, or must not be.
func TestPlanDebugAnswersWithoutCall(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		given  func(s *debugSetting)
		status int
		code   string
	}{
		{"a mock", func(s *debugSetting) { s.api, s.request.Path = mockDefinition(), "/example" }, 200, ""},
		{"a function", func(s *debugSetting) { s.api, s.request = functionDefinition(), postTo("/resize") }, 502, "APIG.0202"},
		{"a gRPC backend", func(s *debugSetting) {
			s.api, s.request = grpcDefinition(), postTo("/stream")
			s.api.ReqProtocol = "HTTPS"
		}, 502, "APIG.0202"},
		{"a channel", func(s *debugSetting) {
			s.api.BackendAPI.VPCChannelInfo = &apig.VPCChannelRef{VPCChannelID: "channel1"}
		}, 502, "APIG.0202"},
		{"a dot segment from a query parameter", intoPath("color", ".."), 400, "APIG.0201"},
		{"a dot segment with more", intoPath("color", "../../admin"), 400, "APIG.0201"},
		{"a header with a line break from a query parameter", intoHeader("color", "a\r\nX-Evil: 1"), 400, "APIG.0201"},
		{"a constant header with a line break", func(s *debugSetting) {
			s.api.BackendParams = append(s.api.BackendParams, apig.BackendParam{Name: "X-C", Location: "HEADER", Origin: "CONSTANT", Value: "a\nb"})
		}, 400, "APIG.0201"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, c.given)
			wantAnswer(t, plan, c.status, c.code)
			if c.name == "a mock" && plan.Answer.Body != "ok" {
				t.Errorf("body %q", plan.Answer.Body)
			}
		})
	}
}

func postTo(path string) apig.DebugBody {
	b := debugRequest()
	b.Method, b.Path = "POST", path
	return b
}

func intoPath(name, value string) func(*debugSetting) {
	return func(s *debugSetting) {
		s.api.ReqParams = append(s.api.ReqParams, frontParams()...)
		s.api.BackendParams[0].Value = name
		s.request.Query = map[string][]string{name: {value}}
	}
}

func intoHeader(name, value string) func(*debugSetting) {
	return func(s *debugSetting) {
		s.api.ReqParams = append(s.api.ReqParams, frontParams()...)
		s.api.BackendParams = append(s.api.BackendParams, apig.BackendParam{Name: "X-C", Location: "HEADER", Origin: "REQUEST", Value: name})
		s.request.Query = map[string][]string{name: {value}}
	}
}

// Nothing that could be a secret is in the log, wherever the definition sends it.
func TestPlanDebugLogHidesValues(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{apig.DebugDeveloper, apig.DebugConsumer} {
		plan := mustPlan(t, func(s *debugSetting) {
			s.api.ReqParams = append(s.api.ReqParams,
				apig.ReqParam{Name: "X-Key", Type: "STRING", Location: "HEADER"},
				apig.ReqParam{Name: "token", Type: "STRING", Location: "QUERY"})
			s.api.BackendAPI.ReqURI = "/{order}/{key}/{token}/{constant}"
			s.api.BackendParams = append(s.api.BackendParams,
				apig.BackendParam{Name: "key", Location: "PATH", Origin: "REQUEST", Value: "X-Key"},
				apig.BackendParam{Name: "token", Location: "PATH", Origin: "REQUEST", Value: "token"},
				apig.BackendParam{Name: "constant", Location: "PATH", Origin: "CONSTANT", Value: "s3cret"})
			s.request.Header = map[string][]string{"X-Key": {"s3cret"}, "Cookie": {"a=s3cret"}}
			s.request.Query = map[string][]string{"token": {"s3cret"}}
			s.request.AppSecret, s.request.Body, s.request.Mode = "s3cret", "s3cret", mode
		})
		if got, want := wantCall(t, plan).URL, "https://orders.example.com:8443/7/s3cret/s3cret/s3cret?token=s3cret"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		log := strings.Join(plan.Log, "\n")
		if strings.Contains(log, "s3cret") {
			t.Errorf("mode %s logged:\n%s", mode, log)
		}
		// Only who may see the draft sees the backend's address.
		if shown := strings.Contains(log, "https://orders.example.com:8443/7/***/***/***"); shown != (mode == apig.DebugDeveloper) {
			t.Errorf("mode %s logged:\n%s", mode, log)
		}
	}
}

// A definition that could not be stored today does not bring the gateway down.
func TestPlanDebugOfABrokenDefinition(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		given  func(d *apig.Definition)
		status int
		code   string
	}{
		{"no backend", func(d *apig.Definition) { d.BackendAPI = nil }, 500, "APIG.0103"},
		{"no backend of its type", func(d *apig.Definition) { d.BackendType = "MOCK" }, 500, "APIG.0103"},
		{"no address", func(d *apig.Definition) { d.BackendAPI.URLDomain = "" }, 502, "APIG.0202"},
		{"an address with a user", func(d *apig.Definition) { d.BackendAPI.URLDomain = "a@b" }, 502, "APIG.0202"},
		{"an address with a path", func(d *apig.Definition) { d.BackendAPI.URLDomain = "a/b" }, 502, "APIG.0202"},
		{"a path with a query", func(d *apig.Definition) { d.BackendAPI.ReqURI = "/a?b" }, 502, "APIG.0202"},
		{"a path that does not decode", func(d *apig.Definition) { d.BackendAPI.ReqURI = "/%2" }, 502, "APIG.0202"},
		{"no protocol", func(d *apig.Definition) { d.BackendAPI.ReqProtocol = "" }, 502, "APIG.0202"},
		{"no method", func(d *apig.Definition) { d.BackendAPI.ReqMethod = "" }, 502, "APIG.0202"},
		{"a header without name", func(d *apig.Definition) {
			d.BackendParams = append(d.BackendParams, apig.BackendParam{Location: "HEADER", Origin: "CONSTANT", Value: "x"})
		}, 400, "APIG.0201"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mustPrepare(t, c.name, debugAPI(), nil)
			c.given(&d)
			plan, err := apig.PlanDebug(d, debugRequest(), debugContext())
			if err != nil {
				t.Fatal(err)
			}
			wantAnswer(t, plan, c.status, c.code)
		})
	}
}
