// Package subscriptions keeps the read models of the subscriptions surface and answers its queries: what is
// to be sent where, and how far the sending is.
package subscriptions

import (
	_ "embed" // the DDL
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/projections"
)

//go:embed tables.sql
var ddl string

// version of the tables and of what stands in their rows. Raise it with every change of either.
const version = 1

// Row is a row of the table subscriptions. Its document is the whole domain entity; Position is that of the
// event that changed it last.
type Row struct {
	ID        string          `json:"id"`
	Tenant    string          `json:"tenant"`
	Name      string          `json:"name"`
	Paused    bool            `json:"paused"`
	CreatedAt time.Time       `json:"created_at"`
	Position  domain.Position `json:"position"`
	Document  json.RawMessage `json:"document"`
}

var table = projections.NewTable[Row]("subscriptions", "id")

// New returns the projection of the surface.
func New() *projections.Projection {
	return &projections.Projection{
		Name: subscriptions.Surface, Version: version, Codec: subscriptions.Codec(),
		Tables: []projections.Table{table.Table}, DDL: ddl, Apply: apply,
	}
}

// apply says what each event changes in the tables.
func apply(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case subscriptions.Created:
		return put(c, rec, ev.Subscription)
	case subscriptions.Updated:
		return put(c, rec, ev.Subscription)
	case subscriptions.SecretRotated:
		return put(c, rec, ev.Subscription)
	case subscriptions.Paused:
		return put(c, rec, ev.Subscription)
	case subscriptions.Resumed:
		return put(c, rec, ev.Subscription)
	case subscriptions.Rewound:
		return put(c, rec, ev.Subscription)
	case subscriptions.Deleted:
		table.Delete(c, ev.SubscriptionID)
		return nil
	default:
		return fmt.Errorf("no rows are known for %s", rec.Event.EventType())
	}
}

func put(c *projections.Changes, rec domain.Recorded, n subscriptions.Subscription) error {
	document, err := json.Marshal(n)
	if err != nil {
		return err
	}
	table.Put(c, Row{
		ID: n.ID, Tenant: n.Tenant, Name: n.Name, Paused: n.Paused, CreatedAt: n.CreatedAt, Position: rec.Position, Document: document,
	})
	return nil
}
