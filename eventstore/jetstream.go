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
	"github.com/oklog/ulid/v2"
)

// Stream is the Log on a JetStream stream. Make it with Open.
type Stream struct {
	nc          *nats.Conn
	js          jetstream.JetStream
	stream      jetstream.Stream
	name        string
	incarnation string
	batches     chan struct{} // a place for each atomic batch on its way
}

// appendTimeout bounds one append: after it the outcome is in doubt.
const appendTimeout = 5 * time.Second

// batchesAtOnce bounds the atomic batches of this node that are on their way. The broker takes 50 per
// stream and refuses the rest, whatever tenant they are of.
const batchesAtOnce = 12

// The number of one-message units up to which publishing them one after the other is faster than one
// atomic batch. One replica: a batch costs as much as about a dozen publishes. Three replicas: batches
// are staged in memory and cheap.
const (
	singlesOneReplica = 11
	singlesClustered  = 1
)

// Incarnation implements Log.
func (s *Stream) Incarnation() string { return s.incarnation }

// Conn returns the connection that the log lives on, for what else needs the broker.
func (s *Stream) Conn() *nats.Conn { return s.nc }

// clustered reports whether more than one server holds the log.
func (s *Stream) clustered() bool { return s.stream.CachedInfo().Config.Replicas > 1 }

// Take implements Log. It refuses a stream that has been deleted and made again since Open.
func (s *Stream) Take(ctx context.Context, surface, tenant, owner string) (Fence, error) {
	m, err := writerRecord(surface, tenant, owner)
	if err != nil {
		return Fence{}, err
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return Fence{}, fmt.Errorf("take %s: %w", m.Subject, err)
	}
	if now := info.Config.Metadata[incarnationKey]; now != s.incarnation {
		return Fence{}, fmt.Errorf("take %s: the stream %s is another one than at the start (incarnation %q, was %q)", m.Subject, s.name, now, s.incarnation)
	}
	at, err := s.publish(ctx, &nats.Msg{Subject: m.Subject, Header: header(m), Data: m.Data})
	if err != nil {
		return Fence{}, fmt.Errorf("take %s: %w", m.Subject, err)
	}
	return Fence{subject: m.Subject, position: at}, nil
}

// writerRecord is the message that makes owner the writer of a tenant.
func writerRecord(surface, tenant, owner string) (Message, error) {
	if !token(surface) || !token(tenant) {
		return Message{}, fmt.Errorf("take %q of %q: letters, digits, - and _ only", tenant, surface)
	}
	data, err := json.Marshal(map[string]string{"owner": owner})
	return Message{
		Subject: writerSubject(surface, tenant), ID: ulid.Make().String(), Type: TypeWriterTaken, Schema: 1,
		Time: time.Now(), Data: data,
	}, err
}

// Append implements Log.
func (s *Stream) Append(ctx context.Context, fence Fence, units ...[]Message) ([]Position, error) {
	all, err := prepare(fence, units, s.nc.MaxPayload())
	if err != nil {
		return nil, err
	}
	total, single := 0, true
	for _, unit := range all {
		total += len(unit)
		single = single && len(unit) <= 1
	}
	most := singlesOneReplica
	if s.clustered() {
		most = singlesClustered
	}
	if single && total <= most {
		return s.appendSingles(ctx, all)
	}
	return s.appendBatches(ctx, all)
}

func (s *Stream) appendSingles(ctx context.Context, units [][]*nats.Msg) ([]Position, error) {
	var all []Position
	for _, unit := range units {
		for _, m := range unit {
			at, err := s.publish(ctx, m)
			if err != nil {
				return all, afterSome(len(all), err)
			}
			all = append(all, at)
		}
	}
	return all, nil
}

// appendBatches packs whole units into as few atomic batches as they fit in.
func (s *Stream) appendBatches(ctx context.Context, units [][]*nats.Msg) ([]Position, error) {
	var all []Position
	var batch []*nats.Msg
	flush := func() error {
		positions, err := s.publishBatch(ctx, batch)
		if err != nil {
			return afterSome(len(all), err)
		}
		all, batch = append(all, positions...), nil
		return nil
	}
	for _, unit := range units {
		if len(batch)+len(unit) > MaxUnit {
			if err := flush(); err != nil {
				return all, err
			}
		}
		batch = append(batch, unit...)
	}
	return all, flush()
}

