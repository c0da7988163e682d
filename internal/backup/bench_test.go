package backup_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/testenv"
)

const benchEvents = 100_000

// definitions are messages of about so many bytes that compress as API definitions do.
func definitions(n, size int) []eventstore.Raw {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]eventstore.Raw, n)
	for i := range all {
		data := fmt.Sprintf(`{"api":{"id":"%016x%016x"`, random.Uint64(), random.Uint64())
		for k := 0; len(data) < size; k++ {
			data += fmt.Sprintf(`,"req_param_%d":{"name":"p%x","location":"QUERY","required":2}`, k, random.Uint32())
		}
		all[i] = eventstore.Raw{
			Position: eventstore.Position(i + 1), Subject: fmt.Sprintf("evt.apig.t1.api.%d", i%1000), Data: []byte(data + "}}"),
			Header: nats.Header{
				"ce-id": {fmt.Sprintf("01HZX%020x-0", i)}, "ce-type": {"apig.api.created"}, "ce-source": {"gatelog"}, "ce-time": {"2024-05-01T12:30:00.123456Z"},
				"ce-specversion": {"1.0"}, "ce-schemaversion": {"1"}, "ce-subject": {"api/x"}, "Content-Type": {"application/json"},
			},
		}
	}
	return all
}

// filled fills the log of a broker as a restore does.
func filled(b *testing.B, all []eventstore.Raw, options ...testenv.BrokerOption) *eventstore.Stream {
	b.Helper()
	nc := testenv.JetStream(b, options...)
	to, err := eventstore.BeginRestore(b.Context(), nc, eventstore.Options{}, "bench")
	if err != nil {
		b.Fatal(err)
	}
	f := backup.Filler{To: to}
	for _, r := range all {
		if err := f.Add(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(f.Flush(b.Context()), to.Finish(b.Context())); err != nil {
		b.Fatal(err)
	}
	log, err := eventstore.Open(b.Context(), nc, eventstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return log
}

// diskRate is how many bytes a second the disk takes one after the other, with a sync at the end.
func diskRate(b *testing.B, bytes int64) float64 {
	b.Helper()
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(rand.Uint32())
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "sequential"))
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	for written := int64(0); written < bytes; written += int64(len(block)) {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return float64(bytes) / time.Since(began).Seconds()
}

// BenchmarkBackup measures a first backup, in bytes of the log a second, against the sequential rate of the
// disk in the same run.
func BenchmarkBackup(b *testing.B) {
	for _, size := range []int{600, 3000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			all := definitions(benchEvents*600/size, size)
			log, bytes := filled(b, all), int64(0)
			for _, r := range all {
				bytes += int64(len(r.Data)) + 250 // of headers
			}
			disk := diskRate(b, bytes)
			b.SetBytes(bytes)
			for b.Loop() {
				if _, err := backup.Write(b.Context(), b.TempDir(), log, backup.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			rate := float64(bytes) * float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(rate/disk, "of-disk")
			b.ReportMetric(disk/1e6, "disk-MB/s")
		})
	}
}

// BenchmarkRestore measures the filling of a log that syncs every write.
func BenchmarkRestore(b *testing.B) {
	all := definitions(benchEvents, 600)
	for b.Loop() {
		filled(b, all, testenv.SyncAlways)
	}
	b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
