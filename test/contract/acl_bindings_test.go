package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) bindACLRequest(acl string, publications ...string) *model.CreateApiAclBindingV2Request {
	return &model.CreateApiAclBindingV2Request{
		InstanceId: c.instance, Body: &model.AclApiBindingCreate{AclId: &acl, PublishIds: &publications},
	}
}

// bindACL binds a policy to a publication and returns the binding's id.
func (c *client) bindACL(t *testing.T, acl, publication string) string {
	t.Helper()
	return text(t, call(t, c.api.CreateApiAclBindingV2, c.bindACLRequest(acl, publication)), "acl_bindings.0.id")
}

func (c *client) guardedAPIs(t *testing.T, acl string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisBindedToAclPolicyV2, filter, doc{"acl_id": acl})
}

func (c *client) unguardedAPIs(t *testing.T, acl string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisUnbindedToAclPolicyV2, filter, doc{"acl_id": acl})
}

func (c *client) aclsOf(t *testing.T, api string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAclPolicyBindedToApiV2, filter, doc{"api_id": api})
}

// §3.14.1, §3.14.4, §3.14.6: a binding is seen from both ends.
func TestACLIsBound(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	definition := with(t, mockAPI(group), "remark", "Web backend API")
	api := text(t, admin.createAPI(t, definition), "id")
	publication := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	body := aclBody()
	acl := text(t, admin.createACL(t, body), "id")

	made := list(t, call(t, admin.api.CreateApiAclBindingV2, admin.bindACLRequest(acl, publication)), "acl_bindings")[0]

	wantFields(t, made, doc{"api_id": api, "env_id": releaseEnv, "acl_id": acl})
	wantRecent(t, made, "create_time")
	bound := admin.guardedAPIs(t, acl, doc{})
	wantPage(t, bound, "apis", 1, 1)
	wantFields(t, list(t, bound, "apis")[0], doc{
		"api_id": api, "api_name": definition["name"], "api_type": 1.0, "api_remark": "Web backend API", "env_id": releaseEnv, "env_name": "RELEASE",
		"bind_id": made["id"], "bind_time": made["create_time"], "publish_id": publication, "req_method": definition["req_method"],
	})
	of := admin.aclsOf(t, api, doc{})
	wantPage(t, of, "acls", 1, 1)
	wantFields(t, list(t, of, "acls")[0], merged(body, doc{
		"acl_id": acl, "env_id": releaseEnv, "env_name": "RELEASE", "bind_id": made["id"], "bind_time": made["create_time"],
	}))
	wantFields(t, list(t, admin.listACLs(t, doc{"id": acl}), "acls")[0], doc{"bind_num": 1.0})
}

// §3.14.1: one policy of an entity type for each API and environment; §3.14.5 tells which it has.
func TestOneACLOfAType(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	body := aclBody()
	first, second := text(t, admin.createACL(t, body), "id"), admin.newACL(t)
	friends := text(t, admin.createACL(t, merged(aclBody(), doc{"entity_type": "DOMAIN", "acl_value": "acme"})), "id")
	api, publication := admin.online(t, group)
	admin.newAPI(t, group) // published nowhere
	inGroup := doc{"group_id": group}

	wantPage(t, admin.unguardedAPIs(t, first, inGroup), "apis", 1, 1)
	admin.bindACL(t, first, publication)
	admin.bindACL(t, friends, publication)
	wantPage(t, admin.aclsOf(t, api, doc{}), "acls", 2, 2)
	wantPage(t, admin.unguardedAPIs(t, first, inGroup), "apis", 0, 0)
	wantFields(t, list(t, admin.unguardedAPIs(t, second, inGroup), "apis")[0], doc{"id": api, "publish_id": publication, "acl_name": body["acl_name"]})

	admin.bindACL(t, second, publication)

	wantPage(t, admin.guardedAPIs(t, first, doc{}), "apis", 0, 0)
	wantPage(t, admin.guardedAPIs(t, friends, doc{}), "apis", 1, 1)
	wantPage(t, admin.aclsOf(t, api, doc{}), "acls", 2, 2)
}

