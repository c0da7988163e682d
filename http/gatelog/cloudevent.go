package gatelog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

// CloudEvent is an event as CloudEvents 1.0 has it in structured mode: all attributes and the data in one
// JSON object. What the log knows of an event besides is in extension attributes.
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject" doc:"<kind>/<id> of what the event is about."`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	SchemaVersion   string    `json:"schemaversion" doc:"Version of the data's shape, from 1."`
	// Position is a text, because numbers of CloudEvents end at 2^31.
	Position string `json:"position" doc:"Place in the log."`
	Surface  string `json:"surface" doc:"API that the event belongs to."`
	Tenant   string `json:"tenant" doc:"Project, or the account."`
	// Extensions are the circumstances: actorid, actorname, accesskey, clientaddress, client, command,
	// correlationid, reason, operation.
	Extensions map[string]string `json:"-"`
	Data       json.RawMessage   `json:"data,omitempty"`
	_          struct{}          `json:"-" additionalProperties:"true"`
}

// NewCloudEvent returns the event for what the log has at a position. Secrets in its data stay sealed.
func NewCloudEvent(r eventstore.Recorded) CloudEvent {
	surface, tenant, what := about(r.Subject)
	return CloudEvent{
		SpecVersion: "1.0", ID: r.ID, Source: eventstore.Source, Type: r.Type, Subject: what, Time: r.Time.UTC(),
		DataContentType: "application/json", SchemaVersion: strconv.Itoa(r.Schema),
		Position: strconv.FormatUint(uint64(r.Position), 10), Surface: surface, Tenant: tenant,
		Extensions: r.Extensions, Data: r.Data,
	}
}

// Attributes returns all attributes but datacontenttype by name, as texts: what binary mode has in headers.
func (e CloudEvent) Attributes() map[string]string {
	all := map[string]string{
		"specversion": e.SpecVersion, "id": e.ID, "source": e.Source, "type": e.Type, "subject": e.Subject,
		"time": e.Time.Format(time.RFC3339Nano), "schemaversion": e.SchemaVersion,
		"position": e.Position, "surface": e.Surface, "tenant": e.Tenant,
	}
	for name, value := range e.Extensions {
		all[name] = value
	}
	return all
}

// ContentType implements huma.ContentTypeFilter.
func (CloudEvent) ContentType(string) string { return "application/cloudevents+json" }

// MarshalJSON returns the event with its extension attributes beside the others, by name.
func (e CloudEvent) MarshalJSON() ([]byte, error) {
	type standard CloudEvent
	data := e.Data
	e.Data = nil // it is long: it goes in as it is, at the end
	text, err := json.Marshal(standard(e))
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(bytes.TrimSuffix(text, []byte("}")))
	for _, name := range slices.Sorted(maps.Keys(e.Extensions)) {
		if err := addMember(b, name, e.Extensions[name]); err != nil {
			return nil, err
		}
	}
	if err := addData(b, data); err != nil {
		return nil, fmt.Errorf("the data of the event at position %s: %w", e.Position, err)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// addMember adds a member to an object that has some already and is not closed yet.
func addMember(b *bytes.Buffer, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, ",%q:%s", name, text)
	return nil
}

// addData adds the data as it is, but for white space, so that it can be read back.
func addData(b *bytes.Buffer, data json.RawMessage) error {
	if len(data) == 0 {
		return addMember(b, "data", nil)
	}
	b.WriteString(`,"data":`)
	return json.Compact(b, data)
}

// about takes the subject of a message apart: whose it is, and which aggregate it is about. A record that
// is about none, such as that of a new writer, is called by its last part.
func about(subject string) (surface, tenant, what string) {
	if surface, tenant, kind, id, ok := eventstore.Parts(subject); ok {
		return surface, tenant, kind + "/" + id
	}
	parts := strings.SplitN(subject, ".", 4)
	if len(parts) < 4 {
		return "", "", subject
	}
	return parts[1], parts[2], parts[3]
}
