package backup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/backup"
)

func TestKeysGoIntoABackupWhenAskedFor(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(10)
	b := write(t, dir, s, small)
	if _, _, err := b.ReadKeys(); !errors.Is(err, backup.ErrNoKeys) {
		t.Errorf("%v, want ErrNoKeys", err)
	}
	keys := map[string][]byte{"t1": {1, 2, 3}, "t2": {4}}
	withKeys := small
	withKeys.Keys = func(context.Context) (map[string][]byte, string, error) { return keys, "m1", nil }
	write(t, dir, s, withKeys)
	keys = map[string][]byte{"t2": {4}} // one was erased
	write(t, dir, s.grow(5), withKeys)
	b = write(t, dir, s.grow(5), small)
	got, at, err := b.ReadKeys()
	if diff := cmp.Diff(keys, got); diff != "" || at != 15 || err != nil || b.Manifest().Keys.MasterKey != "m1" {
		t.Errorf("keys at %d, %v (-want +got):\n%s", at, err, diff)
	}
	files, err := filepath.Glob(dir + "/keys-*")
	if len(files) != 1 || err != nil {
		t.Fatalf("%v, %v, want the newest keys only", files, err)
	}
	if err := os.WriteFile(files[0], []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.ReadKeys(); !errors.Is(err, backup.ErrDamaged) || !errors.Is(b.Verify(t.Context()), backup.ErrDamaged) {
		t.Errorf("changed keys: %v, want ErrDamaged", err)
	}
}
