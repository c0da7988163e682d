package apig

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// AIKeyRow is a row of the table app_ai_keys, with the key sealed.
type AIKeyRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	AppID      string    `json:"app_id"`
	Alias      string    `json:"alias"`
	Sealed     string    `json:"sealed"`
	CreateTime time.Time `json:"create_time"`
}

var aiKeys = projections.NewTable[AIKeyRow]("app_ai_keys", "id")

// applyAIKey says what the events of AI API keys change; false for any other event.
func applyAIKey(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.AIKeyCreated:
		k := ev.Key
		aiKeys.Put(c, AIKeyRow{
			ID: k.ID, Tenant: rec.Tenant, InstanceID: k.InstanceID, AppID: k.AppID, Alias: k.Alias, Sealed: k.Value, CreateTime: k.CreateTime,
		})
	case apig.AIKeyDeleted:
		aiKeys.Delete(c, ev.AIKeyID)
	default:
		return false
	}
	return true
}

// AIKey returns an AI API key of an app with its value sealed, or APIG.3030, APIG.3004, APIG.3082.
func (q *Queries) AIKey(ctx context.Context, in In, appID, id string) (AIKeyRow, error) {
	var k AIKeyRow
	err := q.get(ctx, &k, "SELECT * FROM apig.app_ai_keys WHERE id = $1 AND app_id = $2 AND instance_id = $3 AND tenant = $4",
		id, appID, in.Instance, in.Tenant)
	if !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	if _, err := q.Credential(ctx, in, appID); err != nil {
		return k, err
	}
	return k, apig.ErrAIKeyNotFound(id)
}

// AIKeys returns a page of the AI API keys of an app, newest first, or APIG.3030, APIG.3004.
func (q *Queries) AIKeys(ctx context.Context, in In, appID string, p Page) ([]AIKeyRow, int, error) {
	w := in.where("k")
	w.must("k.app_id", appID)
	rows, total, err := page[AIKeyRow](ctx, q, "k.*", "apig.app_ai_keys k", w, "k.create_time DESC, k.id", p)
	if err == nil && total == 0 {
		_, err = q.Credential(ctx, in, appID)
	}
	return rows, total, err
}
