package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// unnumbered are the members that the server adds to every part of an API.
var unnumbered = []string{"id", "req_param_id", "req_param_location", "register_time", "update_time", "status"}

// backends are the definitions of §3.5.1, one for each type of backend, and the defaults that the
// answer has beyond what was sent.
var backends = map[string]struct {
	definition func(group string) doc
	defaults   doc
}{
	"MOCK": {mockAPI, doc{"version": "V0.0.1", "auth_opt": doc{"app_code_auth_type": "DISABLE"}, "cors": false}},
	"HTTP": {httpAPI, doc{
		"match_mode": "NORMAL", "version": "V0.0.1", "cors": false, "auth_opt": doc{"app_code_auth_type": "DISABLE"},
		"backend_api": doc{"status": 1, "vpc_channel_status": 2},
	}},
	"GRPC":     {grpcAPI, doc{"match_mode": "NORMAL", "version": "V0.0.1", "backend_api": doc{"status": 1, "vpc_channel_status": 2}}},
	"FUNCTION": {functionAPI, doc{"match_mode": "NORMAL", "auth_opt": doc{"app_code_auth_type": "DISABLE"}}},
}

// §3.5.1, §3.5.5
func TestNewAPIHasWhatWasSentAndTheDefaults(t *testing.T) {
	t.Parallel()
	for name, b := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			groupName := unique("group")
			group := text(t, admin.createGroup(t, doc{"name": groupName}), "id")
			definition := b.definition(group)

			made := admin.createAPI(t, definition)

			wantFields(t, made, definition)
			wantFields(t, made, b.defaults)
			wantFields(t, made, doc{"status": 1, "group_name": groupName, "group_version": "V1", "arrange_necessary": 2})
			wantRecent(t, made, "register_time", "update_time")
			wantAbsent(t, made, "run_env_id", "run_env_name", "publish_id", "publish_time")
			if diff := cmp.Diff(made, admin.showAPI(t, text(t, made, "id"))); diff != "" {
				t.Errorf("the API as created and as shown (-created +shown):\n%s", diff)
			}
		})
	}
}

func TestPartsOfAnAPIHaveIDs(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)

	web := admin.createAPI(t, httpAPI(group))

	text(t, web, "backend_api.id")
	wantRecent(t, web, "backend_api.register_time", "backend_api.update_time")
	text(t, web, "policy_https.0.id")
	text(t, web, "policy_https.0.conditions.0.id")
	text(t, web, "policy_https.0.backend_params.0.id")
	id, query := text(t, web, "req_params.0.id"), text(t, web, "req_params.1.id")
	wantFields(t, web, doc{"policy_https": []doc{{"conditions": []doc{{"req_param_id": query}, {}, {}, {}}}}})
	wantFields(t, web, doc{"backend_params": []doc{{"req_param_id": id}, {"req_param_id": query}, {}, {}}})
	wantAbsent(t, web, "backend_params.2.req_param_id", "backend_params.3.req_param_id")
	mock := admin.createAPI(t, mockAPI(group))
	text(t, mock, "mock_info.id")
	text(t, mock, "policy_mocks.0.id")
	text(t, mock, "policy_mocks.0.conditions.0.id")
	function := admin.createAPI(t, functionAPI(group))
	text(t, function, "func_info.id")
	text(t, function, "policy_functions.0.id")
}

// §3.5.1: required is 1 in PATH and 2 elsewhere; values are not validated; HTTPS, NORMAL and a retry
// of idempotent methods are what is not said.
func TestLeftOutMembersGetTheirDefaults(t *testing.T) {
	t.Parallel()
	definition := without(t, httpAPI(admin.newGroup(t)), "retry_count", "valid_enable", "required", "policy_https")

	made := admin.createAPI(t, definition)

	wantFields(t, made, doc{
		"match_mode":  "NORMAL",
		"backend_api": doc{"retry_count": "-1"},
		"req_params":  []doc{{"required": 1, "valid_enable": 2}, {"required": 2, "valid_enable": 2}, {"required": 2, "valid_enable": 2}},
	})
}

// §3.5.2
func TestAPIIsChanged(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	before := admin.createAPI(t, httpAPI(group))
	id := text(t, before, "id")
	edited := with(t, httpAPI(group), "backend_api", backend("POST", "/humans/{person}"))

	after := admin.updateAPI(t, id, edited)

	wantFields(t, after, edited)
	wantFields(t, after, doc{"id": id, "group_id": group, "register_time": before["register_time"]})
	wantRecent(t, after, "update_time")
	if diff := cmp.Diff(after, admin.showAPI(t, id)); diff != "" {
		t.Errorf("the API as changed and as shown (-changed +shown):\n%s", diff)
	}
}

func TestAPIGetsAnotherBackendType(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	id := text(t, admin.createAPI(t, httpAPI(group)), "id")
	mock := mockAPI(group)

	after := admin.updateAPI(t, id, mock)

	wantFields(t, after, mock)
	wantAbsent(t, after, "backend_api", "req_params", "backend_params", "policy_https")
}

func TestAPIKeepsItsOwnNameAndPathOnChange(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	id := text(t, admin.createAPI(t, definition), "id")

	after := admin.updateAPI(t, id, with(t, definition, "remark", "only the remark"))

	wantFields(t, after, with(t, definition, "remark", "only the remark"))
}

