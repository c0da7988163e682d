package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noOrchestration    = refusedAs(404, "APIG.3095")
	orchestrationTaken = refusedAs(400, "APIG.3331")
	orchestrationUsed  = refusedAs(409, "APIG.3716")
)

// orchestrationBody is a rule that makes a header of a list of values.
func orchestrationBody() doc {
	return doc{
		"orchestration_name": unique("rule"), "orchestration_strategy": "list", "is_preprocessing": false,
		"orchestration_mapped_param": doc{"mapped_param_name": "x-color", "mapped_param_type": "string", "mapped_param_location": "header"},
		"orchestration_map":          []doc{{"map_param_list": []string{"a", "b"}, "mapped_param_value": "blue"}},
	}
}

func (c *client) orchestrationRequest(t *testing.T, body doc) *model.CreateOrchestrationRequest {
	t.Helper()
	return &model.CreateOrchestrationRequest{InstanceId: c.instance, Body: fromDoc[model.OrchestrationCreate](t, body)}
}

func (c *client) orchestrationUpdate(t *testing.T, id string, body doc) *model.UpdateOrchestrationRequest {
	t.Helper()
	return &model.UpdateOrchestrationRequest{InstanceId: c.instance, OrchestrationId: id, Body: fromDoc[model.OrchestrationCreate](t, body)}
}

func (c *client) orchestration(id string) *model.ShowDetailsOfOrchestrationRequest {
	return &model.ShowDetailsOfOrchestrationRequest{InstanceId: c.instance, OrchestrationId: id}
}

func (c *client) orchestrationDeletion(id string) *model.DeleteOrchestrationRequest {
	return &model.DeleteOrchestrationRequest{InstanceId: c.instance, OrchestrationId: id}
}

func (c *client) newOrchestration(t *testing.T) doc {
	t.Helper()
	return call(t, c.api.CreateOrchestration, c.orchestrationRequest(t, orchestrationBody()))
}

func (c *client) listOrchestrations(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListOrchestrations, filter)
}

// SDK: what is created is shown, changed and deleted.
func TestOrchestrations(t *testing.T) {
	t.Parallel()
	body := orchestrationBody()
	made := call(t, admin.api.CreateOrchestration, admin.orchestrationRequest(t, body))
	wantFields(t, made, body)
	id := text(t, made, "orchestration_id")
	if diff := cmp.Diff(made, call(t, admin.api.ShowDetailsOfOrchestration, admin.orchestration(id))); diff != "" {
		t.Errorf("(-created +shown):\n%s", diff)
	}

	changed := merged(orchestrationBody(), doc{"orchestration_strategy": "head_n", "orchestration_map": []doc{{"intercept_length": 3}}})
	wantFields(t, call(t, admin.api.UpdateOrchestration, admin.orchestrationUpdate(t, id, changed)), changed)
	wantFields(t, call(t, admin.api.ShowDetailsOfOrchestration, admin.orchestration(id)), changed)

	call(t, admin.api.DeleteOrchestration, admin.orchestrationDeletion(id))
	refuse(t, admin.api.ShowDetailsOfOrchestration, admin.orchestration(id), noOrchestration)
}

// SDK: by name, exact or in part, and by ids.
func TestListOrchestrations(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	first, second, third := c.newOrchestration(t), c.newOrchestration(t), c.newOrchestration(t)
	name := text(t, second, "orchestration_name")
	ids := text(t, first, "orchestration_id") + "," + text(t, third, "orchestration_id") + "," + unknownID
	wantPage(t, c.listOrchestrations(t, doc{}), "orchestrations", 3, 3)
	wantPage(t, c.listOrchestrations(t, doc{"orchestration_name": "rule"}), "orchestrations", 3, 3)
	wantPage(t, c.listOrchestrations(t, doc{"orchestration_name": "rule", "precise_search": "orchestration_name"}), "orchestrations", 0, 0)
	wantPage(t, c.listOrchestrations(t, doc{"orchestration_name": name, "precise_search": "orchestration_name"}), "orchestrations", 1, 1)
	wantPage(t, c.listOrchestrations(t, doc{"orchestration_id": ids}), "orchestrations", 2, 2)
	page := c.listOrchestrations(t, doc{"limit": 1, "offset": 1})
	wantPage(t, page, "orchestrations", 1, 3)
	row := list(t, page, "orchestrations")[0]
	wantFields(t, row, doc{"orchestration_name": name, "orchestration_strategy": "list"})
	if row["orchestration_map"] != nil {
		t.Errorf("the list has maps: %v", row)
	}
}

// SDK: request parameters of APIs refer to rules, which can't be deleted then.
func TestOrchestrationsOfAPIs(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	rule := text(t, admin.newOrchestration(t), "orchestration_id")
	param := doc{"name": "page", "type": "STRING", "location": "QUERY", "required": 2, "orchestrations": []string{rule}}
	definition := merged(mockAPI(group), doc{"req_params": []doc{param}})
	api := text(t, admin.createAPI(t, definition), "id")
	attached := func(filter doc) doc {
		return query(t, admin, admin.api.ListOrchestrationAttachedApis, filter, doc{"orchestration_id": rule})
	}

	wantPage(t, attached(doc{"api_id": api}), "apis", 1, 1)
	wantPage(t, attached(doc{"api_name": definition["name"]}), "apis", 1, 1)
	wantPage(t, attached(doc{"api_id": unknownID}), "apis", 0, 0)
	wantFields(t, list(t, attached(doc{}), "apis")[0], doc{
		"api_id": api, "api_name": definition["name"], "group_id": group, "req_method": definition["req_method"], "req_uri": definition["req_uri"],
		"auth_type": definition["auth_type"], "match_mode": definition["match_mode"],
	})
	refuse(t, admin.api.DeleteOrchestration, admin.orchestrationDeletion(rule), orchestrationUsed)

	admin.updateAPI(t, api, merged(definition, doc{"req_params": []doc{}}))
	wantPage(t, attached(doc{}), "apis", 0, 0)
	call(t, admin.api.DeleteOrchestration, admin.orchestrationDeletion(rule))
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, merged(mockAPI(group), doc{"req_params": []doc{param}})), noOrchestration)
}

func TestOrchestrationsAreRefused(t *testing.T) {
	t.Parallel()
	made := admin.newOrchestration(t)
	same := merged(orchestrationBody(), doc{"orchestration_name": made["orchestration_name"]})
	refuse(t, admin.api.CreateOrchestration, admin.orchestrationRequest(t, same), orchestrationTaken)
	refuse(t, admin.api.UpdateOrchestration, admin.orchestrationUpdate(t, text(t, admin.newOrchestration(t), "orchestration_id"), same), orchestrationTaken)
	refuse(t, admin.api.UpdateOrchestration, admin.orchestrationUpdate(t, unknownID, orchestrationBody()), noOrchestration)
	refuse(t, admin.api.DeleteOrchestration, admin.orchestrationDeletion(unknownID), noOrchestration)
	refuse(t, admin.api.ListOrchestrationAttachedApis,
		&model.ListOrchestrationAttachedApisRequest{InstanceId: admin.instance, OrchestrationId: unknownID}, noOrchestration)
	for name, change := range map[string]doc{
		"orchestration_name": {"orchestration_name": "1"}, "orchestration_map": {"orchestration_map": []doc{}},
		"orchestration_mapped_param": {"orchestration_mapped_param": nil}, "orchestration_strategy": {"orchestration_strategy": "guess"},
	} {
		body := jsonOf(t, merged(orchestrationBody(), change))
		admin.send(t, message{method: "POST", path: below("/orchestrations"), body: body}).refused(t, badParameter(name))
	}
}
