package apig_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// --- Given: an API with an HTTP backend, and a request to it ------------------------------------

func debugAPI() apig.Definition {
	return apig.Definition{
		Name: "Orders", Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/orders/{id}", AuthType: "NONE",
		BackendType: "HTTP", GroupID: "group1",
		ReqParams:     []apig.ReqParam{{Name: "id", Type: "STRING", Location: "PATH"}},
		BackendParams: []apig.BackendParam{{Name: "order", Origin: "REQUEST", Location: "PATH", Value: "id"}},
		BackendAPI: &apig.Backend{
			Endpoint: apig.Endpoint{
				URLDomain: "orders.example.com:8443", ReqProtocol: "HTTPS", ReqMethod: "ANY", ReqURI: "/v1/orders/{order}",
			},
			Timeout: 3000,
		},
	}
}

func debugRequest() apig.DebugBody {
	return apig.DebugBody{Mode: apig.DebugDeveloper, Scheme: "HTTPS", Method: "GET", Path: "/orders/7"}
}

func debugContext() apig.DebugContext {
	return apig.DebugContext{
		APIID: "api1", Domains: []string{"group1.apic.example.com", "*.shop.example.com"}, SourceIP: "192.0.2.9",
		AppID: "app1", RequestID: "req1", ServerAddr: "192.0.2.1", ServerName: "gw1",
		Now: time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC),
	}
}

// debugSetting is what a case changes before the request is planned.
type debugSetting struct {
	api     apig.Definition
	request apig.DebugBody
	context apig.DebugContext
}

// planOf prepares the definition, as every stored one is, and plans the request.
func planOf(t *testing.T, given func(s *debugSetting)) (apig.DebugPlan, error) {
	t.Helper()
	s := debugSetting{debugAPI(), debugRequest(), debugContext()}
	if given != nil {
		given(&s)
	}
	prepared, err := apig.Prepare(momentOf(t.Name()), s.api, nil, wide)
	if err != nil {
		t.Fatalf("the case's definition is not valid: %v", err)
	}
	before := prepared.Clone()
	plan, err := apig.PlanDebug(prepared, s.request, s.context)
	if diff := cmp.Diff(before, prepared.Clone()); diff != "" {
		t.Errorf("the definition was changed:\n%s", diff)
	}
	return plan, err
}

func mustPlan(t *testing.T, given func(s *debugSetting)) apig.DebugPlan {
	t.Helper()
	plan, err := planOf(t, given)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	if (plan.Answer == nil) == (plan.Call == nil) {
		t.Fatalf("want just one of answer and call, got %+v", plan)
	}
	return plan
}

// --- Then ---------------------------------------------------------------------------------------

// wantCall asks for a call of the backend, and returns it.
func wantCall(t *testing.T, plan apig.DebugPlan) *apig.DebugCall {
	t.Helper()
	if plan.Call == nil {
		t.Fatalf("the gateway answered %+v itself; log:\n%s", *plan.Answer, strings.Join(plan.Log, "\n"))
	}
	return plan.Call
}

// wantAnswer asks for an answer with this status and gateway code, "" for any body.
func wantAnswer(t *testing.T, plan apig.DebugPlan, status int, code string) {
	t.Helper()
	if plan.Answer == nil {
		t.Fatalf("the backend would be called: %+v", *plan.Call)
	}
	if plan.Answer.Status != status {
		t.Fatalf("answered %+v, want status %d; log:\n%s", *plan.Answer, status, strings.Join(plan.Log, "\n"))
	}
	if code == "" {
		return
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(plan.Answer.Body), &body); err != nil {
		t.Fatalf("body is not JSON: %v", err)
	}
	if body["error_code"] != code || body["error_msg"] == "" || body["request_id"] != "req1" {
		t.Fatalf("got %v, want code %s, a message and the request's id", body, code)
	}
}
