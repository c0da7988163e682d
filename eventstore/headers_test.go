package eventstore

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
)

func TestHeadersAreCloudEvents(t *testing.T) {
	t.Parallel()
	m := Message{
		Subject: "evt.apig.p1.api.a1", ID: "e1", Type: "apig.api.published", Schema: 2,
		Time:       time.Date(2024, 5, 6, 7, 8, 9, 10, time.FixedZone("", 7200)),
		Extensions: map[string]string{"actorname": "Jo Ä", "reason": ""},
	}
	want := nats.Header{
		"ce-specversion": {"1.0"}, "ce-id": {"e1"}, "ce-type": {"apig.api.published"}, "ce-source": {"gatelog"},
		"ce-subject": {"api/a1"}, "ce-time": {"2024-05-06T05:08:09.00000001Z"}, "ce-schemaversion": {"2"},
		"ce-actorname": {"Jo%20%C3%84"}, "Content-Type": {"application/json"},
	}
	if diff := cmp.Diff(want, header(m)); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestParseRefusesWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h nats.Header){
		"no id":               func(h nats.Header) { delete(h, "ce-id") },
		"no type":             func(h nats.Header) { h["ce-type"] = nil },
		"no time":             func(h nats.Header) { delete(h, "ce-time") },
		"time in words":       func(h nats.Header) { h["ce-time"] = []string{"yesterday"} },
		"no schema":           func(h nats.Header) { delete(h, "ce-schemaversion") },
		"schema in words":     func(h nats.Header) { h["ce-schemaversion"] = []string{"two"} },
		"half an escape":      func(h nats.Header) { h["ce-reason"] = []string{"100%"} },
		"escape of no number": func(h nats.Header) { h["ce-reason"] = []string{"%zz"} },
	} {
		h := header(message("t1", "a"))
		if _, err := parse("evt.toy.t1.thing.a", h, nil, 3); err != nil {
			t.Fatalf("a good message: %v", err)
		}
		change(h)
		_, err := parse("evt.toy.t1.thing.a", h, nil, 3)
		broken := (*Malformed)(nil)
		if !errors.As(err, &broken) || broken.Position != 3 || broken.Unwrap() == nil {
			t.Errorf("%s: %v, want Malformed at 3", name, err)
		}
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	got, err := Subject("apig", "p1", "api", "A-b_9")
	if err != nil || got != "evt.apig.p1.api.A-b_9" {
		t.Errorf("subject %q, %v", got, err)
	}
	for _, parts := range [][4]string{
		{"", "p", "k", "i"}, {"s", "p.q", "k", "i"}, {"s", "p", "*", "i"}, {"s", "p", "k", ">"},
		{"s", "p", "k", "i i"}, {"s", "p", "k", "ü"}, {"s", "p", "k", strings.Repeat("i", 129)},
	} {
		if got, err := Subject(parts[0], parts[1], parts[2], parts[3]); err == nil {
			t.Errorf("parts %q made %q", parts, got)
		}
	}
	for subject, want := range map[string][4]string{
		"evt.apig.p1.api.a1":   {"apig", "p1", "api", "a1"},
		"evt.apig.p1.writer":   {},
		"evt.apig.p1.api.a1.x": {},
		"cmd.apig.p1.api.a1":   {},
		"":                     {},
	} {
		surface, tenant, kind, id, ok := Parts(subject)
		if diff := cmp.Diff(want, [4]string{surface, tenant, kind, id}); diff != "" || ok != (want[0] != "") {
			t.Errorf("parts of %q, %v (-want +got):\n%s", subject, ok, diff)
		}
	}
	if Tenant("apig", "p1") != "evt.apig.p1.>" || Surface("apig") != "evt.apig.>" {
		t.Errorf("filters %s and %s", Tenant("apig", "p1"), Surface("apig"))
	}
}

// FuzzParse: whatever stands in the log, parse returns an event or an error, and an event that it
// returns can be written again and is then the same.
func FuzzParse(f *testing.F) {
	f.Add("evt.toy.t1.thing.a", "id", "toy.thing.changed", "2024-05-06T05:08:09.1Z", "1", "reason", "a%20b", []byte(`{}`))
	f.Add("evt", "", "", "now", "-1", "", "%", []byte(nil))
	f.Add("evt.toy.t1.writer", "i", "t", "0000-01-01T00:00:00Z", "99999999999999999999", "id", "\r\n", []byte("x"))
	f.Fuzz(func(t *testing.T, subject, id, kind, at, schema, name, value string, data []byte) {
		h := nats.Header{
			headerID: {id}, headerType: {kind}, headerTime: {at}, headerSchema: {schema}, headerPrefix + name: {value},
		}
		r, err := parse(subject, h, data, 7)
		if err != nil {
			if !errors.As(err, new(*Malformed)) {
				t.Fatalf("%v is not Malformed", err)
			}
			return
		}
		again, err := parse(subject, header(r.Message), r.Data, 7)
		if err != nil {
			t.Fatalf("%+v was read and could not be read again: %v", r, err)
		}
		for name, value := range r.Extensions {
			if value == "" {
				delete(r.Extensions, name)
			}
		}
		if len(r.Extensions) == 0 {
			r.Extensions = nil
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatalf("read again (-first +second):\n%s", diff)
		}
	})
}
