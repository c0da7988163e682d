package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gatelog/gatelog/eventstore"
)

const keysPrefix = "keys-"

// keysName is the name of the file with keys that has a checksum: another one never takes its place, so
// that a run can be interrupted anywhere.
func keysName(sum string) string { return keysPrefix + sum[:min(16, len(sum))] + ".json" }

// keysForm is the form of the file with the keys.
type keysForm struct {
	MasterKey string            `json:"master_key"` // id of the master key, not the key
	Keys      map[string][]byte `json:"keys"`       // by tenant, wrapped with the master key
}

// writeKeys puts the wrapped keys of all tenants into the backup, in the place of those that it has.
func (b *Backup) writeKeys(keys map[string][]byte, masterKey string) error {
	text, err := json.MarshalIndent(keysForm{masterKey, keys}, "", "  ")
	if err != nil {
		return err
	}
	hash := sha256.Sum256(text)
	sum := hex.EncodeToString(hash[:])
	if err := b.write(keysName(sum), text); err != nil {
		return err
	}
	b.manifest.Keys = &Keys{File: keysName(sum), SHA256: sum, Position: b.manifest.Head, MasterKey: masterKey}
	if err := b.save(); err != nil {
		return err
	}
	return b.tidy()
}

// ErrNoKeys says that a backup was made without the keys of tenants.
var ErrNoKeys = errors.New("the backup has no keys of tenants")

// ReadKeys returns the wrapped keys of tenants and the position up to which all events can do with them,
// or ErrNoKeys.
func (b *Backup) ReadKeys() (map[string][]byte, eventstore.Position, error) {
	k := b.manifest.Keys
	if k == nil {
		return nil, 0, ErrNoKeys
	}
	if err := b.checkFile(k.File, k.SHA256); err != nil {
		return nil, 0, err
	}
	text, err := os.ReadFile(filepath.Join(b.dir, k.File))
	if err != nil {
		return nil, 0, fmt.Errorf("backup: %w", err)
	}
	var form keysForm
	if err := json.Unmarshal(text, &form); err != nil {
		return nil, 0, fmt.Errorf("%w: %s: %w", ErrDamaged, k.File, err)
	}
	return form.Keys, k.Position, nil
}
