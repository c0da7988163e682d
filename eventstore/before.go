package eventstore

import (
	"context"
	"fmt"
	"time"
)

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
	at = at.Add(-skew)
	low, high := Position(0), head // all up to low are before the time, none behind high is
	for low < high {
		middle := low + (high-low+1)/2
		m, err := log.At(ctx, middle)
		if err != nil {
			return 0, fmt.Errorf("look for the first event since %s: %w", at.Format(time.RFC3339), err)
		}
		if m.Time.Before(at) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}
