package contract

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var noThrottleBinding = refusedAs(404, "APIG.3012")

func (c *client) bindThrottleRequest(policy string, publications ...string) *model.AssociateRequestThrottlingPolicyV2Request {
	return &model.AssociateRequestThrottlingPolicyV2Request{
		InstanceId: c.instance, Body: &model.ThrottleApiBindingCreate{StrategyId: policy, PublishIds: publications},
	}
}

// bindThrottle binds a policy to a publication and returns the binding's id.
func (c *client) bindThrottle(t *testing.T, policy, publication string) string {
	t.Helper()
	answer := call(t, c.api.AssociateRequestThrottlingPolicyV2, c.bindThrottleRequest(policy, publication))
	return text(t, answer, "throttle_applys.0.id")
}

func (c *client) throttledAPIs(t *testing.T, policy string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisBindedToRequestThrottlingPolicyV2, filter, doc{"throttle_id": policy})
}

func (c *client) unthrottledAPIs(t *testing.T, policy string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisUnbindedToRequestThrottlingPolicyV2, filter, doc{"throttle_id": policy})
}

func (c *client) throttlesOf(t *testing.T, api string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListRequestThrottlingPoliciesBindedToApiV2, filter, doc{"api_id": api})
}

// online makes an API in a group, publishes it to RELEASE and returns the ids of the API and the publication.
func (c *client) online(t *testing.T, group string) (api, publication string) {
	t.Helper()
	api = c.newAPI(t, group)
	return api, text(t, c.publish(t, api, releaseEnv), "publish_id")
}

// §3.8.1, §3.8.3, §3.8.5: a binding is seen from both ends.
func TestThrottleIsBound(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := with(t, mockAPI(group), "remark", "Mock backend API")
	api := text(t, admin.createAPI(t, definition), "id")
	publication := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	policy := admin.createThrottle(t, throttleBody())
	id := text(t, policy, "id")

	made := list(t, call(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(id, publication)), "throttle_applys")[0]

	wantFields(t, made, doc{"publish_id": publication, "scope": 1.0, "strategy_id": id})
	wantRecent(t, made, "apply_time")
	binding := text(t, made, "id")
	bound := admin.throttledAPIs(t, id, doc{})
	wantPage(t, bound, "apis", 1, 1)
	wantFields(t, list(t, bound, "apis")[0], doc{
		"id": api, "name": definition["name"], "type": 1.0, "remark": "Mock backend API", "auth_type": definition["auth_type"],
		"req_uri": definition["req_uri"], "req_method": definition["req_method"], "group_id": group, "run_env_id": releaseEnv, "run_env_name": "RELEASE",
		"publish_id": publication, "throttle_apply_id": binding, "throttle_name": policy["name"], "apply_time": made["apply_time"],
	})
	of := admin.throttlesOf(t, api, doc{})
	wantPage(t, of, "throttles", 1, 1)
	wantFields(t, list(t, of, "throttles")[0], merged(policy, doc{
		"bind_num": 1.0, "env_name": "RELEASE", "bind_id": binding, "bind_time": made["apply_time"],
	}))
	wantFields(t, admin.showThrottle(t, id), doc{"bind_num": 1.0})
}

// §3.8.3 to §3.8.5: filters.
func TestThrottledAPIsAreFiltered(t *testing.T) {
	t.Parallel()
	group, env, policy := admin.newGroup(t), admin.newEnv(t), admin.newThrottle(t)
	api := text(t, admin.createAPI(t, with(t, mockAPI(group), "tags", []string{"shop"})), "id")
	other, publication := admin.online(t, group)
	ours := text(t, admin.publish(t, api, env), "publish_id")
	call(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(policy, ours, publication))
	name := text(t, admin.showAPI(t, api), "name")
	of := func(answer doc) []string { return column(t, list(t, answer, "apis"), "id") }
	for _, c := range []struct {
		filter doc
		want   []string
	}{
		{doc{}, []string{api, other}}, {doc{"env_id": env}, []string{api}}, {doc{"group_id": group}, []string{api, other}},
		{doc{"group_id": unknownID}, []string{}}, {doc{"api_id": other}, []string{other}}, {doc{"api_name": name[1:]}, []string{api}},
	} {
		got := of(admin.throttledAPIs(t, policy, c.filter))
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.filter, diff)
		}
	}
	wantPage(t, admin.throttledAPIs(t, policy, doc{"limit": 1}), "apis", 1, 2)
	unbound := admin.newThrottle(t)
	wantPage(t, admin.unthrottledAPIs(t, unbound, doc{"group_id": group, "tags": "shop,none"}), "apis", 1, 1)
	wantPage(t, admin.throttlesOf(t, api, doc{"env_id": releaseEnv}), "throttles", 0, 0)
	wantPage(t, admin.throttlesOf(t, api, doc{"env_id": env, "throttle_id": policy}), "throttles", 1, 1)
	wantPage(t, admin.throttlesOf(t, api, doc{"throttle_name": "none"}), "throttles", 0, 0)
}

