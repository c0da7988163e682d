package testenv

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The files in the directory of the shared PostgreSQL. The two locks stay when all else is removed:
// a process may be waiting for them.
const (
	usersFile   = "users"      // locked (shared) by every process whose tests use the server
	startFile   = "start"      // locked by the one process that starts the keeper
	addressFile = "address"    // the server's URL
	keeperLog   = "keeper.log" // what the keeper did
)

const (
	idleLimit = 10 * time.Second
	lockPoll  = 20 * time.Millisecond
	busyPause = 100 * time.Millisecond
	pingLimit = 2 * time.Second
)

// shared is this process's part in a PostgreSQL that several processes use.
type shared struct {
	dir  string
	idle time.Duration // how long the keeper waits without users

	mu    sync.Mutex
	users *os.File // held locked for as long as this process lives
}

var sharedServer = &shared{
	dir:  filepath.Join(os.TempDir(), "gatelog-test-"+strconv.Itoa(os.Getuid())),
	idle: idleLimit,
}

// join returns the URL of the server, started when it does not answer, and keeps it from being
// stopped until leave or the end of this process.
func (s *shared) join(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	start, err := lockFile(ctx, filepath.Join(s.dir, startFile), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer start.Close()
	for {
		address, err := s.address(ctx)
		if err == nil {
			return address, nil
		}
		if err := s.startKeeper(ctx); err != nil && !errors.Is(err, errBusy) {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("shared PostgreSQL in %s does not answer: %w (%w)", s.dir, err, ctx.Err())
		case <-time.After(busyPause):
		}
	}
}

// enter makes the directory and registers this process as a user.
func (s *shared) enter(ctx context.Context) error {
	if s.users != nil {
		return nil
	}
	if err := ownDir(s.dir); err != nil {
		return err
	}
	users, err := lockFile(ctx, filepath.Join(s.dir, usersFile), syscall.LOCK_SH)
	s.users = users
	return err
}

// leave lets the keeper stop the server as far as this process is concerned.
func (s *shared) leave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		return nil
	}
	users := s.users
	s.users = nil
	return users.Close()
}

// ownDir makes dir so that PostgreSQL's account can pass through it (mode 0711). Somebody else's
// directory of that name is refused.
func ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make test directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("check test directory: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || stat.Uid != uint32(os.Getuid()) {
		return fmt.Errorf("%s is not a directory of this user: remove it", dir)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // whatever the umask
		return fmt.Errorf("open test directory: %w", err)
	}
	return nil
}

// address returns the server's URL if it answers there.
func (s *shared) address(ctx context.Context) (string, error) {
	content, err := os.ReadFile(filepath.Join(s.dir, addressFile))
	if err != nil {
		return "", fmt.Errorf("read address of shared PostgreSQL: %w", err)
	}
	db, err := sql.Open("postgres", string(content))
	if err != nil {
		return "", fmt.Errorf("open shared PostgreSQL: %w", err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		return "", fmt.Errorf("reach shared PostgreSQL: %w", err)
	}
	return string(content), nil
}

// errBusy says that an earlier keeper is still there, starting or ending its server.
var errBusy = errors.New("another keeper is at work")

// startKeeper runs this program again as the keeper and waits until its server is ready.
func (s *shared) startKeeper(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find test program: %w", err)
	}
	log, err := os.Create(filepath.Join(s.dir, keeperLog))
	if err != nil {
		return fmt.Errorf("open keeper's log: %w", err)
	}
	defer log.Close()
	report, send, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("open pipe to keeper: %w", err)
	}
	defer report.Close()
	cmd := exec.Command(self) // no context: it outlives this process
	cmd.Env = append(os.Environ(), keeperEnv+"="+s.dir, keeperIdleEnv+"="+s.idle.String())
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = "/", log, log, []*os.File{send}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	send.Close() // ours: the keeper's end stays open until it has reported or died
	if err != nil {
		return fmt.Errorf("start keeper: %w", err)
	}
	go cmd.Wait() // only so that the system can forget it, should it end before this process
	return readReport(ctx, report)
}

// readReport waits for the keeper's one line: ready, busy, or what went wrong.
func readReport(ctx context.Context, report *os.File) error {
	if deadline, ok := ctx.Deadline(); ok {
		if err := report.SetReadDeadline(deadline); err != nil {
			return fmt.Errorf("wait for keeper: %w", err)
		}
	}
	line, err := io.ReadAll(report)
	if err != nil {
		return fmt.Errorf("wait for keeper: %w", err)
	}
	switch text := strings.TrimSpace(string(line)); text {
	case reportReady:
		return nil
	case reportBusy:
		return errBusy
	case "":
		return errors.New("keeper of shared PostgreSQL died")
	default:
		return errors.New(text)
	}
}

// lockFile opens and locks a file, waiting for others until ctx ends. Closing it unlocks.
func lockFile(ctx context.Context, path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for lock %s: %w", path, ctx.Err()), file.Close())
		case <-time.After(lockPoll):
		}
	}
}
