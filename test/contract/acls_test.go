package contract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noACL        = refusedAs(404, "APIG.3006")
	noACLBinding = refusedAs(404, "APIG.3010")
	boundACL     = refusedAs(403, "APIG.3447")
)

// aclBody is an access control policy about addresses.
func aclBody() doc {
	return doc{"acl_name": unique("acl"), "acl_type": "PERMIT", "acl_value": "192.168.1.5,192.168.10.1", "entity_type": "IP"}
}

func (c *client) aclRequest(t *testing.T, body doc) *model.CreateAclStrategyV2Request {
	t.Helper()
	return &model.CreateAclStrategyV2Request{InstanceId: c.instance, Body: fromDoc[model.ApiAclCreate](t, body)}
}

func (c *client) createACL(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateAclStrategyV2, c.aclRequest(t, body))
}

// newACL makes an access control policy about addresses and returns its id.
func (c *client) newACL(t *testing.T) string {
	t.Helper()
	return text(t, c.createACL(t, aclBody()), "id")
}

func (c *client) showACLRequest(id string) *model.ShowDetailsOfAclPolicyV2Request {
	return &model.ShowDetailsOfAclPolicyV2Request{InstanceId: c.instance, AclId: id}
}

func (c *client) aclUpdate(t *testing.T, id string, body doc) *model.UpdateAclStrategyV2Request {
	t.Helper()
	return &model.UpdateAclStrategyV2Request{InstanceId: c.instance, AclId: id, Body: fromDoc[model.ApiAclCreate](t, body)}
}

func (c *client) deleteACLRequest(id string) *model.DeleteAclV2Request {
	return &model.DeleteAclV2Request{InstanceId: c.instance, AclId: id}
}

func (c *client) listACLs(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListAclStrategiesV2, filter)
}

// §3.13.1, §3.13.2, §3.13.5: name, type and value change, the entity type stays.
func TestACLIsCreatedChangedAndShown(t *testing.T) {
	t.Parallel()
	body := aclBody()
	made := admin.createACL(t, body)
	wantFields(t, made, body)
	wantRecent(t, made, "update_time")
	id := text(t, made, "id")
	if diff := cmp.Diff(made, call(t, admin.api.ShowDetailsOfAclPolicyV2, admin.showACLRequest(id))); diff != "" {
		t.Errorf("as created and as shown (-created +shown):\n%s", diff)
	}

	next := doc{"acl_name": unique("acl"), "acl_type": "DENY", "acl_value": "10.0.0.0/8", "entity_type": "IP"}
	changed := call(t, admin.api.UpdateAclStrategyV2, admin.aclUpdate(t, id, next))

	wantFields(t, changed, merged(next, doc{"id": id}))
	if diff := cmp.Diff(changed, call(t, admin.api.ShowDetailsOfAclPolicyV2, admin.showACLRequest(id))); diff != "" {
		t.Errorf("as changed and as shown (-changed +shown):\n%s", diff)
	}
	other := merged(next, doc{"entity_type": "DOMAIN", "acl_value": "acme"})
	refuse(t, admin.api.UpdateAclStrategyV2, admin.aclUpdate(t, id, other), badParameter("entity_type"))
}

