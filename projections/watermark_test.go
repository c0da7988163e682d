package projections

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/gatelog/gatelog/domain"
)

func TestWatermarks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := NewWatermarks()
		wait := func(ctx context.Context, projection string, at domain.Position) <-chan error {
			done := make(chan error, 1)
			go func() { done <- w.Await(ctx, projection, at) }()
			return done
		}
		open := func(done <-chan error) bool {
			synctest.Wait()
			return len(done) == 0
		}
		ctx, cancel := context.WithCancel(t.Context())
		five, seven, other, gone := wait(ctx, "a", 5), wait(ctx, "a", 7), wait(ctx, "b", 1), wait(ctx, "a", 9)

		w.Advance("a", 4)
		if !open(five) || !open(other) {
			t.Error("someone was woken too early")
		}
		w.Advance("a", 5)
		if err := <-five; err != nil || !open(seven) {
			t.Errorf("at 5: %v", err)
		}
		w.Advance("a", 3) // news of yesterday
		if at := w.At("a"); at != 5 {
			t.Errorf("the mark went back to %d", at)
		}
		w.Advance("a", 8)
		if err := <-seven; err != nil || !open(other) {
			t.Errorf("at 8: %v", err)
		}
		if err := w.Await(ctx, "a", 8); err != nil {
			t.Errorf("what is there already: %v", err)
		}
		w.Advance("b", 1)
		if err := <-other; err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that left: %v", err)
		}
		if w.At("c") != 0 || len(w.waiter["a"])+len(w.waiter["b"]) != 0 {
			t.Errorf("left behind: %v", w.waiter)
		}
	})
}
