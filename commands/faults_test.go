package commands

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// What can go wrong with an append, and with the reading that finds out.
const (
	appendWell    = iota
	appendUnheard // done, but the answer is lost
	appendNever   // never arrived
	appendHalf    // some units arrived, the answer is lost
	appendLate    // arrives when the writer takes the tenant again, before that
	appendTooLate // arrives when the writer has taken the tenant again
	appendFenced  // another node takes the tenant first
	appendTwice   // fails without a trace, and so does the next
	readWell      = iota
	takeNever     // the writer record never arrived
	takeUnheard   // it did, but the answer is lost
	readHalf      // the reading breaks off
	readNever     // the reading does not begin
	newestNever   // a look at one message fails
)

var errInjected = errors.New("injected")

// faulty is a log on a bad day. plan says what happens to its next calls, and is empty on good days.
type faulty struct {
	eventstore.Log
	mu    sync.Mutex
	plan  []int
	after func() // what is still on its way
	late  func()
}

// next takes the next thing that goes wrong off the plan, if it is one of those.
func (f *faulty) next(among ...int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.plan) == 0 || !slices.Contains(among, f.plan[0]) {
		return -1
	}
	fault := f.plan[0]
	f.plan = f.plan[1:]
	return fault
}

func (f *faulty) Append(ctx context.Context, fence eventstore.Fence, units ...[]eventstore.Message) ([]eventstore.Position, error) {
	doubt := fmt.Errorf("%w: %w", eventstore.ErrInDoubt, errInjected)
	arrive := func() { _, _ = f.Log.Append(ctx, fence, units...) }
	switch f.next(appendWell, appendUnheard, appendNever, appendHalf, appendLate, appendTooLate, appendFenced, appendTwice) {
	case appendUnheard:
		arrive()
		return nil, doubt
	case appendNever:
		return nil, doubt
	case appendHalf:
		_, _ = f.Log.Append(ctx, fence, units[:(len(units)+1)/2]...)
		return nil, doubt
	case appendLate:
		f.late = arrive
		return nil, doubt
	case appendTooLate:
		f.after = arrive
		return nil, doubt
	case appendFenced:
		if _, err := f.Log.Take(ctx, "toy", "t1", "another node"); err != nil {
			return nil, err
		}
	case appendTwice:
		f.mu.Lock()
		f.plan = append([]int{appendNever}, f.plan...)
		f.mu.Unlock()
		return nil, doubt
	}
	return f.Log.Append(ctx, fence, units...)
}

func (f *faulty) Take(ctx context.Context, surface, tenant, owner string) (eventstore.Fence, error) {
	if f.late != nil {
		f.late()
		f.late = nil
	}
	switch f.next(readWell, takeNever, takeUnheard) {
	case takeNever:
		return eventstore.Fence{}, errInjected
	case takeUnheard:
		_, _ = f.Log.Take(ctx, surface, tenant, owner)
		return eventstore.Fence{}, errInjected
	}
	fence, err := f.Log.Take(ctx, surface, tenant, owner)
	if f.after != nil {
		f.after()
		f.after = nil
	}
	return fence, err
}

func (f *faulty) Read(ctx context.Context, after, upTo eventstore.Position, each func(eventstore.Recorded) error, filters ...string) error {
	switch f.next(readHalf, readNever) {
	case readNever:
		return errInjected
	case readHalf:
		half := after + (upTo-after)/2
		return errors.Join(f.Log.Read(ctx, after, half, each, filters...), errInjected)
	}
	return f.Log.Read(ctx, after, upTo, each, filters...)
}

func (f *faulty) Newest(ctx context.Context, subject string, atOrUnder eventstore.Position) (eventstore.Recorded, error) {
	if f.next(newestNever) == newestNever {
		return eventstore.Recorded{}, errInjected
	}
	return f.Log.Newest(ctx, subject, atOrUnder)
}

// attempt is a command as its caller saw it.
type attempt struct {
	reason string
	at     domain.Position
	sum    int
	err    error
}

// try runs one of the toy's commands.
func (n *node) try(ctx context.Context, kind, i int, keyed bool) attempt {
	a := attempt{reason: fmt.Sprint("c", i), sum: -1}
	c, name := call(a.reason), fmt.Sprint("name", i%3)
	if keyed {
		c = c.with(a.reason)
	}
	switch kind {
	case 0:
		_, a.at, a.err = n.toy.create.Do(ctx, n.Bus, c, createCommand{Name: name})
	case 1:
		a.sum, a.at, a.err = n.toy.add.Do(ctx, n.Bus, c, addCommand{Name: name, By: 1})
	case 2:
		_, a.at, a.err = n.toy.refer.Do(ctx, n.Bus, c, nameCommand{name})
	default:
		_, a.at, a.err = n.toy.bulk.Do(ctx, n.Bus, c, bulkCommand{Names: []string{a.reason + "x", a.reason + "y", a.reason + "z"}})
	}
	return a
}

