package main

import (
	"math"
	"slices"
	"time"
)

// sample is what one side did in one round.
type sample struct {
	count     int
	took      time.Duration
	latencies []time.Duration // one per operation; nil where there is one operation only
	cpu       usage
}

// rate is operations per second.
func (s sample) rate() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(s.count) / s.took.Seconds()
}

// series are the rounds of one side.
type series []sample

func (s series) rates() []float64 {
	all := make([]float64, len(s))
	for i, one := range s {
		all[i] = one.rate()
	}
	return all
}

// latency pools the latencies of all rounds.
func (s series) latency() latency {
	var all []time.Duration
	for _, one := range s {
		all = append(all, one.latencies...)
	}
	slices.Sort(all)
	return latency{P50: milliseconds(percentile(all, 50)), P99: milliseconds(percentile(all, 99))}
}

// cpuPerOperation is the processor time that one operation cost, over all rounds.
func (s series) cpuPerOperation() usage {
	var sum usage
	count := 0
	for _, one := range s {
		sum = sum.plus(one.cpu)
		count += one.count
	}
	return sum.per(count)
}

// nanosecondsEach is the processor time of all processes that one operation cost, for operations that are
// too small for a Duration.
func (s series) nanosecondsEach() float64 {
	var sum time.Duration
	count := 0
	for _, one := range s {
		sum += one.cpu.total()
		count += one.count
	}
	return float64(sum) / float64(max(count, 1))
}

// latency is in milliseconds.
type latency struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentile returns the smallest of the sorted values that p per cent of them do not exceed; 0 for
// none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median returns the middle of the values, the mean of both middles for an even number, 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratios pairs the rounds of two sides: each of ours is held against the bare one that ran next to it,
// so that a machine whose speed drifts does not count.
func ratios(ours, bare []float64) []float64 {
	all := make([]float64, min(len(ours), len(bare)))
	for i := range all {
		if bare[i] > 0 {
			all[i] = ours[i] / bare[i]
		}
	}
	return all
}
