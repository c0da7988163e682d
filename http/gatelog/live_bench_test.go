package gatelog_test

import (
	"bufio"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// BenchmarkLiveStream measures how long after its acknowledgement an event reaches a client: floor p99 under 20 ms.
func BenchmarkLiveStream(b *testing.B) {
	w := gatelogtest.New(b)
	fence, err := w.Log.Take(b.Context(), "toy", gatelogtest.Project, "bench")
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, w.Listen()+"/gatelog/v1"+projectEvents, nil)
	if err != nil {
		b.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	var took []time.Duration
	for i := range b.N {
		_, err := w.Log.Append(b.Context(), fence, []eventstore.Message{{
			Subject: "evt.toy." + gatelogtest.Project + ".thing.x", ID: strconv.Itoa(i), Type: "toy.done", Schema: 1, Time: time.Now(), Data: []byte("{}"),
		}})
		if err != nil {
			b.Fatal(err)
		}
		acknowledged := time.Now()
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
		}
		took = append(took, time.Since(acknowledged))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
