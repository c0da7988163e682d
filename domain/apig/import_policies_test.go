package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
)

// importPolicies imports policies into the group g1 and returns the places that are refused, with codes.
func importPolicies(t *testing.T, h history, mode string, p ImportPolicies, items ...ImportItem) (events []domain.Event, refused map[string]string) {
	t.Helper()
	s := h.state()
	result, events, err := s.ImportAPIs(moment(), ImportAPIs{InstanceID: gw, GroupID: "g1", ExtendMode: mode, Items: items, Policies: p})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.state(), s, wholeState); diff != "" {
		t.Errorf("the decision changed the state:\n%s", diff)
	}
	refused = map[string]string{}
	for _, f := range result.Failure {
		refused[f.Path] = f.Code
	}
	return events, refused
}

var everyPolicy = ImportPolicies{
	Throttles: []ThrottleBody{throttleBody("limit")}, ACLs: []ACLBody{aclBody("guard", "10.0.0.2", "IP")},
	Authorizers: []AuthorizerBody{authorizerBody("login", func(b *AuthorizerBody) { b.TTL = 5 })},
}

// APIG V2 §3.16.2: what the instance does not have is made, and the APIs of the document can refer to it.
func TestImportMakesPolicies(t *testing.T) {
	t.Parallel()
	api := item("new", "GET /new")
	api.Definition.AuthType, api.Authorizer = "AUTHORIZER", "login"
	events, refused := importPolicies(t, shop(), "", everyPolicy, api)
	want := []domain.Event{
		ThrottleCreated{Throttle{ID: id(1), InstanceID: gw, ThrottleBody: throttleBody("limit").whole(), CreateTime: now}},
		ACLCreated{ACL{ID: id(2), InstanceID: gw, ACLBody: everyPolicy.ACLs[0], CreateTime: now, UpdateTime: now}},
		AuthorizerCreated{Authorizer{ID: id(3), InstanceID: gw, AuthorizerBody: everyPolicy.Authorizers[0], CreateTime: now, UpdateTime: now}},
	}
	if diff := cmp.Diff(want, events[:3], cmpopts.EquateEmpty()); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v, events:\n%s", refused, diff)
	}
	if made, ok := events[3].(APICreated); !ok || made.API.Definition.AuthorizerID != id(3) {
		t.Errorf("the API %+v does not refer to the authorizer", events[3])
	}
}

// policiesThere are policies with the names of everyPolicy that say something else.
func policiesThere() history {
	limit := throttleNamed("t1", "limit")
	limit.APICallLimits, limit.Remark = 7, "kept"
	return given(shop(), history{ThrottleCreated{limit}, ACLCreated{aclNamed("c1", "guard", "IP")}},
		anAuthorizer("z1", "login", func(b *AuthorizerBody) { b.UserData = "kept" }))
}

// APIG V2 §3.16.2 extend_mode: merge keeps what exists, override replaces it.
func TestImportMeetsPolicies(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"", "merge"} {
		if events, refused := importPolicies(t, policiesThere(), mode, everyPolicy); len(events) > 0 || len(refused) > 0 {
			t.Errorf("mode %q: %+v, %v; want nothing", mode, events, refused)
		}
	}
	events, refused := importPolicies(t, policiesThere(), "override", everyPolicy)
	if len(events) != 3 || len(refused) > 0 {
		t.Fatalf("override: %+v, %v", events, refused)
	}
	limit, guard, login := events[0].(ThrottleUpdated), events[1].(ACLUpdated), events[2].(AuthorizerUpdated)
	if limit.Throttle.APICallLimits != 100 || limit.Throttle.Remark != "kept" || guard.ACL.Value != "10.0.0.2" || login.Authorizer.TTL != 5 || login.Authorizer.UserData != "kept" {
		t.Errorf("%+v", events)
	}
	if again, _ := importPolicies(t, given(policiesThere(), events), "override", everyPolicy); len(again) > 0 {
		t.Errorf("a second time: %+v", again)
	}
}

// Given policies that break a rule, when they are imported, then each is a failure at its place, and the
// others are made.
func TestImportOfBadPolicies(t *testing.T) {
	t.Parallel()
	there := given(policiesThere(), aQuota("THROTTLE_NUM_LIMIT", 1), aQuota("ACL_NUM_LIMIT", 2), aQuota("AUTHORIZER_NUM_LIMIT", 2))
	bad := ImportPolicies{
		Throttles:   []ThrottleBody{throttleBody("one_too_many"), {Name: "no_limit"}},
		ACLs:        []ACLBody{aclBody("guard", "acme", "DOMAIN"), aclBody("good", "10.0.0.1", "IP"), aclBody("more", "10.0.0.1", "IP"), aclBody("wrong", "x", "IP")},
		Authorizers: []AuthorizerBody{authorizerBody("login", backendType), authorizerBody("good"), authorizerBody("more"), authorizerBody("!")},
	}
	api := item("new", "GET /new")
	api.Definition.AuthType, api.Authorizer = "AUTHORIZER", "more"
	events, refused := importPolicies(t, there, "override", bad, api)
	want := map[string]string{
		"#/x-apigateway-ratelimits/one_too_many": "APIG.3107", "#/x-apigateway-ratelimits/no_limit": "APIG.2001",
		"#/x-apigateway-access-controls/guard": "APIG.2011", "#/x-apigateway-access-controls/more": "APIG.3112", "#/x-apigateway-access-controls/wrong": "APIG.2011",
		"#/securityDefinitions/login": "APIG.2011", "#/securityDefinitions/more": "APIG.3116", "#/securityDefinitions/!": "APIG.2011",
		"/new": "APIG.3081",
	}
	if diff := cmp.Diff(want, refused); diff != "" || len(events) != 2 {
		t.Errorf("events %+v, refused (-want +got):\n%s", events, diff)
	}
}

// Given more policies than one import may have, when they are imported, then it is refused as a whole.
func TestImportOfTooManyPolicies(t *testing.T) {
	t.Parallel()
	var p ImportPolicies
	for i := range maxImportedPolicies + 1 {
		p.ACLs = append(p.ACLs, aclBody(fmt.Sprint("acl", i), "10.0.0.1", "IP"))
	}
	_, _, err := shop().state().ImportAPIs(moment(), ImportAPIs{InstanceID: gw, GroupID: "g1", Policies: p})
	if domain.CodeOf(err) != "APIG.3127" {
		t.Errorf("%v, want APIG.3127", err)
	}
}
