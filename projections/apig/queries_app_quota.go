package apig

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// AppQuotaItem is a credential quota with the number of apps that are bound to it.
type AppQuotaItem struct {
	AppQuotaRow
	BoundApps int `json:"bound_apps"`
}

const appQuotaFields = "q.*, (SELECT count(*) FROM apig.app_quota_bindings b WHERE b.quota_id = q.id) AS bound_apps"

// AppQuota returns a credential quota (APIG V2 §3.29.2), or APIG.3030, APIG.3093.
func (q *Queries) AppQuota(ctx context.Context, in In, id string) (AppQuotaItem, error) {
	var item AppQuotaItem
	err := q.get(ctx, &item, "SELECT "+appQuotaFields+" FROM apig.app_quotas q WHERE q.id = $1 AND q.instance_id = $2 AND q.tenant = $3",
		id, in.Instance, in.Tenant)
	return item, q.missing(ctx, in, err, apig.ErrAppQuotaNotFound(id))
}

// AppQuotas returns a page of the instance's credential quotas, newest first (APIG V2 §3.29.3). name
// matches in part.
func (q *Queries) AppQuotas(ctx context.Context, in In, name string, p Page) ([]AppQuotaItem, int, error) {
	w := in.where("q")
	w.like("q.name", name, false)
	return pageIn[AppQuotaItem](ctx, q, in, appQuotaFields, "apig.app_quotas q", w, "q.create_time DESC, q.id", p)
}

// QuotaOfApp returns the credential quota that an app is bound to (APIG V2 §3.28.13); nil for an app
// that is bound to none. Errors: APIG.3030, APIG.3002.
func (q *Queries) QuotaOfApp(ctx context.Context, in In, appID string) (*AppQuotaItem, error) {
	var item AppQuotaItem
	err := q.get(ctx, &item, "SELECT "+appQuotaFields+` FROM apig.app_quota_bindings o JOIN apig.app_quotas q ON q.id = o.quota_id
		WHERE o.app_id = $1 AND o.instance_id = $2 AND o.tenant = $3`, appID, in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := q.App(ctx, in, appID)
		return nil, err
	}
	return &item, err
}

// QuotaApp is an app in the list of those that a quota has, or could have. The members of the quota are
// empty for one that it could have.
type QuotaApp struct {
	AppRow
	QuotaID   *string    `json:"quota_id"`
	QuotaName *string    `json:"quota_name"`
	BoundTime *time.Time `json:"bound_time"`
}

const (
	quotaAppFields = "a.*, q.id AS quota_id, q.name AS quota_name, b.bound_time"
	quotaAppTables = `apig.apps a LEFT JOIN apig.app_quota_bindings b ON b.instance_id = a.instance_id AND b.app_id = a.id
		LEFT JOIN apig.app_quotas q ON q.instance_id = a.instance_id AND q.id = b.quota_id`
)

// AppsOfQuota returns a page of the apps that are bound to a credential quota, the last bound first (APIG
// V2 §3.29.6). appName matches in part. Errors: APIG.3030, APIG.3093.
func (q *Queries) AppsOfQuota(ctx context.Context, in In, quotaID, appName string, p Page) ([]QuotaApp, int, error) {
	if _, err := q.AppQuota(ctx, in, quotaID); err != nil {
		return nil, 0, err
	}
	w := in.where("a")
	w.must("b.quota_id", quotaID)
	w.like("a.name", appName, false)
	return page[QuotaApp](ctx, q, quotaAppFields, quotaAppTables, w, "b.bound_time DESC, a.id", p)
}

// AppsForQuota returns a page of the apps that can be bound to a credential quota: those that are bound
// to none, newest first (APIG V2 §3.29.9). appName matches in part. Errors: APIG.3030, APIG.3093.
func (q *Queries) AppsForQuota(ctx context.Context, in In, quotaID, appName string, p Page) ([]QuotaApp, int, error) {
	if _, err := q.AppQuota(ctx, in, quotaID); err != nil {
		return nil, 0, err
	}
	w := in.where("a")
	w.like("a.name", appName, false)
	w.conditions = append(w.conditions, "b.app_id IS NULL")
	return page[QuotaApp](ctx, q, quotaAppFields, quotaAppTables, w, "a.register_time DESC, a.id", p)
}
