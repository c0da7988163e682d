package gatelog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// HistoryView is a page of what happened to an API.
type HistoryView struct {
	APIID   string      `json:"api_id"`
	Deleted bool        `json:"deleted" doc:"The API, or its instance, is gone."`
	Total   int         `json:"total" doc:"Events in all."`
	Size    int         `json:"size" doc:"Events in this answer."`
	Events  []EventView `json:"events"`
}

// EventView is one event of an API: what happened, who did it, and what it changed.
type EventView struct {
	Position  domain.Position `json:"position" doc:"Place in the log."`
	ID        string          `json:"id" doc:"Unique over all events."`
	Time      time.Time       `json:"time"`
	Type      string          `json:"type" example:"apig.api.published"`
	Actor     domain.Actor    `json:"actor"`
	Command   string          `json:"command" doc:"The use case that caused it." example:"apig.PublishAPI"`
	Reason    string          `json:"reason,omitempty" doc:"Why, in the caller's words (header Gatelog-Reason)."`
	RequestID string          `json:"request_id,omitempty"`
	Changed   []string        `json:"changed,omitempty" doc:"Members of the definition that an update changed."`
	EnvID     string          `json:"env_id,omitempty"`
	EnvName   string          `json:"env_name,omitempty"`
	VersionID string          `json:"version_id,omitempty" doc:"Version that the publication put in effect, or took out."`
	VersionNo string          `json:"version_no,omitempty"`
	PublishID string          `json:"publish_id,omitempty"`
	Remark    string          `json:"remark,omitempty" doc:"Of the publication."`
	Diff      *resources.Diff `json:"diff,omitempty" doc:"What the event changed: in the draft as it is written, or for a publication in what the environment runs."`
}

func viewEvent(e projectionsapig.HistoryEvent) EventView {
	v := EventView{
		Position: e.Position, ID: e.ID, Time: e.Time, Type: e.Event.EventType(), Actor: e.Actor,
		Command: e.Command, Reason: e.Reason, RequestID: e.Request, Diff: e.Diff,
	}
	switch ev := e.Event.(type) {
	case apig.APIUpdated:
		v.Changed = ev.Changed
	case apig.APIPublished:
		v.publication(ev.Publication)
	case apig.APIVersionSwitched:
		v.publication(ev.Publication)
	case apig.APITakenOffline:
		v.publication(ev.Publication)
	}
	return v
}

func (v *EventView) publication(p apig.Publication) {
	v.EnvID, v.EnvName, v.PublishID, v.Remark = p.EnvID, p.EnvName, p.PublishID, p.Remark
	v.VersionID, v.VersionNo = p.VersionID, p.VersionNo
}

// histories registers the history of an API.
func (s *surface) histories(api huma.API) {
	register(s, api, operation{
		id: "show-api-history", method: http.MethodGet, path: apiPath + "/history", action: ActionHistory,
		summary: "Show what happened to an API",
		doc:     "Every event of the API, as the log has it: also of an API that is gone.",
	}, s.showHistory)
}

type historyIn struct {
	InAPI
	Paging
	Order string `query:"order" default:"desc" enum:"asc,desc" doc:"desc: newest first; asc: oldest first."`
	Diff  bool   `query:"diff" default:"false" doc:"Whether each event comes with what it changed. At most 100 events can be asked for then."`
}

// mostDiffs is how many events of one answer can come with their differences.
const mostDiffs = 100

func (s *surface) showHistory(ctx context.Context, _ commands.Call, in *historyIn) (*found[HistoryView], error) {
	if in.Diff && in.Limit > mostDiffs {
		return nil, domain.Errorf(domain.CodeInvalid, "limit is %d: with diff=true at most %d events can be asked for at once", in.Limit, mostDiffs)
	}
	filter := projectionsapig.HistoryFilter{NewestFirst: in.Order == "desc", Diff: in.Diff}
	h, err := s.Queries.History(ctx, in.in(), in.APIID, filter, in.page())
	if err != nil {
		return nil, err
	}
	view := HistoryView{APIID: in.APIID, Deleted: h.Deleted, Total: h.Total, Size: len(h.Events), Events: each(h.Events, viewEvent)}
	return &found[HistoryView]{view}, nil
}

// each maps a list; the result is never nil, since clients expect a list.
func each[A, B any](all []A, f func(A) B) []B {
	mapped := make([]B, len(all))
	for i, a := range all {
		mapped[i] = f(a)
	}
	return mapped
}
