// Package envelope turns a domain event into a message of the log and back: the one place that knows
// both.
package envelope

import (
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
	}
}

// kernel is the prefix of message types that are no facts of a surface: writer records and recorded
// answers.
const kernel = "gatelog."

// Open returns the event in a message. ok is false for a message of the kernel, which no state and
// no projection folds.
func Open(codec *domain.Codec, r eventstore.Recorded) (rec domain.Recorded, ok bool, err error) {
	if strings.HasPrefix(r.Type, kernel) {
		return domain.Recorded{}, false, nil
	}
	_, tenant, _, _, ok := eventstore.Parts(r.Subject)
	if !ok {
		return domain.Recorded{}, false, fmt.Errorf("position %d: %s is not the subject of an aggregate", r.Position, r.Subject)
	}
	ev, err := codec.Decode(r.Type, r.Schema, r.Data)
	if err != nil {
		return domain.Recorded{}, false, fmt.Errorf("position %d: %w", r.Position, err)
	}
	x := r.Extensions
	return domain.Recorded{
		Position: domain.Position(r.Position), ID: r.ID, Tenant: tenant, Time: r.Time,
		Actor: domain.Actor{
			UserID: x[extUserID], UserName: x[extUserName], Key: x[extKey],
			Address: x[extAddress], Client: x[extClient],
		},
		Command: x[extCommand], Request: x[extRequest], Reason: x[extReason], Event: ev,
	}, true, nil
}
