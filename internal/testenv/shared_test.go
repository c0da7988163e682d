package testenv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	testIdle  = 200 * time.Millisecond
	testLimit = 20 * time.Second
)

// ownShared is a shared server of the test's own, gone when the test ends.
func ownShared(t *testing.T) *shared {
	t.Helper()
	s := &shared{dir: DataDir(t), idle: testIdle}
	t.Cleanup(func() {
		if err := s.leave(); err != nil {
			t.Errorf("leave: %v", err)
		}
		eventually(t, "the keeper has ended", func() bool { return !held(filepath.Join(s.dir, "postgres.lock")) })
	})
	return s
}

func join(t *testing.T, s *shared) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testLimit)
	defer cancel()
	address, err := s.join(ctx)
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	return address
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(testLimit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Errorf("not within %s: %s", testLimit, what)
			return
		case <-tick.C:
		}
	}
}

func held(lock string) bool {
	file, err := tryLock(lock)
	if err != nil {
		return true
	}
	return file.Close() != nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// kill sends SIGKILL to the process whose number a file begins with, and returns it.
func kill(t *testing.T, file string) int {
	t.Helper()
	pid := pidIn(file)
	if pid <= 0 {
		t.Fatalf("%s names no process", file)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	return pid
}

// pidIn returns the number in a file's first line, or 0.
func pidIn(file string) int {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return 0
	}
	return pid
}

func TestSharedServerIsRemovedAfterItsLastUser(t *testing.T) {
	t.Parallel()
	// Given a server with two users
	first := ownShared(t)
	second := &shared{dir: first.dir, idle: testIdle}
	if join(t, first) != join(t, second) {
		t.Fatal("the users got different servers")
	}
	// When one leaves, then the server stays
	if err := first.leave(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.address(t.Context()); err != nil {
		t.Fatalf("the server left with its first user: %v", err)
	}
	// When the other leaves too, then nothing remains
	if err := second.leave(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "database files are removed", func() bool { return !exists(filepath.Join(first.dir, "postgres")) })
	eventually(t, "the address is removed", func() bool { return !exists(filepath.Join(first.dir, addressFile)) })
}

func TestSharedServerStartsOnceForAll(t *testing.T) {
	t.Parallel()
	first := ownShared(t)
	addresses := make([]string, 4)
	var all sync.WaitGroup
	for i := range addresses {
		all.Go(func() {
			s := &shared{dir: first.dir, idle: testIdle}
			defer s.leave()
			addresses[i] = join(t, s)
		})
	}
	want := join(t, first)
	all.Wait()
	for i, got := range addresses {
		if got != want {
			t.Errorf("user %d got %q, want %q", i, got, want)
		}
	}
}

func TestSharedServerComesBackAfterKill(t *testing.T) {
	t.Parallel()
	for name, victim := range map[string]string{
		"of the server": "postgres/postmaster.pid",
		"of its keeper": "postgres.lock",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ownShared(t)
			before := join(t, s)
			file := filepath.Join(s.dir, victim)
			killed := kill(t, file)
			eventually(t, "another process serves at the same address", func() bool {
				pid := pidIn(file)
				return join(t, s) == before && pid != 0 && pid != killed
			})
		})
	}
}

func TestSharedServerReplacesFilesThatAreNoGood(t *testing.T) {
	t.Parallel()
	s := ownShared(t)
	if err := os.Mkdir(filepath.Join(s.dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	join(t, s)
}

func TestSharedDirectoryOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	s := &shared{dir: link, idle: testIdle}
	if address, err := s.join(t.Context()); err == nil {
		t.Fatalf("joined %s through a link", address)
	}
}

func TestKeeperSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line string
		want error
	}{
		"ready":  {line: "ready"},
		"busy":   {line: "busy", want: errBusy},
		"died":   {line: "", want: errors.New("keeper of shared PostgreSQL died")},
		"failed": {line: "no space left", want: errors.New("no space left")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, send, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer report.Close()
			if _, err := send.WriteString(c.line); err != nil {
				t.Fatal(err)
			}
			if err := send.Close(); err != nil {
				t.Fatal(err)
			}
			got := readReport(t.Context(), report)
			if (got == nil) != (c.want == nil) || got != nil && got.Error() != c.want.Error() {
				t.Errorf("report %q is read as %v, want %v", c.line, got, c.want)
			}
		})
	}
}
