package apig

import "github.com/gatelog/gatelog/domain"

// AppQuotaCreated: a credential quota came into being (APIG V2 §3.29.1).
type AppQuotaCreated struct {
	Quota AppQuota `json:"quota"`
}

// AppQuotaUpdated: a credential quota changed (APIG V2 §3.29.4).
type AppQuotaUpdated struct {
	Quota   AppQuota `json:"quota"`
	Changed []string `json:"changed"`
}

// AppQuotaDeleted: a credential quota is gone, and with it its bindings (APIG V2 §3.29.5).
type AppQuotaDeleted struct {
	InstanceID string `json:"instance_id"`
	QuotaID    string `json:"app_quota_id"`
	Name       string `json:"name"`
}

// AppQuotaBound: apps are bound to a credential quota, and to no other any more (APIG V2 §3.29.7).
type AppQuotaBound struct {
	InstanceID string            `json:"instance_id"`
	QuotaID    string            `json:"app_quota_id"`
	Bindings   []AppQuotaBinding `json:"bindings"`
}

// AppQuotaUnbound: an app is bound to no credential quota any more (APIG V2 §3.29.8).
type AppQuotaUnbound struct {
	InstanceID string `json:"instance_id"`
	QuotaID    string `json:"app_quota_id"`
	AppID      string `json:"app_id"`
}

// EventType implements domain.Event.
func (AppQuotaCreated) EventType() string { return "apig.appquota.created" }

// EventType implements domain.Event.
func (AppQuotaUpdated) EventType() string { return "apig.appquota.updated" }

// EventType implements domain.Event.
func (AppQuotaDeleted) EventType() string { return "apig.appquota.deleted" }

// EventType implements domain.Event.
func (AppQuotaBound) EventType() string { return "apig.appquota.bound" }

// EventType implements domain.Event.
func (AppQuotaUnbound) EventType() string { return "apig.appquota.unbound" }

// Of implements domain.Event.
func (ev AppQuotaCreated) Of() domain.Aggregate { return appQuotaAggregate(ev.Quota.ID) }

// Of implements domain.Event.
func (ev AppQuotaUpdated) Of() domain.Aggregate { return appQuotaAggregate(ev.Quota.ID) }

// Of implements domain.Event.
func (ev AppQuotaDeleted) Of() domain.Aggregate { return appQuotaAggregate(ev.QuotaID) }

// Of implements domain.Event.
func (ev AppQuotaBound) Of() domain.Aggregate { return appQuotaAggregate(ev.QuotaID) }

// Of implements domain.Event.
func (ev AppQuotaUnbound) Of() domain.Aggregate { return appQuotaAggregate(ev.QuotaID) }

func appQuotaAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "appquota", ID: id} }

func (ev AppQuotaCreated) at() string { return ev.Quota.InstanceID }
func (ev AppQuotaUpdated) at() string { return ev.Quota.InstanceID }
func (ev AppQuotaDeleted) at() string { return ev.InstanceID }
func (ev AppQuotaBound) at() string   { return ev.InstanceID }
func (ev AppQuotaUnbound) at() string { return ev.InstanceID }

func (ev AppQuotaCreated) fold(in *instance, _ domain.Recorded) { in.credentials.putQuota(ev.Quota) }
func (ev AppQuotaUpdated) fold(in *instance, _ domain.Recorded) { in.credentials.putQuota(ev.Quota) }
func (ev AppQuotaDeleted) fold(in *instance, _ domain.Recorded) { in.credentials.dropQuota(ev.QuotaID) }
func (ev AppQuotaUnbound) fold(in *instance, _ domain.Recorded) { in.credentials.unbind(ev.AppID) }

func (ev AppQuotaBound) fold(in *instance, _ domain.Recorded) {
	for _, b := range ev.Bindings {
		in.credentials.bind(b)
	}
}
