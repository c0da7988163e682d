package secret

import (
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"
)

func masterKey(t testing.TB, digit string) MasterKey {
	t.Helper()
	key, err := NewMasterKey(strings.Repeat(digit, 2*keySize))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

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

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// testBundle is a keyring in memory.
type testBundle struct {
	*Keyring
	store *MemoryStore
	clock *clock
}

func setup(t testing.TB) *testBundle {
	t.Helper()
	store := &MemoryStore{}
	keyring, clock := onStore(t, store, masterKey(t, "a"))
	return &testBundle{keyring, store, clock}
}

// onStore returns one more node's keyring.
func onStore(t testing.TB, store Store, master MasterKey) (*Keyring, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	keyring, err := NewKeyring(store, master, KeyringOptions{CacheSize: 8, CacheFor: time.Minute, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	return keyring, c
}

func mustSeal(t testing.TB, k *Keyring, tenant, use, plaintext string) Sealed {
	t.Helper()
	sealed, err := k.Seal(t.Context(), tenant, use, []byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func mustOpen(t testing.TB, k *Keyring, tenant, use string, sealed Sealed) string {
	t.Helper()
	plaintext, err := k.Open(t.Context(), tenant, use, sealed)
	if err != nil {
		t.Fatal(err)
	}
	return string(plaintext)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
