// Command watermill shows how a Go program follows a Gatelog: it prints each publication of an API, and publishes
// a message of its own about it, on a topic of its own in the same log.
//
//	go run ./examples/watermill --nats nats://token@127.0.0.1:4222
//
// Stop it, publish some APIs, and start it again: it goes on where it was. What its handler refuses comes again,
// and after three times goes to the topic 'refused', so that it does not hold up the rest.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
)

func main() {
	address := flag.String("nats", nats.DefaultURL, "the NATS server of the log")
	group := flag.String("group", "example", "name of the subscription: it goes on where the group was")
	project := flag.String("project", "*", "id of a project, * for all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *address, *group, *project); err != nil {
		slog.Error("the example has failed", "error", err)
		stop()
		os.Exit(1)
	}
}

// run follows the publications of a project until ctx ends.
func run(ctx context.Context, address, group, project string) (err error) {
	conn, err := nats.Connect(address, nats.Name("gatelog example"))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	log, err := eventstore.Open(ctx, conn, eventstore.Options{})
	if err != nil {
		return err
	}
	registry, err := subscribe.NewRegistry(ctx, js, 1)
	if err != nil {
		return err
	}
	reader, err := subscribe.NewReader(log, registry, subscribe.ReaderOptions{
		Group: group, Wanted: func(r eventstore.Recorded) bool { return r.Type == "apig.api.published" },
	})
	if err != nil {
		return err
	}
	publisher, err := subscribe.NewPublisher(log, "example")
	if err != nil {
		return errors.Join(err, reader.Close())
	}
	router, err := newRouter(reader, publisher, "evt.apig."+project+".api.*")
	if err != nil {
		return errors.Join(err, reader.Close())
	}
	return errors.Join(router.Run(ctx), reader.Close(), publisher.Close())
}

// newRouter returns a router whose one handler turns publications into announcements.
func newRouter(from message.Subscriber, to message.Publisher, topic string) (*message.Router, error) {
	logger := watermill.NewSlogLogger(slog.Default())
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: 5 * time.Second}, logger)
	if err != nil {
		return nil, err
	}
	poison, err := middleware.PoisonQueue(to, "refused")
	if err != nil {
		return nil, err
	}
	retry := middleware.Retry{MaxRetries: 2, InitialInterval: 100 * time.Millisecond, Logger: logger}
	router.AddMiddleware(poison, retry.Middleware, middleware.Recoverer)
	router.AddHandler("announce", topic, from, "announcements", to, announce)
	return router, nil
}

// publication is what the example reads of an event apig.api.published.
type publication struct {
	APIID   string `json:"api_id"`
	APIName string `json:"api_name"`
	EnvName string `json:"env_name"`
}

// announcement is what it makes of it.
type announcement struct {
	Text     string `json:"text"`
	Position string `json:"position"`
}

// announce handles one event. Events can come twice: the id of what it publishes is that of the event, so that
// those who read it can tell.
func announce(m *message.Message) ([]*message.Message, error) {
	var p publication
	if err := json.Unmarshal(m.Payload, &p); err != nil {
		return nil, err
	}
	at := m.Metadata.Get(subscribe.MetadataPosition)
	text, err := json.Marshal(announcement{fmt.Sprintf("%s is live in %s", p.APIName, p.EnvName), at})
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s %s published %s in %s\n", at, m.Metadata.Get("ce-actorname"), p.APIName, p.EnvName)
	out := message.NewMessage(m.UUID, text)
	out.Metadata.Set(subscribe.MetadataKey, p.APIID)
	return []*message.Message{out}, nil
}
