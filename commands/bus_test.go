package commands

import (
	"fmt"
	"strings"
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
