package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// AppQuotaRow is a row of the table app_quotas.
type AppQuotaRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	CallLimits int       `json:"call_limits"`
	TimeUnit   string    `json:"time_unit"`
	Interval   int       `json:"time_interval"`
	ResetTime  string    `json:"reset_time"`
	Remark     string    `json:"remark"`
	CreateTime time.Time `json:"create_time"`
}

// AppQuotaBindingRow is a row of the table app_quota_bindings: the one quota of an app.
type AppQuotaBindingRow struct {
	AppID      string    `json:"app_id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	QuotaID    string    `json:"quota_id"`
	BoundTime  time.Time `json:"bound_time"`
}

var (
	appQuotas        = projections.NewTable[AppQuotaRow]("app_quotas", "id")
	appQuotaBindings = projections.NewTable[AppQuotaBindingRow]("app_quota_bindings", "app_id")
)

func applyAppQuota(rec domain.Recorded, c *projections.Changes) {
	switch ev := rec.Event.(type) {
	case apig.AppQuotaCreated:
		putAppQuota(c, rec, ev.Quota)
	case apig.AppQuotaUpdated:
		putAppQuota(c, rec, ev.Quota)
	case apig.AppQuotaDeleted:
		appQuotas.Delete(c, ev.QuotaID)
		appQuotaBindings.DeleteWhere(c, "quota_id", ev.QuotaID)
	case apig.AppQuotaBound:
		for _, b := range ev.Bindings {
			appQuotaBindings.Put(c, AppQuotaBindingRow{
				AppID: b.AppID, Tenant: rec.Tenant, InstanceID: ev.InstanceID, QuotaID: b.QuotaID, BoundTime: b.BoundTime,
			})
		}
	case apig.AppQuotaUnbound:
		appQuotaBindings.Delete(c, ev.AppID)
	}
}

func putAppQuota(c *projections.Changes, rec domain.Recorded, q apig.AppQuota) {
	appQuotas.Put(c, AppQuotaRow{
		ID: q.ID, Tenant: rec.Tenant, InstanceID: q.InstanceID, Name: q.Name, CallLimits: q.CallLimits, TimeUnit: q.TimeUnit,
		Interval: q.Interval, ResetTime: q.ResetTime, Remark: q.Remark, CreateTime: q.CreateTime,
	})
}
