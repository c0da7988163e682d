package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	readyWithin = 120 * time.Second
	stopWithin  = 10 * time.Second
	logTail     = 8 << 10 // bytes of the server's output shown when it failed
)

// bootstrap is what the server writes to credentials.json at its first start.
type bootstrap struct {
	Endpoint   string `json:"endpoint"`
	ProjectID  string `json:"project_id"`
	InstanceID string `json:"instance_id"`
	AccessKey  string `json:"access_key"`
	SecretKey  string `json:"secret_key"`
	User       string `json:"user"`
	Password   string `json:"password"`
}

// server is the process under test, with a data folder of its own.
type server struct {
	address string // host:port
	folder  string // holds the binary, the data and the log
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	outcome error         // of the process; to be read when ended is closed
}

// startServer builds the binary, starts it and waits until it is ready.
func startServer(ctx context.Context) (*server, error) {
	folder, err := os.MkdirTemp("", "gatelog-contract-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	// The server may run its database as another user, who has to reach the data.
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, fmt.Errorf("open %s: %w", folder, err)
	}
	s := &server{folder: folder, ended: make(chan struct{})}
	if s.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if err := s.build(ctx); err != nil {
		return nil, err
	}
	if err := s.run(); err != nil {
		return nil, err
	}
	return s, s.awaitReady(ctx)
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func (s *server) binary() string  { return filepath.Join(s.folder, "gatelog") }
func (s *server) data() string    { return filepath.Join(s.folder, "data") }
func (s *server) logFile() string { return filepath.Join(s.folder, "server.log") }

func (s *server) build(ctx context.Context) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", s.binary(), "./cmd/gatelog")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return nil
}

func (s *server) run() error {
	out, err := os.Create(s.logFile())
	if err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	defer out.Close()
	s.process = exec.Command(s.binary(), "serve")
	s.process.Env = append(os.Environ(),
		"GATELOG_HTTP_ADDR="+s.address,
		"GATELOG_DATA_DIR="+s.data(),
		"GATELOG_DEBUG_ALLOW=127.0.0.0/8",
	)
	s.process.Stdout, s.process.Stderr = out, out
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	go func() {
		s.outcome = s.process.Wait()
		close(s.ended)
	}()
	return nil
}

func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !s.ready(ctx) {
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it was ready: %v\n%s", s.outcome, s.tail())
		case <-ctx.Done():
			return fmt.Errorf("the server was not ready within %s\n%s", readyWithin, s.tail())
		case <-tick.C:
		}
	}
	return nil
}

func (s *server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url().JoinPath("readyz").String(), nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

func (s *server) url() *url.URL { return &url.URL{Scheme: "http", Host: s.address} }

// credentials reads what the server wrote for its administrator.
func (s *server) credentials() (bootstrap, error) {
	var b bootstrap
	text, err := os.ReadFile(filepath.Join(s.data(), "credentials.json"))
	if err != nil {
		return b, fmt.Errorf("read the credentials: %w", err)
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return b, fmt.Errorf("credentials.json: %w", err)
	}
	return b, nil
}

// stop ends the server as an operator does and gives an error when that takes too long, or the
// server says that something went wrong. It can be called twice.
func (s *server) stop() error {
	if s.process == nil || s.process.Process == nil {
		return nil
	}
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("SIGTERM: %w", err)
	}
	select {
	case <-s.ended:
		if s.outcome != nil {
			return fmt.Errorf("the server ended badly: %w", s.outcome)
		}
		return nil
	case <-time.After(stopWithin):
		err := s.process.Process.Kill()
		<-s.ended
		return errors.Join(fmt.Errorf("the server did not end within %s of SIGTERM", stopWithin), err)
	}
}

// tail returns the end of the server's log.
func (s *server) tail() string {
	text, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-logTail):])
}
