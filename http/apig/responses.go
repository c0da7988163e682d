package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	responsesPath = instancePath + "/api-groups/{group_id}/gateway-responses"
	oneResponse   = responsesPath + "/{response_id}"
	responseType  = oneResponse + "/{response_type}"
)

// responses registers APIG V2 §3.19. Chapter 4 of the reference has no rows for single types of errors:
// showing one is allowed with the response, changing one with changing it.
func (s *Surface) responses(api huma.API) {
	const tag = "Gateway responses"
	const get, update = "apig:gatewayResponses:get", "apig:gatewayResponses:update"
	register(s, api, operation{
		id: "CreateGatewayResponseV2", section: "3.19.1", method: http.MethodPost, path: responsesPath, status: 201,
		summary: "Create a response of an API group", actions: []string{"apig:gatewayResponses:create"}, tag: tag,
	}, s.createResponse)
	register(s, api, operation{
		id: "ShowDetailsOfGatewayResponseV2", section: "3.19.2", method: http.MethodGet, path: oneResponse, status: 200,
		summary: "Show a response of an API group", actions: []string{get}, tag: tag,
	}, s.showResponse)
	register(s, api, operation{
		id: "UpdateGatewayResponseV2", section: "3.19.3", method: http.MethodPut, path: oneResponse, status: 200,
		summary: "Change a response of an API group", actions: []string{update}, tag: tag,
	}, s.updateResponse)
	register(s, api, operation{
		id: "DeleteGatewayResponseV2", section: "3.19.4", method: http.MethodDelete, path: oneResponse, status: 204,
		summary: "Delete a response of an API group", actions: []string{"apig:gatewayResponses:delete"}, tag: tag,
	}, s.deleteResponse)
	register(s, api, operation{
		id: "ShowDetailsOfGatewayResponseTypeV2", section: "3.19.5", method: http.MethodGet, path: responseType, status: 200,
		summary: "Show the answer to one type of error", actions: []string{get}, tag: tag,
	}, s.showResponseType)
	register(s, api, operation{
		id: "UpdateGatewayResponseTypeV2", section: "3.19.6", method: http.MethodPut, path: responseType, status: 200,
		summary: "Change the answer to one type of error", actions: []string{update}, tag: tag,
	}, s.updateResponseType)
	register(s, api, operation{
		id: "DeleteGatewayResponseTypeV2", section: "3.19.7", method: http.MethodDelete, path: responseType, status: 204,
		summary: "Give the answer to one type of error its default back", actions: []string{update}, tag: tag,
	}, s.deleteResponseType)
	register(s, api, operation{
		id: "ListGatewayResponsesV2", section: "3.19.8", method: http.MethodGet, path: responsesPath, status: 200,
		summary: "List the responses of an API group", actions: []string{"apig:gatewayResponses:list"}, tag: tag,
	}, s.listResponses)
}

// ResponseIn is what every request about a group's response names.
type ResponseIn struct {
	GroupIn
	ResponseID string `path:"response_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Response."`
}

type createResponseIn struct {
	GroupIn
	Body apig.ResponseBody
}

func (s *Surface) createResponse(ctx context.Context, call commands.Call, in *createResponseIn) (*answer[projectionsapig.ResponseView], error) {
	command := apig.CreateResponse{InstanceID: in.InstanceID, GroupID: in.GroupID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.CreateResponse.Do, command, projectionsapig.ResponseOf)
}

type responseAnswer = ready[projectionsapig.ResponseView]

func (s *Surface) showResponse(ctx context.Context, _ commands.Call, in *ResponseIn) (*answer[responseAnswer], error) {
	document, err := s.Queries.Response(ctx, in.in(), in.GroupID, in.ResponseID)
	return read(responseAnswer{document}), err
}

type updateResponseIn struct {
	ResponseIn
	Body apig.ResponseBody
}

func (s *Surface) updateResponse(ctx context.Context, call commands.Call, in *updateResponseIn) (*answer[projectionsapig.ResponseView], error) {
	command := apig.UpdateResponse{InstanceID: in.InstanceID, GroupID: in.GroupID, ResponseID: in.ResponseID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateResponse.Do, command, projectionsapig.ResponseOf)
}

func (s *Surface) deleteResponse(ctx context.Context, call commands.Call, in *ResponseIn) (*done, error) {
	command := apig.DeleteResponse{InstanceID: in.InstanceID, GroupID: in.GroupID, ResponseID: in.ResponseID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteResponse.Do, command)
}

// ResponseTypeIn is what every request about one error type of a response names.
type ResponseTypeIn struct {
	ResponseIn
	Type string `path:"response_type" maxLength:"64" doc:"Type of error."`
}

// typed is the answer to one type of error, under the name by which it was asked for (APIG V2 §3.19.5).
type typed map[string]projectionsapig.InfoView

func (s *Surface) showResponseType(ctx context.Context, _ commands.Call, in *ResponseTypeIn) (*answer[typed], error) {
	of, ok := apig.ErrorTypeNamed(in.Type)
	if !ok {
		return nil, apig.ErrInvalidID("response_type")
	}
	info, err := s.Queries.ResponseType(ctx, in.in(), in.GroupID, in.ResponseID, of)
	return read(typed{in.Type: info}), err
}

type updateResponseTypeIn struct {
	ResponseTypeIn
	Body apig.ResponseInfo
}

func (s *Surface) updateResponseType(ctx context.Context, call commands.Call, in *updateResponseTypeIn) (*answer[typed], error) {
	r, position, err := s.setResponseType(ctx, call, &in.ResponseTypeIn, &in.Body)
	if err != nil {
		return nil, at(position, err)
	}
	of, _ := apig.ErrorTypeNamed(in.Type)
	return changed(typed{in.Type: projectionsapig.ResponseOf(r).Responses[of.Name]}, position), nil
}

func (s *Surface) deleteResponseType(ctx context.Context, call commands.Call, in *ResponseTypeIn) (*done, error) {
	_, position, err := s.setResponseType(ctx, call, in, nil)
	return &done{place(position)}, at(position, err)
}

func (s *Surface) setResponseType(ctx context.Context, call commands.Call, in *ResponseTypeIn, info *apig.ResponseInfo) (apig.Response, domain.Position, error) {
	command := apig.SetResponseType{InstanceID: in.InstanceID, GroupID: in.GroupID, ResponseID: in.ResponseID, Type: in.Type, Info: info}
	return s.Commands.SetResponseType.Do(ctx, s.Bus, call, command)
}

type listResponsesIn struct {
	GroupIn
	Paging
}

// ResponseList is a page of responses (APIG V2 §3.19.8).
type ResponseList struct {
	Size      int              `json:"size"`
	Total     int              `json:"total"`
	Responses []responseAnswer `json:"responses"`
}

func (s *Surface) listResponses(ctx context.Context, _ commands.Call, in *listResponsesIn) (*answer[ResponseList], error) {
	all, total, err := s.Queries.Responses(ctx, in.in(), in.GroupID, in.page())
	return read(ResponseList{len(all), total, each(all, asReady[projectionsapig.ResponseView])}), err
}
