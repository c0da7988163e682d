package apig_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/eventstore/subscribe"
)

// byHand is a subscriber whose events a test makes.
type byHand struct {
	topics map[string]chan *message.Message
	closed chan struct{}
	once   sync.Once
}

func newByHand() *byHand {
	return &byHand{topics: map[string]chan *message.Message{
		"evt.apig.*.instance.*": make(chan *message.Message), "evt.apig.*.variable.*": make(chan *message.Message),
		"evt.apig.*.task.*": make(chan *message.Message),
	}, closed: make(chan struct{})}
}

// Subscribe implements message.Subscriber.
func (h *byHand) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	in, known := h.topics[topic]
	if !known {
		return nil, fmt.Errorf("nobody makes events on %s", topic)
	}
	out := make(chan *message.Message)
	go func() {
		defer close(out)
		for {
			select {
			case m := <-in:
				out <- m
			case <-ctx.Done():
				return
			case <-h.closed:
				return
			}
		}
	}()
	return out, nil
}

// Close implements message.Subscriber.
func (h *byHand) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

// settles delivers an event and returns whether it was acknowledged.
func (h *byHand) settles(t *testing.T, topic string, m *message.Message) bool {
	t.Helper()
	limit := time.After(soon)
	select {
	case h.topics[topic] <- m:
	case <-limit:
		t.Fatal("nobody takes the event")
	}
	select {
	case <-m.Acked():
		return true
	case <-m.Nacked():
		return false
	case <-limit:
		t.Fatal("the event is not settled")
		return false
	}
}

func messageOf(t *testing.T, ev domain.Event) *message.Message {
	t.Helper()
	data, schema, err := apig.Codec().Encode(ev)
	if err != nil {
		t.Fatal(err)
	}
	m := message.NewMessage("event-1", data)
	m.Metadata = message.Metadata{
		subscribe.MetadataSubject: "evt.apig." + project + "." + ev.Of().Kind + "." + ev.Of().ID,
		"ce-type":                 ev.EventType(), "ce-schemaversion": fmt.Sprint(schema),
	}
	return m
}

func TestWhatReactionsMakeOfSingleEvents(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	id := b.runs(t, "gateway")
	gone := b.runs(t, "doomed")
	done(t, b, b.DeleteInstance, apig.DeleteInstance{InstanceID: gone})
	hand := newByHand()
	b.reacts(t, hand)
	creating := apig.Instance{ID: id, Status: apig.InstanceCreating}
	variable := apig.Variable{ID: "v1", InstanceID: id}
	const instances, variables = "evt.apig.*.instance.*", "evt.apig.*.variable.*"
	changed := func(m *message.Message, name, value string) *message.Message {
		m.Metadata[name] = value
		return m
	}
	broken := messageOf(t, apig.InstanceRequested{Instance: creating})
	broken.Payload = []byte(`{`)
	for name, c := range map[string]struct {
		topic string
		event *message.Message
		acked bool
	}{
		"an instance that runs by now":           {instances, messageOf(t, apig.InstanceRequested{Instance: creating}), true},
		"an instance that has just come to run":  {instances, messageOf(t, apig.InstanceProgressed{Instance: apig.Instance{ID: id, Status: apig.InstanceRunning}}), true},
		"an instance that is gone by now":        {instances, messageOf(t, apig.InstanceRequested{Instance: apig.Instance{ID: gone}}), true},
		"an instance that is deleted":            {instances, messageOf(t, apig.InstanceDeleted{InstanceID: gone}), true},
		"an instance that is changed":            {instances, messageOf(t, apig.InstanceUpdated{Instance: creating}), true},
		"a variable that is created":             {variables, messageOf(t, apig.VariableCreated{Variable: variable}), true},
		"a variable that is gone by now":         {variables, messageOf(t, apig.VariableUpdated{Variable: variable}), true},
		"a variable of an instance that is gone": {variables, messageOf(t, apig.VariableUpdated{Variable: apig.Variable{ID: "v1", InstanceID: gone}}), true},
		"a variable that is deleted":             {variables, messageOf(t, apig.VariableDeleted{InstanceID: id, VariableID: "v1"}), true},
		"a message about no aggregate":           {instances, changed(messageOf(t, apig.InstanceRequested{Instance: creating}), subscribe.MetadataSubject, "evt.apig.t.writer"), true},
		"a type that nobody knows":               {instances, changed(messageOf(t, apig.InstanceRequested{Instance: creating}), "ce-type", "apig.instance.sold"), false},
		"a schema of the future":                 {instances, changed(messageOf(t, apig.InstanceRequested{Instance: creating}), "ce-schemaversion", "99"), false},
		"no schema":                              {instances, changed(messageOf(t, apig.InstanceRequested{Instance: creating}), "ce-schemaversion", ""), false},
		"no JSON":                                {instances, broken, false},
	} {
		before := len(b.events(t))
		if acked := hand.settles(t, c.topic, c.event); acked != c.acked {
			t.Errorf("%s: acknowledged: %t, want %t", name, acked, c.acked)
		}
		if after := len(b.events(t)); after != before {
			t.Errorf("%s: %d events came of it", name, after-before)
		}
	}
}

// What can't be done now is done when the event comes again.
func TestAReactionThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	i := b.requests(t, "gateway")
	hand := newByHand()
	b.reacts(t, hand)
	b.bus.Close()
	ev := messageOf(t, apig.InstanceRequested{Instance: i})
	if hand.settles(t, "evt.apig.*.instance.*", ev) {
		t.Error("an event was acknowledged although nothing could be done about it")
	}
	if !json.Valid(ev.Payload) {
		t.Error("the event was changed")
	}
}

// Each of its steps is made by Gatelog itself, and says because of which event.
func TestReactionsSayWhy(t *testing.T) {
	t.Parallel()
	b := setup(t, eventstore.NewMemory())
	i := b.requests(t, "gateway")
	hand := newByHand()
	b.reacts(t, hand)
	if !hand.settles(t, "evt.apig.*.instance.*", messageOf(t, apig.InstanceRequested{Instance: i})) {
		t.Fatal("the event was refused")
	}
	all := eventstoretest.All(t, b.log)
	last := all[len(all)-1]
	want := map[string]string{
		"actorid": "gatelog", "actorname": "gatelog", "command": "apig.AdvanceInstance", "correlationid": "event-1", "reason": "reaction to apig.instance.requested",
	}
	if diff := cmp.Diff(want, last.Extensions); diff != "" || last.Type != "apig.instance.progressed" {
		t.Errorf("%s (-want +got):\n%s", last.Type, diff)
	}
}
