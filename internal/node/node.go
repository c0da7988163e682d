package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"
	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore/subscribe"
	"github.com/gatelog/gatelog/http/server"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	projectionsidentity "github.com/gatelog/gatelog/projections/identity"
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
	accounts *projectionsidentity.Directory
	queries  *projectionsapig.Queries
	reads    *sqlx.DB
	runners  []*projections.Runner
	router   *message.Router
	applied  *nats.Subscription
	handler  http.Handler
	begun    atomic.Bool // the first start is done
}

// Projections returns the projections that live in Postgres.
func Projections() []*projections.Projection {
	return []*projections.Projection{projectionsapig.New()}
}

// readConnections is how many connections to the read models answer queries: more per processor would
// only wait for the processors, and cost Postgres a process each.
var readConnections = max(8, 4*runtime.GOMAXPROCS(0))

// New builds a node on its engines. Run it.
func New(ctx context.Context, c Config, e *Engines, log *slog.Logger) (*Node, error) {
	n := &Node{config: c, engines: e, logger: log, name: ulid.Make().String(), marks: projections.NewWatermarks()}
	var err error
	if n.reads, err = e.DB(readConnections); err != nil {
		return nil, err
	}
	if err := n.prepare(ctx); err != nil {
		return nil, err
	}
	n.identity = commandsidentity.New(e.Keyring)
	n.apig = commandsapig.New(sealer{e.Keyring})
	n.bus = commands.New(commands.Options{
		Log: e.Log, Waiter: n.marks, Sealer: sealer{e.Keyring}, Conn: e.Conn, Node: n.name, Logger: log, Now: now,
	})
	n.accounts = projectionsidentity.NewDirectory(e.Log, e.Keyring, n.marks, log)
	n.queries = projectionsapig.NewQueries(projections.NewStatements(n.reads), e.Log)
	if err := n.buildReactions(); err != nil {
		return nil, err
	}
	n.handler, err = n.buildHandler()
	return n, err
}

// now is the clock of decisions. Microseconds are what Postgres keeps; more would make a row differ
// from its event.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// sealer seals recorded answers with the keys of the tenants.
type sealer struct{ keyring *secret.Keyring }

// SealText implements commands.Sealer.
func (s sealer) SealText(ctx context.Context, tenant, purpose string, plaintext []byte) (string, error) {
	sealed, err := s.keyring.Seal(ctx, tenant, purpose, plaintext)
	return string(sealed), err
}

// OpenText implements commands.Sealer.
func (s sealer) OpenText(ctx context.Context, tenant, purpose, sealed string) ([]byte, error) {
	return s.keyring.Open(ctx, tenant, purpose, secret.Sealed(sealed))
}

// prepare makes the read models fit: new ones are made, those of another version are made again.
func (n *Node) prepare(ctx context.Context) error {
	for _, p := range Projections() {
		stale, err := projections.Prepare(ctx, n.reads, n.engines.Log, p)
		if err != nil {
			return err
		}
		if stale {
			n.logger.Info("read models are of another version, making them again", "projection", p.Name, "version", p.Version)
			if err := projections.Rebuild(ctx, n.reads, n.engines.Log, p, nil); err != nil {
				return err
			}
		}
		db, err := n.engines.DB(2)
		if err != nil {
			return err
		}
		n.runners = append(n.runners, &projections.Runner{
			Projection: p, Log: n.engines.Log, DB: db, Node: n.name, Marks: n.marks, Logger: n.logger, Applied: n.tellApplied,
		})
	}
	return nil
}

// appliedSubject is where nodes tell each other how far a projection is.
const appliedSubject = "gatelog.applied."

// tellApplied lets other nodes know what this one has applied. A lost message is made up for by the
// next, and by pollCheckpoints.
func (n *Node) tellApplied(projection string, at domain.Position) {
	if err := n.engines.Conn.Publish(appliedSubject+projection, []byte(strconv.FormatUint(uint64(at), 10))); err != nil {
		n.logger.Debug("could not tell other nodes of a position", "error", err)
	}
}

