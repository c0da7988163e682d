package eventstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
)

// Raw is a message as the log keeps it, whether or not it is an event: for copies of the log. Headers
// that instruct the broker (Nats-…: expectations, batches) are left out; they have done their work.
type Raw struct {
	Position Position
	Subject  string
	Header   []byte // 'name: value' for each, every one ended by a newline, in any order; nil for none
	Data     []byte
}

// brokerHeader begins the names of headers that instruct the broker.
const brokerHeader = "Nats-"

// ID returns the id of the event in a message, "" of a message that is none.
func (r Raw) ID() string {
	for line := range bytes.Lines(r.Header) {
		if value, ok := bytes.CutPrefix(line, []byte(headerID+": ")); ok {
			return string(bytes.TrimSuffix(value, []byte("\n")))
		}
	}
	return ""
}

// openRaw returns what there is to keep of a message.
func openRaw(subject string, h nats.Header, data []byte, at Position) (Raw, error) {
	text, err := headerText(h)
	return Raw{Position: at, Subject: subject, Header: text, Data: data}, err
}

// headerText returns the headers that are kept as text, in the order of their names. It refuses one that would
// come back as two.
func headerText(h nats.Header) ([]byte, error) {
	var text []byte
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if strings.HasPrefix(name, brokerHeader) {
			continue
		}
		for _, value := range h[name] {
			if name == "" || strings.ContainsAny(name, ":\n") || strings.Contains(value, "\n") {
				return nil, fmt.Errorf("the header %q cannot be kept", name)
			}
			text = append(append(append(append(text, name...), ": "...), value...), '\n')
		}
	}
	return text, nil
}

// fields returns the headers of a message. None of them instructs the broker.
func (r Raw) fields() (nats.Header, error) {
	h := make(nats.Header, 12)
	for line := range strings.Lines(string(r.Header)) {
		name, value, ok := strings.Cut(line, ": ")
		if !ok || name == "" || !strings.HasSuffix(value, "\n") || strings.HasPrefix(name, brokerHeader) {
			return nil, fmt.Errorf("%q is no header", line)
		}
		h[name] = append(h[name], value[:len(value)-1])
	}
	return h, nil
}

// Raw returns the message of an event that came from elsewhere, as a log has it at the event's position.
// An event that no log could hold is ErrInvalid; see there for the bounds.
func (r Recorded) Raw() (Raw, error) {
	surface, tenant, ok := owner(r.Subject)
	if !ok {
		return Raw{}, fmt.Errorf("%w: %q is no subject of a log", ErrInvalid, r.Subject)
	}
	fence := Fence{subject: writerSubject(surface, tenant)}
	if r.Subject != fence.subject {
		if err := r.check(fence); err != nil {
			return Raw{}, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	h := header(r.Message)
	if _, err := parse(r.Subject, h, r.Data, r.Position); err != nil {
		return Raw{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	raw, err := openRaw(r.Subject, h, r.Data, r.Position)
	if err != nil {
		return Raw{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return raw, nil
}

// Recorded returns the event in a message. A message that is none is *Malformed.
func (r Raw) Recorded() (Recorded, error) {
	h, err := r.fields()
	if err != nil {
		return Recorded{}, &Malformed{Position: r.Position, Subject: r.Subject, Err: err}
	}
	return parse(r.Subject, h, r.Data, r.Position)
}

// owner returns whose a subject is.
func owner(subject string) (surface, tenant string, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) < 4 || parts[0] != root || slices.ContainsFunc(parts, func(p string) bool { return !token(p) }) {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// ErrGap says that the log has no message at a position between others: it was damaged, since nothing can
// be deleted from it.
var ErrGap = errors.New("the log has a gap")

// rawBatch is how many messages are taken from a reader at once.
const rawBatch = 256

// ReadRaw calls each for every message after 'after', up to and including upTo, in order and without any
// gap: all of them, or an error. It returns the first error of each. upTo must not lie beyond Head: that is
// ErrNotFound.
func (s *Stream) ReadRaw(ctx context.Context, after, upTo Position, each func(Raw) error) error {
	if upTo <= after {
		return nil
	}
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	if upTo > head {
		return fmt.Errorf("position %d: the log ends at %d: %w", upTo, head, ErrNotFound)
	}
	at := after
	err = forward(ctx, s, after, reading[Raw]{most: rawBatch, ahead: pullMessages, tries: readTries, open: openRaw, each: func(batch []Raw) error {
		for _, r := range batch {
			if at++; r.Position != at {
				return fmt.Errorf("%w: position %d comes where %d should", ErrGap, r.Position, at)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := each(r); err != nil {
				return err
			}
			if at == upTo {
				return errEnough
			}
		}
		return nil
	}})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Extent returns the position of the newest message, 0 when there is none, and how many bytes the broker
// keeps for all of them.
func (s *Stream) Extent(ctx context.Context) (head Position, bytes uint64, err error) {
	info, err := s.stream.Info(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("ask the log for its end: %w", err)
	}
	return Position(info.State.LastSeq), info.State.Bytes, nil
}

// RawAt returns the message at a position, or ErrNotFound. It asks the leader: a follower may not have it yet.
func (s *Stream) RawAt(ctx context.Context, at Position) (Raw, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return openLeader(ctx, s, leaderGet{Seq: uint64(at)}, fmt.Sprintf("position %d", at), openRaw)
}
