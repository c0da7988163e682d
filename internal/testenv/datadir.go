package testenv

import (
	"os"
	"testing"
)

// DataDir returns an empty directory for a Gatelog under test, removed when the test ends. Unlike
// t.TempDir's, PostgreSQL's account can pass through it when the tests run as root.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatelog-data-")
	if err != nil {
		t.Fatalf("make data directory: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove data directory: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatalf("open data directory: %v", err)
	}
	return dir
}
