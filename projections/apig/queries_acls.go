package apig

import (
	"context"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// ACLView is an access control policy with what other rows say of it.
type ACLView struct {
	ACLRow
	BindNum int `json:"bind_num"`
}

const aclColumns = "c.*, (SELECT count(*) FROM apig.policy_bindings n WHERE n.policy_id = c.id) AS bind_num"

var aclPolicies = policies{"apig.acls", "name"}

// ACL returns an access control policy (APIG V2 §3.13.5), or APIG.3030, APIG.3006.
func (q *Queries) ACL(ctx context.Context, in In, id string) (ACLView, error) {
	var a ACLView
	err := q.get(ctx, &a, "SELECT "+aclColumns+" FROM apig.acls c WHERE c.id = $1 AND c.instance_id = $2 AND c.tenant = $3",
		id, in.Instance, in.Tenant)
	return a, q.missing(ctx, in, err, apig.ErrACLNotFound(id))
}

// ACLFilter narrows the list of access control policies (APIG V2 §3.13.6).
type ACLFilter struct {
	ID, Name, Type, EntityType string
	ExactName                  bool
}

// ACLs returns a page of the instance's access control policies, newest first, and their number in all.
func (q *Queries) ACLs(ctx context.Context, in In, f ACLFilter, p Page) ([]ACLView, int, error) {
	w := in.where("c")
	w.is("c.id", f.ID)
	w.like("c.name", f.Name, f.ExactName)
	w.is("c.type", f.Type)
	w.is("c.entity_type", f.EntityType)
	return pageIn[ACLView](ctx, q, in, aclColumns, "apig.acls c", w, "c.create_time DESC, c.id", p)
}

// GuardedAPIs returns a page of the published APIs that a policy is bound to (APIG V2 §3.14.4), or
// APIG.3030, APIG.3006.
func (q *Queries) GuardedAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	if _, err := q.ACL(ctx, in, id); err != nil {
		return nil, 0, err
	}
	return q.boundAPIs(ctx, in, aclPolicies, id, f, p)
}

// UnguardedAPIs returns a page of the published APIs that a policy is not bound to, with the policy of the
// same entity type that they have (APIG V2 §3.14.5), or APIG.3030, APIG.3006.
func (q *Queries) UnguardedAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	a, err := q.ACL(ctx, in, id)
	if err != nil {
		return nil, 0, err
	}
	return q.unboundAPIs(ctx, in, aclPolicies, id, slotOf(apig.FamilyACL, a.EntityType), f, p)
}

// BoundACL is an access control policy with the environment in which it holds for an API.
type BoundACL struct {
	ACLView
	EnvID    string    `json:"env_id"`
	EnvName  string    `json:"env_name"`
	BindID   string    `json:"bind_id"`
	BindTime time.Time `json:"bind_time"`
}

// BoundACLFilter narrows the list of an API's access control policies (APIG V2 §3.14.6).
type BoundACLFilter struct{ ACLID, ACLName, EnvID, EnvName string }

// ACLsOf returns a page of the access control policies that are bound to an API, newest binding first
// (APIG V2 §3.14.6), or APIG.3030, APIG.3002.
func (q *Queries) ACLsOf(ctx context.Context, in In, apiID string, f BoundACLFilter, p Page) ([]BoundACL, int, error) {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return nil, 0, err
	}
	w := in.where("b")
	w.must("b.api_id", apiID)
	w.is("b.env_id", f.EnvID)
	w.like("e.name", f.EnvName, false)
	w.is("c.id", f.ACLID)
	w.like("c.name", f.ACLName, false)
	from := `apig.policy_bindings b JOIN apig.acls c ON c.instance_id = b.instance_id AND c.id = b.policy_id
		JOIN apig.envs e ON e.instance_id = b.instance_id AND e.id = b.env_id`
	columns := aclColumns + ", e.id AS env_id, e.name AS env_name, b.id AS bind_id, b.bind_time"
	return page[BoundACL](ctx, q, columns, from, w, "b.bind_time DESC, b.id", p)
}
