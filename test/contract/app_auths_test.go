package contract

import (
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var noAppAuth = refusedAs(404, "APIG.3009")

func (c *client) authorizeRequest(env string, apps, apis []string) *model.CreateAuthorizingAppsV2Request {
	return &model.CreateAuthorizingAppsV2Request{
		InstanceId: c.instance, Body: &model.ApiAuthCreate{EnvId: env, AppIds: apps, ApiIds: apis},
	}
}

// authorize lets an app call an API and returns the id of the authorization.
func (c *client) authorize(t *testing.T, env, app, api string) string {
	t.Helper()
	made := call(t, c.api.CreateAuthorizingAppsV2, c.authorizeRequest(env, []string{app}, []string{api}))
	auth := list(t, made, "auths")[0]
	wantFields(t, auth, doc{"auth_result": doc{"status": "SUCCESS"}})
	return text(t, auth, "id")
}

func (c *client) appAPIs(t *testing.T, app string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisBindedToAppV2, filter, doc{"app_id": app})
}

func (c *client) otherAPIs(t *testing.T, app, env string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisUnbindedToAppV2, filter, doc{"app_id": app, "env_id": env})
}

func (c *client) apiApps(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAppsBindedToApiV2, filter)
}

// §3.10.1: a new app can call nothing; each pair has an outcome of its own.
func TestAppsAreAuthorizedPairByPair(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	first, second, app := admin.newAPI(t, group), admin.newAPI(t, group), admin.newApp(t)
	wantPage(t, admin.appAPIs(t, app, doc{}), "auths", 0, 0)
	known := admin.authorize(t, releaseEnv, app, first)

	made := call(t, admin.api.CreateAuthorizingAppsV2, admin.authorizeRequest(releaseEnv, []string{app}, []string{first, second, unknownID}))

	auths := list(t, made, "auths")
	if len(auths) != 3 {
		t.Fatalf("%d outcomes, want 3: %v", len(auths), auths)
	}
	wantFields(t, auths[0], doc{"api_id": first, "app_id": app, "id": known, "auth_result": doc{"status": "SKIPPED"}})
	wantFields(t, auths[1], doc{
		"api_id": second, "app_id": app, "auth_role": "PROVIDER", "auth_tunnel": "NORMAL", "auth_result": doc{"status": "SUCCESS"},
	})
	wantRecent(t, auths[1], "auth_time")
	wantFields(t, auths[2], doc{
		"api_id": unknownID, "app_id": app,
		"auth_result": doc{"status": "FAILED", "error_code": "APIG.3002", "app_name": admin.showApp(t, app)["name"]},
	})
	wantPage(t, admin.appAPIs(t, app, doc{}), "auths", 2, 2)
	wantFields(t, list(t, admin.listApps(t, doc{"id": app}), "apps")[0], doc{"bind_num": 2})
}

func TestAuthorizationIsRefused(t *testing.T) {
	t.Parallel()
	api, app := admin.newAPI(t, admin.newGroup(t)), admin.newApp(t)
	apps, apis := []string{app}, []string{api}
	for name, c := range map[string]struct {
		request *model.CreateAuthorizingAppsV2Request
		want    refusal
	}{
		"unknown app":      {admin.authorizeRequest(releaseEnv, []string{unknownID}, apis), noAppThere},
		"unknown env":      {admin.authorizeRequest(unknownID, apps, apis), noEnv},
		"no environment":   {admin.authorizeRequest("", apps, apis), badParameter("env_id")},
		"no apps":          {admin.authorizeRequest(releaseEnv, []string{}, apis), badParameter("app_ids")},
		"no APIs":          {admin.authorizeRequest(releaseEnv, apps, []string{}), badParameter("api_ids")},
		"an empty API id":  {admin.authorizeRequest(releaseEnv, apps, []string{""}), badParameter("api_ids")},
		"too many APIs":    {admin.authorizeRequest(releaseEnv, apps, slices.Repeat(apis, 1001)), badParameter("api_ids")},
		"unknown instance": {&model.CreateAuthorizingAppsV2Request{InstanceId: unknownID, Body: &model.ApiAuthCreate{EnvId: releaseEnv, AppIds: apps, ApiIds: apis}}, noInstance},
	} {
		t.Run(name, func(t *testing.T) { refuse(t, admin.api.CreateAuthorizingAppsV2, c.request, c.want) })
	}
}

