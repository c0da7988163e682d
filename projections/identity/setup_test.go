package identity

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
	"github.com/gatelog/gatelog/projections"
)

var past = time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)

const shop = "00000000000000000000000000005409"

// bundle is a directory over a log in memory.
type bundle struct {
	*Directory
	log   *eventstore.Memory
	store *secret.MemoryStore
	fence eventstore.Fence
	sent  int
}

func setup(t *testing.T) *bundle {
	t.Helper()
	store, log := &secret.MemoryStore{}, eventstore.NewMemory()
	fence, err := log.Take(t.Context(), identity.Surface, identity.Account, "test")
	if err != nil {
		t.Fatal(err)
	}
	d := NewDirectory(log, keyringOn(t, store), projections.NewWatermarks(), slog.New(slog.DiscardHandler))
	return &bundle{Directory: d, log: log, store: store, fence: fence}
}

func keyringOn(t *testing.T, store secret.Store) *secret.Keyring {
	t.Helper()
	keyring, err := secret.NewKeyring(store, secrettest.Master(t), secret.KeyringOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return keyring
}

// happens appends events and returns the position of the last.
func (b *bundle) happens(t *testing.T, events ...domain.Event) domain.Position {
	t.Helper()
	var unit []eventstore.Message
	for _, ev := range events {
		b.sent++
		rec := domain.Recorded{ID: fmt.Sprint(b.sent), Tenant: identity.Account, Time: past, Event: ev}
		m, err := envelope.Close(identity.Codec(), identity.Surface, rec)
		if err != nil {
			t.Fatal(err)
		}
		unit = append(unit, m)
	}
	return b.append(t, unit...)
}

func (b *bundle) append(t *testing.T, unit ...eventstore.Message) domain.Position {
	t.Helper()
	positions, err := b.log.Append(t.Context(), b.fence, unit)
	if err != nil {
		t.Fatal(err)
	}
	return domain.Position(positions[len(positions)-1])
}

// runs starts the directory and waits until it is ready. It ends with the test.
func (b *bundle) runs(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	<-b.Ready()
}

// seen waits until the directory has reached a position.
func (b *bundle) seen(t *testing.T, at domain.Position) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.marks.Await(ctx, identity.Surface, at); err != nil {
		t.Fatalf("waiting for position %d: %v", at, err)
	}
}

func account() domain.Event {
	return identity.AccountCreated{Account: identity.AccountInfo{ID: "acc", Name: "acme", CreatedAt: past}}
}

func project(id, name string) domain.Event {
	return identity.ProjectCreated{Project: identity.Project{ID: id, Name: name, CreatedAt: past, UpdatedAt: past}}
}

func user(name string, policies ...identity.Statement) domain.Event {
	return identity.UserCreated{User: identity.User{
		ID: "id-" + name, Name: name, Enabled: true, Policies: policies, CreatedAt: past, UpdatedAt: past,
	}}
}

// key is an access key whose sealed secret is "secret of <id>".
func (b *bundle) key(t *testing.T, id, userID string) domain.Event {
	t.Helper()
	sealed, err := b.keyring.Seal(t.Context(), identity.Account, identity.SecretUse(id), []byte("secret of "+id))
	if err != nil {
		t.Fatal(err)
	}
	return identity.AccessKeyCreated{Key: identity.AccessKey{ID: id, UserID: userID, Secret: identity.Sealed(sealed), CreatedAt: past}}
}
