package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatelog/gatelog/internal/node"
)

// build makes the server's binary: what is measured is the program that users run.
func build(ctx context.Context, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "github.com/gatelog/gatelog/cmd/gatelog")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, text)
	}
	return nil
}

// server is a running process that serves HTTP: Gatelog, or the bare handler.
type server struct {
	caller
	dir   string
	cmd   *exec.Cmd
	log   *os.File
	gone  chan error
	began time.Time
	ready time.Duration // from the start of the process until it said so
	pprof string        // address of its profiles

	written time.Duration // from the start of the process until the first write was acknowledged
	refused int           // writes before
}

const (
	readyWithin = 90 * time.Second
	stopWithin  = 15 * time.Second
	pollReady   = 2 * time.Millisecond
)

// start runs 'gatelog serve' on a data directory and waits until it is ready.
func (b *bench) start(ctx context.Context, dir string) (*server, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	env := []string{"GATELOG_HTTP_ADDR=" + addr, "GATELOG_DATA_DIR=" + dir, "GATELOG_LOG_LEVEL=warn"}
	profiles := ""
	if b.profile != nil {
		if profiles, err = freeAddr(ctx); err != nil {
			return nil, err
		}
		env = append(env, "GATELOG_PPROF_ADDR="+profiles)
	}
	s, err := launch(ctx, exec.Command(b.binary, "serve"), dir, addr, "/readyz", env)
	if err != nil {
		return nil, err
	}
	s.pprof = profiles
	if s.Credentials, err = awaitCredentials(ctx, dir); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// launch starts a process and waits until it answers a path with 200.
func launch(ctx context.Context, cmd *exec.Cmd, dir, addr, path string, env []string) (*server, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the private Postgres runs as another user
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "output.log"))
	if err != nil {
		return nil, err
	}
	s := &server{caller: caller{addr: addr}, dir: dir, cmd: cmd, log: log, gone: make(chan error, 1)}
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	// An interrupt at the terminal is for this program, which stops the servers in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	s.began = time.Now()
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { s.gone <- cmd.Wait() }()
	if err := s.awaitReady(ctx, path); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.ready = time.Since(s.began)
	return s, nil
}

func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *server) pid() int { return s.cmd.Process.Pid }

func (s *server) awaitReady(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(pollReady)
	defer tick.Stop()
	for !answers(ctx, "http://"+s.addr+path) {
		select {
		case err := <-s.gone:
			s.gone <- err
			return fmt.Errorf("the server ended: %w\n%s", err, s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w\n%s", ctx.Err(), s.lastWords())
		case <-tick.C:
		}
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// lastWords is the end of what the process printed.
func (s *server) lastWords() []byte {
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(text[max(0, len(text)-4000):])
}

// stop ends the process and waits for it. One that does not end in time is killed.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	limit := time.NewTimer(stopWithin)
	defer limit.Stop()
	select {
	case <-s.gone:
		return s.log.Close()
	case <-limit.C:
		err := fmt.Errorf("the server did not stop within %s\n%s", stopWithin, s.lastWords())
		_ = s.cmd.Process.Kill()
		<-s.gone
		return errors.Join(err, s.log.Close())
	}
}

// awaitCredentials reads the file that the first start writes last.
func awaitCredentials(ctx context.Context, dir string) (node.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(pollReady)
	defer tick.Stop()
	for {
		c, err := node.ReadCredentials(dir)
		if err == nil {
			return c, nil
		}
		select {
		case <-ctx.Done():
			return c, err
		case <-tick.C:
		}
	}
}
