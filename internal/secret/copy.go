package secret

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// All returns the wrapped keys of all tenants, for a copy of the store.
func (s *KVStore) All(ctx context.Context) (map[string][]byte, error) {
	watch, err := s.kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, fmt.Errorf("read the keys of all tenants: %w", err)
	}
	all, err := gather(ctx, watch)
	return all, errors.Join(err, watch.Stop())
}

// gather takes entries until the watcher has told all that there were.
func gather(ctx context.Context, watch jetstream.KeyWatcher) (map[string][]byte, error) {
	all := map[string][]byte{}
	for {
		select {
		case entry, ok := <-watch.Updates():
			if !ok {
				return nil, errors.New("read the keys of all tenants: the broker went away")
			}
			if entry == nil {
				return all, nil
			}
			tenant, err := tenantOf(entry.Key())
			if err != nil {
				return nil, err
			}
			all[tenant] = entry.Value()
		case <-ctx.Done():
			return nil, fmt.Errorf("read the keys of all tenants: %w", ctx.Err())
		}
	}
}

func tenantOf(key string) (string, error) {
	encoded, ok := strings.CutPrefix(key, "t.")
	tenant, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return "", fmt.Errorf("the entry %q of the key store is no tenant's", key)
	}
	return string(tenant), nil
}

// Restore puts wrapped keys of a copy into the store. A tenant that has another key already is
// ErrConflict: what was sealed with that one could be opened no more. A tenant that has the same is no
// error, so that it can be repeated.
func (s *KVStore) Restore(ctx context.Context, keys map[string][]byte) error {
	for tenant, wrapped := range keys {
		err := s.Create(ctx, tenant, wrapped)
		if errors.Is(err, ErrConflict) {
			err = s.same(ctx, tenant, wrapped)
		}
		if err != nil {
			return fmt.Errorf("restore the key of tenant %q: %w", tenant, err)
		}
	}
	return nil
}

func (s *KVStore) same(ctx context.Context, tenant string, wrapped []byte) error {
	has, found, err := s.Load(ctx, tenant)
	if err == nil && (!found || string(has) != string(wrapped)) {
		return ErrConflict
	}
	return err
}
