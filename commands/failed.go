package commands

import (
	"context"
	"errors"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Bounds of how long a writer tries to mend what failed: the appends in doubt after which commands are
// told to come again later, and the tries to take the tenant again before the writer gives up.
const (
	doubtsMost  = 4
	retakesMost = 8
)

// failed sorts an append out that did not succeed. When another node has the tenant, this writer
// ends and its commands look for the new one. When the outcome is not known, the tenant is taken
// again: the new fence keeps late messages of the old append out, and reading the log tells which
// commands got in. The others are decided again, against the state as it really is.
func (w *writer) failed(ctx context.Context, ready []*decided, cause error) error {
	switch {
	case errors.Is(cause, eventstore.ErrFenced):
		return cause
	case errors.Is(cause, eventstore.ErrTooLarge), errors.Is(cause, eventstore.ErrInvalid):
		return w.refused(ctx, ready, cause)
	}
	w.doubts++
	w.bus.Logger.Warn("an append is in doubt, reading the log to know", "tenant", w.key.tenant, "error", cause)
	stored := map[string]domain.Position{} // last message of a unit -> its place, zero for none
	for _, d := range ready {
		if n := len(d.unit); n > 0 {
			stored[d.unit[n-1].ID] = 0
		}
	}
	seen := func(r eventstore.Recorded) {
		if _, asked := stored[r.ID]; asked {
			stored[r.ID] = domain.Position(r.Position)
		}
	}
	if err := w.retake(ctx, seen); err != nil {
		giveUp(ready, err)
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
	if w.doubts > doubtsMost {
		for _, j := range again {
			j.done <- outcome{err: unavailable(cause)}
		}
		return nil
	}
	return w.process(ctx, again)
}

// giveUp answers commands whose append is in doubt and can't be looked for. One whose answer would
// have been recorded with it is left to be tried again: it is carried out once all the same.
func giveUp(ready []*decided, cause error) {
	for _, d := range ready {
		if len(d.unit) > 0 && d.job.answerKey == "" {
			d.job.done <- outcome{err: unknown(cause)}
		}
	}
}

// retake takes the tenant again, with some patience for a log that is away.
func (w *writer) retake(ctx context.Context, seen func(eventstore.Recorded)) error {
	for attempt := 0; ; attempt++ {
		err := w.take(ctx, seen)
		if err == nil {
			return nil
		}
		w.bus.Logger.Warn("could not read the log", "tenant", w.key.tenant, "error", err)
		if attempt >= retakesMost {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// refused answers the commands that the log does not take. It refuses before it sends, so nothing has
// happened: the state is read anew, and each command is decided alone, so that only those are refused
// that have to be.
func (w *writer) refused(ctx context.Context, ready []*decided, cause error) error {
	if err := w.retake(ctx, nil); err != nil {
		return err
	}
	if len(ready) == 1 {
		err := cause
		if errors.Is(cause, eventstore.ErrTooLarge) {
			err = domain.Errorf(domain.CodeTooLarge, "the change is too large for the log: %v", cause)
		}
		ready[0].job.done <- outcome{err: err}
		return nil
	}
	for _, d := range ready {
		if err := w.process(ctx, []*job{d.job}); err != nil {
			return err
		}
	}
	return nil
}
