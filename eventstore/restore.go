package eventstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"
)

// Names in the metadata of a stream that is or was filled from a copy.
const (
	restoringKey = "gatelog.restoring" // the incarnation of the log that it is being filled with
	restoredKey  = "gatelog.restored"  // <incarnation>@<position> of what it was filled with
)

// ErrNotEmpty says that a log has a history of its own, so that it cannot take that of another one.
var ErrNotEmpty = errors.New("the log is not empty")

// Restoration fills an empty log with the messages of another one, each at the position that it had.
// Until Finish nobody can open the log. It has an incarnation of its own from the start: cut off at a
// position, or gone on from there, it is another history than the one it was copied from.
type Restoration struct {
	stream *Stream
	config jetstream.StreamConfig
	from   string
	head   Position
}

// BeginRestore prepares the log on the broker behind nc to be filled with a copy of the log with an
// incarnation: it makes the stream, or takes an empty one. One that is being filled with the same log goes
// on at Head. Any other is ErrNotEmpty.
func BeginRestore(ctx context.Context, nc *nats.Conn, o Options, incarnation string) (*Restoration, error) {
	o = o.withDefaults()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("restore the log: %w", err)
	}
	r, err := claim(ctx, js, o, incarnation)
	if err != nil {
		return nil, fmt.Errorf("restore the log %s: %w", o.Name, err)
	}
	r.stream.nc, r.stream.js, r.stream.name = nc, js, o.Name
	r.stream.incarnation, r.stream.batches = r.config.Metadata[incarnationKey], make(chan struct{}, 1)
	return r, nil
}

// claim makes the stream one that is being restored.
func claim(ctx context.Context, js jetstream.JetStream, o Options, incarnation string) (*Restoration, error) {
	config := streamConfig(o)
	config.Metadata[restoringKey] = incarnation
	stream, err := js.Stream(ctx, o.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, config)
	}
	if err != nil {
		return nil, err
	}
	info := stream.CachedInfo()
	finished := info.Config
	finished.Metadata = map[string]string{incarnationKey: incarnation}
	if err := safe(finished); err != nil {
		return nil, err
	}
	head := Position(info.State.LastSeq)
	switch begun := info.Config.Metadata[restoringKey]; {
	case begun == incarnation:
		config = info.Config
	case begun != "":
		return nil, fmt.Errorf("%w: a restore of another log (%s) has begun on it", ErrNotEmpty, begun)
	case head > 0:
		return nil, fmt.Errorf("%w: it ends at position %d", ErrNotEmpty, head)
	default:
		config = info.Config
		config.Metadata = map[string]string{incarnationKey: ulid.Make().String(), restoringKey: incarnation}
		if stream, err = js.UpdateStream(ctx, config); err != nil {
			return nil, err
		}
	}
	return &Restoration{stream: &Stream{stream: stream}, config: config, from: incarnation, head: head}, nil
}

// Head is the position of the last message that the log has.
func (r *Restoration) Head() Position { return r.head }

// Last returns the last message that the log has, to see whether it is that of the copy. It is
// ErrNotFound while there is none.
func (r *Restoration) Last(ctx context.Context) (Raw, error) {
	if r.head == 0 {
		return Raw{}, ErrNotFound
	}
	return r.stream.RawAt(ctx, r.head)
}

const headerExpectedLast = "Nats-Expected-Last-Sequence"

// Append adds the next messages, at most MaxUnit: all or none. The log itself refuses to give them any
// other positions than they have.
func (r *Restoration) Append(ctx context.Context, batch []Raw) error {
	if len(batch) == 0 {
		return nil
	}
	if len(batch) > MaxUnit {
		return fmt.Errorf("%w: %d messages, at most %d", ErrTooLarge, len(batch), MaxUnit)
	}
	wire := make([]*nats.Msg, len(batch))
	for i, m := range batch {
		if want := r.head + 1 + Position(i); m.Position != want {
			return fmt.Errorf("restore position %d: the next one is %d: %w", m.Position, want, ErrGap)
		}
		h, err := m.fields()
		if err != nil {
			return fmt.Errorf("restore position %d: %w", m.Position, err)
		}
		wire[i] = &nats.Msg{Subject: m.Subject, Data: m.Data, Header: h}
	}
	wire[0].Header[headerExpectedLast] = []string{strconv.FormatUint(uint64(r.head), 10)}
	positions, err := r.stream.publishBatch(ctx, wire)
	last := batch[len(batch)-1].Position
	if err == nil && positions[len(positions)-1] != last {
		err = fmt.Errorf("the log put it at %d", positions[len(positions)-1])
	}
	if errors.Is(err, ErrFenced) {
		err = errors.New("somebody else writes to the log")
	}
	if err != nil {
		return fmt.Errorf("restore positions %d to %d: %w", batch[0].Position, last, err)
	}
	r.head = last
	return nil
}

// Finish makes the log one that can be opened.
func (r *Restoration) Finish(ctx context.Context) error {
	config := r.config
	config.Metadata = map[string]string{
		incarnationKey: r.config.Metadata[incarnationKey],
		restoredKey:    fmt.Sprintf("%s@%d", r.from, r.head),
	}
	if _, err := r.stream.js.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("finish the restore of the log: %w", err)
	}
	return nil
}
