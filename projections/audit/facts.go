package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
)

// Events of all surfaces follow a form, and the audit trail rests on nothing else: an event that changes a thing
// has the whole thing, an object, as one member, named after what it is, beside the names of what changed.
// Others name what they are about by ids, members of their own. The last word of the type says what happened, after the part of the
// resource that it happened to: 'updated', 'code_created'.

// fact is what an event says, as far as the audit trail is concerned.
type fact struct {
	raw      envelope.Raw
	member   string
	part     string
	gone     bool
	instance string
	name     string
	document []byte // masked
}

// gone are the last words of types that end something, with whether they come behind the name of a part.
var gone = []string{"deleted", "revoked", "unbound", "taken_offline"}

// flat is the member of events that tell what happened by ids: they follow each other.
const flat = "~"

// factOf reads an event. Sealed secrets are masked before anything is looked at.
func factOf(raw envelope.Raw) (fact, error) {
	f := fact{raw: raw, document: secret.Mask(raw.Data)}
	var members map[string]json.RawMessage
	if err := unmarshal(f.document, &members); err != nil {
		return f, fmt.Errorf("its data is no JSON object: %w", err)
	}
	word := raw.Type[strings.LastIndexByte(raw.Type, '.')+1:]
	f.gone = slices.ContainsFunc(gone, func(end string) bool { return word == end || strings.HasSuffix(word, "_"+end) })
	member, entity := entityOf(members)
	if entity == nil {
		f.tellsByIDs(word, members)
		return f, nil
	}
	f.document = members[member]
	f.member, f.part = f.memberOf(member, word), f.partOf(textOf(entity["id"]))
	f.instance, f.name = instanceOf(raw, entity), nameOf(raw.About.Kind, entity)
	if f.name == "" {
		f.name = f.nested(entity)
	}
	return f, nil
}

// entityOf finds the member that is the thing, if the event has it.
func entityOf(members map[string]json.RawMessage) (name string, entity map[string]json.RawMessage) {
	all := slices.Sorted(maps.Keys(members))
	if slices.ContainsFunc(all, func(name string) bool { return strings.HasSuffix(name, "_id") }) {
		return "", nil
	}
	for _, name := range all {
		if !strings.HasPrefix(strings.TrimSpace(string(members[name])), "{") {
			continue
		}
		if unmarshal(members[name], &entity) == nil {
			return name, entity
		}
	}
	return "", nil
}

// memberOf is empty for the resource itself: where the member has the name of the kind, or the type's word no
// part in front. Surfaces may shorten the member's name.
func (f *fact) memberOf(member, word string) string {
	if member == f.raw.About.Kind || !strings.Contains(word, "_") {
		return ""
	}
	return member
}

// partOf is empty for the resource itself, whose id may be a part of that of its subject.
func (f *fact) partOf(id string) string {
	if id == f.raw.About.ID || strings.HasSuffix(f.raw.About.ID, "_"+id) {
		return ""
	}
	return text(id)
}

// tellsByIDs reads an event that has no entity.
func (f *fact) tellsByIDs(word string, members map[string]json.RawMessage) {
	f.instance, f.name = instanceOf(f.raw, members), nameOf(f.raw.About.Kind, members)
	of, deleted := strings.CutSuffix(word, "deleted")
	if !deleted {
		f.member, f.part = flat, text(textOf(members["env_id"]))
		return
	}
	f.document = nil
	if of = strings.TrimSuffix(of, "_"); of == "" {
		return
	}
	f.member = of
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if strings.HasSuffix(name, of+"_id") {
			f.part = f.partOf(textOf(members[name]))
		}
	}
}

func textOf(value json.RawMessage) string {
	var s string
	if unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func instanceOf(raw envelope.Raw, members map[string]json.RawMessage) string {
	if raw.About.Kind == "instance" {
		return raw.About.ID
	}
	return text(textOf(members["instance_id"]))
}

// nameOf finds what people call a thing.
func nameOf(kind string, members map[string]json.RawMessage) string {
	for _, member := range []string{"name", kind + "_name"} {
		if name := textOf(members[member]); name != "" {
			return text(name)
		}
	}
	return ""
}

// nested finds the name of a thing whose definition is a member of its own.
func (f *fact) nested(entity map[string]json.RawMessage) string {
	var definition map[string]json.RawMessage
	if unmarshal(entity["definition"], &definition) != nil {
		return ""
	}
	return nameOf(f.raw.About.Kind, definition)
}

func (f *fact) row(rec domain.Recorded, record string) changeRow {
	set := map[string]bool{}
	addWords(set, f.raw.About.Kind)
	addWords(set, f.raw.About.ID)
	addWords(set, f.name)
	addWords(set, rec.Command)
	documentWords(set, f.document)
	return changeRow{
		ID: rec.ID, Record: record, Position: rec.Position, Command: text(rec.Command), Tenant: rec.Tenant, Surface: f.raw.Surface, Type: f.raw.Type,
		Kind: f.raw.About.Kind, Resource: f.raw.About.ID, Instance: f.instance, Name: f.name, Member: text(f.member), Part: f.part,
		Gone: f.gone, Document: strings.ToValidUTF8(string(f.document), ""), Words: joined(set),
	}
}
