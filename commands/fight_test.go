package commands

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// A writer that hangs says nothing at all: its tenant is taken, and what it does when it wakes is
// refused by the log.
func TestAWriterThatHangsLosesItsTenant(t *testing.T) {
	t.Parallel()
	var stuck *gated
	h := newHouse(t, 2, func(i int, o *Options) {
		if i == 0 {
			stuck = newGated(o.Log)
			o.Log = stuck
		}
	})
	hanging, awake := h.nodes[0], h.nodes[1]
	hanging.busyAfter = time.Hour // it does not even say that it is busy
	awake.patience = 50 * time.Millisecond
	first := hanging.start(t.Context(), call("first"), "first")
	<-stuck.arrived
	h.settle(t)

	asked := awake.start(t.Context(), call("asked"), "a")
	if r := <-asked; r.err != nil {
		t.Fatalf("a command while the writer hangs: %v", r.err)
	}
	stuck.let <- nil // it wakes
	go func() {
		for range stuck.arrived { // whatever it decides again
			stuck.let <- nil
		}
	}()
	if r := <-first; r.err != nil {
		t.Errorf("the command of the writer that hung: %v", r.err)
	}
	hanging.Close()
	close(stuck.arrived)
	got := read(t, h.log)
	if len(got.by["asked"]) != 1 || len(got.by["first"]) != 1 {
		t.Errorf("%d and %d events, want one each", len(got.by["asked"]), len(got.by["first"]))
	}
}

// A writer that only needs longer is not robbed.
func TestAWriterThatIsBusyKeepsItsTenant(t *testing.T) {
	t.Parallel()
	var slow *gated
	h := newHouse(t, 2, func(i int, o *Options) {
		if i == 0 {
			slow = newGated(o.Log)
			o.Log = slow
		}
	})
	h.nodes[0].busyAfter, h.nodes[1].patience = 20*time.Millisecond, 10*time.Second
	first := h.nodes[0].start(t.Context(), call("first"), "first")
	<-slow.arrived
	h.settle(t)
	busy := make(chan *nats.Msg, 100)
	asked, err := h.conn.ChanSubscribe("cmd.toy.t1", busy)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	waiting := h.nodes[1].start(t.Context(), call("asked"), "a")
	for range 3 { // it asks, is told to wait, and asks again
		<-busy
	}
	if err := asked.Unsubscribe(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for range slow.arrived {
			slow.let <- nil
		}
	}()
	slow.let <- nil
	for name, r := range map[string]<-chan result{"first": first, "asked": waiting} {
		if r := <-r; r.err != nil {
			t.Errorf("%s: %v", name, r.err)
		}
	}
	h.nodes[0].Close()
	close(slow.arrived)
	got := read(t, h.log)
	if writers := got.times(eventstore.TypeWriterTaken); writers != 1 || len(got.by["asked"]) != 1 {
		t.Errorf("the tenant was taken %d times, and there are %d events; want one each", writers, len(got.by["asked"]))
	}
}

// Nodes that believe each to be the writer, since they don't hear each other, fight by the log alone;
// those that hear each other forward. Either way every acknowledged command is in the log once.
func TestNodesThatFightForATenant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connected bool
		each      int
	}{"deaf": {false, 12}, "connected": {true, 25}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 2, func(_ int, o *Options) {
				if !c.connected {
					o.Conn = nil
				}
			})
			const clients = 16
			attempts := make([]attempt, 2*clients*c.each)
			var group sync.WaitGroup
			var robbed atomic.Int32
			for k := range 2 * clients {
				n := h.nodes[k%2]
				group.Go(func() {
					for i := k; i < len(attempts); i += 2 * clients {
						attempts[i] = n.try(t.Context(), i/3%4, i, i%5 == 0)
						// Now and then a node takes the tenant out of turn.
						if c.connected && rand.IntN(40) == 0 {
							if _, err := h.log.Take(t.Context(), "toy", "t1", "robber"); err == nil {
								robbed.Add(1)
							}
						}
					}
				})
			}
			group.Wait()
			for _, n := range h.nodes {
				n.Close()
			}
			got := read(t, h.log)
			codes := map[string]int{}
			for _, a := range attempts {
				a.judge(t, got)
				codes[domain.CodeOf(a.err)]++
			}
			if codes[""] < len(attempts)/10 {
				t.Errorf("of %d commands %v", len(attempts), codes)
			}
			if !c.connected && got.times(eventstore.TypeWriterTaken) < 10 {
				t.Errorf("the tenant was taken %d times: there was no fight", got.times(eventstore.TypeWriterTaken))
			}
			for _, code := range slices.Sorted(maps.Keys(codes)) {
				t.Logf("%5d %q; taken %d times", codes[code], code, got.times(eventstore.TypeWriterTaken))
			}
		})
	}
}

// Close waits for the commands of other nodes, too, and does not leave them without a word.
func TestCloseAnswersOtherNodes(t *testing.T) {
	t.Parallel()
	var slow *gated
	h := newHouse(t, 2, func(i int, o *Options) {
		if i == 0 {
			slow = newGated(o.Log)
			o.Log = slow
		}
	})
	first := h.nodes[0].start(t.Context(), call("first"), "first")
	<-slow.arrived
	h.settle(t)
	arrived := make(chan *nats.Msg, 1)
	if _, err := h.conn.ChanSubscribe("cmd.toy.t1", arrived); err != nil {
		t.Fatal(err)
	}
	if err := h.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	asked := h.nodes[1].start(t.Context(), call("asked"), "a")
	<-arrived
	if err := h.nodes[0].Conn.Flush(); err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		h.nodes[0].Close()
		close(closed)
	}()
	slow.let <- nil
	go func() {
		for range slow.arrived {
			slow.let <- nil
		}
	}()
	within(t, "close", closed)
	close(slow.arrived)
	for name, r := range map[string]<-chan result{"first": first, "asked": asked} {
		if r := <-r; r.err != nil {
			t.Errorf("%s: %v", name, r.err)
		}
	}
	if n := runningUnder(h.nodes[0]); n != 0 {
		t.Errorf("%d writers are left", n)
	}
}

func runningUnder(n *node) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.writers)
}
