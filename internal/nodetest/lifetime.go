package nodetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
)

// lifetime stands in for a test where internal/testenv wants one, for what lives as long as the test
// process. It has the methods that testenv calls; any other would panic.
type lifetime struct {
	testing.TB
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	cleanups []func()
}

func newLifetime() *lifetime {
	ctx, cancel := context.WithCancel(context.Background())
	return &lifetime{ctx: ctx, cancel: cancel}
}

// fatal is how Fatalf leaves, as a value that attempt turns into an error.
type fatal struct{ error }

// attempt calls f and returns what it gave to Fatalf.
func (l *lifetime) attempt(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case fatal:
			err = p.error
		default:
			panic(p)
		}
	}()
	return f()
}

func (l *lifetime) Helper() {}

func (l *lifetime) Context() context.Context { return l.ctx }

func (l *lifetime) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func (l *lifetime) Fatalf(format string, args ...any) { panic(fatal{fmt.Errorf(format, args...)}) }

func (l *lifetime) Errorf(format string, args ...any) { l.Logf(format, args...) }

func (l *lifetime) TempDir() string {
	dir, err := os.MkdirTemp("", "gatelog-node-")
	if err != nil {
		panic(fatal{err})
	}
	l.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			l.Logf("remove %s: %v", dir, err)
		}
	})
	return dir
}

func (l *lifetime) Cleanup(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cleanups = append(l.cleanups, f)
}

// end undoes everything, the newest first.
func (l *lifetime) end() {
	l.cancel()
	for _, f := range slices.Backward(l.cleanups) {
		f()
	}
}

var errNotRun = errors.New("call nodetest.Run from TestMain")
