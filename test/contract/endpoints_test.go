package contract

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noEndpoint = refusedAs(404, "APIC.7314")
	account    = strings.Repeat("0a", 16)
	record     = "iam:domain::" + account
)

func (c *client) permit(records ...string) *model.AddEndpointPermissionsRequest {
	return &model.AddEndpointPermissionsRequest{InstanceId: c.instance, Body: &model.EndpointPermissionList{Permissions: records}}
}

func (c *client) forbid(records ...string) *model.DeleteEndpointPermissionsRequest {
	return &model.DeleteEndpointPermissionsRequest{InstanceId: c.instance, Body: &model.EndpointPermissionList{Permissions: records}}
}

func (c *client) permissions(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListEndpointPermissions, filter)
}

func (c *client) connections(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListEndpointConnections, filter)
}

func (c *client) decide(t *testing.T, action string, ids ...string) *model.AcceptOrRejectEndpointConnectionsRequest {
	t.Helper()
	body := doc{"action": action, "endpoints": ids}
	return &model.AcceptOrRejectEndpointConnectionsRequest{InstanceId: c.instance, Body: fromDoc[model.ConnectionActionReq](t, body)}
}

// connect asks for a connection as an operator does.
func (c *client) connect(t *testing.T) answer {
	t.Helper()
	path := "/gatelog/v1/projects/{project_id}/instances/{instance_id}/vpc-endpoint/connections"
	return c.send(t, message{method: "POST", path: path, body: jsonOf(t, doc{"domain_id": account})})
}

// §3.24.3 to §3.24.5
func TestEndpointPermissionsAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	added := call(t, c.api.AddEndpointPermissions, c.permit(record, "*"))

	if diff := cmp.Diff([]any{record, "*"}, added["permissions"]); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	all := c.permissions(t, doc{})
	wantPage(t, all, "permissions", 2, 2)
	wantRecent(t, list(t, all, "permissions")[0], "created_at")
	text(t, list(t, all, "permissions")[0], "id")
	wantPage(t, c.permissions(t, doc{"permission": "0a0a"}), "permissions", 1, 1)
	wantPage(t, c.permissions(t, doc{"permission": "ffff"}), "permissions", 0, 0)
	wantPage(t, c.permissions(t, doc{"limit": 1, "offset": 1}), "permissions", 1, 2)
	call(t, c.api.AddEndpointPermissions, c.permit(record))
	wantPage(t, c.permissions(t, doc{}), "permissions", 2, 2)
	removed := call(t, c.api.DeleteEndpointPermissions, c.forbid("*"))
	if diff := cmp.Diff([]any{"*"}, removed["permissions"]); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	wantFields(t, list(t, c.permissions(t, doc{}), "permissions")[0], doc{"permission": record})

	for _, bad := range [][]string{{}, {"iam:domain::me"}, {strings.ToUpper(record)}, make([]string, 51)} {
		refuse(t, c.api.AddEndpointPermissions, c.permit(bad...), badInstanceParameter())
		refuse(t, c.api.DeleteEndpointPermissions, c.forbid(bad...), badInstanceParameter())
	}
	lost := c.in(t, c.project, unknownID)
	refuse(t, c.api.AddEndpointPermissions, lost.permit("*"), noEndpoint)
	refuse(t, c.api.DeleteEndpointPermissions, lost.forbid("*"), noEndpoint)
	refuse(t, c.api.ListEndpointPermissions, &model.ListEndpointPermissionsRequest{InstanceId: unknownID}, noEndpoint)
}

// §3.24.1, §3.24.2
func TestEndpointConnectionsAreAcceptedAndRejected(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.connect(t).want(t, http.StatusForbidden)
	call(t, c.api.AddEndpointPermissions, c.permit(record))
	first := text(t, c.connect(t).want(t, http.StatusOK).doc(t), "id")
	second := text(t, c.connect(t).want(t, http.StatusOK).doc(t), "id")

	waiting := c.connections(t, doc{"status": "pendingAcceptance"})

	wantPage(t, waiting, "connections", 2, 2)
	e := list(t, waiting, "connections")[0]
	wantFields(t, e, doc{"id": second, "domain_id": account, "status": "pendingAcceptance"})
	wantRecent(t, e, "created_at", "updated_at")
	wantPage(t, c.connections(t, doc{"marker_id": e["marker_id"]}), "connections", 1, 1)
	wantPage(t, c.connections(t, doc{"marker_id": 1}), "connections", 0, 0)
	wantPage(t, c.connections(t, doc{"id": first}), "connections", 1, 1)
	wantPage(t, c.connections(t, doc{"limit": 1}), "connections", 1, 2)
	accepted := call(t, c.api.AcceptOrRejectEndpointConnections, c.decide(t, "receive", first, second))
	wantPage(t, accepted, "connections", 2, 2)
	wantFields(t, list(t, accepted, "connections")[0], doc{"id": first, "status": "accepted"})
	call(t, c.api.AcceptOrRejectEndpointConnections, c.decide(t, "reject", second))
	wantFields(t, list(t, c.connections(t, doc{"status": "rejected"}), "connections")[0], doc{"id": second})
	wantPage(t, c.connections(t, doc{"status": "accepted"}), "connections", 1, 1)

	refuse(t, c.api.AcceptOrRejectEndpointConnections, c.decide(t, "receive", first, unknownID), noEndpoint)
	refuse(t, c.api.AcceptOrRejectEndpointConnections, c.decide(t, "accept", first), badInstanceParameter())
	refuse(t, c.api.AcceptOrRejectEndpointConnections, c.decide(t, "receive"), badInstanceParameter())
	refuse(t, c.api.AcceptOrRejectEndpointConnections, c.in(t, c.project, unknownID).decide(t, "receive", first), noEndpoint)
	refuse(t, c.api.ListEndpointConnections, &model.ListEndpointConnectionsRequest{InstanceId: unknownID}, noEndpoint)
	odd := fromDoc[model.ListEndpointConnectionsRequest](t, doc{"instance_id": c.instance, "status": "sleeping"})
	refuse(t, c.api.ListEndpointConnections, odd, badInstanceParameter())
}
