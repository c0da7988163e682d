package eventstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
)

// Raw is a message as the log keeps it, whether or not it is an event: for copies of the log. Headers
// that instruct the broker (Nats-…: expectations, batches) are left out; they have done their work.
type Raw struct {
	Position Position
	Subject  string
	Header   nats.Header
	Data     []byte
}

// brokerHeader begins the names of headers that instruct the broker.
const brokerHeader = "Nats-"

// openRaw returns what there is to keep of a message.
func openRaw(subject string, h nats.Header, data []byte, at Position) (Raw, error) {
	kept := make(nats.Header, len(h))
	for name, values := range h {
		if !strings.HasPrefix(name, brokerHeader) {
			kept[name] = values
		}
	}
	return Raw{Position: at, Subject: subject, Header: kept, Data: data}, nil
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
	return Raw{Position: r.Position, Subject: r.Subject, Header: h, Data: r.Data}, nil
}

// Recorded returns the event in a message. A message that is none is *Malformed.
func (r Raw) Recorded() (Recorded, error) { return parse(r.Subject, r.Header, r.Data, r.Position) }

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

// RawAt returns the message at a position, or ErrNotFound. It asks the leader: a follower may not have it yet.
func (s *Stream) RawAt(ctx context.Context, at Position) (Raw, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return openLeader(ctx, s, leaderGet{Seq: uint64(at)}, fmt.Sprintf("position %d", at), openRaw)
}