// §3.14.4 to §3.14.6: filters.
func TestGuardedAPIsAreFiltered(t *testing.T) {
	t.Parallel()
	acl := admin.newACL(t)
	api, publication := admin.online(t, admin.newGroup(t))
	admin.bindACL(t, acl, publication)
	for _, f := range []struct {
		filter doc
		want   int
	}{
		{doc{"env_id": releaseEnv}, 1}, {doc{"env_id": unknownID}, 0}, {doc{"group_id": unknownID}, 0}, {doc{"api_id": api}, 1},
		{doc{"api_name": "nothing_is_called_so"}, 0}, {doc{"tags": "none"}, 0},
	} {
		wantPage(t, admin.guardedAPIs(t, acl, f.filter), "apis", f.want, f.want)
	}
	for _, f := range []struct {
		filter doc
		want   int
	}{
		{doc{"env_id": releaseEnv}, 1}, {doc{"env_name": "ELEAS"}, 1}, {doc{"env_name": "DEV"}, 0}, {doc{"acl_id": acl}, 1}, {doc{"acl_id": unknownID}, 0},
		{doc{"acl_name": "acl_"}, 1}, {doc{"acl_name": "nothing"}, 0},
	} {
		wantPage(t, admin.aclsOf(t, api, f.filter), "acls", f.want, f.want)
	}
}

// §3.14.1: a binding outlives publications, and ends when the API goes offline.
func TestACLBindingOutlivesPublications(t *testing.T) {
	t.Parallel()
	acl := admin.newACL(t)
	api, publication := admin.online(t, admin.newGroup(t))
	binding := admin.bindACL(t, acl, publication)

	again := text(t, admin.publish(t, api, releaseEnv), "publish_id")
	wantFields(t, list(t, admin.guardedAPIs(t, acl, doc{}), "apis")[0], doc{"publish_id": again, "bind_id": binding})

	admin.offline(t, api, releaseEnv)
	wantPage(t, admin.aclsOf(t, api, doc{}), "acls", 0, 0)
}

// §3.14.2, §3.14.3
func TestACLsAreUnbound(t *testing.T) {
	t.Parallel()
	group, acl := admin.newGroup(t), admin.newACL(t)
	_, one := admin.online(t, group)
	_, two := admin.online(t, group)
	first, second := admin.bindACL(t, acl, one), admin.bindACL(t, acl, two)
	remove := &model.DeleteApiAclBindingV2Request{InstanceId: admin.instance, AclBindingsId: first}

	call(t, admin.api.DeleteApiAclBindingV2, remove)
	refuse(t, admin.api.DeleteApiAclBindingV2, remove, noACLBinding)
	batch := func(action string) *model.BatchDeleteApiAclBindingV2Request {
		return &model.BatchDeleteApiAclBindingV2Request{
			InstanceId: admin.instance, Action: action, Body: &model.AclBindingBatchDelete{AclBindings: &[]string{first, second}},
		}
	}
	refuse(t, admin.api.BatchDeleteApiAclBindingV2, batch("remove"), badParameter("action"))
	wantFields(t, call(t, admin.api.BatchDeleteApiAclBindingV2, batch("delete")), doc{"success_count": 1.0, "failure": []any{doc{
		"bind_id": first, "error_code": "APIG.3010", "error_msg": "The access control policy binding record does not exist",
	}}})
	wantPage(t, admin.guardedAPIs(t, acl, doc{}), "apis", 0, 0)
}

func TestACLBindingsAreRefused(t *testing.T) {
	t.Parallel()
	acl := admin.newACL(t)
	_, publication := admin.online(t, admin.newGroup(t))
	bind := admin.api.CreateApiAclBindingV2
	refuse(t, bind, admin.bindACLRequest(unknownID, publication), noACL)
	refuse(t, bind, admin.bindACLRequest(acl, unknownID), notPublic)
	refuse(t, bind, admin.bindACLRequest(acl), badParameter("publish_ids"))
	refuse(t, admin.api.ListApisBindedToAclPolicyV2, &model.ListApisBindedToAclPolicyV2Request{InstanceId: admin.instance, AclId: unknownID}, noACL)
	refuse(t, admin.api.ListApisUnbindedToAclPolicyV2, &model.ListApisUnbindedToAclPolicyV2Request{InstanceId: admin.instance, AclId: unknownID}, noACL)
	refuse(t, admin.api.ListAclPolicyBindedToApiV2, &model.ListAclPolicyBindedToApiV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
}
