package contract

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var noAppQuota = refusedAs(404, "APIG.3093")

func appQuotaBody(name string) doc {
	return doc{"name": name, "call_limits": 1000, "time_unit": "DAY", "time_interval": 1, "reset_time": "2020-09-20 00:00:00", "remark": "for all"}
}

func (c *client) createQuotaRequest(t *testing.T, body doc) *model.CreateAppQuotaRequest {
	t.Helper()
	return &model.CreateAppQuotaRequest{InstanceId: c.instance, Body: fromDoc[model.AppQuotaCreate](t, body)}
}

func (c *client) updateQuotaRequest(t *testing.T, id string, body doc) *model.UpdateAppQuotaRequest {
	t.Helper()
	return &model.UpdateAppQuotaRequest{InstanceId: c.instance, AppQuotaId: id, Body: fromDoc[model.AppQuotaCreate](t, body)}
}

// newAppQuota makes a credential quota and returns its id.
func (c *client) newAppQuota(t *testing.T) string {
	t.Helper()
	return text(t, call(t, c.api.CreateAppQuota, c.createQuotaRequest(t, appQuotaBody(unique("quota")))), "app_quota_id")
}

func (c *client) showAppQuota(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowAppQuota, &model.ShowAppQuotaRequest{InstanceId: c.instance, AppQuotaId: id})
}

func (c *client) bindQuotaRequest(quota string, apps ...string) *model.AssociateAppsForAppQuotaRequest {
	return &model.AssociateAppsForAppQuotaRequest{
		InstanceId: c.instance, AppQuotaId: quota, Body: &model.CreateAppQuotaBindingApp{AppIds: apps},
	}
}

func (c *client) quotaOf(t *testing.T, app string) doc {
	t.Helper()
	return call(t, c.api.ShowAppBoundAppQuota, &model.ShowAppBoundAppQuotaRequest{InstanceId: c.instance, AppId: app})
}

func (c *client) boundApps(t *testing.T, quota string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAppQuotaBoundApps, filter, doc{"app_quota_id": quota})
}

func (c *client) bindableApps(t *testing.T, quota string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAppQuotaBindableApps, filter, doc{"app_quota_id": quota})
}

// §3.29.1, §3.29.2
func TestNewAppQuotaIsShown(t *testing.T) {
	t.Parallel()
	body := appQuotaBody(unique("quota"))

	made := call(t, admin.api.CreateAppQuota, admin.createQuotaRequest(t, body))

	wantFields(t, made, with(t, body, "bound_app_num", 0))
	wantRecent(t, made, "create_time")
	if diff := cmp.Diff(made, admin.showAppQuota(t, text(t, made, "app_quota_id"))); diff != "" {
		t.Errorf("the quota as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.29.4
func TestAppQuotaIsChanged(t *testing.T) {
	t.Parallel()
	id, app := admin.newAppQuota(t), admin.newApp(t)
	call(t, admin.api.AssociateAppsForAppQuota, admin.bindQuotaRequest(id, app))
	want := doc{"name": unique("renamed"), "call_limits": 5, "time_unit": "HOUR", "time_interval": 2}

	after := call(t, admin.api.UpdateAppQuota, admin.updateQuotaRequest(t, id, want))

	wantFields(t, after, with(t, with(t, want, "app_quota_id", id), "bound_app_num", 1))
	wantFields(t, after, doc{"remark": "for all", "reset_time": "2020-09-20 00:00:00"}) // left out, they stay
	if diff := cmp.Diff(after, admin.showAppQuota(t, id)); diff != "" {
		t.Errorf("the quota as changed and as shown (-changed +shown):\n%s", diff)
	}
}

func TestAppQuotaIsRefused(t *testing.T) {
	t.Parallel()
	taken := unique("quota")
	call(t, admin.api.CreateAppQuota, admin.createQuotaRequest(t, appQuotaBody(taken)))
	good := appQuotaBody(unique("quota"))
	for name, c := range map[string]struct {
		body doc
		want refusal
	}{
		"name taken":         {appQuotaBody(taken), refusedAs(400, "APIG.3325")},
		"name too short":     {appQuotaBody("ab"), badParameter("name")},
		"name starts with 1": {appQuotaBody("1quota"), badParameter("name")},
		"no calls":           {with(t, good, "call_limits", 0), badParameter("call_limits")},
		"negative calls":     {with(t, good, "call_limits", -1), badParameter("call_limits")},
		"no interval":        {with(t, good, "time_interval", 0), badParameter("time_interval")},
		"another unit":       {with(t, good, "time_unit", "WEEK"), badParameter("time_unit")},
		"no time":            {with(t, good, "reset_time", "tomorrow"), badParameter("reset_time")},
		"markup":             {with(t, good, "remark", "<b>"), badParameter("remark")},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.CreateAppQuota, admin.createQuotaRequest(t, c.body), c.want)
			refuse(t, admin.api.UpdateAppQuota, admin.updateQuotaRequest(t, admin.newAppQuota(t), c.body), c.want)
		})
	}
}

// §3.29.3: fuzzy by name.
func TestAppQuotasAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	for _, name := range []string{"daily_one", "daily_two", "hourly"} {
		call(t, c.api.CreateAppQuota, c.createQuotaRequest(t, appQuotaBody(name)))
	}
	find := func(filter doc) doc {
		return query(t, c, c.api.ListAppQuotas, filter)
	}
	wantPage(t, find(doc{}), "quotas", 3, 3)
	wantPage(t, find(doc{"limit": 2}), "quotas", 2, 3)
	wantPage(t, find(doc{"name": "aily_"}), "quotas", 2, 2)
	wantPage(t, find(doc{"name": "week"}), "quotas", 0, 0)
	refuse(t, c.api.ListAppQuotas, &model.ListAppQuotasRequest{InstanceId: unknownID}, noInstance)
}

