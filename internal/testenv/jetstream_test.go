package testenv_test

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

func TestJetStreamGivesEachTestItsOwnBroker(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			js, err := jetstream.New(testenv.JetStream(t))
			if err != nil {
				t.Fatal(err)
			}
			config := jetstream.StreamConfig{Name: "EVENTS", Subjects: []string{"evt.>"}}
			stream, err := js.CreateStream(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := js.Publish(t.Context(), "evt.x", []byte("1")); err != nil {
				t.Fatal(err)
			}
			info, err := stream.Info(t.Context())
			if err != nil || info.State.Msgs != 1 {
				t.Fatalf("stream holds %+v, %v; want one message", info.State, err)
			}
		})
	}
}
