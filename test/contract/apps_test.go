package contract

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noApp       = refusedAs(404, "APIG.3002") // §3.28.2 to §3.28.7
	noAppThere  = refusedAs(404, "APIG.3004") // everywhere else
	noAppCode   = refusedAs(404, "APIG.3082")
	appSwitch   = "APP_KEY_SECRET_SWITCH"
	maskedValue = "******"
)

func (c *client) createApp(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateAnAppV2, c.createAppRequest(t, body))
}

func (c *client) createAppRequest(t *testing.T, body doc) *model.CreateAnAppV2Request {
	t.Helper()
	return &model.CreateAnAppV2Request{InstanceId: c.instance, Body: fromDoc[model.AppCreate](t, body)}
}

// newApp makes an app and returns its id.
func (c *client) newApp(t *testing.T) string {
	t.Helper()
	return text(t, c.createApp(t, doc{"name": unique("app")}), "id")
}

func (c *client) showApp(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfAppV2, &model.ShowDetailsOfAppV2Request{InstanceId: c.instance, AppId: id})
}

func (c *client) updateAppRequest(t *testing.T, id string, body doc) *model.UpdateAppV2Request {
	t.Helper()
	return &model.UpdateAppV2Request{InstanceId: c.instance, AppId: id, Body: fromDoc[model.AppCreate](t, body)}
}

func (c *client) resetRequest(id string, secret *string) *model.ResettingAppSecretV2Request {
	return &model.ResettingAppSecretV2Request{InstanceId: c.instance, AppId: id, Body: &model.AppResetCreate{AppSecret: secret}}
}

func (c *client) listApps(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAppsV2, filter)
}

func (c *client) deleteApp(t *testing.T, id string) {
	t.Helper()
	call(t, c.api.DeleteAppV2, &model.DeleteAppV2Request{InstanceId: c.instance, AppId: id})
}

// §3.28.1, §3.28.6
func TestNewAppHasKeyAndSecret(t *testing.T) {
	t.Parallel()
	name := unique("app")

	made := admin.createApp(t, doc{"name": name, "remark": "mobile", "related_domain_id": "d1", "related_project_id": "t1"})

	wantFields(t, made, doc{
		"name": name, "remark": "mobile", "creator": "USER", "status": 1, "app_type": "apig",
		"related_domain_id": "d1", "related_project_id": "t1",
	})
	wantRecent(t, made, "register_time", "update_time")
	for _, generated := range []string{"app_key", "app_secret"} {
		if got := text(t, made, generated); !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(got) {
			t.Errorf("the generated %s has another form", generated)
		}
	}
	shown := admin.showApp(t, text(t, made, "id"))
	if diff := cmp.Diff(without(t, made, "app_secret"), without(t, shown, "app_secret")); diff != "" {
		t.Errorf("the app as created and as shown (-created +shown):\n%s", diff)
	}
	wantFields(t, shown, doc{"app_secret": maskedValue})
}

// §3.28.1: key and secret can be the client's own.
func TestAppWithItsOwnKeyAndSecret(t *testing.T) {
	t.Parallel()
	key, secret := unique("own-key"), unique("own-secret!@#$%")

	made := admin.createApp(t, doc{"name": unique("app"), "app_key": key, "app_secret": secret})

	wantFields(t, made, doc{"app_key": key, "app_secret": secret})
	refuse(t, admin.api.CreateAnAppV2, admin.createAppRequest(t, doc{"name": unique("app"), "app_key": key}), refusedAs(400, "APIG.3310"))
}

func TestAppIsRefused(t *testing.T) {
	t.Parallel()
	taken := unique("app")
	admin.createApp(t, doc{"name": taken})
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":         {doc{"name": taken}, refusedAs(400, "APIG.3203")},
		"no name":            {doc{}, badParameter("name")},
		"name too short":     {doc{"name": "ab"}, badParameter("name")},
		"name too long":      {doc{"name": strings.Repeat("x", 65)}, badParameter("name")},
		"name starts with _": {doc{"name": "_app"}, badParameter("name")},
		"remark too long":    {doc{"name": unique("app"), "remark": strings.Repeat("x", 256)}, badParameter("remark")},
		"key too short":      {doc{"name": unique("app"), "app_key": "short"}, badParameter("app_key")},
		"secret too short":   {doc{"name": unique("app"), "app_secret": "short"}, badParameter("app_secret")},
		"secret with blanks": {doc{"name": unique("app"), "app_secret": "two words"}, badParameter("app_secret")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.CreateAnAppV2, admin.createAppRequest(t, c.body), c.want)
			refuse(t, admin.api.UpdateAppV2, admin.updateAppRequest(t, admin.newApp(t), c.body), c.want)
		})
	}
}

