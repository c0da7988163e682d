package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/engine"
)

// barePublisher is the bare engine of writes: a broker like the server's, that syncs every message,
// with a stream like the log's.
type barePublisher struct {
	broker  *engine.Broker
	conn    *nats.Conn
	js      jetstream.JetStream
	message *nats.Msg // what one create appends
	prefix  string    // of its subject
}

// newBarePublisher starts the broker. Its messages are copies of the newest event of an API in the
// server's log.
func (b *bench) newBarePublisher(ctx context.Context, from *server) (*barePublisher, error) {
	p := &barePublisher{prefix: "evt.apig." + from.ProjectID + ".api."}
	var err error
	if p.message, err = b.newestOf(ctx, from, p.prefix+"*"); err != nil {
		return nil, fmt.Errorf("bare publish: %w", err)
	}
	if p.broker, err = engine.StartBroker(ctx, engine.BrokerOptions{DataDir: filepath.Join(b.dir, "bare"), Log: b.logger}); err != nil {
		return nil, err
	}
	if p.conn, err = p.broker.Connect(); err == nil {
		_, err = eventstore.Open(ctx, p.conn, eventstore.Options{})
	}
	if err == nil {
		p.js, err = jetstream.New(p.conn)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("bare publish: %w", err)
	}
	return p, nil
}

func (p *barePublisher) close() {
	if p.conn != nil {
		p.conn.Close()
	}
	p.broker.Shutdown()
}

// newestOf returns the newest message of a running server's log under a subject, without what the
// fence added.
func (b *bench) newestOf(ctx context.Context, s *server, subject string) (m *nats.Msg, err error) {
	e, err := b.attach(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	js, err := jetstream.New(e.Conn)
	if err != nil {
		return nil, err
	}
	stream, err := js.Stream(ctx, "GATELOG")
	if err != nil {
		return nil, err
	}
	raw, err := stream.GetLastMsgForSubject(ctx, subject)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(raw.Header, func(name string, _ []string) bool { return strings.HasPrefix(name, "Nats-") })
	return &nats.Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data}, nil
}

// publish sends messages, each to a subject of its own, each waiting for its acknowledgement.
func (p *barePublisher) publish(ctx context.Context, workers, count int) (sample, error) {
	return together(ctx, workers, count, func(ctx context.Context, _, _ int) error {
		m := &nats.Msg{Subject: p.prefix + ulid.Make().String(), Header: maps.Clone(p.message.Header), Data: p.message.Data}
		_, err := p.js.PublishMsg(ctx, m)
		return err
	})
}
