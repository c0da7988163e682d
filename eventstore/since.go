package eventstore

import (
	"context"
	"fmt"
	"sort"
	"time"
)

// FirstSince returns the position of the first event up to head that was decided at or after a time, the
// one after head when there is none. It looks at a few events only: their times grow with their positions,
// but for what the clocks of nodes differ.
func FirstSince(ctx context.Context, log Log, head Position, t time.Time) (Position, error) {
	var failed error
	n := sort.Search(int(head), func(i int) bool {
		if failed != nil {
			return true
		}
		r, err := log.At(ctx, Position(i+1))
		failed = err
		return !r.Time.Before(t)
	})
	if failed != nil {
		return 0, fmt.Errorf("find %s in the log: %w", t.Format(time.RFC3339), failed)
	}
	return Position(n + 1), nil
}

// skew is how far the clocks of nodes may be apart: an event that was decided later than another one may
// stand before it by as much.
const skew = 5 * time.Second

// Before returns a position behind which all events stand that were decided at a time or later; a few of
// the last seconds before it may stand there, too. It asks the log for some twenty messages.
func Before(ctx context.Context, log Log, at time.Time) (Position, error) {
	head, err := log.Head(ctx)
	if err != nil {
		return 0, err
	}
	first, err := FirstSince(ctx, log, head, at.Add(-skew))
	return max(first, 1) - 1, err
}
