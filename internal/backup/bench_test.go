package backup_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

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
			Header: fmt.Appendf(nil, "Content-Type: application/json\nce-id: 01HZX%020x-0\nce-schemaversion: 1\nce-source: gatelog\n"+
				"ce-specversion: 1.0\nce-subject: api/x\nce-time: 2024-05-01T12:30:00.123456Z\nce-type: apig.api.created\n", i),
		}
	}
	return all
}

// filled fills the log of a broker as a restore does.
func filled(b testing.TB, all []eventstore.Raw, options ...testenv.BrokerOption) *eventstore.Stream {
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

// BenchmarkBackup measures a first backup, from the broker's files and through the broker. Command
// gatelog-bench holds the former against the disk.
func BenchmarkBackup(b *testing.B) {
	all, store, bytes := definitions(benchEvents, 600), b.TempDir(), int64(0)
	for _, r := range all {
		bytes += int64(len(r.Subject) + len(r.Header) + len(r.Data))
	}
	stream := filled(b, all, testenv.InDir(store))
	files, err := stream.Beside(store)
	if err != nil {
		b.Fatal(err)
	}
	for name, log := range map[string]backup.Source{"files": files, "broker": stream} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(bytes)
			for b.Loop() {
				if _, err := backup.Write(b.Context(), b.TempDir(), log, backup.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
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
