package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/testenv"
)

// onBoth runs a test on the log in memory and on JetStream.
func onBoth(t *testing.T, test func(t *testing.T, log eventstore.Log)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, eventstore.NewMemory())
	})
	t.Run("jetstream", func(t *testing.T) {
		t.Parallel()
		log, err := eventstore.Open(t.Context(), testenv.JetStream(t), eventstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		test(t, log)
	})
}

func TestACommandIsAnEventWithItsCircumstances(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		now := time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)
		n := newNode(t, log, func(o *Options) { o.Now = func() time.Time { return now } })
		meta := Meta{Actor: domain.Actor{UserID: "u1", UserName: "Zoë", Address: "::1"}, RequestID: "r1", Reason: "why not"}
		answer, at, err := n.toy.create.Do(t.Context(), n.Bus, Call{tenant: "t1", meta: meta}, createCommand{Name: "a"})
		if err != nil {
			t.Fatal(err)
		}
		got := read(t, log).by["why not"]
		if len(got) != 1 {
			t.Fatalf("%d events", len(got))
		}
		want := domain.Recorded{
			Position: at, ID: got[0].ID, Tenant: "t1", Time: now, Actor: meta.Actor, Command: "toy.Create",
			Request: "r1", Reason: "why not", Event: created{ID: answer.ID, Name: "a"},
		}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("the event (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]domain.Position{at}, n.models.asked); diff != "" {
			t.Errorf("waited for (-want +got):\n%s", diff)
		}
	})
}

func TestDecisionsSeeWhatWasDecidedBefore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		n.create(t, "a")
		for want := 1; want <= 3; want++ {
			sum, _, err := n.toy.add.Do(t.Context(), n.Bus, call("add"), addCommand{Name: "a", By: 1})
			if err != nil || sum != want {
				t.Errorf("sum %d, %v; want %d", sum, err, want)
			}
		}
		_, _, err := n.toy.create.Do(t.Context(), n.Bus, call("again"), createCommand{Name: "a"})
		if domain.CodeOf(err) != codeTaken {
			t.Errorf("the second of a name: %v, want %s", err, codeTaken)
		}
		if got := read(t, log).by["again"]; got != nil {
			t.Errorf("a refused command left %v", got)
		}
	})
}

// A log that keeps appends back until the test lets them go.
type gated struct {
	eventstore.Log
	arrived chan [][]eventstore.Message
	let     chan error // nil: append it
}

func newGated(log eventstore.Log) *gated {
	return &gated{Log: log, arrived: make(chan [][]eventstore.Message), let: make(chan error)}
}

func (g *gated) Append(ctx context.Context, fence eventstore.Fence, units ...[]eventstore.Message) ([]eventstore.Position, error) {
	g.arrived <- units
	if err := <-g.let; err != nil {
		return nil, err
	}
	return g.Log.Append(ctx, fence, units...)
}

// result is how a command ended.
type result struct {
	answer createdAnswer
	at     domain.Position
	err    error
}

// start runs a command beside the test.
func (n *node) start(ctx context.Context, c Call, name string) <-chan result {
	done := make(chan result, 1)
	go func() {
		answer, at, err := n.toy.create.Do(ctx, n.Bus, c, createCommand{Name: name})
		done <- result{answer, at, err}
	}()
	return done
}

func TestCommandsThatWaitGoIntoOneAppendAndRefusalsWaitForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newGated(eventstore.NewMemory())
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived

		var waiting []<-chan result
		for i := range 20 {
			waiting = append(waiting, n.start(t.Context(), call(fmt.Sprint("c", i)), fmt.Sprint("name", i)))
		}
		synctest.Wait()
		refused := n.start(t.Context(), call("refused"), "name7") // rests on an event that is not on disk
		synctest.Wait()
		log.let <- nil
		if r := <-first; r.err != nil {
			t.Fatal(r.err)
		}
		if units := <-log.arrived; len(units) != 20 {
			t.Errorf("%d units in the second append, want 20", len(units))
		}
		synctest.Wait()
		select {
		case r := <-refused:
			t.Errorf("a refusal was told before what it rests on was on disk: %v", r.err)
		default:
		}
		log.let <- nil
		if r := <-refused; domain.CodeOf(r.err) != codeTaken {
			t.Errorf("the refusal: %v", r.err)
		}
		seen := map[domain.Position]bool{}
		for _, w := range waiting {
			r := <-w
			if r.err != nil || seen[r.at] {
				t.Errorf("at %d (twice: %v): %v", r.at, seen[r.at], r.err)
			}
			seen[r.at] = true
		}
	})
}

