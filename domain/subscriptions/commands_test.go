package subscriptions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
)

var (
	past = time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	now  = time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC)
)

func moment() *domain.Moment { return domain.NewMoment(now, "test") }

func newID() string { return moment().NewID() }

// given returns the state after events.
func given(events ...domain.Event) *subscriptions.State {
	s := subscriptions.NewState("p1")
	for _, ev := range events {
		s.Apply(domain.Recorded{Event: ev})
	}
	return s
}

func body(name string) subscriptions.Body {
	return subscriptions.Body{Name: name, URL: "https://hooks.example/in", Mode: subscriptions.ModeBinary, MaxAttempts: 3}
}

// hook is a subscription that exists.
func hook(id, name string, change ...func(n *subscriptions.Subscription)) subscriptions.Subscription {
	n := subscriptions.Subscription{ID: id, Tenant: "p1", Body: body(name), Secret: "sealed", Start: 7, CreatedAt: past, UpdatedAt: past}
	for _, c := range change {
		c(&n)
	}
	return n
}

// changed is a subscription that a command of now has changed.
func changed(id, name string, change func(n *subscriptions.Subscription)) subscriptions.Subscription {
	return hook(id, name, change, func(n *subscriptions.Subscription) { n.UpdatedAt = now })
}

func paused(n *subscriptions.Subscription) { n.Paused = true }

type decision func(s *subscriptions.State) ([]domain.Event, error)

