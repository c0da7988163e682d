package gatelog_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

const projectPath = "/projects/" + gatelogtest.Project

// renamed gives a group another name and returns the position of that.
func renamed(t *testing.T, w *gatelogtest.World, id, name string) uint64 {
	t.Helper()
	_, at, err := w.Commands.UpdateGroup.Do(t.Context(), w.Bus, w.Call("a better name"), apig.UpdateGroup{
		InstanceID: w.InstanceID, GroupID: id, Body: apig.GroupUpdateBody{Name: name},
	})
	if err != nil {
		t.Fatal(err)
	}
	return uint64(at)
}

func TestHistoryOfAnyResource(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	at := renamed(t, w, group, "store")
	if _, _, err := w.Commands.DeleteGroup.Do(t.Context(), w.Bus, w.Call("closed"), apig.DeleteGroup{InstanceID: w.InstanceID, GroupID: group}); err != nil {
		t.Fatal(err)
	}
	of := "?kind=group&id=" + group

	var h gatelog.HappeningListView
	get(t, w, projectPath+"/history"+of, &h)
	var types []string
	for _, e := range h.Events {
		types = append(types, e.Type)
	}
	if diff := cmp.Diff([]string{"apig.group.deleted", "apig.group.updated", "apig.group.created"}, types); diff != "" || h.Total != 3 {
		t.Errorf("%d events (-want +got):\n%s", h.Total, diff)
	}
	if e := h.Events[1]; e.Reason != "a better name" || e.Command != "apig.UpdateGroup" || e.Part != "group" || e.Diff.Patch[0].Path != "/name" {
		t.Errorf("the new name: %+v", e)
	}
	if e := h.Events[0]; string(e.After) != "null" || string(e.Before) == "null" {
		t.Errorf("the deletion: from %s to %s", e.Before, e.After)
	}
	var page gatelog.HappeningListView
	get(t, w, fmt.Sprintf("%s/history%s&order=asc&offset=1&limit=1&as_of=%d", projectPath, of, at), &page)
	if page.Total != 2 || page.Size != 1 || page.Events[0].Type != "apig.group.updated" {
		t.Errorf("a page, as of %d: %+v", at, page)
	}

	var b gatelog.BlameView
	get(t, w, projectPath+"/blame"+of, &b)
	blamed := map[string]string{}
	for _, f := range b.Fields {
		blamed[f.Pointer] = f.Event.Type
	}
	if !b.Deleted || blamed["/name"] != "apig.group.updated" || blamed["/register_time"] != "apig.group.created" {
		t.Errorf("blame, deleted %v: %v", b.Deleted, blamed)
	}

	var d gatelog.MomentsDiffView
	get(t, w, fmt.Sprintf("%s/diff%s&from=%d&to=%d", projectPath, of, at-1, at), &d)
	if len(d.Changes) != 2 || d.Changes[0].Path != "name" || string(d.Changes[0].After) != `"store"` || uint64(d.To) != at {
		t.Errorf("between the names: %+v", d)
	}
	get(t, w, fmt.Sprintf("%s/diff%s&from=%d&as_of=%d", projectPath, of, at-1, at), &d)
	if len(d.Changes) != 2 || uint64(d.To) != at {
		t.Errorf("as of the new name, until then: %+v", d)
	}
	get(t, w, fmt.Sprintf("%s/diff%s&from=%d", projectPath, of, at), &d)
	if len(d.Patch) != 1 || d.Patch[0].Value != nil || d.Patch[0].Path != "" {
		t.Errorf("until now, when it is gone: %+v", d.Patch)
	}
}

func TestRefusalsOfResources(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	of := "?kind=group&id=" + group
	run(t, w, "", []scenario{
		{name: "what never was", path: "/projects/$P/history?kind=group&id=nothing", status: http.StatusNotFound, must: []string{"gatelog.not_found"}},
		{name: "before it was", path: "/projects/$P/history" + of + "&as_of=1", status: http.StatusNotFound, must: []string{"gatelog.not_found"}},
		{name: "another project", path: "/projects/other/blame" + of, status: http.StatusNotFound, must: []string{"gatelog.not_found"}},
		{name: "a wildcard", path: "/projects/$P/history?kind=group&id=*", status: http.StatusBadRequest, must: []string{"query.id"}},
		{name: "a kind that is none", path: "/projects/$P/history?kind=a.b&id=x", status: http.StatusBadRequest, must: []string{"query.kind"}},
		{name: "too many at once", path: "/projects/$P/history" + of + "&limit=101", status: http.StatusBadRequest, must: []string{"query.limit"}},
		{name: "a moment that has not come", path: "/projects/$P/diff" + of + "&from=999999", status: http.StatusBadRequest, must: []string{"from: "}},
		{name: "a moment after the one that is asked about", path: "/projects/$P/diff" + of + "&from=3&as_of=2", status: http.StatusBadRequest, must: []string{"from: ", "comes after"}},
		{name: "no moment", path: "/projects/$P/diff" + of, status: http.StatusBadRequest, must: []string{"query.from"}},
		{name: "the environment that all instances have", path: "/projects/$P/history?kind=env&id=" + apig.ReleaseEnvID + "&instance_id=$I", status: http.StatusOK, must: []string{"apig.env.created"}},
	})
}

func TestDiffOfAWholeGroupAndInstance(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	kept, gone := w.API(group, "orders", "one.example.com"), w.API(group, "carts", "one.example.com")
	w.Publish(gone)
	from, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Rewrite(kept, group, "orders", "two.example.com")
	w.Delete(gone)
	w.Variable(group, "host", "three.example.com")
	w.Group("bank")
	const quota = "/quotas/API_NUM_LIMIT"
	if a := ask(t, w, http.MethodPut, instancePath(w)+quota, `{"value":7}`); a.status != http.StatusOK {
		t.Fatal(a.body)
	}

	paths := func(query string) map[string]string {
		t.Helper()
		var d gatelog.MomentsDiffView
		get(t, w, instancePath(w)+"/diff?"+query, &d)
		all := map[string]string{}
		for _, op := range d.Patch {
			all[op.Path] = op.Type
		}
		return all
	}
	ofGroup := paths(fmt.Sprintf("from=%d&group_id=%s", from, group))
	for path, op := range map[string]string{"/apis/" + kept + "/draft/backend_api/url_domain": "replace", "/apis/" + gone: "remove"} {
		if ofGroup[path] != op {
			t.Errorf("%s is %q, want %q, of %v", path, ofGroup[path], op, ofGroup)
		}
	}
	if len(ofGroup) != 3 {
		t.Errorf("the group: %v", ofGroup)
	}
	ofInstance := paths(fmt.Sprintf("from=%d", from))
	if len(ofInstance) != 5 || ofInstance["/groups/"+group+"/apis/"+gone] != "remove" || ofInstance[quota] != "add" {
		t.Errorf("the instance: %v", ofInstance)
	}
	if same := paths(fmt.Sprintf("from=%d&to=%d", from, from)); len(same) != 0 {
		t.Errorf("of one moment: %v", same)
	}
	if born := paths(fmt.Sprintf("from=1&to=%d&group_id=%s", from, group)); born[""] != "replace" {
		t.Errorf("since before it was: %v", born)
	}
	run(t, w, "", []scenario{
		{name: "a group that never was", path: "/projects/$P/instances/$I/diff?from=1&group_id=nothing", status: http.StatusNotFound},
		{name: "another project", path: "/projects/other/instances/$I/diff?from=1", status: http.StatusNotFound, must: []string{"APIG.3030"}},
	})
}
