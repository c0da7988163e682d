package apig_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

func condition(origin, kind, value string) apig.Condition {
	return apig.Condition{ConditionOrigin: origin, ConditionType: kind, ConditionValue: value}
}

func onParam(name, kind, value string) apig.Condition {
	c := condition("param", kind, value)
	c.ReqParamName = name
	return c
}

func onSystem(name, kind, value string) apig.Condition {
	c := condition("system", kind, value)
	c.SysParamName = name
	return c
}

func onCookie(name, kind, value string) apig.Condition {
	c := condition("cookie", kind, value)
	c.CookieParamName = name
	return c
}

func mockPolicy(name, mode string, conditions ...apig.Condition) apig.PolicyMock {
	return apig.PolicyMock{
		Policy:        apig.Policy{Name: name, EffectMode: mode, Conditions: conditions},
		ResultContent: "from " + name,
	}
}

// One condition, and whether it holds for a request with path /orders/7, parameter color=red, header
// X-Team: blue and cookie lang=en, from 192.0.2.9.
func TestPlanDebugConditions(t *testing.T) {
	t.Parallel()
	authorizer := condition("frontend_authorizer", "pattern", ".*")
	authorizer.FrontendAuthorizerParamName = "$context.authorizer.frontend.user"
	cases := []struct {
		name  string
		given apig.Condition
		holds bool
	}{
		{"param exact", onParam("color", "exact", "red"), true},
		{"param exact, other", onParam("color", "exact", "re"), false},
		{"param exact, letters count", onParam("color", "exact", "Red"), false},
		{"param enum", onParam("color", "enum", "green,red"), true},
		{"param enum, other", onParam("color", "enum", "green,re"), false},
		{"param pattern", onParam("color", "pattern", "^r.d$"), true},
		{"param pattern finds", onParam("color", "pattern", "e"), true},
		{"param pattern, other", onParam("color", "pattern", "^e"), false},
		{"header param", onParam("x-team", "exact", "blue"), true},
		{"path param", onParam("id", "exact", "7"), true},
		{"param by its default", onParam("size", "exact", "10"), true},
		{"param that is missing", onParam("missing", "pattern", ".*"), false},
		{"source", condition("source", "", "192.0.2.9"), true},
		{"source, other", condition("source", "", "192.0.2.90"), false},
		{"source in a list", condition("source", "", "10.0.0.1, 192.0.2.9"), true},
		{"source in a network", condition("source", "", "10.0.0.0/8,192.0.2.0/28"), true},
		{"source outside the network", condition("source", "", "192.0.2.16/28"), false},
		{"source as IPv6", condition("source", "", "::ffff:192.0.2.9"), true},
		{"source, no address", condition("source", "", "abc"), false},
		{"system path", onSystem("req_path", "exact", "/orders/7"), true},
		{"system path, old name", onSystem("reqPath", "pattern", "^/orders/"), true},
		{"system path, other", onSystem("req_path", "exact", "/orders"), false},
		{"system method", onSystem("req_method", "enum", "GET,HEAD"), true},
		{"system method, old name", onSystem("reqMethod", "exact", "POST"), false},
		{"cookie", onCookie("lang", "exact", "en"), true},
		{"cookie, other", onCookie("lang", "exact", "de"), false},
		{"cookie that is missing", onCookie("Lang", "pattern", ".*"), false},
		{"frontend authorizer is not asked", authorizer, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, func(s *debugSetting) {
				s.api.AuthType, s.api.AuthorizerID = "AUTHORIZER", "auth1"
				s.api.ReqParams = append(s.api.ReqParams,
					apig.ReqParam{Name: "color", Type: "STRING", Location: "QUERY"},
					apig.ReqParam{Name: "x-team", Type: "STRING", Location: "HEADER"},
					apig.ReqParam{Name: "size", Type: "NUMBER", Location: "QUERY", DefaultValue: "10"},
					apig.ReqParam{Name: "missing", Type: "STRING", Location: "QUERY"})
				s.api.PolicyMocks = []apig.PolicyMock{mockPolicy("Policy", "ALL", c.given)}
				s.request.Query = map[string][]string{"color": {"red", "green"}}
				s.request.Header = map[string][]string{"X-TEAM": {"blue"}, "Cookie": {"a=1; lang=en"}}
			})
			if !c.holds {
				wantCall(t, plan)
				return
			}
			wantAnswer(t, plan, 200, "")
		})
	}
}

