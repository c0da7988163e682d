package main

import (
	"context"
	"fmt"
)

// figure is one line of the table.
type figure struct {
	name, title string
	floor       floor
	run         func(ctx context.Context, b *bench) (result, error)
}

// figures in the order in which they are measured and shown.
var figures = []figure{
	{"create", "create an API over HTTP, 32 clients, read-your-writes", floor{AtLeast: 0.4}, measureCreate},
	{"create-full", "the same at 50,000 APIs, against an empty instance", floor{AtLeast: 0.85}, measureCreateFull},
	{"get", "get one API over HTTP, 32 clients, signed", floor{AtLeast: 0.6}, measureGet},
	{"list", "page of 20 by group over HTTP at 50,000 APIs", floor{AtLeast: 0.5}, measureList},
	{"version", "old version, API with 1,000 events of 200,000, p99", floor{AtMost: 5}, measureVersion},
	{"as-of", "one API as of a moment, log of 200,000 events, p99", floor{AtMost: 10}, measureAsOf},
	{"delivery", "a change at a live subscriber after its answer, p99", floor{AtMost: 20}, measureDelivery},
	{"replay", "replay of 200,000 events to a Go subscriber", floor{AtLeast: 0.6}, measureReplay},
	{"backup", "first backup of a log of 200,000 events", floor{AtLeast: 0.5}, measureBackup},
	{"rebuild", "rebuild of the read models from 200,000 events", floor{AtLeast: 0.4}, measureRebuild},
	{"start", "start to ready with 200,000 events", floor{AtMost: 5}, measureStart},
}

func figureNames() []string {
	names := make([]string, len(figures))
	for i, f := range figures {
		names[i] = f.name
	}
	return names
}

func measureCreate(ctx context.Context, b *bench) (result, error) {
	c, err := b.createAll(ctx)
	if err != nil {
		return result{}, err
	}
	r := compare(c.empty, c.bare, "synced JetStream publish of the same message, 32 publishers")
	r.Notes = append(r.Notes, c.empty.cpuPerOperation().text(), fmt.Sprintf("an event has %d bytes with its headers", c.size))
	return r, nil
}

func measureCreateFull(ctx context.Context, b *bench) (result, error) {
	c, err := b.createAll(ctx)
	if err != nil {
		return result{}, err
	}
	r := compare(c.full, c.empty, "the same in an empty instance")
	r.Notes = append(r.Notes, c.full.cpuPerOperation().text())
	return r, nil
}

func measureVersion(ctx context.Context, b *bench) (result, error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return result{}, err
	}
	requests, err := b.oldVersions(s)
	if err != nil {
		return result{}, err
	}
	return b.oneClient(ctx, s, "version", requests, fmt.Sprintf("%d events in the log, %d of this API", b.world.events, b.history))
}

// oneClient measures requests that one client sends, one after another.
func (b *bench) oneClient(ctx context.Context, s *server, name string, requests []wire, about string) (result, error) {
	defer b.profile.during(ctx, s, name)()
	all, err := b.takeTurns(ctx, b.rounds, func(ctx context.Context, _ int) (sample, error) {
		return measure(s, s, func() (sample, error) { return drive(ctx, s.addr, 1, requests) })
	})
	if err != nil {
		return result{}, err
	}
	l := all[0].latency()
	return result{
		Unit: "ms", Ours: l.P99, OursLatency: l, Notes: []string{all[0].cpuPerOperation().text(), "over HTTP, one client; " + about},
	}, nil
}

// oldVersions asks for versions out of the older half of the long history.
func (b *bench) oldVersions(s *server) ([]wire, error) {
	old := b.world.versions[:max(1, len(b.world.versions)/2)]
	requests := make([]wire, b.versions)
	for i := range requests {
		var err error
		if requests[i], err = s.request("GET", s.path("/apis/versions/"+old[i*7919%len(old)]), nil); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

// measureStart starts the server again and again. It also tells when the first write was acknowledged,
// which needs the state of the project, and not the read models only.
func measureStart(ctx context.Context, b *bench) (result, error) {
	var ready, written []float64
	refused := 0
	for round := range b.starts + 1 {
		if err := b.stopFull(); err != nil {
			return result{}, err
		}
		s, err := b.fullServer(ctx)
		if err != nil {
			return result{}, err
		}
		if round > 0 { // the first may have found the files not in memory
			ready, written = append(ready, s.ready.Seconds()), append(written, s.written.Seconds())
			refused += s.refused
		}
	}
	return result{Unit: "s", Ours: median(ready), Notes: []string{
		fmt.Sprintf("first write acknowledged %.2f s after the start of the process (%d refused before); %d events in the log",
			median(written), refused, b.world.events),
	}}, nil
}