func TestADecisionThatNeedsAPositionWaitsForTheAppend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := eventstore.NewMemory()
		log := newGated(memory)
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived
		create := n.start(t.Context(), call("create"), "a")
		synctest.Wait()
		type answer struct {
			to, at domain.Position
			err    error
		}
		refer := make(chan answer, 1)
		go func() {
			to, at, err := n.toy.refer.Do(t.Context(), n.Bus, call("refer"), nameCommand{"a"})
			refer <- answer{to, at, err}
		}()
		synctest.Wait()
		log.let <- nil
		<-first
		if units := <-log.arrived; len(units) != 1 {
			t.Errorf("%d units before the one that needs a position, want 1", len(units))
		}
		log.let <- nil
		made := <-create
		<-log.arrived
		log.let <- nil
		got := <-refer
		if got.err != nil || got.to != made.at || got.at != made.at+1 {
			t.Errorf("refers to %d at %d, %v; want to %d at %d", got.to, got.at, got.err, made.at, made.at+1)
		}
		read(t, memory).sameState(t, n.local(tenantKey{"toy", "t1"}).state.(*toyState))
	})
}

func TestAnUnchangedCommandIsNoEventAndStandsWhereTheTenantStands(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		_, at := n.create(t, "a")
		head := eventstoretest.Head(t, log)
		sum, same, err := n.toy.add.Do(t.Context(), n.Bus, call("nothing"), addCommand{Name: "a"})
		if err != nil || sum != 0 || same != at {
			t.Errorf("sum %d at %d, %v; want 0 at %d", sum, same, err, at)
		}
		if now := eventstoretest.Head(t, log); now != head {
			t.Errorf("the log grew by %d", now-head)
		}
		if got := n.models.asked[len(n.models.asked)-1]; got != at {
			t.Errorf("waited for %d, want %d: what it found may not be in the read models yet", got, at)
		}
	})
}

func TestAChangeWhoseReadModelsAreBehindIsToldSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := eventstore.NewMemory()
		n := newNode(t, log)
		n.models.hold = true
		answer, at, err := n.toy.create.Do(t.Context(), n.Bus, call("late"), createCommand{Name: "a"})
		if domain.CodeOf(err) != domain.CodeUnavailable || at == 0 || answer.ID == "" {
			t.Errorf("answer %+v at %d, %v; want the answer, the position and %s", answer, at, err, domain.CodeUnavailable)
		}
		if got := read(t, log).by["late"]; len(got) != 1 || got[0].Position != at {
			t.Errorf("the log has %v, want it at %d", got, at)
		}
	})
}

func TestOneCommandMayMakeAThousandEventsAndNoMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		names := func(prefix string, count int) bulkCommand {
			var c bulkCommand
			for i := range count {
				c.Names = append(c.Names, fmt.Sprint(prefix, i))
			}
			return c
		}
		if _, _, err := n.toy.bulk.Do(t.Context(), n.Bus, call("all"), names("a", eventstore.MaxUnit)); err != nil {
			t.Errorf("%d events: %v", eventstore.MaxUnit, err)
		}
		for reason, c := range map[string]Call{"more": call("more"), "keyed": call("keyed").with("k")} {
			size := eventstore.MaxUnit + 1
			if reason == "keyed" {
				size-- // the recorded answer is one more
			}
			if _, _, err := n.toy.bulk.Do(t.Context(), n.Bus, c, names(reason, size)); domain.CodeOf(err) != domain.CodeTooLarge {
				t.Errorf("%s: %v, want %s", reason, err, domain.CodeTooLarge)
			}
		}
		h := read(t, log)
		if len(h.by["all"]) != eventstore.MaxUnit || len(h.by["more"])+len(h.by["keyed"]) > 0 {
			t.Errorf("%d, %d and %d events", len(h.by["all"]), len(h.by["more"]), len(h.by["keyed"]))
		}
		n.create(t, "still alive")
	})
}

