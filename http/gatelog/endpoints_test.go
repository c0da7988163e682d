package gatelog_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

func TestRequestEndpointConnection(t *testing.T) {
	t.Parallel()
	w := gatelogtest.New(t)
	account := strings.Repeat("ab", 16)
	path := "/projects/$P/instances/$I/vpc-endpoint/connections"
	run(t, w, "", []scenario{
		{name: "an account that is not permitted", method: http.MethodPost, path: path, body: `{"domain_id":"` + account + `"}`, status: http.StatusForbidden, must: []string{"gatelog.forbidden", "3.24.4"}},
		{name: "no account", method: http.MethodPost, path: path, body: `{}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
		{name: "an account that is none", method: http.MethodPost, path: path, body: `{"domain_id":"me"}`, status: http.StatusBadRequest, must: []string{"gatelog.invalid"}},
		{name: "no such instance", method: http.MethodPost, path: "/projects/$P/instances/nothing/vpc-endpoint/connections", body: `{"domain_id":"` + account + `"}`, status: http.StatusNotFound, must: []string{"APIC.7314"}},
	})
	permit(t, w, "iam:domain::"+account)
	run(t, w, "", []scenario{
		{name: "an account that is permitted", method: http.MethodPost, path: path, body: `{"domain_id":"` + account + `"}`, status: http.StatusOK, must: []string{"pendingAcceptance", account}},
	})
}

func permit(t *testing.T, w *gatelogtest.World, record string) {
	t.Helper()
	body := apig.EndpointPermissionsBody{Permissions: []string{record}}
	_, _, err := w.Commands.AddEndpointPermissions.Do(t.Context(), w.Bus, w.Call("who may connect"), apig.AddEndpointPermissions{InstanceID: w.InstanceID, Body: body})
	if err != nil {
		t.Fatal(err)
	}
}
