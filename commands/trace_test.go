package commands

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

// traced returns the call as one of a request that is followed.
func (c Call) traced() (Call, *Trace) {
	c.meta.Trace = NewTrace()
	return c, c.meta.Trace
}

// ids are those of the events with a reason.
func ids(t *testing.T, log eventstore.Log, reason string) []string {
	t.Helper()
	var all []string
	for _, rec := range read(t, log).by[reason] {
		all = append(all, rec.ID)
	}
	return all
}

func TestEventsTellTheirRequest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		c, trace := call("traced").traced()
		for _, name := range []string{"a", "b"} {
			if _, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := n.toy.bulk.Do(t.Context(), n.Bus, c, bulkCommand{Names: []string{"c", "d"}}); err != nil {
			t.Fatal(err)
		}
		x := trace.ID()
		if diff := cmp.Diff([]string{x + "-0", x + ".2-0", x + ".3-0", x + ".3-1"}, ids(t, log, "traced")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if came := trace.Came(); came != (Came{Events: 4}) {
			t.Errorf("came %+v", came)
		}
		n.create(t, "e")
		if got := ids(t, log, "create e"); len(got) != 1 || domain.RequestOf(got[0]) == x {
			t.Errorf("what no request caused has the ids %v", got)
		}
	})
}

func TestWhatCameOfARequest(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	n.create(t, "a")
	for name, c := range map[string]struct {
		do   func(c Call) error
		code string
		want Came
	}{
		"no change": {func(c Call) error {
			_, _, err := n.toy.add.Do(t.Context(), n.Bus, c, addCommand{Name: "a"})
			return err
		}, "", Came{}},
		"a refusal": {func(c Call) error {
			_, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "a"})
			return err
		}, codeTaken, Came{}},
		"a question":                 {func(c Call) error { c.meta.Trace.OnlyAsks(); return nil }, "", Came{Asks: true}},
		"a change of something else": {func(c Call) error { c.meta.Trace.ChangedAside(); c.meta.Trace.Recorded(2); return nil }, "", Came{Aside: true, Events: 2}},
	} {
		asked, trace := call(name).traced()
		if err := c.do(asked); domain.CodeOf(err) != c.code || trace.Came() != c.want {
			t.Errorf("%s: %v, came %+v, want %+v", name, err, trace.Came(), c.want)
		}
	}
	var none *Trace
	none.OnlyAsks()
	one, other := none.command(), none.command()
	if none.ID() != "" || !none.Began().IsZero() || none.Came() != (Came{}) || one == other {
		t.Error("what is no request is followed")
	}
}

// A repeated request has caused nothing itself, wherever it is recognised.
func TestARepetitionIsToldFromTheFirst(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	one, two := newNode(t, log), newNode(t, log)
	for i, n := range []*node{one, one, two} {
		c, trace := call("keyed").with("k").traced()
		if _, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "a"}); err != nil {
			t.Fatal(err)
		}
		if want := (Came{Events: 1}); i == 0 && trace.Came() != want {
			t.Errorf("the first: %+v", trace.Came())
		}
		if want := (Came{Repeated: true}); i > 0 && trace.Came() != want {
			t.Errorf("number %d: %+v", i, trace.Came())
		}
	}
}

// A command that was carried out without its node hearing of it, and is asked for again, is that node's own.
func TestAForwardedCommandIsItsRequestsOwn(t *testing.T) {
	t.Parallel()
	conn := testenv.JetStream(t)
	log, err := eventstore.Open(t.Context(), conn, eventstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	connected := func(o *Options) { o.Conn = conn }
	one, two := newNode(t, log, connected), newNode(t, log, connected)
	one.create(t, "a") // now it is the writer
	for name, c := range map[string]Call{"plain": call("plain"), "keyed": call("keyed").with("k")} {
		c, trace := c.traced()
		if _, _, err := two.toy.create.Do(t.Context(), two.Bus, c, createCommand{Name: name}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{trace.ID() + "-0"}, ids(t, log, name)); diff != "" || trace.Came() != (Came{Events: 1}) {
			t.Errorf("%s came to %+v (-want +got):\n%s", name, trace.Came(), diff)
		}
		// The answer got lost: the other node takes the tenant and finds what was done.
		j := &job{id: trace.ID(), name: "Create", call: c, command: createCommand{Name: name}, ctx: t.Context(), done: make(chan outcome, 1), answerKey: forwardKey(trace.ID())}
		w, err := two.Bus.start(two.toy.surface, tenantKey{"toy", "t1"})
		if err != nil {
			t.Fatal(err)
		}
		if out := w.submit(t.Context(), j); out.err != nil || out.events != 1 || out.repeated {
			t.Errorf("%s, asked for again: %+v", name, out)
		}
		again, repeated := c.traced()
		if _, _, err := two.toy.create.Do(t.Context(), two.Bus, again, createCommand{Name: name}); name == "keyed" && (err != nil || repeated.Came() != Came{Repeated: true}) {
			t.Errorf("%s, repeated: %v, %+v", name, err, repeated.Came())
		}
		two.Close()
		two = newNode(t, log, connected)
		one.create(t, "after "+name)
	}
}

func TestATraceKnowsWhenItBegan(t *testing.T) {
	t.Parallel()
	before := time.Now().Truncate(time.Millisecond)
	trace := NewTrace()
	id, err := ulid.ParseStrict(trace.ID())
	if err != nil || !ulid.Time(id.Time()).Equal(trace.Began()) || trace.Began().Before(before) || time.Since(trace.Began()) > time.Minute {
		t.Errorf("%s began at %s: %v", trace.ID(), trace.Began(), err)
	}
}
