package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/http/server"
	"github.com/gatelog/gatelog/projections"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// drainTimeout bounds how long requests that are being served may take when the node stops.
const drainTimeout = 5 * time.Second

// Run serves until ctx ends, then drains and stops within ten seconds, and gives back all but the engines.
// started, when not nil, is called once the node is ready, with its URL and at the first start with the
// credentials that it made. Call it once.
func (n *Node) Run(ctx context.Context, started func(addr string, made *Credentials)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.HTTPAddr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", n.config.HTTPAddr, err), n.release())
	}
	n.address = listener.Addr().String()
	if n.applied, err = n.engines.Conn.Subscribe(appliedSubject+"*", n.hearApplied); err != nil {
		return errors.Join(err, listener.Close(), n.release())
	}
	web := server.HTTP(n.handler, n.logger)
	web.RegisterOnShutdown(n.streams.End) // they would never end by themselves
	// What serves requests outlives ctx: it is drained before what it stands on is stopped.
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	work, workCtx := errgroup.WithContext(base)
	for _, r := range n.runners {
		work.Go(func() error { return ignoreFailure(r.RunOn(workCtx)) })
	}
	work.Go(func() error { return ignoreFailure(n.accounts.Run(workCtx)) })
	work.Go(func() error { return n.pollCheckpoints(workCtx) })
	if n.moment == "" {
		work.Go(func() error { projectionsaudit.KeepPruned(workCtx, n.reads, n.audit.keep, n.logger); return nil })
		work.Go(func() error { return n.react(workCtx) })
		work.Go(func() error { return n.feed.Run(workCtx) })
		work.Go(func() error { return n.keepSwept(workCtx) })
	}
	if n.moment == "" && !n.config.WebhooksOff {
		work.Go(func() error { return n.webhooks.Run(workCtx) })
	}
	work.Go(func() error { return ignoreClosed(web.Serve(listener)) })
	made, err := n.begin(ctx)
	if err == nil {
		n.begun.Store(true)
		if started != nil {
			started(n.url(), made)
		}
		select {
		case <-ctx.Done():
		case <-workCtx.Done():
		}
	}
	if err != nil && ctx.Err() != nil {
		n.logger.Info("asked to stop before the node was ready", "error", err)
		err = nil
	}
	return errors.Join(err, n.stop(web, stop, work))
}

// url is where clients on this machine find the node.
func (n *Node) url() string {
	host, port, err := net.SplitHostPort(n.address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return "http://" + net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + n.address
}

// errNoReactions says that nothing carries on what commands began. A node without is restarted.
var errNoReactions = errors.New("the reactions to events have stopped")

// react runs the reactions until ctx ends or the node stops.
func (n *Node) react(ctx context.Context) error {
	err := n.router.Run(ctx)
	if n.stopping.Load() || ctx.Err() != nil {
		return nil
	}
	return errors.Join(errNoReactions, err)
}

// stop lets requests and reactions finish, then ends everything that works in the background and waits for
// it.
func (n *Node) stop(web *http.Server, cancel context.CancelFunc, work *errgroup.Group) error {
	n.stopping.Store(true)
	var finish errgroup.Group
	finish.Go(func() error { return drain(web) })
	finish.Go(n.endReactions)
	err := finish.Wait()
	n.bus.Close()
	cancel()
	return errors.Join(err, work.Wait(), n.applied.Unsubscribe(), n.release())
}

func drain(web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), web.Close())
	}
	return nil
}

// endReactions closes a router that runs. One that has not come to that ends with the context of its Run.
func (n *Node) endReactions() error {
	select {
	case <-n.router.Running():
		return n.router.Close()
	default:
		return nil
	}
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