// afterSome is the error of an append that failed when n of its messages were in the log: however
// sure the failure of the rest is, the append as a whole is in doubt.
func afterSome(n int, err error) error {
	if n > 0 && !errors.Is(err, ErrInDoubt) {
		return fmt.Errorf("%w: after %d messages: %v", ErrInDoubt, n, err)
	}
	return err
}

const (
	headerBatchID       = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"
)

func (s *Stream) publish(ctx context.Context, m *nats.Msg) (Position, error) {
	m.Header[jetstream.ExpectedStreamHeader] = []string{s.name}
	ack, err := s.request(ctx, m)
	return Position(ack.Sequence), err
}

// publishBatch commits the messages as one atomic batch of JetStream: all or none, next to each
// other in the log.
func (s *Stream) publishBatch(ctx context.Context, batch []*nats.Msg) ([]Position, error) {
	switch len(batch) {
	case 0:
		return nil, nil
	case 1:
		at, err := s.publish(ctx, batch[0])
		return []Position{at}, err
	}
	s.batches <- struct{}{}
	defer func() { <-s.batches }()
	id, last := ulid.Make().String(), len(batch)-1
	for i, m := range batch {
		m.Header[headerBatchID] = []string{id}
		m.Header[headerBatchSequence] = []string{strconv.Itoa(i + 1)}
		if i == last {
			break
		}
		if err := s.nc.PublishMsg(m); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInDoubt, err)
		}
	}
	batch[last].Header[headerBatchCommit] = []string{"1"}
	ack, err := s.request(ctx, batch[last])
	if err != nil {
		return nil, err
	}
	if ack.BatchSize != len(batch) {
		return nil, fmt.Errorf("%w: the log committed %d messages of %d", ErrInDoubt, ack.BatchSize, len(batch))
	}
	return before(Position(ack.Sequence), len(batch)), nil
}

// before returns the n positions that end at last.
func before(last Position, n int) []Position {
	all := make([]Position, n)
	for i := range all {
		all[i] = last - Position(n-1-i)
	}
	return all
}

type pubAck struct {
	Error     *jetstream.APIError `json:"error"`
	Sequence  uint64              `json:"seq"`
	BatchSize int                 `json:"count"`
}

// Codes of JetStream. An expectation that failed has two: one of a single server, one of a cluster
// that has another write in flight.
const (
	codeWrongLastSequence         = 10071
	codeWrongLastSequenceConstant = 10164
	codeMessageTooLarge           = 10054
	codeBatchTooLarge             = 10199
)

// request publishes and waits for the acknowledgement, which comes when the message is on disk. It
// outlives the caller's context: once sent, an append has happened or not, and the shortest way to
// know is to hear the answer.
func (s *Stream) request(ctx context.Context, msg *nats.Msg) (pubAck, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer cancel()
	var ack pubAck
	reply, err := s.nc.RequestMsgWithContext(ctx, msg)
	for errors.Is(err, nats.ErrNoResponders) && wait(ctx, readAgain) == nil {
		// The stream is electing a leader, or its interest has not come round yet: nobody has seen
		// the message.
		reply, err = s.nc.RequestMsgWithContext(ctx, msg)
	}
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return ack, fmt.Errorf("%w: %w", ErrTooLarge, err)
	case err != nil:
		return ack, fmt.Errorf("%w: %w", ErrInDoubt, err)
	}
	if err := json.Unmarshal(reply.Data, &ack); err != nil {
		return ack, fmt.Errorf("%w: unreadable acknowledgement: %w", ErrInDoubt, err)
	}
	if ack.Error == nil {
		return ack, nil
	}
	switch ack.Error.ErrorCode {
	case codeWrongLastSequence, codeWrongLastSequenceConstant:
		return ack, ErrFenced
	case codeMessageTooLarge, codeBatchTooLarge:
		return ack, fmt.Errorf("%w: %w", ErrTooLarge, ack.Error)
	}
	return ack, fmt.Errorf("%w: the log refused the append: %w", ErrInDoubt, ack.Error)
}
