package access

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"
)

// How guessing is slowed down: so many free attempts in a row, then a wait that doubles with each
// further one up to the longest. Failures are forgotten that long after the last one.
const (
	freeAttempts = 5
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
)

// guess names a user and an address, or what a client claims to be one.
type guess [16]byte

func fingerprint(parts ...string) guess {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return guess(h.Sum(nil)[:16])
}

// throttle counts failures in a row. It keeps a bounded number of them: when it is full, those that
// count least are forgotten first, so that a flood of new names can't wash the counted ones away.
type throttle struct {
	capacity int
	mu       sync.Mutex
	failures map[guess]failures
}

type failures struct {
	count int
	last  time.Time
}

func newThrottle(capacity int) *throttle {
	return &throttle{capacity: capacity, failures: map[guess]failures{}}
}

// wait returns how long the next attempt has to wait; 0 when it need not.
func (f failures) wait(now time.Time) time.Duration {
	doublings := f.count - freeAttempts
	if doublings < 0 {
		return 0
	}
	wait := longestWait
	if doublings < 10 {
		wait = min(firstWait<<doublings, longestWait)
	}
	return max(f.last.Add(wait).Sub(now), 0)
}

func (f failures) forgotten(now time.Time) bool { return now.Sub(f.last) >= longestWait }

// begin counts an attempt as failed until forget or undo say otherwise, so that attempts made at once
// count as well as those made in a row. It returns 0, or counts nothing and returns how long to wait.
func (t *throttle) begin(g guess, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, known := t.failures[g]
	if f.forgotten(now) {
		f = failures{}
	}
	if wait := f.wait(now); wait > 0 {
		return wait
	}
	if !known && len(t.failures) >= t.capacity {
		t.shrink(now)
	}
	t.failures[g] = failures{count: f.count + 1, last: now}
	return 0
}

// undo takes back an attempt that could not be decided.
func (t *throttle) undo(g guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.failures[g]
	if f.count--; f.count <= 0 {
		delete(t.failures, g)
		return
	}
	t.failures[g] = f
}

// forget takes a success into account.
func (t *throttle) forget(g guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failures, g)
}

// shrink makes room: what has expired goes; if that is nothing, what is still free of waiting; if that
// is nothing too, everything that is not at the longest wait; at last any one.
func (t *throttle) shrink(now time.Time) {
	for _, spare := range []int{-1, freeAttempts, freeAttempts + 9} {
		for g, f := range t.failures {
			if f.forgotten(now) || f.count <= spare {
				delete(t.failures, g)
			}
		}
		if len(t.failures) < t.capacity {
			return
		}
	}
	for g := range t.failures {
		delete(t.failures, g)
		return
	}
}
