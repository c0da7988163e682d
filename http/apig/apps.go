package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// AppView is an app in an answer (APIG V2 §3.28.1).
type AppView struct {
	ID               string    `json:"id"`
	Name             string    `json:"name"`
	Remark           string    `json:"remark"`
	Creator          string    `json:"creator" doc:"USER: no app comes from a marketplace."`
	UpdateTime       time.Time `json:"update_time"`
	AppKey           string    `json:"app_key"`
	AppSecret        string    `json:"app_secret" doc:"Shown when the app is created and when the secret is reset; masked elsewhere."`
	RegisterTime     time.Time `json:"register_time"`
	Status           int       `json:"status" doc:"1: valid."`
	AppType          string    `json:"app_type"`
	RelatedDomainID  string    `json:"related_domain_id,omitempty"`
	RelatedProjectID string    `json:"related_project_id,omitempty"`
}

// What every app is.
const (
	creatorUser = "USER"
	appType     = "apig"
)

func app(a apig.App) AppView {
	return AppView{
		ID: a.ID, Name: a.Name, Remark: a.Remark, Creator: creatorUser, UpdateTime: a.UpdateTime, AppKey: a.Key, AppSecret: a.Secret,
		RegisterTime: a.RegisterTime, Status: statusValid, AppType: appType,
		RelatedDomainID: a.RelatedDomainID, RelatedProjectID: a.RelatedProjectID,
	}
}

func appRow(a projectionsapig.AppRow) AppView {
	return app(apig.App{
		ID: a.ID, Name: a.Name, Remark: a.Remark, Key: a.Key, Secret: apig.MaskedSecret,
		RelatedDomainID: a.RelatedDomainID, RelatedProjectID: a.RelatedProjectID, RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime,
	})
}

const (
	tagApps = "Apps"
	oneApp  = instancePath + "/apps/{app_id}"
)

// apps registers APIG V2 §3.28.1 to §3.28.7. Chapter 4 has no action for some of its operations: these
// are allowed by the nearest that it has.
func (s *Surface) apps(api huma.API) {
	register(s, api, operation{
		id: "CreateAnAppV2", section: "3.28.1", method: http.MethodPost, path: instancePath + "/apps", status: 201,
		summary: "Create an app", actions: []string{"apig:apps:create"}, tag: tagApps,
	}, s.createApp)
	register(s, api, operation{
		id: "UpdateAppV2", section: "3.28.2", method: http.MethodPut, path: oneApp, status: 201,
		summary: "Change an app", actions: []string{"apig:apps:update"}, tag: tagApps,
	}, s.updateApp)
	register(s, api, operation{
		id: "DeleteAppV2", section: "3.28.3", method: http.MethodDelete, path: oneApp, status: 204,
		summary: "Delete an app", actions: []string{"apig:apps:delete"}, tag: tagApps,
	}, s.deleteApp)
	register(s, api, operation{
		id: "ResettingAppSecretV2", section: "3.28.4", method: http.MethodPut, path: instancePath + "/apps/secret/{app_id}", status: 200,
		summary: "Give an app another secret", actions: []string{"apig:apps:update"}, tag: tagApps,
	}, s.resetAppSecret)
	register(s, api, operation{
		id: "CheckAppV2", section: "3.28.5", method: http.MethodGet, path: instancePath + "/apps/validation/{app_id}", status: 200,
		summary: "Check whether an app is there", actions: []string{"apig:apps:get", "apig:apps:list"}, tag: tagApps,
	}, s.checkApp)
	register(s, api, operation{
		id: "ShowDetailsOfAppV2", section: "3.28.6", method: http.MethodGet, path: oneApp, status: 200,
		summary: "Show an app", actions: []string{"apig:apps:get"}, tag: tagApps,
	}, s.showApp)
	register(s, api, operation{
		id: "ListAppsV2", section: "3.28.7", method: http.MethodGet, path: instancePath + "/apps", status: 200,
		summary: "List apps", actions: []string{"apig:apps:list"}, tag: tagApps,
	}, s.listApps)
}

