package apig_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

var callsNow = time.Date(2026, 5, 6, 7, 8, 30, 0, time.UTC)

// callAt is a call so long before callsNow.
func callAt(ago time.Duration, status int) apig.CallRecord {
	return apig.CallRecord{APIID: "a", Time: callsNow.Add(-ago).UnixMilli(), Status: status}
}

// Given calls of two minutes, when they are added up, then each minute has the sum of its own (APIG V2
// §3.18.1: samples of one minute).
func TestMinutesAddUpCalls(t *testing.T) {
	t.Parallel()
	own := int64(1)
	first, second, third := callAt(0, 200), callAt(time.Second, 404), callAt(time.Minute, 503)
	first.Latency, first.BackendLatency, first.RequestBytes, first.ResponseBytes, first.PublicInbound = 10, 4, 100, 1000, true
	second.Latency, second.BackendLatency, second.InnerLatency, second.RequestBytes, second.ResponseBytes = 20, 5, &own, 7, 70
	third.PublicOutbound, third.RequestBytes, third.ResponseBytes = true, 3, 30

	got, expired := apig.CallBatch{Calls: []apig.CallRecord{first, third, second}}.Minutes(callsNow)

	want := []apig.CallMinute{
		{APIID: "a", Minute: callsNow.Add(-90 * time.Second), Requests: 1, Count5xx: 1, Upstream: 3, Downstream: 30, OutboundUp: 3, OutboundDown: 30},
		{
			APIID: "a", Minute: callsNow.Add(-30 * time.Second), Requests: 2, Count2xx: 1, Count4xx: 1, LatencySum: 30, LatencyMax: 20,
			InnerSum: 7, InnerMax: 6, BackendSum: 9, BackendMax: 5, Upstream: 107, Downstream: 1070, InboundUp: 100, InboundDown: 1000,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || expired != 0 {
		t.Errorf("%d expired; minutes (-want +got):\n%s", expired, diff)
	}
}

// Given calls older than a day or of the future, when they are added up, then they are left out and told.
func TestMinutesLeaveOutWhatIsTooOldOrTooEarly(t *testing.T) {
	t.Parallel()
	got, expired := apig.CallBatch{Calls: []apig.CallRecord{
		callAt(apig.MaxCallAge+time.Millisecond, 200), callAt(apig.MaxCallAge, 200), callAt(-5*time.Minute, 200), callAt(-5*time.Minute-time.Millisecond, 200),
	}}.Minutes(callsNow)
	if len(got) != 2 || expired != 2 {
		t.Errorf("%d minutes and %d expired, want the two on the bounds", len(got), expired)
	}
}

// Given any calls, when they are added up at once or in two parts, then it is the same sum.
func TestMinutesOfPartsAreThoseOfTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		calls := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) apig.CallRecord {
			c := callAt(time.Duration(rapid.IntRange(0, 179).Draw(t, "ago"))*time.Second, rapid.IntRange(100, 599).Draw(t, "status"))
			c.APIID = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "api")
			c.Latency, c.RequestBytes = rapid.Int64Range(0, 50).Draw(t, "latency"), rapid.Int64Range(0, 50).Draw(t, "bytes")
			return c
		}), 0, 20).Draw(t, "calls")
		cut := rapid.IntRange(0, len(calls)).Draw(t, "cut")
		whole, _ := apig.CallBatch{Calls: calls}.Minutes(callsNow)
		var requests, latency int64
		for _, part := range [][]apig.CallRecord{calls[:cut], calls[cut:]} {
			minutes, _ := apig.CallBatch{Calls: part}.Minutes(callsNow)
			for _, m := range minutes {
				requests, latency = requests+m.Requests, latency+m.LatencySum
			}
		}
		for _, m := range whole {
			requests, latency = requests-m.Requests, latency-m.LatencySum
			if m.Count2xx+m.Count4xx+m.Count5xx > m.Requests || m.LatencyMax > m.LatencySum {
				t.Fatalf("%+v", m)
			}
		}
		if requests != 0 || latency != 0 {
			t.Fatalf("the parts have %d requests and %d ms more", requests, latency)
		}
	})
}

// Given a batch that breaks a rule, when it is checked, then it is refused with the documented code.
func TestCallBatchRefusals(t *testing.T) {
	t.Parallel()
	negative := int64(-1)
	for name, c := range map[string]struct {
		change func(*apig.CallBatch)
		code   string
	}{
		"no name":           {func(b *apig.CallBatch) { b.BatchID = "" }, "APIG.2001"},
		"a name that hides": {func(b *apig.CallBatch) { b.BatchID = "a b" }, "APIG.2011"},
		"no calls":          {func(b *apig.CallBatch) { b.Calls = nil }, "APIG.2001"},
		"too many calls":    {func(b *apig.CallBatch) { b.Calls = make([]apig.CallRecord, 5001) }, "APIG.2011"},
		"no API":            {func(b *apig.CallBatch) { b.Calls[0].APIID = "" }, "APIG.2001"},
		"no time":           {func(b *apig.CallBatch) { b.Calls[0].Time = 0 }, "APIG.2001"},
		"a time before all": {func(b *apig.CallBatch) { b.Calls[0].Time = -5 }, "APIG.2011"},
		"no status":         {func(b *apig.CallBatch) { b.Calls[0].Status = 0 }, "APIG.2001"},
		"a status of none":  {func(b *apig.CallBatch) { b.Calls[0].Status = 600 }, "APIG.2011"},
		"negative latency":  {func(b *apig.CallBatch) { b.Calls[0].Latency = -1 }, "APIG.2011"},
		"negative inner":    {func(b *apig.CallBatch) { b.Calls[0].InnerLatency = &negative }, "APIG.2011"},
		"too many bytes":    {func(b *apig.CallBatch) { b.Calls[0].RequestBytes = 1 << 35 }, "APIG.2011"},
	} {
		b := apig.CallBatch{BatchID: "node-1:7", Calls: []apig.CallRecord{callAt(0, 200)}}
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		c.change(&b)
		if err := b.Check(); domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}
