package eventstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"
)

// Journal is a stream beside the log for what is kept for a while and is no event: its oldest messages go when
// they are too old or too many. It is read like the log. Nobody owns it: Take and Append are not for it. Make
// it with OpenJournal.
type Journal struct{ *Stream }

// JournalOptions say what a journal is. All are required.
type JournalOptions struct {
	// Name of the stream.
	Name string
	// Root is the first part of all subjects: <root>.<…>.
	Root string
	// MaxAge and MaxBytes are how long, and how much, is kept. What is there already follows a change of them.
	MaxAge   time.Duration
	MaxBytes int64
	// Replicas of the stream, 1 to 5; only used when it is made.
	Replicas int
}

// Bounds of one publication: a try, and all of them. The broker knows for journalTwice which ids it has seen, so
// that a try that succeeded without our hearing of it is not recorded again.
const (
	journalTry   = 2 * time.Second
	journalTries = 2
	journalTwice = time.Minute
)

// OpenJournal returns the journal on the broker behind nc, made if there is none, with the limits of o.
func OpenJournal(ctx context.Context, nc *nats.Conn, o JournalOptions) (*Journal, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open the journal %s: %w", o.Name, err)
	}
	stream, err := findJournal(ctx, js, o)
	if err != nil {
		return nil, fmt.Errorf("open the journal %s: %w", o.Name, err)
	}
	incarnation := stream.CachedInfo().Config.Metadata[incarnationKey]
	if incarnation == "" {
		return nil, fmt.Errorf("open the journal %s: the stream was not made by Gatelog (no incarnation in its metadata)", o.Name)
	}
	return &Journal{&Stream{nc: nc, js: js, stream: stream, name: o.Name, incarnation: incarnation, batches: make(chan struct{}, 1)}}, nil
}

// findJournal asks again while a cluster has no leader yet.
func findJournal(ctx context.Context, js jetstream.JetStream, o JournalOptions) (jetstream.Stream, error) {
	for {
		stream, err := findJournalOnce(ctx, js, o)
		if !errors.Is(err, context.DeadlineExceeded) || wait(ctx, readAgain) != nil {
			return stream, err
		}
	}
}

func findJournalOnce(ctx context.Context, js jetstream.JetStream, o JournalOptions) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	stream, err := js.Stream(ctx, o.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, journalConfig(o))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			stream, err = js.Stream(ctx, o.Name) // another node was faster
		}
	}
	if err != nil {
		return nil, err
	}
	config := stream.CachedInfo().Config
	if config.MaxAge == o.MaxAge && config.MaxBytes == o.MaxBytes {
		return stream, nil
	}
	config.MaxAge, config.MaxBytes, config.Metadata = o.MaxAge, o.MaxBytes, maps.Clone(config.Metadata)
	return js.UpdateStream(ctx, config)
}

func journalConfig(o JournalOptions) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: o.Name, Subjects: []string{o.Root + ".>"}, Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy,
		Description: "Gatelog: kept for a while", Discard: jetstream.DiscardOld, Replicas: o.Replicas,
		MaxAge: o.MaxAge, MaxBytes: o.MaxBytes, AllowDirect: true, Duplicates: min(journalTwice, o.MaxAge),
		Metadata: map[string]string{incarnationKey: ulid.Make().String()},
	}
}

// Publish adds a message, and returns when it is on disk as the broker understands that. Its subject must begin
// with the root; a message of an id that was published within the last minute is there once. It takes four
// seconds at most, whatever becomes of ctx: a client that left must not hide what it did. Errors: ErrInvalid,
// ErrTooLarge, or those of the broker, after which it may be there or not.
func (j *Journal) Publish(ctx context.Context, m Message) error {
	if err := m.checkAttributes(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	msg := &nats.Msg{Subject: m.Subject, Header: header(m), Data: m.Data}
	if int64(msg.Size())+batchRoom > j.nc.MaxPayload() {
		return fmt.Errorf("%w: a message of %d bytes", ErrTooLarge, msg.Size())
	}
	err := nats.ErrDisconnected
	for range journalTries {
		if !j.nc.IsConnected() {
			break // it would wait in vain
		}
		if err = j.try(ctx, m.ID, msg); err == nil {
			return nil
		}
	}
	return fmt.Errorf("publish to the journal %s: %w", j.name, err)
}

func (j *Journal) try(ctx context.Context, id string, msg *nats.Msg) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), journalTry)
	defer cancel()
	_, err := j.js.PublishMsg(ctx, msg, jetstream.WithMsgID(id), jetstream.WithExpectStream(j.name), jetstream.WithRetryAttempts(0))
	return err
}