// §3.5.3
func TestDeletedAPIIsGone(t *testing.T) {
	t.Parallel()
	definition := mockAPI(admin.newGroup(t))
	id := text(t, admin.createAPI(t, definition), "id")

	admin.deleteAPI(t, id)

	refuse(t, admin.api.ShowDetailsOfApiV2, &model.ShowDetailsOfApiV2Request{InstanceId: admin.instance, ApiId: id}, noAPI)
	wantPage(t, admin.listAPIs(t, doc{"id": id}), "apis", 0, 0)
	admin.createAPI(t, definition)
}

func TestPublishedAPICannotBeDeleted(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	admin.publish(t, api, releaseEnv)
	remove := &model.DeleteApiV2Request{InstanceId: admin.instance, ApiId: api}

	refuse(t, admin.api.DeleteApiV2, remove, refusedAs(409, "APIG.3416"))

	admin.showAPI(t, api)
	admin.offline(t, api, releaseEnv)
	call(t, admin.api.DeleteApiV2, remove)
}

func TestUnknownAPIIsNotFound(t *testing.T) {
	t.Parallel()
	body := fromDoc[model.ApiCreate](t, mockAPI(admin.newGroup(t)))
	refuse(t, admin.api.ShowDetailsOfApiV2, &model.ShowDetailsOfApiV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
	refuse(t, admin.api.UpdateApiV2, &model.UpdateApiV2Request{InstanceId: admin.instance, ApiId: unknownID, Body: body}, noAPI)
	refuse(t, admin.api.DeleteApiV2, &model.DeleteApiV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
	refuse(t, admin.api.ListApiVersionsV2, &model.ListApiVersionsV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
	refuse(t, admin.api.ListApiRuntimeDefinitionV2, admin.runtimeRequest(unknownID, releaseEnv), noAPI)
	refuse(t, admin.api.CreateApiV2, &model.CreateApiV2Request{InstanceId: unknownID, Body: body}, noInstance)
}

// §3.5.1: name and definition are unique in a group.
func TestAPIsOfAGroupDoNotCollide(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	first := mockAPI(group)
	admin.createAPI(t, first)
	sameName := with(t, mockAPI(group), "name", first["name"])
	samePath := with(t, mockAPI(group), "req_uri", first["req_uri"])

	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, sameName), refusedAs(400, "APIG.3202"))
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, samePath), refusedAs(400, "APIG.3301"))

	otherMethod := with(t, mockAPI(group), "req_uri", first["req_uri"])
	admin.createAPI(t, with(t, otherMethod, "req_method", "POST"))
	admin.createAPI(t, with(t, first, "group_id", admin.newGroup(t)))
	second := admin.newAPI(t, group)
	update := &model.UpdateApiV2Request{InstanceId: admin.instance, ApiId: second, Body: fromDoc[model.ApiCreate](t, sameName)}
	refuse(t, admin.api.UpdateApiV2, update, refusedAs(400, "APIG.3202"))
	update.Body = fromDoc[model.ApiCreate](t, samePath)
	refuse(t, admin.api.UpdateApiV2, update, refusedAs(400, "APIG.3301"))
}

// §3.5.7
func TestAPINameAndPathAreChecked(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	taken := mockAPI(group)
	id := text(t, admin.createAPI(t, taken), "id")
	path := func(uri any) doc {
		return doc{"type": "path", "group_id": group, "req_method": "GET", "req_uri": uri, "match_mode": "SWA"}
	}
	nameTaken, pathTaken := refusedAs(400, "APIG.3202"), refusedAs(400, "APIG.3301")
	cases := map[string]struct {
		body doc
		want *refusal // nil: free
	}{
		"name free":                     {doc{"type": "name", "group_id": group, "name": unique("free")}, nil},
		"name taken":                    {doc{"type": "name", "group_id": group, "name": taken["name"]}, &nameTaken},
		"name taken, in any group":      {doc{"type": "name", "name": taken["name"]}, &nameTaken},
		"name taken by the API itself":  {doc{"type": "name", "group_id": group, "name": taken["name"], "api_id": id}, nil},
		"path free":                     {path("/" + unique("free")), nil},
		"path taken":                    {path(taken["req_uri"]), &pathTaken},
		"path taken by the API itself":  {with(t, path(taken["req_uri"]), "api_id", id), nil},
		"path taken for another method": {with(t, path(taken["req_uri"]), "req_method", "PATCH"), nil},
		"name check without a name":     {doc{"type": "name", "group_id": group}, new(badParameter("name"))},
		"path check without a path":     {path(nil), new(badParameter("req_uri"))},
		"no kind of check":              {doc{"name": "something"}, new(badParameter("type"))},
		"unknown kind of check":         {doc{"type": "colour", "name": "something"}, new(badParameter("type"))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := &model.CheckApisV2Request{InstanceId: admin.instance, Body: fromDoc[model.ApiCheckInfoV2](t, c.body)}
			if c.want != nil {
				refuse(t, admin.api.CheckApisV2, check, *c.want)
				return
			}
			call(t, admin.api.CheckApisV2, check)
		})
	}
}
