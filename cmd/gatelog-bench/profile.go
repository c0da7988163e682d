package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
)

// profiler writes CPU profiles. Its nil value writes none.
type profiler struct{ dir string }

// profileSeconds is how long a server is watched for one figure.
const profileSeconds = 10

// during watches a server for some seconds. The returned func waits for the profile and says when
// there is none.
func (p *profiler) during(ctx context.Context, s *server, name string) func() {
	if p == nil {
		return func() {}
	}
	done := make(chan error, 1)
	go func() { done <- p.fetch(ctx, s.pprof, name) }()
	return func() {
		if err := <-done; err != nil {
			fmt.Fprintln(os.Stderr, "no profile of", name+":", err)
		}
	}
}

func (p *profiler) fetch(ctx context.Context, addr, name string) error {
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, profileSeconds)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	file, err := p.create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, answer.Body)
	return errors.Join(err, file.Close())
}

func (p *profiler) create(name string) (*os.File, error) {
	if err := os.MkdirAll(p.dir, 0o755); err != nil { //nolint:gosec // profiles are for everyone
		return nil, err
	}
	return os.Create(filepath.Join(p.dir, name+".pprof"))
}

// own watches this process, until the returned func is called.
func (p *profiler) own(name string) (func() error, error) {
	if p == nil {
		return func() error { return nil }, nil
	}
	file, err := p.create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
