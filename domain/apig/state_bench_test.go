package apig

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// crowd is a state with n APIs in one group, all of them published.
func crowd(b *testing.B, n int) *State {
	b.Helper()
	s := given(gateway(), aGroup("g1", "shop"), aVariable("x1", "g1", ReleaseEnvID, "host", "h")).state()
	for i := range n {
		name := fmt.Sprintf("api-%06d", i)
		for j, ev := range given(aBackendAPI(name, "g1", name, "GET /"+name+"/{id}", "#host#:80"),
			published("v-"+name, name, "g1", ReleaseEnvID, domain.Position(100+i))) {
			s.Apply(domain.Recorded{Position: domain.Position(100 + i + j), ID: "e", Event: ev})
		}
	}
	return s
}

// The cost of a decision must not grow with what is there: compare the lines.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{100, 50_000} {
		s := crowd(b, n)
		for name, when := range map[string]decision{
			"create":  createAPI(httpAPI("g1", "new", "GET /new", "#host#")),
			"publish": publish("api-000001", ReleaseEnvID),
			"refused": createAPI(httpAPI("g1", "api-000001", "GET /new", "#host#")),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					_, _, _ = when(s, moment())
				}
			})
		}
	}
}

// BenchmarkMemory reports what a published API costs in memory.
func BenchmarkMemory(b *testing.B) {
	const n = 50_000
	for b.Loop() {
		before := heap()
		s := crowd(b, n)
		b.ReportMetric(float64(heap()-before)/n, "bytes/API")
		runtime.KeepAlive(s)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
