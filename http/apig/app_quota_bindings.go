package apig

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// QuotaAppView is an app that a credential quota has, or could have (APIG V2 §3.29.6, §3.29.9).
type QuotaAppView struct {
	AppID            string     `json:"app_id"`
	Name             string     `json:"name"`
	Status           int        `json:"status" doc:"1: enabled."`
	AppKey           string     `json:"app_key"`
	Remark           string     `json:"remark"`
	RelatedDomainID  string     `json:"related_domain_id,omitempty"`
	RelatedProjectID string     `json:"related_project_id,omitempty"`
	RegisterTime     time.Time  `json:"register_time"`
	UpdateTime       time.Time  `json:"update_time"`
	QuotaID          *string    `json:"app_quota_id,omitempty"`
	QuotaName        *string    `json:"app_quota_name,omitempty"`
	BoundTime        *time.Time `json:"bound_time,omitempty"`
}

func quotaApp(a projectionsapig.QuotaApp) QuotaAppView {
	return QuotaAppView{
		AppID: a.ID, Name: a.Name, Status: statusValid, AppKey: a.Key, Remark: a.Remark,
		RelatedDomainID: a.RelatedDomainID, RelatedProjectID: a.RelatedProjectID, RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime,
		QuotaID: a.QuotaID, QuotaName: a.QuotaName, BoundTime: a.BoundTime,
	}
}

type listQuotaAppsIn struct {
	AppQuotaIn
	Paging
	AppName string `query:"app_name" maxLength:"64" doc:"Only apps whose name contains this."`
}

// QuotaAppList is a page of apps that a credential quota has, or could have (APIG V2 §3.29.6, §3.29.9).
type QuotaAppList struct {
	Size  int            `json:"size"`
	Total int            `json:"total"`
	Apps  []QuotaAppView `json:"apps"`
}

func (s *Surface) listBoundApps(ctx context.Context, _ commands.Call, in *listQuotaAppsIn) (*answer[QuotaAppList], error) {
	rows, total, err := s.Queries.AppsOfQuota(ctx, in.in(), in.QuotaID, in.AppName, in.page())
	return read(QuotaAppList{len(rows), total, each(rows, quotaApp)}), err
}

func (s *Surface) listBindableApps(ctx context.Context, _ commands.Call, in *listQuotaAppsIn) (*answer[QuotaAppList], error) {
	rows, total, err := s.Queries.AppsForQuota(ctx, in.in(), in.QuotaID, in.AppName, in.page())
	return read(QuotaAppList{len(rows), total, each(rows, quotaApp)}), err
}

type bindAppQuotaIn struct {
	AppQuotaIn
	Body apig.AppQuotaBindBody
}

// QuotaBindingList is the bindings of apps to a credential quota (APIG V2 §3.29.7).
type QuotaBindingList struct {
	Applies []apig.AppQuotaBinding `json:"applies"`
}

func (s *Surface) bindAppQuota(ctx context.Context, call commands.Call, in *bindAppQuotaIn) (*answer[QuotaBindingList], error) {
	command := apig.BindAppQuota{InstanceID: in.InstanceID, QuotaID: in.QuotaID, Body: in.Body}
	bindings, position, err := s.Commands.BindAppQuota.Do(ctx, s.Bus, call, command)
	return changed(QuotaBindingList{bindings}, position), at(position, err)
}

type unbindAppQuotaIn struct {
	AppQuotaIn
	AppID string `path:"app_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"App."`
}

func (s *Surface) unbindAppQuota(ctx context.Context, call commands.Call, in *unbindAppQuotaIn) (*done, error) {
	command := apig.UnbindAppQuota{InstanceID: in.InstanceID, QuotaID: in.QuotaID, AppID: in.AppID}
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindAppQuota.Do, command)
}

// quotaAnswer is a credential quota, or an empty object.
type quotaAnswer struct{ projectionsapig.Answer }

// Schema implements huma.SchemaProvider.
func (quotaAnswer) Schema(r huma.Registry) *huma.Schema { return schemaOf[AppQuotaView](r) }

// showQuotaOfApp answers with an empty object for an app that has no quota: the reference has no refusal
// for it.
func (s *Surface) showQuotaOfApp(ctx context.Context, _ commands.Call, in *AppIn) (*answer[quotaAnswer], error) {
	q, err := s.Queries.QuotaOfApp(ctx, in.in(), in.AppID)
	if err != nil || q == nil {
		return read(quotaAnswer{}), err
	}
	return read(quotaAnswer{projectionsapig.Answer{More: []any{appQuotaItem(*q)}}}), nil
}
