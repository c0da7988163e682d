package apig_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
)

func field(name string, values ...string) map[string][]string {
	return map[string][]string{name: values}
}

func TestDebugBodyCheck(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		given     func(b *apig.DebugBody)
		wantCode  string // "" for a valid body
		wantParam string
	}{
		{"the least that is needed", func(*apig.DebugBody) {}, "", ""},
		{"method is missing", func(b *apig.DebugBody) { b.Method = "" }, "APIG.2001", "method"},
		{"method ANY is for definitions", func(b *apig.DebugBody) { b.Method = "ANY" }, "APIG.2011", "method"},
		{"mode is missing", func(b *apig.DebugBody) { b.Mode = "" }, "APIG.2001", "mode"},
		{"mode is unknown", func(b *apig.DebugBody) { b.Mode = "OWNER" }, "APIG.2011", "mode"},
		{"mode MARKET is not used", func(b *apig.DebugBody) { b.Mode = "MARKET" }, "APIG.2011", "mode"},
		{"scheme is missing", func(b *apig.DebugBody) { b.Scheme = "" }, "APIG.2001", "scheme"},
		{"scheme is unknown", func(b *apig.DebugBody) { b.Scheme = "GRPCS" }, "APIG.2011", "scheme"},

		{"body of 2097152 bytes", func(b *apig.DebugBody) { b.Body = strings.Repeat("x", 2097152) }, "", ""},
		{"body of a byte more", func(b *apig.DebugBody) { b.Body = strings.Repeat("x", 2097153) }, "APIG.2011", "body"},
		{"body short in characters, long in bytes", func(b *apig.DebugBody) { b.Body = strings.Repeat("中", 700000) }, "APIG.2011", "body"},
		{"body with NUL", func(b *apig.DebugBody) { b.Body = "\x00" }, "APIG.2011", "body"},

		{"path is missing", func(b *apig.DebugBody) { b.Path = "" }, "APIG.2001", "path"},
		{"path without slash", func(b *apig.DebugBody) { b.Path = "orders" }, "APIG.2011", "path"},
		{"path of 1024 characters", func(b *apig.DebugBody) { b.Path = "/" + strings.Repeat("a", 1023) }, "", ""},
		{"path of 1025 characters", func(b *apig.DebugBody) { b.Path = "/" + strings.Repeat("a", 1024) }, "APIG.2011", "path"},
		{"path encoded", func(b *apig.DebugBody) { b.Path = "/a%20b%2Fc" }, "", ""},
		{"path that does not decode", func(b *apig.DebugBody) { b.Path = "/a%2" }, "APIG.2011", "path"},
		{"path that does not decode to UTF-8", func(b *apig.DebugBody) { b.Path = "/%ff" }, "APIG.2011", "path"},
		{"path with encoded NUL", func(b *apig.DebugBody) { b.Path = "/%00" }, "APIG.2011", "path"},
		{"path with query", func(b *apig.DebugBody) { b.Path = "/a?b=c" }, "APIG.2011", "path"},
		{"path with fragment", func(b *apig.DebugBody) { b.Path = "/a#b" }, "APIG.2011", "path"},
		{"path with line break", func(b *apig.DebugBody) { b.Path = "/a\r\nHost: x" }, "APIG.2011", "path"},
		{"path with dot segments", func(b *apig.DebugBody) { b.Path = "/a/../b" }, "APIG.2011", "path"},
		{"path with encoded dot segments", func(b *apig.DebugBody) { b.Path = "/a/%2e%2E/b" }, "APIG.2011", "path"},
		{"path with an encoded slash in a dot segment", func(b *apig.DebugBody) { b.Path = "/a/..%2fb" }, "APIG.2011", "path"},
		{"path with backslashes around a dot segment", func(b *apig.DebugBody) { b.Path = `/a\..%5Cb` }, "APIG.2011", "path"},
		{"path with dots in a name", func(b *apig.DebugBody) { b.Path = "/a..b/.c" }, "", ""},

		{"header", func(b *apig.DebugBody) { b.Header = field("X-My.Header-1", "a", "ä\tb") }, "", ""},
		{"header name of 32 bytes", func(b *apig.DebugBody) { b.Header = field("X" + strings.Repeat("a", 31)) }, "", ""},
		{"header name of 33 bytes", func(b *apig.DebugBody) { b.Header = field("X" + strings.Repeat("a", 32)) }, "APIG.2011", "header.X" + strings.Repeat("a", 32)},
		{"header name with _", func(b *apig.DebugBody) { b.Header = field("a_b") }, "APIG.2011", "header.a_b"},
		{"header name that starts with a digit", func(b *apig.DebugBody) { b.Header = field("1a") }, "APIG.2011", "header.1a"},
		{"header without name", func(b *apig.DebugBody) { b.Header = field("") }, "APIG.2011", "header."},
		{"header name with line break", func(b *apig.DebugBody) { b.Header = field("a\n") }, "APIG.2011", "header.a\n"},
		{"header X-Apig-*", func(b *apig.DebugBody) { b.Header = field("x-aPIG-mode") }, "APIG.2011", "header.x-aPIG-mode"},
		{"header X-Sdk-*", func(b *apig.DebugBody) { b.Header = field("X-Sdk-Date") }, "APIG.2011", "header.X-Sdk-Date"},
		{"header X-Stage", func(b *apig.DebugBody) { b.Header = field("x-sTage") }, "APIG.2011", "header.x-sTage"},
		{"header that only begins like X-Stage", func(b *apig.DebugBody) { b.Header = field("X-Stages") }, "", ""},
		{"header Authorization, DEVELOPER", func(b *apig.DebugBody) { b.Header = field("Authorization", "x") }, "", ""},
		{"header Authorization, CONSUMER", consumerWith("authorization"), "APIG.2011", "header.authorization"},
		{"header X-Auth-Token, CONSUMER", consumerWith("X-Auth-Token"), "APIG.2011", "header.X-Auth-Token"},
		{"header value with line break", func(b *apig.DebugBody) { b.Header = field("a", "b\r\nc: d") }, "APIG.2011", "header.a"},
		{"header value of 32 KiB", func(b *apig.DebugBody) { b.Header = field("a", strings.Repeat("x", 32<<10)) }, "", ""},
		{"header value over 32 KiB", func(b *apig.DebugBody) { b.Header = field("a", strings.Repeat("x", 32<<10+1)) }, "APIG.2011", "header.a"},
		{"headers over 128 KiB", func(b *apig.DebugBody) { b.Header = field("a", repeat(5, kilobytes32)...) }, "APIG.2011", "header"},
		{"100 headers", func(b *apig.DebugBody) { b.Header = manyFields(100) }, "", ""},
		{"101 headers", func(b *apig.DebugBody) { b.Header = manyFields(101) }, "APIG.2011", "header"},
		{"101 values of a header", func(b *apig.DebugBody) { b.Header = field("a", make([]string, 101)...) }, "APIG.2011", "header.a"},
		{"the first bad header by name", func(b *apig.DebugBody) { b.Header = map[string][]string{"z_": nil, "b_": nil, "c_": nil} }, "APIG.2011", "header.b_"},

		{"query", func(b *apig.DebugBody) { b.Query = field("a_b.c-1", "any\nvalue", "") }, "", ""},
		{"query X-Stage", func(b *apig.DebugBody) { b.Query = field("x-stage") }, "APIG.2011", "query.x-stage"},
		{"query X-Apig-*", func(b *apig.DebugBody) { b.Query = field("X-APIG-a") }, "APIG.2011", "query.X-APIG-a"},
		{"query Authorization, CONSUMER", func(b *apig.DebugBody) { b.Mode, b.Query = "CONSUMER", field("Authorization") }, "", ""},
		{"query name with a space", func(b *apig.DebugBody) { b.Query = field("a b") }, "APIG.2011", "query.a b"},
		{"query value that is not UTF-8", func(b *apig.DebugBody) { b.Query = field("a", "\xff") }, "APIG.2011", "query.a"},
		{"query over 32 KiB", func(b *apig.DebugBody) { b.Query = field("a", repeat(2, kilobytes32)...) }, "APIG.2011", "query"},
		{"101 query parameters", func(b *apig.DebugBody) { b.Query = manyFields(101) }, "APIG.2011", "query"},

		{"domain", func(b *apig.DebugBody) { b.Domain = "a.shop.example.com:8080" }, "", ""},
		{"domain with line break", func(b *apig.DebugBody) { b.Domain = "a\nb" }, "APIG.2011", "domain"},
		{"domain with a variable", func(b *apig.DebugBody) { b.Domain = "#abc#" }, "APIG.2011", "domain"},
		{"domain with a path", func(b *apig.DebugBody) { b.Domain = "a/b" }, "APIG.2011", "domain"},
		{"stage", func(b *apig.DebugBody) { b.Stage = "TEST_1" }, "", ""},
		{"stage with line break", func(b *apig.DebugBody) { b.Stage = "a\nb" }, "APIG.2011", "stage"},
		{"app_key too long", func(b *apig.DebugBody) { b.AppKey = strings.Repeat("k", 256) }, "APIG.2011", "app_key"},
		{"app_secret too long", func(b *apig.DebugBody) { b.AppSecret = strings.Repeat("k", 256) }, "APIG.2011", "app_secret"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := debugRequest()
			c.given(&b)
			bad := b.Check()
			switch {
			case bad == nil && c.wantCode != "":
				t.Fatalf("taken, want %s for %q", c.wantCode, c.wantParam)
			case bad != nil && (bad.Code != c.wantCode || bad.Param != c.wantParam):
				t.Fatalf("got %s for %q (%s), want %q for %q", bad.Code, bad.Param, bad.Message, c.wantCode, c.wantParam)
			}
		})
	}
}