// §3.29.6 to §3.29.9, §3.28.13
func TestAppsAreBoundToQuotas(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	daily, hourly := c.newAppQuota(t), c.newAppQuota(t)
	first := c.createApp(t, doc{"name": "first_app", "remark": "mobile"})
	mobile, web := text(t, first, "id"), text(t, c.createApp(t, doc{"name": "web_app"}), "id")
	if got := c.quotaOf(t, mobile); len(got) != 0 {
		t.Errorf("an app without a quota has %v", got)
	}

	made := call(t, c.api.AssociateAppsForAppQuota, c.bindQuotaRequest(daily, mobile, web))

	applies := list(t, made, "applies")
	wantFields(t, applies[0], doc{"app_id": mobile, "app_quota_id": daily})
	wantFields(t, applies[1], doc{"app_id": web, "app_quota_id": daily})
	wantRecent(t, applies[0], "bound_time")
	wantFields(t, c.quotaOf(t, mobile), doc{"app_quota_id": daily, "bound_app_num": 2})
	wantPage(t, c.bindableApps(t, hourly, doc{}), "apps", 0, 0)
	found := c.boundApps(t, daily, doc{"app_name": "irst"})
	wantPage(t, found, "apps", 1, 1)
	wantFields(t, list(t, found, "apps")[0], doc{
		"app_id": mobile, "name": "first_app", "remark": "mobile", "status": 1, "app_key": first["app_key"],
		"app_quota_id": daily, "app_quota_name": c.showAppQuota(t, daily)["name"], "bound_time": applies[0]["bound_time"],
	})

	// An app has one quota: another one takes its place.
	call(t, c.api.AssociateAppsForAppQuota, c.bindQuotaRequest(hourly, mobile))
	wantFields(t, c.quotaOf(t, mobile), doc{"app_quota_id": hourly, "bound_app_num": 1})
	wantPage(t, c.boundApps(t, daily, doc{}), "apps", 1, 1)

	unbind := &model.DisassociateAppQuotaWithAppRequest{InstanceId: c.instance, AppQuotaId: hourly, AppId: mobile}
	call(t, c.api.DisassociateAppQuotaWithApp, unbind)
	refuse(t, c.api.DisassociateAppQuotaWithApp, unbind, noAppThere)
	free := c.bindableApps(t, daily, doc{"app_name": "_app"})
	if got := column(t, list(t, free, "apps"), "app_id"); !slices.Equal(got, []string{mobile}) {
		t.Errorf("bindable %v, want %s", got, mobile)
	}
}

// §3.29.5
func TestDeletedAppQuotaIsGone(t *testing.T) {
	t.Parallel()
	quota, app := admin.newAppQuota(t), admin.newApp(t)
	call(t, admin.api.AssociateAppsForAppQuota, admin.bindQuotaRequest(quota, app))
	remove := &model.DeleteAppQuotaRequest{InstanceId: admin.instance, AppQuotaId: quota}

	call(t, admin.api.DeleteAppQuota, remove)

	refuse(t, admin.api.DeleteAppQuota, remove, noAppQuota)
	refuse(t, admin.api.ShowAppQuota, &model.ShowAppQuotaRequest{InstanceId: admin.instance, AppQuotaId: quota}, noAppQuota)
	if got := admin.quotaOf(t, app); len(got) != 0 {
		t.Errorf("the app still has %v", got)
	}
}

func TestUnknownAppQuotaIsNotFound(t *testing.T) {
	t.Parallel()
	quota, app := admin.newAppQuota(t), admin.newApp(t)
	refuse(t, admin.api.UpdateAppQuota, admin.updateQuotaRequest(t, unknownID, appQuotaBody(unique("quota"))), noAppQuota)
	refuse(t, admin.api.AssociateAppsForAppQuota, admin.bindQuotaRequest(unknownID, app), noAppQuota)
	refuse(t, admin.api.AssociateAppsForAppQuota, admin.bindQuotaRequest(quota, app, unknownID), noAppThere)
	refuse(t, admin.api.AssociateAppsForAppQuota, admin.bindQuotaRequest(quota), badParameter("app_ids"))
	refuse(t, admin.api.ListAppQuotaBoundApps, &model.ListAppQuotaBoundAppsRequest{InstanceId: admin.instance, AppQuotaId: unknownID}, noAppQuota)
	refuse(t, admin.api.ListAppQuotaBindableApps, &model.ListAppQuotaBindableAppsRequest{InstanceId: admin.instance, AppQuotaId: unknownID}, noAppQuota)
	refuse(t, admin.api.DisassociateAppQuotaWithApp,
		&model.DisassociateAppQuotaWithAppRequest{InstanceId: admin.instance, AppQuotaId: unknownID, AppId: app}, noAppQuota)
	refuse(t, admin.api.ShowAppBoundAppQuota, &model.ShowAppBoundAppQuotaRequest{InstanceId: admin.instance, AppId: unknownID}, noApp)
	wantPage(t, admin.boundApps(t, quota, doc{}), "apps", 0, 0)
}
