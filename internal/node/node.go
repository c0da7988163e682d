// Package node puts one Gatelog node together: engines, log, read models, commands and the HTTP
// server. It is wiring, and decides nothing.
package node

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
	httpgatelog "github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/webhooks"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/calls"
	projectionsidentity "github.com/gatelog/gatelog/projections/identity"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

// Version is the version of this build.
var Version = "0.1.0-dev"

// Node is one Gatelog node: it serves requests, decides commands and applies events. Of many nodes on
// one log each can do all of it; the log and the checkpoints see to it that each thing is done once.
type Node struct {
	config   Config
	engines  *Engines
	logger   *slog.Logger
	name     string
	bus      *commands.Bus
	marks    *projections.Watermarks
	identity *commandsidentity.Commands
	apig     *commandsapig.Commands
	hooks    *commandssubscriptions.Commands
	webhooks *webhooks.Engine
	sending  *sqlx.DB // for webhooks
	accounts *projectionsidentity.Directory
	queries  *projectionsapig.Queries
	audit    *audit
	reads    *sqlx.DB
	calls    *calls.Store
	feed     *calls.Feed
	runners  []*projections.Runner
	router   *message.Router
	streams  *httpgatelog.Streams
	applied  *nats.Subscription
	handler  http.Handler
	moment   string      // that the node shows; empty for the present
	address  string      // where it listens, once it does: host:port
	begun    atomic.Bool // the first start is done
	stopping atomic.Bool
}

// Projections returns the projections that live in Postgres.
func Projections() []*projections.Projection {
	return []*projections.Projection{projectionsapig.New(), projections.Past(projectionsapig.New()), projectionssubscriptions.New()}
}

// connections to the read models for queries. More would only wait for the same processors.
const readConnections = 24

// New builds a node on its engines, and makes the read models fit this build. Run it: that ends it, too.
func New(ctx context.Context, c Config, e *Engines, log *slog.Logger) (*Node, error) {
	return NewAsOf(ctx, c, e, log, "")
}

// NewAsOf is New for a node that shows the world as it was at a moment, a position of the log or an RFC
// 3339 time, and changes nothing. It can run beside others.
func NewAsOf(ctx context.Context, c Config, e *Engines, log *slog.Logger, moment string) (*Node, error) {
	n := &Node{config: c, engines: e, logger: log, name: ulid.Make().String(), marks: projections.NewWatermarks(), streams: httpgatelog.NewStreams(), moment: moment}
	if err := n.build(ctx); err != nil {
		return nil, errors.Join(err, n.release())
	}
	return n, nil
}

func (n *Node) build(ctx context.Context) error {
	e := n.engines
	var err error
	if n.reads, err = e.DB(readConnections); err != nil {
		return err
	}
	if n.audit, err = n.buildAudit(ctx); err != nil {
		return err
	}
	if err := n.prepare(ctx); err != nil {
		return err
	}
	n.identity = commandsidentity.New(e.Keyring)
	n.apig = commandsapig.New(e.Keyring)
	n.hooks = commandssubscriptions.New(e.Keyring)
	n.bus = commands.New(commands.Options{
		Log: e.Log, Waiter: n.marks, Sealer: e.Keyring, Conn: e.Conn, Node: n.name, Logger: n.logger, Now: now,
	})
	n.accounts = projectionsidentity.NewDirectory(e.Log, e.Keyring, n.marks, n.logger)
	n.queries = projectionsapig.NewQueries(projections.NewStatements(n.reads, projectionsapig.New()), e.Log)
	if err := n.buildReactions(); err != nil {
		return err
	}
	if err := n.buildCalls(ctx); err != nil {
		return err
	}
	if err := n.buildWebhooks(); err != nil {
		return err
	}
	n.handler, err = n.buildHandler()
	return err
}

