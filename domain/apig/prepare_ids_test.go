package apig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// partIDs returns the id of every part of d by its place.
func partIDs(d apig.Definition) map[string]string {
	ids := map[string]string{}
	if d.BackendAPI != nil {
		ids["backend_api"] = d.BackendAPI.ID
	}
	if d.FuncInfo != nil {
		ids["func_info"] = d.FuncInfo.ID
	}
	if d.MockInfo != nil {
		ids["mock_info"] = d.MockInfo.ID
	}
	for _, p := range d.ReqParams {
		ids["req "+p.Location+" "+p.Name] = p.ID
	}
	for _, p := range d.BackendParams {
		ids["backend "+p.Location+" "+p.Name] = p.ID
	}
	policy := func(p apig.Policy) {
		ids["policy "+p.Name] = p.ID
		for _, b := range p.BackendParams {
			ids["policy "+p.Name+" backend "+b.Location+" "+b.Name] = b.ID
		}
		for i, c := range p.Conditions {
			ids["policy "+p.Name+" condition "+string(rune('0'+i))] = c.ID
		}
	}
	for _, p := range d.PolicyMocks {
		policy(p.Policy)
	}
	for _, p := range d.PolicyFunctions {
		policy(p.Policy)
	}
	for _, p := range d.PolicyHTTPs {
		policy(p.Policy)
	}
	return ids
}

func TestPrepareGivesEveryPartItsOwnID(t *testing.T) {
	t.Parallel()
	for _, base := range []func() apig.Definition{httpDefinition, grpcDefinition, functionDefinition, mockDefinition} {
		seen := map[string]string{"": "no id"}
		for place, id := range partIDs(mustPrepare(t, "ids", base(), nil)) {
			if other, twice := seen[id]; twice {
				t.Errorf("%s has the id %q of %s", place, id, other)
			}
			seen[id] = place
		}
	}
}

// Given an API, when it is changed, then parts that are still there keep their ids.
func TestPrepareKeepsIDsOverUpdates(t *testing.T) {
	t.Parallel()
	old := mustPrepare(t, "create", httpDefinition(), nil)
	next := httpDefinition()
	next.ReqParams[0], next.ReqParams[1] = next.ReqParams[1], next.ReqParams[0]
	next.ReqParams = append(next.ReqParams, apig.ReqParam{Name: "page", Type: "STRING", Location: "HEADER"})
	next.BackendParams = next.BackendParams[:1]
	next.BackendAPI.Timeout = 7
	next.PolicyHTTPs[0].Timeout = 7
	got := mustPrepare(t, "update", next, &old)

	want, have := partIDs(old), partIDs(got)
	delete(want, "backend HEADER X-App")
	added := have["req HEADER page"]
	delete(have, "req HEADER page")
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if added == "" || added == want["req QUERY page"] {
		t.Errorf("the new parameter has the id %q", added)
	}
}

// A parameter is its name and its location: a new one of the same name elsewhere takes no id away.
func TestPrepareFindsParametersByLocation(t *testing.T) {
	t.Parallel()
	old := mustPrepare(t, "create", httpDefinition(), nil)
	next := httpDefinition()
	next.ReqParams = append([]apig.ReqParam{{Name: "page", Type: "STRING", Location: "HEADER"}}, next.ReqParams...)
	constant := apig.BackendParam{Name: "X-App", Origin: "CONSTANT", Location: "QUERY", Value: "v"}
	next.BackendParams = append([]apig.BackendParam{constant}, next.BackendParams...)
	got, want := partIDs(mustPrepare(t, "update", next, &old)), partIDs(old)
	for _, place := range []string{"req QUERY page", "backend HEADER X-App"} {
		if got[place] != want[place] {
			t.Errorf("%s: id %s, want %s", place, got[place], want[place])
		}
	}
}

// A policy that gets another name is another policy; a condition that says something else another
// condition.
func TestPrepareGivesNewIDsToNewParts(t *testing.T) {
	t.Parallel()
	old := mustPrepare(t, "create", httpDefinition(), nil)
	renamed, changed := httpDefinition(), httpDefinition()
	renamed.PolicyHTTPs[0].Name = "Gamma"
	changed.PolicyHTTPs[0].Conditions[0].ConditionValue = "2"

	if got := mustPrepare(t, "rename", renamed, &old).PolicyHTTPs[0]; got.ID == old.PolicyHTTPs[0].ID ||
		got.Conditions[0].ID == old.PolicyHTTPs[0].Conditions[0].ID {
		t.Errorf("the renamed policy kept ids: %+v", got.Policy)
	}
	if got := mustPrepare(t, "change", changed, &old).PolicyHTTPs[0]; got.ID != old.PolicyHTTPs[0].ID ||
		got.Conditions[0].ID == old.PolicyHTTPs[0].Conditions[0].ID {
		t.Errorf("ids after a changed condition: %+v", got.Policy)
	}
}

func TestPrepareIgnoresIDsOfTheClient(t *testing.T) {
	t.Parallel()
	d := httpDefinition()
	d.BackendAPI.ID, d.ReqParams[0].ID, d.BackendParams[0].ID, d.BackendParams[1].ReqParamID = "x", "x", "x", "x"
	d.PolicyHTTPs[0].ID, d.PolicyHTTPs[0].Conditions[0].ID, d.PolicyHTTPs[0].Conditions[0].ReqParamID = "x", "x", "x"
	want, got := mustPrepare(t, "same", httpDefinition(), nil), mustPrepare(t, "same", d, nil)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("definition (-want +got):\n%s", diff)
	}
}

// §3.5.1 [ex]: req_param_id and req_param_location name the request parameter.
func TestPrepareLinksParameters(t *testing.T) {
	t.Parallel()
	got := mustPrepare(t, "links", httpDefinition(), nil)
	page, condition := got.ReqParams[1], got.PolicyHTTPs[0].Conditions[0]
	if got.BackendParams[0].ReqParamID != got.ReqParams[0].ID || got.BackendParams[1].ReqParamID != "" {
		t.Errorf("backend parameters: %+v", got.BackendParams)
	}
	if condition.ReqParamID != page.ID || condition.ReqParamLocation != "QUERY" {
		t.Errorf("condition: %+v", condition)
	}
}
