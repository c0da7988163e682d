package secret

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// KVStore is a Store on a JetStream key-value bucket of its own.
type KVStore struct{ kv jetstream.KeyValue }

// NewKVStore opens the bucket, which it creates with this many replicas (at least 1) in file storage
// with a history of 1. A bucket with fewer replicas gets more; one that could lose keys (in memory, or
// with an age limit) is refused.
func NewKVStore(ctx context.Context, js jetstream.JetStream, bucket string, replicas int) (*KVStore, error) {
	_, err := js.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		_, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucket, Description: "wrapped data keys of tenants", History: 1,
			Storage: jetstream.FileStorage, Replicas: replicas,
		})
		if errors.Is(err, jetstream.ErrBucketExists) { // another node was faster
			_, err = js.KeyValue(ctx, bucket)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key store %s: %w", bucket, err)
	}
	if err := settle(ctx, js, "KV_"+bucket, replicas); err != nil {
		return nil, fmt.Errorf("key store %s: %w", bucket, err)
	}
	kv, err := js.KeyValue(ctx, bucket) // sees what settle changed
	if err != nil {
		return nil, fmt.Errorf("key store %s: %w", bucket, err)
	}
	return &KVStore{kv}, nil
}

// settle checks the stream under the bucket and makes reads go to its leader. Direct reads, which
// buckets allow by default, may be answered by a follower that is behind and does not know of a key.
func settle(ctx context.Context, js jetstream.JetStream, name string, replicas int) error {
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	if config.Storage != jetstream.FileStorage || config.MaxAge != 0 {
		return errors.New("the bucket could lose keys: want file storage and no age limit")
	}
	if !config.AllowDirect && config.Replicas >= replicas {
		return nil
	}
	config.AllowDirect = false
	config.Replicas = max(config.Replicas, replicas)
	_, err = js.UpdateStream(ctx, config)
	return err
}

// Load implements Store.
func (s *KVStore) Load(ctx context.Context, tenant string) ([]byte, bool, error) {
	entry, err := s.kv.Get(ctx, kvKey(tenant))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("load key of tenant %q: %w", tenant, err)
	}
	return entry.Value(), true, nil
}

// Create implements Store.
func (s *KVStore) Create(ctx context.Context, tenant string, wrapped []byte) error {
	_, err := s.kv.Create(ctx, kvKey(tenant), wrapped)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return ErrConflict
	}
	if err != nil {
		return fmt.Errorf("store key of tenant %q: %w", tenant, err)
	}
	return nil
}

// Destroy implements Store. It purges the key: the bucket keeps a marker and no value.
func (s *KVStore) Destroy(ctx context.Context, tenant string) error {
	if err := s.kv.Purge(ctx, kvKey(tenant)); err != nil {
		return fmt.Errorf("destroy key of tenant %q: %w", tenant, err)
	}
	return nil
}

// kvKey encodes the tenant, because a bucket's keys allow few characters.
func kvKey(tenant string) string { return "t." + base64.RawURLEncoding.EncodeToString([]byte(tenant)) }
