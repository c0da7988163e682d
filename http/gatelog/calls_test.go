package gatelog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/projections/calls"
)

// callBatch is a batch of one call, made now, of an API that nobody has.
func callBatch(change ...string) string {
	text := fmt.Sprintf(`{"batch_id":"node-1:1","calls":[{"api_id":"a","time":%d,"status":200,"latency_ms":5}]}`, time.Now().UnixMilli())
	return strings.NewReplacer(change...).Replace(text)
}

// Given a batch of calls, when it is told of twice, then the second time changes nothing, and neither is an
// event.
func TestRecordCalls(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	for _, want := range []calls.Outcome{{Unknown: 1}, {Duplicate: true}} {
		var got calls.Outcome
		ask(t, w, http.MethodPost, instancePath(w)+"/call-records", callBatch()).into(t, &got)
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestRecordCallsRefusals(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	path := "/projects/$P/instances/$I/call-records"
	bad := func(name, code string, change ...string) scenario {
		return scenario{name: name, method: http.MethodPost, path: path, body: callBatch(change...), status: http.StatusBadRequest, must: []string{code}}
	}
	run(t, w, "", []scenario{
		bad("no name", "gatelog.invalid", `"node-1:1"`, `""`), bad("a member that nobody knows", "gatelog.invalid", "status", "stauts"),
		bad("no calls", "gatelog.invalid", `"calls"`, `"cells"`), bad("an empty list", "gatelog.invalid", `"calls":[`, `"calls":[],"x":[`),
		bad("null for a call", "gatelog.invalid", `[{`, `[null,{`), bad("a status of none", "gatelog.invalid", "200", "600"),
		bad("a latency below 0", "gatelog.invalid", `:5}`, `:-5}`), bad("a latency that is no number", "gatelog.invalid", `:5}`, `:"5"}`),
		{name: "too many calls", method: http.MethodPost, path: path, body: callBatch(`[{`, `[`+strings.Repeat(`{"api_id":"a","time":1,"status":200},`, 5000)+`{`), status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
		{name: "no such instance", method: http.MethodPost, path: "/projects/$P/instances/nothing/call-records", body: callBatch(), status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "another project's instance", method: http.MethodPost, path: "/projects/other/instances/$I/call-records", body: callBatch(), status: http.StatusNotFound, must: []string{"APIG.3030"}},
	})
	w.Allows = func(_, action string) bool { return action != "gatelog:calls:record" }
	run(t, w, "", []scenario{{name: "not allowed", method: http.MethodPost, path: path, body: callBatch(), status: http.StatusForbidden, must: []string{"gatelog.forbidden"}}})
}
