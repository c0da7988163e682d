package apig

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// ResponseRow is a row of the table responses. View is an answer, ready made.
type ResponseRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	GroupID    string          `json:"group_id"`
	Name       string          `json:"name"`
	CreateTime time.Time       `json:"create_time"`
	View       json.RawMessage `json:"view"`
}

var responses = projections.NewTable[ResponseRow]("responses", "id")

// ResponseView is a response of a group in an answer (APIG V2 §3.19.1), with the answers to all types of
// errors.
type ResponseView struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Default    bool                `json:"default" doc:"Whether it is the group's default response."`
	Responses  map[string]InfoView `json:"responses"`
	CreateTime time.Time           `json:"create_time"`
	UpdateTime time.Time           `json:"update_time"`
}

// InfoView is the answer to one type of error (APIG V2 §3.19.5).
type InfoView struct {
	Status  int                   `json:"status,omitempty" doc:"HTTP status; absent: as it is."`
	Body    string                `json:"body"`
	Headers []apig.ResponseHeader `json:"headers,omitempty"`
	Default bool                  `json:"default" doc:"Whether it is the type's default."`
}

// ResponseOf returns a response as answers show it.
func ResponseOf(r apig.Response) ResponseView {
	view := ResponseView{
		ID: r.ID, Name: r.Name, Default: r.Default, Responses: map[string]InfoView{}, CreateTime: r.CreateTime, UpdateTime: r.UpdateTime,
	}
	for _, of := range apig.ErrorTypes() {
		info, isDefault := r.Info(of)
		view.Responses[of.Name] = InfoView{info.Status, info.Body, info.Headers, isDefault}
	}
	return view
}

// applyResponse says what the events of responses change.
func applyResponse(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.ResponseCreated:
		return putResponse(c, rec, ev.Response)
	case apig.ResponseUpdated:
		return putResponse(c, rec, ev.Response)
	case apig.ResponseDeleted:
		responses.Delete(c, ev.ResponseID)
	}
	return nil
}

func putResponse(c *projections.Changes, rec domain.Recorded, r apig.Response) error {
	view, err := json.Marshal(ResponseOf(r))
	if err != nil {
		return err
	}
	responses.Put(c, ResponseRow{
		ID: r.ID, Tenant: rec.Tenant, InstanceID: r.InstanceID, GroupID: r.GroupID, Name: r.Name, CreateTime: r.CreateTime, View: view,
	})
	return nil
}

// Responses returns a page of a group's responses, newest first (APIG V2 §3.19.8), or APIG.3030,
// APIG.3001.
func (q *Queries) Responses(ctx context.Context, in In, groupID string, p Page) ([]json.RawMessage, int, error) {
	w := in.where("r")
	w.must("r.group_id", groupID)
	rows, total, err := page[json.RawMessage](ctx, q, "r.view", "apig.responses r", w, "r.create_time DESC, r.id", p)
	if err == nil && total == 0 {
		_, err = q.Group(ctx, in, groupID)
	}
	return rows, total, err
}

// Response returns a response of a group (APIG V2 §3.19.2), or APIG.3030, APIG.3001, APIG.3007.
func (q *Queries) Response(ctx context.Context, in In, groupID, id string) (json.RawMessage, error) {
	var view json.RawMessage
	err := q.get(ctx, &view, "SELECT view FROM apig.responses WHERE id = $1 AND group_id = $2 AND instance_id = $3 AND tenant = $4",
		id, groupID, in.Instance, in.Tenant)
	if err == nil {
		return view, nil
	}
	if _, gone := q.Group(ctx, in, groupID); gone != nil {
		return nil, gone
	}
	return nil, q.missing(ctx, in, err, apig.ErrResponseNotFound(id))
}

// ResponseType returns the answer of a response to one type of error (APIG V2 §3.19.5), or the errors of
// Response.
func (q *Queries) ResponseType(ctx context.Context, in In, groupID, id string, of apig.ErrorType) (InfoView, error) {
	document, err := q.Response(ctx, in, groupID, id)
	if err != nil {
		return InfoView{}, err
	}
	var view ResponseView
	err = json.Unmarshal(document, &view)
	return view.Responses[of.Name], err
}
