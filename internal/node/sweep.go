package node

import (
	"context"
	"errors"
	"time"

	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// sweepEvery is how often what has expired is deleted.
const sweepEvery = 10 * time.Minute

// keepSwept deletes expired counters of calls and files of tasks, now and then, until ctx ends. Every node
// does: it is the same whoever comes first. A sweep that fails is made up for by the next.
func (n *Node) keepSwept(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := n.sweep(ctx); err != nil && ctx.Err() == nil {
			n.logger.Warn("what has expired could not be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (n *Node) sweep(ctx context.Context) error {
	return errors.Join(n.calls.Sweep(ctx, n.config.callRetention()), projectionsapig.TaskFiles{DB: n.reads}.Sweep(ctx))
}
