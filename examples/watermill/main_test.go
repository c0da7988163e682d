package main

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/testenv"
)

func TestTheExampleAnnouncesPublications(t *testing.T) {
	t.Parallel()
	broker := testenv.Broker(t, func(o *engine.BrokerOptions) { o.Listen = "127.0.0.1:0" })
	conn := testenv.Connect(t, broker)
	log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	happens(t, log, "e1", `{"api_id":"a1","api_name":"orders","env_name":"RELEASE"}`)
	happens(t, log, "e2", `[]`) // which it cannot handle

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, broker.URL(), "example", "*") }()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	sub, err := subscribe.New(js, subscribe.Options{Group: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	for topic, want := range map[string]string{"announcements": `{"text":"orders is live in RELEASE","position":"2"}`, "refused": `[]`} {
		ch, err := sub.Subscribe(t.Context(), eventstore.Aggregates(subscribe.SurfaceApp, "example", topic))
		if err != nil {
			t.Fatal(err)
		}
		select {
		case m := <-ch:
			if string(m.Payload) != want {
				t.Errorf("%s has %s, want %s", topic, m.Payload, want)
			}
			m.Ack()
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing on %s", topic)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func happens(t *testing.T, log eventstore.Log, id, data string) {
	t.Helper()
	fence, err := log.Take(t.Context(), "apig", "p1", "test")
	if err != nil {
		t.Fatal(err)
	}
	_, err = log.Append(t.Context(), fence, []eventstore.Message{{
		Subject: "evt.apig.p1.api.a1", ID: id, Type: "apig.api.published", Schema: 1, Time: time.Now(), Data: []byte(data),
	}})
	if err != nil {
		t.Fatal(err)
	}
}
