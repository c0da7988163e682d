package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

const defaultBody = `{"error_code":"$context.error.code","error_msg":"$context.error.message","request_id":"$context.requestId"}`

var noResponse = refusedAs(404, "APIG.3007")

func (c *client) createResponse(t *testing.T, group string, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateGatewayResponseV2, c.createResponseRequest(t, group, body))
}

func (c *client) createResponseRequest(t *testing.T, group string, body doc) *model.CreateGatewayResponseV2Request {
	t.Helper()
	return &model.CreateGatewayResponseV2Request{InstanceId: c.instance, GroupId: group, Body: fromDoc[model.ResponsesCreate](t, body)}
}

func (c *client) updateResponseRequest(t *testing.T, group, id string, body doc) *model.UpdateGatewayResponseV2Request {
	t.Helper()
	return &model.UpdateGatewayResponseV2Request{
		InstanceId: c.instance, GroupId: group, ResponseId: id, Body: fromDoc[model.ResponsesCreate](t, body),
	}
}

func (c *client) showResponse(t *testing.T, group, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfGatewayResponseV2, c.showResponseRequest(group, id))
}

func (c *client) showResponseRequest(group, id string) *model.ShowDetailsOfGatewayResponseV2Request {
	return &model.ShowDetailsOfGatewayResponseV2Request{InstanceId: c.instance, GroupId: group, ResponseId: id}
}

func (c *client) deleteResponseRequest(group, id string) *model.DeleteGatewayResponseV2Request {
	return &model.DeleteGatewayResponseV2Request{InstanceId: c.instance, GroupId: group, ResponseId: id}
}

// typeMessage is a request about one type of error. The SDK knows neither all names of types nor the
// form of the answers.
func typeMessage(method, group, id, kind, body string) message {
	return message{
		method: method, body: body,
		path: "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/" + group + "/gateway-responses/" + id + "/" + kind,
	}
}