func (n *Node) hearApplied(msg *nats.Msg) {
	at, err := strconv.ParseUint(string(msg.Data), 10, 64)
	if err == nil {
		n.marks.Advance(msg.Subject[len(appliedSubject):], domain.Position(at))
	}
}

// pollCheckpoints learns of positions whose message was lost.
func (n *Node) pollCheckpoints(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		all, err := projections.Checkpoints(ctx, n.reads)
		if err != nil && ctx.Err() == nil {
			n.logger.Warn("could not read the checkpoints", "error", err)
		}
		for _, c := range all {
			n.marks.Advance(c.Name, c.Position)
		}
	}
}

func (n *Node) buildReactions() error {
	js, err := jetstream.New(n.engines.Conn)
	if err != nil {
		return err
	}
	sub, err := subscribe.New(js, subscribe.Options{Group: "reactions"})
	if err != nil {
		return err
	}
	r := &commandsapig.Reactions{Bus: n.bus, Commands: n.apig, Codec: n.apig.Surface.Codec}
	n.router, err = r.Router(sub, n.logger)
	return err
}

// drainTimeout bounds how long requests that are being served may take when the node stops.
const drainTimeout = 6 * time.Second

// Run serves until ctx ends, then drains and stops within ten seconds. started, when not nil, is called
// with the address once the node is ready.
func (n *Node) Run(ctx context.Context, started func(addr string, made *Credentials)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.HTTPAddr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", n.config.HTTPAddr, err)
	}
	if n.applied, err = n.engines.Conn.Subscribe(appliedSubject+"*", n.hearApplied); err != nil {
		return errors.Join(err, listener.Close())
	}
	web := server.HTTP(n.handler, n.logger)
	// What serves requests outlives ctx: it is drained before what it stands on is stopped.
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	work, workCtx := errgroup.WithContext(base)
	for _, r := range n.runners {
		work.Go(func() error { return ignoreFailure(r.Run(workCtx)) })
	}
	work.Go(func() error { return ignoreFailure(n.accounts.Run(workCtx)) })
	work.Go(func() error { return n.pollCheckpoints(workCtx) })
	work.Go(func() error { return n.router.Run(workCtx) })
	work.Go(func() error { return ignoreClosed(web.Serve(listener)) })
	made, err := n.begin(ctx)
	if err == nil {
		n.begun.Store(true)
		if started != nil {
			started("http://"+listener.Addr().String(), made)
		}
		select {
		case <-ctx.Done():
		case <-workCtx.Done():
		}
	}
	return errors.Join(err, n.drain(web), n.stop(stop, work))
}

// drain lets requests finish.
func (n *Node) drain(web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), web.Close())
	}
	return nil
}

// stop ends everything that works in the background and waits for it.
func (n *Node) stop(cancel context.CancelFunc, work *errgroup.Group) error {
	err := n.router.Close()
	n.bus.Close()
	cancel()
	err = errors.Join(err, work.Wait(), n.applied.Unsubscribe(), n.reads.Close())
	for _, r := range n.runners {
		err = errors.Join(err, r.DB.Close())
	}
	return err
}

// ignoreFailure keeps a node serving what it can when a projection has stopped: it says so itself.
func ignoreFailure(err error) error {
	if failure := (*projections.Failure)(nil); errors.As(err, &failure) {
		return nil
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ready returns nil when this node can answer, else why not.
func (n *Node) ready(ctx context.Context) error {
	if n.engines.broker != nil {
		if err := n.engines.broker.Ready(); err != nil {
			return err
		}
	}
	if failure := n.accounts.Failed(); failure != nil {
		return failure
	}
	if !n.begun.Load() {
		return errors.New("the log is still being read")
	}
	for _, r := range n.runners {
		if failure := r.Failed(); failure != nil {
			return failure
		}
		behind, err := n.behind(ctx, r.Projection)
		if err != nil {
			return err
		}
		if behind > 0 {
			return fmt.Errorf("the read models of %s are behind the log: %d positions to go", r.Projection.Name, behind)
		}
	}
	return nil
}
