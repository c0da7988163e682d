package apig

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// Whatever happened to an instance: what it is declared as is what it is, so that applying it changes nothing;
// and another instance to which it is applied is declared like it then.
func TestDeclarationProperty(t *testing.T) {
	t.Parallel()
	somePairs(t)
	rapid.Check(t, func(t *rapid.T) {
		one, other := drawWorld(t), drawWorld(t)
		declared := one.declare(t)
		if plan := one.apply(t, declared); len(plan.Refused) > 0 || plan.Events > 0 {
			t.Fatalf("what it is declared as is not what it is: %+v", plan)
		}
		if plan := other.apply(t, declared); len(plan.Refused) > 0 {
			return // by a name in use, or a quota
		}
		checkInvariants(t, other)
		again := other.declare(t)
		again.Features = slices.DeleteFunc(again.Features, func(f FeatureBody) bool {
			return !slices.ContainsFunc(declared.Features, func(d FeatureBody) bool { return d.Name == f.Name })
		})
		if diff := cmp.Diff(declared, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("what was declared is not what became of it:\n%s", diff)
		}
		if plan := other.apply(t, declared); len(plan.Refused) > 0 || plan.Events > 0 {
			t.Fatalf("applied once more it changes something: %+v", plan)
		}
	})
}

// fatal is what a test and a property have in common.
type fatal interface{ Fatal(args ...any) }

func drawWorld(t *rapid.T) *world {
	w := newWorld()
	for range rapid.IntRange(0, 60).Draw(t, "commands") {
		w.command(t)
	}
	w.placeAll()
	return w
}

func (w *world) written(t fatal) map[domain.Position]Definition {
	positions, _, err := w.direct.FindRunning(w.moment(), FindRunning{InstanceID: gw})
	if err != nil {
		t.Fatal(err)
	}
	written := map[domain.Position]Definition{}
	for _, at := range positions {
		written[at] = w.definition(at)
	}
	return written
}

func (w *world) declare(t fatal) Declaration {
	d, _, err := w.direct.Declare(w.moment(), Declare{InstanceID: gw, Written: w.written(t)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// apply applies a declaration, unless it is refused.
func (w *world) apply(t *rapid.T, d Declaration) ChangePlan {
	w.commands++
	c := ApplyDeclaration{InstanceID: gw, Declaration: d, Written: w.written(t), DryRun: true}
	plan, events, err := w.direct.ApplyDeclaration(w.moment(), c)
	if err != nil || len(events) > 0 {
		t.Fatalf("a dry run gave %d events, %v", len(events), err)
	}
	c.DryRun = false
	real, events, err := w.direct.ApplyDeclaration(w.moment(), c)
	if len(plan.Refused) > 0 {
		if domain.CodeOf(err) != CodePlanRefused || len(events) > 0 {
			t.Fatalf("refused %v, and yet %d events, %v", plan.Refused, len(events), err)
		}
		return plan
	}
	if err != nil || len(events) != plan.Events {
		t.Fatalf("%d events were planned, %d came, %v", plan.Events, len(events), err)
	}
	if diff := cmp.Diff(plan, real); diff != "" {
		t.Fatalf("the plan of a dry run is another one:\n%s", diff)
	}
	folded := NewState("project")
	for _, rec := range w.log {
		folded.Apply(rec)
	}
	if diff := cmp.Diff(folded, w.direct, wholeState); diff != "" {
		t.Fatalf("planning changed the state:\n%s", diff)
	}
	w.append(events)
	w.placeAll()
	return plan
}

func (w *world) moment() *domain.Moment {
	return domain.NewMoment(now.Add(time.Duration(w.commands)*30*time.Second), fmt.Sprint("declared", w.commands))
}
