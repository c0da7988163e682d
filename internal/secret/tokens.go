package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"strings"
)

const (
	// MaxClaims is the most that a token carries, in bytes.
	MaxClaims   = 4 << 10
	tokenPrefix = "v1."
	maxToken    = len(tokenPrefix) + (MaxClaims+overhead+2)/3*4
)

// Tokens makes and opens bearer tokens that need no storage: the claims themselves, encrypted and
// authenticated. What they mean, when they expire and who may have been locked out since is the
// caller's to say in the claims and to check. It is safe for concurrent use.
type Tokens struct {
	aead    cipher.AEAD
	purpose []byte
}

// NewTokens returns the tokens of one purpose ("login", "download" …): those of another purpose or
// another master key are ErrInvalid. The error wraps ErrOutOfBounds when master is the zero value.
func NewTokens(master MasterKey, purpose string) (*Tokens, error) {
	aead, err := master.cipher("gatelog bearer tokens")
	if err != nil {
		return nil, err
	}
	return &Tokens{aead: aead, purpose: bind("gatelog token", purpose)}, nil
}

// Issue returns a token with these claims, at most MaxClaims bytes (ErrOutOfBounds beyond). It is
// URL-safe, 4/3 as long as the claims and some 60 characters, and different every time.
func (t *Tokens) Issue(claims []byte) (string, error) {
	if len(claims) > MaxClaims {
		return "", fmt.Errorf("%w: a token carries at most %d bytes", ErrOutOfBounds, MaxClaims)
	}
	return tokenPrefix + base64url.EncodeToString(seal(t.aead, claims, t.purpose)), nil
}

// Open returns the claims of a token, or ErrInvalid.
func (t *Tokens) Open(token string) ([]byte, error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(token) > maxToken {
		return nil, ErrInvalid
	}
	sealed, err := decode(text)
	if err != nil {
		return nil, ErrInvalid
	}
	return open(t.aead, sealed, t.purpose)
}

// NewToken returns 256 random bits as 43 URL-safe characters: an API key, a secret access key.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64url.EncodeToString(b[:])
}
