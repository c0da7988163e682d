package apig

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// Version is a version of an API as the log has it: no copy, but the definition and what it stood on,
// read back from the positions that the publication names (APIG V2 §3.5.11 to §3.5.13).
type Version struct {
	Published apig.APIPublished
	Position  domain.Position // of the publication
	// Written is the definition as its owner wrote it, with its #variables#.
	Written apig.Definition
	// Definition is what the gateway runs: variables replaced by the values they had.
	Definition apig.Definition
	// Group is the group as it was then.
	Group apig.Group
	// RegisterTime and UpdateTime are those of the API when the definition was written.
	RegisterTime, UpdateTime time.Time
}

// VersionAt folds the version that the publication at a position made.
func (q *Queries) VersionAt(ctx context.Context, tenant string, at domain.Position) (Version, error) {
	v, err := q.ranAt(ctx, tenant, at)
	if err != nil {
		return v, err
	}
	v.Group, err = q.groupAt(ctx, tenant, v.Published.GroupID, at)
	return v, err
}

// ranAt is VersionAt without the group, which many have in common.
func (q *Queries) ranAt(ctx context.Context, tenant string, at domain.Position) (Version, error) {
	published, err := q.publishedAt(ctx, at)
	if err != nil {
		return Version{}, err
	}
	v := Version{Published: published, Position: at}
	written, err := q.writtenAt(ctx, published.DefinitionPosition)
	if err != nil {
		return v, err
	}
	v.Written, v.RegisterTime, v.UpdateTime = written.Definition, written.RegisterTime, written.UpdateTime
	values := make(map[string]string, len(published.Variables))
	for name, id := range published.Variables {
		if values[name], err = q.variableAt(ctx, tenant, id, at); err != nil {
			return v, err
		}
	}
	v.Definition = apig.Substitute(v.Written, values)
	return v, nil
}

// publishedAt returns the publication at a position, with the position of its definition.
func (q *Queries) publishedAt(ctx context.Context, at domain.Position) (apig.APIPublished, error) {
	ev, err := eventAt[apig.APIPublished](ctx, q, at)
	ev.DefinitionPosition = ev.WrittenAt(at)
	return ev, err
}

// eventAt returns the event of type E at a position.
func eventAt[E domain.Event](ctx context.Context, q *Queries, at domain.Position) (E, error) {
	var none E
	message, err := q.log.At(ctx, eventstore.Position(at))
	if err != nil {
		return none, err
	}
	ev, err := q.open(message)
	if err != nil {
		return none, err
	}
	found, ok := ev.(E)
	if !ok {
		return none, fmt.Errorf("position %d of the log holds a %T, not a %T", at, ev, none)
	}
	return found, nil
}

func (q *Queries) open(message eventstore.Recorded) (domain.Event, error) {
	rec, _, err := envelope.Open(q.codec, message)
	return rec.Event, err
}

// writtenAt returns the API as the event at a position has it.
func (q *Queries) writtenAt(ctx context.Context, at domain.Position) (apig.API, error) {
	message, err := q.log.At(ctx, eventstore.Position(at))
	if err != nil {
		return apig.API{}, err
	}
	ev, err := q.open(message)
	switch ev := ev.(type) {
	case apig.APICreated:
		return ev.API, err
	case apig.APIUpdated:
		return ev.API, err
	case apig.APIPublished:
		if ev.Restored != nil && ev.DefinitionPosition == 0 {
			return apig.API{
				ID: ev.APIID, InstanceID: ev.InstanceID, Definition: *ev.Restored, RegisterTime: ev.RegisterTime, UpdateTime: ev.PublishTime,
			}, err
		}
	}
	return apig.API{}, errors.Join(err, fmt.Errorf("position %d of the log holds no definition but a %T", at, ev))
}

// WrittenAt returns the definition that the event at a position holds.
func (q *Queries) WrittenAt(ctx context.Context, at domain.Position) (apig.Definition, error) {
	written, err := q.writtenAt(ctx, at)
	return written.Definition, err
}

