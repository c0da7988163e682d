//go:build !race

// The embedded server's cluster code has data races of its own, which the detector would hold against
// these tests.

package eventstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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

// open returns a log of three replicas.
func (c *cluster) open(t testing.TB) eventstore.Log {
	t.Helper()
	n := c.used.Add(1)
	s := c.servers[int(n)%len(c.servers)]
	nc, err := nats.Connect(s.ClientURL(), nats.UserInfo(fmt.Sprintf("a%d", n), "x"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
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
}
