package commands

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// decided is a command with its outcome, which is told when what it rests on is on disk.
type decided struct {
	job    *job
	out    outcome
	events []domain.Recorded
	unit   []eventstore.Message
}

func (d *decided) bytes() int {
	n := 0
	for _, m := range d.unit {
		n += len(m.Data)
	}
	return n
}

// gathering is what was decided and waits for one append.
type gathering struct {
	ready           []*decided
	messages, bytes int
}

func (g *gathering) fits(d *decided) bool {
	return g.messages+len(d.unit) <= eventstore.MaxUnit && g.bytes+d.bytes() <= gatherBytes
}

func (g *gathering) add(d *decided) {
	g.ready, g.messages, g.bytes = append(g.ready, d), g.messages+len(d.unit), g.bytes+d.bytes()
}

// process decides jobs in order and appends what they caused in as few appends as it can. Each
// decision sees the events of those before it. An error means that this writer must end.
func (w *writer) process(ctx context.Context, jobs []*job) error {
	var g gathering
	for _, j := range jobs {
		if j.ctx.Err() != nil {
			continue // nobody waits for it, and nothing of it has happened
		}
		d := w.decide(ctx, j, g.ready)
		if (errors.Is(d.out.err, domain.ErrNotPlaced) || !g.fits(d)) && len(g.ready) > 0 {
			if err := w.flush(ctx, g.ready); err != nil {
				return err
			}
			g = gathering{}
			d = w.decide(ctx, j, nil)
		}
		for _, rec := range d.events {
			w.state.Apply(rec)
		}
		g.add(d)
	}
	return w.flush(ctx, g.ready)
}

// decide asks the domain. It changes nothing: what it returns is applied by process.
func (w *writer) decide(ctx context.Context, j *job, ready []*decided) *decided {
	d := &decided{job: j}
	if j.answerKey = answerKey(j); j.answerKey != "" {
		if slices.ContainsFunc(ready, func(r *decided) bool { return r.job.answerKey == j.answerKey }) {
			d.out.err = domain.ErrNotPlaced
			return d
		}
		if at, known := w.answers.at(j.answerKey); known {
			d.out = w.recall(ctx, j, at)
			return d
		}
	}
	moment := domain.NewMoment(w.bus.Now(), j.id)
	now := moment.Now
	result, events, err := w.ask(j, moment)
	if err != nil {
		d.out.err = err
		return d
	}
	d.out.result = result
	d.out.events = len(events)
	if d.out.err = d.record(w, events, now); d.out.err != nil {
		return &decided{job: j, out: outcome{err: d.out.err}}
	}
	if j.answerKey != "" {
		answer, err := w.answer(ctx, j, result, len(events), now)
		if err != nil {
			return &decided{job: j, out: outcome{err: err}}
		}
		d.unit = append(d.unit, answer)
	}
	if len(d.unit) > eventstore.MaxUnit {
		return &decided{job: j, out: outcome{err: domain.Errorf(domain.CodeTooLarge,
			"the command would make %d changes; at most %d can be made at once", len(events), eventstore.MaxUnit)}}
	}
	return d
}

// ask runs the decision. A panic in it, which is a mistake of the program, fails this command and
// leaves the others alone: a decision changes nothing.
func (w *writer) ask(j *job, moment *domain.Moment) (result any, events []domain.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.bus.Logger.Error("a decision panicked", "command", j.name, "tenant", w.key.tenant, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s.%s panicked: %v", w.surface.Name, j.name, p)
		}
	}()
	return w.surface.cases[j.name].decide(w.state, moment, j.command)
}

// record makes the messages of the decision's events. Their ids derive from the command's, so that
// they are the same however often the command is tried.
func (d *decided) record(w *writer, events []domain.Event, now time.Time) error {
	meta := d.job.call.meta
	for i, ev := range events {
		rec := domain.Recorded{
			ID: domain.EventID(d.job.id, i), Tenant: w.key.tenant, Time: now, Actor: meta.Actor,
			Command: w.surface.Name + "." + d.job.name, Request: meta.RequestID, Reason: meta.Reason,
			Operation: meta.Operation, Event: ev,
		}
		m, err := envelope.Close(w.surface.Codec, w.surface.Name, rec)
		if err != nil {
			return fmt.Errorf("record %s: %w", d.job.name, err)
		}
		d.events, d.unit = append(d.events, rec), append(d.unit, m)
	}
	return nil
}

// flush appends what was decided and tells the outcomes. All of them wait for it, refusals too: a
// refusal may rest on an event that is not on disk yet, or on a state that is no more.
func (w *writer) flush(ctx context.Context, ready []*decided) error {
	var units [][]eventstore.Message
	for _, d := range ready {
		if len(d.unit) > 0 {
			units = append(units, d.unit)
		}
	}
	var positions []eventstore.Position
	var err error
	switch {
	case len(units) > 0:
		positions, err = w.bus.Log.Append(ctx, w.fence, units...)
	case len(ready) > 0:
		err = w.holds(ctx)
	}
	if err != nil {
		return w.failed(ctx, ready, err)
	}
	w.doubts = 0
	for _, d := range ready {
		positions = w.place(d, positions)
		d.job.done <- d.out
	}
	return nil
}

// place gives a decision's messages the first of the positions and returns the rest.
func (w *writer) place(d *decided, positions []eventstore.Position) []eventstore.Position {
	n := len(d.unit)
	if n > 0 {
		w.last = domain.Position(positions[n-1])
	}
	for i := range d.events {
		d.events[i].Position = domain.Position(positions[i])
		w.state.Placed(d.events[i])
	}
	if n > len(d.events) {
		w.answers.add(d.job.answerKey, positions[n-1], d.unit[n-1].Time)
	}
	if d.out.position == 0 {
		d.out.position = w.last
	}
	return positions[n:]
}