// newest returns the newest event of an aggregate at or under a position.
func (q *Queries) newest(ctx context.Context, tenant string, of domain.Aggregate, at domain.Position) (domain.Event, error) {
	subject, err := eventstore.Subject("apig", tenant, of.Kind, of.ID)
	if err != nil {
		return nil, err
	}
	message, err := q.log.Newest(ctx, subject, eventstore.Position(at))
	if err != nil {
		return nil, err
	}
	return q.open(message)
}

func (q *Queries) variableAt(ctx context.Context, tenant, id string, at domain.Position) (string, error) {
	ev, err := q.newest(ctx, tenant, apig.VariableDeleted{VariableID: id}.Of(), at)
	switch ev := ev.(type) {
	case apig.VariableCreated:
		return ev.Variable.Value, err
	case apig.VariableUpdated:
		return ev.Variable.Value, err
	}
	return "", errors.Join(err, fmt.Errorf("variable %s had no value at position %d: %T", id, at, ev))
}

func (q *Queries) groupAt(ctx context.Context, tenant, id string, at domain.Position) (apig.Group, error) {
	ev, err := q.newest(ctx, tenant, apig.GroupDeleted{GroupID: id}.Of(), at)
	switch ev := ev.(type) {
	case apig.GroupCreated:
		return ev.Group, err
	case apig.GroupUpdated:
		return ev.Group, err
	}
	return apig.Group{}, errors.Join(err, fmt.Errorf("group %s was not there at position %d: %T", id, at, ev))
}

// Version returns a version by its id (APIG V2 §3.5.13), or APIG.3030, APIG.3022.
func (q *Queries) Version(ctx context.Context, in In, id string) (Version, error) {
	var at domain.Position
	err := q.get(ctx, &at, "SELECT position FROM apig.versions WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	if err != nil {
		return Version{}, q.missing(ctx, in, err, apig.ErrVersionNotFound(id))
	}
	return q.VersionAt(ctx, in.Tenant, at)
}

// runtimeSQL finds the publication that made the version in effect.
const runtimeSQL = `SELECT v.position, p.publish_id FROM apig.publications p JOIN apig.versions v ON v.id = p.version_id
	WHERE p.api_id = $1 AND p.env_id = $2 AND p.instance_id = $3 AND p.tenant = $4`

// Runtime returns the version of an API that is in effect in an environment and the id of the
// publication that put it there (APIG V2 §3.5.12), or APIG.3030, APIG.3002, APIG.3003, and APIG.3015
// when the API is not published there.
func (q *Queries) Runtime(ctx context.Context, in In, apiID, envID string) (Version, string, error) {
	var found struct {
		Position  domain.Position `json:"position"`
		PublishID string          `json:"publish_id"`
	}
	err := q.get(ctx, &found, runtimeSQL, apiID, envID, in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, "", q.unpublished(ctx, in, apiID, envID)
	}
	if err != nil {
		return Version{}, "", err
	}
	version, err := q.VersionAt(ctx, in.Tenant, found.Position)
	return version, found.PublishID, err
}

// unpublished says why an API has no publication in an environment.
func (q *Queries) unpublished(ctx context.Context, in In, apiID, envID string) error {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return err
	}
	if _, err := q.Env(ctx, in, envID); err != nil {
		return err
	}
	return apig.ErrPublicationNotFound(apiID)
}

// Running returns the versions of a group's APIs that are in effect in an environment, all or those of
// the APIs with the ids, by path and method of the drafts.
func (q *Queries) Running(ctx context.Context, in In, groupID, envID string, ids []string) ([]Version, error) {
	w := in.where("p")
	w.must("p.group_id", groupID)
	w.must("p.env_id", envID)
	w.oneOf("p.api_id = ANY($%d)", ids)
	var positions []domain.Position
	err := q.rows.Select(ctx, &positions, `SELECT v.position FROM apig.publications p JOIN apig.versions v ON v.id = p.version_id
		JOIN apig.apis a ON a.id = p.api_id`+w.String()+" ORDER BY a.req_uri, a.req_method, a.id", w.args...)
	if err != nil {
		return nil, err
	}
	all := make([]Version, len(positions))
	for i, at := range positions {
		if all[i], err = q.VersionAt(ctx, in.Tenant, at); err != nil {
			return nil, err
		}
	}
	return all, nil
}
