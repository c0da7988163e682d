package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOpenGivesBackWhatWasSealed(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		tenant := rapid.StringN(1, 20, maxTenant).Draw(t, "tenant")
		use := rapid.StringN(1, 20, maxUse).Draw(t, "use")
		want := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plaintext")
		sealed, err := bundle.Seal(context.Background(), tenant, use, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bundle.Open(context.Background(), tenant, use, sealed)
		if err != nil || string(got) != string(want) {
			t.Fatalf("Open = %q, %v, want %q", got, err, want)
		}
	})
}

func TestSealedTwiceDiffers(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	first := mustSeal(t, bundle.Keyring, "t", "use", "same")
	if second := mustSeal(t, bundle.Keyring, "t", "use", "same"); first == second {
		t.Error("equal secrets have equal sealed texts")
	}
}

func TestOpenRefusesAnyAlteration(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	sealed := mustSeal(t, bundle.Keyring, "t", "use", "secret")
	for i := range len(sealed) {
		altered := []byte(sealed)
		altered[i] ^= 1
		_, err := bundle.Open(t.Context(), "t", "use", Sealed(altered))
		if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrErased) {
			t.Errorf("with byte %d changed: Open = %v, want %v or %v", i, err, ErrInvalid, ErrErased)
		}
	}
	for _, cut := range []Sealed{sealed[:len(sealed)-1], sealed + "A", sealed + "=", sealed + "\n", sealed[:20], sealed[3:], ""} {
		if _, err := bundle.Open(t.Context(), "t", "use", cut); !errors.Is(err, ErrInvalid) {
			t.Errorf("Open of %d of %d characters = %v, want %v", len(cut), len(sealed), err, ErrInvalid)
		}
	}
}

