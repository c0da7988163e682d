package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// MaxPassword is the longest password, in bytes.
const MaxPassword = 1024

// argonParams are the costs of one hash.
type argonParams struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// current is what new hashes cost: OWASP's recommendation for Argon2id, some 30 ms.
var current = argonParams{memory: 19 << 10, passes: 2, threads: 1}

// Bounds of stored hashes, so that a foreign or damaged one can't ask for the machine.
const (
	maxMemory  = 64 << 10 // KiB
	maxPasses  = 16
	maxThreads = 4
	saltLength = 16
	hashLength = 32
)

// hashing bounds the memory of all hashes at once (4 × 19 MiB) and how many requests wait for it.
var hashing = newTurnstile(4, 60)

// HashPassword returns the Argon2id hash of a password of 1 to MaxPassword bytes, with a random salt,
// in PHC form ("$argon2id$v=19$m=…,t=…,p=…$salt$hash"). Errors: ErrOutOfBounds, ErrBusy.
func HashPassword(ctx context.Context, password string) (string, error) {
	if password == "" || len(password) > MaxPassword {
		return "", fmt.Errorf("%w: a password has 1 to %d bytes", ErrOutOfBounds, MaxPassword)
	}
	salt := make([]byte, saltLength)
	rand.Read(salt)
	hash, err := argon(ctx, password, salt, hashLength, current)
	if err != nil {
		return "", err
	}
	return formatPHC(current, salt, hash), nil
}

// CheckPassword returns nil when password is the one that phc was made of, ErrMismatch when not,
// ErrInvalid when phc is no Argon2id hash within bounds, ErrBusy when too many checks are under way.
// With an empty phc (there is no such user) it takes as long as with one and returns ErrMismatch, so
// that the time does not tell which users exist.
func CheckPassword(ctx context.Context, phc, password string) error {
	if len(password) > MaxPassword {
		return ErrMismatch
	}
	params, salt, want := current, make([]byte, saltLength), make([]byte, hashLength)
	if phc != "" {
		var err error
		if params, salt, want, err = parsePHC(phc); err != nil {
			return err
		}
	}
	got, err := argon(ctx, password, salt, uint32(len(want)), params)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, want) != 1 || phc == "" {
		return ErrMismatch
	}
	return nil
}

// argon hashes when its turn comes. ErrBusy when the line is full or ctx ends first.
func argon(ctx context.Context, password string, salt []byte, length uint32, p argonParams) ([]byte, error) {
	leave, err := hashing.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.threads, length), nil
}

var phcBase64 = base64.RawStdEncoding.Strict()

func formatPHC(p argonParams, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.threads,
		phcBase64.EncodeToString(salt), phcBase64.EncodeToString(hash))
}

// parsePHC is the inverse of formatPHC, within bounds.
func parsePHC(phc string) (p argonParams, salt, hash []byte, err error) {
	invalid := fmt.Errorf("%w: want an Argon2id hash in PHC form", ErrInvalid)
	parts := strings.Split(phc, "$")
	if len(phc) > 512 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" ||
		parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, nil, nil, invalid
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return p, nil, nil, invalid
	}
	memory, okM := cost(costs[0], "m=", maxMemory)
	passes, okT := cost(costs[1], "t=", maxPasses)
	threads, okP := cost(costs[2], "p=", maxThreads)
	salt, errSalt := phcBase64.DecodeString(parts[4])
	hash, errHash := phcBase64.DecodeString(parts[5])
	if !okM || !okT || !okP || errSalt != nil || errHash != nil ||
		len(salt) < 8 || len(salt) > 64 || len(hash) < 16 || len(hash) > 64 {
		return p, nil, nil, invalid
	}
	return argonParams{memory, passes, uint8(threads)}, salt, hash, nil
}

func cost(text, name string, limit uint64) (uint32, bool) {
	digits, ok := strings.CutPrefix(text, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), ok && err == nil && n >= 1 && n <= limit
}
