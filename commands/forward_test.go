package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// A command that only asks is answered by the writer on another node, and leaves nothing in the log.
func TestAskingAnotherNodeLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2, nil)
	h.nodes[0].create(t, "a")
	h.settle(t)
	if !h.nodes[0].Writes(h.nodes[0].toy.surface, "t1") || h.nodes[1].Writes(h.nodes[1].toy.surface, "t1") {
		t.Error("who writes is not who was asked first")
	}
	before := read(t, h.log)
	sum, _, err := h.nodes[1].toy.add.Do(t.Context(), h.nodes[1].Bus, call("asked").Asking(), addCommand{Name: "a"})
	if err != nil || sum != 0 {
		t.Errorf("asked: %d, %v", sum, err)
	}
	if after := read(t, h.log); len(after.all) != len(before.all) {
		t.Errorf("%d messages were added", len(after.all)-len(before.all))
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
		for {
			msg, err := h.conn.Request("cmd.toy.t1", body, forwardTimeout)
			if err != nil {
				t.Fatal(err)
			}
			var r reply
			if err := json.Unmarshal(msg.Data, &r); err != nil {
				t.Fatal(err)
			}
			if !r.Lost && !r.Busy { // else ask again, as a node does
				return r
			}
		}
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
