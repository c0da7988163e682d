package apig

import (
	"context"

	"github.com/gatelog/gatelog/domain/apig"
)

// APIOutline counts the APIs of an instance (APIG V2 §3.11.1).
type APIOutline struct {
	All        int `json:"all_apis"`
	OnRelease  int `json:"on_release"` // published to the environment RELEASE
	OffRelease int `json:"off_release"`
}

// APIOutline returns how many APIs there are and are published to RELEASE, or APIG.3030.
func (q *Queries) APIOutline(ctx context.Context, in In) (APIOutline, error) {
	var o APIOutline
	if err := q.Exists(ctx, in); err != nil {
		return o, err
	}
	err := q.get(ctx, &o, `SELECT a.n AS all_apis, p.n AS on_release, a.n - p.n AS off_release FROM
		(SELECT count(*) AS n FROM apig.apis WHERE instance_id = $1 AND tenant = $2) a,
		(SELECT count(*) AS n FROM apig.publications WHERE instance_id = $1 AND tenant = $2 AND env_id = $3) p`,
		in.Instance, in.Tenant, apig.ReleaseEnvID)
	return o, err
}

// GroupCount returns how many groups an instance has (APIG V2 §3.11.2), or APIG.3030.
func (q *Queries) GroupCount(ctx context.Context, in In) (int, error) {
	var n int
	if err := q.Exists(ctx, in); err != nil {
		return n, err
	}
	err := q.get(ctx, &n, "SELECT count(*) FROM apig.groups WHERE instance_id = $1 AND tenant = $2", in.Instance, in.Tenant)
	return n, err
}

// AppOutline counts the apps of an instance (APIG V2 §3.11.3).
type AppOutline struct {
	Authorized   int `json:"authorized"` // for at least one API
	Unauthorized int `json:"unauthorized"`
}

// AppOutline returns how many apps can call an API and how many can call none, or APIG.3030.
func (q *Queries) AppOutline(ctx context.Context, in In) (AppOutline, error) {
	var o AppOutline
	if err := q.Exists(ctx, in); err != nil {
		return o, err
	}
	err := q.get(ctx, &o, `SELECT h.n AS authorized, a.n - h.n AS unauthorized FROM
		(SELECT count(*) AS n FROM apig.apps WHERE instance_id = $1 AND tenant = $2) a,
		(SELECT count(DISTINCT app_id) AS n FROM apig.app_auths WHERE instance_id = $1 AND tenant = $2) h`,
		in.Instance, in.Tenant)
	return o, err
}
