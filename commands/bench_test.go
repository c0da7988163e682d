package commands

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

// parallel runs do by so many clients at once, b.N times in all, and reports how many a second.
func parallel(b *testing.B, clients int, do func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range clients {
		group.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := do(int(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

// BenchmarkBus measures whole commands, from Do to the answer, with every write synced, against bare
// publishes of the same size to the same broker.
func BenchmarkBus(b *testing.B) {
	conn := testenv.JetStream(b, testenv.SyncAlways)
	log, err := eventstore.Open(b.Context(), conn, eventstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	n := newNode(b, log)
	var made atomic.Int64
	create := func(c Call) func(int) error {
		return func(int) error {
			name := fmt.Sprint("n", made.Add(1))
			_, _, err := n.toy.create.Do(b.Context(), n.Bus, c, createCommand{Name: name, Pad: 500})
			return err
		}
	}
	data := bytes.Repeat([]byte("x"), 600)
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("bare publish/%d", clients), func(b *testing.B) {
			parallel(b, clients, func(int) error {
				_, err := js.Publish(b.Context(), "evt.bare.t1.thing.a", data)
				return err
			})
		})
		b.Run(fmt.Sprintf("command/%d", clients), func(b *testing.B) { parallel(b, clients, create(call("bench"))) })
		b.Run(fmt.Sprintf("refused/%d", clients), func(b *testing.B) {
			parallel(b, clients, func(int) error {
				_, _, err := n.toy.add.Do(b.Context(), n.Bus, call("bench"), addCommand{Name: "no such"})
				if err == nil {
					return fmt.Errorf("not refused")
				}
				return nil
			})
		})
	}
	b.Run("memory/32", func(b *testing.B) {
		n = newNode(b, eventstore.NewMemory())
		parallel(b, 32, create(call("bench")))
	})
}
