package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// ErrInUse says that another process, or another part of this one, holds a data directory.
var ErrInUse = errors.New("in use by another process")

// dataDirMode lets the account that runs PostgreSQL pass through a data directory of root's without
// listing it; what lies inside has modes of its own.
const dataDirMode = 0o711

// DirLock is the right to use a data directory, held until Unlock or the end of the process, however
// it ends.
type DirLock struct {
	file *os.File
	once sync.Once
	err  error
}

// LockDataDir makes dir when it is missing (mode 0711) and takes it for this process. The error wraps
// ErrInUse, and names the holder's process id, when somebody else has it. It never waits.
func LockDataDir(dir string) (*DirLock, error) {
	return lockFile(dir, "gatelog.lock")
}

// lockFile takes the named lock of a data directory. Broker and Postgres each have one, so that
// neither ever runs twice on the same files, even where the caller did not lock the directory.
func lockFile(dir, name string) (*DirLock, error) {
	if err := os.MkdirAll(dir, dataDirMode); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock of data directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		return nil, fmt.Errorf("data directory %s is %w%s; stop that one or choose another data directory",
			dir, ErrInUse, holder(file))
	}
	if err := writeHolder(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &DirLock{file: file}, nil
}

// Unlock gives the directory back. Further calls do nothing.
func (l *DirLock) Unlock() error {
	l.once.Do(func() { l.err = l.file.Close() })
	return l.err
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("write lock file: %w", err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("write lock file: %w", err)
	}
	return nil
}

func holder(file *os.File) string {
	content, err := io.ReadAll(io.LimitReader(file, 32))
	pid := strings.TrimSpace(string(content))
	if err != nil || pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
