package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/gatelog/gatelog/internal/testenv"
)

// house is nodes on one broker.
type house struct {
	log   *eventstore.Stream
	conn  *nats.Conn
	nodes []*node
}

// newHouse starts n nodes; change may put something between each and the log.
func newHouse(t testing.TB, n int, change func(i int, o *Options)) *house {
	t.Helper()
	broker := testenv.Broker(t)
	h := &house{conn: testenv.Connect(t, broker)}
	var err error
	if h.log, err = eventstore.Open(t.Context(), h.conn, eventstore.Options{}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		conn := testenv.Connect(t, broker)
		log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h.nodes = append(h.nodes, newNode(t, log, func(o *Options) {
			o.Conn, o.Node = conn, fmt.Sprint("n", i)
			if change != nil {
				change(i, o)
			}
		}))
	}
	return h
}

// settle waits until the broker knows what the nodes listen to.
func (h *house) settle(t testing.TB) {
	t.Helper()
	for _, n := range h.nodes {
		if err := n.Conn.Flush(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNodesShareOneWriter(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	for round := range 10 {
		for i, n := range h.nodes {
			reason := fmt.Sprintf("add %d-%d", round, i)
			sum, at, err := n.toy.add.Do(t.Context(), n.Bus, call(reason), addCommand{Name: "a", By: 1})
			if want := round*3 + i + 1; err != nil || sum != want {
				t.Fatalf("%s: %d, %v; want %d", reason, sum, err, want)
			}
			if got := n.models.asked[len(n.models.asked)-1]; got != at {
				t.Errorf("%s: waited for %d, want %d", reason, got, at)
			}
		}
	}
	_, _, err := h.nodes[2].toy.create.Do(t.Context(), h.nodes[2].Bus, call("refused"), createCommand{Name: "a"})
	var refusal *domain.Error
	if !errors.As(err, &refusal) || refusal.Code != codeTaken || refusal.Message != "a is taken" {
		t.Errorf("a refusal from another node: %v", err)
	}
	got := read(t, h.log)
	if writers := got.times(eventstore.TypeWriterTaken); writers != 1 {
		t.Errorf("the tenant was taken %d times, want once", writers)
	}
	if events := got.by["add 3-2"]; len(events) != 1 || events[0].Request != "r-add 3-2" || events[0].Actor.UserID != "u1" {
		t.Errorf("the circumstances of a forwarded command: %+v", events)
	}
}

func TestAnAnswerWithASecretComesBackFromAnotherNode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	answer, _ := h.nodes[1].create(t, "b")
	if answer.ID == "" || answer.Secret != "secret of "+answer.ID {
		t.Errorf("answer %+v", answer)
	}
	if _, _, err := h.nodes[1].toy.crash.Do(t.Context(), h.nodes[1].Bus, call("crash"), nameCommand{}); err == nil || domain.CodeOf(err) != "" {
		t.Errorf("a failure on another node: %v, want an error without a code", err)
	}
}

// A node that has stopped hands its tenants over.
func TestAnotherNodeTakesOverWhenTheWriterStops(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	h.nodes[1].create(t, "b")
	h.nodes[0].Close()
	h.settle(t)
	began := time.Now()
	h.nodes[1].create(t, "c")
	if took := time.Since(began); took > forwardTimeout {
		t.Errorf("took %v: the node that stopped was waited for", took)
	}
	got := read(t, h.log)
	if writers := got.times(eventstore.TypeWriterTaken); writers != 2 {
		t.Errorf("the tenant was taken %d times, want twice", writers)
	}
}

// A command that comes twice with one id was tried again after a lost reply.
func TestAForwardedCommandThatComesTwiceIsDecidedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	ask := func(id string) reply {
		t.Helper()
		body, err := json.Marshal(forwarded{ID: id, Name: "Add", Meta: Meta{Reason: id}, Command: []byte(`{"name":"a","by":1}`)})
		if err != nil {
			t.Fatal(err)
		}
		msg, err := h.conn.Request("cmd.toy.t1", body, forwardTimeout)
		if err != nil {
			t.Fatal(err)
		}
		var r reply
		if err := json.Unmarshal(msg.Data, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, again, other := ask("x"), ask("x"), ask("y")
	if string(first.Result) != "1" || string(again.Result) != "1" || again.Position != first.Position {
		t.Errorf("first %s at %d, again %s at %d", first.Result, first.Position, again.Result, again.Position)
	}
	if string(other.Result) != "2" {
		t.Errorf("another id: %s, want 2", other.Result)
	}
	h.nodes[0].Close()
	restarted := newNode(t, h.log, func(o *Options) { o.Conn = h.conn })
	if err := restarted.Warm(restarted.toy.surface, "t1"); err != nil {
		t.Fatal(err)
	}
	if third := ask("x"); string(third.Result) != "1" || third.Position != first.Position {
		t.Errorf("after a restart: %s at %d", third.Result, third.Position)
	}
	if got := len(read(t, h.log).by["x"]); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
}

func TestACommandThatCannotBeReadIsAFailureAndNoSilence(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	for name, body := range map[string]string{
		"no json": `{`, "unknown use case": `{"id":"1","name":"Fly"}`, "other shape": `{"id":"1","name":"Add","command":7}`,
		"no command": `{"id":"1","name":"Add"}`,
	} {
		msg, err := h.conn.Request("cmd.toy.t1", []byte(body), forwardTimeout)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var r reply
		if err := json.Unmarshal(msg.Data, &r); err != nil || r.Failure == "" {
			t.Errorf("%s: %s, %v; want a failure", name, msg.Data, err)
		}
	}
}

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

func TestAskingEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, nil)
	silent := make(chan *nats.Msg, 1)
	if _, err := h.conn.ChanSubscribe("cmd.toy.t1", silent); err != nil {
		t.Fatal(err)
	}
	if err := h.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := h.nodes[0].start(ctx, call("asked"), "a")
	<-silent
	cancel()
	if r := <-r; domain.CodeOf(r.err) != domain.CodeUnavailable || !errors.Is(r.err, errUnknown) {
		t.Errorf("%v", r.err)
	}
}
