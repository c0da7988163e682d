package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/internal/node"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// audit runs an audit command against the shop's server.
func (s *shop) audit(t *testing.T, args ...string) output {
	t.Helper()
	return gatelogCommand(t.Context(), append(append([]string{"audit"}, args...), "--data-dir", s.dir)...)
}

func TestAuditList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.audit(t, "list", "--id", s.api, "--order", "asc")
	got := must(t, o)
	var what []string
	for _, line := range got {
		what = append(what, columns(line)[6])
	}
	if diff := cmp.Diff([]string{"OPERATION", "apig.CreateAPI", "apig.PublishAPI", "apig.UpdateAPI", "apig.PublishAPI"}, what); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantParts(t, got[3], "accepted", "gatelog", "api/"+s.api+" (orders)", "moved to two.example.com")
	wantParts(t, o.err, "4 records")

	o = s.audit(t, "list", "--id", s.api, "-n", "1", "--since", "1h")
	if got := must(t, o); len(got) != 2 {
		t.Errorf("one record was asked for: %q", got)
	}
	_, cursor, _ := strings.Cut(o.err, "--after ")
	var rest gatelog.AuditListView
	text := strings.Join(must(t, s.audit(t, "list", "--id", s.api, "--after", strings.TrimSpace(cursor), "-o", "json")), "\n")
	if err := json.Unmarshal([]byte(text), &rest); err != nil || len(rest.Records) != 3 || rest.Next != "" || !rest.Complete {
		t.Errorf("behind the first: %v %s", err, text)
	}
	if got := must(t, s.audit(t, "list", "--text", "two.example moved")); len(got) != 2 {
		t.Errorf("found %q", got)
	}
	if got := must(t, s.audit(t, "list", "--kind", "group", "--outcome", "accepted", "--in", s.InstanceID, "--until", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))); len(got) != 2 {
		t.Errorf("groups: %q", got)
	}
}

func TestAuditShow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var list gatelog.AuditListView
	text := strings.Join(must(t, s.audit(t, "list", "--operation", "apig.UpdateAPI", "--output", "json")), "\n")
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Records) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	id := list.Records[0].ID
	shown := strings.Join(must(t, s.audit(t, "show", id)), "\n")
	wantParts(t, shown, "record   "+id, "outcome  accepted", "moved to two.example.com", "apig.api.updated  api/"+s.api, "@@ /definition/backend_api/url_domain\n- \"one.example.com\"\n+ \"two.example.com\"")
	var d projectionsaudit.Detail
	if err := json.Unmarshal([]byte(strings.Join(must(t, s.audit(t, "show", id, "-o", "json", "--all")), "\n")), &d); err != nil || len(d.Changes) != 1 || d.Changes[0].Before == nil {
		t.Errorf("%v: %+v", err, d)
	}
	failsWith(t, s.audit(t, "show", "nothing"), "gatelog.not_found")
	failsWith(t, s.audit(t, "show"), "give the id of one record")
	failsWith(t, s.audit(t, "show", "../users"), "give the id of one record")
}

func TestAuditExport(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	all := jsonLines[projectionsaudit.Detail](t, must(t, s.audit(t, "export", "--id", s.api, "--order", "asc")))
	if len(all) != 4 || len(all[0].Changes) != 1 || all[2].Reason != "moved to two.example.com" {
		t.Errorf("exported %+v", all)
	}
	file := filepath.Join(t.TempDir(), "audit.csv")
	must(t, s.audit(t, "export", "--id", s.api, "--format", "csv", "--file", file))
	text, err := os.ReadFile(file)
	if err != nil || len(lines(string(text))) != 5 || !strings.HasPrefix(string(text), "id,time,outcome,") {
		t.Errorf("%v: %s", err, text)
	}
	failsWith(t, s.audit(t, "export", "--file", file), "file exists")
	failsWith(t, s.audit(t, "export", "--format", "xml"), "gatelog.invalid")
	s.Allows = func(_, action string) bool { return action != gatelog.ActionExportAudit }
	failsWith(t, s.audit(t, "export"), "gatelog.forbidden", gatelog.ActionExportAudit)
}

// What was refused is there too, for those who may see everything.
func TestAuditOfWhatWasRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	endpoint := s.Listen()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, endpoint+"/gatelog/v1/projects/"+gatelogtest.Project+"/quotas/NONE", strings.NewReader(`{"value":1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode < 400 {
		t.Fatalf("%s: %v", answer.Status, err)
	}
	got := must(t, s.audit(t, "list", "--all", "--outcome", "refused"))
	if len(got) != 2 {
		t.Fatalf("%q", got)
	}
	wantParts(t, got[1], "refused ", "set-project-quota", "config_name/NONE")
	if got := must(t, s.audit(t, "list", "--outcome", "refused")); len(got) != 1 {
		t.Errorf("in the project: %q", got)
	}
}

func TestAuditSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := &shop{World: gatelogtest.New(t)}
	s.dir = credentials(t, s.World, func(c *node.Credentials) { c.ProjectID, c.InstanceID = "", "" })
	failsWith(t, s.audit(t, "list"), "--project", "--all")
	must(t, s.audit(t, "list", "--all"))
	failsWith(t, s.audit(t, "list", "--all", "--since", "yesterday"), `"yesterday" is no time`)
	failsWith(t, s.audit(t, "list", "--all", "--outcome", "done"), "gatelog.invalid")
	failsWith(t, s.audit(t, "list", "--all", "--after", "x"), "gatelog.invalid", "after")
}

func TestAuditTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 15, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"90m": "2026-01-02T13:30:00Z", "2026-01-01": "2026-01-01T00:00:00Z", "2026-01-01T10:00:00": "2026-01-01T10:00:00Z", "2026-01-01T10:00:00+02:00": "2026-01-01T08:00:00Z",
	} {
		if got, err := auditTime(text, now); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "-5m", "soon", "12"} {
		if got, err := auditTime(bad, now); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
}
