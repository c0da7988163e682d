package commands

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
)

func TestAKeyMakesARetryReturnTheFirstAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, log eventstore.Log) {
		n := newNode(t, log)
		c := call("keyed").with("k1")
		first, at, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "a"})
		if err != nil {
			t.Fatal(err)
		}
		head := eventstoretest.Head(t, log)
		if at != domain.Position(head) {
			t.Errorf("at %d, the answer is recorded at %d", at, head)
		}
		restarted := newNode(t, log)
		for name, n := range map[string]*node{"same bus": n, "after a restart": restarted} {
			again, same, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "a"})
			if err != nil || same != at {
				t.Errorf("%s: at %d, %v; want %d", name, same, err, at)
			}
			if diff := cmp.Diff(first, again); diff != "" {
				t.Errorf("%s: the answer (-first +again):\n%s", name, diff)
			}
			_, _, err = n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "b"})
			if domain.CodeOf(err) != domain.CodeKeyReused {
				t.Errorf("%s: another body: %v, want %s", name, err, domain.CodeKeyReused)
			}
			_, _, err = n.toy.add.Do(t.Context(), n.Bus, c, addCommand{Name: "a"})
			if domain.CodeOf(err) != domain.CodeKeyReused {
				t.Errorf("%s: another use case: %v, want %s", name, err, domain.CodeKeyReused)
			}
		}
		if got := read(t, log).by["keyed"]; len(got) != 1 {
			t.Errorf("%d events, want one", len(got))
		}
	})
}

func TestKeysBelongToTheirUserAndTenant(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	for i, c := range []Call{
		{tenant: "t1", meta: Meta{Actor: domain.Actor{UserID: "u1"}, IdempotencyKey: "k"}},
		{tenant: "t1", meta: Meta{Actor: domain.Actor{UserID: "u2"}, IdempotencyKey: "k"}},
		{tenant: "t2", meta: Meta{Actor: domain.Actor{UserID: "u1"}, IdempotencyKey: "k"}},
		{tenant: "t1", meta: Meta{Actor: domain.Actor{UserID: "u1"}, IdempotencyKey: "k2"}},
	} {
		name := fmt.Sprint("name", i)
		if _, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyCountsForCommandsThatChangeNothingAndNotForRefusedOnes(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	c := call("keyed").with("k1")
	_, _, err := n.toy.add.Do(t.Context(), n.Bus, c, addCommand{Name: "a", By: 1})
	if domain.CodeOf(err) != codeUnknown {
		t.Fatal(err)
	}
	n.create(t, "a")
	if sum, _, err := n.toy.add.Do(t.Context(), n.Bus, c, addCommand{Name: "a", By: 1}); err != nil || sum != 1 {
		t.Errorf("a refused command, tried again: %d, %v", sum, err)
	}
	look := call("look").with("k2")
	for range 2 {
		sum, _, err := n.toy.add.Do(t.Context(), n.Bus, look, addCommand{Name: "a"})
		if err != nil || sum != 1 {
			t.Errorf("unchanged: %d, %v; want what it was the first time", sum, err)
		}
		if _, _, err := n.toy.add.Do(t.Context(), n.Bus, call("more"), addCommand{Name: "a", By: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, log).times(typeAnswer); got != 2 {
		t.Errorf("%d recorded answers, want 2", got)
	}
}

// Retries that arrive together with the first try, in one gathering.
func TestRetriesThatWaitTogetherAreDecidedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := eventstore.NewMemory()
		log := newGated(memory)
		n := newNode(t, log)
		first := n.start(t.Context(), call("first"), "first")
		<-log.arrived
		c := call("keyed").with("k1")
		tries := []<-chan result{n.start(t.Context(), c, "a"), n.start(t.Context(), c, "a"), n.start(t.Context(), c, "a")}
		other := n.start(t.Context(), c, "b")
		synctest.Wait()
		log.let <- nil
		<-first
		<-log.arrived
		log.let <- nil
		// Whichever came first has the key.
		answers := map[string]int{}
		reused := 0
		for _, try := range append(tries, other) {
			switch r := <-try; {
			case r.err == nil:
				answers[r.answer.ID]++
			case domain.CodeOf(r.err) == domain.CodeKeyReused:
				reused++
			default:
				t.Error(r.err)
			}
		}
		if len(answers) != 1 || reused == 0 || len(read(t, memory).by["keyed"]) != 1 {
			t.Errorf("answers %v, %d refused, %d events; want one answer and one event", answers, reused, len(read(t, memory).by["keyed"]))
		}
	})
}

func TestAnAnswerCountsForADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := eventstore.NewMemory()
		n := newNode(t, log)
		c := call("keyed").with("k1")
		create := func(n *node, want string) {
			t.Helper()
			_, _, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "a"})
			if domain.CodeOf(err) != want {
				t.Errorf("after %v: %v, want %q", time.Since(start2000), err, want)
			}
		}
		create(n, "")
		tick(t, answerLife)
		create(n, "")
		tick(t, time.Second)
		create(n, codeTaken)
		create(newNode(t, log), codeTaken)
	})
}

// start2000 is when synctest's clock begins.
var start2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// tick lets synctest's clock go on.
func tick(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

func TestOldAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	now := start2000
	a := newAnswers(func() time.Time { return now })
	for i := range 5000 {
		a.add(fmt.Sprint(i), eventstore.Position(i+1), now)
		now = now.Add(time.Minute)
	}
	if most := 2*24*60 + 1024; len(a.byKey) > most {
		t.Errorf("%d answers are known, want at most %d", len(a.byKey), most)
	}
	if _, known := a.at("4000"); !known {
		t.Error("an answer of today was forgotten")
	}
	if _, known := a.at("10"); known {
		t.Error("an answer of days ago counts")
	}
}

// Whoever copies the log must learn neither the answer nor, by trying, what was asked.
func TestNothingOfAnAnswerIsReadableInTheLog(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	n := newNode(t, log)
	answer, _, err := n.toy.create.Do(t.Context(), n.Bus, call("keyed").with("the key itself"), createCommand{Name: "password1"})
	if err != nil {
		t.Fatal(err)
	}
	j := &job{name: "Create", command: createCommand{Name: "password1"}}
	print, err := fingerprint(j)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range read(t, log).all {
		everything := append([]byte(fmt.Sprint(r.Subject, r.Extensions, r.ID)), r.Data...)
		for name, secret := range map[string]string{"secret": answer.Secret, "key": "the key itself", "fingerprint": print} {
			if bytes.Contains(everything, []byte(secret)) {
				t.Errorf("%s holds the %s: %s", r.Subject, name, everything)
			}
		}
		if r.Type == typeAnswer && !bytes.Contains(r.Data, []byte(hex.EncodeToString([]byte(answer.Secret)))) {
			t.Errorf("the answer was not sealed by the sealer: %s", r.Data)
		}
	}
}

// The answer of a command whose append was in doubt counts as any other.
func TestAKeyCountsAfterAnAppendInDoubt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &faulty{Log: eventstore.NewMemory()}
		n := newNode(t, log)
		n.create(t, "a")
		log.plan = []int{appendUnheard}
		c := call("keyed").with("k1")
		first, at, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "b"})
		if err != nil {
			t.Fatal(err)
		}
		again, same, err := n.toy.create.Do(t.Context(), n.Bus, c, createCommand{Name: "b"})
		if err != nil || again != first || same != at {
			t.Errorf("again: %+v at %d, %v; want %+v at %d", again, same, err, first, at)
		}
	})
}