// §3.28.2
func TestAppIsChanged(t *testing.T) {
	t.Parallel()
	before := admin.createApp(t, doc{"name": unique("app"), "remark": "old"})
	id, renamed, key := text(t, before, "id"), unique("renamed"), unique("other-key")

	after := call(t, admin.api.UpdateAppV2, admin.updateAppRequest(t, id, doc{
		"name": renamed, "remark": "new", "app_key": key, "app_secret": "another-secret",
	}))

	wantFields(t, after, doc{"id": id, "name": renamed, "remark": "new", "app_key": key})
	if got := text(t, after, "app_secret"); got != maskedValue {
		t.Error("the answer to a change shows the secret")
	}
	if diff := cmp.Diff(after, admin.showApp(t, id)); diff != "" {
		t.Errorf("the app as changed and as shown (-changed +shown):\n%s", diff)
	}
	kept := call(t, admin.api.UpdateAppV2, admin.updateAppRequest(t, id, doc{"name": renamed}))
	wantFields(t, kept, doc{"remark": "new", "app_key": key})
}

// §3.28.4
func TestAppSecretIsReset(t *testing.T) {
	t.Parallel()
	made := admin.createApp(t, doc{"name": unique("app")})
	id := text(t, made, "id")

	generated := call(t, admin.api.ResettingAppSecretV2, admin.resetRequest(id, nil))
	own := call(t, admin.api.ResettingAppSecretV2, admin.resetRequest(id, new("my-own-secret")))

	if got := text(t, generated, "app_secret"); got == text(t, made, "app_secret") || got == maskedValue {
		t.Error("no other secret was generated")
	}
	wantFields(t, own, doc{"id": id, "app_secret": "my-own-secret", "app_key": made["app_key"]})
	wantFields(t, admin.showApp(t, id), doc{"app_secret": maskedValue})
	refuse(t, admin.api.ResettingAppSecretV2, admin.resetRequest(id, new("short")), badParameter("app_secret"))
}

// §3.28.1, §3.28.2, §3.28.4: the switch is about keys and secrets of the client's own.
func TestOwnSecretsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	id := c.newApp(t)
	c.setQuota(t, appSwitch, 2)

	refuse(t, c.api.CreateAnAppV2, c.createAppRequest(t, doc{"name": unique("app"), "app_key": "my-own-key"}), badParameter("app_key"))
	refuse(t, c.api.UpdateAppV2, c.updateAppRequest(t, id, doc{"name": unique("app"), "app_secret": "my-own-secret"}), badParameter("app_secret"))
	refuse(t, c.api.ResettingAppSecretV2, c.resetRequest(id, new("my-own-secret")), badParameter("app_secret"))
	call(t, c.api.ResettingAppSecretV2, c.resetRequest(id, nil))
	c.newApp(t)
}

// §3.28.1: quota APP_NUM_LIMIT
func TestAppsAreLimited(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "APP_NUM_LIMIT", 1)
	c.newApp(t)

	refuse(t, c.api.CreateAnAppV2, c.createAppRequest(t, doc{"name": unique("app")}), refusedAs(403, "APIG.3103"))
}

// §3.28.5: no more than id, name and remark.
func TestAppIsValidated(t *testing.T) {
	t.Parallel()
	made := admin.createApp(t, doc{"name": unique("app"), "remark": "mobile"})

	got := call(t, admin.api.CheckAppV2, &model.CheckAppV2Request{InstanceId: admin.instance, AppId: text(t, made, "id")})

	if diff := cmp.Diff(doc{"id": made["id"], "name": made["name"], "remark": "mobile"}, got); diff != "" {
		t.Errorf("the app as validated (-want +got):\n%s", diff)
	}
}

func TestUnknownAppIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.ShowDetailsOfAppV2, &model.ShowDetailsOfAppV2Request{InstanceId: admin.instance, AppId: unknownID}, noApp)
	refuse(t, admin.api.UpdateAppV2, admin.updateAppRequest(t, unknownID, doc{"name": unique("app")}), noApp)
	refuse(t, admin.api.DeleteAppV2, &model.DeleteAppV2Request{InstanceId: admin.instance, AppId: unknownID}, noApp)
	refuse(t, admin.api.ResettingAppSecretV2, admin.resetRequest(unknownID, nil), noApp)
	refuse(t, admin.api.CheckAppV2, &model.CheckAppV2Request{InstanceId: admin.instance, AppId: unknownID}, noApp)
	refuse(t, admin.api.ListAppsV2, &model.ListAppsV2Request{InstanceId: unknownID}, noInstance)
	s := stranger(t)
	refuse(t, s.api.ShowDetailsOfAppV2, &model.ShowDetailsOfAppV2Request{InstanceId: s.instance, AppId: admin.newApp(t)}, noApp)
}

