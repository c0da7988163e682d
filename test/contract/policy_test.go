package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// readAPIs is what reading an API takes: its action, and those that it depends on (chapter 4).
var readAPIs = []string{"apig:apis:get", "apig:groups:get", "apig:instances:get"}

// Chapter 4: what no policy allows is refused, and what one allows works.
func TestPoliciesAllowAndForbid(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api := admin.newAPI(t, group)
	u := admin.newUser(t, allow("*", "apig:apis:get"))
	show := &model.ShowDetailsOfApiV2Request{InstanceId: u.instance, ApiId: api}
	definition := mockAPI(group)

	// Given nothing but the reading of APIs, creating is refused.
	refuse(t, u.api.CreateApiV2, u.createAPIRequest(t, definition), notAllowed)
	admin.setPolicy(t, u.user, allow("*", readAPIs...))
	call(t, u.api.ShowDetailsOfApiV2, show)
	refuse(t, u.api.CreateApiV2, u.createAPIRequest(t, definition), notAllowed)
	refuse(t, u.api.DeleteApiV2, &model.DeleteApiV2Request{InstanceId: u.instance, ApiId: api}, notAllowed)
	refuse(t, u.api.CreateApiGroupV2, &model.CreateApiGroupV2Request{
		InstanceId: u.instance, Body: &model.ApiGroupCreate{Name: unique("group")},
	}, notAllowed)

	// Given the action as well, it works.
	admin.setPolicy(t, u.user, allow("*", append([]string{"apig:apis:create"}, readAPIs...)...))
	u.createAPI(t, definition)
}

func TestNothingIsAllowedWithoutAPolicy(t *testing.T) {
	t.Parallel()
	u := admin.newKeys(t)

	u.send(t, message{method: "GET", path: below("/api-groups")}).refused(t, refusedAs(403, "APIG.1005"))
	u.send(t, message{method: "GET", path: below("")}).refused(t, refusedAs(403, "APIC.7106"))
}

func TestDenialBeatsPermission(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	u := admin.newUser(t, allow("*", "*"), deny("*", "apig:groups:delete"))

	u.showGroup(t, group)
	refuse(t, u.api.DeleteApiGroupV2, &model.DeleteApiGroupV2Request{InstanceId: u.instance, GroupId: group}, notAllowed)

	admin.showGroup(t, group)
}

// §3.5.4, chapter 4: publishing and taking offline are one path with two actions.
func TestPublishingAndTakingOfflineAreTwoPermissions(t *testing.T) {
	t.Parallel()
	api := admin.newAPI(t, admin.newGroup(t))
	needed := append([]string{"apig:apis:publish", "apig:envs:list"}, readAPIs...)
	u := admin.newUser(t, allow("*", needed...))

	u.publish(t, api, releaseEnv)
	refuse(t, u.api.CreateOrDeletePublishRecordForApiV2, u.action(t, "offline", api, releaseEnv), notAllowed)

	admin.runtime(t, api, releaseEnv)
	needed[0] = "apig:apis:offline"
	admin.setPolicy(t, u.user, allow("*", needed...))
	u.offline(t, api, releaseEnv)
	refuse(t, u.api.CreateOrDeletePublishRecordForApiV2, u.action(t, "online", api, releaseEnv), notAllowed)
}

// A policy for one project opens no other.
func TestPolicyCountsInItsProjectAlone(t *testing.T) {
	t.Parallel()
	own := newTenant(t)
	u := own.newUser(t, allow(own.project, "*"))

	u.newGroup(t)

	there := u.in(t, admin.project, admin.instance)
	if got := there.send(t, message{method: "GET", path: below("/api-groups")}); got.status != 403 && got.status != 404 {
		t.Errorf("status %d in a project that the policy does not name, want 403 or 404: %.500s", got.status, got.body)
	}
}

// Users manage users only when a policy lets them.
func TestOrdinaryUsersDoNotManageUsers(t *testing.T) {
	t.Parallel()
	u := admin.newUser(t, allow("*", readAPIs...))
	everything := jsonOf(t, doc{"statements": []doc{allow("*", "*")}})
	for _, m := range []message{
		{method: "POST", path: "/gatelog/v1/users", body: jsonOf(t, doc{"name": unique("user"), "password": "correct-horse-battery-42"})},
		{method: "POST", path: "/gatelog/v1/users/" + u.user + "/access-keys"},
		{method: "PUT", path: "/gatelog/v1/users/" + u.user + "/policies", body: everything},
		{method: "POST", path: "/gatelog/v1/projects", body: jsonOf(t, doc{"name": unique("project")})},
		u.quotaMessage("API_NUM_LIMIT", 1),
	} {
		if got := u.send(t, m); got.status != 403 {
			t.Errorf("%s %s: status %d, want 403", m.method, m.path, got.status)
		}
	}
}