// now is the clock of decisions. Microseconds are what Postgres keeps; more would make a row differ
// from its event.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// fit makes the tables of a projection, and makes those of another version again: the past while the node
// works, what is needed to answer before.
func (n *Node) fit(ctx context.Context, p *projections.Projection) error {
	stale, err := projections.Prepare(ctx, n.reads, n.engines.Log, p)
	if err != nil || !stale {
		return err
	}
	n.logger.Info("read models are of another version, making them again", "projection", p.Name, "version", p.Version)
	if p.Aside {
		return projections.Restart(ctx, n.reads, n.engines.Log, p)
	}
	return projections.Rebuild(ctx, n.reads, n.engines.Log, p, nil)
}

// prepare makes the read models fit, and a runner for each projection.
func (n *Node) prepare(ctx context.Context) error {
	for _, p := range Projections() {
		if err := n.fit(ctx, p); err != nil {
			return err
		}
		if err := n.addRunner(p, n.engines.Log); err != nil {
			return err
		}
	}
	return n.prepareAudit(ctx)
}

// addRunner makes the runner of a projection of a log.
func (n *Node) addRunner(p *projections.Projection, log eventstore.Log) error {
	db, err := n.engines.DB(2)
	if err != nil {
		return err
	}
	n.runners = append(n.runners, &projections.Runner{
		Projection: p, Log: log, DB: db, Node: n.name, Marks: n.marks, Logger: n.logger, Applied: n.tellApplied,
	})
	return nil
}

func (n *Node) buildReactions() error {
	js, err := jetstream.New(n.engines.Conn)
	if err != nil {
		return err
	}
	sub, err := subscribe.New(js, subscribe.Options{Group: "reactions", Logger: n.logger})
	if err != nil {
		return err
	}
	r := &commandsapig.Reactions{
		Bus: n.bus, Commands: n.apig, Codec: n.apig.Surface.Codec, Files: projectionsapig.TaskFiles{DB: n.reads}, Documents: n.documents(),
	}
	n.router, err = r.Router(sub, n.logger)
	return err
}

// sendingConnections are those that webhooks share: what they save is small.
const sendingConnections = 4

func (n *Node) buildWebhooks() error {
	var err error
	if n.sending, err = n.engines.DB(sendingConnections); err != nil {
		return err
	}
	n.webhooks, err = webhooks.New(webhooks.Options{
		Log: n.engines.Log, DB: n.sending, Node: n.name, Sealer: n.engines.Keyring, AllowHosts: n.config.WebhookAllow, Logger: n.logger,
		Event: func(r eventstore.Recorded) webhooks.CloudEvent { return httpgatelog.NewCloudEvent(r) },
	})
	return err
}

// documents reads and writes the OpenAPI documents of instances.
func (n *Node) documents() projectionsapig.Documents {
	return projectionsapig.Documents{Queries: n.queries, Domain: n.config.GatewayDomain, Now: now}
}

// buildCalls makes the counters of calls, and the feed of what gateway nodes publish.
func (n *Node) buildCalls(ctx context.Context) error {
	js, err := jetstream.New(n.engines.Conn)
	if err != nil {
		return err
	}
	n.calls = calls.NewStore(n.reads, now)
	n.feed, err = calls.NewFeed(ctx, js, n.calls, calls.FeedOptions{
		Replicas: n.config.Replicas, Logger: n.logger,
		Exists: func(ctx context.Context, tenant, instance string) error {
			return n.queries.Exists(ctx, projectionsapig.In{Tenant: tenant, Instance: instance})
		},
	})
	return err
}

// release gives back what a node holds that does not run.
func (n *Node) release() error {
	var err error
	if n.bus != nil {
		n.bus.Close()
	}
	if n.reads != nil {
		err = n.reads.Close()
	}
	if n.sending != nil {
		err = errors.Join(err, n.sending.Close())
	}
	for _, r := range n.runners {
		err = errors.Join(err, r.DB.Close())
	}
	return err
}
