package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// desk is a Gather whose queries wait until the test lets them go on.
type desk struct {
	*Gather[string, int]
	began chan []string // the keys of each query that begins
	ends  chan error    // lets one query end
}

func newDesk() desk {
	d := desk{began: make(chan []string), ends: make(chan error)}
	d.Gather = NewGather(func(ctx context.Context, keys []string) (map[string]int, error) {
		d.began <- keys
		err := <-d.ends
		found := map[string]int{}
		for _, k := range keys {
			if k != "none" {
				found[k] = len(k)
			}
		}
		return found, errors.Join(err, ctx.Err())
	})
	return d
}

// ask asks in a goroutine of its own, and says how it ends.
func (d desk) ask(ctx context.Context, key string) <-chan string {
	answer := make(chan string, 1)
	go func() {
		value, found, err := d.Get(ctx, key)
		answer <- fmt.Sprint(value, found, err)
	}()
	return answer
}

// waits returns when so many wait.
func (d desk) waits(t *testing.T, n int) {
	t.Helper()
	for {
		d.mu.Lock()
		waiting := len(d.waiting)
		d.mu.Unlock()
		if waiting == n {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("%d wait, want %d", waiting, n)
		}
	}
}

// busy keeps all queries at work, and returns how they end.
func (d desk) busy(t *testing.T) (answers []<-chan string) {
	t.Helper()
	for range gatherQueries {
		answers = append(answers, d.ask(t.Context(), "first"))
		<-d.began
	}
	return answers
}

func want(t *testing.T, answer <-chan string, want string) {
	t.Helper()
	if got := <-answer; got != want {
		t.Errorf("answered %q, want %q", got, want)
	}
}

func TestThoseWhoWaitAreAnsweredByOneQuery(t *testing.T) {
	t.Parallel()
	d := newDesk()
	first := d.busy(t)
	a := d.ask(t.Context(), "a")
	d.waits(t, 1)
	b := d.ask(t.Context(), "none")
	d.waits(t, 2)
	again := d.ask(t.Context(), "a")
	d.waits(t, 3)
	d.ends <- nil
	if diff := cmp.Diff([]string{"a", "none", "a"}, <-d.began); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	d.ends <- nil
	d.ends <- nil
	for _, answer := range first {
		want(t, answer, "5 true <nil>")
	}
	want(t, a, "1 true <nil>")
	want(t, b, "0 false <nil>")
	want(t, again, "1 true <nil>")
	if d.running != 0 {
		t.Errorf("%d queries are said to run", d.running)
	}
}

// The query works for all who asked: it goes on when the one who runs it goes away, and its error is
// everybody's.
func TestAQueryDoesNotEndWithWhoRunsIt(t *testing.T) {
	t.Parallel()
	d := newDesk()
	first := d.busy(t)
	gone, cancel := context.WithCancel(t.Context())
	a := d.ask(gone, "a")
	d.waits(t, 1)
	b := d.ask(t.Context(), "bb")
	d.waits(t, 2)
	d.ends <- nil
	<-d.began
	cancel()
	d.ends <- nil
	d.ends <- nil
	want(t, a, "1 true <nil>")
	want(t, b, "2 true <nil>")
	for _, answer := range first {
		want(t, answer, "5 true <nil>")
	}
	c := d.ask(t.Context(), "c")
	<-d.began
	d.ends <- errors.New("boom")
	want(t, c, "1 true boom")
}

func TestWhoeverWaitsMayLeave(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.busy(t)
	gone, cancel := context.WithCancel(t.Context())
	a := d.ask(gone, "a")
	d.waits(t, 1)
	cancel()
	want(t, a, "0 false context canceled")
	d.waits(t, 0)
	d.ends <- nil
	d.ends <- nil
}

// Whoever was told to run the next query and leaves at the same time passes that on.
func TestLeavingPassesTheTurnOn(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.running = gatherQueries
	me := &asker[string, int]{key: "a", turn: make(chan told[int], 1)}
	d.enter(me)
	b := d.ask(t.Context(), "b")
	d.waits(t, 2)
	d.mu.Lock()
	d.next()
	d.mu.Unlock()
	d.leave(me)
	if diff := cmp.Diff([]string{"b"}, <-d.began); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	d.ends <- nil
	want(t, b, "1 true <nil>")
}

func TestAPanicIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := NewGather(func(context.Context, []string) (map[string]int, error) { panic("boom") })
	for range gatherQueries + 1 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic got lost")
				}
			}()
			_, _, _ = g.Get(t.Context(), "a")
		}()
	}
}

func TestEveryoneGetsTheirOwn(t *testing.T) {
	t.Parallel()
	g := NewGather(func(_ context.Context, keys []int) (map[int]int, error) {
		if len(keys) > gatherMost {
			t.Errorf("%d keys at once", len(keys))
		}
		found := map[int]int{}
		for _, k := range slices.Compact(keys) {
			found[k] = -k
		}
		return found, nil
	})
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			for j := range 50 {
				ctx, cancel := context.WithCancel(t.Context())
				if j%7 == 0 {
					cancel()
				}
				value, found, err := g.Get(ctx, i*50+j)
				if err == nil && (!found || value != -(i*50+j)) {
					t.Errorf("%d: %d, %v", i*50+j, value, found)
				}
				cancel()
			}
		})
	}
	all.Wait()
	if g.running != 0 || len(g.waiting) != 0 {
		t.Errorf("%d run and %d wait in the end", g.running, len(g.waiting))
	}
}
