package projections

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// A skip is an event in the log, on a surface of its own, so that it is where an auditor looks, comes back
// with a backup, and holds for every rebuild. Its subject is evt.projections.account.<projection>.<position>.
const (
	skipSurface = "projections"
	skipTenant  = "account"
	// TypeSkipped is the type of the event that records a skip.
	TypeSkipped = "projections.event.skipped"
)

// Skip is an event that a projection passes over, because an operator said so.
type Skip struct {
	Projection string          `json:"projection"`
	Position   domain.Position `json:"position"` // of the event that is passed over
	Type       string          `json:"type"`     // of that event; empty where it is no event at all
	Failure    string          `json:"failure"`  // why it could not be applied
	// RecordedAt is the position of the record, By who made it, Time when, Reason why.
	RecordedAt domain.Position `json:"recorded_at"`
	Time       time.Time       `json:"time"`
	By         string          `json:"by"`
	Reason     string          `json:"reason"`
}

// skipData is what a record says besides its attributes.
type skipData struct {
	Projection string          `json:"projection"`
	Position   domain.Position `json:"position"`
	Type       string          `json:"type"`
	Failure    string          `json:"failure"`
}

// skipFilters name the skips of a projection. A past passes over what its present passes over, too.
func skipFilters(p *Projection) []string {
	filters := []string{"evt." + skipSurface + "." + skipTenant + "." + p.Name + ".>"}
	if p.of != nil {
		filters = append(filters, skipFilters(p.of)...)
	}
	return filters
}

// Skips returns what a projection passes over, in the order in which it was recorded.
func Skips(ctx context.Context, log eventstore.Log, p *Projection) ([]Skip, error) {
	var last eventstore.Position
	for _, filter := range skipFilters(p) {
		newest, err := log.Newest(ctx, filter, 0)
		if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
			return nil, fmt.Errorf("find what %s skips: %w", p.Name, err)
		}
		last = max(last, newest.Position)
	}
	if last == 0 {
		return nil, nil
	}
	var all []Skip
	err := log.Read(ctx, 0, last, func(r eventstore.Recorded) error {
		s, err := openSkip(r)
		all = append(all, s)
		return err
	}, skipFilters(p)...)
	if err != nil {
		return nil, fmt.Errorf("read what %s skips: %w", p.Name, err)
	}
	return all, nil
}

func openSkip(r eventstore.Recorded) (Skip, error) {
	var d skipData
	if err := json.Unmarshal(r.Data, &d); err != nil || r.Type != TypeSkipped || d.Position == 0 {
		return Skip{}, errors.Join(fmt.Errorf("position %d is no record of a skip", r.Position), err)
	}
	return Skip{
		Projection: d.Projection, Position: d.Position, Type: d.Type, Failure: d.Failure,
		RecordedAt: domain.Position(r.Position), Time: r.Time, By: r.Extensions["actorname"], Reason: r.Extensions["reason"],
	}, nil
}

// skips are the positions that a projection passes over.
type skips map[domain.Position]bool

func skipsOf(ctx context.Context, log eventstore.Log, p *Projection) (skips, error) {
	all, err := Skips(ctx, log, p)
	if err != nil {
		return nil, err
	}
	positions := make(skips, len(all))
	for _, s := range all {
		positions[s.Position] = true
	}
	return positions, nil
}

// without returns the messages that are not skipped.
func (s skips) without(batch []eventstore.Recorded) []eventstore.Recorded {
	if len(s) == 0 {
		return batch
	}
	kept := make([]eventstore.Recorded, 0, len(batch))
	for _, r := range batch {
		if !s[domain.Position(r.Position)] {
			kept = append(kept, r)
		}
	}
	return kept
}

// errSkipped ends the waiting for a skip.
var errSkipped = errors.New("the event was skipped")

// awaitSkip returns when an event was skipped, or an error when ctx ends.
func awaitSkip(ctx context.Context, log eventstore.Log, p *Projection, at domain.Position) error {
	err := log.Follow(ctx, 0, batchMost, func(batch []eventstore.Recorded) error {
		for _, r := range batch {
			s, err := openSkip(r)
			if err != nil {
				return err
			}
			if s.Position == at {
				return errSkipped
			}
		}
		return nil
	}, skipFilters(p)...)
	if errors.Is(err, errSkipped) {
		return nil
	}
	return err
}

// Bounds of what a skip is recorded with, in bytes.
const (
	skipReasonMost = 1024
	skipByMost     = 256
)

