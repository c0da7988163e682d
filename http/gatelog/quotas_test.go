package gatelog_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

func TestSetQuota(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	for path, want := range map[string]gatelog.QuotaView{
		instancePath(w) + "/quotas/API_NUM_LIMIT":                         {InstanceID: w.InstanceID, Name: "API_NUM_LIMIT", Value: 7},
		"/projects/" + gatelogtest.Project + "/quotas/INSTANCE_NUM_LIMIT": {Name: "INSTANCE_NUM_LIMIT", Value: 7},
	} {
		a := ask(t, w, http.MethodPut, path, `{"value":7}`)
		var got gatelog.QuotaView
		a.into(t, &got)
		if at, err := strconv.ParseUint(a.header.Get("Gatelog-Position"), 10, 64); a.status != http.StatusOK || err != nil || at == 0 {
			t.Errorf("PUT %s = %d %s at %q", path, a.status, a.body, a.header.Get("Gatelog-Position"))
		}
		got.Time = want.Time
		if got != want {
			t.Errorf("PUT %s = %+v, want %+v", path, got, want)
		}
	}
	var value int
	if err := w.DB.Get(&value, "SELECT value FROM apig.quotas WHERE owner = $1 AND name = 'API_NUM_LIMIT'", w.InstanceID); err != nil || value != 7 {
		t.Errorf("the read model says %d, %v", value, err)
	}
}

func TestSetQuotaRefusals(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	run(t, w, "", []scenario{
		{name: "no such quota", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/NO_SUCH", body: `{"value":1}`, status: http.StatusBadRequest, must: []string{"APIG.2011"}},
		{name: "one that nobody can set", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/IS_INIT_API_PATH_HASH", body: `{"value":1}`, status: http.StatusBadRequest, must: []string{"APIG.2011"}},
		{name: "a switch that is neither", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/LTS_SWITCH", body: `{"value":3}`, status: http.StatusBadRequest, must: []string{"APIG.2004"}},
		{name: "no such instance", method: http.MethodPut, path: "/projects/$P/instances/nothing/quotas/API_NUM_LIMIT", body: `{"value":1}`, status: http.StatusNotFound, must: []string{"APIG.3030"}},
		{name: "of the instance, at the project", method: http.MethodPut, path: "/projects/$P/quotas/API_NUM_LIMIT", body: `{"value":1}`, status: http.StatusBadRequest, must: []string{"APIG.2011"}},
		{name: "below zero", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/API_NUM_LIMIT", body: `{"value":-1}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid", "body.value"}},
		{name: "no value", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/API_NUM_LIMIT", body: `{}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
		{name: "a member that nobody knows", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/API_NUM_LIMIT", body: `{"value":1,"vlaue":2}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
		{name: "not JSON", method: http.MethodPut, path: "/projects/$P/instances/$I/quotas/API_NUM_LIMIT", body: `seven`, status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
	})
}
