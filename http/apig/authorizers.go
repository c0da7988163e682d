package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	authorizersPath = instancePath + "/authorizers"
	oneAuthorizer   = authorizersPath + "/{authorizer_id}"
)

// authorizers registers APIG V2 §3.15.
func (s *Surface) authorizers(api huma.API) {
	const tag = "Custom authorizers"
	register(s, api, operation{
		id: "CreateCustomAuthorizerV2", section: "3.15.1", method: http.MethodPost, path: authorizersPath, status: 201,
		summary: "Create a custom authorizer", actions: []string{"apig:authorizers:create"}, tag: tag,
	}, s.createAuthorizer)
	register(s, api, operation{
		id: "UpdateCustomAuthorizerV2", section: "3.15.2", method: http.MethodPut, path: oneAuthorizer, status: 200,
		summary: "Change a custom authorizer", actions: []string{"apig:authorizers:update"}, tag: tag,
	}, s.updateAuthorizer)
	register(s, api, operation{
		id: "DeleteCustomAuthorizerV2", section: "3.15.3", method: http.MethodDelete, path: oneAuthorizer, status: 204,
		summary: "Delete a custom authorizer", actions: []string{"apig:authorizers:delete"}, tag: tag,
	}, s.deleteAuthorizer)
	register(s, api, operation{
		id: "ShowDetailsOfCustomAuthorizersV2", section: "3.15.4", method: http.MethodGet, path: oneAuthorizer, status: 200,
		summary: "Show a custom authorizer", actions: []string{"apig:authorizers:get"}, tag: tag,
	}, s.showAuthorizer)
	register(s, api, operation{
		id: "ListCustomAuthorizersV2", section: "3.15.5", method: http.MethodGet, path: authorizersPath, status: 200,
		summary: "List custom authorizers", actions: []string{"apig:authorizers:list"}, tag: tag,
	}, s.listAuthorizers)
}

// AuthorizerIn is what every request about a custom authorizer names.
type AuthorizerIn struct {
	InInstance
	AuthorizerID string `path:"authorizer_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Custom authorizer."`
}

type createAuthorizerIn struct {
	InInstance
	Body apig.AuthorizerBody
}

func (s *Surface) createAuthorizer(ctx context.Context, call commands.Call, in *createAuthorizerIn) (*answer[projectionsapig.AuthorizerView], error) {
	command := apig.CreateAuthorizer{InstanceID: in.InstanceID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.CreateAuthorizer.Do, command, projectionsapig.AuthorizerOf)
}

type updateAuthorizerIn struct {
	AuthorizerIn
	Body apig.AuthorizerBody
}

func (s *Surface) updateAuthorizer(ctx context.Context, call commands.Call, in *updateAuthorizerIn) (*answer[projectionsapig.AuthorizerView], error) {
	command := apig.UpdateAuthorizer{InstanceID: in.InstanceID, AuthorizerID: in.AuthorizerID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateAuthorizer.Do, command, projectionsapig.AuthorizerOf)
}

func (s *Surface) deleteAuthorizer(ctx context.Context, call commands.Call, in *AuthorizerIn) (*done, error) {
	command := apig.DeleteAuthorizer{InstanceID: in.InstanceID, AuthorizerID: in.AuthorizerID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAuthorizer.Do, command)
}

type authorizerAnswer = ready[projectionsapig.AuthorizerView]

func (s *Surface) showAuthorizer(ctx context.Context, _ commands.Call, in *AuthorizerIn) (*answer[authorizerAnswer], error) {
	document, err := s.Queries.Authorizer(ctx, in.in(), in.AuthorizerID)
	return read(authorizerAnswer{document}), err
}

type listAuthorizersIn struct {
	InInstance
	Paging
	ID   string `query:"id" maxLength:"65" doc:"Only the authorizer with this id."`
	Name string `query:"name" maxLength:"64" doc:"Only authorizers whose name contains this."`
	Type string `query:"type" maxLength:"16" doc:"Only authorizers of this type: FRONTEND or BACKEND."`
}

// AuthorizerList is a page of custom authorizers (APIG V2 §3.15.5).
type AuthorizerList struct {
	Size        int                `json:"size"`
	Total       int                `json:"total"`
	Authorizers []authorizerAnswer `json:"authorizer_list"`
}

func (s *Surface) listAuthorizers(ctx context.Context, _ commands.Call, in *listAuthorizersIn) (*answer[AuthorizerList], error) {
	filter := projectionsapig.AuthorizerFilter{ID: in.ID, Name: in.Name, Type: in.Type}
	all, total, err := s.Queries.Authorizers(ctx, in.in(), filter, in.page())
	return read(AuthorizerList{len(all), total, each(all, asReady[projectionsapig.AuthorizerView])}), err
}
