package gatelog

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

// logs registers what can be asked of the log and of those who follow it.
func (s *surface) logs(api huma.API) {
	register(s, api, operation{
		id: "show-event", method: http.MethodGet, path: "/gatelog/v1/log/{position}", action: ActionLog,
		summary: "Show the event at a position of the log",
		doc:     "As a CloudEvent in structured mode. Secrets in it are sealed. Granted account-wide only.",
	}, s.showEvent)
	register(s, api, operation{
		id: "list-projections", method: http.MethodGet, path: "/gatelog/v1/projections", action: ActionProjections,
		summary: "Show how far the read models are",
		doc:     "Granted account-wide only.",
	}, s.listProjections)
}

type eventIn struct {
	AccountWide
	Position uint64 `path:"position" minimum:"1" doc:"Place in the log, from 1."`
}

func (s *surface) showEvent(ctx context.Context, _ commands.Call, in *eventIn) (*found[CloudEvent], error) {
	r, err := s.Log.At(ctx, eventstore.Position(in.Position))
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil, domain.Errorf(domain.CodeNotFound, "the log has no event at position %d", in.Position)
	}
	if err != nil {
		return nil, err
	}
	return &found[CloudEvent]{NewCloudEvent(r)}, nil
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
}

// FailureView is an event that cannot be applied.
type FailureView struct {
	Position domain.Position `json:"position"`
	Type     string          `json:"type"`
	Error    string          `json:"error"`
}

func (s *surface) listProjections(ctx context.Context, _ commands.Call, _ *AccountWide) (*found[ProjectionListView], error) {
	checkpoints, err := projections.Checkpoints(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	head, err := s.Log.Head(ctx)
	if err != nil {
		return nil, err
	}
	view := ProjectionListView{Head: domain.Position(head), Projections: []ProjectionView{}}
	for _, p := range s.Projections {
		newest, err := s.newestFor(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, c := range checkpoints {
			if c.Name == p.Name {
				view.Projections = append(view.Projections, viewCheckpoint(c, newest))
			}
		}
	}
	return &found[ProjectionListView]{view}, nil
}

// newestFor returns the position of the newest event that a projection is to apply.
func (s *surface) newestFor(ctx context.Context, p *projections.Projection) (domain.Position, error) {
	newest, err := s.Log.Newest(ctx, p.Filter(), 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return 0, nil
	}
	return domain.Position(newest.Position), err
}

func viewCheckpoint(c projections.Checkpoint, newest domain.Position) ProjectionView {
	v := ProjectionView{
		Name: c.Name, Version: c.Version, Position: c.Position, Head: newest, Lag: max(newest, c.Position) - c.Position,
		Owner: c.Owner, LeaseUntil: c.LeaseUntil, UpdatedAt: c.UpdatedAt,
	}
	if c.FailedAt > 0 {
		v.Failure = &FailureView{c.FailedAt, c.FailedType, c.Failure}
	}
	return v
}
