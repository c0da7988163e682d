// Package e2e drives the real server process as its users do: it imports real documents, kills the
// server at random moments, and lets two nodes fight. What a client was told happened must have
// happened, once.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/node"
)

// binary is the server, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gatelog-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "gatelog")
	build := exec.Command("go", "build", "-o", binary, "../../cmd/gatelog")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the server:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// server is a running process.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	dir  string
	log  *bytes.Buffer
	gone chan error
	node.Credentials
}

// readyWithin bounds a start, which after a kill includes the recovery of the database.
const readyWithin = 90 * time.Second

// start runs 'gatelog serve' on a data directory and waits until it is ready. Further settings come as
// environment variables.
func start(t *testing.T, dir string, env ...string) *server {
	t.Helper()
	s := launch(t, dir, env...)
	s.awaitReady()
	return s
}

func launch(t *testing.T, dir string, env ...string) *server {
	t.Helper()
	return launchWith(t, dir, nil, env...)
}

// launchWith starts 'gatelog serve' with arguments.
func launchWith(t *testing.T, dir string, args []string, env ...string) *server {
	t.Helper()
	s := &server{t: t, addr: freeAddr(t), dir: dir, log: &bytes.Buffer{}, gone: make(chan error, 1)}
	s.cmd = exec.Command(binary, append([]string{"serve"}, args...)...)
	s.cmd.Env = append(os.Environ(), append([]string{"GATELOG_HTTP_ADDR=" + s.addr, "GATELOG_DATA_DIR=" + dir, "GATELOG_LOG_LEVEL=warn"}, env...)...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.WaitDelay = time.Second // what it started may live on for a moment with its output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.gone <- s.cmd.Wait() }()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("log of the server on %s:\n%s", s.addr, tail(s.log.Bytes(), 8000))
		}
	})
	return s
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// awaitReady polls /readyz until it says so or the process ends.
func (s *server) awaitReady() {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(readyWithin)
	for {
		if r, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				break
			}
		}
		select {
		case err := <-s.gone:
			s.t.Fatalf("the server ended: %v\n%s", err, tail(s.log.Bytes(), 4000))
		case <-limit:
			s.t.Fatalf("the server is not ready after %s\n%s", readyWithin, tail(s.log.Bytes(), 4000))
		case <-tick.C:
		}
	}
	if s.AccessKey == "" {
		s.readCredentials(s.dir)
	}
}

func (s *server) readCredentials(dir string) {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(readyWithin); ; {
		c, err := node.ReadCredentials(dir)
		if err == nil {
			s.Credentials = c
			return
		}
		select {
		case <-limit:
			s.t.Fatal(err)
		case <-tick.C:
		}
	}
}

// kill ends the process as a power cut would end it.
func (s *server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
	_ = s.cmd.Process.Kill()
	err := <-s.gone
	s.gone <- err
}

// stop asks the process to end, and fails the test when it takes longer than promised.
func (s *server) stop() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.gone:
		s.gone <- err
		if err != nil {
			s.t.Errorf("the server ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		s.t.Error("the server was still running 10 s after SIGTERM")
	}
}

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// path completes a path beneath the first instance.
func (s *server) path(rest string) string {
	return "/v2/" + s.ProjectID + "/apigw/instances/" + s.InstanceID + rest
}

// reply is what the server answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

var client = &http.Client{Timeout: 60 * time.Second}

// send makes one signed request. An error is one of the connection: the outcome is not known.
func (s *server) send(ctx context.Context, method, path string, body []byte, header http.Header) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		r.Header[name] = values
	}
	if err := signature.Sign(r, body, s.AccessKey, s.SecretKey, time.Now()); err != nil {
		return reply{}, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	text, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, text}, errors.Join(err, answer.Body.Close())
}

// call makes a request that must succeed, and reads its answer into out unless that is nil.
func (s *server) call(method, path string, in, out any) reply {
	s.t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := s.send(s.t.Context(), method, path, body, nil)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, r.body)
		}
	}
	return r
}

// upload imports a document, into a group or ("") a new one.
func (s *server) upload(document []byte, groupID string) importResult {
	s.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	field := func(name, value string) {
		if err := w.WriteField(name, value); err != nil {
			s.t.Fatal(err)
		}
	}
	field("is_create_group", fmt.Sprint(groupID == ""))
	if groupID != "" {
		field("group_id", groupID)
	}
	part, err := w.CreateFormFile("file_name", "document.json")
	if err == nil {
		_, err = part.Write(document)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		s.t.Fatal(err)
	}
	header := http.Header{"Content-Type": {w.FormDataContentType()}}
	r, err := s.send(s.t.Context(), http.MethodPost, s.path("/openapi/import"), form.Bytes(), header)
	if err != nil || r.status != http.StatusOK {
		s.t.Fatalf("import: %v %d %s", err, r.status, tail(r.body, 2000))
	}
	var result importResult
	if err := json.Unmarshal(r.body, &result); err != nil {
		s.t.Fatal(err)
	}
	return result
}

type importResult struct {
	GroupID string `json:"group_id"`
	Success []struct {
		ID, Path, Method, Action string
	} `json:"success"`
	Failure []struct {
		Path    string `json:"path"`
		Method  string `json:"method"`
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	} `json:"failure"`
}

// gatelog runs a tool on the server's data directory and returns what it printed.
func (s *server) gatelog(args ...string) (string, error) {
	cmd := exec.Command(binary, append(args, "--data-dir", s.dir)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// verify fails the test unless every row of the read models is what the log says.
func (s *server) verify() {
	s.t.Helper()
	if out, err := s.gatelog("verify"); err != nil {
		s.t.Errorf("gatelog verify: %v\n%s", err, out)
	}
}