// §3.10.2
func TestAuthorizationIsRevoked(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)
	auth := admin.authorize(t, releaseEnv, app, admin.newAPI(t, admin.newGroup(t)))
	revoke := &model.CancelingAuthorizationV2Request{InstanceId: admin.instance, AppAuthId: auth}

	call(t, admin.api.CancelingAuthorizationV2, revoke)

	wantPage(t, admin.appAPIs(t, app, doc{}), "auths", 0, 0)
	refuse(t, admin.api.CancelingAuthorizationV2, revoke, noAppAuth)
}

// §3.10.3, §3.10.5: both lists tell of the app, the API, and what is in effect.
func TestAuthorizationTellsOfItsParties(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group := c.createGroup(t, doc{"name": "shop_group"})
	made := c.createAPI(t, with(t, with(t, mockAPI(text(t, group, "id")), "remark", "all of it"), "tags", []string{"blue"}))
	api, env := text(t, made, "id"), c.newEnv(t)
	app := c.createApp(t, doc{"name": "mobile_app", "remark": "for all"})
	auth := c.authorize(t, env, text(t, app, "id"), api)
	want := doc{
		"id": auth, "api_id": api, "api_name": made["name"], "api_type": 1, "api_remark": "all of it", "tags": []string{"blue"},
		"group_id": group["id"], "group_name": "shop_group", "env_id": env, "app_id": app["id"], "app_name": "mobile_app",
		"app_remark": "for all", "app_type": "apig", "app_creator": "USER", "auth_role": "PROVIDER", "auth_tunnel": "NORMAL", "publish_id": "",
	}
	of := func() (doc, doc) {
		return list(t, c.appAPIs(t, text(t, app, "id"), doc{}), "auths")[0], list(t, c.apiApps(t, doc{"api_id": api}), "auths")[0]
	}

	forApp, forAPI := of()
	wantFields(t, forApp, want)
	wantFields(t, forAPI, want)
	wantRecent(t, forApp, "auth_time")

	// It outlives publications: the one in effect is told.
	c.publish(t, api, env)
	want["publish_id"] = c.publish(t, api, env)["publish_id"]
	forApp, forAPI = of()
	wantFields(t, forApp, want)
	wantFields(t, forAPI, want)
	c.offline(t, api, env)
	want["publish_id"] = ""
	forApp, _ = of()
	wantFields(t, forApp, want)
}

func TestAuthorizationsAreFiltered(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	shop, bank := c.createGroup(t, doc{"name": "shop_group"}), c.createGroup(t, doc{"name": "bank_group"})
	orders := text(t, c.createAPI(t, with(t, with(t, mockAPI(text(t, shop, "id")), "name", "orders"), "tags", []string{"blue"})), "id")
	accounts := text(t, c.createAPI(t, with(t, mockAPI(text(t, bank, "id")), "name", "accounts")), "id")
	app, other, env := c.newApp(t), text(t, c.createApp(t, doc{"name": "other_one"}), "id"), c.newEnv(t)
	c.authorize(t, releaseEnv, app, orders)
	c.authorize(t, env, app, accounts)
	c.authorize(t, env, other, accounts)

	for name, k := range map[string]struct {
		filter doc
		want   int
	}{
		"all":                         {doc{}, 2},
		"an API":                      {doc{"api_id": orders}, 1},
		"a part of the API's name":    {doc{"api_name": "rder"}, 1},
		"a group":                     {doc{"group_id": bank["id"]}, 1},
		"a part of the group's name":  {doc{"group_name": "shop"}, 1},
		"an environment":              {doc{"env_id": env}, 1},
		"a tag":                       {doc{"tags": "blue,red"}, 1},
		"another tag":                 {doc{"tags": "red"}, 0},
		"an API in another env":       {doc{"api_id": orders, "env_id": env}, 0},
		"an API that is not there":    {doc{"api_id": unknownID}, 0},
		"a page":                      {doc{"limit": 500, "offset": 1}, 1},
		"a wildcard means itself":     {doc{"api_name": "%"}, 0},
		"the end of the group's name": {doc{"group_name": "_group"}, 2},
	} {
		t.Run("of an app: "+name, func(t *testing.T) {
			if got := len(list(t, c.appAPIs(t, app, k.filter), "auths")); got != k.want {
				t.Errorf("%d found, want %d", got, k.want)
			}
		})
	}
	for name, k := range map[string]struct {
		filter doc
		want   int
	}{
		"all":                      {doc{}, 3},
		"an API":                   {doc{"api_id": accounts}, 2},
		"an app":                   {doc{"app_id": other}, 1},
		"a part of the app's name": {doc{"app_name": "ther_"}, 1},
		"an environment":           {doc{"env_id": releaseEnv}, 1},
	} {
		t.Run("of an API: "+name, func(t *testing.T) { wantPage(t, c.apiApps(t, k.filter), "auths", k.want, k.want) })
	}
	refuse(t, c.api.ListApisBindedToAppV2, &model.ListApisBindedToAppV2Request{InstanceId: c.instance, AppId: unknownID}, noAppThere)
	refuse(t, c.api.ListApisBindedToAppV2, &model.ListApisBindedToAppV2Request{InstanceId: c.instance}, badParameter("app_id"))
	refuse(t, c.api.ListAppsBindedToApiV2, &model.ListAppsBindedToApiV2Request{InstanceId: c.instance, ApiId: new(unknownID)}, noAPI)
	refuse(t, c.api.ListAppsBindedToApiV2, &model.ListAppsBindedToApiV2Request{InstanceId: unknownID}, noInstance)
}