// §3.13.1: what is refused; the other kinds of values.
func TestACLsAreRefused(t *testing.T) {
	t.Parallel()
	body := aclBody()
	id := text(t, admin.createACL(t, body), "id")
	create := admin.api.CreateAclStrategyV2
	refuse(t, create, admin.aclRequest(t, body), refusedAs(400, "APIG.3206"))
	for member, bad := range map[string]any{"acl_name": "x", "acl_type": "FORBID", "acl_value": "acme", "entity_type": "GROUP"} {
		refuse(t, create, admin.aclRequest(t, merged(aclBody(), doc{member: bad})), badParameter(member))
	}
	refuse(t, create, admin.aclRequest(t, merged(aclBody(), doc{"entity_type": "DOMAIN", "acl_value": "12345"})), badParameter("acl_value"))
	admin.createACL(t, merged(aclBody(), doc{"entity_type": "DOMAIN", "acl_value": "acme,globex corp"}))
	admin.createACL(t, merged(aclBody(), doc{"entity_type": "DOMAIN_ID", "acl_value": "9f27d1dc4f4242a9abf88e563dbfc33d"}))
	refuse(t, create, &model.CreateAclStrategyV2Request{InstanceId: unknownID, Body: fromDoc[model.ApiAclCreate](t, aclBody())}, noInstance)
	refuse(t, admin.api.UpdateAclStrategyV2, admin.aclUpdate(t, unknownID, aclBody()), noACL)
	refuse(t, admin.api.UpdateAclStrategyV2, admin.aclUpdate(t, admin.newACL(t), body), refusedAs(400, "APIG.3206"))
	refuse(t, admin.api.ShowDetailsOfAclPolicyV2, admin.showACLRequest(unknownID), noACL)
	call(t, admin.api.DeleteAclV2, admin.deleteACLRequest(id))
	refuse(t, admin.api.DeleteAclV2, admin.deleteACLRequest(id), noACL)
}

// §3.13.6, and the quota of §5.4.
func TestACLsAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "ACL_NUM_LIMIT", 3)
	var ids []string
	for _, body := range []doc{
		{"acl_name": "inside_a"}, {"acl_name": "inside_b", "acl_type": "DENY"},
		{"acl_name": "friends", "entity_type": "DOMAIN", "acl_value": "acme"},
	} {
		ids = append(ids, text(t, c.createACL(t, merged(aclBody(), body)), "id"))
	}
	refuse(t, c.api.CreateAclStrategyV2, c.aclRequest(t, aclBody()), refusedAs(403, "APIG.3112"))
	for _, l := range []struct {
		filter doc
		want   int
	}{
		{doc{}, 3}, {doc{"name": "inside"}, 2}, {doc{"name": "inside", "precise_search": "name"}, 0}, {doc{"name": "inside_a", "precise_search": "name"}, 1},
		{doc{"id": ids[0]}, 1}, {doc{"acl_type": "DENY"}, 1}, {doc{"entity_type": "DOMAIN"}, 1}, {doc{"acl_type": "DENY", "entity_type": "DOMAIN"}, 0},
	} {
		wantPage(t, c.listACLs(t, l.filter), "acls", l.want, l.want)
	}
	page := c.listACLs(t, doc{"limit": 1, "offset": 1})
	wantPage(t, page, "acls", 1, 3)
	wantFields(t, list(t, page, "acls")[0], doc{"id": ids[1], "bind_num": 0.0})
	refuse(t, c.api.ListAclStrategiesV2, &model.ListAclStrategiesV2Request{InstanceId: unknownID}, noInstance)
}

// §3.13.3, §3.13.4: a policy that is bound stays.
func TestBoundACLsAreNotDeleted(t *testing.T) {
	t.Parallel()
	body := aclBody()
	bound, free := text(t, admin.createACL(t, body), "id"), admin.newACL(t)
	api, publication := admin.online(t, admin.newGroup(t))
	admin.bindACL(t, bound, publication)
	batch := func(action string) *model.BatchDeleteAclV2Request {
		return &model.BatchDeleteAclV2Request{InstanceId: admin.instance, Action: action, Body: &model.AclBatchDelete{Acls: &[]string{bound, free, unknownID}}}
	}

	refuse(t, admin.api.DeleteAclV2, admin.deleteACLRequest(bound), boundACL)
	refuse(t, admin.api.BatchDeleteAclV2, batch("remove"), badParameter("action"))
	wantFields(t, call(t, admin.api.BatchDeleteAclV2, batch("delete")), doc{"success_count": 1.0, "failure": []any{
		doc{"acl_id": bound, "acl_name": body["acl_name"], "error_code": "APIG.3447", "error_msg": "The access control policy has been bound to APIs"},
		doc{"acl_id": unknownID, "error_code": "APIG.3006"},
	}})
	refuse(t, admin.api.ShowDetailsOfAclPolicyV2, admin.showACLRequest(free), noACL)

	admin.offline(t, api, releaseEnv)
	call(t, admin.api.DeleteAclV2, admin.deleteACLRequest(bound))
}
