package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/internal/node"
)

// credentials puts a credentials file for a world into a new data directory and returns that.
func credentials(t *testing.T, w *gatelogtest.World, change func(c *node.Credentials)) string {
	t.Helper()
	c := node.Credentials{
		Endpoint: w.Listen(), ProjectID: gatelogtest.Project, InstanceID: w.InstanceID,
		AccessKey: gatelogtest.AccessKey, SecretKey: gatelogtest.SecretKey,
	}
	if change != nil {
		change(&c)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, node.CredentialsFile), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shop is an API that was published, moved and published again.
type shop struct {
	*gatelogtest.World
	dir, group, api, first, second string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{World: gatelogtest.New(t)}
	s.dir = credentials(t, s.World, nil)
	s.group = s.Group("shop")
	s.api = s.API(s.group, "orders", "one.example.com")
	s.first = s.Publish(s.api)
	s.Rewrite(s.api, s.group, "orders", "two.example.com")
	s.second = s.Publish(s.api)
	return s
}

// ask runs an api command against the shop's server.
func (s *shop) ask(t *testing.T, args ...string) output {
	t.Helper()
	return gatelogCommand(t.Context(), append(append([]string{"api"}, args...), "--data-dir", s.dir)...)
}

func TestAPIHistory(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.ask(t, "history", s.api)
	got := must(t, o)
	wantParts(t, o.err, "4 of 4 events")
	var what []string
	for _, line := range got {
		what = append(what, columns(line)[3])
	}
	if diff := cmp.Diff([]string{"WHAT", "published", "updated", "published", "created"}, what); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	wantParts(t, got[1], "RELEASE; version ", s.second, "for the test", "release")
	wantParts(t, got[2], "gatelog", "backend_api", "moved to two.example.com")

	text := strings.Join(must(t, s.ask(t, "history", s.api, "--diff", "-n", "1", "--offset", "1")), "\n")
	wantParts(t, text, "  @@ backend_api.url_domain\n  - \"one.example.com\"\n  + \"two.example.com\"")

	var page gatelog.HistoryView
	text = strings.Join(must(t, s.ask(t, "history", s.api, "--oldest-first", "-n", "1", "-o", "json")), "\n")
	if err := json.Unmarshal([]byte(text), &page); err != nil || page.Size != 1 || page.Total != 4 || page.Events[0].Type != "apig.api.created" {
		t.Errorf("in JSON: %v\n%s", err, text)
	}

	s.Delete(s.api)
	o = s.ask(t, "history", s.api, "-n", "1")
	must(t, o)
	wantParts(t, o.out, "deleted", "retired")
	wantParts(t, o.err, "the API is gone", "1 of 6 events")
}

func TestAPIVersions(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.ask(t, "versions", s.api, "--env", "RELEASE")
	got := must(t, o)
	wantParts(t, o.err, "2 of 2 versions")
	if len(got) != 3 || columns(got[1])[0] != s.second || columns(got[1])[3] != "live" || columns(got[2])[0] != s.first || columns(got[2])[3] != "-" {
		t.Errorf("versions:\n%s", o.out)
	}
	var list gatelog.VersionListView
	text := strings.Join(must(t, s.ask(t, "versions", s.api, "-o", "json", "-n", "1")), "\n")
	if err := json.Unmarshal([]byte(text), &list); err != nil || list.Total != 2 || len(list.Versions) != 1 {
		t.Errorf("in JSON: %v\n%s", err, text)
	}
}

func TestAPIShow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Rewrite(s.api, s.group, "orders", "#host#")
	s.Variable(s.group, "host", "three.example.com")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"a version", []string{s.first}, []string{"version      " + s.first, "environment  RELEASE", "group        shop", "remark       for the test", `"url_domain": "one.example.com"`}},
		{"a draft", []string{s.api}, []string{"none: this is the draft", "#host#    three.example.com", `"url_domain": "#host#"`}},
		{"a draft as it would run", []string{s.api, "--form", "run"}, []string{`"url_domain": "three.example.com"`}},
		{"what is live", []string{s.api, "--env", "RELEASE"}, []string{s.second, `"url_domain": "two.example.com"`}},
		{"in JSON", []string{s.first, "-o", "json"}, []string{`"written": {`, `"run": {`, `"definition_position": `}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantParts(t, strings.Join(must(t, s.ask(t, append([]string{"show"}, c.args...)...)), "\n"), c.want...)
		})
	}
	failsWith(t, s.ask(t, "show", "nothing"), "neither a version nor an API has the id nothing", "--api", "APIG.3002")
	failsWith(t, s.ask(t, "show", s.api, "--env", "moon"), "APIG.3003")
	failsWith(t, s.ask(t, "show", s.first, "--form", "spoken"), "--form", "written or run")
}

