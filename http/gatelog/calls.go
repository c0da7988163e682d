package gatelog

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/web"
	"github.com/gatelog/gatelog/projections/calls"
)

// ActionCalls allows gateway nodes to tell of the calls that they serve.
const ActionCalls = "gatelog:calls:record"

// calls registers how gateway nodes tell of calls; APIG V2 §3.18 shows what they add up to.
func (s *surface) calls(api huma.API) {
	register(s, api, operation{
		id: "record-calls", method: http.MethodPost, path: instancePath + "/call-records", action: ActionCalls,
		summary: "Count calls that a gateway node has served",
		doc: "The batch is counted as a whole, once: one with the same batch_id that comes again changes nothing. " +
			"Calls are counted by the minute and are no part of the log.",
		audited: web.AuditRefusals,
	}, s.recordCalls)
}

type recordCallsIn struct {
	InInstance
	Body apig.CallBatch
}

func (s *surface) recordCalls(ctx context.Context, _ commands.Call, in *recordCallsIn) (*found[calls.Outcome], error) {
	if err := in.Body.Check(); err != nil {
		return nil, err
	}
	if err := s.Queries.Exists(ctx, in.in()); err != nil {
		return nil, err
	}
	outcome, err := s.Calls.Count(ctx, in.ProjectID, in.InstanceID, in.Body)
	if err != nil {
		return nil, err
	}
	return &found[calls.Outcome]{outcome}, nil
}