func TestOpenNeedsTheSameTenantAndUse(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	sealed := mustSeal(t, bundle.Keyring, "tenant", "user/1/password", "secret")
	mustSeal(t, bundle.Keyring, "tenant2", "use", "has a key too")
	tests := map[string]struct {
		tenant, use string
		want        error
	}{
		"another use":               {"tenant", "user/2/password", ErrInvalid},
		"another tenant":            {"tenant2", "user/1/password", ErrErased},
		"a tenant without a key":    {"tenant3", "user/1/password", ErrErased},
		"the boundary moved":        {"tenantuser", "/1/password", ErrErased},
		"the boundary moved inside": {"tenant", "user/1/passwor", ErrInvalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := bundle.Open(t.Context(), tt.tenant, tt.use, sealed); !errors.Is(err, tt.want) {
				t.Errorf("Open = %q, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// The stored key itself is bound to its tenant: moved to another, it opens nothing.
func TestStoredKeyBelongsToItsTenant(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	sealed := mustSeal(t, bundle.Keyring, "a", "use", "secret")
	bundle.store.keys["b"] = bundle.store.keys["a"]
	if _, err := bundle.Open(t.Context(), "b", "use", sealed); !errors.Is(err, ErrInvalid) {
		t.Errorf("Open = %v, want %v", err, ErrInvalid)
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	old := mustSeal(t, bundle.Keyring, "t", "use", "secret")
	others := mustSeal(t, bundle.Keyring, "u", "use", "of another tenant")

	if err := bundle.Erase(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Open(t.Context(), "t", "use", old); !errors.Is(err, ErrErased) {
		t.Errorf("Open after Erase = %v, want %v", err, ErrErased)
	}
	if got := mustOpen(t, bundle.Keyring, "u", "use", others); got != "of another tenant" {
		t.Errorf("the other tenant's secret = %q", got)
	}
	if err := bundle.Erase(t.Context(), "t"); err != nil {
		t.Errorf("Erase of nothing = %v", err)
	}

	// When the tenant has secrets again, then under a new key, and the old ones stay erased.
	fresh := mustSeal(t, bundle.Keyring, "t", "use", "new")
	if got := mustOpen(t, bundle.Keyring, "t", "use", fresh); got != "new" {
		t.Errorf("Open of a new secret = %q", got)
	}
	if _, err := bundle.Open(t.Context(), "t", "use", old); !errors.Is(err, ErrErased) {
		t.Errorf("Open of the old secret = %v, want %v", err, ErrErased)
	}
}

func TestEraseReachesOtherNodes(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	other, otherClock := onStore(t, bundle.store, masterKey(t, "a"))
	old := mustSeal(t, bundle.Keyring, "t", "use", "secret")
	if got := mustOpen(t, other, "t", "use", old); got != "secret" {
		t.Fatalf("the other node opens %q", got)
	}
	if err := bundle.Erase(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	fresh := mustSeal(t, bundle.Keyring, "t", "use", "new")

	// A value under the new key is opened at once, although the other node has the old key cached.
	if got := mustOpen(t, other, "t", "use", fresh); got != "new" {
		t.Errorf("the other node opens %q, want the new secret", got)
	}
	otherClock.advance(time.Minute)
	if _, err := other.Open(t.Context(), "t", "use", old); !errors.Is(err, ErrErased) {
		t.Errorf("Open on the other node after the cache's time = %v, want %v", err, ErrErased)
	}
}

func TestManyNodesMakeOneKey(t *testing.T) {
	t.Parallel()
	store := &MemoryStore{}
	var wg sync.WaitGroup
	sealed := make([]Sealed, 16)
	for i := range sealed {
		node, _ := onStore(t, store, masterKey(t, "a"))
		wg.Go(func() {
			var err error
			if sealed[i], err = node.Seal(context.Background(), "t", "use", []byte("x")); err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	node, _ := onStore(t, store, masterKey(t, "a"))
	for _, s := range sealed {
		if got := mustOpen(t, node, "t", "use", s); got != "x" {
			t.Errorf("Open = %q", got)
		}
	}
}

func TestWrongMasterKeyIsNamed(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	sealed := mustSeal(t, bundle.Keyring, "t", "use", "secret")
	other, _ := onStore(t, bundle.store, masterKey(t, "b"))
	if _, err := other.Open(t.Context(), "t", "use", sealed); !errors.Is(err, ErrWrongMasterKey) {
		t.Errorf("Open = %v, want %v", err, ErrWrongMasterKey)
	}
	if _, err := other.Seal(t.Context(), "t", "use", nil); !errors.Is(err, ErrWrongMasterKey) {
		t.Errorf("Seal = %v, want %v", err, ErrWrongMasterKey)
	}
	if _, err := NewKeyring(bundle.store, MasterKey{}, KeyringOptions{}); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("NewKeyring without a master key = %v, want %v", err, ErrOutOfBounds)
	}
}

func TestDamagedStoredKey(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	sealed := mustSeal(t, bundle.Keyring, "t", "use", "secret")
	whole := bundle.store.keys["t"]
	damages := map[string][]byte{
		"empty": {}, "cut": whole[:len(whole)-1], "longer": append(whole[:len(whole):len(whole)], 0),
		"of a later version": append([]byte{2}, whole[1:]...),
	}
	for _, i := range []int{1 + masterIDLength, len(whole) / 2, len(whole) - 1} {
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 1
		damages[fmt.Sprintf("byte %d flipped", i)] = flipped
	}
	for name, stored := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &MemoryStore{keys: map[string][]byte{"t": stored}}
			node, _ := onStore(t, store, masterKey(t, "a"))
			if _, err := node.Open(t.Context(), "t", "use", sealed); !errors.Is(err, ErrInvalid) {
				t.Errorf("Open = %v, want %v", err, ErrInvalid)
			}
		})
	}
}

func TestKeyringBounds(t *testing.T) {
	t.Parallel()
	bundle := setup(t)
	tests := map[string]struct {
		tenant, use string
		length      int
		want        error
	}{
		"the most there is": {strings.Repeat("t", maxTenant), strings.Repeat("u", maxUse), MaxPlaintext, nil},
		"no tenant":         {"", "u", 1, ErrOutOfBounds},
		"a long tenant":     {strings.Repeat("t", maxTenant+1), "u", 1, ErrOutOfBounds},
		"no use":            {"t", "", 1, ErrOutOfBounds},
		"a long use":        {"t", strings.Repeat("u", maxUse+1), 1, ErrOutOfBounds},
		"a long secret":     {"t", "u", MaxPlaintext + 1, ErrOutOfBounds},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sealed, err := bundle.Seal(t.Context(), tt.tenant, tt.use, make([]byte, tt.length))
			if !errors.Is(err, tt.want) {
				t.Fatalf("Seal = %v, want %v", err, tt.want)
			}
			if err == nil && len(mustOpen(t, bundle.Keyring, tt.tenant, tt.use, sealed)) != tt.length {
				t.Error("the longest secret does not come back whole")
			}
		})
	}
	if _, err := bundle.Open(t.Context(), "", "u", "v1.x.y"); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("Open without a tenant = %v, want %v", err, ErrOutOfBounds)
	}
	if err := bundle.Erase(t.Context(), ""); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("Erase without a tenant = %v, want %v", err, ErrOutOfBounds)
	}
	if _, err := bundle.Open(t.Context(), "t", "u", Sealed(strings.Repeat("v", maxSealed+1))); !errors.Is(err, ErrInvalid) {
		t.Errorf("Open of a long text = %v, want %v", err, ErrInvalid)
	}
}

// erasingStore loses every key as soon as it is made.
type erasingStore struct{ MemoryStore }

func (s *erasingStore) Create(context.Context, string, []byte) error { return nil }

func TestSealGivesUpWhenKeysVanish(t *testing.T) {
	t.Parallel()
	keyring, _ := onStore(t, &erasingStore{}, masterKey(t, "a"))
	if _, err := keyring.Seal(t.Context(), "t", "use", nil); !errors.Is(err, ErrErased) {
		t.Errorf("Seal = %v, want %v", err, ErrErased)
	}
}

// What the first version stored for the tenant "tenant" under the master key aa…aa.
const (
	exampleWrapped = "0164646465613635663434383732333336626563383962663664396164363161337b1f5d11363ff816e56e451632972d" +
		"67e9efc1a6c4b19dc2dce5994ba9f75c3784b106e8f020f83ed9604d5a29b0ee8528f2d3b8d8cff6d62204c797d160ee" +
		"421d97ad1f58e44104"
	exampleSealed = Sealed("v1.bec89bf6d9ad61a3.owI-CzeKtuvfLQQX64GwvENSj8moIIMYM6j9bCF32TeB1arUF7otlLLCcoTK7Y4Et7ll5Z0")
)

// The sealed form is stored for ever: a value made by the first version must open for good.
func TestStoredExamplesStillOpen(t *testing.T) {
	t.Parallel()
	store := &MemoryStore{keys: map[string][]byte{"tenant": unhex(t, exampleWrapped)}}
	keyring, _ := onStore(t, store, masterKey(t, "a"))
	if got := mustOpen(t, keyring, "tenant", "user/1/password", exampleSealed); got != "correct horse" {
		t.Errorf("Open = %q", got)
	}
}

func BenchmarkOpen(b *testing.B) {
	bundle := setup(b)
	sealed := mustSeal(b, bundle.Keyring, "t", "use", "a password of a backend")
	b.ReportAllocs()
	for b.Loop() {
		mustOpen(b, bundle.Keyring, "t", "use", sealed)
	}
}
