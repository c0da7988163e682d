package webhooks

import (
	"math/rand/v2"
	"time"
)

// Defaults of the waits between two tries of an event, and how long a receiver can ask for with Retry-After.
const (
	firstWait = 2 * time.Second
	mostWait  = time.Hour
)

// backoff is how long to wait before an event is tried again: after n tries a random time of up to
// first * 2^(n-1), at most 'most' (full jitter: receivers that come back are not hit by all at once).
type backoff struct{ first, most time.Duration }

func (b backoff) after(tries int) time.Duration {
	ceiling := b.first << min(tries-1, 20)
	if ceiling > b.most || ceiling <= 0 {
		ceiling = b.most
	}
	return rand.N(ceiling) + time.Millisecond
}
