package apig

import (
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// InstanceTagRow is a row of the table instance_tags.
type InstanceTagRow struct {
	InstanceID string `json:"instance_id"`
	Key        string `json:"key"`
	Tenant     string `json:"tenant"`
	Value      string `json:"value"`
}

// EndpointPermissionRow is a row of the table endpoint_permissions.
type EndpointPermissionRow struct {
	InstanceID string    `json:"instance_id"`
	Permission string    `json:"permission"`
	Tenant     string    `json:"tenant"`
	ID         string    `json:"id"`
	CreateTime time.Time `json:"create_time"`
}

// EndpointConnectionRow is a row of the table endpoint_connections.
type EndpointConnectionRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	MarkerID   int       `json:"marker_id"`
	DomainID   string    `json:"domain_id"`
	Status     string    `json:"status"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

var (
	instanceTags        = projections.NewTable[InstanceTagRow]("instance_tags", "instance_id", "key")
	endpointPermissions = projections.NewTable[EndpointPermissionRow]("endpoint_permissions", "instance_id", "permission")
	endpointConnections = projections.NewTable[EndpointConnectionRow]("endpoint_connections", "id")
)

// applyInstance says what the events of §3.23 to §3.25 change; false for any other event.
func applyInstance(rec domain.Recorded, c *projections.Changes) (bool, error) {
	switch ev := rec.Event.(type) {
	case apig.InstanceRequested:
		putInstanceTags(c, rec, ev.Instance)
		return true, putInstance(c, rec, ev.Instance)
	case apig.InstanceProgressed:
		return true, putInstance(c, rec, ev.Instance)
	case apig.InstanceUpdated:
		return true, putInstance(c, rec, ev.Instance)
	case apig.InstanceTagsChanged:
		instanceTags.DeleteWhere(c, "instance_id", ev.Instance.ID)
		putInstanceTags(c, rec, ev.Instance)
		return true, putInstance(c, rec, ev.Instance)
	case apig.InstanceDeleted:
		deleteInstance(c, ev.InstanceID)
	case interface{ Now() apig.Instance }: // the other changes of an instance
		return true, putInstance(c, rec, ev.Now())
	default:
		return applyEndpoint(rec, c), nil
	}
	return true, nil
}

func putInstance(c *projections.Changes, rec domain.Recorded, in apig.Instance) error {
	document, err := json.Marshal(in)
	if err != nil {
		return err
	}
	instances.Put(c, InstanceRow{
		ID: in.ID, Tenant: rec.Tenant, Name: in.Name, Status: string(in.Status), CreateTime: in.CreateTime, Document: document,
	})
	return nil
}

func putInstanceTags(c *projections.Changes, rec domain.Recorded, in apig.Instance) {
	for _, t := range in.Tags {
		instanceTags.Put(c, InstanceTagRow{InstanceID: in.ID, Key: t.Key, Tenant: rec.Tenant, Value: t.Value})
	}
}

// applyEndpoint says what the events of §3.24 change; false for any other event.
func applyEndpoint(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.EndpointPermissionsAdded:
		for _, p := range ev.Permissions {
			endpointPermissions.Put(c, EndpointPermissionRow{
				InstanceID: ev.InstanceID, Permission: p.Permission, Tenant: rec.Tenant, ID: p.ID, CreateTime: p.CreateTime,
			})
		}
	case apig.EndpointPermissionsRemoved:
		for _, p := range ev.Permissions {
			endpointPermissions.Delete(c, ev.InstanceID, p.Permission)
		}
	case apig.EndpointConnectionRequested:
		putEndpointConnection(c, rec, ev.Connection)
	case apig.EndpointConnectionsDecided:
		for _, e := range ev.Connections {
			putEndpointConnection(c, rec, e)
		}
	default:
		return false
	}
	return true
}

func putEndpointConnection(c *projections.Changes, rec domain.Recorded, e apig.EndpointConnection) {
	endpointConnections.Put(c, EndpointConnectionRow{
		ID: e.ID, Tenant: rec.Tenant, InstanceID: e.InstanceID, MarkerID: e.MarkerID, DomainID: e.DomainID,
		Status: string(e.Status), CreateTime: e.CreateTime, UpdateTime: e.UpdateTime,
	})
}

// deleteEndpoints removes what an instance has of its VPC endpoint service.
func deleteEndpoints(c *projections.Changes, instanceID string) {
	endpointPermissions.DeleteWhere(c, "instance_id", instanceID)
	endpointConnections.DeleteWhere(c, "instance_id", instanceID)
}
