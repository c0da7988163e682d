package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

// world is what the full instance holds.
type world struct {
	groups   []string // each with the same number of APIs
	apis     []string
	versions []string // of the one API with a long history, oldest first
	events   int
}

// seed makes the data of the full instance, with the server stopped: every event is decided by the
// rules, by the same commands that the server runs, only that nothing waits for the read models. They
// are built once at the end.
func (b *bench) seed(ctx context.Context) error {
	if b.world != nil {
		return nil
	}
	b.say("first start of the full instance")
	s, err := b.start(ctx, b.fullDir())
	if err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	return b.withEngines(ctx, func(e *node.Engines, db *sqlx.DB) error {
		began := time.Now()
		w, err := b.populate(ctx, e, s.Credentials)
		if err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		b.say("%d APIs, %d events in %.1f s", len(w.apis), w.events, time.Since(began).Seconds())
		began = time.Now()
		records, err := node.AuditRecords(node.Defaults())
		if err != nil {
			return err
		}
		for _, p := range append(node.Projections(), records) {
			if err := projections.Rebuild(ctx, db, e.Log, p, nil); err != nil {
				return err
			}
		}
		b.say("read models built in %.1f s", time.Since(began).Seconds())
		b.world = w
		return nil
	})
}

// withEngines opens the engines of the full instance, whose server is stopped, in this process.
func (b *bench) withEngines(ctx context.Context, do func(e *node.Engines, db *sqlx.DB) error) (err error) {
	c := node.Defaults()
	c.DataDir = b.fullDir()
	e, err := node.OpenEngines(ctx, c, b.logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	db, err := e.DB(4)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(e, db)
}

// nobodyWaits stands in for the read models while events are made.
type nobodyWaits struct{}

// Await implements commands.Waiter.
func (nobodyWaits) Await(context.Context, string, domain.Position) error { return nil }

// seeder makes APIs in one instance.
type seeder struct {
	bus      *commands.Bus
	cases    *commandsapig.Commands
	call     commands.Call
	instance string
	world    world
}

func (b *bench) populate(ctx context.Context, e *node.Engines, c node.Credentials) (*world, error) {
	// No call has an idempotency key or a secret, so nothing is sealed; the engines are ours alone, so
	// no other node is asked.
	bus := commands.New(commands.Options{
		Log: e.Log, Waiter: nobodyWaits{}, Node: "bench", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	})
	defer bus.Close()
	s := &seeder{bus: bus, cases: commandsapig.New(nil), call: commands.System(c.ProjectID, "bench", "benchmark"), instance: c.InstanceID}
	before, err := e.Log.Head(ctx)
	if err != nil {
		return nil, err
	}
	for n := range b.groups {
		if err := s.group(ctx, n, b.perGroup); err != nil {
			return nil, err
		}
	}
	if err := s.longHistory(ctx, b.history/2); err != nil {
		return nil, err
	}
	after, err := e.Log.Head(ctx)
	s.world.events = int(after - before)
	return &s.world, err
}

// group makes a group with APIs: each is created, published, changed and published again.
func (s *seeder) group(ctx context.Context, n, size int) error {
	g, err := s.newGroup(ctx, fmt.Sprintf("group_%03d", n))
	if err != nil {
		return err
	}
	s.world.groups = append(s.world.groups, g)
	for _, remark := range []string{"first", "second"} {
		made, err := s.define(ctx, g, n*size, size, remark)
		if err != nil {
			return err
		}
		if remark == "first" {
			s.world.apis = append(s.world.apis, made...)
		}
		if err := s.publish(ctx, g, size); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) newGroup(ctx context.Context, name string) (string, error) {
	g, _, err := s.cases.CreateGroup.Do(ctx, s.bus, s.call, apig.CreateGroup{InstanceID: s.instance, Body: apig.GroupBody{Name: name}})
	return g.ID, err
}

// define creates APIs in a group, or changes those that are there; it returns their ids.
func (s *seeder) define(ctx context.Context, group string, first, size int, remark string) ([]string, error) {
	command := apig.ImportAPIs{InstanceID: s.instance, GroupID: group, APIMode: apig.ImportOverride}
	for n := first; n < first+size; n++ {
		d := definition(group, n)
		d.Remark = remark
		command.Items = append(command.Items, apig.ImportItem{Method: d.ReqMethod, Path: d.ReqURI, Definition: d})
	}
	result, _, err := s.cases.ImportAPIs.Do(ctx, s.bus, s.call, command)
	if err == nil && len(result.Success) != size {
		err = fmt.Errorf("%d of %d APIs were imported: %v", len(result.Success), size, result.Failure)
	}
	ids := make([]string, len(result.Success))
	for i, one := range result.Success {
		ids[i] = one.ID
	}
	return ids, err
}

func (s *seeder) publish(ctx context.Context, group string, size int) error {
	result, _, err := s.cases.BatchPublish.Do(ctx, s.bus, s.call, apig.BatchPublish{
		InstanceID: s.instance, Action: apig.ActionOnline, Body: apig.BatchBody{GroupID: group, EnvID: apig.ReleaseEnvID},
	})
	if err == nil && len(result.Success) != size {
		err = fmt.Errorf("%d of %d APIs were published: %v", len(result.Success), size, result.Failure)
	}
	return err
}

// longHistory makes one API that is changed and published again and again, two events a turn.
func (s *seeder) longHistory(ctx context.Context, turns int) error {
	group, err := s.newGroup(ctx, "long_history")
	if err != nil {
		return err
	}
	d := definition(group, 1_000_000)
	made, _, err := s.cases.CreateAPI.Do(ctx, s.bus, s.call, apig.CreateAPI{InstanceID: s.instance, Body: d})
	if err != nil {
		return err
	}
	id := made.API.ID
	for turn := range turns {
		d.Remark = fmt.Sprintf("change %d", turn)
		if _, _, err := s.cases.UpdateAPI.Do(ctx, s.bus, s.call, apig.UpdateAPI{InstanceID: s.instance, APIID: id, Body: d}); err != nil {
			return err
		}
		p, _, err := s.cases.PublishAPI.Do(ctx, s.bus, s.call, apig.PublishAPI{InstanceID: s.instance, Body: apig.PublicationBody{
			Action: apig.ActionOnline, EnvID: apig.ReleaseEnvID, APIID: id,
		}})
		if err != nil {
			return err
		}
		s.world.versions = append(s.world.versions, p.VersionID)
	}
	return nil
}

// definition is the API that everything is measured with: an HTTP backend, a parameter in the path and
// one in the query, a tag.
func definition(group string, n int) apig.Definition {
	return apig.Definition{
		Name: fmt.Sprintf("orders_%07d", n), Type: 1, Version: "V1", ReqProtocol: "HTTPS", ReqMethod: "GET",
		ReqURI: fmt.Sprintf("/shops/%07d/orders/{order_id}", n), AuthType: "APP", MatchMode: "NORMAL", BackendType: "HTTP",
		GroupID: group, Remark: "orders of one shop", Tags: []string{"orders"}, ResultNormalSample: `{"order_id":"1","state":"paid"}`,
		ReqParams: []apig.ReqParam{
			{Name: "order_id", Type: "STRING", Location: "PATH", Required: 1, Remark: "number of the order"},
			{Name: "fields", Type: "STRING", Location: "QUERY", Required: 2, DefaultValue: "all"},
		},
		BackendParams: []apig.BackendParam{
			{Origin: "REQUEST", Name: "id", Location: "PATH", Value: "order_id"},
			{Origin: "REQUEST", Name: "fields", Location: "QUERY", Value: "fields"},
		},
		BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{
			URLDomain: "orders.example.com", ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/v1/orders/{id}",
		}},
	}
}
