package contract

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noThrottle = refusedAs(404, "APIG.3005")
	tooLarge   = refusedAs(400, "APIG.2003")
)

// throttleBody is a throttling policy with what is required.
func throttleBody() doc {
	return doc{"name": unique("throttle"), "api_call_limits": 100, "time_interval": 1, "time_unit": "SECOND"}
}

func (c *client) throttleRequest(t *testing.T, body doc) *model.CreateRequestThrottlingPolicyV2Request {
	t.Helper()
	return &model.CreateRequestThrottlingPolicyV2Request{InstanceId: c.instance, Body: fromDoc[model.ThrottleBaseInfo](t, body)}
}

func (c *client) createThrottle(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateRequestThrottlingPolicyV2, c.throttleRequest(t, body))
}

// newThrottle makes a throttling policy and returns its id.
func (c *client) newThrottle(t *testing.T) string {
	t.Helper()
	return text(t, c.createThrottle(t, throttleBody()), "id")
}

func (c *client) showThrottle(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfRequestThrottlingPolicyV2, c.throttle(id))
}

func (c *client) throttle(id string) *model.ShowDetailsOfRequestThrottlingPolicyV2Request {
	return &model.ShowDetailsOfRequestThrottlingPolicyV2Request{InstanceId: c.instance, ThrottleId: id}
}

func (c *client) throttleUpdate(t *testing.T, id string, body doc) *model.UpdateRequestThrottlingPolicyV2Request {
	t.Helper()
	return &model.UpdateRequestThrottlingPolicyV2Request{InstanceId: c.instance, ThrottleId: id, Body: fromDoc[model.ThrottleBaseInfo](t, body)}
}

func (c *client) listThrottles(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListRequestThrottlingPolicyV2, filter)
}

