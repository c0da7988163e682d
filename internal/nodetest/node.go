package nodetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/internal/testenv"
)

const (
	startWithin = 2 * time.Minute // the first test of all may have to install PostgreSQL
	stopWithin  = 15 * time.Second
)

// Node is the node of this process.
type Node struct {
	// URL is where it serves, e.g. http://127.0.0.1:40001, without a slash at the end.
	URL string
	// Log is its log.
	Log *eventstore.Stream
	// DatabaseURL is that of its read models.
	DatabaseURL string
	// Admin are the keys of its administrator, with the first project and instance.
	Admin node.Credentials
	// GatewayDomain is what follows the group id in the subdomains of groups.
	GatewayDomain string

	tokens sync.Map // of projects
}

var process struct {
	sync.Mutex
	running bool // Run is at work
	life    *lifetime
	log     *journal
	node    *Node
	err     error
}

// Run runs the tests of a package and then stops the node, if one of them started it. It returns the
// exit code: 1 as well when the node logged an error or did not stop in time. Call it from TestMain.
func Run(m *testing.M) int {
	process.running, process.life, process.log = true, newLifetime(), &journal{}
	code := m.Run()
	process.life.end()
	for _, line := range process.log.errors() {
		fmt.Fprintln(os.Stderr, "the node logged an error:", line)
		code = max(code, 1)
	}
	return code
}

// Get returns the node, started if it does not run yet. What does not start fails every test.
func Get(t testing.TB) *Node {
	t.Helper()
	process.Lock()
	defer process.Unlock()
	if !process.running {
		t.Fatal(errNotRun)
	}
	if process.node == nil && process.err == nil {
		process.err = process.life.attempt(func() (err error) {
			process.node, err = start(process.life)
			return err
		})
	}
	if process.err != nil {
		t.Fatalf("start the node: %v", process.err)
	}
	return process.node
}

// start runs a node on engines of its own. API debugging may call this machine.
func start(l *lifetime) (*Node, error) {
	c := node.Defaults()
	c.HTTPAddr, c.DataDir, c.DebugAllow = "127.0.0.1:0", l.TempDir(), []string{"127.0.0.0/8"}
	c.DatabaseURL = testenv.Postgres(l)
	broker := testenv.Broker(l, func(o *engine.BrokerOptions) { o.Listen = "127.0.0.1:0" })
	c.NATSURL, c.TrustBrokerSync = broker.URL(), true
	ctx, cancel := context.WithTimeout(l.ctx, startWithin)
	defer cancel()
	logger := process.log.logger()
	engines, err := node.OpenEngines(ctx, c, logger)
	if err != nil {
		return nil, err
	}
	l.Cleanup(func() {
		if err := engines.Close(); err != nil {
			process.log.add(fmt.Sprintf("close the engines: %v", err))
		}
	})
	n, err := node.New(ctx, c, engines, logger)
	if err != nil {
		return nil, err
	}
	made := &Node{Log: engines.Log, DatabaseURL: engines.DatabaseURL, GatewayDomain: c.GatewayDomain}
	return made, made.run(ctx, l, n)
}

// run serves until the lifetime ends, and returns when the node is ready.
func (made *Node) run(ctx context.Context, l *lifetime, n *node.Node) error {
	serving, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- n.Run(serving, func(addr string, c *node.Credentials) {
			made.URL = addr
			if c != nil {
				made.Admin = *c
			}
			close(ready)
		})
	}()
	select {
	case <-ready:
	case err := <-ended:
		stop()
		return errors.Join(errors.New("the node ended as it started"), err)
	case <-ctx.Done():
		stop()
		return ctx.Err()
	}
	l.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		select {
		case err := <-ended:
			if err != nil {
				process.log.add(fmt.Sprintf("stop: %v", err))
			}
		case <-time.After(stopWithin):
			process.log.add(fmt.Sprintf("it did not stop within %s", stopWithin))
		}
	})
	return nil
}
