package eventstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// batchRoom is kept free in every message for the headers of an atomic batch.
const batchRoom = 128

// prepare returns the messages of units as they go over the wire, guarded by the fence. Everything
// that can be refused without asking the log is refused here, before anything is sent. most is the
// size of the largest message in bytes.
func prepare(fence Fence, units [][]Message, most int64) ([][]*nats.Msg, error) {
	if fence.position == 0 {
		return nil, errors.New("append without a fence: take the tenant first")
	}
	all := make([][]*nats.Msg, 0, len(units))
	for _, unit := range units {
		if len(unit) > MaxUnit {
			return nil, fmt.Errorf("%w: a unit of %d messages, at most %d", ErrTooLarge, len(unit), MaxUnit)
		}
		wire := make([]*nats.Msg, len(unit))
		for i, m := range unit {
			if err := m.check(fence); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
			}
			wire[i] = &nats.Msg{Subject: m.Subject, Header: header(m), Data: m.Data}
			guard(wire[i].Header, fence)
			if size := int64(wire[i].Size()) + batchRoom; size > most {
				return nil, fmt.Errorf("%w: a message of %d bytes, at most %d", ErrTooLarge, size, most)
			}
		}
		all = append(all, wire)
	}
	return all, nil
}

// guard makes the log refuse the message once the tenant has another writer.
func guard(h nats.Header, fence Fence) {
	h[jetstream.ExpectedLastSubjSeqHeader] = []string{strconv.FormatUint(uint64(fence.position), 10)}
	h[jetstream.ExpectedLastSubjSeqSubjHeader] = []string{fence.subject}
}

// check holds a message against ErrInvalid's rules.
func (m Message) check(fence Fence) error {
	surface, tenant, kind, id, ok := Parts(m.Subject)
	switch {
	case !ok || !token(kind) || !token(id):
		return fmt.Errorf("%q is not the subject of an aggregate", m.Subject)
	case writerSubject(surface, tenant) != fence.subject:
		return fmt.Errorf("%s does not belong to the writer of %s", m.Subject, fence.subject)
	}
	return m.checkAttributes()
}

// checkAttributes holds all but the subject against the rules.
func (m Message) checkAttributes() error {
	switch {
	case !visible(m.ID) || !visible(m.Type):
		return fmt.Errorf("id %q and type %q must be 1 to 256 visible ASCII characters", m.ID, m.Type)
	case m.Schema < 1:
		return fmt.Errorf("schema version %d of %s: at least 1", m.Schema, m.Type)
	case m.Time.UTC().Year() < 0 || m.Time.UTC().Year() > 9999:
		return fmt.Errorf("the year %d of %s: 0 to 9999", m.Time.UTC().Year(), m.Type)
	}
	for name := range m.Extensions {
		if !extensionName(name) {
			return fmt.Errorf("extension %q: 1 to 20 lower-case letters and digits, and not a standard attribute", name)
		}
	}
	return nil
}

func visible(s string) bool {
	return s != "" && len(s) <= 256 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func extensionName(s string) bool {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return s != "" && len(s) <= 20 && strings.IndexFunc(s, odd) < 0 && !standard[headerPrefix+s]
}
