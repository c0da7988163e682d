package identity

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
)

// bundle is a bus over a log in memory, with the use cases of this package.
type bundle struct {
	*Commands
	log     *eventstore.Memory
	keyring *secret.Keyring
	bus     *commands.Bus
}

func setup(t *testing.T) *bundle {
	t.Helper()
	keyring := secrettest.Keyring(t)
	log := eventstore.NewMemory()
	bus := commands.New(commands.Options{Log: log, Waiter: noReadModels{}, Sealer: keyring, Node: "test"})
	t.Cleanup(bus.Close)
	return &bundle{Commands: New(keyring), log: log, keyring: keyring, bus: bus}
}

// started is setup with an account in it.
func started(t *testing.T) (*bundle, Bootstrapped) {
	t.Helper()
	b := setup(t)
	made, err := b.Bootstrap(t.Context(), b.bus, Bootstrap{Account: "acme", Project: "cn-north-4", User: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	return b, made
}

// noReadModels is for commands that nobody reads after.
type noReadModels struct{}

func (noReadModels) Await(context.Context, string, domain.Position) error { return nil }

// may is a policy for one action on the account.
type may string

func (m may) Allows(tenant, action string) bool {
	return tenant == identity.Account && action == string(m)
}

func call(t *testing.T, action string, meta commands.Meta) commands.Call {
	t.Helper()
	c, err := commands.Authorize(may(action), identity.Account, meta, action)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keyed(key string) commands.Meta {
	return commands.Meta{Actor: domain.Actor{UserID: "u1"}, IdempotencyKey: key}
}

// types returns the event types in the log, in order, those of the kernel left out.
func (b *bundle) types(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, r := range eventstoretest.All(t, b.log) {
		if !strings.HasPrefix(r.Type, "gatelog.") {
			all = append(all, r.Type)
		}
	}
	return all
}

// absent fails when the log holds a text anywhere, plain or in base64.
func (b *bundle) absent(t *testing.T, texts ...string) {
	t.Helper()
	for _, r := range eventstoretest.All(t, b.log) {
		for _, text := range texts {
			for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
				if bytes.Contains(r.Data, []byte(form)) {
					t.Errorf("%s at %d holds the secret", r.Type, r.Position)
				}
			}
		}
	}
}
