package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
)

// One request parameter of the API, and what the gateway says to a request.
func TestPlanDebugValidatesParameters(t *testing.T) {
	t.Parallel()
	query := func(values ...string) func(*apig.DebugBody) {
		return func(b *apig.DebugBody) { b.Query = map[string][]string{"p": values} }
	}
	headers := func(name string, values ...string) func(*apig.DebugBody) {
		return func(b *apig.DebugBody) { b.Header = map[string][]string{name: values} }
	}
	nothing := func(*apig.DebugBody) {}
	number := apig.ReqParam{Location: "QUERY", Type: "NUMBER", ValidEnable: 1, MinNum: ptr(-1), MaxNum: ptr(10)}
	text := apig.ReqParam{Location: "QUERY", Type: "STRING", ValidEnable: 1, MinSize: ptr(2), MaxSize: ptr(3)}
	enum := apig.ReqParam{Location: "QUERY", Type: "STRING", ValidEnable: 1, Enumerations: "red,green"}
	required := func(location string) apig.ReqParam {
		return apig.ReqParam{Location: location, Type: "STRING", ValidEnable: 1, Required: 1}
	}
	withDefault := required("QUERY")
	withDefault.DefaultValue = "x"
	unchecked := number
	unchecked.ValidEnable = 2

	cases := []struct {
		name  string
		param apig.ReqParam
		given func(b *apig.DebugBody)
		ok    bool
	}{
		{"required, given", required("QUERY"), query("v"), true},
		{"required, empty value", required("QUERY"), query(""), true},
		{"required, missing", required("QUERY"), nothing, false},
		{"required, no values", required("QUERY"), query(), false},
		{"required, missing, default", withDefault, nothing, true},
		{"required header, given in any case", required("HEADER"), headers("P", "v"), true},
		{"required header, missing", required("HEADER"), nothing, false},
		{"required cookie, given", required("COOKIE"), headers("cookie", "a=1; p=2"), true},
		{"required cookie, in a second header", required("COOKIE"), headers("cookie", "a=1", "p=2"), true},
		{"required cookie, missing", required("COOKIE"), headers("cookie", "pp=1; p"), false},
		{"optional, missing", number, nothing, true},

		{"number", number, query("1e1"), true},
		{"number, smallest", number, query("-1"), true},
		{"number below the minimum", number, query("-1.5"), false},
		{"number above the maximum", number, query("10.1"), false},
		{"no number", number, query("ten"), false},
		{"not a number", number, query("NaN"), false},
		{"infinite", number, query("-Inf"), false},
		{"every value is checked", number, query("1", "11"), false},
		{"no validation", unchecked, query("ten"), true},

		{"length in characters", text, query("中中中"), true},
		{"too short", text, query("中"), false},
		{"too long", text, query("abcd"), false},
		{"enumerated", enum, query("green"), true},
		{"not enumerated", enum, query("gree"), false},
		{"no part of the list", enum, query("red,green"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := mustPlan(t, func(s *debugSetting) {
				c.param.Name = "p"
				s.api.ReqParams = append(s.api.ReqParams, c.param)
				c.given(&s.request)
			})
			if c.ok {
				wantCall(t, plan)
				return
			}
			wantAnswer(t, plan, 400, "APIG.0201")
			if last := plan.Log[len(plan.Log)-2]; !strings.Contains(last, "request parameter p in "+c.param.Location) {
				t.Errorf("the log does not name the parameter: %q", last)
			}
		})
	}
}

// A value in the path is validated as the text that it decodes to.
func TestPlanDebugValidatesPathParameters(t *testing.T) {
	t.Parallel()
	given := func(path string) func(*debugSetting) {
		return func(s *debugSetting) {
			s.api.ReqParams[0].ValidEnable, s.api.ReqParams[0].MaxSize = 1, ptr(2)
			s.request.Path = path
		}
	}
	wantCall(t, mustPlan(t, given("/orders/%E4%B8%AD%E4%B8%AD")))
	wantAnswer(t, mustPlan(t, given("/orders/123")), 400, "APIG.0201")
}