func consumerWith(headerName string) func(*apig.DebugBody) {
	return func(b *apig.DebugBody) { b.Mode, b.Header = apig.DebugConsumer, field(headerName, "x") }
}

func kilobytes32(int) string { return strings.Repeat("x", 32<<10) }

func manyFields(n int) map[string][]string {
	all := map[string][]string{}
	for i := range n {
		all[fmt.Sprintf("n%d", i)] = []string{"v"}
	}
	return all
}

// A refused body is refused by PlanDebug too: no plan without a check.
func TestPlanDebugChecksTheBody(t *testing.T) {
	t.Parallel()
	_, err := planOf(t, func(s *debugSetting) { s.request.Path = "no-slash" })
	wantRefusal(t, err, "APIG.2011", "path")
}

func TestDebugBodyEnvName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mode, stage, want string }{
		{"CONSUMER", "", "RELEASE"}, {"CONSUMER", "TEST", "TEST"}, {"DEVELOPER", "", ""}, {"DEVELOPER", "TEST", ""},
	} {
		if got := (apig.DebugBody{Mode: c.mode, Stage: c.stage}).EnvName(); got != c.want {
			t.Errorf("mode %s, stage %q: got %q, want %q", c.mode, c.stage, got, c.want)
		}
	}
}

// However a body gets into a log, its secrets do not.
func TestDebugBodyHidesItsSecrets(t *testing.T) {
	t.Parallel()
	b := debugRequest()
	b.AppSecret, b.Header, b.Body = "s3cret", field("Authorization", "s3cret"), "s3cret"
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("debug", "body", b)
	slog.New(slog.NewTextHandler(&log, nil)).Info("debug", "body", &b)
	for _, text := range []string{log.String(), fmt.Sprint(b), fmt.Sprintf("%+v %v %s", b, &b, b)} {
		if strings.Contains(text, "s3cret") || !strings.Contains(text, "DEVELOPER") {
			t.Errorf("logged %s", text)
		}
	}
}

// The wire names of the reference.
func TestDebugBodyReadsTheReferencesExample(t *testing.T) {
	t.Parallel()
	var b apig.DebugBody
	text := `{"mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": "/test/mock"}`
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	if bad := b.Check(); bad != nil || b.Path != "/test/mock" {
		t.Fatalf("%+v: %v", b, bad)
	}
}
