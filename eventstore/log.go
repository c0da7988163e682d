// Package eventstore is the log: one JetStream stream in which every change to every surface is a
// message that is never changed and never removed. It knows no surface and no event type.
package eventstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Position is the place of a message in the log, from 1 on. Positions grow but may have gaps as seen
// through a filter. Zero is 'before the first'.
type Position uint64

// Message is an event on its way into the log, as CloudEvents 1.0 has it.
type Message struct {
	Subject    string            // evt.<surface>.<tenant>.<kind>.<id>
	ID         string            // unique over all messages; stays the same when an append is tried again
	Type       string            // e.g. "apig.api.published"
	Schema     int               // schema version of Data, from 1
	Time       time.Time         // when it was decided, UTC
	Extensions map[string]string // CloudEvents extension attributes, see ErrInvalid; an empty value is none
	Data       []byte            // JSON
}

// Recorded is a message as the log has it.
type Recorded struct {
	Message
	Position Position
}

// Fence proves that its holder is the writer of one tenant. It comes from Log.Take; the zero value
// proves nothing and is refused.
type Fence struct {
	subject  string
	position Position
}

// Position is the place of the writer record that the fence refers to.
func (f Fence) Position() Position { return f.position }

// Subject is that of the tenant's writer records. As long as the newest of them is at Position, the
// holder of the fence is the writer.
func (f Fence) Subject() string { return f.subject }

// Errors of a Log. They are values: ask with errors.Is.
var (
	// ErrFenced: another writer has taken the tenant, nothing was appended.
	ErrFenced = errors.New("another writer has taken the tenant")
	// ErrInDoubt: the append was sent but its outcome is not known; it may or may not be in the log.
	ErrInDoubt = errors.New("the outcome of the append is not known")
	// ErrNotFound: there is no such message.
	ErrNotFound = errors.New("no such message in the log")
	// ErrTooLarge: a unit has more messages, or a message more bytes, than the log takes at once.
	// Nothing was appended.
	ErrTooLarge = errors.New("too large for one append")
	// ErrInvalid: a message is none that the log can give back, or not one of the fence's tenant.
	// Subjects are those of Subject; id and type 1 to 256 visible ASCII characters; the schema
	// version at least 1; the year 0 to 9999; names of extensions 1 to 20 lower-case letters and
	// digits and none of the standard attributes. Nothing was appended.
	ErrInvalid = errors.New("not a message that the log takes")
)

// Malformed is the error of a reader that met a message which is no event: somebody else wrote it
// into the log.
type Malformed struct {
	Position Position
	Subject  string
	Err      error
}

// Error says which message and why.
func (m *Malformed) Error() string {
	return fmt.Sprintf("message %d on %s is not an event: %v", m.Position, m.Subject, m.Err)
}

// Unwrap returns the cause.
func (m *Malformed) Unwrap() error { return m.Err }

// MaxUnit is the largest number of messages in one append: what an atomic batch of JetStream holds.
const MaxUnit = 1000

// Log is the durable, ordered record of all events. All methods are safe for concurrent use.
type Log interface {
	// Take makes the caller the one writer of a tenant on a surface: it appends a writer record
	// naming owner and returns the fence that all appends of that tenant must carry. From then on
	// appends behind an older fence of that tenant are refused with ErrFenced.
	Take(ctx context.Context, surface, tenant, owner string) (Fence, error)

	// Append adds units behind fence, in order. A unit is what one command caused: all of its
	// messages get into the log, or none. It returns the positions of all messages, flat, in order.
	// After ErrFenced, ErrTooLarge and ErrInvalid nothing was added. After any other error a leading
	// part of the units may be in the log, whole units only: read the log to know. ctx does not stop
	// an append: it ends by itself after seconds.
	Append(ctx context.Context, fence Fence, units ...[]Message) ([]Position, error)

	// At returns the message at a position, or ErrNotFound.
	At(ctx context.Context, at Position) (Recorded, error)

	// Newest returns the newest message of an exact subject at or under a position (0: of all), or
	// ErrNotFound. Of all positions it can also be asked for a filter (see Tenant and Surface); a
	// filter together with a position is ErrInvalid.
	Newest(ctx context.Context, subject string, atOrUnder Position) (Recorded, error)

	// Head returns the position of the newest message in the log, 0 when it is empty.
	Head(ctx context.Context) (Position, error)

	// Read calls each for every message of the filters (all when none) after 'after', up to and
	// including upTo, in order: all of them, or an error. It returns the first error of each. upTo
	// must not lie beyond Head: that is ErrNotFound.
	Read(ctx context.Context, after, upTo Position, each func(Recorded) error, filters ...string) error

	// Follow calls each with the messages of the filters (all when none) after a position, in
	// order, as they come: as many at once as are waiting, at most 'most' (at least 1). It returns
	// when ctx ends (with its error), with the first error of each, or at a Malformed message, after
	// those before it. Losing the log for a while is none of these: it goes on when the log is back.
	Follow(ctx context.Context, after Position, most int, each func([]Recorded) error, filters ...string) error

	// Incarnation identifies this log over its whole life: positions of another incarnation mean
	// nothing here.
	Incarnation() string
}

// Subject returns the subject of an aggregate: evt.<surface>.<tenant>.<kind>.<id>. It refuses parts
// that are empty or hold anything but letters, digits, - and _.
func Subject(surface, tenant, kind, id string) (string, error) {
	for _, part := range []string{surface, tenant, kind, id} {
		if !token(part) {
			return "", fmt.Errorf("subject part %q: letters, digits, - and _ only, 1 to 128", part)
		}
	}
	return strings.Join([]string{root, surface, tenant, kind, id}, "."), nil
}

// Tenant returns the filter that matches all events of a tenant on a surface, writer records
// included.
func Tenant(surface, tenant string) string { return root + "." + surface + "." + tenant + ".>" }

// Surface returns the filter that matches all events of a surface.
func Surface(surface string) string { return root + "." + surface + ".>" }

// Parts takes a subject apart. ok is false for a subject that is not one of an aggregate, such as a
// writer record.
func Parts(subject string) (surface, tenant, kind, id string, ok bool) {
	p := strings.Split(subject, ".")
	if len(p) != 5 || p[0] != root {
		return "", "", "", "", false
	}
	return p[1], p[2], p[3], p[4], true
}

// TypeWriterTaken is the type of a writer record: not a fact of any surface, but the fence that
// JetStream checks.
const TypeWriterTaken = "gatelog.writer.taken"

const root = "evt"

func writerSubject(surface, tenant string) string {
	return root + "." + surface + "." + tenant + ".writer"
}

func token(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// Everything is the filter that matches all messages of the log.
const Everything = root + ".>"
