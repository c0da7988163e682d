package apig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
)

// Resource names anything that has a subject of its own in the log: a group, a channel, a policy …, also one
// that is gone.
type Resource struct {
	Tenant   string
	Kind, ID string
	// Instance is needed where the ID is one that every instance has: of an environment, a feature and a
	// quota of an instance.
	Instance string
}

// subject is where the resource is in the log.
func (r Resource) subject() (string, error) {
	id := r.ID
	if r.Instance != "" && slices.Contains([]string{"env", "feature", "quota"}, r.Kind) {
		id = r.Instance + "_" + id
	}
	return eventstore.Subject("apig", r.Tenant, r.Kind, id)
}

// Happening is one event of a resource with what it changed. Sealed secrets are masked.
type Happening struct {
	domain.Recorded
	// Part is the part of the resource that the event is about, as its JSON calls it: "group", "binding",
	// "publication" …; empty for an event about several.
	Part string
	// Before and After are the part as it was and as it is; null where it was not, or is not.
	Before, After json.RawMessage
	// Data is what an event says that is about several parts.
	Data json.RawMessage
	Diff *Diff
}

// ErrNeverWas is the refusal for a resource that a project never had.
func ErrNeverWas(r Resource) *domain.Error {
	return domain.Errorf(domain.CodeNotFound, "the project never had a thing of kind %q with the id %q", r.Kind, r.ID)
}

// Happenings returns a page of what happened to a resource, and how many events there are in all: up to the
// moment of the context, or the end of the log. Errors: gatelog.not_found when it never was.
func (q *Queries) Happenings(ctx context.Context, of Resource, newestFirst bool, p Page) ([]Happening, int, error) {
	total := 0
	err := q.eachChange(ctx, of, 0, func(domain.Recorded, change) error { total++; return nil })
	if err != nil {
		return nil, 0, err
	}
	from := min(p.Offset, total)
	to := min(from+p.Limit, total)
	if newestFirst {
		from, to = total-to, total-from
	}
	page, n := []Happening{}, 0
	err = q.eachChange(ctx, of, 0, func(rec domain.Recorded, c change) error {
		n++
		if n <= from || n > to {
			return nil
		}
		h, err := c.happening(rec)
		page = append(page, h)
		return err
	})
	if newestFirst {
		slices.Reverse(page)
	}
	return page, total, err
}

// ResourceAt returns the JSON of a resource as it was when the log ended at a position (0: the moment of the
// context); null when it was not there. Sealed secrets are masked. Errors: gatelog.not_found when it never was.
func (q *Queries) ResourceAt(ctx context.Context, of Resource, at domain.Position) (json.RawMessage, error) {
	current := json.RawMessage("null")
	err := q.eachChange(ctx, of, at, func(_ domain.Recorded, c change) error {
		if c.main {
			current = orNull(c.after)
		}
		return nil
	})
	return maskedJSON(current), err
}

// eachChange tells what each event of a resource changed, oldest first, up to a position (0: the moment of the
// context, or the end of the log). At a position that is named the resource need not have been there yet.
func (q *Queries) eachChange(ctx context.Context, of Resource, at domain.Position, each func(domain.Recorded, change) error) error {
	subject, err := of.subject()
	if err != nil {
		return ErrNeverWas(of)
	}
	strict := at == 0
	if end, past := projections.MomentOf(ctx); past && (at == 0 || end < at) {
		at = end
	}
	newest, err := q.log.Newest(ctx, subject, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return ErrNeverWas(of)
	}
	if err != nil {
		return err
	}
	end := newest.Position
	if at > 0 {
		end = min(end, eventstore.Position(at))
	}
	found, life := false, existence{parts: map[partKey]json.RawMessage{}}
	err = q.log.Read(ctx, 0, end, func(r eventstore.Recorded) error {
		rec, ok, err := envelope.Open(q.codec, r)
		if err != nil || !ok {
			return err
		}
		c, err := life.fold(rec.Event)
		if err != nil {
			return fmt.Errorf("position %d: %w", r.Position, err)
		}
		found = true
		return each(rec, c)
	}, subject)
	if err == nil && !found && strict {
		err = ErrNeverWas(of)
	}
	return err
}

