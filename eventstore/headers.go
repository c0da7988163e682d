package eventstore

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Source is the CloudEvents source of every event: who keeps the log.
const Source = "gatelog"

const (
	headerSpec    = "ce-specversion"
	headerID      = "ce-id"
	headerType    = "ce-type"
	headerSource  = "ce-source"
	headerSubject = "ce-subject"
	headerTime    = "ce-time"
	headerSchema  = "ce-schemaversion"
	headerContent = "Content-Type"
	headerPrefix  = "ce-"
)

var standard = map[string]bool{
	headerSpec: true, headerID: true, headerType: true, headerSource: true,
	headerSubject: true, headerTime: true, headerSchema: true,
}

// header returns the message's attributes as NATS headers: CloudEvents 1.0, binary mode. Values are
// percent-encoded, as the protocol bindings of CloudEvents ask for.
func header(m Message) nats.Header {
	h := make(nats.Header, 8+len(m.Extensions))
	set := func(name, value string) { h[name] = []string{value} }
	set(headerSpec, "1.0")
	set(headerID, m.ID)
	set(headerType, m.Type)
	set(headerSource, Source)
	set(headerSubject, subjectAttribute(m.Subject))
	set(headerTime, m.Time.UTC().Format(time.RFC3339Nano))
	set(headerSchema, strconv.Itoa(m.Schema))
	set(headerContent, "application/json")
	for name, value := range m.Extensions {
		if value != "" {
			set(headerPrefix+name, url.PathEscape(value))
		}
	}
	return h
}

// subjectAttribute is the aggregate as '<kind>/<id>', which says more to a subscriber than the
// transport's subject.
func subjectAttribute(subject string) string {
	if _, _, kind, id, ok := Parts(subject); ok {
		return kind + "/" + id
	}
	return subject
}

// parse reads a message as header wrote it. Its errors are *Malformed.
func parse(subject string, h nats.Header, data []byte, at Position) (Recorded, error) {
	r := Recorded{Position: at, Message: Message{
		Subject: subject, ID: first(h, headerID), Type: first(h, headerType), Data: data,
	}}
	bad := func(err error) (Recorded, error) {
		return r, &Malformed{Position: at, Subject: subject, Err: err}
	}
	if r.ID == "" || r.Type == "" {
		return bad(errors.New("it has no ce-id or ce-type"))
	}
	var err error
	if r.Time, err = time.Parse(time.RFC3339Nano, first(h, headerTime)); err != nil {
		return bad(fmt.Errorf("ce-time: %w", err))
	}
	r.Time = r.Time.UTC()
	if r.Schema, err = strconv.Atoi(first(h, headerSchema)); err != nil {
		return bad(fmt.Errorf("ce-schemaversion: %w", err))
	}
	if r.Extensions, err = extensions(h); err != nil {
		return bad(err)
	}
	return r, nil
}

// extensions returns the extension attributes among the headers, nil for none.
func extensions(h nats.Header) (map[string]string, error) {
	var all map[string]string
	for name, values := range h {
		if standard[name] || !strings.HasPrefix(name, headerPrefix) || len(values) == 0 {
			continue
		}
		value, err := url.PathUnescape(values[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if all == nil {
			all = make(map[string]string, 8)
		}
		all[strings.TrimPrefix(name, headerPrefix)] = value
	}
	return all, nil
}

func first(h nats.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
