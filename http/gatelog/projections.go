package gatelog

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/projections"
)

// ActionSkip lets a projection pass over an event that it cannot apply. It is granted account-wide only.
const ActionSkip = "gatelog:projections:skip"

// projections registers what can be asked of those who follow the log, and told them.
func (s *surface) projections(api huma.API) {
	register(s, api, operation{
		id: "list-projections", method: http.MethodGet, path: "/gatelog/v1/projections", action: ActionProjections,
		summary: "Show how far the read models are",
		doc:     "Granted account-wide only.",
	}, s.listProjections)
	register(s, api, operation{
		id: "skip-event", method: http.MethodPost, path: "/gatelog/v1/projections/{name}/skips", action: ActionSkip,
		summary: "Let a projection pass over the event that it stopped at",
		doc: "Only the event that the projection cannot apply can be skipped. What it says is missing in the read models from then on. " +
			"The skip is an event in the log, with who said so and why, and holds for all times. Granted account-wide only.",
	}, s.skipEvent)
}

// ProjectionListView is how far all projections are.
type ProjectionListView struct {
	Head        domain.Position  `json:"head" doc:"Position of the newest event in the log."`
	Projections []ProjectionView `json:"projections"`
}

// ProjectionView is how far one projection is.
type ProjectionView struct {
	Name       string          `json:"name"`
	Version    int             `json:"version" doc:"Version of the tables."`
	Position   domain.Position `json:"position" doc:"The tables hold the log up to here."`
	Head       domain.Position `json:"head" doc:"Position of the newest event that the projection is to apply."`
	Lag        domain.Position `json:"lag" doc:"Positions between the two."`
	Owner      string          `json:"owner" doc:"Node that applies events now; empty for none."`
	LeaseUntil time.Time       `json:"lease_until" doc:"Until when it owns the projection, unless it says so again."`
	UpdatedAt  time.Time       `json:"updated_at" doc:"When the last events were applied."`
	Failure    *FailureView    `json:"failure,omitempty" doc:"Why the projection has stopped; absent while it works."`
	Skipped    []SkipView      `json:"skipped,omitempty" doc:"Events that it passes over, because an operator said so."`
}

// FailureView is an event that cannot be applied.
type FailureView struct {
	Position domain.Position `json:"position"`
	Type     string          `json:"type"`
	Error    string          `json:"error"`
}

// SkipView is an event that a projection passes over.
type SkipView struct {
	Position   domain.Position `json:"position" doc:"Of the event that is passed over."`
	Type       string          `json:"type" doc:"Of that event; empty where the message is no event."`
	Error      string          `json:"error" doc:"Why it could not be applied."`
	RecordedAt domain.Position `json:"recorded_at" doc:"Position of the event that records the skip."`
	Time       time.Time       `json:"time"`
	By         string          `json:"by" doc:"Who said so."`
	Reason     string          `json:"reason"`
}

// NewProjectionView returns what is told of the status of a projection.
func NewProjectionView(st projections.Status) ProjectionView {
	v := ProjectionView{
		Name: st.Name, Version: st.Version, Position: st.Position, Head: st.Head, Lag: st.Lag,
		Owner: st.Owner, LeaseUntil: st.LeaseUntil, UpdatedAt: st.UpdatedAt,
	}
	if st.FailedAt > 0 {
		v.Failure = &FailureView{st.FailedAt, st.FailedType, st.Checkpoint.Failure}
	}
	for _, skip := range st.Skipped {
		v.Skipped = append(v.Skipped, NewSkipView(skip))
	}
	return v
}

// NewSkipView returns what is told of a skip.
func NewSkipView(k projections.Skip) SkipView {
	return SkipView{Position: k.Position, Type: k.Type, Error: k.Failure, RecordedAt: k.RecordedAt, Time: k.Time, By: k.By, Reason: k.Reason}
}

func (s *surface) listProjections(ctx context.Context, _ commands.Call, _ *AccountWide) (*found[ProjectionListView], error) {
	head, err := s.Log.Head(ctx)
	if err != nil {
		return nil, err
	}
	all, err := projections.StatusOf(ctx, s.DB, s.Log, s.Projections)
	if err != nil {
		return nil, err
	}
	view := ProjectionListView{Head: domain.Position(head), Projections: []ProjectionView{}}
	for _, st := range all {
		view.Projections = append(view.Projections, NewProjectionView(st))
	}
	return &found[ProjectionListView]{view}, nil
}

type skipIn struct {
	AccountWide
	Name string `path:"name" pattern:"^[a-z]{1,64}$" doc:"Name of the projection."`
	Body struct {
		Position uint64 `json:"position" minimum:"1" doc:"Of the event that the projection has stopped at."`
		Reason   string `json:"reason" minLength:"1" maxLength:"256" doc:"Why it may be passed over."`
	}
}

func (s *surface) skipEvent(ctx context.Context, call commands.Call, in *skipIn) (*changed[SkipView], error) {
	for _, p := range s.Projections {
		if p.Name != in.Name {
			continue
		}
		meta := call.Meta()
		meta.Actor.UserName = cmp.Or(meta.Actor.UserName, meta.Actor.UserID, "a caller without a name")
		skip, err := projections.RecordSkip(ctx, s.DB, s.Log, p, projections.SkipOrder{
			ID: meta.Trace.ID(), Position: domain.Position(in.Body.Position), Actor: meta.Actor, Request: meta.RequestID, Operation: meta.Operation, Reason: in.Body.Reason,
		})
		for _, refusal := range []error{projections.ErrNotStopped, projections.ErrSkipped, projections.ErrSkipUnexplained} {
			if errors.Is(err, refusal) {
				return nil, domain.Errorf(domain.CodeInvalid, "%v", err)
			}
		}
		if err != nil {
			return nil, err
		}
		meta.Trace.Recorded(1)
		return &changed[SkipView]{Position: place(skip.RecordedAt), Body: NewSkipView(skip)}, nil
	}
	return nil, domain.Errorf(domain.CodeNotFound, "there is no projection %s", in.Name)
}
