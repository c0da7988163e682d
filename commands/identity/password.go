package identity

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// Bounds of a password, in characters.
const (
	MinPassword = 8
	MaxPassword = 128
)

// SetPassword gives a user a password; tokens issued before are void. The command holds the sealed hash,
// which is another one every time: call it without an Idempotency-Key. Errors: domain.CodeInvalid for a
// password out of bounds, domain.CodeNotFound, domain.CodeUnavailable when too many passwords are being
// hashed.
func (c *Commands) SetPassword(ctx context.Context, b *commands.Bus, call commands.Call, userID, password string) (identity.User, domain.Position, error) {
	if err := checkPassword(password); err != nil {
		return identity.User{}, 0, err
	}
	hash, err := secret.HashPassword(ctx, password)
	if errors.Is(err, secret.ErrBusy) {
		return identity.User{}, 0, domain.Errorf(domain.CodeUnavailable, "too many passwords are being set or checked: try again")
	}
	if err != nil {
		return identity.User{}, 0, fmt.Errorf("hash a password: %w", err)
	}
	// An id that is none can't be sealed for; the domain refuses it.
	if userID == "" || len(userID) > 64 {
		return identity.User{}, 0, identity.ErrNoUser()
	}
	sealed, err := c.keyring.Seal(ctx, identity.Account, identity.PasswordUse(userID), []byte(hash))
	if err != nil {
		return identity.User{}, 0, unsealable(err)
	}
	return c.setPassword.Do(ctx, b, call, identity.SetPassword{UserID: userID, Password: identity.Sealed(sealed)})
}

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return identity.ErrInvalid("password", fmt.Sprintf("must have %d to %d characters", MinPassword, MaxPassword))
	}
	return nil
}

// NewUser is what AddUser makes.
type NewUser struct {
	Name     string
	Password string // empty for a user without one
}

// AddUser makes a user, and gives it a password when there is one. These are two commands: when the
// second fails, the user is there without a password, and the same call with the same Idempotency-Key
// completes it. Errors: those of identity.State.CreateUser and of SetPassword; domain.CodeForbidden.
func (c *Commands) AddUser(ctx context.Context, b *commands.Bus, p commands.Policy, meta commands.Meta, n NewUser) (identity.User, domain.Position, error) {
	if n.Password != "" {
		if err := checkPassword(n.Password); err != nil {
			return identity.User{}, 0, err
		}
	}
	call, err := commands.Authorize(p, identity.Account, meta, ActionCreateUser)
	if err != nil {
		return identity.User{}, 0, err
	}
	user, at, err := c.CreateUser.Do(ctx, b, call, identity.CreateUser{Name: n.Name})
	if err != nil || n.Password == "" {
		return user, at, err
	}
	meta.IdempotencyKey = ""
	if call, err = commands.Authorize(p, identity.Account, meta, ActionCreateUser); err != nil {
		return identity.User{}, at, err
	}
	return c.SetPassword(ctx, b, call, user.ID, n.Password)
}

// UserChange is what ChangeUser changes; what is nil stays as it is. One of them must be there.
type UserChange struct {
	Enabled  *bool
	Password *string
}

// ChangeUser sets a user's password, then enables or disables it: two commands, where the first stands
// when the second is refused. Errors: those of SetPassword, DisableUser and EnableUser;
// domain.CodeForbidden.
func (c *Commands) ChangeUser(ctx context.Context, b *commands.Bus, p commands.Policy, meta commands.Meta, userID string, change UserChange) (domain.Position, error) {
	if change == (UserChange{}) {
		return 0, identity.ErrInvalid("body", "must have enabled, password or both")
	}
	call, err := commands.Authorize(p, identity.Account, meta, ActionUpdateUser)
	if err != nil {
		return 0, err
	}
	var at domain.Position
	if change.Password != nil {
		meta.IdempotencyKey = ""
		keyless, err := commands.Authorize(p, identity.Account, meta, ActionUpdateUser)
		if err != nil {
			return 0, err
		}
		if _, at, err = c.SetPassword(ctx, b, keyless, userID, *change.Password); err != nil {
			return at, err
		}
	}
	switch {
	case change.Enabled == nil:
		return at, nil
	case *change.Enabled:
		_, at, err = c.EnableUser.Do(ctx, b, call, identity.EnableUser{UserID: userID})
	default:
		_, at, err = c.DisableUser.Do(ctx, b, call, identity.DisableUser{UserID: userID})
	}
	return at, err
}
