package commands

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

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

// busy returns a node that waits for the append of its first command.
func busy(t *testing.T) (log *gated, n *node, first <-chan result) {
	log = newGated(eventstore.NewMemory())
	n = newNode(t, log)
	first = n.start(t.Context(), call("first"), "first")
	<-log.arrived
	return log, n, first
}

func TestCommandsThatWaitGoIntoOneAppendAndRefusalsWaitForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, n, first := busy(t)

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
		log, n, first := busy(t)
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
		read(t, log).sameState(t, n.local(tenantKey{"toy", "t1"}).state.(*toyState))
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
			log, n, _ := busy(t)
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
		log, n, first := busy(t)
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
		h := read(t, log)
		if len(h.by["small"]) != 1 || len(h.by["large"]) != 0 {
			t.Errorf("the log has %d small and %d large events", len(h.by["small"]), len(h.by["large"]))
		}
	})
}
