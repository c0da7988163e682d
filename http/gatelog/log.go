package gatelog

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// logs registers what can be asked of the log.
func (s *surface) logs(api huma.API) {
	register(s, api, operation{
		id: "show-event", method: http.MethodGet, path: "/gatelog/v1/log/{position}", action: ActionLog,
		summary: "Show the event at a position of the log",
		doc:     "As a CloudEvent in structured mode. Secrets in it are sealed. Granted account-wide only.",
	}, s.showEvent)
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
