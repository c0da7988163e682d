package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestLockDataDirLetsOneInAtATime(t *testing.T) {
	t.Parallel()
	// Given a directory that does not exist yet, locked
	dir := filepath.Join(t.TempDir(), "new", "data")
	first, err := LockDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	// When another comes, then it is told who has it
	_, err = LockDataDir(dir)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("second lock: %v; want ErrInUse with the holder's process id", err)
	}
	// When it is unlocked (twice does no harm), then another gets it
	for range 2 {
		if err := first.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
	second, err := LockDataDir(dir)
	if err != nil {
		t.Fatalf("lock after unlock: %v", err)
	}
	defer second.Unlock()
}

func TestLockDataDirLetsOthersPassButNotList(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	lock, err := LockDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("mode of data directory is %v (%v), want 0711", info.Mode().Perm(), err)
	}
}

func TestLockDataDirNeedsADirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LockDataDir(file); err == nil || errors.Is(err, ErrInUse) {
		t.Errorf("locking a file: %v; want an error that is not ErrInUse", err)
	}
}
