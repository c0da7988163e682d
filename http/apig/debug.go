package apig

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

type debugAPIIn struct {
	APIIn
	Body apig.DebugBody
}

// debugAPI does what a gateway would with the draft, or with what runs in an environment (APIG V2
// §3.5.8).
func (s *Surface) debugAPI(ctx context.Context, call commands.Call, in *debugAPIIn) (*answer[apig.DebugResult], error) {
	if err := in.Body.Check(); err != nil {
		return nil, err
	}
	d, err := s.debugged(ctx, in)
	if err != nil {
		return nil, err
	}
	own, err := s.Queries.DomainNames(ctx, in.in(), d.GroupID)
	if err != nil {
		return nil, err
	}
	result, err := s.Debugger.Run(ctx, d, in.Body, apig.DebugContext{
		APIID: in.APIID, Domains: append([]string{s.subdomain(d.GroupID)}, own...), SourceIP: call.Meta().Actor.Address,
		RequestID: call.Meta().RequestID, ServerName: s.GatewayDomain, Now: time.Now().UTC(),
	})
	return read(result), err
}

// debugged returns the definition that a request debugs.
func (s *Surface) debugged(ctx context.Context, in *debugAPIIn) (apig.Definition, error) {
	if in.Body.Mode != apig.DebugConsumer {
		a, err := s.Queries.Draft(ctx, in.in(), in.APIID)
		return a.Definition, err
	}
	e, err := s.Queries.EnvNamed(ctx, in.in(), in.Body.EnvName())
	if err != nil {
		return apig.Definition{}, err
	}
	v, _, err := s.Queries.Runtime(ctx, in.in(), in.APIID, e.ID)
	return v.Definition, err
}
