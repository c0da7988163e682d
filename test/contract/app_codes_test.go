package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// codeValue is an AppCode with all characters that it can have.
var codeValue = "/Az09+_!@#$%-/=" + strings.Repeat("x", 60)

func (c *client) createAppCodeRequest(app, value string) *model.CreateAppCodeV2Request {
	return &model.CreateAppCodeV2Request{InstanceId: c.instance, AppId: app, Body: &model.AppCodeCreate{AppCode: value}}
}

// newAppCode generates an AppCode for an app and returns its id.
func (c *client) newAppCode(t *testing.T, app string) string {
	t.Helper()
	return text(t, call(t, c.api.CreateAppCodeAutoV2, &model.CreateAppCodeAutoV2Request{InstanceId: c.instance, AppId: app}), "id")
}

func (c *client) appCodeRequest(app, code string) *model.ShowDetailsOfAppCodeV2Request {
	return &model.ShowDetailsOfAppCodeV2Request{InstanceId: c.instance, AppId: app, AppCodeId: code}
}

func (c *client) listAppCodes(t *testing.T, app string) doc {
	t.Helper()
	return call(t, c.api.ListAppCodesV2, &model.ListAppCodesV2Request{InstanceId: c.instance, AppId: app})
}

// §3.28.8, §3.28.11
func TestAppCodeIsKept(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)

	made := call(t, admin.api.CreateAppCodeV2, admin.createAppCodeRequest(app, codeValue))

	wantFields(t, made, doc{"app_code": codeValue, "app_id": app})
	wantRecent(t, made, "create_time")
	if diff := cmp.Diff(made, call(t, admin.api.ShowDetailsOfAppCodeV2, admin.appCodeRequest(app, text(t, made, "id")))); diff != "" {
		t.Errorf("the AppCode as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.28.9, §3.28.12
func TestAppCodesAreGeneratedAndListed(t *testing.T) {
	t.Parallel()
	app, other := admin.newApp(t), admin.newApp(t)
	generate := func() doc {
		return call(t, admin.api.CreateAppCodeAutoV2, &model.CreateAppCodeAutoV2Request{InstanceId: admin.instance, AppId: app})
	}

	first, second := generate(), generate()
	admin.newAppCode(t, other)

	if a, b := text(t, first, "app_code"), text(t, second, "app_code"); len(a) < 64 || len(a) > 180 || a == b {
		t.Errorf("AppCodes of %d and %d characters; want 64 to 180, and two", len(a), len(b))
	}
	listed := admin.listAppCodes(t, app)
	wantPage(t, listed, "app_codes", 2, 2)
	if diff := cmp.Diff([]doc{second, first}, list(t, listed, "app_codes")); diff != "" {
		t.Errorf("the AppCodes as generated and as listed (-generated +listed):\n%s", diff)
	}
	page := call(t, admin.api.ListAppCodesV2, &model.ListAppCodesV2Request{InstanceId: admin.instance, AppId: app, Limit: new(int32(1)), Offset: new(int64(1))})
	wantPage(t, page, "app_codes", 1, 2)
}

func TestAppCodesAreRefused(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)
	for name, value := range map[string]string{
		"none": "", "too short": strings.Repeat("x", 63), "too long": strings.Repeat("x", 181), "starts with a -": "-" + strings.Repeat("x", 63),
		"with a blank": "x " + strings.Repeat("x", 63),
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.CreateAppCodeV2, admin.createAppCodeRequest(app, value), badParameter("app_code"))
		})
	}
	refuse(t, admin.api.CreateAppCodeV2, admin.createAppCodeRequest(unknownID, codeValue), noAppThere)
	refuse(t, admin.api.CreateAppCodeAutoV2, &model.CreateAppCodeAutoV2Request{InstanceId: admin.instance, AppId: unknownID}, noAppThere)
	refuse(t, admin.api.ListAppCodesV2, &model.ListAppCodesV2Request{InstanceId: admin.instance, AppId: unknownID}, noAppThere)
	refuse(t, admin.api.ShowDetailsOfAppCodeV2, admin.appCodeRequest(app, unknownID), noAppCode)
	refuse(t, admin.api.ShowDetailsOfAppCodeV2, admin.appCodeRequest(unknownID, unknownID), noAppThere)
}

