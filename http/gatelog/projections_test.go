package gatelog_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

const working = "SELECT count(*) FROM gatelog.checkpoints WHERE name = 'apig' AND failed_at = 0"

func TestAnEventThatStoppedAProjectionIsSkipped(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	at := w.Poison()
	a := ask(t, w, http.MethodPost, "/projections/apig/skips", fmt.Sprintf(`{"position":%d,"reason":"of no account"}`, at))
	var skip gatelog.SkipView
	a.into(t, &skip)
	if a.status != http.StatusOK || a.header.Get("Gatelog-Position") != strconv.FormatUint(uint64(skip.RecordedAt), 10) {
		t.Fatalf("%d %s at %q", a.status, a.body, a.header.Get("Gatelog-Position"))
	}
	w.Await(working)
	w.Group("shop") // is seen again
	var list gatelog.ProjectionListView
	get(t, w, "/projections", &list)
	if diff := cmp.Diff([]gatelog.SkipView{skip}, list.Projections[0].Skipped); diff != "" || list.Projections[0].Failure != nil || skip.Reason != "of no account" || skip.Type != "apig.odd.happened" {
		t.Errorf("what is skipped (-told +listed):\n%s", diff)
	}
	var event struct{ Type, Surface, Reason, Subject string }
	get(t, w, "/log/"+strconv.FormatUint(uint64(skip.RecordedAt), 10), &event)
	if event.Type != "projections.event.skipped" || event.Surface != "projections" || event.Reason != "of no account" || event.Subject != fmt.Sprintf("apig/%d", at) {
		t.Errorf("the record in the log: %+v", event)
	}
}

func TestSkipRefusals(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	const path = "/projections/apig/skips"
	run(t, w, "", []scenario{
		{name: "works", method: http.MethodPost, path: path, body: `{"position":1,"reason":"x"}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid", "has not stopped"}},
		{name: "no such projection", method: http.MethodPost, path: "/projections/odd/skips", body: `{"position":1,"reason":"x"}`, status: http.StatusNotFound},
		{name: "no position", method: http.MethodPost, path: path, body: `{"reason":"x"}`, status: http.StatusBadRequest},
		{name: "position 0", method: http.MethodPost, path: path, body: `{"position":0,"reason":"x"}`, status: http.StatusBadRequest},
		{name: "no reason", method: http.MethodPost, path: path, body: `{"position":1,"reason":""}`, status: http.StatusBadRequest},
		{name: "not JSON", method: http.MethodPost, path: path, body: `one`, status: http.StatusBadRequest},
	})
	asked := ""
	w.Allows = func(tenant, action string) bool { asked = tenant + " " + action; return false }
	a := ask(t, w, http.MethodPost, path, `{"position":1,"reason":"x"}`)
	if a.status != http.StatusForbidden || asked != "account "+gatelog.ActionSkip {
		t.Errorf("%d, the policy was asked for %s", a.status, asked)
	}
}
