// Package webhooks sends the events of subscriptions to their receivers: each at least once, and in order per
// resource. Of many nodes one at a time sends for a subscription.
package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/commands"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/guardedhttp"
)

// Options of an Engine. Log, DB, Node, Sealer and Event are required.
type Options struct {
	Log eventstore.Log
	// DB is a pool of connections to the read models; the engine uses as many as it gets.
	DB *sqlx.DB
	// Node names this node among all that send.
	Node string
	// Sealer opens the secrets.
	Sealer commands.Sealer
	// Event makes of an event in the log what is sent.
	Event func(eventstore.Recorded) CloudEvent
	// AllowHosts are receivers that may be called although they are private, see guardedhttp.Options.
	AllowHosts []string
	// Timeout of one delivery. Default ten seconds.
	Timeout time.Duration
	// Lease is how long a node that has died keeps its subscriptions; more than Timeout. Default 20 seconds.
	Lease time.Duration
	// Poll is how often the engine looks for subscriptions that are new or have changed. Default 250 ms.
	Poll time.Duration
	// FirstWait and MostWait bound the random waits between tries: the first is at most FirstWait, each next
	// one twice as much, at most MostWait. Default two seconds, one hour.
	FirstWait, MostWait time.Duration
	// Logger. Default slog.Default().
	Logger *slog.Logger
}

// Engine sends for all subscriptions that no other node sends for. Make it with New and Run it.
type Engine struct {
	Options
	store  *store
	client *http.Client
	active map[string]*activity // by subscription; only Run touches it
}

// activity is a runner at work.
type activity struct {
	changed domain.Position // last change of the subscription that it knows
	cancel  context.CancelFunc
	ended   chan struct{}
}

// mostActive bounds the subscriptions that one node sends for.
const mostActive = 500

// New returns an engine. The error says which option is wrong.
func New(o Options) (*Engine, error) {
	set(&o.Timeout, 10*time.Second)
	set(&o.Lease, 20*time.Second)
	set(&o.Poll, 250*time.Millisecond)
	set(&o.FirstWait, firstWait)
	set(&o.MostWait, mostWait)
	if o.Lease <= o.Timeout {
		return nil, fmt.Errorf("webhooks: the lease of %s must be longer than the timeout of %s", o.Lease, o.Timeout)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	client, err := guardedhttp.New(guardedhttp.Options{AllowHosts: o.AllowHosts, Timeout: o.Timeout, MaxResponseBytes: answerMost})
	if err != nil {
		return nil, fmt.Errorf("webhooks: %w", err)
	}
	return &Engine{
		Options: o, client: client, active: map[string]*activity{},
		store: &store{db: o.DB, node: o.Node, incarnation: o.Log.Incarnation(), lease: o.Lease},
	}, nil
}

func set(d *time.Duration, otherwise time.Duration) {
	if *d == 0 {
		*d = otherwise
	}
}

// Run sends until ctx ends; then it lets go of deliveries that are on their way, saves, and returns nil.
func (e *Engine) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(e.Poll)
	defer tick.Stop()
	for {
		if err := e.look(ctx, &running); err != nil && ctx.Err() == nil {
			e.Logger.Warn("webhooks are interrupted, going on shortly", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look starts and stops runners, so that they are those of the subscriptions as they are now.
func (e *Engine) look(ctx context.Context, running *sync.WaitGroup) error {
	all, err := e.store.candidates(ctx)
	if err != nil {
		return err
	}
	wanted := make(map[string]candidate, len(all))
	for _, c := range all {
		wanted[c.ID] = c
	}
	for id, a := range e.active {
		if wanted[id].Position != a.changed {
			a.cancel()
		}
		select {
		case <-a.ended:
			delete(e.active, id)
		default:
		}
	}
	for _, c := range all {
		if e.active[c.ID] == nil && !c.Taken && len(e.active) < mostActive {
			e.start(ctx, running, c)
		}
	}
	return nil
}

// failureWait is how long a subscription rests whose sending was interrupted.
const failureWait = 3 * time.Second

func (e *Engine) start(ctx context.Context, running *sync.WaitGroup, c candidate) {
	ctx, cancel := context.WithCancel(ctx)
	a := &activity{changed: c.Position, cancel: cancel, ended: make(chan struct{})}
	e.active[c.ID] = a
	running.Go(func() {
		defer close(a.ended)
		defer cancel()
		if err := e.send(ctx, c); err != nil && !errors.Is(err, errOwned) && ctx.Err() == nil {
			e.Logger.Warn("the sending for a subscription is interrupted, going on shortly", "subscription", c.ID, "error", err)
			pause(ctx, failureWait)
		}
	})
}

// send sends for one subscription.
func (e *Engine) send(ctx context.Context, c candidate) error {
	var n subscriptions.Subscription
	if err := json.Unmarshal(c.Document, &n); err != nil {
		return err
	}
	secret, err := e.Sealer.OpenText(ctx, n.Tenant, commandssubscriptions.Purpose, n.Secret)
	if err != nil {
		return fmt.Errorf("open the secret: %w", err)
	}
	r := &runner{
		store: e.store, log: e.Log, n: n, logger: e.Logger, backoff: backoff{e.FirstWait, e.MostWait},
		sender: &sender{client: e.client, n: n, secret: secret, event: e.Event, timeout: e.Timeout, now: time.Now},
	}
	return r.run(ctx)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
