package access

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatelog/gatelog/commands"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/secret/secrettest"
	"github.com/gatelog/gatelog/projections"
	directory "github.com/gatelog/gatelog/projections/identity"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bundle is an Access over a real bus and directory, on a log in memory, with an account in it.
type bundle struct {
	*Access
	clock    *clock
	bus      *commands.Bus
	commands *commandsidentity.Commands
	made     commandsidentity.Bootstrapped
}

func setup(t *testing.T) *bundle {
	t.Helper()
	keyring := secrettest.Keyring(t)
	tokens, err := secret.NewTokens(secrettest.Master(t), "login")
	if err != nil {
		t.Fatal(err)
	}
	log, marks, quiet := eventstore.NewMemory(), projections.NewWatermarks(), slog.New(slog.DiscardHandler)
	b := &bundle{
		clock:    &clock{now: time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)},
		bus:      commands.New(commands.Options{Log: log, Waiter: marks, Sealer: keyring, Node: "test", Logger: quiet}),
		commands: commandsidentity.New(keyring),
	}
	t.Cleanup(b.bus.Close)
	d := directory.NewDirectory(log, keyring, marks, quiet)
	follow(t, d)
	b.Access = New(Options{Directory: d, Tokens: tokens, Now: b.clock.Now, Logger: quiet})
	b.made, err = b.commands.Bootstrap(t.Context(), b.bus, commandsidentity.Bootstrap{Account: "acme", Project: "shop", User: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func follow(t *testing.T, d *directory.Directory) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the directory ended with %v", err)
		}
	})
	<-d.Ready()
}

func system() commands.Call { return commands.System(identity.Account, "r1", "test") }

// user makes a user with policies; password may be empty.
func (b *bundle) user(t *testing.T, name, password string, policies ...identity.Statement) identity.User {
	t.Helper()
	u, _, err := b.commands.CreateUser.Do(t.Context(), b.bus, system(), identity.CreateUser{Name: name})
	if err == nil && password != "" {
		u, _, err = b.commands.SetPassword(t.Context(), b.bus, system(), u.ID, password)
	}
	if err == nil && len(policies) > 0 {
		u, _, err = b.commands.SetPolicies.Do(t.Context(), b.bus, system(), identity.SetPolicies{UserID: u.ID, Statements: policies})
	}
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (b *bundle) key(t *testing.T, userID string) commandsidentity.NewKey {
	t.Helper()
	k, _, err := b.commands.CreateAccessKey(t.Context(), b.bus, system(), userID)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (b *bundle) disable(t *testing.T, userID string) {
	t.Helper()
	if _, _, err := b.commands.DisableUser.Do(t.Context(), b.bus, system(), identity.DisableUser{UserID: userID}); err != nil {
		t.Fatal(err)
	}
}

// request is one as a server gets it.
func request(method, path, body string) *http.Request {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://gatelog.test"+path, content)
	r.RemoteAddr = "192.0.2.7:4711"
	return r
}

// signed is a request with the signature of a key.
func (b *bundle) signed(t *testing.T, k commandsidentity.NewKey, method, path, body string) *http.Request {
	t.Helper()
	r := request(method, path, body)
	if err := signature.Sign(r, []byte(body), k.AccessKey, k.Secret, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if got := domain.CodeOf(err); got != code {
		t.Errorf("refused with %q (%v), want %q", got, err, code)
	}
}