// What is gathered stays within what one append takes, in messages and in bytes.
func TestAGatheringHasBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		run  func(n *node, i int) error
		want []int // messages of each append
	}{
		"messages": {func(n *node, i int) error {
			var c bulkCommand
			for k := range 400 {
				c.Names = append(c.Names, fmt.Sprint("n", i, "-", k))
			}
			_, _, err := n.toy.bulk.Do(context.Background(), n.Bus, call("bulk"), c)
			return err
		}, []int{800, 800, 400}},
		"bytes": {func(n *node, i int) error {
			_, _, err := n.toy.create.Do(context.Background(), n.Bus, call("big"), createCommand{Name: fmt.Sprint("n", i), Pad: 3 << 20})
			return err
		}, []int{2, 2, 1}},
	} {
		synctest.Test(t, func(t *testing.T) {
			log := newGated(eventstore.NewMemory())
			n := newNode(t, log)
			n.start(t.Context(), call("first"), "first")
			<-log.arrived
			failed := make(chan error, 5)
			for i := range 5 {
				go func() { failed <- c.run(n, i) }()
			}
			synctest.Wait()
			log.let <- nil
			var got []int
			for range c.want {
				messages := 0
				for _, unit := range <-log.arrived {
					messages += len(unit)
				}
				got = append(got, messages)
				log.let <- nil
			}
			for range 5 {
				if err := <-failed; err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// One command whose event is too large for the log fails alone: those gathered with it succeed.
func TestAnEventThatIsTooLargeFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := eventstore.NewMemory()
		log := newGated(memory)
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived
		small := n.start(t.Context(), call("small"), "small")
		synctest.Wait()
		large := make(chan error, 1)
		go func() {
			_, _, err := n.toy.create.Do(t.Context(), n.Bus, call("large"), createCommand{Name: "large", Pad: 9 << 20})
			large <- err
		}()
		synctest.Wait()
		late := n.start(t.Context(), call("late"), "small")
		go func() {
			for range log.arrived {
				log.let <- nil
			}
		}()
		log.let <- nil
		if err := <-large; domain.CodeOf(err) != domain.CodeTooLarge {
			t.Errorf("too large: %v, want %s", err, domain.CodeTooLarge)
		}
		if r := <-first; r.err != nil {
			t.Errorf("the first: %v", r.err)
		}
		if r := <-small; r.err != nil {
			t.Errorf("the small one: %v", r.err)
		}
		if r := <-late; domain.CodeOf(r.err) != codeTaken {
			t.Errorf("the one behind: %v, want %s", r.err, codeTaken)
		}
		n.Close()
		close(log.arrived)
		h := read(t, memory)
		if len(h.by["small"]) != 1 || len(h.by["large"]) != 0 {
			t.Errorf("the log has %d small and %d large events", len(h.by["small"]), len(h.by["large"]))
		}
	})
}

func TestADecisionThatPanicsFailsAlone(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	if _, _, err := n.toy.crash.Do(t.Context(), n.Bus, call("crash"), nameCommand{"a"}); err == nil || domain.CodeOf(err) != "" {
		t.Errorf("a panic became %v, want an error without a code", err)
	}
	n.create(t, "a")
	if got := read(t, log).times(eventstore.TypeWriterTaken); got != 1 {
		t.Errorf("the tenant was taken %d times, want once", got)
	}
}

func TestStateIsFoldedFromTheLogAtTheStart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		before := newNode(t, log)
		before.create(t, "a")
		if _, _, err := before.toy.add.Do(t.Context(), before.Bus, call("add"), addCommand{Name: "a", By: 5}); err != nil {
			t.Fatal(err)
		}
		before.Close()

		after := newNode(t, log)
		if err := after.Warm(after.toy.surface, "t1"); err != nil {
			t.Fatal(err)
		}
		sum, _, err := after.toy.add.Do(t.Context(), after.Bus, call("more"), addCommand{Name: "a", By: 2})
		if err != nil || sum != 7 {
			t.Errorf("sum %d, %v; want 7", sum, err)
		}
		read(t, log).sameState(t, after.local(tenantKey{"toy", "t1"}).state.(*toyState))
	})
}

func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	n.create(t, "a")
	other := Call{tenant: "t2", meta: Meta{Reason: "other"}}
	if _, _, err := n.toy.create.Do(t.Context(), n.Bus, other, createCommand{Name: "a"}); err != nil {
		t.Errorf("the name is taken in another tenant: %v", err)
	}
	for _, bad := range []string{"t1.>", "*", "a b", strings.Repeat("x", 200)} {
		_, _, err := n.toy.create.Do(t.Context(), n.Bus, Call{tenant: bad}, createCommand{Name: "a"})
		if domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("tenant %q: %v, want %s", bad, err, domain.CodeInvalid)
		}
		if err := n.Warm(n.toy.surface, bad); domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("warm tenant %q: %v, want %s", bad, err, domain.CodeInvalid)
		}
	}
	if _, _, err := n.toy.create.Do(t.Context(), n.Bus, Call{}, createCommand{Name: "a"}); domain.CodeOf(err) != domain.CodeForbidden {
		t.Errorf("a call that nobody authorised: %v", err)
	}
}

