package apig

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// VersionView is a version of an API in an environment (APIG V2 §3.5.10).
type VersionView struct {
	VersionID   string          `json:"version_id"`
	VersionNo   string          `json:"version_no"`
	APIID       string          `json:"api_id"`
	EnvID       string          `json:"env_id"`
	EnvName     string          `json:"env_name"`
	Remark      string          `json:"remark"`
	PublishTime time.Time       `json:"publish_time"`
	Status      int             `json:"status"` // 1: in effect, 2: not
	Position    domain.Position `json:"position"`
}

// VersionFilter narrows the list of versions. Most bounds the versions per environment, the one in
// effect and then the newest first; 0 is all that ever were. What an operator set as the instance's quota
// API_VERSION_NUM_LIMIT counts instead of Most, but one version is always shown (APIG V2 §3.5.10).
type VersionFilter struct {
	EnvID, EnvName string
	Most           int
}

// Versions returns a page of the versions of an API, newest first, and their number in all (APIG V2
// §3.5.10), or APIG.3030, APIG.3002.
func (q *Queries) Versions(ctx context.Context, in In, apiID string, f VersionFilter, p Page) ([]VersionView, int, error) {
	w := f.where(in, apiID)
	rows, total, err := page[VersionView](ctx, q, versionColumns, versionsSQL, w, versionOrder, p)
	if err == nil && total == 0 {
		_, err = q.owner(ctx, in, apiID)
	}
	return rows, total, err
}

const (
	versionColumns = "v.version_id, v.version_no, v.api_id, v.env_id, v.env_name, v.remark, v.publish_time, v.position, v.status"
	versionOrder   = "v.position DESC"
)

// versionsSQL gives the versions as VersionView has them, ranked in their environment.
const versionsSQL = `(SELECT v.id AS version_id, v.version_no, v.api_id, v.env_id, coalesce(e.name, v.env_name) AS env_name, v.remark,
		v.publish_time, v.position, v.instance_id, v.tenant, CASE WHEN p.version_id = v.id THEN 1 ELSE 2 END AS status,
		row_number() OVER (PARTITION BY v.api_id, v.env_id ORDER BY p.version_id IS NOT DISTINCT FROM v.id DESC, v.position DESC) AS rank
	FROM apig.versions v
	LEFT JOIN apig.envs e ON e.instance_id = v.instance_id AND e.id = v.env_id
	LEFT JOIN apig.publications p ON p.api_id = v.api_id AND p.env_id = v.env_id) v`

// mostVersionsSQL bounds the rank of a version by the quota that was set, or else by a number.
const mostVersionsSQL = `v.rank <= coalesce((SELECT greatest(q.value, 1) FROM apig.quotas q
	WHERE q.owner = v.instance_id AND q.name = 'API_VERSION_NUM_LIMIT'), $%d)`

func (f VersionFilter) where(in In, apiID string) *where {
	w := in.where("v")
	w.must("v.api_id", apiID)
	w.is("v.env_id", f.EnvID)
	w.like("v.env_name", f.EnvName, false)
	if f.Most > 0 {
		w.add(mostVersionsSQL, f.Most)
	}
	return w
}

// owner returns the group of an API, or APIG.3030, APIG.3002.
func (q *Queries) owner(ctx context.Context, in In, apiID string) (string, error) {
	var group string
	err := q.get(ctx, &group, "SELECT group_id FROM apig.apis WHERE id = $1 AND instance_id = $2 AND tenant = $3", apiID, in.Instance, in.Tenant)
	return group, q.missing(ctx, in, err, apig.ErrAPINotFound(apiID))
}
