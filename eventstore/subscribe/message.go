package subscribe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/gatelog/gatelog/eventstore"
)

// TypeMessage is the type of the events that a Publisher appends: not a fact of any surface of Gatelog, but a
// message of somebody else's.
const TypeMessage = "app.message"

// published is the data of such an event. A payload that is JSON stays readable.
type published struct {
	UUID     string           `json:"uuid"`
	Metadata message.Metadata `json:"metadata,omitempty"`
	JSON     json.RawMessage  `json:"data,omitempty"`
	Binary   string           `json:"data_base64,omitempty"`
}

// enclose makes the data of an event of a message.
func enclose(m *message.Message) ([]byte, error) {
	p := published{UUID: m.UUID, Metadata: m.Metadata}
	// What JSON would write otherwise than it is must not go that way: a payload comes back byte by byte.
	if compact, err := json.Marshal(json.RawMessage(m.Payload)); err == nil && len(m.Payload) > 0 && string(compact) == string(m.Payload) {
		p.JSON = json.RawMessage(m.Payload)
	} else {
		p.Binary = base64.StdEncoding.EncodeToString(m.Payload)
	}
	return json.Marshal(p)
}

// disclose gives m the id, the payload and the metadata that its event encloses.
func disclose(m *message.Message) error {
	var p published
	if err := json.Unmarshal(m.Payload, &p); err != nil {
		return fmt.Errorf("event %s is no message of a publisher: %w", m.UUID, err)
	}
	payload := []byte(p.JSON)
	if p.JSON == nil {
		var err error
		if payload, err = base64.StdEncoding.DecodeString(p.Binary); err != nil {
			return fmt.Errorf("event %s is no message of a publisher: %w", m.UUID, err)
		}
	}
	m.UUID, m.Payload = p.UUID, payload
	for name, value := range p.Metadata {
		m.Metadata.Set(name, value)
	}
	return nil
}

// convertRecorded makes a Watermill message of an event as convert does, from what the log gives back.
func convertRecorded(r eventstore.Recorded) (*message.Message, error) {
	m := message.NewMessage(r.ID, r.Data)
	m.Metadata = make(message.Metadata, 9+len(r.Extensions))
	for name, value := range r.Extensions {
		m.Metadata[headerPrefix+name] = value
	}
	subject := r.Subject
	if _, _, kind, id, ok := eventstore.Parts(r.Subject); ok {
		subject = kind + "/" + id
	}
	m.Metadata["ce-specversion"], m.Metadata["ce-source"] = "1.0", eventstore.Source
	m.Metadata["ce-id"], m.Metadata["ce-type"], m.Metadata["ce-subject"] = r.ID, r.Type, subject
	m.Metadata["ce-time"], m.Metadata["ce-schemaversion"] = r.Time.Format(time.RFC3339Nano), strconv.Itoa(r.Schema)
	m.Metadata[MetadataSubject], m.Metadata[MetadataPosition] = r.Subject, strconv.FormatUint(uint64(r.Position), 10)
	if r.Type == TypeMessage {
		return m, disclose(m)
	}
	return m, nil
}
