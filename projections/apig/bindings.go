package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// BindingRow is a row of the table policy_bindings: a policy that is bound to an API in an environment.
// Place names both over all instances, Slot the family of the policy and its type: a place has one
// policy in a slot.
type BindingRow struct {
	Place      string    `json:"place"`
	Slot       string    `json:"slot"`
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	PolicyID   string    `json:"policy_id"`
	APIID      string    `json:"api_id"`
	EnvID      string    `json:"env_id"`
	BindTime   time.Time `json:"bind_time"`
}

var policyBindings = projections.NewTable[BindingRow]("policy_bindings", "place", "slot")

// slotOf names the slot of a policy: its family, one of apig.FamilyThrottle and so on, and its type.
func slotOf(family, kind string) string { return family + "/" + kind }

func placeOf(apiID, envID string) string { return apiID + "/" + envID }

func putBinding(c *projections.Changes, rec domain.Recorded, family string, b apig.Binding) {
	policyBindings.Put(c, BindingRow{
		Place: placeOf(b.APIID, b.EnvID), Slot: slotOf(family, b.Kind), ID: b.ID, Tenant: rec.Tenant, InstanceID: b.InstanceID,
		PolicyID: b.PolicyID, APIID: b.APIID, EnvID: b.EnvID, BindTime: b.BindTime,
	})
}

func deleteBinding(c *projections.Changes, family string, b apig.Binding) {
	policyBindings.Delete(c, placeOf(b.APIID, b.EnvID), slotOf(family, b.Kind))
}