func do[C, R any](decide func(*subscriptions.State, *domain.Moment, C) (R, []domain.Event, error), c C) decision {
	return func(s *subscriptions.State) ([]domain.Event, error) {
		_, events, err := decide(s, moment(), c)
		return events, err
	}
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	a, b := subscriptions.Created{Subscription: hook("a", "one")}, subscriptions.Created{Subscription: hook("b", "two")}
	full := make([]domain.Event, subscriptions.MaxPerTenant)
	for i := range full {
		full[i] = subscriptions.Created{Subscription: hook(strconv.Itoa(i), "n"+strconv.Itoa(i))}
	}
	sealed := subscriptions.SealedSecret{Text: "other"}
	for name, c := range map[string]struct {
		given []domain.Event
		when  decision
		then  []domain.Event
		code  string
	}{
		"create": {
			when: do((*subscriptions.State).Create, subscriptions.Create{Body: body("one"), Start: 9, Secret: sealed}),
			then: []domain.Event{subscriptions.Created{Subscription: hook(newID(), "one", func(n *subscriptions.Subscription) {
				n.Start, n.Secret, n.CreatedAt, n.UpdatedAt = 9, "other", now, now
			})}},
		},
		"create with as little as can be": {
			when: do((*subscriptions.State).Create, subscriptions.Create{Body: subscriptions.Body{Name: "one", URL: "http://h.example"}, Secret: sealed}),
			then: []domain.Event{subscriptions.Created{Subscription: subscriptions.Subscription{
				ID: newID(), Tenant: "p1", Secret: "other", CreatedAt: now, UpdatedAt: now,
				Body: subscriptions.Body{Name: "one", URL: "http://h.example", Mode: subscriptions.ModeStructured, MaxAttempts: 16},
			}}},
		},
		"create with a name that is taken": {given: []domain.Event{a}, when: do((*subscriptions.State).Create, subscriptions.Create{Body: body("one")}), code: subscriptions.CodeNameTaken},
		"create one too many":              {given: full, when: do((*subscriptions.State).Create, subscriptions.Create{Body: body("one")}), code: subscriptions.CodeLimitReached},
		"create with the name of one that was deleted": {
			given: []domain.Event{a, subscriptions.Deleted{SubscriptionID: "a", Name: "one"}},
			when:  do((*subscriptions.State).Create, subscriptions.Create{Body: body("one"), Start: 7, Secret: subscriptions.SealedSecret{Text: "sealed"}}),
			then: []domain.Event{subscriptions.Created{Subscription: hook(newID(), "one", func(n *subscriptions.Subscription) {
				n.CreatedAt, n.UpdatedAt = now, now
			})}},
		},
		"update": {
			given: []domain.Event{a, b}, when: do((*subscriptions.State).Update, subscriptions.Update{ID: "a", Body: body("three")}),
			then: []domain.Event{subscriptions.Updated{Subscription: changed("a", "three", func(*subscriptions.Subscription) {})}},
		},
		"update that changes nothing":    {given: []domain.Event{a}, when: do((*subscriptions.State).Update, subscriptions.Update{ID: "a", Body: body("one")})},
		"update to a name that is taken": {given: []domain.Event{a, b}, when: do((*subscriptions.State).Update, subscriptions.Update{ID: "a", Body: body("two")}), code: subscriptions.CodeNameTaken},
		"update to what is no body":      {given: []domain.Event{a}, when: do((*subscriptions.State).Update, subscriptions.Update{ID: "a"}), code: domain.CodeInvalid},
		"update of none":                 {when: do((*subscriptions.State).Update, subscriptions.Update{ID: "a", Body: body("one")}), code: domain.CodeNotFound},
		"pause":                          {given: []domain.Event{a}, when: do((*subscriptions.State).Pause, subscriptions.Pause{ID: "a"}), then: []domain.Event{subscriptions.Paused{Subscription: changed("a", "one", paused)}}},
		"pause again":                    {given: []domain.Event{a, subscriptions.Paused{Subscription: hook("a", "one", paused)}}, when: do((*subscriptions.State).Pause, subscriptions.Pause{ID: "a"})},
		"pause none":                     {when: do((*subscriptions.State).Pause, subscriptions.Pause{ID: "a"}), code: domain.CodeNotFound},
		"resume":                         {given: []domain.Event{subscriptions.Created{Subscription: hook("a", "one", paused)}}, when: do((*subscriptions.State).Resume, subscriptions.Resume{ID: "a"}), then: []domain.Event{subscriptions.Resumed{Subscription: changed("a", "one", func(*subscriptions.Subscription) {})}}},
		"resume what is not paused":      {given: []domain.Event{a}, when: do((*subscriptions.State).Resume, subscriptions.Resume{ID: "a"})},
		"resume none":                    {when: do((*subscriptions.State).Resume, subscriptions.Resume{ID: "a"}), code: domain.CodeNotFound},
		"rewind":                         {given: []domain.Event{a}, when: do((*subscriptions.State).Rewind, subscriptions.Rewind{ID: "a", Start: 2}), then: []domain.Event{subscriptions.Rewound{Subscription: changed("a", "one", func(n *subscriptions.Subscription) { n.Start, n.Rewinds = 2, 1 })}}},
		"rewind none":                    {when: do((*subscriptions.State).Rewind, subscriptions.Rewind{ID: "a"}), code: domain.CodeNotFound},
		"rotate the secret":              {given: []domain.Event{a}, when: do((*subscriptions.State).RotateSecret, subscriptions.RotateSecret{ID: "a", Secret: sealed}), then: []domain.Event{subscriptions.SecretRotated{Subscription: changed("a", "one", func(n *subscriptions.Subscription) { n.Secret = "other" })}}},
		"rotate the secret of none":      {when: do((*subscriptions.State).RotateSecret, subscriptions.RotateSecret{ID: "a"}), code: domain.CodeNotFound},
		"delete":                         {given: []domain.Event{a}, when: do((*subscriptions.State).Delete, subscriptions.Delete{ID: "a"}), then: []domain.Event{subscriptions.Deleted{SubscriptionID: "a", Name: "one"}}},
		"delete twice":                   {given: []domain.Event{a, subscriptions.Deleted{SubscriptionID: "a", Name: "one"}}, when: do((*subscriptions.State).Delete, subscriptions.Delete{ID: "a"}), code: domain.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, err := c.when(given(c.given...))
			if got := domain.CodeOf(err); got != c.code || (err != nil) != (c.code != "") {
				t.Fatalf("refused with %v, want %q", err, c.code)
			}
			if diff := cmp.Diff(c.then, events); c.code == "" && diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(b *subscriptions.Body)
		param  string // "" for one that is right
	}{
		"right":               {func(*subscriptions.Body) {}, ""},
		"with a port":         {func(b *subscriptions.Body) { b.URL = "http://10.0.0.1:8080/a?b=c" }, ""},
		"no name":             {func(b *subscriptions.Body) { b.Name = "" }, "name"},
		"a long name":         {func(b *subscriptions.Body) { b.Name = strings.Repeat("a", 65) }, "name"},
		"spaces in the name":  {func(b *subscriptions.Body) { b.Name = "a b" }, "name"},
		"no URL":              {func(b *subscriptions.Body) { b.URL = "" }, "url"},
		"another scheme":      {func(b *subscriptions.Body) { b.URL = "ftp://h.example/" }, "url"},
		"no host":             {func(b *subscriptions.Body) { b.URL = "https:///path" }, "url"},
		"only a port":         {func(b *subscriptions.Body) { b.URL = "https://:80/" }, "url"},
		"a password":          {func(b *subscriptions.Body) { b.URL = "https://a:b@h.example/" }, "url"},
		"a fragment":          {func(b *subscriptions.Body) { b.URL = "https://h.example/#a" }, "url"},
		"no URL at all":       {func(b *subscriptions.Body) { b.URL = "https://h.example/%zz" }, "url"},
		"another mode":        {func(b *subscriptions.Body) { b.Mode = "batched" }, "mode"},
		"too many attempts":   {func(b *subscriptions.Body) { b.MaxAttempts = 51 }, "max_attempts"},
		"a pattern of others": {func(b *subscriptions.Body) { b.Filter.Types = []string{"["} }, "filter.types[0]"},
		"too many kinds":      {func(b *subscriptions.Body) { b.Filter.Kinds = make([]string, 17) }, "filter.kinds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := body("one")
			c.change(&b)
			err := b.Check()
			if c.param == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refusal, ok := err.(*domain.Error)
			if !ok || refusal.Code != domain.CodeInvalid || refusal.Param != c.param {
				t.Errorf("got %v (about %q), want it to be about %s", err, refusal.Param, c.param)
			}
		})
	}
}