func TestAPIDiff(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	want := []string{"@@ backend_api.url_domain", `- "one.example.com"`, `+ "two.example.com"`}
	for name, args := range map[string][]string{
		"two versions":                  {s.first, s.second},
		"a version and the draft":       {s.first, "draft"},
		"a version and what is live":    {s.first, "live"},
		"a version and an environment":  {s.first, "live:RELEASE"},
		"with the API, as versions run": {s.first, s.second, "--api", s.api, "--form", "run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := must(t, s.ask(t, append([]string{"diff"}, args...)...))
			if len(got) != 5 || !strings.HasPrefix(got[0], "--- "+args[0]+", version "+s.first) || !strings.HasPrefix(got[1], "+++ "+args[1]+", ") {
				t.Fatalf("diff:\n%s", strings.Join(got, "\n"))
			}
			if diff := cmp.Diff(want, got[2:]); diff != "" {
				t.Errorf("diff (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("in JSON it is a JSON Patch", func(t *testing.T) {
		t.Parallel()
		var patch []struct{ Op, Path, Value string }
		text := strings.Join(must(t, s.ask(t, "diff", s.second, s.first, "-o", "json")), "\n")
		err := json.Unmarshal([]byte(text), &patch)
		if err != nil || len(patch) != 1 || patch[0].Op != "replace" || patch[0].Path != "/backend_api/url_domain" || patch[0].Value != "one.example.com" {
			t.Errorf("%v\n%s", err, text)
		}
	})
	t.Run("nothing differs", func(t *testing.T) {
		t.Parallel()
		o := s.ask(t, "diff", "draft", s.second)
		if got := must(t, o); len(got) != 0 || !strings.Contains(o.err, "no differences") {
			t.Errorf("diff:\n%s%s", o.out, o.err)
		}
	})
	failsWith(t, s.ask(t, "diff", "draft", "live"), "which API?", "--api")
	failsWith(t, s.ask(t, "diff", "draft", "no version!"), `"no version!" is not the id`)
	failsWith(t, s.ask(t, "diff", "draft", "nothing"), "deleted API", "--api")
}

func TestAPIConnections(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	wrong := credentials(t, w, func(c *node.Credentials) { c.SecretKey = "wrong" })
	failsWith(t, gatelogCommand(t.Context(), "api", "history", "a1", "--data-dir", wrong), "gatelog.unauthenticated", "--access-key")
	o := gatelogCommand(t.Context(), "api", "history", "a1", "--data-dir", wrong, "--secret-key", gatelogtest.SecretKey)
	failsWith(t, o, "APIG.3002", "[request ")

	down := credentials(t, w, func(c *node.Credentials) { c.Endpoint = "http://127.0.0.1:1" })
	failsWith(t, gatelogCommand(t.Context(), "api", "history", "a1", "--data-dir", down), "is the server running?")
	failsWith(t, gatelogCommand(t.Context(), "api", "history", "a1", "--data-dir", down, "--endpoint", "localhost"), "--endpoint", "http://")

	o = gatelogCommand(t.Context(), "api", "history", "a1", "--data-dir", t.TempDir(), "--endpoint", "http://127.0.0.1:1")
	failsWith(t, o, "credentials.json in ", "--data-dir", "--access-key --instance --project --secret-key")
	failsWith(t, gatelogCommand(t.Context(), "api", "history", "a/b"), "give one id")
}

func TestAnAnswerThatIsNotGatelogs(t *testing.T) {
	t.Parallel()
	c := &connection{Credentials: node.Credentials{Endpoint: "http://elsewhere"}}
	for status, body := range map[int]string{404: "<html>", 200: "<html>"} {
		if err := c.read(status, []byte(body), new(gatelog.HistoryView)); err == nil || !strings.Contains(err.Error(), "check --endpoint") {
			t.Errorf("read(%d) = %v", status, err)
		}
	}
}
