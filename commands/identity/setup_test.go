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
	"github.com/gatelog/gatelog/internal/secret"
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
	master, err := secret.NewMasterKey(strings.Repeat("ab", 32))
	if err != nil {
		t.Fatal(err)
	}
	keyring, err := secret.NewKeyring(&secret.MemoryStore{}, master, secret.KeyringOptions{})
	if err != nil {
		t.Fatal(err)
	}
	log := eventstore.NewMemory()
	bus := commands.New(commands.Options{Log: log, Waiter: noReadModels{}, Sealer: sealer{keyring}, Node: "test"})
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

// sealer seals recorded answers with a keyring.
type sealer struct{ keyring *secret.Keyring }

func (s sealer) SealText(ctx context.Context, tenant, purpose string, plaintext []byte) (string, error) {
	sealed, err := s.keyring.Seal(ctx, tenant, purpose, plaintext)
	return string(sealed), err
}

func (s sealer) OpenText(ctx context.Context, tenant, purpose, sealed string) ([]byte, error) {
	return s.keyring.Open(ctx, tenant, purpose, secret.Sealed(sealed))
}

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
	b.read(t, func(r eventstore.Recorded) {
		if !strings.HasPrefix(r.Type, "gatelog.") {
			all = append(all, r.Type)
		}
	})
	return all
}

func (b *bundle) read(t *testing.T, each func(eventstore.Recorded)) {
	t.Helper()
	head, err := b.log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = b.log.Read(t.Context(), 0, head, func(r eventstore.Recorded) error {
		each(r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// absent fails when the log holds a text anywhere, plain or in base64.
func (b *bundle) absent(t *testing.T, texts ...string) {
	t.Helper()
	b.read(t, func(r eventstore.Recorded) {
		for _, text := range texts {
			for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
				if bytes.Contains(r.Data, []byte(form)) {
					t.Errorf("%s at %d holds the secret", r.Type, r.Position)
				}
			}
		}
	})
}
