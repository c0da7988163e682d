//go:build !race

// The embedded server's cluster code has data races of its own, which the detector would hold against
// these tests.

package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
)

// clusterAccounts is the number of accounts of a test cluster: every test needs one, since an account
// has one log.
const clusterAccounts = 32

// cluster is three brokers in this process, and the next account that nobody uses.
type cluster struct {
	servers [3]*server.Server
	used    atomic.Int32
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	var config strings.Builder
	config.WriteString("accounts {\n")
	for a := range clusterAccounts {
		fmt.Fprintf(&config, "a%d { jetstream: enabled, users: [ { user: a%d, password: x } ] }\n", a, a)
	}
	routes := []string{freeAddress(t), freeAddress(t), freeAddress(t)}
	fmt.Fprintf(&config, "}\nmax_payload: 8MB\njetstream { max_file: 10GB, max_mem: 1GB }\n")
	c := &cluster{}
	for i, route := range routes {
		text := fmt.Sprintf("%s\nserver_name: n%d\nlisten: 127.0.0.1:-1\ncluster { name: test, listen: %q, routes: [ %s ] }\n",
			config.String(), i, route, `"nats://`+strings.Join(routes, `", "nats://`)+`"`)
		c.servers[i] = startMember(t, text)
	}
	return c
}

func startMember(t *testing.T, config string) *server.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	options.StoreDir, options.NoSigs, options.NoLog = t.TempDir(), true, true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	s.Start()
	return s
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// connect returns a connection to an account that nobody uses.
func (c *cluster) connect(t testing.TB) *nats.Conn {
	t.Helper()
	n := c.used.Add(1)
	s := c.servers[int(n)%len(c.servers)]
	nc, err := nats.Connect(s.ClientURL(), nats.UserInfo(fmt.Sprintf("a%d", n), "x"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// open returns a log of three replicas.
func (c *cluster) open(t testing.TB) eventstore.Log {
	t.Helper()
	return openReplicated(t, c.connect(t))
}

func openReplicated(t testing.TB, nc *nats.Conn) *eventstore.Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	// The members need a moment to find each other and a leader.
	for {
		log, err := eventstore.Open(ctx, nc, eventstore.Options{Replicas: 3})
		if err == nil {
			return log
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestReplicatedStreamConforms(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	eventstoretest.Run(t, c.open)
	t.Run("a restored log", func(t *testing.T) { t.Parallel(); restoreReplicated(t, c) })
}

// restoreReplicated copies a replicated log to another one.
func restoreReplicated(t *testing.T, c *cluster) {
	t.Helper()
	from, nc := openReplicated(t, c.connect(t)), c.connect(t)
	positions := eventstoretest.Append(t, from, eventstoretest.Take(t, from, "t1"), eventstoretest.Unit("t1", "a", 500))
	want := rawMessages(t, from, positions[499])
	openReplicated(t, nc) // waits until there is a leader
	to, err := eventstore.BeginRestore(t.Context(), nc, eventstore.Options{Replicas: 3}, from.Incarnation())
	if err != nil {
		t.Fatal(err)
	}
	for ; len(want) > int(to.Head()); err = to.Append(t.Context(), want[to.Head():min(int(to.Head())+200, len(want))]) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(err, to.Finish(t.Context())); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rawMessages(t, openReplicated(t, nc), positions[499])); diff != "" {
		t.Errorf("the messages (-original +restored):\n%s", diff)
	}
}

// rawMessages returns the messages of a log, each of which can be asked for as well.
func rawMessages(t *testing.T, log *eventstore.Stream, upTo eventstore.Position) []eventstore.Raw {
	t.Helper()
	var all []eventstore.Raw
	err := log.ReadRaw(t.Context(), 0, upTo, func(r eventstore.Raw) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last, err := log.RawAt(t.Context(), upTo)
	if diff := cmp.Diff(all[len(all)-1], last); diff != "" || err != nil {
		t.Errorf("the last message, %v (-read +asked for):\n%s", err, diff)
	}
	return all
}
