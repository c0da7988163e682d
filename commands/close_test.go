package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Close lets the append on its way end, answers who waits behind it, and leaves nothing running:
// synctest fails a test that ends with goroutines.
func TestCloseDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, n, first := busy(t)
		behind := n.start(t.Context(), call("behind"), "behind")
		synctest.Wait()
		closed := make(chan struct{})
		go func() {
			n.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("closed while an append was on its way")
		default:
		}
		log.let <- nil
		if r := <-first; r.err != nil {
			t.Errorf("the append on its way: %v", r.err)
		}
		<-closed
		if r := <-behind; domain.CodeOf(r.err) != domain.CodeUnavailable {
			t.Errorf("the one behind: %v, want %s", r.err, domain.CodeUnavailable)
		}
		if r := <-n.start(t.Context(), call("after"), "after"); domain.CodeOf(r.err) != domain.CodeUnavailable {
			t.Errorf("after Close: %v, want %s", r.err, domain.CodeUnavailable)
		}
		n.Close()
		if n.spawn(func() {}) {
			t.Error("a bus that is closed starts goroutines, which nobody waits for")
		}
		if h := read(t, log); len(h.by["first"]) != 1 || len(h.by["behind"])+len(h.by["after"]) != 0 {
			t.Errorf("the log has %v", h.by)
		}
	})
}

// Close with commands coming in from all sides must neither hang nor lose an acknowledged one.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		var group, begun sync.WaitGroup
		var mu sync.Mutex
		acknowledged := map[string]domain.Position{}
		for i := range 8 {
			begun.Add(1)
			group.Go(func() {
				for k := 0; ; k++ {
					name := fmt.Sprintf("n%d-%d", i, k)
					_, at, err := n.toy.create.Do(t.Context(), n.Bus, call(name), createCommand{Name: name})
					if k == 0 {
						begun.Done()
					}
					if err != nil {
						if domain.CodeOf(err) != domain.CodeUnavailable {
							t.Errorf("%s: %v", name, err)
						}
						return
					}
					mu.Lock()
					acknowledged[name] = at
					mu.Unlock()
				}
			})
		}
		begun.Wait()
		n.Close()
		group.Wait()
		h := read(t, log)
		for name, at := range acknowledged {
			if got := h.by[name]; len(got) != 1 || got[0].Position != at {
				t.Errorf("%s was acknowledged at %d, the log has %v", name, at, got)
			}
		}
	})
}

func TestACallerThatLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, n, first := busy(t)
		ctx, cancel := context.WithCancel(t.Context())
		gone := n.start(ctx, call("gone"), "gone")
		synctest.Wait()
		cancel()
		if r := <-gone; domain.CodeOf(r.err) != domain.CodeUnavailable || !errors.Is(r.err, context.Canceled) {
			t.Errorf("the caller that left: %v", r.err)
		}
		log.let <- nil
		<-first
		last := n.start(t.Context(), call("last"), "gone") // the name is still free
		<-log.arrived
		log.let <- nil
		if r := <-last; r.err != nil {
			t.Errorf("a command that nobody waited for was carried out: %v", r.err)
		}
	})
}

// A command does not wait for ever for a log that is away.
func TestACommandEndsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newGated(eventstore.NewMemory())
		n := newNode(t, log)
		began := time.Now()
		r := n.start(context.WithoutCancel(t.Context()), call("first"), "first")
		<-log.arrived
		if r := <-r; domain.CodeOf(r.err) != domain.CodeUnavailable || !errors.Is(r.err, errUnknown) {
			t.Errorf("after %v: %v", time.Since(began), r.err)
		}
		if took := time.Since(began); took != commandTimeout {
			t.Errorf("took %v, want %v", took, commandTimeout)
		}
		log.let <- nil
	})
}
