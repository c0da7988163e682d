package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// process decides jobs in order and appends what they caused in as few appends as it can. Each
// decision sees the events of those before it. An error means that this writer must end.
func (w *writer) process(ctx context.Context, jobs []*job) error {
	var ready []*decided
	messages := 0
	for _, j := range jobs {
		if j.ctx.Err() != nil {
			continue // nobody waits for it, and nothing of it has happened
		}
		d := w.decide(ctx, j, ready)
		if (errors.Is(d.out.err, domain.ErrNotPlaced) || messages+len(d.unit) > eventstore.MaxUnit) && len(ready) > 0 {
			if err := w.flush(ctx, ready); err != nil {
				return err
			}
			ready, messages = nil, 0
			d = w.decide(ctx, j, nil)
		}
		for _, rec := range d.events {
			w.state.Apply(rec)
		}
		ready, messages = append(ready, d), messages+len(d.unit)
	}
	return w.flush(ctx, ready)
}

// decide asks the domain. It changes nothing: what it returns is applied by process.
func (w *writer) decide(ctx context.Context, j *job, ready []*decided) *decided {
	d := &decided{job: j}
	if j.answerKey = answerKey(j); j.answerKey != "" {
		if slices.ContainsFunc(ready, func(r *decided) bool { return r.job.answerKey == j.answerKey }) {
			d.out.err = domain.ErrNotPlaced
			return d
		}
		if known, err := w.recall(ctx, j); known || err != nil {
			d.out = j.recalled(err)
			return d
		}
	}
	now := w.bus.Now().UTC()
	result, events, err := w.surface.cases[j.name].decide(w.state, domain.NewMoment(now, j.id), j.command)
	if err != nil {
		d.out.err = err
		return d
	}
	d.out.result = result
	if d.out.err = d.record(w, events, now); d.out.err != nil {
		d.events, d.unit = nil, nil
		return d
	}
	if j.answerKey != "" {
		answer, err := w.answer(ctx, j, result, now)
		if err != nil {
			return &decided{job: j, out: outcome{err: err}}
		}
		d.unit = append(d.unit, answer)
	}
	return d
}

// record makes the messages of the decision's events. Their ids derive from the command's, so that
// they are the same however often the command is tried.
func (d *decided) record(w *writer, events []domain.Event, now time.Time) error {
	meta := d.job.call.meta
	for i, ev := range events {
		rec := domain.Recorded{
			ID: d.job.id + "-" + strconv.Itoa(i), Tenant: w.key.tenant, Time: now, Actor: meta.Actor,
			Command: w.surface.Name + "." + d.job.name, Request: meta.RequestID, Reason: meta.Reason, Event: ev,
		}
		m, err := envelope.Close(w.surface.Codec, w.surface.Name, rec)
		if err != nil {
			return fmt.Errorf("record %s: %w", d.job.name, err)
		}
		d.events, d.unit = append(d.events, rec), append(d.unit, m)
	}
	if len(d.unit) > eventstore.MaxUnit {
		return domain.Errorf(domain.CodeTooLarge, "the command would make %d changes; at most %d can be made at once", len(d.unit), eventstore.MaxUnit)
	}
	return nil
}

// flush appends what was decided and tells the outcomes. All of them wait for it, refusals too: a
// refusal may rest on an event that is not on disk yet.
func (w *writer) flush(ctx context.Context, ready []*decided) error {
	var units [][]eventstore.Message
	for _, d := range ready {
		if len(d.unit) > 0 {
			units = append(units, d.unit)
		}
	}
	var positions []eventstore.Position
	if len(units) > 0 {
		var err error
		if positions, err = w.bus.Log.Append(ctx, w.fence, units...); err != nil {
			return w.failed(ctx, ready, err)
		}
	}
	for _, d := range ready {
		positions = w.place(d, positions)
		d.job.done <- d.out
	}
	return nil
}

// place gives a decision's events the first of the positions and returns the rest.
func (w *writer) place(d *decided, positions []eventstore.Position) []eventstore.Position {
	n := len(d.unit)
	if n > 0 {
		w.last = domain.Position(positions[n-1])
	}
	for i := range d.events {
		d.events[i].Position = domain.Position(positions[i])
		w.state.Placed(d.events[i])
	}
	if d.out.position == 0 {
		d.out.position = w.last
	}
	return positions[n:]
}

// failed sorts an append out that did not succeed. When another node has the tenant, this writer
// ends and its commands look for the new one. When the outcome is not known, the tenant is taken
// again: the new fence keeps late messages of the old append out, and reading the log tells which
// commands got in. The others are decided again, against the state as it really is.
func (w *writer) failed(ctx context.Context, ready []*decided, cause error) error {
	if errors.Is(cause, eventstore.ErrFenced) {
		return cause
	}
	if errors.Is(cause, eventstore.ErrTooLarge) {
		return w.tooLarge(ctx, ready, cause)
	}
	w.bus.Logger.Warn("an append is in doubt, reading the log to know", "tenant", w.key.tenant, "error", cause)
	stored := map[string]domain.Position{}
	for _, d := range ready {
		for _, m := range d.unit {
			stored[m.ID] = 0
		}
	}
	seen := func(r eventstore.Recorded) {
		if _, asked := stored[r.ID]; asked {
			stored[r.ID] = domain.Position(r.Position)
		}
	}
	if err := w.retake(ctx, seen); err != nil {
		return err
	}
	var again []*job
	for _, d := range ready {
		if n := len(d.unit); n > 0 && stored[d.unit[n-1].ID] > 0 {
			d.out.position = stored[d.unit[n-1].ID]
			d.job.done <- d.out
			continue
		}
		again = append(again, d.job)
	}
	return w.process(ctx, again)
}

// retake takes the tenant again until it succeeds or ctx ends.
func (w *writer) retake(ctx context.Context, seen func(eventstore.Recorded)) error {
	for attempt := 0; ; attempt++ {
		err := w.take(ctx, seen)
		if err == nil {
			return nil
		}
		w.bus.Logger.Warn("could not read the log", "tenant", w.key.tenant, "error", err)
		if err := pause(ctx, min(attempt, 7)); err != nil {
			return err
		}
	}
}

// tooLarge answers the commands that would not fit in the log. The log refuses before it sends, so
// nothing has happened: the state is read anew, the large ones are refused, the rest decided again.
func (w *writer) tooLarge(ctx context.Context, ready []*decided, cause error) error {
	if err := w.retake(ctx, nil); err != nil {
		return err
	}
	if len(ready) == 1 {
		ready[0].job.done <- outcome{err: domain.Errorf(domain.CodeTooLarge, "the change is too large for the log: %v", cause)}
		return nil
	}
	for _, d := range ready {
		if err := w.process(ctx, []*job{d.job}); err != nil {
			return err
		}
	}
	return nil
}
