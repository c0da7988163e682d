package node

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/webhooks"
	"github.com/gatelog/gatelog/projections"
)

// collector tells Prometheus how far the projections are.
type collector struct {
	node                  *Node
	position, lag, failed *prometheus.Desc
	head                  *prometheus.Desc
	waiting, dead         *prometheus.Desc
}

func (n *Node) collector() prometheus.Collector {
	label := []string{"projection"}
	return &collector{
		node:     n,
		head:     prometheus.NewDesc("gatelog_log_head", "Position of the newest event in the log.", nil, nil),
		position: prometheus.NewDesc("gatelog_projection_position", "Position up to which a projection holds the log.", label, nil),
		lag:      prometheus.NewDesc("gatelog_projection_lag", "Positions between a projection and the newest event of its surface.", label, nil),
		waiting:  prometheus.NewDesc("gatelog_webhook_waiting", "Events that webhooks were sent in vain and that are tried again, or wait behind such.", nil, nil),
		dead:     prometheus.NewDesc("gatelog_webhook_dead", "Dead letters of all webhooks.", nil, nil),
		failed:   prometheus.NewDesc("gatelog_projection_failed", "1 when a projection has stopped at an event it cannot apply.", label, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.head, c.position, c.lag, c.failed, c.waiting, c.dead} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. What can't be asked now is left out.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if head, err := c.node.engines.Log.Head(ctx); err == nil {
		gauge(c.head, float64(head))
	}
	if waiting, dead, err := webhooks.Totals(ctx, c.node.reads); err == nil {
		gauge(c.waiting, float64(waiting))
		gauge(c.dead, float64(dead))
	}
	accounts := follower{identity.Surface, eventstore.Surface(identity.Surface), c.node.engines.Log, c.node.accounts.Failed}
	for _, f := range append(c.node.followers(), accounts) {
		gauge(c.position, float64(c.node.marks.At(f.name)), f.name)
		if behind, err := c.node.behindOf(ctx, f.log, f.name, f.filter); err == nil {
			gauge(c.lag, float64(behind), f.name)
		}
		failed := 0.0
		if f.failed() != nil {
			failed = 1
		}
		gauge(c.failed, failed, f.name)
	}
}

// follower is what applies the messages of a log that a filter matches.
type follower struct {
	name, filter string
	log          eventstore.Log
	failed       func() *projections.Failure
}

func (n *Node) followers() []follower {
	var all []follower
	for _, r := range n.runners {
		all = append(all, follower{r.Projection.Name, r.Projection.Filter(), r.Log, r.Failed})
	}
	return all
}
