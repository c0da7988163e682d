package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/testenv"
)

// documents returns the OpenAPI documents to import: real ones where they can be had, and the project's
// own example.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	read := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = text
	}
	read("../../examples/petshop.yaml")
	found, err := filepath.Glob("../../../shared/data/openapi/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Log("no real documents beside the project: using its own example alone")
	}
	for _, path := range found {
		read(path)
	}
	return all
}

// operations that the real documents have.
var operations = map[string]int{"twilio_api_v2010.json": 197, "twilio_messaging_v1.json": 58}

const release = apig.ReleaseEnvID

// TestMainJob is the day of a platform team: APIs come in by their documents, are published, changed,
// published again, and switched back; and the same after a crash and a rebuild of all read models.
func TestMainJob(t *testing.T) {
	t.Parallel()
	dir := testenv.DataDir(t)
	s := start(t, dir)
	ids := map[string][]string{}
	for name, text := range documents(t) {
		result := s.upload(text, "")
		if len(result.Failure) > 0 {
			t.Fatalf("%s: %d operations failed, first %+v", name, len(result.Failure), result.Failure[0])
		}
		if want := operations[name]; want > 0 && len(result.Success) != want {
			t.Fatalf("%s: %d APIs imported, want %d", name, len(result.Success), want)
		}
		for _, api := range result.Success {
			ids[result.GroupID] = append(ids[result.GroupID], api.ID)
		}
	}
	for group, all := range ids {
		s.publishAll(group, len(all))
	}
	first := s.runtimes(ids)
	edited := s.edit(ids, 50)
	for group, all := range ids {
		s.publishAll(group, len(all))
	}
	if second := s.runtimes(ids); cmp.Equal(first, second) {
		t.Fatal("the second publication changed nothing")
	}
	s.switchBack(ids)
	s.compareRuntimes(first, s.runtimes(ids))
	s.roundTrip(ids)
	s.isAsDeclared()
	before := s.everything(ids)

	s.kill()
	s = start(t, dir)
	if out, err := s.gatelog("replay"); err != nil {
		t.Fatalf("gatelog replay: %v\n%s", err, out)
	}
	if diff := cmp.Diff(before, s.everything(ids)); diff != "" {
		t.Errorf("after kill and replay the answers differ (-before +after):\n%s", diff)
	}
	s.verify()
	s.stop()
	if edited < 20 {
		t.Errorf("only %d APIs were edited", edited)
	}
}

// publishAll publishes all APIs of a group in one batch.
func (s *server) publishAll(group string, n int) {
	s.t.Helper()
	var result struct{ Success, Failure []json.RawMessage }
	s.call(http.MethodPost, s.path("/apis/publish?action=online"), map[string]any{"group_id": group, "env_id": release}, &result)
	if len(result.Success) != n || len(result.Failure) > 0 {
		s.t.Fatalf("published %d of %d, failures %s", len(result.Success), n, result.Failure)
	}
}

// runtime answers for one API, without what names the publication.
func (s *server) runtimes(ids map[string][]string) map[string]map[string]any {
	s.t.Helper()
	all := map[string]map[string]any{}
	for _, group := range ids {
		for _, id := range group {
			var d map[string]any
			s.call(http.MethodGet, s.path("/apis/runtime/"+id), nil, &d)
			delete(d, "publish_id")
			all[id] = d
		}
	}
	return all
}

func (s *server) compareRuntimes(want, got map[string]map[string]any) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("the definitions that run are not those of the first publication:\n%s", diff)
	}
}

// edit changes several fields of up to most APIs and returns how many.
func (s *server) edit(ids map[string][]string, most int) int {
	s.t.Helper()
	n := 0
	for _, group := range ids {
		for i, id := range group {
			if n == most {
				return n
			}
			d := s.draft(id)
			d["remark"] = fmt.Sprintf("edited %d", i)
			d["cors"] = true
			d["tags"] = []string{"edited", fmt.Sprintf("round%d", i)}
			d["result_normal_sample"] = `{"edited":true}`
			s.call(http.MethodPut, s.path("/apis/"+id), d, nil)
			n++
		}
	}
	return n
}

// fromTheSystem are members of an answer that a request does not have.
var fromTheSystem = []string{
	"id", "status", "arrange_necessary", "register_time", "update_time", "group_name", "group_version",
	"run_env_id", "run_env_name", "publish_id", "publish_time",
}

// draft returns the draft of an API as a request would state it.
func (s *server) draft(id string) map[string]any {
	s.t.Helper()
	var d map[string]any
	s.call(http.MethodGet, s.path("/apis/"+id), nil, &d)
	for _, name := range fromTheSystem {
		delete(d, name)
	}
	for _, backend := range []string{"backend_api", "mock_info", "func_info"} {
		if b, ok := d[backend].(map[string]any); ok {
			delete(b, "status")
			delete(b, "register_time")
			delete(b, "update_time")
		}
	}
	return d
}

