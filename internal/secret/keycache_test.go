package secret

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// countingStore counts reads, and fails when told to.
type countingStore struct {
	MemoryStore
	loads  int
	broken error
}

func (s *countingStore) Load(ctx context.Context, tenant string) ([]byte, bool, error) {
	s.loads++
	if s.broken != nil {
		return nil, false, s.broken
	}
	return s.MemoryStore.Load(ctx, tenant)
}

func TestKeysAreCachedForAWhileAndBounded(t *testing.T) {
	t.Parallel()
	store := &countingStore{}
	keyring, clock := onStore(t, store, masterKey(t, "a"))
	sealed := mustSeal(t, keyring, "t", "use", "secret")

	store.loads = 0
	for range 10 {
		mustOpen(t, keyring, "t", "use", sealed)
	}
	if store.loads != 0 {
		t.Errorf("10 opens with a cached key read the store %d times", store.loads)
	}
	clock.advance(time.Minute)
	mustOpen(t, keyring, "t", "use", sealed)
	if store.loads != 1 {
		t.Errorf("an open after the cache's time read the store %d times, want once", store.loads)
	}
	for i := range 50 {
		tenant := fmt.Sprint("tenant", i)
		got := mustOpen(t, keyring, tenant, "use", mustSeal(t, keyring, tenant, "use", tenant))
		if diff := cmp.Diff(tenant, got); diff != "" {
			t.Errorf("secret (-want +got):\n%s", diff)
		}
	}
	if got := keyring.cache.len(); got > 8 {
		t.Errorf("%d keys are cached, want at most 8", got)
	}
}

// A store that does not answer is not an erasure.
func TestStoreErrorsAreNotErasures(t *testing.T) {
	t.Parallel()
	store := &countingStore{}
	keyring, clock := onStore(t, store, masterKey(t, "a"))
	sealed := mustSeal(t, keyring, "t", "use", "secret")
	clock.advance(time.Hour)
	store.broken = context.DeadlineExceeded
	_, err := keyring.Open(t.Context(), "t", "use", sealed)
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrErased) {
		t.Errorf("Open = %v, want %v", err, context.DeadlineExceeded)
	}
	if _, err := keyring.Seal(t.Context(), "t", "use", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Seal = %v, want %v", err, context.DeadlineExceeded)
	}
}

// A key that was read before an erasure must not be cached after it.
func TestCacheRefusesWhatWasReadBeforeADrop(t *testing.T) {
	t.Parallel()
	cache := newKeyCache(8, time.Minute, time.Now)
	before := cache.generation()
	cache.drop("t")
	cache.put("t", &dataKey{id: "erased"}, before)
	if cache.get("t") != nil {
		t.Error("the erased key is cached again")
	}
	cache.put("t", &dataKey{id: "new"}, cache.generation())
	if cache.get("t") == nil {
		t.Error("a key read after the drop is not cached")
	}
}
