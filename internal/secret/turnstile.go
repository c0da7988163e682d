package secret

import (
	"context"
	"fmt"
)

// turnstile lets a few through at a time and a few more wait; the rest is turned away, because a line
// without end only makes a flood's victims wait for its senders.
type turnstile struct{ inside, present chan struct{} }

func newTurnstile(inside, line int) *turnstile {
	return &turnstile{make(chan struct{}, inside), make(chan struct{}, inside+line)}
}

// enter waits for a place and returns what gives it back. ErrBusy when the line is full or ctx ends.
func (t *turnstile) enter(ctx context.Context) (leave func(), err error) {
	select {
	case t.present <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case t.inside <- struct{}{}:
		return func() { <-t.inside; <-t.present }, nil
	case <-ctx.Done():
		<-t.present
		return nil, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}
