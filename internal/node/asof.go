package node

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

// asOfPatience bounds the wait for the past to be kept up to a moment. It is behind the present by
// fractions of a second, but for the time after an upgrade in which it is made.
const asOfPatience = 10 * time.Second

// beginAsOf makes sure that the moment which the node shows can be shown, and names it by its position: a
// time would be looked up for each request.
func (n *Node) beginAsOf(ctx context.Context) error {
	if n.accounts.Account().ID == "" {
		return errors.New("there is nothing to show yet: start 'gatelog serve' without a moment first")
	}
	at, err := n.position(ctx, n.moment)
	if err != nil {
		return fmt.Errorf("--as-of %s: %w", n.moment, err)
	}
	n.moment = strconv.FormatUint(uint64(at), 10)
	_, err = n.asOf(ctx, n.moment)
	return err
}

// Moment returns the position of the log that the node shows once it has begun, or "" for the present.
func (n *Node) Moment() string { return n.moment }

// asOf returns a context in which queries see the world at a position of the log, or at the last one that
// was decided before or at an RFC 3339 time; an empty text is the moment that the node shows. Errors: gatelog.invalid for a moment that cannot be read or
// has not come, gatelog.unavailable while the past is not kept up to it.
func (n *Node) asOf(ctx context.Context, text string) (context.Context, error) {
	if text == "" {
		text = n.moment
	}
	at, err := n.position(ctx, text)
	if err != nil {
		return nil, err
	}
	for _, r := range n.runners {
		if !r.Projection.IsPast() {
			continue
		}
		if err := n.awaitPast(ctx, r, at); err != nil {
			return nil, err
		}
	}
	return projections.AsOf(ctx, domain.Position(at)), nil
}

// position reads the name of a moment.
func (n *Node) position(ctx context.Context, text string) (eventstore.Position, error) {
	number, notNumber := strconv.ParseUint(text, 10, 63)
	if notNumber == nil && n.kept(domain.Position(number)) { // spares asking the log
		return eventstore.Position(number), nil
	}
	head, err := n.engines.Log.Head(ctx)
	if err != nil {
		return 0, err
	}
	refusal := func(why string) *domain.Error {
		err := domain.Errorf(domain.CodeInvalid, "%s: as_of is a position of the log, 1 to %d, or a time that has been, like 2026-01-02T15:04:05Z", why, head)
		err.Param = "as_of"
		return err
	}
	if notNumber == nil {
		if number < 1 || eventstore.Position(number) > head {
			return 0, refusal("the log has no such position")
		}
		return eventstore.Position(number), nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	switch {
	case err != nil:
		return 0, refusal("neither a number nor an RFC 3339 time")
	case t.After(time.Now()):
		return 0, refusal("the time has not come")
	}
	first, err := eventstore.FirstSince(ctx, n.engines.Log, head, t.Add(1))
	if err == nil && first == 1 {
		return 0, refusal("the log begins later")
	}
	return first - 1, err
}

// kept reports whether the past is kept up to a position, which is one of the log then.
func (n *Node) kept(at domain.Position) bool {
	for _, r := range n.runners {
		if r.Projection.IsPast() && n.marks.At(r.Projection.Name) < at {
			return false
		}
	}
	return at > 0
}

// awaitPast waits until a past holds what its surface had at a position. That is the position of its
// newest event, which is asked for only when it may matter: the question goes over all subjects.
func (n *Node) awaitPast(ctx context.Context, r *projections.Runner, at eventstore.Position) error {
	name := r.Projection.Name
	if n.marks.At(name) >= domain.Position(at) {
		return nil
	}
	newest, err := n.engines.Log.Newest(ctx, r.Projection.Filter(), 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	needed := domain.Position(min(newest.Position, at))
	if failure := r.Failed(); failure != nil && n.marks.At(name) < needed {
		return domain.Errorf(domain.CodeUnavailable, "the past cannot be read: %v", failure)
	}
	waiting, cancel := context.WithTimeout(ctx, asOfPatience)
	defer cancel()
	if err := n.marks.Await(waiting, name, needed); err != nil {
		return domain.Errorf(domain.CodeUnavailable, "the past is kept up to position %d so far, %d was asked for: try again", n.marks.At(name), at)
	}
	return nil
}
