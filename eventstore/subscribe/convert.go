package subscribe

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"
)

// Names of the metadata that a message has besides the CloudEvents attributes of its event, which are
// there under the names of their headers: ce-id, ce-type, ce-schemaversion, ce-actorname …
const (
	// MetadataPosition is the place of the event in the log.
	MetadataPosition = "gatelog-position"
	// MetadataSubject is the subject of the log: evt.<surface>.<tenant>.<kind>.<id>.
	MetadataSubject = "gatelog-subject"
)

const headerPrefix = "ce-"

// standard are the attributes that the log writes as they are. Extensions it writes percent-encoded.
var standard = map[string]bool{
	"ce-specversion": true, "ce-id": true, "ce-type": true, "ce-source": true, "ce-subject": true, "ce-time": true, "ce-schemaversion": true,
}

// convert makes a Watermill message of an event: its id, its data, and its attributes as metadata.
func convert(msg jetstream.Msg) *message.Message {
	header := msg.Headers()
	value := func(name string) string {
		if v := header[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	m := message.NewMessage(value("ce-id"), msg.Data())
	for name := range header {
		if strings.HasPrefix(name, headerPrefix) {
			m.Metadata.Set(name, readable(name, value(name)))
		}
	}
	m.Metadata.Set(MetadataSubject, msg.Subject())
	if meta, err := msg.Metadata(); err == nil {
		m.Metadata.Set(MetadataPosition, strconv.FormatUint(meta.Sequence.Stream, 10))
	}
	if value("ce-type") == TypeMessage {
		_ = disclose(m) // one that was not made by a Publisher is delivered as it is
	}
	return m
}

func readable(name, value string) string {
	if standard[name] {
		return value
	}
	if text, err := url.PathUnescape(value); err == nil {
		return text
	}
	return value
}