// §3.28.3
func TestDeletedAppIsGone(t *testing.T) {
	t.Parallel()
	made := admin.createApp(t, doc{"name": unique("app")})
	id := text(t, made, "id")
	code := admin.newAppCode(t, id)

	admin.deleteApp(t, id)

	refuse(t, admin.api.ShowDetailsOfAppV2, &model.ShowDetailsOfAppV2Request{InstanceId: admin.instance, AppId: id}, noApp)
	refuse(t, admin.api.ShowDetailsOfAppCodeV2, admin.appCodeRequest(id, code), noAppThere)
	wantPage(t, admin.listApps(t, doc{"id": id}), "apps", 0, 0)
	admin.createApp(t, doc{"name": made["name"], "app_key": made["app_key"]})
}

// §3.28.7
func TestAppsAreListedAndFiltered(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	shop := c.createApp(t, doc{"name": "shop_app", "related_project_id": "t1", "related_domain_id": "d1"})
	c.createApp(t, doc{"name": "old_shop_app"})
	c.createApp(t, doc{"name": "shopXapp"})
	cases := map[string]struct {
		filter doc
		want   []string
	}{
		"all":                        {doc{}, []string{"old_shop_app", "shopXapp", "shop_app"}},
		"a part of the name":         {doc{"name": "shop_"}, []string{"old_shop_app", "shop_app"}},
		"the exact name":             {doc{"name": "shop_app", "precise_search": "name"}, []string{"shop_app"}},
		"the id":                     {doc{"id": shop["id"]}, []string{"shop_app"}},
		"the key":                    {doc{"app_key": shop["app_key"]}, []string{"shop_app"}},
		"valid ones":                 {doc{"status": 1}, []string{"old_shop_app", "shopXapp", "shop_app"}},
		"those of the user":          {doc{"creator": "USER"}, []string{"old_shop_app", "shopXapp", "shop_app"}},
		"none from a marketplace":    {doc{"creator": "MARKET"}, nil},
		"those for a project":        {doc{"related_project_id": "t1"}, []string{"shop_app"}},
		"those for an account":       {doc{"related_domain_id": "d1"}, []string{"shop_app"}},
		"those for no known account": {doc{"related_domain_id": "d2"}, nil},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			found := c.listApps(t, k.filter)
			wantPage(t, found, "apps", len(k.want), len(k.want))
			got := column(t, list(t, found, "apps"), "name")
			slices.Sort(got)
			if !slices.Equal(got, k.want) {
				t.Errorf("found %v, want %v", got, k.want)
			}
		})
	}
	wantPage(t, c.listApps(t, doc{"limit": 2}), "apps", 2, 3)
	wantPage(t, c.listApps(t, doc{"limit": 2, "offset": 2}), "apps", 1, 3)
	wantFields(t, list(t, c.listApps(t, doc{"id": shop["id"]}), "apps")[0], doc{"bind_num": 0, "app_secret": maskedValue, "creator": "USER", "status": 1})
}

// A creation that is sent again with its Idempotency-Key has the same secret, and none of another request.
func TestRepeatedCreationOfAnAppTellsTheSameSecret(t *testing.T) {
	t.Parallel()
	create := message{
		method: "POST", path: below("/apps"), body: jsonOf(t, doc{"name": unique("app")}),
		header: map[string]string{"Idempotency-Key": unique("key")},
	}

	first, second := admin.send(t, create).want(t, 201).doc(t), admin.send(t, create).want(t, 201).doc(t)

	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	reset := message{
		method: "PUT", path: below("/apps/secret/%s", text(t, first, "id")), body: jsonOf(t, doc{"app_secret": "one-secret"}),
		header: map[string]string{"Idempotency-Key": unique("key")},
	}
	admin.send(t, reset).want(t, 200)
	admin.send(t, reset).want(t, 200)
	reset.body = jsonOf(t, doc{"app_secret": "another-secret"})
	if got := admin.send(t, reset); got.status < 400 || got.status >= 500 {
		t.Errorf("another secret with the same key: status %d, want a refusal", got.status)
	}
}
