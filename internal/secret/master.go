package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// masterFile is the master key's file in the data directory.
const masterFile = "master.key"

const masterIDLength = 16 // hexadecimal digits

// MasterKey is the one key that all others hang on. Whoever loses it loses every sealed secret, so an
// operator backs it up apart from the data. Printed or logged it shows nothing.
type MasterKey struct{ key *[keySize]byte }

// String hides the key.
func (m MasterKey) String() string { return Masked }

// GoString hides the key from %#v.
func (m MasterKey) GoString() string { return Masked }

// Format hides the key from every verb.
func (m MasterKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Masked) }

// LogValue hides the key from slog.
func (m MasterKey) LogValue() slog.Value { return slog.StringValue(Masked) }

// ID names the key without revealing it: 16 hexadecimal digits. It may be logged and compared. The
// zero MasterKey has none.
func (m MasterKey) ID() string {
	key, err := m.derive("gatelog master key id")
	if err != nil {
		return ""
	}
	return hex.EncodeToString(key[:masterIDLength/2])
}

// derive returns the key for one purpose. Keys of different purposes tell nothing about each other.
func (m MasterKey) derive(purpose string) ([]byte, error) {
	if m.key == nil {
		return nil, fmt.Errorf("%w: there is no master key", ErrOutOfBounds)
	}
	return hkdf.Key(sha256.New, m.key[:], nil, purpose, keySize)
}

func (m MasterKey) cipher(purpose string) (cipher.AEAD, error) {
	key, err := m.derive(purpose)
	if err != nil {
		return nil, err
	}
	return newAEAD(key)
}

// NewMasterKey reads a key from text: 32 bytes in base64 (any alphabet, padded or not) or hexadecimal,
// white space around it ignored. The error wraps ErrOutOfBounds and does not repeat the text.
func NewMasterKey(text string) (MasterKey, error) {
	raw := decodeKey(strings.TrimSpace(text))
	if len(raw) != keySize {
		return MasterKey{}, fmt.Errorf("%w: a master key is %d bytes in base64 or hexadecimal", ErrOutOfBounds, keySize)
	}
	key := [keySize]byte(raw)
	if key == [keySize]byte{} {
		return MasterKey{}, fmt.Errorf("%w: the master key is all zeros", ErrOutOfBounds)
	}
	return MasterKey{&key}, nil
}

// decodeKey tries hexadecimal first: 64 such digits would be base64 too, of 48 bytes.
func decodeKey(text string) []byte {
	if raw, err := hex.DecodeString(text); err == nil {
		return raw
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return raw
}

// LoadMasterKey returns the key in env, the value of an environment variable, or when that is empty
// the key in the file master.key of dataDir. On the first start it makes that file (and dataDir), with
// mode 0600 and a random key; of several processes starting at once all get the same one. A file that
// anyone but its owner can read is refused.
func LoadMasterKey(dataDir, env string) (MasterKey, error) {
	if env != "" {
		key, err := NewMasterKey(env)
		if err != nil {
			return MasterKey{}, fmt.Errorf("master key from the environment: %w", err)
		}
		return key, nil
	}
	path := filepath.Join(dataDir, masterFile)
	key, err := readMasterKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createMasterKey(dataDir, path); err != nil {
			return MasterKey{}, fmt.Errorf("create master key %s: %w", path, err)
		}
		key, err = readMasterKey(path)
	}
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key %s: %w", path, err)
	}
	return key, nil
}

func readMasterKey(path string) (MasterKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return MasterKey{}, err
	}
	defer f.Close()
	info, err := f.Stat() // of the open file: it can't be swapped between the check and the reading
	if err != nil {
		return MasterKey{}, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return MasterKey{}, fmt.Errorf("is %s, want a file that only its owner can read: chmod 600", info.Mode())
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return MasterKey{}, err
	}
	return NewMasterKey(string(text))
}

// createMasterKey writes the key beside its place and links it there: the file appears whole or not at
// all, and when another process was faster, its key stays.
func createMasterKey(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, masterFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	var key [keySize]byte
	rand.Read(key[:])
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
