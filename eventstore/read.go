package eventstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// readTimeout bounds one look-up of one message.
const readTimeout = 5 * time.Second

// Where the log has one replica, single messages are looked up by JetStream's direct get, the fastest
// way. Where it has more, a direct get may be answered by a follower that is behind, and what is
// newest or missing there proves nothing: then the leader is asked.

// Head implements Log.
func (s *Stream) Head(ctx context.Context) (Position, error) {
	head, _, err := s.Extent(ctx)
	return head, err
}

// At implements Log.
func (s *Stream) At(ctx context.Context, at Position) (Recorded, error) {
	what := fmt.Sprintf("position %d", at)
	if at == 0 {
		return Recorded{}, fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if s.clustered() {
		return s.askLeader(ctx, leaderGet{Seq: uint64(at)}, what)
	}
	raw, err := s.stream.GetMsg(ctx, uint64(at))
	return recorded(raw, err, what)
}

// Newest implements Log.
func (s *Stream) Newest(ctx context.Context, subject string, atOrUnder Position) (Recorded, error) {
	if err := exact(subject, atOrUnder); err != nil {
		return Recorded{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if s.clustered() {
		return s.newestOfLeader(ctx, subject, atOrUnder)
	}
	raw, err := s.stream.GetLastMsgForSubject(ctx, subject)
	newest, err := recorded(raw, err, subject)
	if broken := (*Malformed)(nil); err != nil && !errors.As(err, &broken) {
		return newest, err
	}
	if atOrUnder == 0 || newest.Position <= atOrUnder {
		return newest, err
	}
	// Looking back costs ten times as much, and what is asked for seldom has changed since.
	return s.newestUpTo(ctx, subject, atOrUnder)
}

func recorded(raw *jetstream.RawStreamMsg, err error, what string) (Recorded, error) {
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return Recorded{}, fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	if err != nil {
		return Recorded{}, fmt.Errorf("read %s from the log: %w", what, err)
	}
	return parse(raw.Subject, raw.Header, raw.Data, Position(raw.Sequence))
}

type multiLast struct {
	Subjects []string `json:"multi_last"`
	UpTo     uint64   `json:"up_to_seq"`
	Batch    int      `json:"batch"`
}

// newestUpTo asks JetStream's direct get for the last message of a subject at or under a position,
// which it finds through its index and not by a scan. The answer is the message, or an empty one
// with a status. It finds nothing at all where upTo lies beyond the end of the log.
func (s *Stream) newestUpTo(ctx context.Context, subject string, upTo Position) (Recorded, error) {
	body, err := json.Marshal(multiLast{Subjects: []string{subject}, UpTo: uint64(upTo), Batch: 1})
	if err != nil {
		return Recorded{}, fmt.Errorf("read %s at or under %d: %w", subject, upTo, err)
	}
	reply, err := s.nc.RequestWithContext(ctx, "$JS.API.DIRECT.GET."+s.name, body)
	if err != nil {
		return Recorded{}, fmt.Errorf("read %s at or under %d from the log: %w", subject, upTo, err)
	}
	switch status := reply.Header.Get("Status"); {
	case status == "404":
		return Recorded{}, fmt.Errorf("%s at or under %d: %w", subject, upTo, ErrNotFound)
	case status != "":
		return Recorded{}, fmt.Errorf("read %s at or under %d: the log answered %s %s", subject, upTo, status, reply.Header.Get("Description"))
	}
	at, err := strconv.ParseUint(reply.Header.Get(jetstream.SequenceHeader), 10, 64)
	if err != nil {
		return Recorded{}, fmt.Errorf("read %s at or under %d: position: %w", subject, upTo, err)
	}
	return parse(subject, reply.Header, reply.Data, Position(at))
}

// newestOfLeader is Newest where there are followers. An older message can only be asked for by direct
// get, whose answer the leader then confirms: it names the next message of the subject after it.
func (s *Stream) newestOfLeader(ctx context.Context, subject string, atOrUnder Position) (Recorded, error) {
	newest, err := s.askLeader(ctx, leaderGet{Last: subject}, subject)
	if err != nil || atOrUnder == 0 || newest.Position <= atOrUnder {
		return newest, err
	}
	found, err := s.newestUpTo(ctx, subject, atOrUnder)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Recorded{}, err
	}
	for {
		next, nextErr := s.askLeader(ctx, leaderGet{Seq: uint64(found.Position) + 1, Next: subject}, subject)
		if nextErr != nil && !errors.Is(nextErr, ErrNotFound) {
			return Recorded{}, nextErr
		}
		if nextErr != nil || next.Position > atOrUnder {
			return found, err
		}
		found, err = next, nil
	}
}

// leaderGet asks for the message at Seq, the Last one of a subject, or the Next one of a subject from
// Seq on. Subjects may have wildcards.
type leaderGet struct {
	Seq  uint64 `json:"seq,omitempty"`
	Last string `json:"last_by_subj,omitempty"`
	Next string `json:"next_by_subj,omitempty"`
}

type leaderAnswer struct {
	Error   *jetstream.APIError `json:"error"`
	Message struct {
		Subject string `json:"subject"`
		Seq     uint64 `json:"seq"`
		Header  []byte `json:"hdrs"`
		Data    []byte `json:"data"`
	} `json:"message"`
}

// askLeader reads one event from the leader of the stream.
func (s *Stream) askLeader(ctx context.Context, get leaderGet, what string) (Recorded, error) {
	return openLeader(ctx, s, get, what, parse)
}

// openLeader reads one message from the leader of the stream.
func openLeader[T placed](ctx context.Context, s *Stream, get leaderGet, what string, open opener[T]) (none T, err error) {
	body, err := json.Marshal(get)
	if err != nil {
		return none, fmt.Errorf("read %s from the log: %w", what, err)
	}
	reply, err := s.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+s.name, body)
	if err != nil {
		return none, fmt.Errorf("read %s from the log: %w", what, err)
	}
	var answer leaderAnswer
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return none, fmt.Errorf("read %s from the log: %w", what, err)
	}
	if answer.Error != nil {
		if answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
			return none, fmt.Errorf("%s: %w", what, ErrNotFound)
		}
		return none, fmt.Errorf("read %s from the log: %w", what, answer.Error)
	}
	m := answer.Message
	h := nats.Header{} // a message that somebody else wrote may have none
	if len(m.Header) > 0 {
		if h, err = nats.DecodeHeadersMsg(m.Header); err != nil {
			return none, &Malformed{Position: Position(m.Seq), Subject: m.Subject, Err: err}
		}
	}
	return open(m.Subject, h, m.Data, Position(m.Seq))
}

// end returns the position of the last message that a reading of the filters up to upTo must come to,
// or zero when none matches. Where the last matching message lies beyond upTo, it returns upTo.
//
// A reading that would trust an empty fetch, or the count of pending messages, would miss what a
// replica does not have yet.
func (s *Stream) end(ctx context.Context, upTo Position, filters []string) (Position, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if len(filters) == 0 {
		filters = []string{">"}
	}
	last := Position(0)
	for _, filter := range filters {
		m, err := s.askLeader(ctx, leaderGet{Last: filter}, filter)
		if broken := (*Malformed)(nil); errors.As(err, &broken) {
			m.Position = broken.Position
		} else if err != nil && !errors.Is(err, ErrNotFound) {
			return 0, err
		}
		if last = max(last, m.Position); last >= upTo {
			return upTo, nil
		}
	}
	head, err := s.Head(ctx)
	if err == nil && head < upTo {
		err = fmt.Errorf("position %d: the log ends at %d: %w", upTo, head, ErrNotFound)
	}
	return last, err
}
