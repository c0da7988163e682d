package apig

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	tagAppAuths  = "Authorizations of apps"
	appAuthsPath = instancePath + "/app-auths"
)

// What every authorization is.
const (
	roleProvider = "PROVIDER"
	tunnelNormal = "NORMAL"
)

// appAuths registers APIG V2 §3.10.
func (s *Surface) appAuths(api huma.API) {
	register(s, api, operation{
		id: "CreateAuthorizingAppsV2", section: "3.10.1", method: http.MethodPost, path: appAuthsPath, status: 201,
		summary: "Let apps call APIs", actions: []string{"apig:apis:grantAppAccess"}, tag: tagAppAuths,
	}, s.authorizeApps)
	register(s, api, operation{
		id: "CancelingAuthorizationV2", section: "3.10.2", method: http.MethodDelete, path: appAuthsPath + "/{app_auth_id}", status: 204,
		summary: "End an authorization", actions: []string{"apig:apis:revokeAppAccess"}, tag: tagAppAuths,
	}, s.revokeAppAuth)
	register(s, api, operation{
		id: "ListApisBindedToAppV2", section: "3.10.3", method: http.MethodGet, path: appAuthsPath + "/binded-apis", status: 200,
		summary: "List the APIs that an app can call", actions: []string{"apig:apps:listBindedApis"}, tag: tagAppAuths,
	}, s.listAppAPIs)
	register(s, api, operation{
		id: "ListApisUnbindedToAppV2", section: "3.10.4", method: http.MethodGet, path: appAuthsPath + "/unbinded-apis", status: 200,
		summary: "List the APIs that an app cannot call", actions: []string{"apig:apps:listUnbindedApis"}, tag: tagAppAuths,
	}, s.listOtherAPIs)
	register(s, api, operation{
		id: "ListAppsBindedToApiV2", section: "3.10.5", method: http.MethodGet, path: appAuthsPath + "/binded-apps", status: 200,
		summary: "List the apps that can call an API", actions: []string{"apig:apis:listBindedApps"}, tag: tagAppAuths,
	}, s.listAPIApps)
}

// AuthOutcome is what became of a pair of an app and an API (APIG V2 §3.10.1).
type AuthOutcome struct {
	Status  apig.AuthStatus `json:"status" doc:"SUCCESS, SKIPPED (was authorized before) or FAILED."`
	Message string          `json:"error_msg,omitempty"`
	Code    string          `json:"error_code,omitempty"`
	APIName string          `json:"api_name,omitempty"`
	AppName string          `json:"app_name,omitempty"`
}

// AuthView is a pair of an app and an API in the answer to an authorization. One that failed has no id.
type AuthView struct {
	APIID      string      `json:"api_id"`
	Result     AuthOutcome `json:"auth_result"`
	AuthTime   *time.Time  `json:"auth_time,omitempty"`
	ID         string      `json:"id,omitempty"`
	AppID      string      `json:"app_id"`
	AuthRole   string      `json:"auth_role"`
	AuthTunnel string      `json:"auth_tunnel"`
}

func authResult(r apig.AuthResult) AuthView {
	v := AuthView{
		APIID: r.APIID, ID: r.ID, AppID: r.AppID, AuthRole: roleProvider, AuthTunnel: tunnelNormal,
		Result: AuthOutcome{r.Status, r.Message, r.Code, r.APIName, r.AppName},
	}
	if r.ID != "" {
		v.AuthTime = &r.AuthTime
	}
	return v
}

type authorizeAppsIn struct {
	InInstance
	Body apig.AuthBody
}

// AuthResultList is the outcome of an authorization, pair by pair (APIG V2 §3.10.1).
type AuthResultList struct {
	Auths []AuthView `json:"auths"`
}

func (s *Surface) authorizeApps(ctx context.Context, call commands.Call, in *authorizeAppsIn) (*answer[AuthResultList], error) {
	command := apig.AuthorizeApps{InstanceID: in.InstanceID, Body: in.Body}
	results, position, err := s.Commands.AuthorizeApps.Do(ctx, s.Bus, call, command)
	return changed(AuthResultList{each(results, authResult)}, position), at(position, err)
}

type revokeAppAuthIn struct {
	InInstance
	AuthID string `path:"app_auth_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Authorization."`
}

func (s *Surface) revokeAppAuth(ctx context.Context, call commands.Call, in *revokeAppAuthIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.RevokeAppAuth.Do, apig.RevokeAppAuth{InstanceID: in.InstanceID, AuthID: in.AuthID})
}

// AppAuthView is an authorization in a list (APIG V2 §3.10.3).
type AppAuthView struct {
	projectionsapig.AppAuthItem
	AuthRole   string `json:"auth_role"`
	AuthTunnel string `json:"auth_tunnel"`
	AppType    string `json:"app_type"`
	AppCreator string `json:"app_creator"`
}