// judge holds what a caller was told against the log.
func (a attempt) judge(t rapid.TB, h history) {
	t.Helper()
	events := h.by[a.reason]
	code := domain.CodeOf(a.err)
	switch {
	case a.err == nil && len(events) == 0:
		t.Errorf("%s was acknowledged at %d and is not in the log", a.reason, a.at)
	case a.err == nil && a.at < events[len(events)-1].Position:
		t.Errorf("%s was acknowledged at %d, its last event is at %d", a.reason, a.at, events[len(events)-1].Position)
	case a.err != nil && code == "":
		t.Errorf("%s failed without a code: %v", a.reason, a.err)
	case a.err != nil && !errors.Is(a.err, errUnknown) && len(events) > 0:
		t.Errorf("%s was refused (%v) and is in the log at %d", a.reason, a.err, events[0].Position)
	}
	whole := map[string]int{"toy.Bulk": 3}
	if len(events) > 0 && len(events) != max(1, whole[events[0].Command]) {
		t.Errorf("%s is in the log with %d events", a.reason, len(events))
	}
	if add, ok := first(events).(added); ok && a.err == nil && a.sum != add.Sum {
		t.Errorf("%s was answered with the sum %d, the log says %d", a.reason, a.sum, add.Sum)
	}
}

func first(events []domain.Recorded) domain.Event {
	if len(events) == 0 {
		return nil
	}
	return events[0].Event
}

// bubbled hides a test's deadline, which is of another time than synctest's.
type bubbled struct{ testing.TB }

// Whatever goes wrong with the log: what was acknowledged is in it once, what was refused is not, what
// was half done is whole or not there, and the writer's state is the fold of the log.
func TestNothingIsLostOrDoubledOnBadDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbled{t}, func(rt *rapid.T) {
			log := &faulty{Log: eventstore.NewMemory()}
			n := newNode(t, log)
			var attempts []attempt
			faults := rapid.SliceOfN(rapid.OneOf(
				rapid.IntRange(appendWell, appendTwice), rapid.IntRange(readWell, newestNever)), 0, 6)
			for round := range rapid.IntRange(1, 8).Draw(rt, "rounds") {
				log.mu.Lock()
				log.plan = faults.Draw(rt, "faults")
				log.mu.Unlock()
				kinds := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 8).Draw(rt, "commands")
				keyed := rapid.Bool().Draw(rt, "keyed")
				tried := make([]attempt, len(kinds))
				var group sync.WaitGroup
				for i, kind := range kinds {
					group.Go(func() { tried[i] = n.try(context.Background(), kind, round*10+i, keyed) })
				}
				group.Wait()
				attempts = append(attempts, tried...)
			}
			w := n.local(tenantKey{"toy", "t1"})
			n.Close()
			h := read(t, log.Log)
			for _, a := range attempts {
				a.judge(rt, h)
			}
			if w != nil && w.state != nil && errors.Is(w.cause, context.Canceled) {
				h.sameState(rt, w.state.(*toyState))
			}
		})
	})
}

// The same against the clock's own dice, with many more commands at once.
func TestNothingIsLostOrDoubledInAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dice := rand.New(rand.NewPCG(1, 2))
		log := &faulty{Log: eventstore.NewMemory()}
		n := newNode(t, log)
		for range 300 {
			log.plan = append(log.plan, dice.IntN(newestNever+1))
		}
		tried := make([]attempt, 600)
		var group sync.WaitGroup
		for g := range 20 {
			group.Go(func() {
				for i := g; i < len(tried); i += 20 {
					tried[i] = n.try(context.Background(), i%4, i, i%3 == 0)
				}
			})
		}
		group.Wait()
		n.Close()
		h := read(t, log.Log)
		well := 0
		for _, a := range tried {
			a.judge(t, h)
			if a.err == nil {
				well++
			}
		}
		if well == 0 || len(log.plan) == 300 {
			t.Errorf("%d commands succeeded, %d faults are left: this was no storm", well, len(log.plan))
		}
	})
}

// A writer that can't find out gives up, and tells those in doubt that it does not know; those with a
// recorded answer are tried again and carried out once.
func TestAWriterThatCannotFindOutSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, keyed := range map[string]bool{"plain": false, "keyed": true} {
			log := &faulty{Log: eventstore.NewMemory()}
			n := newNode(t, log)
			n.create(t, "a")
			log.plan = append([]int{appendUnheard}, slices.Repeat([]int{takeNever}, retakesMost+1)...)
			c := call("doubt")
			if keyed {
				c = c.with("k")
			}
			_, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "b"})
			if keyed && err != nil || !keyed && !errors.Is(err, errUnknown) {
				t.Errorf("%s: %v", name, err)
			}
			n.create(t, "c")
			if got := read(t, log.Log).by["doubt"]; len(got) != 1 {
				t.Errorf("%s: %d events, want 1", name, len(got))
			}
			n.Close()
		}
	})
}

// A log that refuses every append and can be read tells so after a few tries, for certain.
func TestALogThatTakesNothingIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &faulty{Log: eventstore.NewMemory()}
		n := newNode(t, log)
		n.create(t, "a")
		log.plan = slices.Repeat([]int{appendNever}, doubtsMost+1)
		_, _, err := n.toy.create.Do(t.Context(), n.Bus, call("never"), createCommand{Name: "b"})
		if domain.CodeOf(err) != domain.CodeUnavailable || errors.Is(err, errUnknown) {
			t.Errorf("%v, want a certain %s", err, domain.CodeUnavailable)
		}
		n.create(t, "b")
		log.plan = slices.Repeat([]int{takeNever}, 3*attempts)
		other := newNode(t, log)
		_, _, err = other.toy.create.Do(t.Context(), other.Bus, call("not taken"), createCommand{Name: "c"})
		if domain.CodeOf(err) != domain.CodeUnavailable || errors.Is(err, errUnknown) {
			t.Errorf("a tenant that could not be taken: %v, want a certain %s", err, domain.CodeUnavailable)
		}
	})
}
