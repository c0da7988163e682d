package subscriptions_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/commands"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/feed"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
)

// bundle is a bus over a log, with the use cases of this surface.
type bundle struct {
	*commandssubscriptions.Commands
	log *eventstore.Memory
	bus *commands.Bus
}

func setup(t *testing.T) *bundle {
	t.Helper()
	keyring := secrettest.Keyring(t)
	log := eventstore.NewMemory()
	bus := commands.New(commands.Options{Log: log, Waiter: noReadModels{}, Sealer: keyring, Node: "test", Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(bus.Close)
	return &bundle{Commands: commandssubscriptions.New(keyring), log: log, bus: bus}
}

// noReadModels is for commands that nobody reads after.
type noReadModels struct{}

func (noReadModels) Await(context.Context, string, domain.Position) error { return nil }

func call() commands.Call { return commands.System("p1", "r1", "test") }

// keyed is a call that may be repeated.
func keyed(t *testing.T, key string) commands.Call {
	t.Helper()
	c, err := commands.Authorize(everything{}, "p1", commands.Meta{IdempotencyKey: key}, "any")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type everything struct{}

func (everything) Allows(string, string) bool { return true }

// text is all that the log has.
func (b *bundle) text(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, r := range eventstoretest.All(t, b.log) {
		all.Write(r.Data)
	}
	return all.String()
}

var body = subscriptions.Body{Name: "one", URL: "https://h.example/"}

const own = "a secret of the client's own"

func TestSecretsAreShownOnceAndNeverInTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made, generated, _, err := b.Create(t.Context(), b.bus, call(), body, "", feed.Start{})
	if err != nil || len(generated) != 64 {
		t.Fatalf("generated %q, %v", generated, err)
	}
	_, shown, _, err := b.RotateSecret(t.Context(), b.bus, call(), made.ID, own)
	if err != nil || shown != own {
		t.Errorf("rotated to %q, %v", shown, err)
	}
	for _, secret := range []string{generated, own} {
		if strings.Contains(b.text(t), secret) {
			t.Errorf("the log has the secret %s", secret)
		}
	}
}

func TestARepeatedCreationAnswersTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, secret, _, err := b.Create(t.Context(), b.bus, keyed(t, "k1"), body, "", feed.Start{})
	if err != nil {
		t.Fatal(err)
	}
	again, same, _, err := b.Create(t.Context(), b.bus, keyed(t, "k1"), body, "", feed.Start{})
	if err != nil || again.ID != first.ID || same != secret {
		t.Errorf("again: %s instead of %s, the same secret %v, %v", again.ID, first.ID, same == secret, err)
	}
	other := body
	other.Name = "two"
	if _, _, _, err := b.Create(t.Context(), b.bus, keyed(t, "k2"), other, own, feed.Start{}); err != nil {
		t.Fatal(err)
	}
	_, _, _, err = b.Create(t.Context(), b.bus, keyed(t, "k2"), other, own+"!", feed.Start{})
	if domain.CodeOf(err) != domain.CodeKeyReused {
		t.Errorf("the same key with another secret: %v", err)
	}
}

func TestWhereASubscriptionBegins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, _, at, err := b.Create(t.Context(), b.bus, call(), body, "", feed.Start{})
	if err != nil || first.Start != 0 {
		t.Fatalf("in an empty log it begins after %d, %v", first.Start, err)
	}
	position := eventstore.Position(at)
	rewound, _, err := b.Rewind(t.Context(), b.bus, call(), first.ID, feed.Start{After: &position})
	if err != nil || rewound.Start != at || rewound.Rewinds != 1 {
		t.Errorf("rewound to %d: %+v, %v", at, rewound, err)
	}
	position += 100
	if _, _, err := b.Rewind(t.Context(), b.bus, call(), first.ID, feed.Start{After: &position}); domain.CodeOf(err) != domain.CodeInvalid {
		t.Errorf("rewound beyond the end: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	beyond := eventstore.Position(100)
	for name, c := range map[string]struct {
		body   subscriptions.Body
		secret string
		start  feed.Start
	}{
		"a body that is none": {subscriptions.Body{Name: "one"}, "", feed.Start{}},
		"a short secret":      {body, "short", feed.Start{}},
		"a long secret":       {body, strings.Repeat("a", 257), feed.Start{}},
		"beyond the end":      {body, "", feed.Start{After: &beyond}},
	} {
		_, _, _, err := b.Create(t.Context(), b.bus, call(), c.body, c.secret, c.start)
		if domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && c.secret != "" && strings.Contains(err.Error(), c.secret) {
			t.Errorf("%s: the refusal repeats the secret", name)
		}
	}
	if _, _, _, err := b.RotateSecret(t.Context(), b.bus, call(), "none", ""); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("the secret of none: %v", err)
	}
}
