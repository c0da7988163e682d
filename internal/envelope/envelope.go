// Package envelope turns a domain event into a message of the log and back: the one place that knows
// both.
package envelope

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Names of the CloudEvents extension attributes that carry the circumstances.
const (
	extUserID   = "actorid"
	extUserName = "actorname"
	extKey      = "accesskey"
	extAddress  = "clientaddress"
	extClient   = "client"
	extCommand  = "command"
	extRequest  = "correlationid"
	extReason   = "reason"
	// extOperation is the operation of the HTTP API, which may carry several commands out.
	extOperation = "operation"
)

// Close returns the message for rec, an event that is not in the log yet, on a surface.
func Close(codec *domain.Codec, surface string, rec domain.Recorded) (eventstore.Message, error) {
	of := rec.Event.Of()
	subject, err := eventstore.Subject(surface, rec.Tenant, of.Kind, of.ID)
	if err != nil {
		return eventstore.Message{}, fmt.Errorf("event %s: %w", rec.Event.EventType(), err)
	}
	data, schema, err := codec.Encode(rec.Event)
	if err != nil {
		return eventstore.Message{}, err
	}
	return eventstore.Message{
		Subject: subject, ID: rec.ID, Type: rec.Event.EventType(), Schema: schema, Time: rec.Time,
		Extensions: extensions(rec), Data: data,
	}, nil
}

func extensions(rec domain.Recorded) map[string]string {
	return map[string]string{
		extUserID: rec.Actor.UserID, extUserName: rec.Actor.UserName, extKey: rec.Actor.Key,
		extAddress: rec.Actor.Address, extClient: rec.Actor.Client,
		extCommand: rec.Command, extRequest: rec.Request, extReason: rec.Reason,
		extOperation: rec.Operation,
	}
}

// kernel is the prefix of message types that are no facts of a surface: writer records and recorded
// answers.
const kernel = "gatelog."

// Open returns the event in a message. ok is false for a message of the kernel, which no state and
// no projection folds.
func Open(codec *domain.Codec, r eventstore.Recorded) (rec domain.Recorded, ok bool, err error) {
	raw, ok, err := OpenRaw(r)
	if !ok || err != nil {
		return raw, ok, err
	}
	raw.Event, err = codec.Decode(r.Type, r.Schema, r.Data)
	if err != nil {
		return domain.Recorded{}, false, fmt.Errorf("position %d: %w", r.Position, err)
	}
	return raw, true, nil
}

// Raw is an event of any surface as the log has it, for those who need not understand it.
type Raw struct {
	Surface string
	Type    string
	Schema  int // version of the shape of Data
	About   domain.Aggregate
	Data    json.RawMessage
}

// EventType implements domain.Event.
func (r Raw) EventType() string { return r.Type }

// Of implements domain.Event.
func (r Raw) Of() domain.Aggregate { return r.About }

// OpenRaw is Open for every surface: the event is a Raw.
func OpenRaw(r eventstore.Recorded) (rec domain.Recorded, ok bool, err error) {
	if strings.HasPrefix(r.Type, kernel) {
		return domain.Recorded{}, false, nil
	}
	surface, tenant, kind, id, ok := eventstore.Parts(r.Subject)
	if !ok {
		return domain.Recorded{}, false, fmt.Errorf("position %d: %s is not the subject of an aggregate", r.Position, r.Subject)
	}
	x := r.Extensions
	return domain.Recorded{
		Position: domain.Position(r.Position), ID: r.ID, Tenant: tenant, Time: r.Time,
		Actor: domain.Actor{
			UserID: x[extUserID], UserName: x[extUserName], Key: x[extKey],
			Address: x[extAddress], Client: x[extClient],
		},
		Command: x[extCommand], Request: x[extRequest], Reason: x[extReason], Operation: x[extOperation],
		Event: Raw{Surface: surface, Type: r.Type, Schema: r.Schema, About: domain.Aggregate{Kind: kind, ID: id}, Data: r.Data},
	}, true, nil
}
