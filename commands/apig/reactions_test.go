package apig_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
	"github.com/gatelog/gatelog/internal/testenv"
)

// soon is what nothing here takes.
const soon = 30 * time.Second

// live is a bundle on a real log, to which reactions can subscribe.
type live struct {
	*bundle
	js jetstream.JetStream
}

func onJetStream(t *testing.T) *live {
	t.Helper()
	conn := testenv.JetStream(t)
	log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return &live{setup(t, log), js}
}

func (l *live) subscriber(t *testing.T) *subscribe.Subscriber {
	t.Helper()
	sub, err := subscribe.New(l.js, subscribe.Options{Group: "reactions", RetryAfter: 50 * time.Millisecond, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// reacts runs the reactions of a bundle to what a subscriber delivers, until the returned func is called.
func (b *bundle) reacts(t *testing.T, sub message.Subscriber) (stop func()) {
	t.Helper()
	r := &commandsapig.Reactions{Bus: b.bus, Commands: b.Commands, Codec: apig.Codec(), Files: b.files, Documents: b.documents}
	router, err := r.Router(sub, silent)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- router.Run(context.Background()) }()
	select {
	case <-router.Running():
	case err := <-ended:
		t.Fatalf("the router ended: %v", err)
	}
	stop = sync.OnceFunc(func() {
		if err := errors.Join(router.Close(), <-ended); err != nil {
			t.Errorf("stop the reactions: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// await reads the log until enough says so.
func (b *bundle) await(t *testing.T, what string, enough func(ev domain.Event) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	found := errors.New("found")
	err := b.log.Follow(ctx, 0, 1, func(batch []eventstore.Recorded) error {
		if batch[0].Type == eventstore.TypeWriterTaken {
			return nil
		}
		ev, err := apig.Codec().Decode(batch[0].Type, batch[0].Schema, batch[0].Data)
		if err == nil && enough(ev) {
			return found
		}
		return err
	})
	if !errors.Is(err, found) {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

// progress is how far the creation of an instance came, step by step.
func (b *bundle) progress(t *testing.T, id string) []int {
	t.Helper()
	var steps []int
	for _, ev := range b.events(t) {
		switch ev := ev.(type) {
		case apig.InstanceRequested:
			if ev.Instance.ID == id {
				steps = append(steps, ev.Instance.Progress)
			}
		case apig.InstanceProgressed:
			if ev.Instance.ID == id {
				steps = append(steps, ev.Instance.Progress)
			}
		}
	}
	return steps
}

func running(id string) func(domain.Event) bool {
	return func(ev domain.Event) bool {
		p, ok := ev.(apig.InstanceProgressed)
		return ok && p.Instance.ID == id && p.Instance.Status == apig.InstanceRunning
	}
}

// §3.23.4
func TestAnInstanceIsProvisionedByItsEvents(t *testing.T) {
	t.Parallel()
	l := onJetStream(t)
	l.reacts(t, l.subscriber(t))
	first, second := l.requests(t, "first"), l.requests(t, "second")
	for _, i := range []apig.Instance{first, second} {
		l.await(t, i.Name+" to run", running(i.ID))
		if diff := cmp.Diff([]int{30, 50, 80, 90, 100}, l.progress(t, i.ID)); diff != "" {
			t.Errorf("steps of %s (-want +got):\n%s", i.Name, diff)
		}
	}
	if got := l.commands(t); got[len(got)-1] != "apig.AdvanceInstance" {
		t.Errorf("commands: %v", got)
	}
}

// A node that ends in the middle of a creation leaves it where it is, and the next one goes on. That it did
// not see the last step of the first one settled does no harm.
func TestAProvisioningGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	l := onJetStream(t)
	i := l.requests(t, "gateway")
	dying := &dyingSubscriber{Subscriber: l.subscriber(t), after: 2, dead: make(chan struct{})}
	stop := l.reacts(t, dying)
	<-dying.dead
	stop()
	if steps := l.progress(t, i.ID); steps[len(steps)-1] == 100 {
		t.Fatalf("the creation was complete before the crash: %v", steps)
	}
	l.reacts(t, l.subscriber(t))
	l.await(t, "the instance to run", running(i.ID))
	if diff := cmp.Diff([]int{30, 50, 80, 90, 100}, l.progress(t, i.ID)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// dyingSubscriber delivers some events, and never tells the log that they were handled.
type dyingSubscriber struct {
	*subscribe.Subscriber
	after int
	dead  chan struct{}
	once  sync.Once
}

// Subscribe implements message.Subscriber.
func (d *dyingSubscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	in, err := d.Subscriber.Subscribe(ctx, topic)
	if err != nil {
		return nil, err
	}
	out := make(chan *message.Message)
	go func() {
		defer close(out)
		for n := 0; ; n++ {
			m, open := <-in
			if !open {
				return
			}
			copied := m.Copy()
			copied.SetContext(context.WithoutCancel(m.Context()))
			out <- copied
			select {
			case <-copied.Acked():
			case <-copied.Nacked():
			}
			if n+1 >= d.after {
				d.once.Do(func() { close(d.dead) })
				return // the last one stays unsettled
			}
			m.Ack()
		}
	}()
	return out, nil
}

// More APIs than one append takes refer to the variable: the reaction publishes the rest (§3.3.5).
func TestAVariableOfManyAPIs(t *testing.T) {
	t.Parallel()
	l := onJetStream(t)
	const many = 1200
	in := l.runs(t, "gateway")
	group := done(t, l.bundle, l.CreateGroup, apig.CreateGroup{InstanceID: in, Body: apig.GroupBody{Name: "shop"}})
	v := done(t, l.bundle, l.CreateVariable, apig.CreateVariable{InstanceID: in, Body: apig.VariableBody{
		Name: "host", Value: "a", GroupID: group.ID, EnvID: apig.ReleaseEnvID,
	}})
	l.publishes(t, in, group.ID, many)

	result := done(t, l.bundle, l.UpdateVariable, apig.UpdateVariable{InstanceID: in, VariableID: v.ID, Body: apig.VariableUpdateBody{Value: "b"}})
	if result.Republished != 999 || result.Remaining != many-999 {
		t.Fatalf("published at once %d, later %d; want 999 and %d", result.Republished, result.Remaining, many-999)
	}
	again := map[string]int{}
	l.reacts(t, l.subscriber(t))
	changed := false
	l.await(t, "all APIs to be published again", func(ev domain.Event) bool {
		switch ev := ev.(type) {
		case apig.VariableUpdated:
			changed = true
		case apig.APIPublished:
			if changed {
				again[ev.APIID]++
			}
		}
		return len(again) == many
	})
	for id, n := range again {
		if n != 1 {
			t.Errorf("API %s was published %d times for one change", id, n)
		}
	}
	rest := done(t, l.bundle, l.RepublishForVariable, apig.RepublishForVariable{InstanceID: in, VariableID: v.ID})
	if rest.Republished+rest.Remaining > 0 {
		t.Errorf("there was more to publish: %+v", rest)
	}
}

// publishes makes APIs that refer to the variable host, and publishes them in RELEASE.
func (b *bundle) publishes(t *testing.T, in, groupID string, n int) {
	t.Helper()
	for from := 0; from < n; from += 600 {
		var items []apig.ImportItem
		for i := from; i < min(from+600, n); i++ {
			items = append(items, apig.ImportItem{Definition: apig.Definition{
				Name: fmt.Sprintf("api-%d", i), Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: fmt.Sprintf("/p%d", i), AuthType: "NONE", BackendType: "HTTP",
				BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{URLDomain: "#host#", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"}},
			}})
		}
		imported := done(t, b, b.ImportAPIs, apig.ImportAPIs{InstanceID: in, GroupID: groupID, Items: items})
		var ids []string
		for _, s := range imported.Success {
			ids = append(ids, s.ID)
		}
		result := done(t, b, b.BatchPublish, apig.BatchPublish{InstanceID: in, Action: apig.ActionOnline, Body: apig.BatchBody{APIs: ids, EnvID: apig.ReleaseEnvID}})
		if len(result.Success) != len(items) {
			t.Fatalf("published %d of %d: %v %v", len(result.Success), len(items), imported.Failure, result.Failure)
		}
	}
}
