package apig

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// OrchestrationRow is a row of the table orchestrations. Document is the whole domain entity, Brief the one
// without its map.
type OrchestrationRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	Name       string          `json:"name"`
	CreateTime time.Time       `json:"create_time"`
	Brief      json.RawMessage `json:"brief"`
	Document   json.RawMessage `json:"document"`
}

// OrchestratedRow is a row of the table orchestrated_apis: an orchestration rule that the draft of an API
// refers to, and since when.
type OrchestratedRow struct {
	OrchestrationID string    `json:"orchestration_id"`
	APIID           string    `json:"api_id"`
	Tenant          string    `json:"tenant"`
	InstanceID      string    `json:"instance_id"`
	AttachedTime    time.Time `json:"attached_time"`
}

var (
	orchestrations   = projections.NewTable[OrchestrationRow]("orchestrations", "id")
	orchestratedAPIs = projections.NewTable[OrchestratedRow]("orchestrated_apis", "orchestration_id", "api_id")
)

// applyOrchestration says what the events of orchestration rules change.
func applyOrchestration(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.OrchestrationCreated:
		return putOrchestration(c, rec, ev.Orchestration)
	case apig.OrchestrationUpdated:
		return putOrchestration(c, rec, ev.Orchestration)
	case apig.OrchestrationDeleted:
		orchestrations.Delete(c, ev.OrchestrationID)
	}
	return nil
}

func putOrchestration(c *projections.Changes, rec domain.Recorded, o apig.Orchestration) error {
	document, err := json.Marshal(o)
	if err != nil {
		return err
	}
	o.Map = nil
	brief, err := json.Marshal(o)
	if err != nil {
		return err
	}
	orchestrations.Put(c, OrchestrationRow{
		ID: o.ID, Tenant: rec.Tenant, InstanceID: o.InstanceID, Name: o.Name, CreateTime: o.CreateTime, Brief: brief, Document: document,
	})
	return nil
}

// reattach says which rules a draft refers to, when its parameters have changed.
func reattach(c *projections.Changes, rec domain.Recorded, a apig.API, changed []string) {
	if !slices.Contains(changed, "req_params") {
		return
	}
	orchestratedAPIs.DeleteWhere(c, "api_id", a.ID)
	attach(c, rec, a)
}

func attach(c *projections.Changes, rec domain.Recorded, a apig.API) {
	for _, p := range a.Definition.ReqParams {
		for _, id := range p.Orchestrations {
			orchestratedAPIs.Put(c, OrchestratedRow{
				OrchestrationID: id, APIID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, AttachedTime: a.UpdateTime,
			})
		}
	}
}

// Orchestration returns an orchestration rule, or APIG.3030, APIG.3095.
func (q *Queries) Orchestration(ctx context.Context, in In, id string) (apig.Orchestration, error) {
	var document json.RawMessage
	err := q.get(ctx, &document, "SELECT document FROM apig.orchestrations WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	if err != nil {
		return apig.Orchestration{}, q.missing(ctx, in, err, apig.ErrOrchestrationNotFound(id))
	}
	var o apig.Orchestration
	return o, json.Unmarshal(document, &o)
}

// OrchestrationFilter narrows the list of orchestration rules.
type OrchestrationFilter struct {
	Name      string
	ExactName bool
	IDs       []string
}

// Orchestrations returns a page of the instance's orchestration rules without their maps, newest first, and
// their number in all.
func (q *Queries) Orchestrations(ctx context.Context, in In, f OrchestrationFilter, p Page) ([]json.RawMessage, int, error) {
	w := in.where("o")
	w.like("o.name", f.Name, f.ExactName)
	w.oneOf("o.id = ANY($%d)", f.IDs)
	return pageIn[json.RawMessage](ctx, q, in, "o.brief", "apig.orchestrations o", w, "o.create_time DESC, o.id", p)
}

// OrchestratedAPI is an API that an orchestration rule is attached to.
type OrchestratedAPI struct {
	APIID        string    `json:"api_id"`
	APIName      string    `json:"api_name"`
	ReqMethod    string    `json:"req_method"`
	ReqURI       string    `json:"req_uri"`
	AuthType     string    `json:"auth_type" enum:"NONE,APP,IAM,AUTHORIZER"`
	MatchMode    string    `json:"match_mode" enum:"SWA,NORMAL"`
	GroupID      string    `json:"group_id"`
	GroupName    string    `json:"group_name"`
	AttachedTime time.Time `json:"attached_time" doc:"When the parameters of the API were last changed."`
}

const orchestratedColumns = `a.id AS api_id, a.name AS api_name, a.req_method, a.req_uri, a.auth_type,
	coalesce(nullif(a.brief ->> 'match_mode', ''), 'NORMAL') AS match_mode, a.group_id, g.name AS group_name, o.attached_time`

// OrchestratedAPIs returns a page of the APIs whose drafts refer to an orchestration rule, latest first, and
// their number in all, or APIG.3030, APIG.3095. Names are contained.
func (q *Queries) OrchestratedAPIs(ctx context.Context, in In, id, apiID, apiName string, p Page) ([]OrchestratedAPI, int, error) {
	if _, err := q.Orchestration(ctx, in, id); err != nil {
		return nil, 0, err
	}
	w := in.where("o")
	w.must("o.orchestration_id", id)
	w.is("o.api_id", apiID)
	w.like("a.name", apiName, false)
	from := "apig.orchestrated_apis o JOIN apig.apis a ON a.instance_id = o.instance_id AND a.id = o.api_id JOIN apig.groups g ON g.instance_id = o.instance_id AND g.id = a.group_id"
	return page[OrchestratedAPI](ctx, q, orchestratedColumns, from, w, "o.attached_time DESC, o.api_id", p)
}