// §3.8.4: published APIs alone, with the policy that they have; §3.8.1: the newest binding counts.
func TestUnthrottledAPIs(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	first, second := admin.createThrottle(t, throttleBody()), admin.newThrottle(t)
	id := text(t, first, "id")
	api, publication := admin.online(t, group)
	admin.newAPI(t, group) // published nowhere

	free := admin.unthrottledAPIs(t, id, doc{"group_id": group})
	wantPage(t, free, "apis", 1, 1)
	wantFields(t, list(t, free, "apis")[0], doc{"id": api, "publish_id": publication, "run_env_id": releaseEnv})
	wantAbsent(t, list(t, free, "apis")[0], "throttle_name", "throttle_apply_id", "apply_time")

	admin.bindThrottle(t, id, publication)
	wantPage(t, admin.unthrottledAPIs(t, id, doc{"group_id": group}), "apis", 0, 0)
	wantFields(t, list(t, admin.unthrottledAPIs(t, second, doc{"group_id": group}), "apis")[0], doc{"throttle_name": first["name"]})

	binding := admin.bindThrottle(t, second, publication)
	wantPage(t, admin.throttledAPIs(t, id, doc{}), "apis", 0, 0)
	wantFields(t, admin.showThrottle(t, id), doc{"bind_num": 0.0})
	if again := admin.bindThrottle(t, second, publication); again != binding {
		t.Errorf("bound once more: %s, want the binding %s that is there", again, binding)
	}
}

// §3.8.1: a binding is for the environment: it outlives publications, and ends when the API goes offline.
func TestThrottleBindingOutlivesPublications(t *testing.T) {
	t.Parallel()
	group, policy := admin.newGroup(t), admin.newThrottle(t)
	api, publication := admin.online(t, group)
	version := text(t, admin.history(t, api, releaseEnv)[0], "version_id")
	binding := admin.bindThrottle(t, policy, publication)

	again := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	wantFields(t, list(t, admin.throttledAPIs(t, policy, doc{}), "apis")[0], doc{"publish_id": again, "throttle_apply_id": binding})
	refuse(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(policy, publication), notPublic)

	back := text(t, admin.switchTo(t, api, version), "publish_id")
	wantFields(t, list(t, admin.throttledAPIs(t, policy, doc{}), "apis")[0], doc{"publish_id": back, "throttle_apply_id": binding})

	admin.offline(t, api, releaseEnv)
	wantPage(t, admin.throttledAPIs(t, policy, doc{}), "apis", 0, 0)
	wantPage(t, admin.throttlesOf(t, api, doc{}), "throttles", 0, 0)
	admin.publish(t, api, releaseEnv)
	wantFields(t, admin.showThrottle(t, policy), doc{"bind_num": 0.0})
}

// §3.8.2, §3.8.6
func TestThrottlesAreUnbound(t *testing.T) {
	t.Parallel()
	group, policy := admin.newGroup(t), admin.newThrottle(t)
	_, one := admin.online(t, group)
	_, two := admin.online(t, group)
	first, second := admin.bindThrottle(t, policy, one), admin.bindThrottle(t, policy, two)
	remove := &model.DisassociateRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleBindingId: first}

	call(t, admin.api.DisassociateRequestThrottlingPolicyV2, remove)
	refuse(t, admin.api.DisassociateRequestThrottlingPolicyV2, remove, noThrottleBinding)
	batch := func(action string) *model.BatchDisassociateThrottlingPolicyV2Request {
		return &model.BatchDisassociateThrottlingPolicyV2Request{
			InstanceId: admin.instance, Action: action, Body: fromDoc[model.ThrottleBindingBatchDelete](t, doc{"throttle_bindings": []string{first, second}}),
		}
	}
	refuse(t, admin.api.BatchDisassociateThrottlingPolicyV2, batch("remove"), badParameter("action"))
	result := call(t, admin.api.BatchDisassociateThrottlingPolicyV2, batch("delete"))

	wantFields(t, result, doc{"success_count": 1.0, "failure": []any{doc{
		"bind_id": first, "error_code": "APIG.3012", "error_msg": "The request throttling policy binding record does not exist",
	}}})
	wantPage(t, admin.throttledAPIs(t, policy, doc{}), "apis", 0, 0)
}

// §3.4.3: a policy takes its bindings with it.
func TestDeletedThrottleIsUnbound(t *testing.T) {
	t.Parallel()
	policy := admin.newThrottle(t)
	api, publication := admin.online(t, admin.newGroup(t))
	binding := admin.bindThrottle(t, policy, publication)

	call(t, admin.api.DeleteRequestThrottlingPolicyV2, &model.DeleteRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleId: policy})

	wantPage(t, admin.throttlesOf(t, api, doc{}), "throttles", 0, 0)
	refuse(t, admin.api.ShowDetailsOfRequestThrottlingPolicyV2, admin.throttle(policy), noThrottle)
	refuse(t, admin.api.DisassociateRequestThrottlingPolicyV2,
		&model.DisassociateRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleBindingId: binding}, noThrottleBinding)
}

func TestThrottleBindingsAreRefused(t *testing.T) {
	t.Parallel()
	policy := admin.newThrottle(t)
	_, publication := admin.online(t, admin.newGroup(t))
	refuse(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(unknownID, publication), noThrottle)
	refuse(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(policy, unknownID), notPublic)
	refuse(t, admin.api.AssociateRequestThrottlingPolicyV2, admin.bindThrottleRequest(policy), badParameter("publish_ids"))
	refuse(t, admin.api.ListApisBindedToRequestThrottlingPolicyV2,
		&model.ListApisBindedToRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleId: unknownID}, noThrottle)
	refuse(t, admin.api.ListApisUnbindedToRequestThrottlingPolicyV2,
		&model.ListApisUnbindedToRequestThrottlingPolicyV2Request{InstanceId: admin.instance, ThrottleId: unknownID}, noThrottle)
	refuse(t, admin.api.ListRequestThrottlingPoliciesBindedToApiV2,
		&model.ListRequestThrottlingPoliciesBindedToApiV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
	admin.send(t, message{method: "GET", path: below("/throttle-bindings/binded-apis")}).refused(t, badParameter("throttle_id"))
}
