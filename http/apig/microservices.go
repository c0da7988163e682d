package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// ImportedServiceView is what the import of a microservice has made (public SDK).
type ImportedServiceView struct {
	ChannelID string                   `json:"vpc_channel_id"`
	GroupID   string                   `json:"api_group_id"`
	APIs      []ImportedServiceAPIView `json:"apis"`
}

// ImportedServiceAPIView is an API of an imported microservice (public SDK).
type ImportedServiceAPIView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	ReqMethod string `json:"req_method"`
	ReqURI    string `json:"req_uri"`
	MatchMode string `json:"match_mode"`
}

// microservices registers the import of microservices, which only the public SDK has.
func (s *Surface) microservices(api huma.API) {
	register(s, api, operation{
		id: "ImportMicroservice", section: sectionSDK, method: http.MethodPost, path: instancePath + "/microservice/import", status: 201,
		summary: "Make a channel to a microservice, and APIs in front of it", actions: []string{"apig:apis:import"}, tag: tagOpenAPI,
	}, s.importMicroservice)
}

type importMicroserviceIn struct {
	InInstance
	Body apig.ImportMicroserviceBody
}

func (s *Surface) importMicroservice(ctx context.Context, call commands.Call, in *importMicroserviceIn) (*answer[ImportedServiceView], error) {
	result, position, err := s.Commands.ImportMicroservice(ctx, s.Bus, call, apig.ImportMicroservice{InstanceID: in.InstanceID, Body: in.Body})
	if err != nil {
		return nil, at(position, err)
	}
	view := ImportedServiceView{ChannelID: result.ChannelID, GroupID: result.GroupID, APIs: []ImportedServiceAPIView{}}
	for _, a := range result.APIs {
		d := a.Definition
		view.APIs = append(view.APIs, ImportedServiceAPIView{a.ID, d.Name, d.ReqMethod, d.ReqURI, d.MatchMode})
	}
	return changed(view, position), nil
}
