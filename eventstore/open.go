package eventstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"
)

// Options of a log.
type Options struct {
	// Name of the stream. Default "GATELOG".
	Name string
	// Replicas of the stream, 1 to 5. Default 1. Only used when the stream is made.
	Replicas int
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "GATELOG"
	}
	o.Replicas = max(o.Replicas, 1)
	return o
}

const incarnationKey = "gatelog.incarnation"

// Open returns the log on the broker behind nc, and makes its stream when there is none. It refuses
// a stream that could lose history: the log must keep everything, on disk, and let nobody delete.
func Open(ctx context.Context, nc *nats.Conn, o Options) (*Stream, error) {
	o = o.withDefaults()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	stream, err := find(ctx, js, o)
	if err != nil {
		return nil, fmt.Errorf("open the log %s: %w", o.Name, err)
	}
	config := stream.CachedInfo().Config
	if err := safe(config); err != nil {
		return nil, fmt.Errorf("open the log %s: %w", o.Name, err)
	}
	return &Stream{
		nc: nc, js: js, stream: stream, name: o.Name,
		incarnation: config.Metadata[incarnationKey], batches: make(chan struct{}, batchesAtOnce),
	}, nil
}

// openTimeout bounds one question to the broker. A cluster that has no leader yet does not answer at
// all, so it is asked again until ctx ends.
const openTimeout = 2 * time.Second

// find returns the stream, made if there is none.
func find(ctx context.Context, js jetstream.JetStream, o Options) (jetstream.Stream, error) {
	for {
		stream, err := findOnce(ctx, js, o)
		if !errors.Is(err, context.DeadlineExceeded) || wait(ctx, readAgain) != nil {
			return stream, err
		}
	}
}

func findOnce(ctx context.Context, js jetstream.JetStream, o Options) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	stream, err := js.Stream(ctx, o.Name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return stream, err
	}
	stream, err = js.CreateStream(ctx, streamConfig(o))
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return js.Stream(ctx, o.Name) // another node was faster
	}
	return stream, err
}

func streamConfig(o Options) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:               o.Name,
		Description:        "Gatelog: every management change, in order, for ever",
		Subjects:           []string{root + ".>"},
		Storage:            jetstream.FileStorage,
		Retention:          jetstream.LimitsPolicy,
		Discard:            jetstream.DiscardNew,
		Replicas:           o.Replicas,
		MaxMsgs:            -1,
		MaxBytes:           -1,
		MaxMsgsPerSubject:  -1,
		DenyDelete:         true,
		DenyPurge:          true,
		AllowDirect:        true,
		AllowAtomicPublish: true,
		// Two minutes of deduplication memory are of no use here: a retried append is recognised by
		// reading the log.
		Duplicates: 100 * time.Millisecond,
		Metadata:   map[string]string{incarnationKey: ulid.Make().String()},
	}
}

// safe holds a stream against what the log must be.
func safe(c jetstream.StreamConfig) error {
	wrong := func(what string) error {
		return fmt.Errorf("the stream %s: %s; Gatelog does not start on a log that could lose history", c.Name, what)
	}
	switch {
	case c.Storage != jetstream.FileStorage:
		return wrong("is not kept on disk (storage: file)")
	case c.Retention != jetstream.LimitsPolicy:
		return wrong("removes messages once they are read (retention: limits)")
	case c.Mirror != nil, c.Sealed, c.NoAck:
		return wrong("takes no acknowledged writes (mirror, sealed, no_ack)")
	case !slices.Contains(c.Subjects, root+".>"):
		return wrong("does not take all of " + root + ".> (subjects)")
	case c.SubjectTransform != nil:
		return wrong("changes subjects (subject_transform)")
	case c.AllowMsgTTL, c.AllowRollup, c.AllowMsgCounter:
		return wrong("lets a message remove others, itself, or change (allow_msg_ttl, allow_rollup_hdrs, allow_msg_counter)")
	case c.MaxAge > 0, c.MaxMsgs > 0, c.MaxBytes > 0 && c.Discard != jetstream.DiscardNew, c.MaxMsgsPerSubject > 0:
		return wrong("has limits that remove old messages (max_age, max_msgs, max_bytes, max_msgs_per_subject)")
	case !c.DenyDelete, !c.DenyPurge:
		return wrong("lets messages be deleted or purged (deny_delete, deny_purge)")
	case c.PersistMode == jetstream.AsyncPersistMode:
		return wrong("acknowledges before it writes (persist_mode: async)")
	case !c.AllowAtomicPublish:
		return wrong("takes no atomic batches (allow_atomic; nats-server 2.12 or later)")
	case !c.AllowDirect:
		return wrong("answers no direct gets (allow_direct)")
	case c.Metadata[restoringKey] != "":
		return wrong("is being filled by 'gatelog restore' or 'gatelog log import', which has not come to its end: run it again")
	case c.Metadata[incarnationKey] == "":
		return wrong("was not made by Gatelog (no incarnation in its metadata)")
	}
	return nil
}