// §3.19.1, §3.19.2
func TestNewResponseHasAllTypes(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	custom := doc{"status": 503, "body": "later", "headers": []doc{{"key": "Retry-After", "value": "60"}}}

	made := admin.createResponse(t, group, doc{"name": "house", "responses": doc{"THROTTLED": custom}})

	wantFields(t, made, doc{"name": "house", "default": false, "responses": doc{
		"THROTTLED":                     doc{"status": 503, "body": "later", "headers": custom["headers"], "default": false},
		"AUTH_FAILURE":                  doc{"status": 401, "body": defaultBody, "default": true},
		"AUTHORIZER_FAILURE":            doc{"status": 500, "default": true},
		"AUTHORIZER_IDENTITIES_FAILURE": doc{"status": 401, "default": true},
		"BACKEND_TIMEOUT":               doc{"status": 504, "default": true},
		"DEFAULT_4XX":                   doc{"body": defaultBody, "default": true},
	}})
	if status := at(made, "responses.DEFAULT_5XX.status"); status != nil {
		t.Errorf("DEFAULT_5XX has the status %v, want none", status)
	}
	if diff := cmp.Diff(made, admin.showResponse(t, group, text(t, made, "id"))); diff != "" {
		t.Errorf("the response as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.19.3
func TestResponseIsChanged(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	before := admin.createResponse(t, group, doc{"name": "house", "responses": doc{"THROTTLED": doc{"status": 503}}})
	id := text(t, before, "id")

	renamed := call(t, admin.api.UpdateGatewayResponseV2, admin.updateResponseRequest(t, group, id, doc{"name": "home"}))
	wantFields(t, renamed, doc{"id": id, "name": "home", "create_time": before["create_time"], "responses": doc{"THROTTLED": doc{"status": 503}}})

	call(t, admin.api.UpdateGatewayResponseV2, admin.updateResponseRequest(t, group, id, doc{"name": "home", "responses": doc{"NOT_FOUND": doc{"status": 410}}}))
	wantFields(t, admin.showResponse(t, group, id), doc{"responses": doc{
		"NOT_FOUND": doc{"status": 410, "default": false}, "THROTTLED": doc{"status": 429, "default": true},
	}})
}

// §3.19.4, §3.19.8: every group has a default response.
func TestDefaultResponseStays(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	page := func(offset int64) doc {
		return call(t, admin.api.ListGatewayResponsesV2, &model.ListGatewayResponsesV2Request{InstanceId: admin.instance, GroupId: group, Offset: &offset})
	}
	first := page(0)
	wantPage(t, first, "responses", 1, 1)
	wantFields(t, first, doc{"responses": []doc{{"name": "default", "default": true}}})
	id := text(t, list(t, first, "responses")[0], "id")

	refuse(t, admin.api.DeleteGatewayResponseV2, admin.deleteResponseRequest(group, id), refusedAs(409, "APIG.3491"))
	refuse(t, admin.api.UpdateGatewayResponseV2, admin.updateResponseRequest(t, group, id, doc{"name": "home"}), refusedAs(409, "APIG.3492"))
	call(t, admin.api.UpdateGatewayResponseV2, admin.updateResponseRequest(t, group, id, doc{"name": "default", "responses": doc{"NOT_FOUND": doc{"status": 410}}}))
	wantFields(t, admin.showResponse(t, group, id), doc{"default": true, "responses": doc{"NOT_FOUND": doc{"status": 410}}})

	admin.createResponse(t, group, doc{"name": "house"})
	wantPage(t, page(1), "responses", 1, 2)
}

// §3.19.5, §3.19.6, §3.19.7
func TestResponseOfOneType(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	id := text(t, admin.createResponse(t, group, doc{"name": "house"}), "id")
	send := func(method, kind, body string) answer {
		return admin.send(t, typeMessage(method, group, id, kind, body))
	}
	normal := doc{"ACCESS_DENIED": map[string]any{"status": 403.0, "body": defaultBody, "default": true}}

	if diff := cmp.Diff(normal, send("GET", "ACCESS_DENIED", "").want(t, 200).doc(t)); diff != "" {
		t.Errorf("a type nobody changed (-want +got):\n%s", diff)
	}
	changed := send("PUT", "ACCESS_DENIED", `{"status":404,"body":"none"}`).want(t, 200).doc(t)
	if diff := cmp.Diff(doc{"ACCESS_DENIED": map[string]any{"status": 404.0, "body": "none", "default": false}}, changed); diff != "" {
		t.Errorf("the changed type (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(changed, send("GET", "ACCESS_DENIED", "").want(t, 200).doc(t)); diff != "" {
		t.Errorf("as changed and as shown (-changed +shown):\n%s", diff)
	}
	send("DELETE", "ACCESS_DENIED", "").want(t, 204)
	if diff := cmp.Diff(normal, send("GET", "ACCESS_DENIED", "").want(t, 200).doc(t)); diff != "" {
		t.Errorf("after the default is back (-want +got):\n%s", diff)
	}
	// The reference writes this type in two ways.
	send("PUT", "AUTHORIZER_IDENTITY_FAILURE", `{"status":418}`).want(t, 200)
	wantFields(t, send("GET", "AUTHORIZER_IDENTITIES_FAILURE", "").want(t, 200).doc(t), doc{"AUTHORIZER_IDENTITIES_FAILURE": doc{"status": 418}})

	send("PUT", "ACCESS_DENIED", `{"status":444}`).refused(t, badParameter("status"))
	send("GET", "TIRED", "").refused(t, badParameter("response_type"))
	send("PUT", "TIRED", `{}`).refused(t, badParameter("response_type"))
	send("DELETE", "TIRED", "").refused(t, badParameter("response_type"))
}

// §3.19.4, §3.5.1
func TestResponseInUseStays(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	id := text(t, admin.createResponse(t, group, doc{"name": "house"}), "id")
	polite := with(t, mockAPI(group), "response_id", id)
	api := text(t, admin.createAPI(t, polite), "id")

	refuse(t, admin.api.DeleteGatewayResponseV2, admin.deleteResponseRequest(group, id), badParameter("response_id"))
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, with(t, mockAPI(admin.newGroup(t)), "response_id", id)), noResponse)

	admin.deleteAPI(t, api)
	call(t, admin.api.DeleteGatewayResponseV2, admin.deleteResponseRequest(group, id))
	refuse(t, admin.api.ShowDetailsOfGatewayResponseV2, admin.showResponseRequest(group, id), noResponse)
}

func TestResponseIsRefused(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	admin.createResponse(t, group, doc{"name": "taken"})
	var many []doc
	for range 11 {
		many = append(many, doc{"key": "X-A", "value": "v"})
	}
	throttled := func(info doc) doc { return doc{"name": "house", "responses": doc{"THROTTLED": info}} }
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":         {doc{"name": "taken"}, refusedAs(400, "APIG.3216")},
		"no name":            {doc{}, badParameter("name")},
		"name with a space":  {doc{"name": "a b"}, badParameter("name")},
		"unknown type":       {doc{"name": "house", "responses": doc{"TIRED": doc{}}}, badParameter("responses")},
		"status 444":         {throttled(doc{"status": 444}), badParameter("status")},
		"status 600":         {throttled(doc{"status": 600}), badParameter("status")},
		"eleven headers":     {throttled(doc{"headers": many}), badParameter("headers")},
		"header with spaces": {throttled(doc{"headers": []doc{{"key": "a b", "value": "v"}}}), badParameter("key")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.CreateGatewayResponseV2, admin.createResponseRequest(t, group, c.body), c.want)
		})
	}
}

// §5.4: quota RESPONSE_NUM_LIMIT.
func TestResponseQuota(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "RESPONSE_NUM_LIMIT", 1)
	group := c.newGroup(t)
	c.createResponse(t, group, doc{"name": "house"})
	refuse(t, c.api.CreateGatewayResponseV2, c.createResponseRequest(t, group, doc{"name": "home"}), refusedAs(403, "APIG.3136"))
}

func TestUnknownResponseIsNotFound(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	refuse(t, admin.api.UpdateGatewayResponseV2, admin.updateResponseRequest(t, group, unknownID, doc{"name": "house"}), noResponse)
	refuse(t, admin.api.DeleteGatewayResponseV2, admin.deleteResponseRequest(group, unknownID), noResponse)
	refuse(t, admin.api.ShowDetailsOfGatewayResponseV2, admin.showResponseRequest(group, unknownID), noResponse)
	refuse(t, admin.api.ShowDetailsOfGatewayResponseV2, admin.showResponseRequest(unknownID, unknownID), noGroup)
	refuse(t, admin.api.ListGatewayResponsesV2, &model.ListGatewayResponsesV2Request{InstanceId: admin.instance, GroupId: unknownID}, noGroup)
	admin.send(t, typeMessage("GET", group, unknownID, "THROTTLED", "")).refused(t, noResponse)
	admin.send(t, typeMessage("DELETE", group, unknownID, "THROTTLED", "")).refused(t, noResponse)
}