// §3.4.1, §3.4.5: the reference's own example.
func TestNewThrottleIsShown(t *testing.T) {
	t.Parallel()
	body := doc{
		"name": unique("throttle"), "api_call_limits": 800.0, "user_call_limits": 500.0, "app_call_limits": 300.0, "ip_call_limits": 600.0,
		"time_interval": 1.0, "time_unit": "SECOND", "type": 1.0, "remark": "Total: 800 calls/second", "enable_adaptive_control": "FALSE",
	}

	made := admin.createThrottle(t, body)

	wantFields(t, made, body)
	wantFields(t, made, doc{"bind_num": 0.0, "is_inclu_special_throttle": 2.0})
	wantRecent(t, made, "create_time")
	if diff := cmp.Diff(made, admin.showThrottle(t, text(t, made, "id"))); diff != "" {
		t.Errorf("the policy as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.4.1: each API bound has a count of its own, unless the policy says otherwise.
func TestThrottleDefaults(t *testing.T) {
	t.Parallel()
	made := admin.createThrottle(t, throttleBody())
	wantFields(t, made, doc{"type": 1.0, "remark": "", "enable_adaptive_control": "FALSE"})
	wantAbsent(t, made, "user_call_limits", "app_call_limits", "ip_call_limits")
}

func TestThrottlesAreRefused(t *testing.T) {
	t.Parallel()
	body := throttleBody()
	admin.createThrottle(t, body)
	refuse(t, admin.api.CreateRequestThrottlingPolicyV2, admin.throttleRequest(t, body), refusedAs(400, "APIG.3204"))
	for member, bad := range map[string]any{
		"name": "1x", "api_call_limits": 0, "time_interval": -1, "time_unit": "WEEK", "enable_adaptive_control": "TRUE", "user_call_limits": 101,
		"app_call_limits": 101, "ip_call_limits": 101, "type": 3,
	} {
		refuse(t, admin.api.CreateRequestThrottlingPolicyV2, admin.throttleRequest(t, merged(throttleBody(), doc{member: bad})), badParameter(member))
	}
	refuse(t, admin.api.UpdateRequestThrottlingPolicyV2, admin.throttleUpdate(t, unknownID, throttleBody()), noThrottle)
	refuse(t, admin.api.ShowDetailsOfRequestThrottlingPolicyV2, admin.throttle(unknownID), noThrottle)
	refuse(t, admin.api.DeleteRequestThrottlingPolicyV2,
		&model.DeleteRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleId: unknownID}, noThrottle)
}

// merged returns a document with the members of another one set.
func merged(d doc, more ...doc) doc {
	all := doc{}
	maps.Copy(all, d)
	for _, members := range more {
		maps.Copy(all, members)
	}
	return all
}

// §3.4.2: a change replaces what the policy says, and nothing else.
func TestThrottleIsReplaced(t *testing.T) {
	t.Parallel()
	before := admin.createThrottle(t, merged(throttleBody(), doc{"user_call_limits": 50, "remark": "old", "type": 2}))
	id := text(t, before, "id")
	body := merged(throttleBody(), doc{"time_unit": "HOUR"})

	after := call(t, admin.api.UpdateRequestThrottlingPolicyV2, admin.throttleUpdate(t, id, body))

	wantFields(t, after, doc{"id": id, "name": body["name"], "time_unit": "HOUR", "remark": "", "type": 1.0, "create_time": before["create_time"]})
	wantAbsent(t, after, "user_call_limits")
	if diff := cmp.Diff(after, admin.showThrottle(t, id)); diff != "" {
		t.Errorf("the policy as changed and as shown (-changed +shown):\n%s", diff)
	}
}

// §3.4.4
func TestThrottlesAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	var ids []string
	for _, name := range []string{"slow_a", "slow_b", "fast"} {
		ids = append(ids, text(t, c.createThrottle(t, merged(throttleBody(), doc{"name": name})), "id"))
	}

	wantPage(t, c.listThrottles(t, doc{}), "throttles", 3, 3)
	page := c.listThrottles(t, doc{"limit": 1, "offset": 1})
	wantPage(t, page, "throttles", 1, 3)
	if diff := cmp.Diff([]string{ids[1]}, column(t, list(t, page, "throttles"), "id")); diff != "" {
		t.Errorf("the second newest (-want +got):\n%s", diff)
	}
	wantPage(t, c.listThrottles(t, doc{"name": "slow"}), "throttles", 2, 2)
	wantPage(t, c.listThrottles(t, doc{"name": "slow", "precise_search": "name"}), "throttles", 0, 0)
	wantPage(t, c.listThrottles(t, doc{"name": "slow_a", "precise_search": "name"}), "throttles", 1, 1)
	wantPage(t, c.listThrottles(t, doc{"id": ids[2]}), "throttles", 1, 1)
	refuse(t, c.api.ListRequestThrottlingPolicyV2, &model.ListRequestThrottlingPolicyV2Request{InstanceId: unknownID}, noInstance)
}

// §3.4.1, §5.4: quota THROTTLE_NUM_LIMIT, and the rate that the feature ratelimit allows.
func TestThrottlesAreLimited(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "THROTTLE_NUM_LIMIT", 1)
	call(t, c.api.CreateFeatureV2, &model.CreateFeatureV2Request{
		InstanceId: c.instance, Body: fromDoc[model.FeatureToggle](t, doc{"name": "ratelimit", "enable": true, "config": `{"api_limits":10}`}),
	})

	refuse(t, c.api.CreateRequestThrottlingPolicyV2, c.throttleRequest(t, merged(throttleBody(), doc{"api_call_limits": 11})), tooLarge)
	c.createThrottle(t, merged(throttleBody(), doc{"api_call_limits": 600, "time_unit": "MINUTE"}))
	refuse(t, c.api.CreateRequestThrottlingPolicyV2, c.throttleRequest(t, merged(throttleBody(), doc{"api_call_limits": 10})), refusedAs(403, "APIG.3107"))
}
