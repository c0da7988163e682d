package access

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
)

func TestATokenStandsForItsSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, issued, err := b.Issue(b.made.User, b.made.Project.ID)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := b.Session(token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(issued, opened); diff != "" {
		t.Errorf("-issued +opened:\n%s", diff)
	}
	if issued.ExpiresAt.Sub(issued.IssuedAt) != 24*time.Hour || issued.Method != "password" {
		t.Errorf("session %+v", issued)
	}
}

func TestATokenEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, b *bundle, u identity.User){
		"after 24 hours":            func(_ *testing.T, b *bundle, _ identity.User) { b.clock.pass(24 * time.Hour) },
		"when its user is disabled": func(t *testing.T, b *bundle, u identity.User) { b.disable(t, u.ID) },
		"for good when its user was disabled": func(t *testing.T, b *bundle, u identity.User) {
			b.disable(t, u.ID)
			if _, _, err := b.commands.EnableUser.Do(t.Context(), b.bus, system(), identity.EnableUser{UserID: u.ID}); err != nil {
				t.Fatal(err)
			}
		},
		"when its user has a new password": func(t *testing.T, b *bundle, u identity.User) {
			if _, _, err := b.commands.SetPassword(t.Context(), b.bus, system(), u.ID, "another one"); err != nil {
				t.Fatal(err)
			}
		},
		"when its user is gone": func(t *testing.T, b *bundle, u identity.User) {
			if _, _, err := b.commands.DeleteUser.Do(t.Context(), b.bus, system(), identity.DeleteUser{UserID: u.ID}); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			u := b.user(t, "alice", "")
			token, _, err := b.Issue(u, identity.Account)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Session(token); err != nil {
				t.Fatalf("before: %v", err)
			}
			happens(t, b, u)
			_, err = b.Session(token)
			refused(t, err, domain.CodeUnauthenticated)
		})
	}
}

func TestATokenOfAnotherMakerIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	foreign, err := b.Tokens.Issue([]byte("no claims"))
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "v1.", foreign, "v2." + foreign[3:], foreign[:len(foreign)-1]} {
		_, err := b.Session(token)
		refused(t, err, domain.CodeUnauthenticated)
	}
}

func TestNoTokenForAProjectThatTheUserCannotReach(t *testing.T) {
	t.Parallel()
	b := setup(t)
	nobody := b.user(t, "nobody", "")
	for _, scope := range []string{b.made.Project.ID, "", "no project"} {
		_, _, err := b.Issue(nobody, scope)
		refused(t, err, domain.CodeUnauthenticated)
	}
	if _, _, err := b.Issue(nobody, identity.Account); err != nil {
		t.Errorf("a token to manage oneself: %v", err)
	}
}

func TestAnExchangedTokenLivesNoLonger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, first, err := b.Issue(b.made.User, identity.Account)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.pass(23 * time.Hour)
	token, second, err := b.Exchange(first, b.made.Project.ID)
	if err != nil {
		t.Fatal(err)
	}
	if second.ExpiresAt != first.ExpiresAt || second.Scope != b.made.Project.ID || second.Method != "token" {
		t.Errorf("exchanged for %+v", second)
	}
	b.clock.pass(time.Hour)
	_, err = b.Session(token)
	refused(t, err, domain.CodeUnauthenticated)
}
