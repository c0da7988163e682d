package webhooks_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
	"github.com/gatelog/gatelog/internal/webhooks"
)

func TestEventsArriveInBothForms(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.happens("p1", 1, 1)
	w.happens("p2", 1, 1) // of somebody else
	structured, binary := receive(t, nil), receive(t, nil)
	w.subscribes("structured", structured.URL, nil)
	w.subscribes("binary", binary.URL+"/in?a=b", func(b *subscriptions.Body) { b.Mode = subscriptions.ModeBinary })
	w.engine("n1", nil)
	w.happens("p1", 1, 1) // live
	w.until("both have two events", func() bool { return len(structured.arrived()) == 2 && len(binary.arrived()) == 2 })

	s := structured.got[0]
	if got := s.header.Get("Content-Type"); got != "application/cloudevents+json; charset=UTF-8" {
		t.Errorf("content type %q", got)
	}
	for _, part := range []string{`"specversion":"1.0"`, `"id":"e1"`, `"type":"toy.thing.done"`, `"tenant":"p1"`, `"actorname":"Zoë 1%"`, `"data":{"n":1}`} {
		if !strings.Contains(string(s.body), part) {
			t.Errorf("the event lacks %s: %s", part, s.body)
		}
	}
	b := binary.got[0]
	if string(b.body) != `{"n":1}` || b.header.Get("Content-Type") != "application/json" {
		t.Errorf("binary: %s %q", b.body, b.header.Get("Content-Type"))
	}
	want := map[string]string{
		"Ce-Specversion": "1.0", "Ce-Id": "e1", "Ce-Type": "toy.thing.done", "Ce-Source": "gatelog", "Ce-Subject": "thing/x0", "Ce-Surface": "toy",
		"Ce-Tenant": "p1", "Ce-Schemaversion": "1", "Ce-Actorname": "Zo%C3%AB%201%25", webhooks.HeaderAttempt: "1", "User-Agent": "gatelog",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = b.header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestAReceiverThatFailsHalfOfTheTimeGetsEverything(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.happens("p1", 10, 15)
	r := receive(t, func(int, delivery) int {
		return []int{http.StatusOK, http.StatusInternalServerError}[rand.IntN(2)]
	})
	n := w.subscribes("half", r.URL, func(b *subscriptions.Body) { b.MaxAttempts = 50 })
	w.engine("n1", nil)
	w.happens("p1", 10, 5)
	w.until("all have arrived", func() bool { return len(r.arrived()) == 200 })
	r.inOrder()
	w.until("progress is saved", func() bool { v := w.view(n.ID); return v.Delivered == 200 && v.Waiting == 0 })
	v := w.view(n.ID)
	if v.Failures < 50 || v.Dead != 0 || v.LastError != "the receiver answered 500" || v.Owner != "n1" || len(r.got) != 200 {
		t.Errorf("progress %+v, %d deliveries", v.Progress, len(r.got))
	}
}

func TestDeadLettersDoNotBlockAndCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.happens("p1", 3, 1) - 2 // of x0
	w.happens("p1", 3, 4)
	mended := make(chan struct{})
	r := receive(t, func(_ int, d delivery) int {
		select {
		case <-mended:
		default:
			if d.position == int(first) {
				return http.StatusBadRequest
			}
		}
		return http.StatusOK
	})
	n := w.subscribes("dead", r.URL, func(b *subscriptions.Body) { b.MaxAttempts = 3 })
	w.engine("n1", nil)
	w.until("one is a dead letter, the others have arrived", func() bool { return w.view(n.ID).Dead == 1 && len(r.arrived()) == 14 })
	r.inOrder()
	all, total, err := w.queries.Undelivered(t.Context(), "p1", n.ID, "dead", 0, 10)
	if err != nil || total != 1 || len(all) != 1 || all[0].Position != domain.Position(first) || all[0].Attempts != 3 || all[0].LastError != "the receiver answered 400" || all[0].EventType != "toy.thing.done" {
		t.Errorf("dead letters: %+v of %d, %v", all, total, err)
	}

	close(mended)
	for tenant, want := range map[string]int{"p2": 0, "p1": 1} {
		if got, err := webhooks.Redrive(t.Context(), w.db, tenant, n.ID, []domain.Position{domain.Position(first), 9999}); err != nil || (tenant == "p2" && got != want) {
			t.Errorf("%s redrives %d, %v", tenant, got, err)
		}
	}
	if _, err := webhooks.Redrive(t.Context(), w.db, "p1", n.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.until("it has arrived", func() bool { return len(r.arrived()) == 15 })
	w.until("nothing is left", func() bool { v := w.view(n.ID); return v.Dead+v.Waiting == 0 })
}

func TestPausedResumedRewoundChangedDeleted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r, other := receive(t, nil), receive(t, nil)
	n := w.subscribes("a", r.URL, nil)
	w.engine("n1", nil)
	w.happens("p1", 1, 3)
	w.until("three have arrived", func() bool { return len(r.arrived()) == 3 })

	_, _, err := w.commands.Pause.Do(t.Context(), w.bus, call(), subscriptions.Pause{ID: n.ID})
	w.must(err)
	w.until("nobody sends", func() bool { return w.view(n.ID).Owner == "" })
	last := w.happens("p1", 1, 2)
	_, _, err = w.commands.Update.Do(t.Context(), w.bus, call(), subscriptions.Update{ID: n.ID, Body: subscriptions.Body{Name: "a", URL: other.URL, Filter: n.Filter}})
	w.must(err)
	if got := len(r.arrived()) + len(other.arrived()); got != 3 {
		t.Errorf("%d have arrived while it was paused", got-3)
	}
	_, _, err = w.commands.Resume.Do(t.Context(), w.bus, call(), subscriptions.Resume{ID: n.ID})
	w.must(err)
	w.until("the other two have arrived at the new address", func() bool { return len(other.arrived()) == 2 })
	w.until("progress is saved", func() bool { return w.view(n.ID).Progress.Position == domain.Position(last) })

	beginning := eventstore.Position(0)
	_, _, err = w.commands.Rewind(t.Context(), w.bus, call(), n.ID, feed.Start{After: &beginning})
	w.must(err)
	w.until("all have arrived there", func() bool { return len(other.arrived()) == 5 })

	_, _, err = w.commands.Delete.Do(t.Context(), w.bus, call(), subscriptions.Delete{ID: n.ID})
	w.must(err)
	w.until("nobody sends for it", func() bool {
		var owner string
		w.must(w.db.GetContext(t.Context(), &owner, "SELECT owner FROM gatelog.deliveries WHERE subscription = $1", n.ID))
		return owner == ""
	})
	w.must(webhooks.Forget(t.Context(), w.db, "p1", n.ID))
	again := w.subscribes("a", r.URL, nil) // shows that the engine has come by
	w.happens("p1", 1, 1)
	w.until("the new one has all", func() bool { return len(r.arrived()) == 6 })
	if got := len(other.arrived()); got != 5 {
		t.Errorf("a deleted subscription has got %d more", got-5)
	}
	if _, err := w.queries.Show(t.Context(), "p2", again.ID); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("another tenant sees it: %v", err)
	}
}