// Which of several policies applies.
func TestPlanDebugPolicies(t *testing.T) {
	t.Parallel()
	yes, no := condition("source", "", "192.0.2.9"), condition("source", "", "10.0.0.1")
	beta := func(c apig.Condition) apig.PolicyHTTP {
		p := httpDefinition().PolicyHTTPs[0]
		p.Conditions = []apig.Condition{c}
		return p
	}
	cases := []struct {
		name  string
		given func(d *apig.Definition)
		want  string // a part of the answer's body or of the call's URL
	}{
		{"ALL, all hold", mocks(mockPolicy("One", "ALL", yes, yes)), "from One"},
		{"ALL, one does not", mocks(mockPolicy("One", "ALL", yes, no)), "orders.example.com"},
		{"ANY, one holds", mocks(mockPolicy("One", "ANY", no, yes)), "from One"},
		{"ANY, none holds", mocks(mockPolicy("One", "ANY", no, no)), "orders.example.com"},
		{"the first that applies", mocks(mockPolicy("One", "ALL", no), mockPolicy("Two", "ALL", yes), mockPolicy("Three", "ALL", yes)), "from Two"},
		{"an HTTP backend", func(d *apig.Definition) { d.PolicyHTTPs = []apig.PolicyHTTP{beta(no), second(beta(yes))} }, "http://second.example.com/beta"},
		{"mocks before HTTP backends", func(d *apig.Definition) {
			d.PolicyHTTPs = []apig.PolicyHTTP{beta(yes)}
			d.PolicyMocks = []apig.PolicyMock{mockPolicy("One", "ALL", yes)}
		}, "from One"},
		{"functions before HTTP backends", func(d *apig.Definition) {
			d.PolicyHTTPs = []apig.PolicyHTTP{beta(yes)}
			d.PolicyMocks = []apig.PolicyMock{mockPolicy("One", "ALL", no)}
			d.PolicyFunctions = functionDefinition().PolicyFunctions
		}, "functions cannot be called"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, func(s *debugSetting) { c.given(&s.api) })
			got := ""
			if plan.Call != nil {
				got = plan.Call.URL
			} else {
				got = plan.Answer.Body
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func mocks(policies ...apig.PolicyMock) func(*apig.Definition) {
	return func(d *apig.Definition) { d.PolicyMocks = policies }
}

func second(p apig.PolicyHTTP) apig.PolicyHTTP {
	p.Name, p.URLDomain = "Second", "second.example.com"
	return p
}

// A caller over a dual-stack socket has the same address.
func TestPlanDebugSourceOfAMappedCaller(t *testing.T) {
	t.Parallel()
	plan := mustPlan(t, func(s *debugSetting) {
		s.context.SourceIP = "::ffff:192.0.2.9"
		s.api.PolicyMocks = []apig.PolicyMock{
			mockPolicy("Policy", "ALL", condition("source", "", "192.0.2.9"), condition("source", "", "192.0.2.0/24")),
		}
	})
	wantAnswer(t, plan, 200, "")
}

// Short patterns can be large programs, and a definition can have many: their cost is bounded.
func TestPlanDebugBoundsPatterns(t *testing.T) {
	t.Parallel()
	costly := strings.Repeat(`(\pL{999}|\d{999})`, 28)
	d := mustPrepare(t, "patterns", debugAPI(), nil)
	for i := range 50 {
		p := mockPolicy(fmt.Sprintf("Policy %d", i), "ANY", repeat(50, func(int) apig.Condition { return onSystem("req_path", "pattern", costly) })...)
		d.PolicyMocks = append(d.PolicyMocks, p)
	}
	b := debugRequest()
	began := time.Now()
	plan, err := apig.PlanDebug(d, b, debugContext())
	if err != nil {
		t.Fatal(err)
	}
	wantCall(t, plan)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if !strings.Contains(strings.Join(plan.Log, "\n"), "too costly") {
		t.Errorf("the log does not say so: %q", plan.Log)
	}
}
