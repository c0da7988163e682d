package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var noAuthorizer = refusedAs(404, "APIG.3081")

// frontendAuthorizer is a custom authorizer as the reference's example has it.
func frontendAuthorizer() doc {
	return doc{
		"name": unique("authorizer"), "type": "FRONTEND", "authorizer_type": "FUNC", "network_type": "V1", "authorizer_version": "v1",
		"authorizer_uri":       "urn:fss:region:106506b9a92342df9a5025fc12351cfc:function:default:apigDemo_1592617458814",
		"authorizer_alias_uri": "urn:fss:region:106506b9a92342df9a5025fc12351cfc:function:default:apigDemo_1592617458814:v1",
		"identities":           []doc{{"name": "header", "location": "HEADER"}}, "user_data": "authorizer_test",
	}
}

func (c *client) createAuthorizer(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateCustomAuthorizerV2, c.createAuthorizerRequest(t, body))
}

func (c *client) createAuthorizerRequest(t *testing.T, body doc) *model.CreateCustomAuthorizerV2Request {
	t.Helper()
	return &model.CreateCustomAuthorizerV2Request{InstanceId: c.instance, Body: fromDoc[model.AuthorizerCreate](t, body)}
}

func (c *client) updateAuthorizerRequest(t *testing.T, id string, body doc) *model.UpdateCustomAuthorizerV2Request {
	t.Helper()
	return &model.UpdateCustomAuthorizerV2Request{InstanceId: c.instance, AuthorizerId: id, Body: fromDoc[model.AuthorizerCreate](t, body)}
}

func (c *client) showAuthorizerRequest(id string) *model.ShowDetailsOfCustomAuthorizersV2Request {
	return &model.ShowDetailsOfCustomAuthorizersV2Request{InstanceId: c.instance, AuthorizerId: id}
}

func (c *client) deleteAuthorizerRequest(id string) *model.DeleteCustomAuthorizerV2Request {
	return &model.DeleteCustomAuthorizerV2Request{InstanceId: c.instance, AuthorizerId: id}
}

