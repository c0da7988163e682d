package gatelog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// EndpointView is the connection of a VPC endpoint.
type EndpointView struct {
	ID        string    `json:"id"`
	MarkerID  int       `json:"marker_id" doc:"Number of the connection, unique in the instance."`
	DomainID  string    `json:"domain_id" doc:"Account that the endpoint belongs to."`
	Status    string    `json:"status" doc:"pendingAcceptance, until the owner of the instance accepts or rejects it (APIG V2 §3.24.2)."`
	CreatedAt time.Time `json:"created_at"`
}

// endpoints registers how a VPC endpoint asks for a connection: in a cloud it does so by itself, here an
// operator asks for it.
func (s *surface) endpoints(api huma.API) {
	register(s, api, operation{
		id: "request-endpoint-connection", method: http.MethodPost, path: instancePath + "/vpc-endpoint/connections", action: ActionRequestEndpoint,
		summary: "Request the connection of a VPC endpoint",
		doc:     "The account must be permitted to connect: APIG V2 §3.24.4.",
	}, s.requestEndpoint)
}

type requestEndpointIn struct {
	InInstance
	Body apig.RequestEndpointBody
}

func (s *surface) requestEndpoint(ctx context.Context, call commands.Call, in *requestEndpointIn) (*changed[EndpointView], error) {
	e, at, err := s.Commands.RequestEndpoint.Do(ctx, s.Bus, call, apig.RequestEndpoint{InstanceID: in.InstanceID, Body: in.Body})
	if err != nil {
		return nil, halfway{err, at}
	}
	view := EndpointView{ID: e.ID, MarkerID: e.MarkerID, DomainID: e.DomainID, Status: string(e.Status), CreatedAt: e.CreateTime}
	return &changed[EndpointView]{Position: place(at), Body: view}, nil
}