type versions struct {
	Total    int `json:"total"`
	Versions []struct {
		ID     string `json:"version_id"`
		Status int    `json:"status"`
	} `json:"api_versions"`
}

// switchBack puts the first of two versions of every API in effect again.
func (s *server) switchBack(ids map[string][]string) {
	s.t.Helper()
	for _, group := range ids {
		for _, id := range group {
			var history versions
			s.call(http.MethodGet, s.path("/apis/publish/"+id), nil, &history)
			if history.Total != 2 || history.Versions[0].Status != 1 || history.Versions[1].Status != 2 {
				s.t.Fatalf("history of %s: %+v", id, history)
			}
			s.call(http.MethodPut, s.path("/apis/publish/"+id), map[string]string{"version_id": history.Versions[1].ID}, nil)
		}
	}
}

// everything returns the bytes of every answer about the APIs.
func (s *server) everything(ids map[string][]string) map[string]string {
	s.t.Helper()
	all := map[string]string{}
	get := func(path string) {
		all[path] = string(s.call(http.MethodGet, path, nil, nil).body)
	}
	get(s.path("/api-groups?limit=500"))
	get(s.declaration())
	for group, apis := range ids {
		get(s.path("/api-groups/" + group))
		get(s.path("/apis?limit=500&group_id=" + group))
		for _, id := range apis {
			get(s.path("/apis/" + id))
			get(s.path("/apis/runtime/" + id))
			get(s.path("/apis/publish/" + id))
			var history versions
			if err := json.Unmarshal([]byte(all[s.path("/apis/publish/"+id)]), &history); err != nil {
				s.t.Fatal(err)
			}
			for _, v := range history.Versions {
				get(s.path("/apis/versions/" + v.ID))
			}
		}
	}
	return all
}

func (s *server) declaration() string {
	return "/gatelog/v1/projects/" + s.ProjectID + "/instances/" + s.InstanceID + "/declaration"
}

// isAsDeclared asks what it would change to apply what the instance is declared as: nothing.
func (s *server) isAsDeclared() {
	s.t.Helper()
	var declared json.RawMessage
	s.call(http.MethodGet, s.declaration(), nil, &declared)
	var plan struct {
		Changes, Refused []json.RawMessage
	}
	s.call(http.MethodPost, s.declaration(), map[string]any{"declaration": declared, "dry_run": true}, &plan)
	if len(plan.Changes) > 0 || len(plan.Refused) > 0 {
		s.t.Errorf("what it is declared as is not what it is: %d changes, first %.500s; %d refusals, first %.500s",
			len(plan.Changes), plan.Changes, len(plan.Refused), plan.Refused)
	}
}

// roundTrip exports each group and imports it into a new one: the definitions must be the same.
func (s *server) roundTrip(ids map[string][]string) {
	s.t.Helper()
	for group := range ids {
		body := map[string]string{"group_id": group, "env_id": release, "define": "all"}
		for _, version := range []string{"2.0", "3.0"} {
			document := s.call(http.MethodPost, s.path("/openapi/export?oas_version="+version), body, nil).body
			var made struct {
				ID string `json:"id"`
			}
			name := "copy " + version + " of " + group
			s.call(http.MethodPost, s.path("/api-groups"), map[string]string{"name": strings.ReplaceAll(name, " ", "_")}, &made)
			result := s.upload(document, made.ID)
			if len(result.Failure) > 0 {
				s.t.Fatalf("import of the exported %s (%s): %+v", group, version, result.Failure[0])
			}
			want, got := s.definitions(group, true), s.definitions(made.ID, false)
			if diff := cmp.Diff(want, got); diff != "" {
				s.t.Errorf("export as OpenAPI %s and import changed definitions (-was +is):\n%s", version, diff)
			}
		}
	}
}

// definitions returns the normal form of a group's APIs by name: what runs, or the drafts.
func (s *server) definitions(group string, running bool) map[string]apig.Definition {
	s.t.Helper()
	all := map[string]apig.Definition{}
	var list struct {
		APIs []struct{ ID, Name string } `json:"apis"`
	}
	s.call(http.MethodGet, s.path("/apis?limit=500&group_id="+group), nil, &list)
	for _, a := range list.APIs {
		path := s.path("/apis/" + a.ID)
		if running {
			var history versions
			s.call(http.MethodGet, s.path("/apis/publish/"+a.ID), nil, &history)
			for _, v := range history.Versions {
				if v.Status == 1 {
					path = s.path("/apis/versions/" + v.ID)
				}
			}
		}
		var d apig.Definition
		s.call(http.MethodGet, path, nil, &d)
		all[d.Name] = apig.Normalized(d)
	}
	return all
}