// A writer that another one has fenced off does not know it. Whatever it answers must be true all the
// same, refusals included.
func TestAFencedWriterAnswersFromTheLogAsItIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		one, two := newNode(t, log), newNode(t, log)
		one.create(t, "a")
		two.create(t, "b") // takes the tenant
		if _, _, err := one.toy.create.Do(t.Context(), one.Bus, call("refused"), createCommand{Name: "b"}); domain.CodeOf(err) != codeTaken {
			t.Errorf("a name that the other writer gave: %v, want %s", err, codeTaken)
		}
		sum, _, err := two.toy.add.Do(t.Context(), two.Bus, call("add"), addCommand{Name: "a", By: 4})
		if err != nil || sum != 4 {
			t.Fatalf("sum %d, %v", sum, err)
		}
		if sum, _, err := one.toy.add.Do(t.Context(), one.Bus, call("look"), addCommand{Name: "a"}); err != nil || sum != 4 {
			t.Errorf("unchanged: sum %d, %v; want 4", sum, err)
		}
		if _, _, err := two.toy.add.Do(t.Context(), two.Bus, call("no such"), addCommand{Name: "c", By: 4}); domain.CodeOf(err) != codeUnknown {
			t.Errorf("an unknown name: %v", err)
		}
		one.create(t, "c")
		if sum, _, err := two.toy.add.Do(t.Context(), two.Bus, call("add to c"), addCommand{Name: "c", By: 1}); err != nil || sum != 1 {
			t.Errorf("a name that was refused before: sum %d, %v; want 1", sum, err)
		}
	})
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	all := policy{"t1": {"toy:counters:create": true}}
	c, err := Authorize(all, "t1", Meta{Actor: domain.Actor{UserID: "u1", Client: strings.Repeat("x", 254) + "é…"}}, "toy:other", "toy:counters:create")
	if err != nil || c.Tenant() != "t1" || c.Meta().Actor.UserID != "u1" {
		t.Errorf("call %+v, %v", c, err)
	}
	if want := strings.Repeat("x", 254) + "é"; c.Meta().Actor.Client != want {
		t.Errorf("client of %d bytes, want it cut to %d", len(c.Meta().Actor.Client), len(want))
	}
	long := strings.Repeat("x", 2000)
	for name, c := range map[string]struct {
		tenant  string
		meta    Meta
		actions []string
		code    string
	}{
		"other tenant":    {"t2", Meta{}, []string{"toy:counters:create"}, domain.CodeForbidden},
		"other action":    {"t1", Meta{}, []string{"toy:counters:delete"}, domain.CodeForbidden},
		"no action":       {"t1", Meta{}, nil, domain.CodeForbidden},
		"long reason":     {"t1", Meta{Reason: long}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long key":        {"t1", Meta{IdempotencyKey: long[:256]}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long request id": {"t1", Meta{RequestID: long[:257]}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long user":       {"t1", Meta{Actor: domain.Actor{UserName: long}}, []string{"toy:counters:create"}, domain.CodeInvalid},
	} {
		if _, err := Authorize(all, c.tenant, c.meta, c.actions...); domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if c := System("t1", "r1", "first start"); c.Tenant() != "t1" || c.Meta().Actor.UserID != "gatelog" || c.Meta().Reason != "first start" {
		t.Errorf("the system's own call: %+v", c)
	}
}

type policy map[string]map[string]bool

func (p policy) Allows(tenant, action string) bool { return p[tenant][action] }

func TestDefinePanicsOnANameThatIsTaken(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	toy := newToy()
	if toy.create.Name() != "toy.Create" {
		t.Errorf("name %s", toy.create.Name())
	}
	Define(toy.surface, "Create", createCounter)
}

// Close lets the append on its way end, answers who waits behind it, and leaves nothing running:
// synctest fails a test that ends with goroutines.
func TestCloseDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := eventstore.NewMemory()
		log := newGated(memory)
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived
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
		if h := read(t, memory); len(h.by["first"]) != 1 || len(h.by["behind"])+len(h.by["after"]) != 0 {
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
		memory := eventstore.NewMemory()
		log := newGated(memory)
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived
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
