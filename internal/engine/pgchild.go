package engine

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	restartPause    = 100 * time.Millisecond
	restartPauseMax = 5 * time.Second
	quitLimit       = 5 * time.Second
)

// pgChild keeps one PostgreSQL server running: started again whenever it ends unasked, once it has
// been ready.
type pgChild struct {
	command func() *exec.Cmd
	clear   func(context.Context) error // ends what a dead server left
	log     *slog.Logger

	life   context.Context
	end    context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	proc   *os.Process // nil while none runs
	ready  bool
	failed error
}

// startChild starts the server. It is not ready then: see Postgres.awaitReady.
func startChild(command func() *exec.Cmd, clear func(context.Context) error, log *slog.Logger) *pgChild {
	c := &pgChild{command: command, clear: clear, log: log, done: make(chan struct{})}
	c.life, c.end = context.WithCancel(context.Background())
	go c.supervise()
	return c
}

// supervise runs servers until told to stop. The kernel ties 'die with the parent' to the thread that
// started the child: so this goroutine keeps its thread, and the thread ends with it, after the child.
func (c *pgChild) supervise() {
	runtime.LockOSThread()
	defer close(c.done)
	wait := restartPause
	for {
		began := time.Now()
		err := c.runOnce()
		if c.life.Err() != nil {
			return
		}
		if !c.wasReady(err) {
			return
		}
		if time.Since(began) > restartPauseMax {
			wait = restartPause
		}
		c.log.Error("PostgreSQL ended unasked; starting it again", "error", err, "pause", wait)
		if pause(c.life, wait) != nil {
			return
		}
		wait = min(2*wait, restartPauseMax)
		if err := c.clear(c.life); err != nil {
			c.log.Error("clear up after PostgreSQL", "error", err)
		}
	}
}

// runOnce starts one server and waits for its end, which is always an error unless it was asked for.
func (c *pgChild) runOnce() error {
	cmd := c.command()
	if err := c.launch(cmd); err != nil {
		return err
	}
	err := cmd.Wait()
	c.mu.Lock()
	c.proc = nil
	c.mu.Unlock()
	if err != nil {
		return fmt.Errorf("PostgreSQL server: %w", err)
	}
	return fmt.Errorf("PostgreSQL server ended")
}

func (c *pgChild) launch(cmd *exec.Cmd) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.life.Err(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.proc = cmd.Process
	return nil
}

func (c *pgChild) markReady() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ready = true
}

// wasReady notes why the server ended and tells whether it ever served.
func (c *pgChild) wasReady(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = err
	return c.ready
}

func (c *pgChild) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// stop asks for a fast shutdown (sessions are cut, everything is written) and waits. When ctx ends
// first it insists: an immediate shutdown, and after five seconds more a kill. The error then says so.
func (c *pgChild) stop(ctx context.Context) error {
	c.end()
	c.signal(syscall.SIGINT)
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
	}
	c.signal(syscall.SIGQUIT)
	timer := time.NewTimer(quitLimit)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.signal(syscall.SIGKILL)
		<-c.done
	}
	return fmt.Errorf("PostgreSQL did not stop in time and was cut off; its next start recovers: %w", ctx.Err())
}

func (c *pgChild) signal(s os.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.proc == nil {
		return
	}
	if err := c.proc.Signal(s); err != nil {
		c.log.Debug("signal PostgreSQL", "signal", s.String(), "error", err)
	}
}
