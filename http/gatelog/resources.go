package gatelog

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// OfResource is what every request about a resource of any kind names.
type OfResource struct {
	InProject
	Kind       string `query:"kind" required:"true" pattern:"^[a-z]{1,32}$" doc:"Kind of the resource, as the log calls it: instance, group, env, variable, api, response, channel, authorizer, app, appauth, appquota, throttle, acl, signature, plugin, domain, certificate, port, endpoint, orchestration, feature, quota, task."`
	ID         string `query:"id" required:"true" pattern:"^[A-Za-z0-9_-]{1,128}$" doc:"Its id; of a feature or quota its name. It may be gone by now."`
	InstanceID string `query:"instance_id" pattern:"^[A-Za-z0-9_-]{0,65}$" doc:"Its instance; needed for what is named alike in every instance: an env, a feature, a quota of an instance."`
}

func (r OfResource) resource() projectionsapig.Resource {
	return projectionsapig.Resource{Tenant: r.ProjectID, Kind: r.Kind, ID: r.ID, Instance: r.InstanceID}
}

// resources registers what can be asked of a resource of any kind.
func (s *surface) resources(api huma.API) {
	register(s, api, operation{
		id: "show-history", method: http.MethodGet, path: projectPath + "/history", action: ActionHistory,
		summary: "Show what happened to a resource of any kind",
		doc:     "Every event of the resource, as the log has it, with what it changed: also of a resource that is gone. Secrets are masked.",
	}, s.showHappenings)
	register(s, api, operation{
		id: "blame", method: http.MethodGet, path: projectPath + "/blame", action: ActionHistory,
		summary: "Show which event gave each field of a resource its present value",
		doc:     "Of a resource that is gone, the values that it had last. Secrets are masked.",
	}, s.blame)
	register(s, api, operation{
		id: "diff", method: http.MethodGet, path: projectPath + "/diff", action: ActionVersion,
		summary: "Compare a resource of any kind at two moments",
		doc:     "A resource that was not there at a moment is null. Secrets are compared, and masked.",
	}, s.diffResource)
	register(s, api, operation{
		id: "diff-instance", method: http.MethodGet, path: instancePath + "/diff", action: ActionVersion,
		summary: "Compare a whole group, or a whole instance, at two moments",
		doc: "With group_id the group, its APIs with their drafts and what runs of them, variables and responses; without, all groups of the " +
			"instance and what else is configured in it. Each thing is found under its id. At most 2,000 APIs; secrets are compared, and masked.",
	}, s.diffWhole)
}

// HappeningListView is a page of what happened to a resource.
type HappeningListView struct {
	Kind   string          `json:"kind"`
	ID     string          `json:"id"`
	Total  int             `json:"total" doc:"Events in all."`
	Size   int             `json:"size" doc:"Events in this answer."`
	Events []HappeningView `json:"events"`
}

// CauseView says which event it was, who caused it, and why.
type CauseView struct {
	Position  domain.Position `json:"position" doc:"Place in the log."`
	ID        string          `json:"id" doc:"Unique over all events."`
	Time      time.Time       `json:"time"`
	Type      string          `json:"type" example:"apig.group.updated"`
	Actor     domain.Actor    `json:"actor"`
	Command   string          `json:"command" doc:"The use case that caused it." example:"apig.UpdateGroup"`
	Reason    string          `json:"reason,omitempty" doc:"Why, in the caller's words (header Gatelog-Reason)."`
	RequestID string          `json:"request_id,omitempty"`
}

func causeOf(r domain.Recorded) CauseView {
	return CauseView{r.Position, r.ID, r.Time, r.Event.EventType(), r.Actor, r.Command, r.Reason, r.Request}
}

// HappeningView is one event of a resource with what it changed.
type HappeningView struct {
	CauseView
	Part   string                `json:"part,omitempty" doc:"Part of the resource that the event is about: the resource itself, a binding, a publication …"`
	Before json.RawMessage       `json:"before,omitempty" doc:"The part as it was; null where there was none."`
	After  json.RawMessage       `json:"after,omitempty" doc:"The part as it is since; null where there is none any more."`
	Data   json.RawMessage       `json:"data,omitempty" doc:"What an event says that is about several parts at once."`
	Diff   *projectionsapig.Diff `json:"diff,omitempty" doc:"What differs between before and after."`
}

