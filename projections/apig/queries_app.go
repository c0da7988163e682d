package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// App returns an app (APIG V2 §3.28.6), or APIG.3030, APIG.3002 (the code that this section has for it).
func (q *Queries) App(ctx context.Context, in In, id string) (AppRow, error) {
	return q.app(ctx, in, id, apig.ErrAppUnknown(id))
}

// Credential is App for the operations that answer APIG.3004 for an unknown app.
func (q *Queries) Credential(ctx context.Context, in In, id string) (AppRow, error) {
	return q.app(ctx, in, id, apig.ErrAppNotFound(id))
}

func (q *Queries) app(ctx context.Context, in In, id string, unknown *domain.Error) (AppRow, error) {
	var a AppRow
	err := q.get(ctx, &a, "SELECT * FROM apig.apps WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return a, q.missing(ctx, in, err, unknown)
}

// AppFilter narrows the list of apps (APIG V2 §3.28.7). None says that nothing can match.
type AppFilter struct {
	ID, Name, Key, RelatedDomainID, RelatedProjectID string

	ExactName, None bool
}

// AppItem is an app in a list, with the number of APIs that it is authorized for.
type AppItem struct {
	AppRow
	BindNum int `json:"bind_num"`
}

// Apps returns a page of the instance's apps, newest first, and their number in all.
func (q *Queries) Apps(ctx context.Context, in In, f AppFilter, p Page) ([]AppItem, int, error) {
	w := in.where("a")
	w.is("a.id", f.ID)
	w.like("a.name", f.Name, f.ExactName)
	w.is("a.app_key", f.Key)
	w.is("a.related_domain_id", f.RelatedDomainID)
	w.is("a.related_project_id", f.RelatedProjectID)
	if f.None {
		w.none()
	}
	return pageIn[AppItem](ctx, q, in,
		"a.*, (SELECT count(DISTINCT h.api_id) FROM apig.app_auths h WHERE h.app_id = a.id) AS bind_num",
		"apig.apps a", w, "a.register_time DESC, a.id", p)
}

// AppCode returns an AppCode of an app with its value sealed (APIG V2 §3.28.11), or APIG.3030,
// APIG.3004, APIG.3082.
func (q *Queries) AppCode(ctx context.Context, in In, appID, id string) (AppCodeRow, error) {
	var code AppCodeRow
	err := q.get(ctx, &code, "SELECT * FROM apig.app_codes WHERE id = $1 AND app_id = $2 AND instance_id = $3 AND tenant = $4",
		id, appID, in.Instance, in.Tenant)
	if !errors.Is(err, sql.ErrNoRows) {
		return code, err
	}
	if _, err := q.Credential(ctx, in, appID); err != nil {
		return code, err
	}
	return code, apig.ErrAppCodeNotFound(id)
}

// AppCodes returns a page of the AppCodes of an app, newest first (APIG V2 §3.28.12).
func (q *Queries) AppCodes(ctx context.Context, in In, appID string, p Page) ([]AppCodeRow, int, error) {
	w := in.where("c")
	w.must("c.app_id", appID)
	rows, total, err := page[AppCodeRow](ctx, q, "c.*", "apig.app_codes c", w, "c.create_time DESC, c.id", p)
	if err == nil && total == 0 {
		_, err = q.Credential(ctx, in, appID)
	}
	return rows, total, err
}

// AppACL returns the access control of an app (APIG V2 §3.28.15); one without a type for an app that
// has none. Errors: APIG.3030, APIG.3004.
func (q *Queries) AppACL(ctx context.Context, in In, appID string) (apig.AppACL, error) {
	acl := apig.AppACL{InstanceID: in.Instance, AppID: appID, Values: []string{}}
	var row AppACLRow
	err := q.get(ctx, &row, "SELECT * FROM apig.app_acls WHERE app_id = $1 AND instance_id = $2 AND tenant = $3", appID, in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := q.Credential(ctx, in, appID)
		return acl, err
	}
	if err != nil {
		return acl, err
	}
	acl.Type = row.Type
	return acl, json.Unmarshal(row.Addresses, &acl.Values)
}
