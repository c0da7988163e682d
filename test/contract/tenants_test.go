package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// stranger returns a user who may do everything in a project of its own, and nothing elsewhere.
func stranger(t *testing.T) *client {
	t.Helper()
	own := newTenant(t)
	return own.newUser(t, allow(own.project, "*"))
}

// §3.1.5: a tenant sees only what is its own, and is not even told that there is more.
func TestTenantSeesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	variable := text(t, admin.createVariable(t, group, env, "secret", "x"), "id")
	api := admin.newAPI(t, group)
	version := text(t, admin.publish(t, api, env), "version_id")

	s := stranger(t)

	wantPage(t, call(t, s.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: s.instance}), "groups", 0, 0)
	wantPage(t, s.listAPIs(t, doc{}), "apis", 0, 0)
	wantPage(t, s.listInstances(t, doc{}), "instances", 1, 1)
	wantPage(t, s.listInstances(t, doc{"instance_id": admin.instance}), "instances", 0, 0)
	refuse(t, s.api.ShowDetailsOfApiGroupV2, &model.ShowDetailsOfApiGroupV2Request{InstanceId: s.instance, GroupId: group}, noGroup)
	refuse(t, s.api.ShowDetailsOfApiV2, &model.ShowDetailsOfApiV2Request{InstanceId: s.instance, ApiId: api}, noAPI)
	refuse(t, s.api.ListApiVersionDetailV2, &model.ListApiVersionDetailV2Request{InstanceId: s.instance, VersionId: version}, noVersion)
	refuse(t, s.api.DeleteEnvironmentV2, &model.DeleteEnvironmentV2Request{InstanceId: s.instance, EnvId: env}, noEnv)
	refuse(t, s.api.ShowDetailsOfEnvironmentVariableV2,
		&model.ShowDetailsOfEnvironmentVariableV2Request{InstanceId: s.instance, EnvVariableId: variable}, noVariable)
	refuse(t, s.api.CreateApiV2, s.createAPIRequest(t, mockAPI(group)), noGroup)
	refuse(t, s.api.CreateEnvironmentVariableV2, s.variableRequest(t, s.newGroup(t), env, "name", "x"), noEnv)
	refuse(t, s.api.CreateOrDeletePublishRecordForApiV2, s.action(t, "online", s.newAPI(t, s.newGroup(t)), env), noEnv)
}

// Another tenant's instance is as unknown as one that never was, in the caller's own project.
func TestInstanceOfAnotherTenantIsUnknown(t *testing.T) {
	t.Parallel()
	s := stranger(t)
	lost := s.in(t, s.project, admin.instance)

	refuse(t, lost.api.ListApiGroupsV2, &model.ListApiGroupsV2Request{InstanceId: admin.instance}, noInstance)
	refuse(t, lost.api.ShowDetailsOfInstanceV2, &model.ShowDetailsOfInstanceV2Request{InstanceId: admin.instance}, unknownInstance)
	refuse(t, lost.api.DeleteInstancesV2, &model.DeleteInstancesV2Request{InstanceId: admin.instance}, unknownInstance)

	admin.showInstance(t, admin.instance)
}

// Names are unique within an instance, not across tenants.
func TestTenantsUseTheSameNames(t *testing.T) {
	t.Parallel()
	name := unique("group")
	admin.createGroup(t, doc{"name": name})

	stranger(t).createGroup(t, doc{"name": name})
}
