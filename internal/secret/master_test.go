package secret

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestNewMasterKeyTakesEverySpelling(t *testing.T) {
	t.Parallel()
	raw := make([]byte, keySize)
	for i := range raw {
		raw[i] = byte(200 + i) // with + and / in base64
	}
	want, err := NewMasterKey(hex.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	spellings := map[string]string{
		"upper-case hex":      strings.ToUpper(hex.EncodeToString(raw)),
		"base64":              base64.StdEncoding.EncodeToString(raw),
		"base64 unpadded":     base64.RawStdEncoding.EncodeToString(raw),
		"base64url":           base64.URLEncoding.EncodeToString(raw),
		"base64url unpadded":  base64.RawURLEncoding.EncodeToString(raw),
		"with white space":    " \t" + base64.StdEncoding.EncodeToString(raw) + "\r\n",
		"hex with a new line": hex.EncodeToString(raw) + "\n",
	}
	for name, text := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := NewMasterKey(text)
			if err != nil || got.ID() != want.ID() {
				t.Errorf("key %s, %v, want %s", got.ID(), err, want.ID())
			}
		})
	}
	other, err := NewMasterKey(strings.Repeat("b", 64))
	if err != nil || other.ID() == want.ID() || len(want.ID()) != masterIDLength {
		t.Errorf("ids of two keys: %q, %q, %v", want.ID(), other.ID(), err)
	}
	if id := (MasterKey{}).ID(); id != "" {
		t.Errorf("id of no key = %q", id)
	}
}

func TestNewMasterKeyRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "too short": strings.Repeat("a", 62), "too long": strings.Repeat("a", 66),
		"not an encoding": strings.Repeat("!", 44), "all zeros": strings.Repeat("0", 64),
		"a passphrase": "correct horse battery staple", "33 bytes": strings.Repeat("A", 44),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewMasterKey(text)
			if !errors.Is(err, ErrOutOfBounds) {
				t.Fatalf("NewMasterKey = %v, want %v", err, ErrOutOfBounds)
			}
			if len(text) > 4 && strings.Contains(fmt.Sprint(err), text[:4]) {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}

func load(t *testing.T, dir, env string) MasterKey {
	t.Helper()
	key, err := LoadMasterKey(dir, env)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestLoadMasterKeyMakesTheFileOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	first := load(t, dir, "")
	info, err := os.Stat(filepath.Join(dir, masterFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file is %s, want 0600", info.Mode())
	}
	if second := load(t, dir, ""); second.ID() != first.ID() {
		t.Error("the second start has another key")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left in the directory: %v, %v, want the key alone", entries, err)
	}
	if other := load(t, t.TempDir(), ""); other.ID() == first.ID() {
		t.Error("two new keys are equal")
	}
}

func TestLoadMasterKeyPrefersTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := load(t, dir, strings.Repeat("a", 64))
	if got.ID() != masterKey(t, "a").ID() {
		t.Error("the key is not the one in the environment")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("files made although the environment has the key: %v, %v", entries, err)
	}
	if _, err := LoadMasterKey(dir, "garbage"); !errors.Is(err, ErrOutOfBounds) {
		t.Errorf("with garbage in the environment: %v, want %v", err, ErrOutOfBounds)
	}
}

func TestLoadMasterKeyOfManyProcessesIsOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ids := make([]string, 16)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			key, err := LoadMasterKey(dir, "")
			if err != nil {
				t.Error(err)
			}
			ids[i] = key.ID()
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("processes got different keys: %v", ids)
		}
	}
}

func TestLoadMasterKeyRefusesTheFile(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("a", 64)
	tests := map[string]struct {
		mode os.FileMode
		text string
	}{
		"readable by the group":  {0o640, good},
		"readable by all":        {0o604, good},
		"writable by the group":  {0o620, good},
		"empty":                  {0o600, ""},
		"cut off":                {0o600, good[:40]},
		"with something behind":  {0o600, good + "\n" + good},
		"far too long to be one": {0o600, strings.Repeat("a", 1<<16)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, masterFile)
			if err := errors.Join(os.WriteFile(path, []byte(tt.text), 0o600), os.Chmod(path, tt.mode)); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadMasterKey(dir, ""); err == nil {
				t.Error("LoadMasterKey took it")
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.text {
				t.Error("the refused file was changed")
			}
		})
	}
	t.Run("a directory", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, masterFile), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadMasterKey(dir, ""); err == nil {
			t.Error("LoadMasterKey took it")
		}
	})
}

func TestLoadMasterKeyNeedsAWritablePlace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadMasterKey(filepath.Join(file, "data"), ""); err == nil {
		t.Error("LoadMasterKey made a key below a file")
	}
}
