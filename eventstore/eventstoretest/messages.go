// Package eventstoretest holds every eventstore.Log to the same promises.
package eventstoretest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

// Surface is the surface of all messages that this package makes.
const Surface = "toy"

// At is when all messages of this package were decided. It has nanoseconds, which a log must keep.
var At = time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)

// Message returns a message of a tenant about the aggregate 'thing/<id>'; its id in the log is
// '<id>-<n>'.
func Message(tenant, id string, n int) eventstore.Message {
	name := fmt.Sprintf("%s-%d", id, n)
	return eventstore.Message{
		Subject: Subject(tenant, id), ID: name, Type: "toy.thing.changed", Schema: 1, Time: At,
		Extensions: map[string]string{"actorid": "u1"},
		Data:       fmt.Appendf(nil, `{"name":%q}`, name),
	}
}

// Subject is the subject of the aggregate 'thing/<id>'.
func Subject(tenant, id string) string {
	return "evt." + Surface + "." + tenant + ".thing." + id
}

// Unit returns a unit of n messages about one aggregate.
func Unit(tenant, id string, n int) []eventstore.Message {
	unit := make([]eventstore.Message, n)
	for i := range unit {
		unit[i] = Message(tenant, id, i)
	}
	return unit
}

// Take takes a tenant and ends the test when that fails.
func Take(t testing.TB, log eventstore.Log, tenant string) eventstore.Fence {
	t.Helper()
	fence, err := log.Take(t.Context(), Surface, tenant, t.Name())
	if err != nil {
		t.Fatalf("take %s: %v", tenant, err)
	}
	return fence
}

// Append appends units and ends the test when that fails.
func Append(t testing.TB, log eventstore.Log, fence eventstore.Fence, units ...[]eventstore.Message) []eventstore.Position {
	t.Helper()
	positions, err := log.Append(t.Context(), fence, units...)
	if err != nil {
		t.Fatalf("append %d units: %v", len(units), err)
	}
	return positions
}

// Head returns the end of the log.
func Head(t testing.TB, log eventstore.Log) eventstore.Position {
	t.Helper()
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatalf("head: %v", err)
	}
	return head
}

// All returns the messages of the filters from the beginning to the end of the log.
func All(t testing.TB, log eventstore.Log, filters ...string) []eventstore.Recorded {
	t.Helper()
	var all []eventstore.Recorded
	err := log.Read(t.Context(), 0, Head(t, log), func(r eventstore.Recorded) error {
		all = append(all, r)
		return nil
	}, filters...)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return all
}

// IDs returns the ids of messages, but for writer records.
func IDs(all []eventstore.Recorded) []string {
	var ids []string
	for _, r := range all {
		if r.Type != eventstore.TypeWriterTaken {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
