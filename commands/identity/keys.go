package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// The access key is made and sealed where the command is decided, not where it was asked for: so the
// command that travels holds neither the secret nor anything random, a call repeated with its
// Idempotency-Key is the same command, and its answer, which holds the secret sealed, can be told again.

// createAccessKey is the command as it travels.
type createAccessKey struct {
	UserID string `json:"user_id"`
}

// NewKey is an access key with its secret, which is told this once.
type NewKey struct {
	AccessKey string // 20 upper-case letters and digits
	Secret    string // 40 letters and digits
}

// String leaves the secret out.
func (k NewKey) String() string { return k.AccessKey }

// GoString leaves the secret out of %#v.
func (k NewKey) GoString() string { return k.AccessKey }

// LogValue leaves the secret out of slog.
func (k NewKey) LogValue() slog.Value { return slog.StringValue(k.AccessKey) }

// CreateAccessKey gives a user an access key. Errors: those of identity.State.CreateAccessKey.
func (c *Commands) CreateAccessKey(ctx context.Context, b *commands.Bus, call commands.Call, userID string) (NewKey, domain.Position, error) {
	key, at, err := c.createAccessKey.Do(ctx, b, call, createAccessKey{UserID: userID})
	if err != nil {
		return NewKey{}, at, err
	}
	opened, err := c.open(ctx, key)
	return opened, at, err
}

func (c *Commands) open(ctx context.Context, key identity.AccessKey) (NewKey, error) {
	plain, err := c.keyring.Open(ctx, identity.Account, identity.SecretUse(key.ID), secret.Sealed(key.Secret))
	if err != nil {
		return NewKey{}, fmt.Errorf("open the secret of a new access key: %w", err)
	}
	return NewKey{AccessKey: key.ID, Secret: string(plain)}, nil
}

// decideAccessKey makes a key and leaves the decision to the domain.
func decideAccessKey(keyring *secret.Keyring) func(*identity.State, *domain.Moment, createAccessKey) (identity.AccessKey, []domain.Event, error) {
	return func(s *identity.State, m *domain.Moment, c createAccessKey) (identity.AccessKey, []domain.Event, error) {
		key, err := makeKey(keyring)
		if err != nil {
			return identity.AccessKey{}, nil, err
		}
		return s.CreateAccessKey(m, identity.CreateAccessKey{UserID: c.UserID, Key: key})
	}
}

// sealTimeout bounds how long the writer waits for the keyring's store; commonly the key is cached.
const sealTimeout = 3 * time.Second

// makeKey returns a new access key with its secret sealed.
func makeKey(keyring *secret.Keyring) (identity.KeyParts, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sealTimeout)
	defer cancel()
	accessKey := randomText(20, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
	plain := randomText(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
	sealed, err := keyring.Seal(ctx, identity.Account, identity.SecretUse(accessKey), []byte(plain))
	if err != nil {
		return identity.KeyParts{}, unsealable(err)
	}
	return identity.KeyParts{AccessKey: accessKey, Secret: identity.Sealed(sealed)}, nil
}

func unsealable(cause error) error {
	return fmt.Errorf("%w: %w", domain.Errorf(domain.CodeUnavailable, "secrets cannot be sealed now: try again"), cause)
}

// randomText returns n characters of the alphabet, each as likely as any other: a byte that would
// favour some is thrown away.
func randomText(n int, alphabet string) string {
	fair := byte(256 / len(alphabet) * len(alphabet) % 256)
	text := make([]byte, 0, n)
	for buffer := make([]byte, 2*n); len(text) < n; {
		rand.Read(buffer)
		for _, b := range buffer {
			if (fair == 0 || b < fair) && len(text) < n {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text)
}
