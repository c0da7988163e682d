package gatelog

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
)

// streams registers the live streams of events.
func (s *surface) streams(api huma.API) {
	const doc = "Server-sent events without end, each with a CloudEvent in structured mode as its data and its place in the log as its id. " +
		"Begins after the event that Last-Event-ID or after names, at the time since, or else with what happens next. " +
		"An event can come before the read models have it. Secrets in it are sealed. " +
		"The server ends a stream after 15 minutes; clients connect again with Last-Event-ID, as browsers do by themselves, and miss nothing."
	register(s, api, operation{
		id: "stream-project-events", method: http.MethodGet, path: projectPath + "/events", action: ActionSubscribe,
		summary: "Follow the events of a project", doc: doc, media: mediaEventStream,
	}, s.streamProject)
	register(s, api, operation{
		id: "stream-events", method: http.MethodGet, path: "/gatelog/v1/events", action: ActionSubscribe,
		summary: "Follow the events of all projects and of the account", doc: doc + " Granted account-wide only.", media: mediaEventStream,
	}, s.streamAll)
}

// EventFilter is how requests name the events that they want.
type EventFilter struct {
	Surfaces  []string `query:"surface" nullable:"false" maxItems:"8" maxLength:"32" pattern:"^[a-z0-9_-]+$" doc:"Only events of these APIs, by commas: apig."`
	Kinds     []string `query:"kind" nullable:"false" maxItems:"16" maxLength:"64" pattern:"^[a-z0-9_-]+$" doc:"Only events about these kinds of resources, by commas: api,group."`
	Instances []string `query:"instance" nullable:"false" maxItems:"32" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"Only events about these gateway instances, by commas."`
	Types     []string `query:"type" nullable:"false" maxItems:"32" maxLength:"128" pattern:"^[a-z0-9_.*-]+$" doc:"Only events of these types, by commas; * stands for any characters: apig.api.*"`
}

func (f EventFilter) filter() subscriptions.Filter {
	return subscriptions.Filter{Surfaces: f.Surfaces, Kinds: f.Kinds, Instances: f.Instances, Types: f.Types}
}

// Start is where in the log a stream begins. LastEventID wins over After, and that over Since.
type Start struct {
	LastEventID string    `header:"Last-Event-ID" maxLength:"20" pattern:"^[0-9]*$" doc:"Position of the last event that the client has got."`
	After       string    `query:"after" maxLength:"20" pattern:"^[0-9]*$" doc:"Position after which to begin; 0 for the first event ever."`
	Since       time.Time `query:"since" doc:"Time from which on to begin. A few events of the seconds before may come, too."`
}

// position returns the position after which a stream is to begin.
func (s Start) position(ctx context.Context, log eventstore.Log) (eventstore.Position, error) {
	start := feed.Start{Since: s.Since}
	if text := cmp.Or(s.LastEventID, s.After); text != "" {
		at, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return 0, domain.Errorf(domain.CodeInvalid, "%s is no position of the log", text)
		}
		start.After = (*eventstore.Position)(&at)
	}
	return start.Position(ctx, log)
}

type projectStreamIn struct {
	InProject
	EventFilter
	Start
}

func (s *surface) streamProject(ctx context.Context, _ commands.Call, in *projectStreamIn) (*huma.StreamResponse, error) {
	return s.stream(ctx, in.ProjectID, in.ProjectID, in.filter(), in.Start)
}

type allStreamIn struct {
	AccountWide
	EventFilter
	Start
	Project string `query:"project" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Only events of this project, or of the account."`
}

func (s *surface) streamAll(ctx context.Context, _ commands.Call, in *allStreamIn) (*huma.StreamResponse, error) {
	return s.stream(ctx, in.tenant(), in.Project, in.filter(), in.Start)
}

// stream answers with a stream that counts for one tenant and shows the events of another, or of all.
func (s *surface) stream(ctx context.Context, counted, shown string, f subscriptions.Filter, start Start) (*huma.StreamResponse, error) {
	after, err := start.position(ctx, s.Log)
	if err != nil {
		return nil, err
	}
	end, err := s.Streams.begin(counted)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer end()
		l := &live{surface: s, filter: f, subjects: feed.Subjects(shown, f), seen: after}
		l.serve(c)
	}}, nil
}
