package subscribe

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

// BenchmarkReplay compares a reader with the bare ordered consumer: floor 0.6.
func BenchmarkReplay(b *testing.B) {
	const events = 50_000
	conn := testenv.JetStream(b)
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	log, err := eventstore.Open(b.Context(), conn, eventstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, log, events)
	registry, err := NewRegistry(b.Context(), js, 1)
	if err != nil {
		b.Fatal(err)
	}
	var bare, reader time.Duration
	for i := range b.N {
		bare += timed(func() { readBare(b, js, events) })
		reader += timed(func() { readAll(b, log, registry, fmt.Sprintf("g%d-%d", i, b.N), events) })
	}
	n := float64(events * b.N)
	b.ReportMetric(n/bare.Seconds(), "bare/s")
	b.ReportMetric(n/reader.Seconds(), "reader/s")
	b.ReportMetric(bare.Seconds()/reader.Seconds(), "ratio")
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func fill(b *testing.B, log eventstore.Log, events int) {
	b.Helper()
	fence, err := log.Take(b.Context(), "toy", "t1", "bench")
	if err != nil {
		b.Fatal(err)
	}
	data := []byte(`{"text":"` + string(slices.Repeat([]byte("x"), 500)) + `"}`)
	for at := 0; at < events; at += eventstore.MaxUnit {
		unit := make([]eventstore.Message, eventstore.MaxUnit)
		for i := range unit {
			unit[i] = eventstore.Message{
				Subject: "evt.toy.t1.thing.x" + strconv.Itoa(i%50), ID: strconv.Itoa(at + i), Type: "toy.done", Schema: 1, Time: time.Now(), Data: data,
				Extensions: map[string]string{"actorid": "u1", "actorname": "ada", "command": "toy.Do", "correlationid": "r1"},
			}
		}
		if _, err := log.Append(b.Context(), fence, unit); err != nil {
			b.Fatal(err)
		}
	}
}

func readBare(b *testing.B, js jetstream.JetStream, events int) {
	b.Helper()
	consumer, err := js.OrderedConsumer(b.Context(), "GATELOG", jetstream.OrderedConsumerConfig{FilterSubjects: []string{topic}})
	if err != nil {
		b.Fatal(err)
	}
	done, n := make(chan struct{}), 0
	consuming, err := consumer.Consume(func(jetstream.Msg) {
		if n++; n == events {
			close(done)
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	<-done
	consuming.Stop()
}

func readAll(b *testing.B, log eventstore.Log, registry *Registry, group string, events int) {
	b.Helper()
	r, err := NewReader(log, registry, ReaderOptions{Group: group})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ch, err := r.Subscribe(ctx, topic)
	if err != nil {
		b.Fatal(err)
	}
	for range events {
		(<-ch).Ack()
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLive measures how long after its acknowledgement an event reaches a reader: floor p99 under 20 ms.
func BenchmarkLive(b *testing.B) {
	conn := testenv.JetStream(b)
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	log, err := eventstore.Open(b.Context(), conn, eventstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	registry, err := NewRegistry(b.Context(), js, 1)
	if err != nil {
		b.Fatal(err)
	}
	fence, err := log.Take(b.Context(), "toy", "t1", "bench")
	if err != nil {
		b.Fatal(err)
	}
	r, err := NewReader(log, registry, ReaderOptions{Group: "live"})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	ch, err := r.Subscribe(b.Context(), topic)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for i := range b.N {
		_, err := log.Append(b.Context(), fence, []eventstore.Message{{Subject: "evt.toy.t1.thing.x", ID: strconv.Itoa(i), Type: "toy.done", Schema: 1, Time: time.Now(), Data: []byte("{}")}})
		if err != nil {
			b.Fatal(err)
		}
		acknowledged := time.Now()
		(<-ch).Ack()
		took = append(took, time.Since(acknowledged))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
