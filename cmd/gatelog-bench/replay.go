package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore/subscribe"
	"github.com/gatelog/gatelog/internal/node"
)

// replayTopic is what is replayed: the events of all APIs.
const replayTopic = "evt.apig.*.api.*"

// measureReplay reads all events of APIs from the broker of a running server, with a reader that takes them
// apart and keeps count of what was acknowledged, and with the bare consumer that does neither.
func measureReplay(ctx context.Context, b *bench) (r result, err error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return r, err
	}
	e, err := b.attach(ctx, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	stream, events, err := toReplay(ctx, e)
	if err != nil {
		return r, err
	}
	registry, err := newRegistry(ctx, e)
	if err != nil {
		return r, err
	}
	stop, err := b.profile.own("replay")
	if err != nil {
		return r, err
	}
	all, err := b.takeTurns(ctx, b.rounds, func(ctx context.Context, round int) (sample, error) {
		return measure(s, s, func() (sample, error) {
			return replayed(events, func() error { return readReplay(ctx, e, registry, fmt.Sprintf("bench_replay_%d", round), events) })
		})
	}, func(ctx context.Context, _ int) (sample, error) {
		return measure(s, s, func() (sample, error) {
			return replayed(events, func() error { return consumeReplay(ctx, stream, events) })
		})
	})
	if err := errors.Join(err, stop()); err != nil {
		return r, err
	}
	r = compare(all[0], all[1], "the broker's ordered consumer, which takes no event apart and keeps no count")
	cost, bareCost := all[0].cpuPerOperation(), all[1].cpuPerOperation()
	r.Notes = []string{cost.text(), "bare: " + bareCost.text(), cost.against(bareCost)}
	return r, nil
}

// toReplay returns the stream of the log, and how many messages it has on the topic.
func toReplay(ctx context.Context, e *node.Engines) (jetstream.Stream, int, error) {
	js, err := jetstream.New(e.Conn)
	if err != nil {
		return nil, 0, err
	}
	stream, err := js.Stream(ctx, "GATELOG")
	if err != nil {
		return nil, 0, err
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(replayTopic))
	if err != nil {
		return nil, 0, err
	}
	count := uint64(0)
	for _, n := range info.State.Subjects {
		count += n
	}
	return stream, int(count), nil
}

// newRegistry returns where readers keep count.
func newRegistry(ctx context.Context, e *node.Engines) (*subscribe.Registry, error) {
	js, err := jetstream.New(e.Conn)
	if err != nil {
		return nil, err
	}
	return subscribe.NewRegistry(ctx, js, 1)
}

// replayed times one replay.
func replayed(events int, replay func() error) (sample, error) {
	began := time.Now()
	err := replay()
	return sample{count: events, took: time.Since(began)}, err
}

// readReplay reads so many events as a group that has read none, and acknowledges each.
func readReplay(ctx context.Context, e *node.Engines, registry *subscribe.Registry, group string, events int) (err error) {
	reader, err := subscribe.NewReader(e.Log, registry, subscribe.ReaderOptions{Group: group})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	messages, err := reader.Subscribe(ctx, replayTopic)
	if err != nil {
		return err
	}
	for n := range events {
		m, ok := <-messages
		if !ok {
			return fmt.Errorf("the replay ended after %d of %d events: %w", n, events, context.Cause(ctx))
		}
		m.Ack()
	}
	return nil
}

// consumeReplay gets so many messages from an ordered consumer.
func consumeReplay(ctx context.Context, stream jetstream.Stream, events int) error {
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{FilterSubjects: []string{replayTopic}})
	if err != nil {
		return err
	}
	done, n := make(chan struct{}), 0
	consuming, err := consumer.Consume(func(jetstream.Msg) {
		if n++; n == events {
			close(done)
		}
	})
	if err != nil {
		return err
	}
	defer consuming.Stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