// partKey tells the parts of a resource apart: an app has a secret, an ACL and AppCodes of its own, a policy
// has bindings.
type partKey struct{ name, id string }

// existence is the parts of a resource as its events leave them.
type existence struct {
	parts map[partKey]json.RawMessage
	main  string // name of the part that came first: the resource itself
}

// change is what an event changes in a resource.
type change struct {
	part          string
	before, after json.RawMessage // nil for none
	data          json.RawMessage // of an event about several parts
	main          bool            // the part is the resource itself
}

// partPublication is the name of the part that an API has for each environment. Its events have no member
// of their own for it: all of their members are its.
const partPublication = "publication"

// identity is what the JSON of an event, or of a part, says about which one it is.
type identity struct {
	ID        string `json:"id"`
	EnvID     string `json:"env_id"`
	PublishID string `json:"publish_id"`
}

// fold applies an event.
func (l *existence) fold(ev domain.Event) (change, error) {
	data, err := json.Marshal(ev)
	if err != nil {
		return change{}, err
	}
	var members map[string]json.RawMessage
	var whole identity
	if err := errors.Join(json.Unmarshal(data, &members), json.Unmarshal(data, &whole)); err != nil {
		return change{}, err
	}
	verb := ev.EventType()[strings.LastIndexByte(ev.EventType(), '.')+1:]
	if whole.PublishID != "" {
		key := partKey{partPublication, whole.EnvID}
		return l.put(key, data, verb), nil
	}
	for name, value := range members {
		if bytes.HasPrefix(value, []byte("{")) {
			var of identity
			if err := json.Unmarshal(value, &of); err != nil {
				return change{}, err
			}
			return l.put(partKey{name, of.ID}, value, verb), nil
		}
	}
	return l.remove(ev.EventType(), members, data), nil
}

// ends are the events that hold what they end.
var ends = []string{"unbound", "detached", "revoked", "special_deleted", "taken_offline"}

func (l *existence) put(key partKey, now json.RawMessage, verb string) change {
	if l.main == "" {
		l.main = key.name
	}
	c := change{part: key.name, before: l.parts[key], after: now, main: key.name == l.main}
	if slices.Contains(ends, verb) {
		if c.before == nil {
			c.before = now
		}
		c.after = nil
		delete(l.parts, key)
		return c
	}
	l.parts[key] = now
	return c
}

// remove applies an event that has no part in it: it ends one that it names by its id, or is about several.
func (l *existence) remove(eventType string, members map[string]json.RawMessage, data json.RawMessage) change {
	verb := eventType[strings.LastIndexByte(eventType, '.')+1:]
	name, deletes := strings.CutSuffix(verb, "_deleted")
	switch {
	case verb == "deleted", verb == "expired", eventType == "apig.domain.unbound":
		name = l.main
	case !deletes:
		return change{data: data}
	}
	c := change{part: name, main: name == l.main}
	for key, value := range l.parts {
		if key.name == name && (key.id == "" || names(members, key.id)) {
			c.before = value
			delete(l.parts, key)
		}
	}
	if c.main {
		clear(l.parts) // the rest goes with the thing itself
	}
	return c
}

// names reports whether one of the members is the id.
func names(members map[string]json.RawMessage, id string) bool {
	for _, value := range members {
		if string(value) == `"`+id+`"` {
			return true
		}
	}
	return false
}

func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}

func maskedJSON(value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	return json.RawMessage(secret.Mask(value))
}

func (c change) happening(rec domain.Recorded) (Happening, error) {
	h := Happening{Recorded: rec, Part: c.part}
	if c.part == "" {
		h.Data = maskedJSON(c.data)
		return h, nil
	}
	d, err := DiffOfJSON(orNull(c.before), orNull(c.after))
	h.Before, h.After, h.Diff = maskedJSON(orNull(c.before)), maskedJSON(orNull(c.after)), &d
	return h, err
}