// Whatever is commanded: names are unique, and no more subscriptions than may be.
func TestNamesStayUnique(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, names, ids := subscriptions.NewState("p1"), map[string]string{}, []string{"none"}
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		for n := range rapid.IntRange(1, 40).Draw(t, "commands") {
			m, id := domain.NewMoment(now, strconv.Itoa(n)), rapid.SampledFrom(ids).Draw(t, "id")
			var events []domain.Event
			switch rapid.IntRange(0, 2).Draw(t, "command") {
			case 0:
				_, events, _ = s.Create(m, subscriptions.Create{Body: body(name.Draw(t, "name"))})
			case 1:
				_, events, _ = s.Update(m, subscriptions.Update{ID: id, Body: body(name.Draw(t, "name"))})
			case 2:
				_, events, _ = s.Delete(m, subscriptions.Delete{ID: id})
			}
			for _, ev := range events {
				s.Apply(domain.Recorded{Event: ev})
				switch ev := ev.(type) {
				case subscriptions.Created:
					names[ev.Subscription.ID] = ev.Subscription.Name
					ids = append(ids, ev.Subscription.ID)
				case subscriptions.Updated:
					names[ev.Subscription.ID] = ev.Subscription.Name
				case subscriptions.Deleted:
					delete(names, ev.SubscriptionID)
				}
			}
			seen := map[string]bool{}
			for id, name := range names {
				if found, err := s.Find(id); seen[name] || err != nil || found.Name != name {
					t.Fatalf("%s is named %s: twice %v, found %+v %v", id, name, seen[name], found, err)
				}
				seen[name] = true
			}
		}
	})
}

// What was ever written can be read: each stored example decodes, and encodes to itself.
func TestStoredEvents(t *testing.T) {
	t.Parallel()
	codec := subscriptions.Codec()
	for name, version := range codec.Types() {
		for v := 1; v <= version; v++ {
			text, err := os.ReadFile(filepath.Join("testdata", "events", name+".v"+strconv.Itoa(v)+".json"))
			if err != nil {
				t.Errorf("no example: %v", err)
				continue
			}
			ev, err := codec.Decode(name, v, text)
			if err != nil {
				t.Error(err)
				continue
			}
			if v < version {
				continue
			}
			data, _, err := codec.Encode(ev)
			if err != nil {
				t.Fatal(err)
			}
			var want, got any
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s is written otherwise now: a new shape is a new version (-stored +now):\n%s", name, diff)
			}
		}
	}
}
