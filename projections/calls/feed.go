package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/domain/apig"
)

// Stream is the name of the stream that gateway nodes publish batches of calls to, and Subject the one of
// a batch, of a project and an instance: "gatelog.calls.<project>.<instance>". It is not the log: what is
// counted leaves it.
const (
	Stream  = "GATELOG_CALLS"
	subject = "gatelog.calls."
	durable = "count"
)

// Subject returns where the batches of an instance are published to.
func Subject(tenant, instance string) string { return subject + tenant + "." + instance }

// Bounds of the stream: what waits there is at most so much and so old. When it is full, publishing is
// refused, and the gateway node has to keep what it has.
const (
	streamBytes = 256 << 20
	batchBytes  = 4 << 20
	// retryAfter is how long a batch waits that could not be counted, and the feed when it lost the broker.
	retryAfter = time.Second
	countTime  = 10 * time.Second
)

// FeedOptions say how a feed works.
type FeedOptions struct {
	// Replicas of the stream, when this node makes it.
	Replicas int
	// Logger. Required.
	Logger *slog.Logger
	// Exists returns a *domain.Error when a tenant has no such instance. Required.
	Exists func(ctx context.Context, tenant, instance string) error
}

// Feed counts what gateway nodes publish. The feeds of all nodes share the work.
type Feed struct {
	FeedOptions
	store *Store
	js    jetstream.JetStream
}

// NewFeed returns a feed into a store, and makes the stream if need be. Run it.
func NewFeed(ctx context.Context, js jetstream.JetStream, store *Store, o FeedOptions) (*Feed, error) {
	_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: Stream, Description: "Calls that gateway nodes tell of, until they are counted", Subjects: []string{subject + "*.*"},
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, MaxBytes: streamBytes, MaxMsgSize: batchBytes,
		MaxAge: apig.MaxCallAge, Replicas: max(o.Replicas, 1),
	})
	if err != nil {
		return nil, fmt.Errorf("the stream of calls: %w", err)
	}
	return &Feed{FeedOptions: o, store: store, js: js}, nil
}

// Run counts batches until ctx ends, and finishes the one at hand. While the broker is away it waits.
func (f *Feed) Run(ctx context.Context) error {
	for told := false; ; told = true {
		err := f.deliver(ctx)
		if ctx.Err() != nil || f.js.Conn().IsClosed() {
			return nil
		}
		if !told {
			f.Logger.Warn("counting calls is interrupted, going on when the broker is back", "error", err)
		}
		pause(ctx, retryAfter)
	}
}

// deliver counts batches until ctx ends or the broker is away.
func (f *Feed) deliver(ctx context.Context) error {
	consumer, err := f.js.CreateOrUpdateConsumer(ctx, Stream, jetstream.ConsumerConfig{
		Durable: durable, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 3 * countTime, MaxAckPending: 1000,
	})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(16), jetstream.PullHeartbeat(time.Second))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		f.settle(msg, f.count(context.WithoutCancel(ctx), msg.Subject(), msg.Data()))
	}
}

// errUnusable marks a batch that will never be counted.
var errUnusable = errors.New("unusable")

// settle tells the broker what became of a batch. A word that gets lost does no harm: the batch comes again
// and is known.
func (f *Feed) settle(msg jetstream.Msg, err error) {
	switch {
	case err == nil:
		_ = msg.Ack()
	case errors.Is(err, errUnusable):
		f.Logger.Warn("a batch of calls was thrown away", "subject", msg.Subject(), "error", err)
		_ = msg.Term()
	default:
		f.Logger.Warn("a batch of calls could not be counted now", "subject", msg.Subject(), "error", err)
		_ = msg.NakWithDelay(retryAfter)
	}
}

var subjectToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,65}$`)

func (f *Feed) count(ctx context.Context, from string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	tenant, instance, _ := strings.Cut(strings.TrimPrefix(from, subject), ".")
	if !subjectToken.MatchString(tenant) || !subjectToken.MatchString(instance) {
		return fmt.Errorf("%w: the subject names no project and instance", errUnusable)
	}
	var b apig.CallBatch
	if err := json.Unmarshal(data, &b); err != nil {
		return fmt.Errorf("%w: %w", errUnusable, err)
	}
	if err := b.Check(); err != nil {
		return fmt.Errorf("%w: %w", errUnusable, err)
	}
	if err := f.Exists(ctx, tenant, instance); errors.Is(err, apig.ErrInstanceNotFound("")) {
		return fmt.Errorf("%w: %w", errUnusable, err)
	} else if err != nil {
		return err
	}
	_, err := f.store.Count(ctx, tenant, instance, b)
	return err
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
