package secret

import (
	"cmp"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Bounds of what a Keyring takes, in bytes.
const (
	// MaxPlaintext is the longest secret that can be sealed: 4 MiB, ample for the recorded answer of the largest batch.
	MaxPlaintext = 4 << 20
	maxTenant    = 256
	maxUse       = 512
	maxSealed    = (MaxPlaintext+overhead)*4/3 + 64
)

const (
	keyIDLength  = 16 // hexadecimal digits
	wrapVersion  = 1
	createTrials = 4
)

// KeyringOptions tune a Keyring; zero values mean the defaults.
type KeyringOptions struct {
	// CacheSize is how many tenants' keys are kept unwrapped in memory. Default 4096.
	CacheSize int
	// CacheFor is how long a key is used without asking the Store again, and so how long an erasure
	// takes to reach the other nodes. Default one minute.
	CacheFor time.Duration
	// Now is the clock of the cache. Default time.Now.
	Now func() time.Time
}

// Keyring seals and opens secrets of tenants. It is safe for concurrent use.
type Keyring struct {
	store    Store
	wrapping cipher.AEAD
	masterID string
	cache    *keyCache
}

// dataKey is a tenant's key, unwrapped.
type dataKey struct {
	id   string
	aead cipher.AEAD
}

// NewKeyring returns a keyring whose tenants' keys are in store, wrapped with master. The error wraps
// ErrOutOfBounds when master is the zero value.
func NewKeyring(store Store, master MasterKey, o KeyringOptions) (*Keyring, error) {
	wrapping, err := master.cipher("gatelog wrapping of tenant keys")
	if err != nil {
		return nil, err
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	cache := newKeyCache(cmp.Or(o.CacheSize, 4096), cmp.Or(o.CacheFor, time.Minute), now)
	return &Keyring{store: store, wrapping: wrapping, masterID: master.ID(), cache: cache}, nil
}

// Seal encrypts plaintext (at most MaxPlaintext bytes) for a tenant (1 to 256 bytes) and a use (1 to 512
// bytes) that says what the secret is, e.g. "user/<id>/password". Only Open with both gives it back.
// The tenant's first secret makes its key. Errors: ErrOutOfBounds, ErrWrongMasterKey, those of the
// Store.
func (k *Keyring) Seal(ctx context.Context, tenant, use string, plaintext []byte) (Sealed, error) {
	if err := checkUse(tenant, use); err != nil {
		return "", err
	}
	if len(plaintext) > MaxPlaintext {
		return "", fmt.Errorf("%w: a secret has at most %d bytes", ErrOutOfBounds, MaxPlaintext)
	}
	key, err := k.getOrCreate(ctx, tenant)
	if err != nil {
		return "", fmt.Errorf("seal %q of tenant %q: %w", use, tenant, err)
	}
	return newSealed(key.id, seal(key.aead, plaintext, sealedFor(tenant, use, key.id))), nil
}

// Open returns what Seal encrypted for the same tenant and use. It returns ErrErased when the key
// that it was sealed with is gone, ErrInvalid when the value was altered or sealed for another use,
// ErrWrongMasterKey, ErrOutOfBounds, and errors of the Store.
func (k *Keyring) Open(ctx context.Context, tenant, use string, sealed Sealed) ([]byte, error) {
	if err := checkUse(tenant, use); err != nil {
		return nil, err
	}
	keyID, ciphertext, err := sealed.parse()
	if err != nil {
		return nil, err
	}
	key, err := k.getByID(ctx, tenant, keyID)
	if err != nil {
		return nil, fmt.Errorf("open %q of tenant %q: %w", use, tenant, err)
	}
	plaintext, err := open(key.aead, ciphertext, sealedFor(tenant, use, key.id))
	if err != nil {
		return nil, fmt.Errorf("open %q of tenant %q: %w", use, tenant, err)
	}
	return plaintext, nil
}

// SealText is Seal for callers that keep what is sealed as plain text: it implements commands.Sealer.
func (k *Keyring) SealText(ctx context.Context, tenant, use string, plaintext []byte) (string, error) {
	sealed, err := k.Seal(ctx, tenant, use, plaintext)
	return string(sealed), err
}

// OpenText is Open for what SealText sealed.
func (k *Keyring) OpenText(ctx context.Context, tenant, use, sealed string) ([]byte, error) {
	return k.Open(ctx, tenant, use, Sealed(sealed))
}

// Erase destroys the tenant's key: none of its sealed secrets can be opened again, here at once, on
// other nodes after CacheFor. Secrets sealed later get a new key; what another node seals in that time
// may be under the old one, and lost.
func (k *Keyring) Erase(ctx context.Context, tenant string) error {
	if err := checkUse(tenant, "erase"); err != nil {
		return err
	}
	err := k.store.Destroy(ctx, tenant)
	k.cache.drop(tenant) // also when the outcome is unknown
	if err != nil {
		return fmt.Errorf("erase secrets of tenant %q: %w", tenant, err)
	}
	return nil
}

func checkUse(tenant, use string) error {
	if tenant == "" || len(tenant) > maxTenant || use == "" || len(use) > maxUse {
		return fmt.Errorf("%w: tenant has 1 to %d bytes, use 1 to %d", ErrOutOfBounds, maxTenant, maxUse)
	}
	return nil
}

func sealedFor(tenant, use, keyID string) []byte {
	return bind("gatelog sealed "+sealedVersion, tenant, use, keyID)
}

// getByID returns the tenant's key if it has this id. A cached key with another id may be out of date
// (erased and made again elsewhere), so the store decides.
func (k *Keyring) getByID(ctx context.Context, tenant, id string) (*dataKey, error) {
	if key := k.cache.get(tenant); key != nil && key.id == id {
		return key, nil
	}
	key, err := k.load(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if key == nil || key.id != id {
		return nil, ErrErased
	}
	return key, nil
}

func (k *Keyring) getOrCreate(ctx context.Context, tenant string) (*dataKey, error) {
	if key := k.cache.get(tenant); key != nil {
		return key, nil
	}
	for range createTrials {
		key, err := k.load(ctx, tenant)
		if key != nil || err != nil {
			return key, err
		}
		// What was created is loaded again, not used as it is: whoever wins, all use the stored key.
		if err := k.create(ctx, tenant); err != nil && !errors.Is(err, ErrConflict) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the tenant's key is destroyed again and again: %w", ErrErased)
}

// load returns the tenant's key from the store, nil when there is none.
func (k *Keyring) load(ctx context.Context, tenant string) (*dataKey, error) {
	generation := k.cache.generation()
	wrapped, found, err := k.store.Load(ctx, tenant)
	if err != nil || !found {
		return nil, err
	}
	key, err := k.unwrap(tenant, wrapped)
	if err != nil {
		return nil, err
	}
	k.cache.put(tenant, key, generation)
	return key, nil
}

func (k *Keyring) create(ctx context.Context, tenant string) error {
	var id [keyIDLength / 2]byte
	var key [keySize]byte
	rand.Read(id[:])
	rand.Read(key[:])
	return k.store.Create(ctx, tenant, k.wrap(tenant, hex.EncodeToString(id[:]), key[:]))
}

// wrap returns version, id of the master key, id of the key (both as text) and the encrypted key.
func (k *Keyring) wrap(tenant, id string, key []byte) []byte {
	head := string([]byte{wrapVersion}) + k.masterID + id
	return append([]byte(head), seal(k.wrapping, key, bind("gatelog tenant key", head, tenant))...)
}

func (k *Keyring) unwrap(tenant string, wrapped []byte) (*dataKey, error) {
	const masterEnd = 1 + masterIDLength
	const headEnd = masterEnd + keyIDLength
	if len(wrapped) != headEnd+keySize+overhead || wrapped[0] != wrapVersion {
		return nil, fmt.Errorf("the tenant's stored key is damaged or of a later version: %w", ErrInvalid)
	}
	head := string(wrapped[:headEnd])
	if head[1:masterEnd] != k.masterID {
		return nil, fmt.Errorf("%w: it is %s, the key was wrapped with %s", ErrWrongMasterKey, k.masterID, head[1:masterEnd])
	}
	key, err := open(k.wrapping, wrapped[headEnd:], bind("gatelog tenant key", head, tenant))
	if err != nil {
		return nil, fmt.Errorf("the tenant's stored key is damaged: %w", err)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &dataKey{id: head[masterEnd:], aead: aead}, nil
}
