package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) specialRequest(t *testing.T, policy, kind, object string, limit int) *model.CreateSpecialThrottlingConfigurationV2Request {
	t.Helper()
	return &model.CreateSpecialThrottlingConfigurationV2Request{
		InstanceId: c.instance, ThrottleId: policy,
		Body: fromDoc[model.ThrottleSpecialCreate](t, doc{"object_type": kind, "object_id": object, "call_limits": limit}),
	}
}

func (c *client) createSpecial(t *testing.T, policy, kind, object string, limit int) doc {
	t.Helper()
	return call(t, c.api.CreateSpecialThrottlingConfigurationV2, c.specialRequest(t, policy, kind, object, limit))
}

func (c *client) listSpecials(t *testing.T, policy string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListSpecialThrottlingConfigurationsV2, filter, doc{"throttle_id": policy})
}

func (c *client) specialUpdate(policy, special string, limit int64) *model.UpdateSpecialThrottlingConfigurationV2Request {
	return &model.UpdateSpecialThrottlingConfigurationV2Request{
		InstanceId: c.instance, ThrottleId: policy, StrategyId: special, Body: &model.ThrottleSpecialUpdate{CallLimits: limit},
	}
}

// §3.9.1 to §3.9.4: a limit for an app, from its beginning to its end.
func TestSpecialThrottleOfAnApp(t *testing.T) {
	t.Parallel()
	policy := admin.newThrottle(t)
	app := admin.createApp(t, doc{"name": unique("app")})
	appID := text(t, app, "id")

	made := admin.createSpecial(t, policy, "APP", appID, 90)

	wantFields(t, made, doc{
		"call_limits": 90.0, "app_name": app["name"], "object_name": app["name"], "object_id": appID, "app_id": appID, "object_type": "APP",
		"throttle_id": policy,
	})
	wantRecent(t, made, "apply_time")
	id := text(t, made, "id")
	wantFields(t, admin.showThrottle(t, policy), doc{"is_inclu_special_throttle": 1.0})

	changed := call(t, admin.api.UpdateSpecialThrottlingConfigurationV2, admin.specialUpdate(policy, id, 20))
	if diff := cmp.Diff(with(t, made, "call_limits", 20.0), changed); diff != "" {
		t.Errorf("after the change (-want +got):\n%s", diff)
	}
	listed := admin.listSpecials(t, policy, doc{})
	wantPage(t, listed, "throttle_specials", 1, 1)
	if diff := cmp.Diff(changed, list(t, listed, "throttle_specials")[0]); diff != "" {
		t.Errorf("as changed and as listed (-changed +listed):\n%s", diff)
	}

	remove := &model.DeleteSpecialThrottlingConfigurationV2Request{InstanceId: admin.instance, ThrottleId: policy, StrategyId: id}
	call(t, admin.api.DeleteSpecialThrottlingConfigurationV2, remove)
	refuse(t, admin.api.DeleteSpecialThrottlingConfigurationV2, remove, refusedAs(404, "APIG.3013"))
	wantFields(t, admin.showThrottle(t, policy), doc{"is_inclu_special_throttle": 2.0})
}

// §3.9.4: filters; a tenant is known by its account ID.
func TestSpecialThrottlesAreFiltered(t *testing.T) {
	t.Parallel()
	policy := admin.newThrottle(t)
	app := admin.createApp(t, doc{"name": unique("mobile")})
	admin.createSpecial(t, policy, "APP", text(t, app, "id"), 1)
	tenant := admin.createSpecial(t, policy, "USER", "account42", 2)
	wantFields(t, tenant, doc{"object_id": "account42", "object_name": "account42", "object_type": "USER"})
	wantAbsent(t, tenant, "app_id", "app_name")
	for _, c := range []struct {
		filter doc
		want   int
	}{
		{doc{}, 2}, {doc{"object_type": "APP"}, 1}, {doc{"object_type": "USER"}, 1}, {doc{"app_name": "mobile"}, 1}, {doc{"app_name": "none"}, 0},
		{doc{"user": "count4"}, 1}, {doc{"user": text(t, app, "id")}, 0},
	} {
		wantPage(t, admin.listSpecials(t, policy, c.filter), "throttle_specials", c.want, c.want)
	}
	wantPage(t, admin.listSpecials(t, policy, doc{"limit": 1}), "throttle_specials", 1, 2)
}

func TestSpecialThrottlesAreRefused(t *testing.T) {
	t.Parallel()
	policy, create := admin.newThrottle(t), admin.api.CreateSpecialThrottlingConfigurationV2
	id := text(t, admin.createSpecial(t, policy, "USER", "u1", 1), "id")
	refuse(t, create, admin.specialRequest(t, policy, "USER", "u1", 1), refusedAs(400, "APIG.3308"))
	refuse(t, create, admin.specialRequest(t, policy, "USER", "u2", 101), tooLarge)
	refuse(t, create, admin.specialRequest(t, policy, "USER", "u2", -1), badParameter("call_limits"))
	refuse(t, create, admin.specialRequest(t, policy, "GROUP", "u2", 1), badParameter("object_type"))
	refuse(t, create, admin.specialRequest(t, policy, "APP", unknownID, 1), refusedAs(404, "APIG.3004"))
	refuse(t, create, admin.specialRequest(t, unknownID, "USER", "u2", 1), noThrottle)
	update := admin.api.UpdateSpecialThrottlingConfigurationV2
	refuse(t, update, admin.specialUpdate(policy, id, 101), tooLarge)
	refuse(t, update, admin.specialUpdate(policy, unknownID, 1), refusedAs(404, "APIG.3013"))
	refuse(t, admin.api.ListSpecialThrottlingConfigurationsV2,
		&model.ListSpecialThrottlingConfigurationsV2Request{InstanceId: admin.instance, ThrottleId: unknownID}, noThrottle)
}

// §3.28.3: an app takes its special settings with it; §3.4.3: so does a policy.
func TestSpecialThrottlesGoWithTheirApp(t *testing.T) {
	t.Parallel()
	policy, app := admin.newThrottle(t), admin.newApp(t)
	admin.createSpecial(t, policy, "APP", app, 1)
	admin.createSpecial(t, policy, "USER", app, 1)

	admin.deleteApp(t, app)

	wantPage(t, admin.listSpecials(t, policy, doc{}), "throttle_specials", 1, 1)
}
