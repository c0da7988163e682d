package eventstore

import (
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

func TestOpenRefusesAStreamThatCouldLoseHistory(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *jetstream.StreamConfig){
		"memory":             func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage },
		"interest retention": func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy },
		"work queue":         func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy },
		"max age":            func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour },
		"max messages":       func(c *jetstream.StreamConfig) { c.MaxMsgs = 1000 },
		"max bytes, old go":  func(c *jetstream.StreamConfig) { c.MaxBytes, c.Discard = 1<<30, jetstream.DiscardOld },
		"max per subject":    func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 5 },
		"delete":             func(c *jetstream.StreamConfig) { c.DenyDelete = false },
		"purge":              func(c *jetstream.StreamConfig) { c.DenyPurge = false },
		"async persistence": func(c *jetstream.StreamConfig) {
			c.PersistMode, c.AllowAtomicPublish = jetstream.AsyncPersistMode, false
		},
		"no atomic batches": func(c *jetstream.StreamConfig) { c.AllowAtomicPublish = false },
		"no direct gets":    func(c *jetstream.StreamConfig) { c.AllowDirect = false },
		"no incarnation":    func(c *jetstream.StreamConfig) { c.Metadata = nil },
		"being restored":    func(c *jetstream.StreamConfig) { c.Metadata[restoringKey] = "other" },
		"no acks":           func(c *jetstream.StreamConfig) { c.NoAck = true },
		"some subjects":     func(c *jetstream.StreamConfig) { c.Subjects = []string{"evt.apig.>"} },
		"message ttl":       func(c *jetstream.StreamConfig) { c.AllowMsgTTL = true },
		"subjects transform": func(c *jetstream.StreamConfig) {
			c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: "evt.x.>", Destination: "evt.y.>"}
		},
		"mirror of elsewhere": func(c *jetstream.StreamConfig) { mirror(c) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nc := testenv.JetStream(t)
			js, err := jetstream.New(nc)
			if err != nil {
				t.Fatal(err)
			}
			config := streamConfig(Options{Name: "GATELOG", Replicas: 1})
			change(&config)
			if _, err := js.CreateStream(t.Context(), config); err != nil {
				t.Fatalf("make the stream: %v", err)
			}
			if _, err := Open(t.Context(), nc, Options{}); err == nil {
				t.Error("the stream was opened")
			}
		})
	}
}

func mirror(c *jetstream.StreamConfig) {
	c.Mirror, c.Subjects, c.AllowAtomicPublish = &jetstream.StreamSource{Name: "ELSEWHERE"}, nil, false
}

func TestSafeRefusesWhatNoBrokerAllows(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *jetstream.StreamConfig){
		"sealed":  func(c *jetstream.StreamConfig) { c.Sealed = true },
		"roll-up": func(c *jetstream.StreamConfig) { c.AllowRollup = true },
		"counter": func(c *jetstream.StreamConfig) { c.AllowMsgCounter = true },
	} {
		config := streamConfig(Options{Name: "GATELOG", Replicas: 1})
		if err := safe(config); err != nil {
			t.Fatalf("the stream as Gatelog makes it: %v", err)
		}
		change(&config)
		if err := safe(config); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestOpenAllowsALimitThatRefusesNewMessages(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	config := streamConfig(Options{Name: "GATELOG", Replicas: 1})
	config.MaxBytes = 1 << 30
	if _, err := js.CreateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), nc, Options{}); err != nil {
		t.Errorf("a bounded stream that discards new messages: %v", err)
	}
}

func TestOpenByManyNodesAtOnceMakesOneLog(t *testing.T) {
	t.Parallel()
	broker := testenv.Broker(t)
	const nodes = 8
	incarnations := make([]string, nodes)
	var group sync.WaitGroup
	for i := range nodes {
		nc := testenv.Connect(t, broker)
		group.Go(func() {
			log, err := Open(t.Context(), nc, Options{Name: "MINE"})
			if err != nil {
				t.Error(err)
				return
			}
			incarnations[i] = log.Incarnation()
		})
	}
	group.Wait()
	for _, got := range incarnations {
		if got == "" || got != incarnations[0] {
			t.Fatalf("incarnations %v, want one for all", incarnations)
		}
	}
}

func TestOpenAsksForTheReplicas(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), testenv.JetStream(t), Options{Replicas: 3}); err == nil {
		t.Error("one server made a stream of three replicas")
	}
}
