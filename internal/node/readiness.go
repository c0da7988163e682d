package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

// ready returns nil when this node can answer, else why not.
func (n *Node) ready(ctx context.Context) error {
	if err := n.engines.ready(); err != nil {
		return err
	}
	if failure := n.accounts.Failed(); failure != nil {
		return failure
	}
	if !n.begun.Load() {
		return errors.New("the log is still being read")
	}
	if n.stopping.Load() {
		return errors.New("the node is shutting down")
	}
	if err := n.reads.PingContext(ctx); err != nil {
		return fmt.Errorf("the read models cannot be reached: %w", err)
	}
	for _, r := range n.runners {
		if r.Projection.Aside { // who asks for it waits for it, or is told
			continue
		}
		if failure := r.Failed(); failure != nil {
			return failure
		}
		behind, err := n.behind(ctx, r.Projection.Name)
		if err != nil {
			return err
		}
		if behind > readySlack {
			return fmt.Errorf("the read models of %s are behind the log: %d positions to go", r.Projection.Name, behind)
		}
	}
	return nil
}

// readySlack is how many positions the read models may be behind on a node that is called ready: a
// busy one always has some events on their way.
const readySlack = 1000

// behind returns how many positions lie between what is applied of a surface and its newest event.
func (n *Node) behind(ctx context.Context, surface string) (domain.Position, error) {
	return n.behindOf(ctx, n.engines.Log, surface, eventstore.Surface(surface))
}

// behindOf returns how many positions lie between what is applied under a name and the newest message of a
// filter.
func (n *Node) behindOf(ctx context.Context, log eventstore.Log, name, filter string) (domain.Position, error) {
	newest, err := log.Newest(ctx, filter, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return 0, nil
	}
	at := n.marks.At(name)
	if err != nil || domain.Position(newest.Position) <= at {
		return 0, err
	}
	return domain.Position(newest.Position) - at, nil
}

// unbegun are the paths that are served before the node is ready.
var unbegun = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// onceBegun refuses requests until the node knows its users and has caught up: before, it would take the
// right key for a wrong one, and show the past.
func (n *Node) onceBegun(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.begun.Load() || unbegun[r.URL.Path] {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"error_code":"GATELOG.0503","error_msg":"the server is starting: try again"}` + "\n"))
	})
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

// pollEvery is how long a lost message about a position goes unnoticed.
const pollEvery = time.Second

// pollCheckpoints learns of positions whose message was lost.
func (n *Node) pollCheckpoints(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
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