func TestKilledFiftyTimesNothingIsMissed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const resources, rounds, kills = 5, 60, 50
	r := receive(t, func(try int, _ delivery) int {
		if try%7 == 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	w.subscribes("killed", r.URL, func(b *subscriptions.Body) { b.MaxAttempts = 50 })
	var last eventstore.Position
	for i := range kills {
		kill, _ := w.engine("n"+string(rune('A'+i)), func(o *webhooks.Options) {
			o.Timeout, o.Lease, o.Poll = 40*time.Millisecond, 120*time.Millisecond, 5*time.Millisecond
		})
		last = w.happens("p1", resources, 1)
		// The moment of the kill is random, from before the first delivery to well after the last save.
		<-time.After(rand.N(200 * time.Millisecond))
		kill()
	}
	last = max(last, w.happens("p1", resources, rounds-kills))
	w.engine("last", func(o *webhooks.Options) { o.Timeout, o.Lease = time.Second, 2*time.Second })
	w.until("all have arrived", func() bool { return len(r.arrived()) == resources*rounds })
	r.inOrder()
	t.Logf("%d deliveries of %d events up to position %d", len(r.got), resources*rounds, last)
}

func TestTwoNodesSendEachEventOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, nil)
	n := w.subscribes("two", r.URL, nil)
	_, stopFirst := w.engine("n1", nil)
	w.engine("n2", nil)
	w.happens("p1", 5, 10)
	w.until("all have arrived", func() bool { return len(r.arrived()) == 50 })
	if w.view(n.ID).Owner == "n1" {
		stopFirst() // it gives the subscription up: the other one goes on at once
	}
	w.happens("p1", 5, 10)
	w.until("all have arrived", func() bool { return len(r.arrived()) == 100 })
	r.inOrder()
	if len(r.got) != 100 {
		t.Errorf("%d deliveries of 100 events", len(r.got))
	}
}

func TestPrivateAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.happens("p1", 1, 1)
	r := receive(t, nil)
	n := w.subscribes("private", strings.Replace(r.URL, "127.0.0.1", "localhost", 1), func(b *subscriptions.Body) { b.MaxAttempts = 1 })
	w.engine("n1", func(o *webhooks.Options) { o.AllowHosts = nil })
	w.until("it is a dead letter", func() bool { return w.view(n.ID).Dead == 1 })
	if v := w.view(n.ID); r.tries > 0 || strings.Contains(v.LastError, "127.0.0.1") || !strings.Contains(v.LastError, "must not be called") {
		t.Errorf("%d calls, %q", r.tries, v.LastError)
	}
}

func TestWrongOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]webhooks.Options{
		"a lease shorter than a delivery": {Log: eventstore.NewMemory(), Timeout: time.Minute},
		"what is no host":                 {Log: eventstore.NewMemory(), AllowHosts: []string{"http://x"}},
	} {
		if _, err := webhooks.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