// §3.15.1, §3.15.4
func TestNewAuthorizerIsShown(t *testing.T) {
	t.Parallel()
	body := frontendAuthorizer()

	made := admin.createAuthorizer(t, body)

	wantFields(t, made, body)
	wantFields(t, made, doc{"ttl": 0})
	wantRecent(t, made, "create_time")
	shown := call(t, admin.api.ShowDetailsOfCustomAuthorizersV2, admin.showAuthorizerRequest(text(t, made, "id")))
	if diff := cmp.Diff(made, shown); diff != "" {
		t.Errorf("the authorizer as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.15.2
func TestAuthorizerIsChanged(t *testing.T) {
	t.Parallel()
	before := admin.createAuthorizer(t, frontendAuthorizer())
	id, body := text(t, before, "id"), frontendAuthorizer()
	body["network_type"], body["ttl"], body["need_body"] = "V2", 60, true
	body["identities"] = []doc{{"name": "user", "location": "QUERY", "validation": "^[0-9]+$"}}

	after := call(t, admin.api.UpdateCustomAuthorizerV2, admin.updateAuthorizerRequest(t, id, body))

	wantFields(t, after, body)
	wantFields(t, after, doc{"id": id, "create_time": before["create_time"]})
	wantFields(t, call(t, admin.api.ShowDetailsOfCustomAuthorizersV2, admin.showAuthorizerRequest(id)), body)
	refuse(t, admin.api.UpdateCustomAuthorizerV2, admin.updateAuthorizerRequest(t, id, with(t, body, "type", "BACKEND")), badParameter("type"))
}

// §3.15.5
func TestAuthorizersAreFound(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	first := frontendAuthorizer()
	first["name"] = "login"
	id := text(t, c.createAuthorizer(t, first), "id")
	second := frontendAuthorizer()
	second["name"], second["type"] = "login_behind", "BACKEND"
	c.createAuthorizer(t, second)
	page := func(filter doc) doc {
		return query(t, c, c.api.ListCustomAuthorizersV2, filter)
	}

	wantPage(t, page(doc{}), "authorizer_list", 2, 2)
	wantPage(t, page(doc{"limit": 1, "offset": 1}), "authorizer_list", 1, 2)
	wantPage(t, page(doc{"name": "login"}), "authorizer_list", 2, 2)
	wantPage(t, page(doc{"type": "BACKEND"}), "authorizer_list", 1, 1)
	wantPage(t, page(doc{"id": id}), "authorizer_list", 1, 1)
}

// §3.15.3, §3.5.1
func TestAuthorizerInUseStays(t *testing.T) {
	t.Parallel()
	id, group := text(t, admin.createAuthorizer(t, frontendAuthorizer()), "id"), admin.newGroup(t)
	guarded := with(t, with(t, mockAPI(group), "auth_type", "AUTHORIZER"), "authorizer_id", id)
	api := text(t, admin.createAPI(t, guarded), "id")
	wantFields(t, admin.showAPI(t, api), doc{"auth_type": "AUTHORIZER", "authorizer_id": id})

	refuse(t, admin.api.DeleteCustomAuthorizerV2, admin.deleteAuthorizerRequest(id), badParameter("id"))

	admin.deleteAPI(t, api)
	call(t, admin.api.DeleteCustomAuthorizerV2, admin.deleteAuthorizerRequest(id))
	refuse(t, admin.api.ShowDetailsOfCustomAuthorizersV2, admin.showAuthorizerRequest(id), noAuthorizer)
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, guarded), noAuthorizer)
}

func TestAuthorizerIsRefused(t *testing.T) {
	t.Parallel()
	taken := frontendAuthorizer()
	admin.createAuthorizer(t, taken)
	change := func(field string, value any) doc { return with(t, frontendAuthorizer(), field, value) }
	twice := []doc{{"name": "user", "location": "QUERY"}, {"name": "user", "location": "QUERY"}}
	var many []doc
	for range 11 {
		many = append(many, doc{"name": unique("source"), "location": "HEADER"})
	}
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":              {taken, refusedAs(400, "APIG.3211")},
		"name with a hyphen":      {change("name", "a-b-c"), badParameter("name")},
		"no URN":                  {change("authorizer_uri", ""), badParameter("authorizer_uri")},
		"identity source twice":   {change("identities", twice), refusedAs(400, "APIG.3212")},
		"eleven identities":       {change("identities", many), refusedAs(403, "APIG.3117")},
		"ttl below 0":             {change("ttl", -1), badParameter("ttl")},
		"user data without end":   {change("user_data", strings.Repeat("x", 2049)), badParameter("user_data")},
		"identity without a name": {change("identities", []doc{{"location": "QUERY"}}), badParameter("name")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.CreateCustomAuthorizerV2, admin.createAuthorizerRequest(t, c.body), c.want)
		})
	}
}

// §5.4: quota AUTHORIZER_NUM_LIMIT.
func TestAuthorizerQuota(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "AUTHORIZER_NUM_LIMIT", 1)
	c.createAuthorizer(t, frontendAuthorizer())
	refuse(t, c.api.CreateCustomAuthorizerV2, c.createAuthorizerRequest(t, frontendAuthorizer()), refusedAs(403, "APIG.3116"))
}

func TestUnknownAuthorizerIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.UpdateCustomAuthorizerV2, admin.updateAuthorizerRequest(t, unknownID, frontendAuthorizer()), noAuthorizer)
	refuse(t, admin.api.DeleteCustomAuthorizerV2, admin.deleteAuthorizerRequest(unknownID), noAuthorizer)
	refuse(t, admin.api.ShowDetailsOfCustomAuthorizersV2, admin.showAuthorizerRequest(unknownID), noAuthorizer)
	refuse(t, admin.api.ListCustomAuthorizersV2, &model.ListCustomAuthorizersV2Request{InstanceId: unknownID}, noInstance)
}