// §3.10.4: what an app cannot call is listed per environment, published there or not.
func TestAPIsThatAnAppCannotCall(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	group := c.newGroup(t)
	first := c.createAPI(t, with(t, mockAPI(group), "tags", []string{"blue"}))
	api, second := text(t, first, "id"), c.newAPI(t, group)
	app, env := c.newApp(t), c.newEnv(t)
	published := c.publish(t, api, env)
	c.authorize(t, releaseEnv, app, api)

	here := c.otherAPIs(t, app, env, doc{})
	there := c.otherAPIs(t, app, releaseEnv, doc{})

	wantPage(t, here, "apis", 2, 2)
	wantPage(t, there, "apis", 1, 1)
	wantFields(t, list(t, there, "apis")[0], doc{"id": second, "run_env_id": "", "run_env_name": "", "publish_id": ""})
	wantFields(t, list(t, c.otherAPIs(t, app, env, doc{"api_id": api}), "apis")[0], doc{
		"id": api, "name": first["name"], "auth_type": first["auth_type"], "req_uri": first["req_uri"], "group_id": group,
		"run_env_id": env, "publish_id": published["publish_id"], "tags": []string{"blue"},
	})
	wantPage(t, c.otherAPIs(t, app, env, doc{"tags": "blue"}), "apis", 1, 1)
	wantPage(t, c.otherAPIs(t, app, env, doc{"group_id": unknownID}), "apis", 0, 0)
	wantPage(t, c.otherAPIs(t, app, env, doc{"api_name": first["name"]}), "apis", 1, 1)
	wantPage(t, c.otherAPIs(t, app, env, doc{"limit": 1}), "apis", 1, 2)
	list := func(app, env string) *model.ListApisUnbindedToAppV2Request {
		return &model.ListApisUnbindedToAppV2Request{InstanceId: c.instance, AppId: app, EnvId: env}
	}
	refuse(t, c.api.ListApisUnbindedToAppV2, list(unknownID, env), noAppThere)
	refuse(t, c.api.ListApisUnbindedToAppV2, list(app, unknownID), noEnv)
	refuse(t, c.api.ListApisUnbindedToAppV2, list("", env), badParameter("app_id"))
	refuse(t, c.api.ListApisUnbindedToAppV2, list(app, ""), badParameter("env_id"))
}

// §3.5.3, §3.28.3: an authorization ends with what it is between.
func TestAuthorizationsEndWithTheirParties(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	ended := map[string]func(app, api string){
		"the app": func(app, _ string) { admin.deleteApp(t, app) },
		"the API": func(_, api string) { admin.deleteAPI(t, api) },
		"the environment": func(_, _ string) {
			call(t, admin.api.DeleteEnvironmentV2, &model.DeleteEnvironmentV2Request{InstanceId: admin.instance, EnvId: env})
		},
	}
	for name, end := range ended {
		t.Run(name, func(t *testing.T) {
			app, api := admin.newApp(t), admin.newAPI(t, group)
			auth := admin.authorize(t, env, app, api)

			end(app, api)

			refuse(t, admin.api.CancelingAuthorizationV2, &model.CancelingAuthorizationV2Request{InstanceId: admin.instance, AppAuthId: auth}, noAppAuth)
			wantPage(t, admin.apiApps(t, doc{"app_id": app}), "auths", 0, 0)
			env = admin.newEnv(t)
		})
	}
}
