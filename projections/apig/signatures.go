package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// SignatureRow is a row of the table signatures. It has no secret: no answer shows one that is kept.
type SignatureRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Type       string    `json:"type"`
	Algorithm  string    `json:"algorithm"`
	SealedKey  string    `json:"sealed_key"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

var signatures = projections.NewTable[SignatureRow]("signatures", "id")

// applySignature says what the events of §3.6 and §3.7 change; false for any other event.
func applySignature(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.SignatureCreated:
		putSignature(c, rec, ev.Signature)
	case apig.SignatureUpdated:
		putSignature(c, rec, ev.Signature)
	case apig.SignatureDeleted:
		signatures.Delete(c, ev.SignID)
		policyBindings.DeleteWhere(c, "policy_id", ev.SignID)
	case apig.SignatureBound:
		putBinding(c, rec, apig.FamilySignature, ev.Binding)
	case apig.SignatureUnbound:
		deleteBinding(c, apig.FamilySignature, ev.Binding)
	default:
		return false
	}
	return true
}

func putSignature(c *projections.Changes, rec domain.Recorded, s apig.Signature) {
	signatures.Put(c, SignatureRow{
		ID: s.ID, Tenant: rec.Tenant, InstanceID: s.InstanceID, Name: s.Name, Type: s.Type, Algorithm: s.Algorithm, SealedKey: s.Key,
		CreateTime: s.CreateTime, UpdateTime: s.UpdateTime,
	})
}
