package projections

import (
	"context"
	"sync"

	"github.com/gatelog/gatelog/domain"
)

// Watermarks know how far each projection is, as seen from this node, and wake those that wait.
type Watermarks struct {
	mu     sync.Mutex
	marks  map[string]domain.Position
	waiter map[string]map[*waiter]bool
	hurry  map[string]chan struct{}
}

type waiter struct {
	at   domain.Position
	done chan struct{}
}

// NewWatermarks returns marks that are all at zero.
func NewWatermarks() *Watermarks {
	return &Watermarks{marks: map[string]domain.Position{}, waiter: map[string]map[*waiter]bool{}, hurry: map[string]chan struct{}{}}
}

// Advance says that the projection holds everything up to a position. A lower one than before is
// ignored.
func (w *Watermarks) Advance(projection string, to domain.Position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if to <= w.marks[projection] {
		return
	}
	w.marks[projection] = to
	for waiting := range w.waiter[projection] {
		if waiting.at <= to {
			close(waiting.done)
			delete(w.waiter[projection], waiting)
		}
	}
}

// At returns how far the projection is.
func (w *Watermarks) At(projection string) domain.Position {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.marks[projection]
}

// Await returns when the projection holds everything up to a position, or ctx's error.
func (w *Watermarks) Await(ctx context.Context, projection string, at domain.Position) error {
	w.mu.Lock()
	if w.marks[projection] >= at {
		w.mu.Unlock()
		return nil
	}
	waiting := &waiter{at: at, done: make(chan struct{})}
	if w.waiter[projection] == nil {
		w.waiter[projection] = map[*waiter]bool{}
	}
	w.waiter[projection][waiting] = true
	select {
	case w.hurried(projection) <- struct{}{}:
	default: // it knows
	}
	w.mu.Unlock()
	select {
	case <-waiting.done:
		return nil
	case <-ctx.Done():
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiter[projection], waiting)
		return ctx.Err()
	}
}

// Hurried returns a channel that tells when somebody begins to wait for the projection.
func (w *Watermarks) Hurried(projection string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hurried(projection)
}

// hurried is Hurried for those who hold the lock.
func (w *Watermarks) hurried(projection string) chan struct{} {
	if w.hurry[projection] == nil {
		w.hurry[projection] = make(chan struct{}, 1)
	}
	return w.hurry[projection]
}
