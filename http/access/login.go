package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// CodeTooManyAttempts: too many wrong passwords came for this user from this address.
const CodeTooManyAttempts = "gatelog.too_many_attempts"

// Attempt is a try to sign in with a password.
type Attempt struct {
	UserID   string // or UserName
	UserName string
	Password string
	// Foreign says that the client named another account than this one: the attempt fails, and takes
	// as long as any other.
	Foreign bool
}

// Login returns the user whose password it is. Errors: domain.CodeUnauthenticated, the same whether the
// user does not exist, is disabled, or the password is wrong; CodeTooManyAttempts after a few of these
// in a row, for a while; domain.CodeUnavailable.
func (a *Access) Login(r *http.Request, try Attempt) (identity.User, error) {
	u, known := a.find(try)
	guess := guessOf(try, u, a.Address(r))
	if wait := a.guesses.begin(guess, a.Now()); wait > 0 {
		return identity.User{}, domain.Errorf(CodeTooManyAttempts,
			"too many wrong passwords for this user from this address: try again in %s", wait.Round(time.Second)+time.Second)
	}
	err := a.check(r.Context(), u, known && u.Enabled && !try.Foreign, try.Password)
	switch {
	case err == nil:
		a.guesses.forget(guess)
	case errors.Is(err, secret.ErrMismatch):
		return identity.User{}, domain.Errorf(domain.CodeUnauthenticated,
			"the user name, the account (domain) name or the password is wrong, or the user is disabled")
	default:
		a.guesses.undo(guess)
		return identity.User{}, err
	}
	return u, nil
}

func (a *Access) find(try Attempt) (identity.User, bool) {
	if try.UserID != "" {
		return a.Directory.User(try.UserID)
	}
	return a.Directory.ByName(try.UserName)
}

// guessOf names who is guessed at, and from where: a user is the same by its name and by its id, and a
// network of IPv6 is one place, since its holder has all of its addresses.
func guessOf(try Attempt, u identity.User, address string) guess {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		if network, err := ip.Prefix(64); err == nil {
			address = network.String()
		}
	}
	if u.ID != "" {
		return fingerprint("user", u.ID, address)
	}
	return fingerprint("nobody", try.UserID, try.UserName, address)
}

// check holds a password against that of a user, or against none when the user may not sign in: that
// takes as long.
func (a *Access) check(ctx context.Context, u identity.User, may bool, password string) error {
	var hash string
	if may {
		var err error
		if hash, err = a.Directory.PasswordHash(ctx, u); err != nil {
			return err
		}
	}
	switch err := secret.CheckPassword(ctx, hash, password); {
	case errors.Is(err, secret.ErrBusy):
		return domain.Errorf(domain.CodeUnavailable, "too many passwords are being checked: try again")
	case errors.Is(err, secret.ErrMismatch):
		return err
	case err != nil:
		return fmt.Errorf("check the password of user %s: %w", u.ID, err)
	}
	return nil
}
