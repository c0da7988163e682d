package apig

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// ThrottleView is a throttling policy with what other rows say of it.
type ThrottleView struct {
	ThrottleRow
	BindNum     int  `json:"bind_num"`
	HasSpecials bool `json:"has_specials"`
}

const throttleColumns = `t.*, (SELECT count(*) FROM apig.policy_bindings n WHERE n.policy_id = t.id) AS bind_num,
	coalesce((SELECT true FROM apig.throttle_specials s WHERE s.throttle_id = t.id LIMIT 1), false) AS has_specials`

var throttlePolicies = policies{"apig.throttles", "name"}

// Throttle returns a throttling policy (APIG V2 §3.4.5), or APIG.3030, APIG.3005.
func (q *Queries) Throttle(ctx context.Context, in In, id string) (ThrottleView, error) {
	var t ThrottleView
	err := q.get(ctx, &t, "SELECT "+throttleColumns+" FROM apig.throttles t WHERE t.id = $1 AND t.instance_id = $2 AND t.tenant = $3",
		id, in.Instance, in.Tenant)
	return t, q.missing(ctx, in, err, apig.ErrThrottleNotFound(id))
}

// ThrottleFilter narrows the list of throttling policies (APIG V2 §3.4.4).
type ThrottleFilter struct {
	ID, Name  string
	ExactName bool
}

// Throttles returns a page of the instance's throttling policies, newest first, and their number in all.
func (q *Queries) Throttles(ctx context.Context, in In, f ThrottleFilter, p Page) ([]ThrottleView, int, error) {
	w := in.where("t")
	w.is("t.id", f.ID)
	w.like("t.name", f.Name, f.ExactName)
	return pageIn[ThrottleView](ctx, q, in, throttleColumns, "apig.throttles t", w, "t.create_time DESC, t.id", p)
}

// ThrottledAPIs returns a page of the published APIs that a policy is bound to (APIG V2 §3.8.3), or
// APIG.3030, APIG.3005.
func (q *Queries) ThrottledAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	if _, err := q.Throttle(ctx, in, id); err != nil {
		return nil, 0, err
	}
	return q.boundAPIs(ctx, in, throttlePolicies, id, f, p)
}

// UnthrottledAPIs returns a page of the published APIs that a policy is not bound to (APIG V2 §3.8.4), or
// APIG.3030, APIG.3005.
func (q *Queries) UnthrottledAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	if _, err := q.Throttle(ctx, in, id); err != nil {
		return nil, 0, err
	}
	return q.unboundAPIs(ctx, in, throttlePolicies, id, slotOf(apig.FamilyThrottle, ""), f, p)
}

// BoundThrottle is a throttling policy with the environment in which it holds for an API.
type BoundThrottle struct {
	ThrottleView
	EnvName  string    `json:"env_name"`
	BindID   string    `json:"bind_id"`
	BindTime time.Time `json:"bind_time"`
}

// BoundThrottleFilter narrows the list of an API's throttling policies (APIG V2 §3.8.5).
type BoundThrottleFilter struct{ ThrottleID, ThrottleName, EnvID string }

// ThrottlesOf returns a page of the throttling policies that are bound to an API, newest binding first
// (APIG V2 §3.8.5), or APIG.3030, APIG.3002.
func (q *Queries) ThrottlesOf(ctx context.Context, in In, apiID string, f BoundThrottleFilter, p Page) ([]BoundThrottle, int, error) {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return nil, 0, err
	}
	w := in.where("b")
	w.must("b.api_id", apiID)
	w.is("b.env_id", f.EnvID)
	w.is("t.id", f.ThrottleID)
	w.like("t.name", f.ThrottleName, false)
	from := `apig.policy_bindings b JOIN apig.throttles t ON t.instance_id = b.instance_id AND t.id = b.policy_id
		JOIN apig.envs e ON e.instance_id = b.instance_id AND e.id = b.env_id`
	columns := throttleColumns + ", e.name AS env_name, b.id AS bind_id, b.bind_time"
	return page[BoundThrottle](ctx, q, columns, from, w, "b.bind_time DESC, b.id", p)
}

// SpecialThrottleView is a special setting with the name of the app that it is for, if it is for one.
type SpecialThrottleView struct {
	SpecialThrottleRow
	AppName *string `json:"app_name"`
}

const specialTables = "apig.throttle_specials s LEFT JOIN apig.apps a ON s.object_type = '" + apig.SpecialApp + "' AND a.instance_id = s.instance_id AND a.id = s.object_id"

// SpecialThrottle returns a special setting, or APIG.3030, APIG.3013.
func (q *Queries) SpecialThrottle(ctx context.Context, in In, id string) (SpecialThrottleView, error) {
	var sp SpecialThrottleView
	err := q.get(ctx, &sp, "SELECT s.*, a.name AS app_name FROM "+specialTables+" WHERE s.id = $1 AND s.instance_id = $2 AND s.tenant = $3",
		id, in.Instance, in.Tenant)
	return sp, q.missing(ctx, in, err, apig.ErrSpecialThrottleNotFound(id))
}

// SpecialThrottleFilter narrows the list of special settings (APIG V2 §3.9.4). Names are contained; the
// name of a tenant is its account ID.
type SpecialThrottleFilter struct{ ObjectType, AppName, User string }

// SpecialThrottles returns a page of the special settings of a policy, newest first (APIG V2 §3.9.4), or
// APIG.3030, APIG.3005.
func (q *Queries) SpecialThrottles(ctx context.Context, in In, throttleID string, f SpecialThrottleFilter, p Page) ([]SpecialThrottleView, int, error) {
	if _, err := q.Throttle(ctx, in, throttleID); err != nil {
		return nil, 0, err
	}
	w := in.where("s")
	w.must("s.throttle_id", throttleID)
	w.is("s.object_type", f.ObjectType)
	w.like("a.name", f.AppName, false)
	if f.User != "" {
		w.must("s.object_type", apig.SpecialUser)
		w.like("s.object_id", f.User, false)
	}
	return page[SpecialThrottleView](ctx, q, "s.*, a.name AS app_name", specialTables, w, "s.apply_time DESC, s.id", p)
}
