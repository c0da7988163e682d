package resources

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
)

// partKey tells the parts of a resource apart: an app has a secret, an ACL and AppCodes of its own, a policy
// has bindings.
type partKey struct{ name, id string }

// existence is the parts of a resource as its events leave them.
type existence struct {
	surface Surface
	parts   map[partKey]json.RawMessage
	main    string // name of the part that came first: the resource itself
	began   string // last word of the type of the event that it came with
}

// change is what an event changes in a resource.
type change struct {
	part          string
	before, after json.RawMessage // nil for none
	data          json.RawMessage // of an event about several parts
	main          bool            // the part is the resource itself
}

// fold applies an event.
func (l *existence) fold(ev domain.Event) (change, error) {
	data, err := dataOf(ev)
	if err != nil {
		return change{}, err
	}
	if l.surface.Part != nil {
		if name, id := l.surface.Part(ev); name != "" {
			return l.put(partKey{name, id}, data, ev.EventType()), nil
		}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return change{data: data}, nil // of a surface whose events have another form
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !bytes.HasPrefix(members[name], []byte("{")) {
			continue
		}
		var of struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(members[name], &of) // an id that is no text is none
		return l.put(partKey{name, of.ID}, members[name], ev.EventType()), nil
	}
	return l.remove(ev.EventType(), members, data), nil
}

// dataOf returns the JSON of an event; what is no JSON as a text.
func dataOf(ev domain.Event) (json.RawMessage, error) {
	raw, ok := ev.(envelope.Raw)
	switch {
	case !ok:
		return json.Marshal(ev)
	case json.Valid(raw.Data):
		return raw.Data, nil
	}
	return json.Marshal(string(raw.Data))
}

// verbOf returns the last word of a type, which says what happened.
func verbOf(eventType string) string { return eventType[strings.LastIndexByte(eventType, '.')+1:] }

// ends are the events that hold what they end.
var ends = []string{"unbound", "detached", "revoked", "special_deleted", "taken_offline"}

func (l *existence) put(key partKey, now json.RawMessage, eventType string) change {
	verb := verbOf(eventType)
	if l.main == "" {
		l.main, l.began = key.name, verb
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
	verb := verbOf(eventType)
	name, deletes := strings.CutSuffix(verb, "_deleted")
	switch {
	case verb == "deleted", verb == "expired", verb == "un"+l.began: // what began as bound ends as unbound
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

func masked(value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	return json.RawMessage(secret.Mask(value))
}

func (c change) happening(rec domain.Recorded) (Happening, error) {
	h := Happening{Recorded: rec, Part: c.part}
	if c.part == "" {
		h.Data = masked(c.data)
		return h, nil
	}
	d, err := DiffOf(orNull(c.before), orNull(c.after))
	h.Before, h.After, h.Diff = masked(orNull(c.before)), masked(orNull(c.after)), &d
	return h, err
}