// §3.28.8: quota APP_CODE_NUM_LIMIT; §3.28.10
func TestAppCodesAreLimitedAndDeleted(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)
	var codes []string
	for range 5 {
		codes = append(codes, admin.newAppCode(t, app))
	}
	remove := func(app, code string) *model.DeleteAppCodeV2Request {
		return &model.DeleteAppCodeV2Request{InstanceId: admin.instance, AppId: app, AppCodeId: code}
	}

	refuse(t, admin.api.CreateAppCodeV2, admin.createAppCodeRequest(app, codeValue), refusedAs(403, "APIG.3131"))
	refuse(t, admin.api.DeleteAppCodeV2, remove(admin.newApp(t), codes[0]), noAppCode)
	refuse(t, admin.api.DeleteAppCodeV2, remove(unknownID, codes[0]), noAppThere)

	call(t, admin.api.DeleteAppCodeV2, remove(app, codes[0]))

	refuse(t, admin.api.ShowDetailsOfAppCodeV2, admin.appCodeRequest(app, codes[0]), noAppCode)
	admin.newAppCode(t, app)
	if slices.Contains(column(t, list(t, admin.listAppCodes(t, app), "app_codes"), "id"), codes[0]) {
		t.Error("the deleted AppCode is listed")
	}
}

// §3.28.14 to §3.28.16
func TestAppHasAccessControl(t *testing.T) {
	t.Parallel()
	app := admin.newApp(t)
	values := []string{"192.168.0.1", "192.168.0.5-192.168.0.10", "192.168.0.100/28"}
	set := func(app, kind string, values ...string) *model.UpdateAppAclRequest {
		return &model.UpdateAppAclRequest{InstanceId: admin.instance, AppId: app, Body: &model.AppAclCreate{AppAclType: kind, AppAclValues: values}}
	}
	show := &model.ShowDetailsOfAppAclRequest{InstanceId: admin.instance, AppId: app}
	remove := &model.DeleteAppAclRequest{InstanceId: admin.instance, AppId: app}

	made := call(t, admin.api.UpdateAppAcl, set(app, "PERMIT", values...))

	wantFields(t, made, doc{"app_id": app, "app_acl_type": "PERMIT", "app_acl_values": values})
	if diff := cmp.Diff(made, call(t, admin.api.ShowDetailsOfAppAcl, show)); diff != "" {
		t.Errorf("the access control as set and as shown (-set +shown):\n%s", diff)
	}
	call(t, admin.api.UpdateAppAcl, set(app, "DENY", "10.0.0.1"))
	wantFields(t, call(t, admin.api.ShowDetailsOfAppAcl, show), doc{"app_acl_type": "DENY", "app_acl_values": []string{"10.0.0.1"}})

	refuse(t, admin.api.UpdateAppAcl, set(app, "ALLOW", "10.0.0.1"), badParameter("app_acl_type"))
	refuse(t, admin.api.UpdateAppAcl, set(app, "DENY", "10.0.0.1", "nowhere"), badParameter("app_acl_values"))
	refuse(t, admin.api.UpdateAppAcl, set(app, "DENY"), badParameter("app_acl_values"))
	refuse(t, admin.api.UpdateAppAcl, set(unknownID, "DENY", "10.0.0.1"), noAppThere)

	call(t, admin.api.DeleteAppAcl, remove)
	call(t, admin.api.DeleteAppAcl, remove)
	wantFields(t, call(t, admin.api.ShowDetailsOfAppAcl, show), doc{"app_id": app, "app_acl_values": []string{}})
	refuse(t, admin.api.ShowDetailsOfAppAcl, &model.ShowDetailsOfAppAclRequest{InstanceId: admin.instance, AppId: unknownID}, noAppThere)
	refuse(t, admin.api.DeleteAppAcl, &model.DeleteAppAclRequest{InstanceId: admin.instance, AppId: unknownID}, noAppThere)
}
