package gatelog

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/projections"
	"github.com/gatelog/gatelog/projections/resources"
)

// MomentsDiffView is the difference between a resource at two moments.
type MomentsDiffView struct {
	Kind string          `json:"kind"`
	ID   string          `json:"id"`
	From domain.Position `json:"from" doc:"Position of the first moment."`
	To   domain.Position `json:"to" doc:"Position of the second moment."`
	resources.Diff
}

// Moments are the two moments of a comparison.
type Moments struct {
	From string `query:"from" required:"true" minLength:"1" maxLength:"40" doc:"Position of the log (1742) or time (2026-01-02T15:04:05Z)."`
	To   string `query:"to" maxLength:"40" doc:"As from; default: now."`
}

func (m Moments) moments() Moments { return m }

type diffResourceIn struct {
	OfResource
	Moments
}

type diffAccountIn struct {
	OfAccount
	Moments
}

func diffResource[I interface {
	located
	moments() Moments
}](s *surface) func(context.Context, commands.Call, *I) (*found[MomentsDiffView], error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*found[MomentsDiffView], error) {
		of, name := (*in).resource(), (*in).named()
		from, to, err := s.between(ctx, (*in).moments())
		if err != nil {
			return nil, err
		}
		before, err := s.told.At(ctx, of, from)
		if err != nil {
			return nil, err
		}
		after, err := s.told.At(ctx, of, to)
		if err != nil {
			return nil, err
		}
		d, err := resources.DiffOf(before, after)
		return &found[MomentsDiffView]{MomentsDiffView{name.Kind, name.ID, from, to, d}}, err
	}
}

type diffWholeIn struct {
	InInstance
	Moments
	GroupID string `query:"group_id" pattern:"^[A-Za-z0-9_-]{0,65}$" doc:"Group; without it the whole instance."`
}

func (s *surface) diffWhole(ctx context.Context, _ commands.Call, in *diffWholeIn) (*found[MomentsDiffView], error) {
	from, to, err := s.between(ctx, in.Moments)
	if err != nil {
		return nil, err
	}
	before, gone, err := s.whole(ctx, in, from)
	if err != nil {
		return nil, err
	}
	after, never, err := s.whole(ctx, in, to)
	if err != nil {
		return nil, err
	}
	if gone != nil && never != nil {
		return nil, gone
	}
	d, err := resources.DiffOf(before, after)
	view := MomentsDiffView{Kind: "instance", ID: in.InstanceID, From: from, To: to, Diff: d}
	if in.GroupID != "" {
		view.Kind, view.ID = "group", in.GroupID
	}
	return &found[MomentsDiffView]{view}, err
}

// whole returns a group or an instance at a position: null, and why, when it was not there.
func (s *surface) whole(ctx context.Context, in *diffWholeIn, at domain.Position) (document json.RawMessage, absent, err error) {
	if in.GroupID != "" {
		document, err = s.Queries.GroupAt(ctx, in.in(), in.GroupID, at)
	} else {
		document, err = s.Queries.InstanceAt(ctx, in.in(), at)
	}
	if statusOf(domain.CodeOf(err)) == http.StatusNotFound {
		return json.RawMessage("null"), err, nil
	}
	return document, nil, err
}

// between returns the positions of two moments. The second one is by default the present, or what is it to the
// request.
func (s *surface) between(ctx context.Context, m Moments) (from, to domain.Position, err error) {
	if from, err = s.position(ctx, "from", m.From); err != nil {
		return 0, 0, err
	}
	if m.To == "" {
		_, to, err = s.oneMoment(ctx)
		return from, to, err
	}
	to, err = s.position(ctx, "to", m.To)
	return from, to, err
}

// position returns the position that a moment's name stands for.
func (s *surface) position(ctx context.Context, param, moment string) (domain.Position, error) {
	past, err := s.AsOf(ctx, moment)
	if refusal := (*domain.Error)(nil); errors.As(err, &refusal) {
		return 0, &domain.Error{Code: refusal.Code, Message: param + ": " + refusal.Message, Param: param}
	}
	if err != nil {
		return 0, err
	}
	at, _ := projections.MomentOf(past)
	if end, ends := projections.MomentOf(ctx); ends && at > end {
		return 0, badParam(param, "it is position "+place(at)+", which comes after the moment that was asked about, "+place(end))
	}
	return at, nil
}