// AppIn is what every request about an app names.
type AppIn struct {
	InInstance
	AppID string `path:"app_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"App."`
}

type createAppIn struct {
	InInstance
	Body apig.AppBody
}

func (s *Surface) createApp(ctx context.Context, call commands.Call, in *createAppIn) (*answer[AppView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateApp, apig.CreateApp{InstanceID: in.InstanceID, Body: in.Body}, app)
}

type updateAppIn struct {
	AppIn
	Body apig.AppUpdateBody
}

func (s *Surface) updateApp(ctx context.Context, call commands.Call, in *updateAppIn) (*answer[AppView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateApp, apig.UpdateApp{InstanceID: in.InstanceID, AppID: in.AppID, Body: in.Body}, app)
}

func (s *Surface) deleteApp(ctx context.Context, call commands.Call, in *AppIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteApp.Do, apig.DeleteApp{InstanceID: in.InstanceID, AppID: in.AppID})
}

type resetAppSecretIn struct {
	AppIn
	Body apig.AppResetBody
}

func (s *Surface) resetAppSecret(ctx context.Context, call commands.Call, in *resetAppSecretIn) (*answer[AppView], error) {
	command := apig.ResetAppSecret{InstanceID: in.InstanceID, AppID: in.AppID}
	a, position, err := s.Commands.ResetAppSecret(ctx, s.Bus, call, command, in.Body)
	return changed(app(a), position), at(position, err)
}

// AppBrief is what others than its owner see of an app (APIG V2 §3.28.5).
type AppBrief struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Remark string `json:"remark"`
}

func (s *Surface) checkApp(ctx context.Context, _ commands.Call, in *AppIn) (*answer[AppBrief], error) {
	a, err := s.Queries.App(ctx, in.in(), in.AppID)
	return read(AppBrief{a.ID, a.Name, a.Remark}), err
}

func (s *Surface) showApp(ctx context.Context, _ commands.Call, in *AppIn) (*answer[AppView], error) {
	a, err := s.Queries.App(ctx, in.in(), in.AppID)
	return read(appRow(a)), err
}

type listAppsIn struct {
	InInstance
	Paging
	ID               string `query:"id" maxLength:"65" doc:"Only the app with this id."`
	Name             string `query:"name" maxLength:"64" doc:"Only apps whose name contains this."`
	Status           int    `query:"status" doc:"Only apps with this status; all have 1."`
	AppKey           string `query:"app_key" maxLength:"200" doc:"Only the app with this key."`
	Creator          string `query:"creator" enum:"USER,MARKET" doc:"Only apps that came in this way; all have USER."`
	PreciseSearch    string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name."`
	RelatedDomainID  string `query:"related_domain_id" maxLength:"65" doc:"Only apps for this account."`
	RelatedProjectID string `query:"related_project_id" maxLength:"65" doc:"Only apps for this project."`
}

// AppItem is an app in a list (APIG V2 §3.28.7).
type AppItem struct {
	AppView
	BindNum int `json:"bind_num" doc:"APIs that the app is authorized for."`
}

// AppList is a page of apps (APIG V2 §3.28.7).
type AppList struct {
	Size  int       `json:"size"`
	Total int       `json:"total"`
	Apps  []AppItem `json:"apps"`
}

func (s *Surface) listApps(ctx context.Context, _ commands.Call, in *listAppsIn) (*answer[AppList], error) {
	filter := projectionsapig.AppFilter{
		ID: in.ID, Name: in.Name, Key: in.AppKey, RelatedDomainID: in.RelatedDomainID, RelatedProjectID: in.RelatedProjectID,
		ExactName: precisely(in.PreciseSearch, "name"),
		None:      (in.Status != 0 && in.Status != statusValid) || (in.Creator != "" && in.Creator != creatorUser),
	}
	rows, total, err := s.Queries.Apps(ctx, in.in(), filter, in.page())
	item := func(a projectionsapig.AppItem) AppItem { return AppItem{appRow(a.AppRow), a.BindNum} }
	return read(AppList{len(rows), total, each(rows, item)}), err
}
