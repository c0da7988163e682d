package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// ACLRow is a row of the table acls.
type ACLRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Type       string    `json:"type"`
	Value      string    `json:"value"`
	EntityType string    `json:"entity_type"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

var acls = projections.NewTable[ACLRow]("acls", "id")

// applyACL says what the events of §3.13 and §3.14 change; false for any other event.
func applyACL(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.ACLCreated:
		putACL(c, rec, ev.ACL)
	case apig.ACLUpdated:
		putACL(c, rec, ev.ACL)
	case apig.ACLDeleted:
		acls.Delete(c, ev.ACLID)
		policyBindings.DeleteWhere(c, "policy_id", ev.ACLID)
	case apig.ACLBound:
		putBinding(c, rec, apig.FamilyACL, ev.Binding)
	case apig.ACLUnbound:
		deleteBinding(c, apig.FamilyACL, ev.Binding)
	default:
		return false
	}
	return true
}

func putACL(c *projections.Changes, rec domain.Recorded, a apig.ACL) {
	acls.Put(c, ACLRow{
		ID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, Name: a.Name, Type: a.Type, Value: a.Value, EntityType: a.EntityType,
		CreateTime: a.CreateTime, UpdateTime: a.UpdateTime,
	})
}
