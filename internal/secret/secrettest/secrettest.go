// Package secrettest makes keys for tests.
package secrettest

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/secret"
)

// Master returns a master key, the same one each time.
func Master(t testing.TB) secret.MasterKey {
	t.Helper()
	master, err := secret.NewMasterKey(strings.Repeat("ab", 32))
	if err != nil {
		t.Fatal(err)
	}
	return master
}

// Keyring returns a new keyring in memory beneath Master.
func Keyring(t testing.TB) *secret.Keyring {
	t.Helper()
	keyring, err := secret.NewKeyring(&secret.MemoryStore{}, Master(t), secret.KeyringOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return keyring
}
