package eventstore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/testenv"
)

func journalOptions() eventstore.JournalOptions {
	return eventstore.JournalOptions{Name: "JOURNAL", Root: "try", MaxAge: time.Hour, MaxBytes: 64 << 10, Replicas: 1}
}

func entry(id string) eventstore.Message {
	return eventstore.Message{
		Subject: "try.t1", ID: id, Type: "toy.try", Schema: 1, Time: time.Date(2024, 5, 6, 7, 8, 9, 1000, time.UTC), Data: []byte(`{"id":"` + id + `"}`),
	}
}

// read returns the ids of all that the journal has.
func read(t *testing.T, j *eventstore.Journal) (ids []string) {
	t.Helper()
	head, err := j.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if head == 0 {
		return nil
	}
	err = j.Read(t.Context(), 0, head, func(r eventstore.Recorded) error {
		ids = append(ids, r.ID)
		return nil
	}, "try.>")
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestAJournalGivesBackWhatWasPublished(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	j, err := eventstore.OpenJournal(t.Context(), nc, journalOptions())
	if err != nil {
		t.Fatal(err)
	}
	want := entry("a")
	if err := j.Publish(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, err := j.Newest(t.Context(), "try.>", 0)
	if diff := cmp.Diff(eventstore.Recorded{Message: want, Position: 1}, got); diff != "" || err != nil {
		t.Errorf("(-want +got), %v:\n%s", err, diff)
	}
	again, err := eventstore.OpenJournal(t.Context(), nc, journalOptions())
	if err != nil || again.Incarnation() != j.Incarnation() || j.Incarnation() == "" {
		t.Errorf("opened again it is %q, was %q: %v", again.Incarnation(), j.Incarnation(), err)
	}
}

// Whoever publishes the same again, and however many at once: it is there once.
func TestAJournalTakesAnIDOnce(t *testing.T) {
	t.Parallel()
	j, err := eventstore.OpenJournal(t.Context(), testenv.JetStream(t), journalOptions())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 5 {
				if err := j.Publish(t.Context(), entry(fmt.Sprint("id", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if ids := read(t, j); len(ids) != 5 {
		t.Errorf("five were published four times: %q", ids)
	}
}

func TestAFullJournalDropsTheOldest(t *testing.T) {
	t.Parallel()
	j, err := eventstore.OpenJournal(t.Context(), testenv.JetStream(t), journalOptions())
	if err != nil {
		t.Fatal(err)
	}
	big := entry("x")
	big.Data = []byte(`"` + strings.Repeat("x", 10<<10) + `"`)
	for i := range 20 {
		big.ID = fmt.Sprintf("id%02d", i)
		if err := j.Publish(t.Context(), big); err != nil {
			t.Fatal(err)
		}
	}
	ids := read(t, j)
	if len(ids) == 0 || len(ids) > 6 || ids[len(ids)-1] != "id19" {
		t.Errorf("it has %q", ids)
	}
}

// Its limits are those of the newest configuration; what it holds stays.
func TestLimitsOfAJournalFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	o := journalOptions()
	j, err := eventstore.OpenJournal(t.Context(), nc, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Publish(t.Context(), entry("a")); err != nil {
		t.Fatal(err)
	}
	o.MaxAge, o.MaxBytes = 2*time.Hour, 1<<20
	again, err := eventstore.OpenJournal(t.Context(), nc, o)
	if err != nil || again.Incarnation() != j.Incarnation() {
		t.Fatalf("%v", err)
	}
	if ids := read(t, again); len(ids) != 1 {
		t.Errorf("it has %q", ids)
	}
}

func TestAJournalRefusesWhatItCouldNotGiveBack(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	j, err := eventstore.OpenJournal(t.Context(), nc, journalOptions())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(m *eventstore.Message){
		"no id":      func(m *eventstore.Message) { m.ID = "" },
		"no type":    func(m *eventstore.Message) { m.Type = "" },
		"no version": func(m *eventstore.Message) { m.Schema = 0 },
	} {
		m := entry("a")
		change(&m)
		if err := j.Publish(t.Context(), m); !errors.Is(err, eventstore.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	large := entry("a")
	large.Data = make([]byte, nc.MaxPayload())
	if err := j.Publish(t.Context(), large); !errors.Is(err, eventstore.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	nc.Close()
	began := time.Now()
	if err := j.Publish(t.Context(), entry("b")); err == nil || time.Since(began) > time.Second {
		t.Errorf("without a broker: %v after %s", err, time.Since(began))
	}
}
