package access

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.user(t, "alice", "open sesame")
	off := b.user(t, "off", "open sesame")
	b.disable(t, off.ID)
	tests := map[string]struct {
		try  Attempt
		code string
	}{
		"by name":             {Attempt{UserName: "alice", Password: "open sesame"}, ""},
		"by id":               {Attempt{UserID: alice.ID, Password: "open sesame"}, ""},
		"a wrong password":    {Attempt{UserName: "alice", Password: "close sesame"}, domain.CodeUnauthenticated},
		"an endless password": {Attempt{UserName: "alice", Password: strings.Repeat("x", 2000)}, domain.CodeUnauthenticated},
		"no password":         {Attempt{UserName: "alice"}, domain.CodeUnauthenticated},
		"no such user":        {Attempt{UserName: "bob", Password: "open sesame"}, domain.CodeUnauthenticated},
		"no such id":          {Attempt{UserID: "alice", Password: "open sesame"}, domain.CodeUnauthenticated},
		"a disabled user":     {Attempt{UserName: "off", Password: "open sesame"}, domain.CodeUnauthenticated},
		"another account":     {Attempt{UserName: "alice", Password: "open sesame", Foreign: true}, domain.CodeUnauthenticated},
		"without a password":  {Attempt{UserName: "admin", Password: ""}, domain.CodeUnauthenticated},
	}
	messages := map[string]bool{}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u, err := b.Login(request("POST", "/v3/auth/tokens", ""), tt.try)
			refused(t, err, tt.code)
			if err == nil && u.ID != alice.ID {
				t.Errorf("signed in as %s", u.Name)
			}
			if err != nil {
				messages[err.Error()] = true
			}
		})
	}
	if len(messages) != 1 {
		t.Errorf("the messages tell the cases apart: %v", messages)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user(t, "alice", "open sesame")
	from := func(address string) *http.Request {
		r := request("POST", "/v3/auth/tokens", "")
		r.RemoteAddr = address + ":1"
		return r
	}
	try := func(address, password string) error {
		_, err := b.Login(from(address), Attempt{UserName: "alice", Password: password})
		return err
	}
	for range freeAttempts {
		refused(t, try("192.0.2.1", "wrong"), domain.CodeUnauthenticated)
	}

	refused(t, try("192.0.2.1", "open sesame"), CodeTooManyAttempts)
	if err := try("192.0.2.2", "open sesame"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	b.clock.pass(firstWait)
	refused(t, try("192.0.2.1", "wrong"), domain.CodeUnauthenticated)
	b.clock.pass(firstWait)
	refused(t, try("192.0.2.1", "open sesame"), CodeTooManyAttempts) // the wait has doubled
	b.clock.pass(firstWait)
	if err := try("192.0.2.1", "open sesame"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	refused(t, try("192.0.2.1", "wrong"), domain.CodeUnauthenticated) // the count began anew
	if n := len(b.guesses.failures); n != 1 {
		t.Errorf("%d guessers are remembered, want 1", n)
	}
}

func TestAFullLineIsNoWrongPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user(t, "alice", "open sesame")
	r := request("POST", "/v3/auth/tokens", "")
	gone := r.WithContext(canceled(t))
	// Some of these find a free place although nobody waits for them, and pass.
	for range 2 * freeAttempts {
		if _, err := b.Login(gone, Attempt{UserName: "alice", Password: "open sesame"}); err != nil {
			refused(t, err, domain.CodeUnavailable)
		}
	}
	if _, err := b.Login(r, Attempt{UserName: "alice", Password: "open sesame"}); err != nil {
		t.Errorf("then: %v", err)
	}
}

func TestThrottleForgets(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	th := newThrottle(10)
	for range freeAttempts {
		th.begin(fingerprint("a"), now)
	}
	if th.begin(fingerprint("a"), now) == 0 {
		t.Error("one more attempt was let through")
	}
	if wait := th.begin(fingerprint("a"), now.Add(longestWait)); wait != 0 {
		t.Errorf("after the longest wait it has to wait %s", wait)
	}
	if got := th.failures[fingerprint("a")].count; got != 1 {
		t.Errorf("%d failures are counted, want 1", got)
	}
}

func TestWhoIsGuessedAtAndFromWhere(t *testing.T) {
	t.Parallel()
	alice := identity.User{ID: "u1", Name: "alice"}
	base := guessOf(Attempt{UserName: "alice"}, alice, "2001:db8::1")
	tests := map[string]struct {
		try     Attempt
		user    identity.User
		address string
		same    bool
	}{
		"a user by its id":             {Attempt{UserID: "u1"}, alice, "2001:db8::1", true},
		"another address of a network": {Attempt{UserName: "alice"}, alice, "2001:db8::ffff:1", true},
		"another network":              {Attempt{UserName: "alice"}, alice, "2001:db8:0:1::1", false},
		"an address of IPv4":           {Attempt{UserName: "alice"}, alice, "192.0.2.1", false},
		"another user":                 {Attempt{UserName: "bob"}, identity.User{ID: "u2"}, "2001:db8::1", false},
		"nobody":                       {Attempt{UserName: "u1"}, identity.User{}, "2001:db8::1", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if same := guessOf(tt.try, tt.user, tt.address) == base; same != tt.same {
				t.Errorf("the same: %t, want %t", same, tt.same)
			}
		})
	}
	if guessOf(Attempt{}, alice, "192.0.2.1") == guessOf(Attempt{}, alice, "192.0.2.2") {
		t.Error("two addresses of IPv4 are taken for one")
	}
}
