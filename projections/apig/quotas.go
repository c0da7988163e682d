package apig

import (
	"context"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// QuotaView is a quota with its value and the amount used (APIG V2 §3.22).
type QuotaView struct {
	Name       string
	Value      int
	Used       int
	Doc        string
	UpdateTime time.Time // zero when nobody set it
}

// countSQL says how the things that quotas limit are counted. What this build keeps no rows of does
// not exist.
var countSQL = map[apig.Counted]string{
	apig.CountedAPIs:         "SELECT count(*) FROM apig.apis WHERE instance_id = $1",
	apig.CountedGroups:       "SELECT count(*) FROM apig.groups WHERE instance_id = $1",
	apig.CountedAuthorizers:  "SELECT count(*) FROM apig.authorizers WHERE instance_id = $1",
	apig.CountedChannels:     "SELECT count(*) FROM apig.channels WHERE instance_id = $1",
	apig.CountedEnvironments: "SELECT count(*) FROM apig.envs WHERE instance_id = $1",
	apig.CountedACLs:         "SELECT count(*) FROM apig.acls WHERE instance_id = $1",
	apig.CountedSignatures:   "SELECT count(*) FROM apig.signatures WHERE instance_id = $1",
	apig.CountedThrottles:    "SELECT count(*) FROM apig.throttles WHERE instance_id = $1",
	apig.CountedApps:         "SELECT count(*) FROM apig.apps WHERE instance_id = $1",
	apig.CountedInstances:    "SELECT count(*) FROM apig.instances WHERE tenant = $1",
}

// Quotas returns all quotas of an instance (APIG V2 §3.22.1).
func (q *Queries) Quotas(ctx context.Context, in In) ([]QuotaView, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, err
	}
	return q.quotas(ctx, in.Instance, apig.Quotas())
}

// TenantQuotas returns the quotas of a tenant (APIG V2 §3.22.2).
func (q *Queries) TenantQuotas(ctx context.Context, tenant string) ([]QuotaView, error) {
	return q.quotas(ctx, tenant, apig.TenantQuotas())
}

func (q *Queries) quotas(ctx context.Context, owner string, specs []apig.QuotaSpec) ([]QuotaView, error) {
	var rows []QuotaRow
	if err := q.rows.Select(ctx, &rows, "SELECT * FROM apig.quotas WHERE owner = $1", owner); err != nil {
		return nil, err
	}
	set := map[string]QuotaRow{}
	for _, row := range rows {
		set[row.Name] = row
	}
	all := make([]QuotaView, len(specs))
	for i, spec := range specs {
		all[i] = QuotaView{Name: spec.Name, Value: spec.Default, Doc: spec.Doc}
		if row, ok := set[spec.Name]; ok {
			all[i].Value, all[i].UpdateTime = row.Value, row.UpdateTime
		}
		count, ok := countSQL[spec.Counts]
		if !ok {
			continue
		}
		if err := q.rows.Get(ctx, &all[i].Used, count, owner); err != nil {
			return nil, fmt.Errorf("count for %s: %w", spec.Name, err)
		}
	}
	return all, nil
}