// Errors of RecordSkip. They are values: ask with errors.Is.
var (
	// ErrNotStopped: the projection has not stopped at this event, and the event can be applied.
	ErrNotStopped = errors.New("only the event that a projection has stopped at can be skipped")
	// ErrSkipped: it was skipped before.
	ErrSkipped = errors.New("the event was skipped before")
	// ErrSkipUnexplained: the name of the actor or the reason is missing, or longer than 256 or 1,024 bytes.
	ErrSkipUnexplained = errors.New("a skip needs a reason of up to 1,024 bytes, and who gives it")
)

// SkipOrder is what an operator says.
type SkipOrder struct {
	ID       string          // of the event that records the skip, unique over all; empty for a new one
	Position domain.Position // of the event that is to be passed over
	Actor    domain.Actor    // who says so; UserName must be given, 1 to 256 bytes
	Request  string          // id of the request; empty for none
	// Operation is '<surface>/<operation id>' of the HTTP API that was called; empty for none.
	Operation string
	Reason    string // why, 1 to 1,024 bytes
}

// RecordSkip lets a projection pass over exactly the event that it cannot apply, for ever: it records who
// says so, and why. Runners that wait go on, rebuilds and verifications know of it. The rows that the event
// would have made are missing from then on; nothing else is passed over.
func RecordSkip(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, o SkipOrder) (Skip, error) {
	if o.Actor.UserName == "" || len(o.Actor.UserName) > skipByMost || o.Reason == "" || len(o.Reason) > skipReasonMost {
		return Skip{}, ErrSkipUnexplained
	}
	d, err := skippable(ctx, db, log, p, o.Position)
	if err != nil {
		return Skip{}, fmt.Errorf("skip position %d in %s: %w", o.Position, p.Name, err)
	}
	m, err := o.message(d)
	if err != nil {
		return Skip{}, err
	}
	fence, err := log.Take(ctx, skipSurface, skipTenant, "operator")
	if err != nil {
		return Skip{}, err
	}
	positions, err := log.Append(ctx, fence, []eventstore.Message{m})
	if err != nil {
		return Skip{}, fmt.Errorf("record the skip of position %d in %s: %w", o.Position, p.Name, err)
	}
	return openSkip(eventstore.Recorded{Message: m, Position: positions[0]})
}

// message is the record of a skip.
func (o SkipOrder) message(d skipData) (eventstore.Message, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return eventstore.Message{}, err
	}
	subject, err := eventstore.Subject(skipSurface, skipTenant, d.Projection, strconv.FormatUint(uint64(d.Position), 10))
	return eventstore.Message{
		Subject: subject, ID: cmp.Or(o.ID, ulid.Make().String()), Type: TypeSkipped, Schema: 1, Time: time.Now().UTC().Truncate(time.Microsecond),
		Extensions: map[string]string{
			"actorid": o.Actor.UserID, "actorname": o.Actor.UserName, "accesskey": o.Actor.Key, "clientaddress": o.Actor.Address,
			"client": o.Actor.Client, "command": "projections.Skip", "correlationid": o.Request, "reason": o.Reason, "operation": o.Operation,
		},
		Data: data,
	}, err
}

// skippable returns what is to be recorded of an event, or why it must not be skipped.
func skippable(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection, at domain.Position) (skipData, error) {
	before, err := skipsOf(ctx, log, p)
	if err != nil {
		return skipData{}, err
	}
	if before[at] {
		return skipData{}, ErrSkipped
	}
	all, err := Checkpoints(ctx, db)
	if err != nil {
		return skipData{}, err
	}
	stopped := domain.Position(0)
	for _, c := range all {
		if c.Name == p.Name {
			stopped = c.FailedAt
		}
		if c.Name == p.Name && c.FailedAt == at && at > 0 {
			return skipData{p.Name, at, c.FailedType, c.Failure}, nil
		}
	}
	d, err := unapplicable(ctx, log, p, at)
	if err != nil {
		return skipData{}, err
	}
	if d != nil {
		return *d, nil
	}
	if stopped == 0 {
		return skipData{}, fmt.Errorf("%w: it has not stopped", ErrNotStopped)
	}
	return skipData{}, fmt.Errorf("%w: it has stopped at %d", ErrNotStopped, stopped)
}

// unapplicable returns what is to be recorded of an event that this program cannot apply, nil of one that
// it can. That happens where no projection has stopped yet: when tables of a new version are to be made.
func unapplicable(ctx context.Context, log eventstore.Log, p *Projection, at domain.Position) (*skipData, error) {
	if at == 0 {
		return nil, nil
	}
	cause := foldBetween(ctx, log, p, at-1, at, 1, func(folded) error { return nil })
	failure := (*Failure)(nil)
	if errors.As(cause, &failure) {
		return &skipData{p.Name, at, failure.Type, failure.Err.Error()}, nil
	}
	if errors.Is(cause, eventstore.ErrNotFound) {
		return nil, nil
	}
	return nil, cause
}
