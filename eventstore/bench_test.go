package eventstore

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

// payload is as large as an event on average.
var payload = append(append([]byte(`{"x":"`), bytes.Repeat([]byte("x"), 600)...), `"}`...)

func benchUnit(n int) []Message {
	all := unit("t1", "a", n)
	for i := range all {
		all[i].Data = payload
		all[i].Extensions = map[string]string{
			"actorid": "0123456789abcdef", "actorname": "somebody", "command": "toy.Change",
			"correlationid": "0123456789abcdef0123456789abcdef",
		}
	}
	return all
}

// BenchmarkAppend measures appends of so many messages at once, against bare publishes to the same
// broker. Every write is synced.
func BenchmarkAppend(b *testing.B) {
	log := open(b, testenv.JetStream(b, testenv.SyncAlways))
	b.Run("bare publish", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := log.js.Publish(b.Context(), "evt.toy.bare.thing.a", payload); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
	for _, n := range []int{1, 11, 12, 32, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			fence := take(b, log, "t1")
			units := make([][]Message, 0, n)
			for _, m := range benchUnit(n) {
				units = append(units, []Message{m})
			}
			for b.Loop() {
				if _, err := log.Append(b.Context(), fence, units...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkRead measures a reading of the whole log, against a bare consumer that takes nothing apart.
func BenchmarkRead(b *testing.B) {
	const n = 50_000
	log := open(b, testenv.JetStream(b))
	fence := take(b, log, "t1")
	for range n / MaxUnit {
		if _, err := log.Append(b.Context(), fence, benchUnit(MaxUnit)); err != nil {
			b.Fatal(err)
		}
	}
	report := func(b *testing.B) { b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s") }
	b.Run("bare ordered consumer", func(b *testing.B) {
		for b.Loop() {
			consumer, err := log.stream.OrderedConsumer(b.Context(), jetstream.OrderedConsumerConfig{})
			if err != nil {
				b.Fatal(err)
			}
			messages, err := consumer.Messages(jetstream.PullMaxMessages(pullMessages))
			if err != nil {
				b.Fatal(err)
			}
			for range n {
				if _, err := messages.Next(); err != nil {
					b.Fatal(err)
				}
			}
			messages.Stop()
		}
		report(b)
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if err := log.Read(b.Context(), fence.Position(), fence.Position()+n, func(Recorded) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("read a tenant", func(b *testing.B) {
		for b.Loop() {
			if err := log.Read(b.Context(), 0, fence.Position()+n, func(Recorded) error { return nil }, Tenant("toy", "t1")); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
}

// BenchmarkNewest measures the look-up of one message of a subject.
func BenchmarkNewest(b *testing.B) {
	log := open(b, testenv.JetStream(b))
	fence := take(b, log, "t1")
	for range 10 {
		if _, err := log.Append(b.Context(), fence, benchUnit(MaxUnit)); err != nil {
			b.Fatal(err)
		}
	}
	subject := "evt.toy.t1.thing.a7"
	for name, upTo := range map[string]Position{"of all": 0, "at or under": 5000} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := log.Newest(b.Context(), subject, upTo); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("history of one", func(b *testing.B) {
		for b.Loop() {
			if err := log.Read(b.Context(), 0, 10_001, func(Recorded) error { return nil }, subject); err != nil {
				b.Fatal(err)
			}
		}
	})
}
