package gatelog_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

func TestAllVersionsAreListed(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	api := w.API(w.Group("shop"), "orders", "one.example.com")
	var want []string
	for range 12 { // other lists show ten
		want = append([]string{w.Publish(api)}, want...)
	}
	var list gatelog.VersionListView
	get(t, w, apiPath(w, api)+"/versions?limit=500", &list)
	var got []string
	for _, v := range list.Versions {
		got = append(got, v.VersionID)
	}
	if diff := cmp.Diff(want, got); diff != "" || list.Total != 12 || list.Size != 12 {
		t.Errorf("%d of %d versions (-want +got):\n%s", list.Size, list.Total, diff)
	}
	if list.Versions[0].Status != 1 || list.Versions[1].Status != 2 || list.Versions[0].Position == 0 {
		t.Errorf("the newest is not the one in effect: %+v", list.Versions[:2])
	}
	var page gatelog.VersionListView
	get(t, w, apiPath(w, api)+"/versions?limit=1&offset=11&env=RELEASE", &page)
	if page.Total != 12 || page.Size != 1 || page.Versions[0].VersionID != want[11] {
		t.Errorf("the last page: %+v", page)
	}
	w.Delete(api)
	var past gatelog.VersionListView
	get(t, w, apiPath(w, api)+"/versions", &past)
	if past.Total != 12 || past.Versions[0].Status != 2 {
		t.Errorf("of the deleted API: %+v", past)
	}
}

func TestAVersionIsShownWithAllItStoodOn(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	w.Variable(group, "host", "one.example.com")
	api := w.API(group, "orders", "#host#")
	version := w.Publish(api)

	var v gatelog.DefinitionView
	get(t, w, instancePath(w)+"/versions/"+version, &v)
	if v.Of != "version" || v.APIID != api || v.Version.VersionID != version || v.Version.Group.Name != "shop" || v.Version.EnvName != "RELEASE" {
		t.Errorf("version = %+v", v)
	}
	if v.Written.BackendAPI.URLDomain != "#host#" || v.Run.BackendAPI.URLDomain != "one.example.com" {
		t.Errorf("written %q, run %q", v.Written.BackendAPI.URLDomain, v.Run.BackendAPI.URLDomain)
	}
	if len(v.Variables) != 1 || v.Variables[0].Name != "host" || v.Variables[0].Value != "one.example.com" || !v.Variables[0].Known {
		t.Errorf("variables = %+v", v.Variables)
	}
	if v.Position == 0 || v.Version.DefinitionPosition == 0 || v.Version.DefinitionPosition >= v.Position {
		t.Errorf("position %d, definition %d", v.Position, v.Version.DefinitionPosition)
	}

	w.Delete(api)
	if a := ask(t, w, http.MethodGet, instancePath(w)+"/versions/"+version, ""); a.status != http.StatusNotFound {
		t.Errorf("the version of a deleted API, without it = %d %s", a.status, a.body)
	}
	var past gatelog.DefinitionView
	get(t, w, instancePath(w)+"/versions/"+version+"?api_id="+api, &past)
	if past.Run.BackendAPI.URLDomain != "one.example.com" {
		t.Errorf("the version of a deleted API: %+v", past)
	}
}

func TestDefinitionsByName(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	w.Publish(api)
	w.Rewrite(api, group, "orders", "two.example.com")
	for of, want := range map[string]string{"draft": "two.example.com", "live": "one.example.com", "live:RELEASE": "one.example.com"} {
		var v gatelog.DefinitionView
		get(t, w, apiPath(w, api)+"/definition?of="+of, &v)
		if got := v.Run.BackendAPI.URLDomain; got != want {
			t.Errorf("%s runs %q, want %q", of, got, want)
		}
		if (v.Version == nil) != (of == "draft") {
			t.Errorf("%s has the version %+v", of, v.Version)
		}
	}
	run(t, w, api, []scenario{
		{name: "no such version", path: "/projects/$P/instances/$I/apis/$A/definition?of=ver9", status: http.StatusNotFound, must: []string{"APIG.3022"}},
		{name: "no such environment", path: "/projects/$P/instances/$I/apis/$A/definition?of=live:moon", status: http.StatusNotFound, must: []string{"APIG.3003"}},
		{name: "no such environment for the draft", path: "/projects/$P/instances/$I/apis/$A/definition?env=moon", status: http.StatusNotFound, must: []string{"APIG.3003"}},
	})
}

func TestDiff(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "one.example.com")
	first := w.Publish(api)
	w.Rewrite(api, group, "orders", "two.example.com")
	second := w.Publish(api)

	for _, c := range []struct{ name, from, to, before, after string }{
		{"two versions", first, second, `"one.example.com"`, `"two.example.com"`},
		{"backwards", "live", first, `"two.example.com"`, `"one.example.com"`},
		{"a version and the draft", first, "draft", `"one.example.com"`, `"two.example.com"`},
		{"the draft and a version", "draft", first, `"two.example.com"`, `"one.example.com"`},
		{"what is the same", "live:RELEASE", "draft", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d gatelog.DiffView
			get(t, w, apiPath(w, api)+"/diff?from="+c.from+"&to="+c.to, &d)
			var before, after string
			for _, change := range d.Changes {
				before, after = string(change.Before), string(change.After)
			}
			if before != c.before || after != c.after || len(d.Patch) != len(d.Changes) {
				t.Errorf("diff = %s -> %s, patch %s; want %s -> %s", before, after, d.Patch, c.before, c.after)
			}
		})
	}
}

// Two versions of the same text that ran with other variables differ only in the form that runs.
func TestDiffOfWhatRuns(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	api := w.API(group, "orders", "#host#")
	w.Publish(api)
	w.Variable(group, "host", "new.example.com")

	var written, runs gatelog.DiffView
	get(t, w, apiPath(w, api)+"/diff?from=live&to=draft", &written)
	get(t, w, apiPath(w, api)+"/diff?from=live&to=draft&form=run", &runs)
	if len(written.Patch) != 0 || written.Form != "written" {
		t.Errorf("written: %s", written.Patch)
	}
	if len(runs.Changes) != 1 || string(runs.Changes[0].After) != `"new.example.com"` {
		t.Errorf("run: %+v", runs.Changes)
	}
	if len(written.Variables) != 1 || written.Variables[0].Before != nil || *written.Variables[0].After != "new.example.com" {
		t.Errorf("variables: %+v", written.Variables)
	}
	if written.From.VersionID == "" || written.To.Of != "draft" || written.To.EnvID != written.From.EnvID {
		t.Errorf("sides: %+v, %+v", written.From, written.To)
	}
}

func TestDiffRefusals(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	api := w.API(w.Group("shop"), "orders", "one.example.com")
	run(t, w, api, []scenario{
		{name: "nothing to compare with", path: "/projects/$P/instances/$I/apis/$A/diff?from=draft", status: http.StatusBadRequest, must: []string{"query.to"}},
		{name: "not published", path: "/projects/$P/instances/$I/apis/$A/diff?from=live&to=draft", status: http.StatusNotFound, must: []string{"APIG.3015", "from=live"}},
		{name: "no such version", path: "/projects/$P/instances/$I/apis/$A/diff?from=draft&to=ver9", status: http.StatusNotFound, must: []string{"APIG.3022", "to=ver9", "live:"}},
		{name: "no such form", path: "/projects/$P/instances/$I/apis/$A/diff?from=draft&to=draft&form=spoken", status: http.StatusBadRequest, must: []string{"query.form"}},
	})
}
