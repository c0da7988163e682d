// Package resources tells what happened to any resource of any surface: its history, which event gave each of
// its fields the present value, and what differs between two moments of it. All of it is folded from the events
// of the resource alone, so that it is there as long as the log is, also for what is gone.
//
// It rests on the form of events that docs/adding-a-surface.md asks for, and knows no surface.
package resources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections"
)

// Surface is what has to be known of a surface beyond the form of its events.
type Surface struct {
	// Codec lifts events to their present shape.
	Codec *domain.Codec
	// Part names the part of a resource that an event is about as a whole, where no member of the event is that
	// part; an empty name for all other events. nil: there are no such events.
	Part func(domain.Event) (name, id string)
}

// Queries answers from a log.
type Queries struct {
	log      eventstore.Log
	surfaces map[string]Surface
}

// New returns the queries over a log. Events of a surface that is not among surfaces are read as they were
// written.
func New(log eventstore.Log, surfaces map[string]Surface) *Queries { return &Queries{log, surfaces} }

// Resource names anything that has a subject of its own in the log, also one that is gone.
type Resource struct {
	Surface, Tenant string
	// Kind and ID are those of the subject.
	Kind, ID string
}

// Happening is one event of a resource with what it changed. Sealed secrets are masked.
type Happening struct {
	domain.Recorded
	// Part is the part of the resource that the event is about, as its JSON calls it: "group", "binding",
	// "publication" …; empty for an event about several.
	Part string
	// Before and After are the part as it was and as it is; null where it was not, or is not.
	Before, After json.RawMessage
	// Data is what an event says that is about several parts.
	Data json.RawMessage
	Diff *Diff
}

// ErrNeverWas is the refusal for a resource that a tenant never had.
func ErrNeverWas(r Resource) *domain.Error {
	return domain.Errorf(domain.CodeNotFound, "the surface %q never had a thing of kind %q with the id %q here", r.Surface, r.Kind, r.ID)
}

// Happenings returns a page of what happened to a resource, and how many events there are in all: up to the
// moment of the context, or the end of the log. The page begins after offset events and has at most limit of
// them. Errors: gatelog.not_found when the resource never was.
func (q *Queries) Happenings(ctx context.Context, of Resource, newestFirst bool, offset, limit int) ([]Happening, int, error) {
	total := 0
	err := q.eachChange(ctx, of, 0, func(domain.Recorded, change) error { total++; return nil })
	if err != nil {
		return nil, 0, err
	}
	from := min(offset, total)
	to := min(from+limit, total)
	if newestFirst {
		from, to = total-to, total-from
	}
	page, n := []Happening{}, 0
	err = q.eachChange(ctx, of, 0, func(rec domain.Recorded, c change) error {
		n++
		if n <= from || n > to {
			return nil
		}
		h, err := c.happening(rec)
		page = append(page, h)
		return err
	})
	if newestFirst {
		slices.Reverse(page)
	}
	return page, total, err
}

// At returns the JSON of a resource as it was when the log ended at a position (0: the moment of the context);
// null when it was not there. Sealed secrets are not masked, so that a secret that changed shows in a DiffOf.
// Errors: gatelog.not_found when it never was.
func (q *Queries) At(ctx context.Context, of Resource, at domain.Position) (json.RawMessage, error) {
	current := json.RawMessage("null")
	err := q.eachChange(ctx, of, at, func(_ domain.Recorded, c change) error {
		if c.main {
			current = orNull(c.after)
		}
		return nil
	})
	return current, err
}

// eachChange tells what each event of a resource changed, oldest first, up to a position (0: the moment of the
// context, or the end of the log). At a position that is named the resource need not have been there yet.
func (q *Queries) eachChange(ctx context.Context, of Resource, at domain.Position, each func(domain.Recorded, change) error) error {
	subject, err := eventstore.Subject(of.Surface, of.Tenant, of.Kind, of.ID)
	if err != nil {
		return ErrNeverWas(of)
	}
	strict := at == 0
	if end, past := projections.MomentOf(ctx); past && (at == 0 || end < at) {
		at = end
	}
	newest, err := q.log.Newest(ctx, subject, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return ErrNeverWas(of)
	}
	if err != nil {
		return err
	}
	end := newest.Position
	if at > 0 {
		end = min(end, eventstore.Position(at))
	}
	found, life := false, existence{surface: q.surfaces[of.Surface], parts: map[partKey]json.RawMessage{}}
	err = q.log.Read(ctx, 0, end, func(r eventstore.Recorded) error {
		rec, ok, err := q.open(of.Surface, r)
		if err != nil || !ok {
			return err
		}
		c, err := life.fold(rec.Event)
		if err != nil {
			return fmt.Errorf("position %d: %w", r.Position, err)
		}
		found = true
		return each(rec, c)
	}, subject)
	if err == nil && !found && strict {
		err = ErrNeverWas(of)
	}
	return err
}

// open reads an event with the codec of its surface, or as it was written.
func (q *Queries) open(surface string, r eventstore.Recorded) (domain.Recorded, bool, error) {
	if codec := q.surfaces[surface].Codec; codec != nil {
		return envelope.Open(codec, r)
	}
	return envelope.OpenRaw(r)
}
