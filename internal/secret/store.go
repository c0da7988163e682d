package secret

import (
	"context"
	"slices"
	"sync"
)

// Store keeps the wrapped data keys of tenants, outside the log. Implementations are safe for
// concurrent use, and a key is durable when Create returns.
type Store interface {
	// Load returns the wrapped key of the tenant, found false when it has none. It must see every
	// Create and Destroy that returned before, on any node: a stale 'none' would pass for an erasure.
	Load(ctx context.Context, tenant string) (wrapped []byte, found bool, err error)
	// Create stores the tenant's key unless it has one; then it returns ErrConflict.
	Create(ctx context.Context, tenant string, wrapped []byte) error
	// Destroy removes the tenant's key for good. A tenant without one is no error.
	Destroy(ctx context.Context, tenant string) error
}

// MemoryStore is a Store in memory, for tests. The zero value is ready.
type MemoryStore struct {
	mu   sync.Mutex
	keys map[string][]byte
}

// Load implements Store.
func (s *MemoryStore) Load(ctx context.Context, tenant string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wrapped, found := s.keys[tenant]
	return slices.Clone(wrapped), found, ctx.Err()
}

// Create implements Store.
func (s *MemoryStore) Create(ctx context.Context, tenant string, wrapped []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.keys[tenant]; found {
		return ErrConflict
	}
	if s.keys == nil {
		s.keys = map[string][]byte{}
	}
	s.keys[tenant] = slices.Clone(wrapped)
	return ctx.Err()
}

// Destroy implements Store.
func (s *MemoryStore) Destroy(ctx context.Context, tenant string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, tenant)
	return ctx.Err()
}
