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

// AppQuotaView is a credential quota in an answer (APIG V2 §3.29.1).
type AppQuotaView struct {
	ID          string    `json:"app_quota_id"`
	Name        string    `json:"name"`
	CallLimits  int       `json:"call_limits"`
	TimeUnit    string    `json:"time_unit"`
	Interval    int       `json:"time_interval"`
	Remark      string    `json:"remark"`
	ResetTime   string    `json:"reset_time,omitempty" doc:"Absent when time counts from the first call."`
	CreateTime  time.Time `json:"create_time"`
	BoundAppNum int       `json:"bound_app_num"`
}

func appQuotaItem(q projectionsapig.AppQuotaItem) AppQuotaView {
	return AppQuotaView{q.ID, q.Name, q.CallLimits, q.TimeUnit, q.Interval, q.Remark, q.ResetTime, q.CreateTime, q.BoundApps}
}

func appQuota(q apig.AppQuota, boundApps int) AppQuotaView {
	return AppQuotaView{q.ID, q.Name, q.CallLimits, q.TimeUnit, q.Interval, q.Remark, q.ResetTime, q.CreateTime, boundApps}
}

const (
	tagAppQuotas  = "Quotas of apps"
	appQuotasPath = instancePath + "/app-quotas"
	oneAppQuota   = appQuotasPath + "/{app_quota_id}"
)

// appQuotas registers APIG V2 §3.29 and §3.28.13. Chapter 4 has no actions for them: credential quotas
// count as part of the apps.
func (s *Surface) appQuotas(api huma.API) {
	change, show, list := []string{"apig:apps:update"}, []string{"apig:apps:get"}, []string{"apig:apps:list"}
	register(s, api, operation{
		id: "CreateAppQuota", section: "3.29.1", method: http.MethodPost, path: appQuotasPath, status: 201,
		summary: "Create a credential quota", actions: change, tag: tagAppQuotas,
	}, s.createAppQuota)
	register(s, api, operation{
		id: "ShowAppQuota", section: "3.29.2", method: http.MethodGet, path: oneAppQuota, status: 200,
		summary: "Show a credential quota", actions: show, tag: tagAppQuotas,
	}, s.showAppQuota)
	register(s, api, operation{
		id: "ListAppQuotas", section: "3.29.3", method: http.MethodGet, path: appQuotasPath, status: 200,
		summary: "List credential quotas", actions: list, tag: tagAppQuotas,
	}, s.listAppQuotas)
	register(s, api, operation{
		id: "UpdateAppQuota", section: "3.29.4", method: http.MethodPut, path: oneAppQuota, status: 200,
		summary: "Change a credential quota", actions: change, tag: tagAppQuotas,
	}, s.updateAppQuota)
	register(s, api, operation{
		id: "DeleteAppQuota", section: "3.29.5", method: http.MethodDelete, path: oneAppQuota, status: 204,
		summary: "Delete a credential quota with its bindings", actions: change, tag: tagAppQuotas,
	}, s.deleteAppQuota)
	register(s, api, operation{
		id: "ListAppQuotaBoundApps", section: "3.29.6", method: http.MethodGet, path: oneAppQuota + "/bound-apps", status: 200,
		summary: "List the apps of a credential quota", actions: list, tag: tagAppQuotas,
	}, s.listBoundApps)
	register(s, api, operation{
		id: "AssociateAppsForAppQuota", section: "3.29.7", method: http.MethodPost, path: oneAppQuota + "/binding-apps", status: 201,
		summary: "Bind apps to a credential quota", actions: change, tag: tagAppQuotas,
	}, s.bindAppQuota)
	register(s, api, operation{
		id: "DisassociateAppQuotaWithApp", section: "3.29.8", method: http.MethodDelete, path: oneAppQuota + "/bound-apps/{app_id}", status: 204,
		summary: "Take an app from a credential quota", actions: change, tag: tagAppQuotas,
	}, s.unbindAppQuota)
	register(s, api, operation{
		id: "ListAppQuotaBindableApps", section: "3.29.9", method: http.MethodGet, path: oneAppQuota + "/bindable-apps", status: 200,
		summary: "List the apps that a credential quota could have", actions: list, tag: tagAppQuotas,
	}, s.listBindableApps)
	register(s, api, operation{
		id: "ShowAppBoundAppQuota", section: "3.28.13", method: http.MethodGet, path: oneApp + "/bound-quota", status: 200,
		summary: "Show the credential quota of an app", actions: show, tag: tagApps,
	}, s.showQuotaOfApp)
}

// AppQuotaIn is what every request about a credential quota names.
type AppQuotaIn struct {
	InInstance
	QuotaID string `path:"app_quota_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Credential quota."`
}

type createAppQuotaIn struct {
	InInstance
	Body apig.AppQuotaBody
}

func (s *Surface) createAppQuota(ctx context.Context, call commands.Call, in *createAppQuotaIn) (*answer[AppQuotaView], error) {
	unbound := func(q apig.AppQuota) AppQuotaView { return appQuota(q, 0) }
	return answerTo(ctx, s.Bus, call, s.Commands.CreateAppQuota.Do, apig.CreateAppQuota{InstanceID: in.InstanceID, Body: in.Body}, unbound)
}

func (s *Surface) showAppQuota(ctx context.Context, _ commands.Call, in *AppQuotaIn) (*answer[AppQuotaView], error) {
	q, err := s.Queries.AppQuota(ctx, in.in(), in.QuotaID)
	return read(appQuotaItem(q)), err
}

type listAppQuotasIn struct {
	InInstance
	Paging
	Name string `query:"name" maxLength:"255" doc:"Only quotas whose name contains this."`
}

// AppQuotaList is a page of credential quotas (APIG V2 §3.29.3).
type AppQuotaList struct {
	Size   int            `json:"size"`
	Total  int            `json:"total"`
	Quotas []AppQuotaView `json:"quotas"`
}

func (s *Surface) listAppQuotas(ctx context.Context, _ commands.Call, in *listAppQuotasIn) (*answer[AppQuotaList], error) {
	rows, total, err := s.Queries.AppQuotas(ctx, in.in(), in.Name, in.page())
	return read(AppQuotaList{len(rows), total, each(rows, appQuotaItem)}), err
}

type updateAppQuotaIn struct {
	AppQuotaIn
	Body apig.AppQuotaBody
}

func (s *Surface) updateAppQuota(ctx context.Context, call commands.Call, in *updateAppQuotaIn) (*answer[AppQuotaView], error) {
	command := apig.UpdateAppQuota{InstanceID: in.InstanceID, QuotaID: in.QuotaID, Body: in.Body}
	q, position, err := s.Commands.UpdateAppQuota.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, at(position, err)
	}
	item, err := s.Queries.AppQuota(ctx, in.in(), q.ID)
	return changed(appQuota(q, item.BoundApps), position), at(position, err)
}

func (s *Surface) deleteAppQuota(ctx context.Context, call commands.Call, in *AppQuotaIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAppQuota.Do, apig.DeleteAppQuota{InstanceID: in.InstanceID, QuotaID: in.QuotaID})
}
