package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/internal/node"
)

func serveCommand() *cobra.Command {
	var moment string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Runs a Gatelog node: the HTTP server with all its APIs, and everything behind it.

Without further settings the log is an embedded NATS JetStream that syncs every write, and the read
models are in a private Postgres that is started on a Unix socket (and installed first, when it is
missing and we may). With --nats-url and --database-url they are elsewhere, and several nodes can share
them behind any load balancer.

The first start makes a project with a running gateway instance and an administrator; their ids and
keys are printed once and kept in credentials.json in the data directory. A later start on the same
data goes on where the last one was. SIGTERM drains and stops within ten seconds.

With --as-of it shows the world as it was at a moment, to the same clients with the same keys, and changes
nothing: beside a server that runs on the data directory (give it another address), or without one.`,
		Example: `  gatelog serve
  gatelog serve --http-addr 0.0.0.0:8080 --data-dir /var/lib/gatelog
  gatelog serve --nats-url nats://nats-1:4222 --nats-monitor-url http://nats-1:8222 \
      --database-url postgres://gatelog@db/gatelog
  gatelog serve --as-of 2026-01-02T15:04:05Z --http-addr 127.0.0.1:8081`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			if moment != "" {
				return serveAsOf(cmd.Context(), c, cmd.OutOrStdout(), moment)
			}
			return serve(cmd.Context(), c, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&moment, "as-of", "", "show the world as it was at a position of the log or an RFC 3339 time, and change nothing")
	return cmd
}

// restCollector lets the heap grow to five times what is live before it is collected, unless GOGC says
// otherwise: most of the heap is the writers' state, or the rows of a replay, which lives long and is marked in
// vain.
func restCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(node.GCPercent)
	}
}

func serve(ctx context.Context, c node.Config, out io.Writer) error {
	restCollector()
	log := c.Logger()
	engines, err := node.OpenEngines(ctx, c, log)
	if err != nil {
		return err
	}
	withdraw, err := engines.Announce(c.DataDir)
	if err != nil {
		return errors.Join(err, engines.Close())
	}
	defer withdraw()
	stopProfiling, err := profiling(ctx, os.Getenv(pprofAddr))
	if err != nil {
		return errors.Join(err, engines.Close())
	}
	defer stopProfiling()
	n, err := node.New(ctx, c, engines, log)
	if err == nil {
		err = n.Run(ctx, func(addr string, made *node.Credentials) { greet(out, c, addr, made) })
	}
	return errors.Join(err, engines.Close())
}

// serveAsOf shows a moment, on the engines of the server that runs on the data directory or on its own.
func serveAsOf(ctx context.Context, c node.Config, out io.Writer, moment string) error {
	if err := checkData(c); err != nil {
		return err
	}
	log := c.Logger()
	engines, err := node.AttachEngines(ctx, c, log)
	if err != nil {
		return err
	}
	withdraw, err := engines.Announce(c.DataDir)
	if err != nil {
		return errors.Join(err, engines.Close())
	}
	defer withdraw()
	n, err := node.NewAsOf(ctx, c, engines, log, moment)
	if err == nil {
		err = n.Run(ctx, func(addr string, _ *node.Credentials) {
			_, _ = fmt.Fprintf(out, "Gatelog %s shows the world as of position %s on %s, and changes nothing\n", node.Version, n.Moment(), addr)
		})
	}
	return errors.Join(err, engines.Close())
}

// greet says where the server is, and at the first start how to use it.
func greet(out io.Writer, c node.Config, addr string, made *node.Credentials) {
	file := filepath.Join(c.DataDir, node.CredentialsFile)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("Gatelog %s listens on %s (API description: %s/docs/)", node.Version, addr, addr)
	say("  credentials   %s", file)
	if made == nil {
		return
	}
	say("  access key    %s", made.AccessKey)
	say("  secret key    in that file, with project, instance, user and password")
	say("")
	say("Try it: import an API document, publish it, change it, publish again, switch back, see the difference:")
	say("")
	say("  %s demo --data-dir %s", os.Args[0], c.DataDir)
}

func healthCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask the server on this machine whether it is ready",
		Long: `Asks /readyz of the server at --http-addr. Exits with 0 when it is ready, else with 1 and the reason:
for health checks of containers that have no shell.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			return health(cmd.Context(), c.HTTPAddr)
		},
	}
}

// healthTimeout bounds the question.
const healthTimeout = 5 * time.Second

func health(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--http-addr %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if answer.StatusCode != http.StatusOK {
		err = errors.Join(errors.New(strings.TrimSpace(string(text))), err)
	}
	return errors.Join(err, answer.Body.Close())
}