func viewHappening(h projectionsapig.Happening) HappeningView {
	return HappeningView{causeOf(h.Recorded), h.Part, h.Before, h.After, h.Data, h.Diff}
}

type happeningsIn struct {
	OfResource
	Offset int    `query:"offset" default:"0" minimum:"0" doc:"Entries to pass over."`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"Entries to return."`
	Order  string `query:"order" default:"desc" enum:"asc,desc" doc:"desc: newest first; asc: oldest first."`
}

func (s *surface) showHappenings(ctx context.Context, _ commands.Call, in *happeningsIn) (*found[HappeningListView], error) {
	page := projectionsapig.Page{Offset: in.Offset, Limit: in.Limit}
	all, total, err := s.Queries.Happenings(ctx, in.resource(), in.Order == "desc", page)
	if err != nil {
		return nil, err
	}
	return &found[HappeningListView]{HappeningListView{in.Kind, in.ID, total, len(all), each(all, viewHappening)}}, nil
}

// BlameView says of each field of a resource which event gave it its value.
type BlameView struct {
	Kind    string      `json:"kind"`
	ID      string      `json:"id"`
	Deleted bool        `json:"deleted" doc:"The resource is gone: these are the values that it had last."`
	Fields  []FieldView `json:"fields" doc:"In the order of their pointers."`
}

// FieldView is a field with the event that gave it its value.
type FieldView struct {
	Pointer string          `json:"pointer" doc:"JSON Pointer (RFC 6901)." example:"/definition/backend_api/timeout"`
	Value   json.RawMessage `json:"value"`
	Event   CauseView       `json:"event"`
}

func (s *surface) blame(ctx context.Context, _ commands.Call, in *OfResource) (*found[BlameView], error) {
	b, err := s.Queries.Blame(ctx, in.resource())
	if err != nil {
		return nil, err
	}
	view := BlameView{Kind: in.Kind, ID: in.ID, Deleted: b.Deleted, Fields: each(b.Fields, func(f projectionsapig.BlamedField) FieldView {
		return FieldView{f.Pointer, f.Value, causeOf(f.Event)}
	})}
	return &found[BlameView]{view}, nil
}

// MomentsDiffView is the difference between a resource at two moments.
type MomentsDiffView struct {
	Kind string          `json:"kind"`
	ID   string          `json:"id"`
	From domain.Position `json:"from" doc:"Position of the first moment."`
	To   domain.Position `json:"to" doc:"Position of the second moment."`
	projectionsapig.Diff
}

// Moments are the two moments of a comparison.
type Moments struct {
	From string `query:"from" required:"true" minLength:"1" maxLength:"40" doc:"Position of the log (1742) or time (2026-01-02T15:04:05Z)."`
	To   string `query:"to" maxLength:"40" doc:"As from; default: now."`
}

type diffResourceIn struct {
	OfResource
	Moments
}

func (s *surface) diffResource(ctx context.Context, _ commands.Call, in *diffResourceIn) (*found[MomentsDiffView], error) {
	from, to, err := s.between(ctx, in.Moments)
	if err != nil {
		return nil, err
	}
	before, err := s.Queries.ResourceAt(ctx, in.resource(), from)
	if err != nil {
		return nil, err
	}
	after, err := s.Queries.ResourceAt(ctx, in.resource(), to)
	if err != nil {
		return nil, err
	}
	d, err := projectionsapig.DiffOfJSON(before, after)
	return &found[MomentsDiffView]{MomentsDiffView{in.Kind, in.ID, from, to, d}}, err
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
	d, err := projectionsapig.DiffOfJSON(before, after)
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

// between returns the positions of two moments.
func (s *surface) between(ctx context.Context, m Moments) (from, to domain.Position, err error) {
	if from, err = s.position(ctx, "from", m.From); err != nil {
		return 0, 0, err
	}
	if m.To == "" {
		head, err := s.Log.Head(ctx)
		if err != nil {
			return 0, 0, err
		}
		m.To = place(domain.Position(head))
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
	return at, nil
}
