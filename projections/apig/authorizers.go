package apig

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// AuthorizerRow is a row of the table authorizers. View is an answer, ready made.
type AuthorizerRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	CreateTime time.Time       `json:"create_time"`
	View       json.RawMessage `json:"view"`
}

var authorizers = projections.NewTable[AuthorizerRow]("authorizers", "id")

// AuthorizerView is a custom authorizer in an answer (APIG V2 §3.15.1).
type AuthorizerView struct {
	apig.AuthorizerBody
	Version     string          `json:"authorizer_version"`
	AliasURI    string          `json:"authorizer_alias_uri"`
	Identities  []apig.Identity `json:"identities"`
	TTL         int             `json:"ttl"`
	UserData    string          `json:"user_data"`
	NeedBody    bool            `json:"need_body"`
	ID          string          `json:"id"`
	CreateTime  time.Time       `json:"create_time"`
	RomaAppID   string          `json:"roma_app_id" doc:"Empty: not supported."`
	RomaAppName string          `json:"roma_app_name" doc:"Empty: not supported."`
}

// AuthorizerOf returns an authorizer as answers show it.
func AuthorizerOf(a apig.Authorizer) AuthorizerView {
	return AuthorizerView{
		AuthorizerBody: a.AuthorizerBody, Version: a.Version, AliasURI: a.AliasURI,
		Identities: append([]apig.Identity{}, a.Identities...), TTL: a.TTL, UserData: a.UserData, NeedBody: a.NeedBody,
		ID: a.ID, CreateTime: a.CreateTime,
	}
}

// applyAuthorizer says what the events of authorizers change.
func applyAuthorizer(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.AuthorizerCreated:
		return putAuthorizer(c, rec, ev.Authorizer)
	case apig.AuthorizerUpdated:
		return putAuthorizer(c, rec, ev.Authorizer)
	case apig.AuthorizerDeleted:
		authorizers.Delete(c, ev.AuthorizerID)
	}
	return nil
}

func putAuthorizer(c *projections.Changes, rec domain.Recorded, a apig.Authorizer) error {
	view, err := json.Marshal(AuthorizerOf(a))
	if err != nil {
		return err
	}
	authorizers.Put(c, AuthorizerRow{
		ID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, Name: a.Name, Type: a.Type, CreateTime: a.CreateTime, View: view,
	})
	return nil
}

// AuthorizerFilter narrows the list of custom authorizers (APIG V2 §3.15.5).
type AuthorizerFilter struct{ ID, Name, Type string }

// Authorizers returns a page of the instance's custom authorizers, newest first (APIG V2 §3.15.5).
func (q *Queries) Authorizers(ctx context.Context, in In, f AuthorizerFilter, p Page) ([]json.RawMessage, int, error) {
	w := in.where("a")
	w.is("a.id", f.ID)
	w.like("a.name", f.Name, false)
	w.is("a.type", f.Type)
	return pageIn[json.RawMessage](ctx, q, in, "a.view", "apig.authorizers a", w, "a.create_time DESC, a.id", p)
}

// Authorizer returns a custom authorizer (APIG V2 §3.15.4), or APIG.3030, APIG.3081.
func (q *Queries) Authorizer(ctx context.Context, in In, id string) (json.RawMessage, error) {
	var view json.RawMessage
	err := q.get(ctx, &view, "SELECT view FROM apig.authorizers WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return view, q.missing(ctx, in, err, apig.ErrAuthorizerNotFound(id))
}
