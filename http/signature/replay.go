package signature

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// ReplayGuard remembers which signatures have changed something on this node, so that a recorded
// request can't be sent again while its X-Sdk-Date is still good. It is bounded in memory and safe for
// concurrent use; other nodes do not see it.
//
// A client that tries again signs again, with a new X-Sdk-Date, and passes. But X-Sdk-Date counts
// whole seconds and the scheme has no nonce: two equal changes within the same second, be it a retry
// without delay or a script that asks the same thing twice, carry the same signature. Hence the grace.
type ReplayGuard struct {
	capacity int
	grace    time.Duration

	mu      sync.Mutex
	size    int
	minutes map[int64]map[fingerprint]time.Time // minute of X-Sdk-Date -> signature -> first use
}

// fingerprint is the first half of a signature: 128 bits that no one but the key's owner can choose.
type fingerprint [16]byte

// NewReplayGuard returns a guard that remembers at most capacity signatures (about 80 bytes each) and
// forgets the oldest minute of them when it is full. A signature may be used again until grace after
// its first use; two seconds let honest repetitions through, 0 lets nothing through.
func NewReplayGuard(capacity int, grace time.Duration) *ReplayGuard {
	return &ReplayGuard{
		capacity: max(capacity, 1), grace: grace, minutes: map[int64]map[fingerprint]time.Time{},
	}
}

// Admit returns ErrReplayed when r would change something and its signature h was admitted here before,
// longer than the grace ago. GET, HEAD and OPTIONS are always admitted. Call it after Verify, so that
// only holders of a key can fill the memory, and after the answer to a repeated Idempotency-Key.
func (g *ReplayGuard) Admit(h Header, r *http.Request, now time.Time) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	date, err := signedAt(r)
	if err != nil {
		return err
	}
	minute, mark := date.Unix()/60, fingerprint(h.signature[:16])

	g.mu.Lock()
	defer g.mu.Unlock()
	if first, seen := g.minutes[minute][mark]; seen {
		if now.Sub(first).Abs() < g.grace {
			return nil
		}
		return fmt.Errorf("%w: sign it again with a new %s", ErrReplayed, HeaderDate)
	}
	g.remember(minute, mark, now)
	return nil
}

// Len returns how many signatures are remembered.
func (g *ReplayGuard) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.size
}

// remember keeps a signature with the minute that it was signed in: the date is part of what is
// signed, so the same signature always comes back to the same minute, and a minute expires as a whole.
func (g *ReplayGuard) remember(minute int64, mark fingerprint, now time.Time) {
	if g.minutes[minute] == nil {
		g.dropBefore(now.Add(-MaxSkew).Unix() / 60)
		g.minutes[minute] = map[fingerprint]time.Time{}
	}
	g.minutes[minute][mark] = now
	g.size++
	if g.size > g.capacity {
		g.dropOldest()
	}
}

// dropBefore forgets the minutes whose signatures have expired.
func (g *ReplayGuard) dropBefore(minute int64) {
	for m, marks := range g.minutes {
		if m < minute {
			g.size -= len(marks)
			delete(g.minutes, m)
		}
	}
}

func (g *ReplayGuard) dropOldest() {
	oldest := int64(1<<63 - 1)
	for m := range g.minutes {
		oldest = min(oldest, m)
	}
	g.dropBefore(oldest + 1)
}
