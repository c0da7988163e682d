package apig_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// drawDebugged draws a definition that debugging gets far with, or any other.
func drawDebugged(t *rapid.T) apig.Definition {
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return drawDefinition(t)
	}
	d := debugAPI()
	d.MatchMode = rapid.SampledFrom([]string{"SWA", "NORMAL"}).Draw(t, "match")
	d.ReqParams = append(d.ReqParams, frontParams()...)
	d.ReqURI = rapid.SampledFrom([]string{"/orders/{id}", "/orders/{id+}", "/", "/orders"}).Draw(t, "template")
	d.BackendAPI.ReqURI = rapid.SampledFrom([]string{"/v1/{order}", "/a.{order}", "/v1/{order}/{b+}", "/"}).Draw(t, "backend path")
	location := rapid.SampledFrom([]string{"PATH", "QUERY", "HEADER"})
	for _, name := range []string{"b", "Host", "X-C"} {
		value := rapid.SampledFrom([]string{"color", "X-Team", "lang", "size", "missing"}).Draw(t, "source")
		d.BackendParams = append(d.BackendParams, apig.BackendParam{Name: name, Origin: "REQUEST", Location: location.Draw(t, "location"), Value: value})
	}
	d.PolicyHTTPs = httpDefinition().PolicyHTTPs
	kind := rapid.SampledFrom([]string{"exact", "enum", "pattern"}).Draw(t, "kind")
	d.PolicyHTTPs[0].Conditions = []apig.Condition{onParam("color", kind, rapid.SampledFrom([]string{"1", "(", ".", "a/b,1"}).Draw(t, "value"))}
	return d
}

// drawDebugBody draws a request that mostly passes the check, and often matches the definition.
func drawDebugBody(t *rapid.T) apig.DebugBody {
	fields := func(label string) map[string][]string {
		name := rapid.SampledFrom([]string{"id", "page", "color", "x-team", "Cookie", "host", "missing"})
		value := rapid.SampledFrom([]string{"", "1", ".", "..", "a/b", "lang=..; color=3", "ä", "%2e%2e", "\\..\\", "a?b#c"})
		return rapid.MapOfN(name, rapid.SliceOfN(value, 0, 2), 0, 5).Draw(t, label)
	}
	b := apig.DebugBody{
		Mode: rapid.SampledFrom([]string{"DEVELOPER", "CONSUMER"}).Draw(t, "mode"), Scheme: "HTTPS", Method: "GET",
		Path:   rapid.SampledFrom([]string{"/orders/7", "/orders/a%2Fb/c,d", "/orders/%7Bid%7D/中", "/orders/.a", "/example", "/"}).Draw(t, "path"),
		Header: fields("header"), Query: fields("query"), Domain: rapid.SampledFrom([]string{"", "a.shop.example.com:1"}).Draw(t, "domain"),
	}
	switch rapid.IntRange(0, 9).Draw(t, "odd") {
	case 0:
		b.Path = rapid.OneOf(rapid.StringMatching(`(/[a-z%2F.]{0,4}){1,4}`), rapid.String()).Draw(t, "odd path")
	case 1:
		b.Query["p"] = []string{rapid.String().Draw(t, "odd query")}
		b.Header["P"] = []string{rapid.String().Draw(t, "odd header")}
	case 2:
		corrupt(t, reflect.ValueOf(&b.Domain).Elem())
		corrupt(t, reflect.ValueOf(&b.Method).Elem())
	}
	return b
}

// Whatever is stored and whatever is sent: a documented refusal, or a plan that can be carried out as it
// is. Even definitions that Prepare would refuse, in case an old event holds one.
func TestPlanDebugPropertyNeverPanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, b := drawDebugged(t), drawDebugBody(t)
		if prepared, err := apig.Prepare(momentOf("any"), d, nil, wide); err == nil && rapid.Bool().Draw(t, "prepared") {
			d = prepared
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			corrupt(t, reflect.ValueOf(&d).Elem())
		}
		if rapid.Bool().Draw(t, "substituted") {
			d = apig.Substitute(d, map[string]string{"host": "h", "port": "80", "stage": "s/.", "zone": "z", "beta": "a/b", "group": "g", "abc": ":"})
		}
		plan, err := apig.PlanDebug(d, b, debugContext())
		if err != nil {
			if code := domain.CodeOf(err); code != "APIG.2001" && code != "APIG.2011" && code != "APIG.2030" {
				t.Fatalf("not a documented refusal: %v", err)
			}
			return
		}
		soundPlan(t, plan)
	})
}

// soundPlan asks that a plan can be carried out as it is, and stays within what the definition opened.
func soundPlan(t *rapid.T, plan apig.DebugPlan) {
	if (plan.Answer == nil) == (plan.Call == nil) || !strings.Contains(plan.Request, " HTTP/1.1\nHost: ") {
		t.Fatalf("no whole plan: %+v", plan)
	}
	if plan.Answer != nil {
		if plan.Answer.Status < 200 || plan.Answer.Status > 599 {
			t.Fatalf("status %d", plan.Answer.Status)
		}
		return
	}
	u, err := url.Parse(plan.Call.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		t.Fatalf("URL %q (%v)", plan.Call.URL, err)
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == ".." || segment == "." {
			t.Fatalf("URL %q leaves its path", plan.Call.URL)
		}
	}
	for name, values := range plan.Call.Header {
		if name == "" || name == "Host" || strings.ContainsAny(strings.Join(values, "")+name, "\r\n\x00") {
			t.Fatalf("header %q: %q", name, values)
		}
	}
	if plan.Call.Timeout < time.Millisecond || plan.Call.Timeout > apig.MaxDebugTimeout {
		t.Fatalf("timeout %s", plan.Call.Timeout)
	}
}

// The same request to the same definition always has the same plan, in spite of the maps.
func TestPlanDebugPropertyRepeatable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, b := drawDebugged(t), drawDebugBody(t)
		first, err1 := apig.PlanDebug(d, b, debugContext())
		second, err2 := apig.PlanDebug(d, b, debugContext())
		if !reflect.DeepEqual(first, second) || !reflect.DeepEqual(err1, err2) {
			t.Fatalf("first %+v, %v, then %+v, %v", first, err1, second, err2)
		}
	})
}