// AppAuthList is a page of authorizations (APIG V2 §3.10.3, §3.10.5).
type AppAuthList struct {
	Size  int           `json:"size"`
	Total int           `json:"total"`
	Auths []AppAuthView `json:"auths"`
}

func appAuthList(rows []projectionsapig.AppAuthItem, total int) AppAuthList {
	view := func(a projectionsapig.AppAuthItem) AppAuthView {
		return AppAuthView{a, roleProvider, tunnelNormal, appType, creatorUser}
	}
	return AppAuthList{len(rows), total, each(rows, view)}
}

type listAppAPIsIn struct {
	InInstance
	Paging
	AppID     string `query:"app_id" maxLength:"65" doc:"The app."`
	APIID     string `query:"api_id" maxLength:"65" doc:"Only this API."`
	APIName   string `query:"api_name" maxLength:"255" doc:"Only APIs whose name contains this."`
	GroupID   string `query:"group_id" maxLength:"65" doc:"Only APIs of this group."`
	GroupName string `query:"group_name" maxLength:"255" doc:"Only APIs of groups whose name contains this."`
	EnvID     string `query:"env_id" maxLength:"65" doc:"Only authorizations in this environment."`
	Tags      string `query:"tags" maxLength:"2048" doc:"Only APIs with one of these tags, separated by commas."`
}

func (s *Surface) listAppAPIs(ctx context.Context, _ commands.Call, in *listAppAPIsIn) (*answer[AppAuthList], error) {
	if in.AppID == "" {
		return nil, apig.ErrMissing("app_id") // §3.10.3
	}
	rows, total, err := s.Queries.APIsOfApp(ctx, in.in(), projectionsapig.AppAuthFilter{
		AppID: in.AppID, APIID: in.APIID, APIName: in.APIName, GroupID: in.GroupID, GroupName: in.GroupName, EnvID: in.EnvID,
		Tags: commaList(in.Tags),
	}, in.page())
	return read(appAuthList(rows, total)), err
}

type listAPIAppsIn struct {
	InInstance
	Paging
	APIID   string `query:"api_id" maxLength:"65" doc:"Only this API."`
	AppName string `query:"app_name" maxLength:"64" doc:"Only apps whose name contains this."`
	AppID   string `query:"app_id" maxLength:"65" doc:"Only this app."`
	EnvID   string `query:"env_id" maxLength:"65" doc:"Only authorizations in this environment."`
}

func (s *Surface) listAPIApps(ctx context.Context, _ commands.Call, in *listAPIAppsIn) (*answer[AppAuthList], error) {
	filter := projectionsapig.AppAuthFilter{APIID: in.APIID, AppName: in.AppName, AppID: in.AppID, EnvID: in.EnvID}
	rows, total, err := s.Queries.AppsOfAPI(ctx, in.in(), filter, in.page())
	return read(appAuthList(rows, total)), err
}

type listOtherAPIsIn struct {
	InInstance
	Paging
	AppID   string `query:"app_id" maxLength:"65" doc:"The app."`
	EnvID   string `query:"env_id" maxLength:"65" doc:"The environment."`
	GroupID string `query:"group_id" maxLength:"65" doc:"Only APIs of this group."`
	APIID   string `query:"api_id" maxLength:"65" doc:"Only this API."`
	APIName string `query:"api_name" maxLength:"255" doc:"Only APIs whose name contains this."`
	Tags    string `query:"tags" maxLength:"2048" doc:"Only APIs with one of these tags, separated by commas."`
}

// AuthorizableList is a page of APIs that an app cannot call (APIG V2 §3.10.4).
type AuthorizableList struct {
	Size  int                               `json:"size"`
	Total int                               `json:"total"`
	APIs  []projectionsapig.AuthorizableAPI `json:"apis"`
}

func (s *Surface) listOtherAPIs(ctx context.Context, _ commands.Call, in *listOtherAPIsIn) (*answer[AuthorizableList], error) {
	switch { // §3.10.4
	case in.AppID == "":
		return nil, apig.ErrMissing("app_id")
	case in.EnvID == "":
		return nil, apig.ErrMissing("env_id")
	}
	rows, total, err := s.Queries.AuthorizableAPIs(ctx, in.in(), projectionsapig.AppAuthFilter{
		AppID: in.AppID, EnvID: in.EnvID, GroupID: in.GroupID, APIID: in.APIID, APIName: in.APIName, Tags: commaList(in.Tags),
	}, in.page())
	return read(AuthorizableList{len(rows), total, rows}), err
}

// commaList returns the entries of a list with commas between them; none for an empty text.
func commaList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
