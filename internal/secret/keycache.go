package secret

import (
	"sync"
	"time"
)

// keyCache keeps unwrapped keys for a while. It is bounded and safe for concurrent use.
type keyCache struct {
	size     int
	lifetime time.Duration
	now      func() time.Time

	mu    sync.Mutex
	keys  map[string]cachedKey
	drops uint64
}

type cachedKey struct {
	key   *dataKey
	until time.Time
}

func newKeyCache(size int, lifetime time.Duration, now func() time.Time) *keyCache {
	return &keyCache{size: max(size, 1), lifetime: lifetime, now: now, keys: map[string]cachedKey{}}
}

// get returns the tenant's key, nil when it is not cached or its time is over.
func (c *keyCache) get(tenant string) *dataKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	cached, found := c.keys[tenant]
	if !found || !c.now().Before(cached.until) {
		return nil
	}
	return cached.key
}

// generation changes with every drop.
func (c *keyCache) generation() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops
}

// put caches the key unless a key was dropped since generation: it may be the one that was just erased.
func (c *keyCache) put(tenant string, key *dataKey, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops != generation {
		return
	}
	if _, found := c.keys[tenant]; !found && len(c.keys) >= c.size {
		c.makeRoom()
	}
	c.keys[tenant] = cachedKey{key, c.now().Add(c.lifetime)}
}

// makeRoom forgets what is over, or any one key: a key that is missed is one read of the store.
func (c *keyCache) makeRoom() {
	now := c.now()
	for tenant, cached := range c.keys {
		if !now.Before(cached.until) {
			delete(c.keys, tenant)
		}
	}
	for tenant := range c.keys {
		if len(c.keys) < c.size {
			return
		}
		delete(c.keys, tenant)
	}
}

func (c *keyCache) drop(tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.keys, tenant)
	c.drops++
}

func (c *keyCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.keys)
}
