package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// BoundAPI is an API in an environment, with the policy that is bound to it there; the members of the
// binding are empty in lists of APIs to which a policy is not bound.
type BoundAPI struct {
	APIID      string          `json:"api_id"`
	APIName    string          `json:"api_name"`
	APIType    int             `json:"api_type"`
	Remark     string          `json:"remark"`
	AuthType   string          `json:"auth_type"`
	ReqMethod  string          `json:"req_method"`
	ReqURI     string          `json:"req_uri"`
	Tags       json.RawMessage `json:"tags"`
	GroupID    string          `json:"group_id"`
	GroupName  string          `json:"group_name"`
	EnvID      string          `json:"env_id"`
	EnvName    string          `json:"env_name"`
	PublishID  string          `json:"publish_id"`
	BindID     *string         `json:"bind_id"`
	BindTime   *time.Time      `json:"bind_time"`
	PolicyID   *string         `json:"policy_id"`
	PolicyName *string         `json:"policy_name"`
}

// BoundAPIFilter narrows lists of APIs that have a policy, or could have it (APIG V2 §3.7, §3.8, §3.14).
type BoundAPIFilter struct {
	EnvID, GroupID, APIID, APIName string
	Tags                           []string
}

func (f BoundAPIFilter) narrow(w *where) {
	w.is("p.env_id", f.EnvID)
	w.is("a.group_id", f.GroupID)
	w.is("p.api_id", f.APIID)
	w.like("a.name", f.APIName, false)
	w.withTags("p", "p.api_id", f.Tags)
}

// noTags among tags stands for APIs that have none (SDK).
const noTags = "#no_tags#"

// withTags adds 'the API in column has one of the tags'; no tags add nothing. The table has its instance.
func (w *where) withTags(table, column string, tags []string) {
	has := "EXISTS (SELECT FROM apig.api_tags t WHERE t.instance_id = " + table + ".instance_id AND t.api_id = " + column + " AND t.tag = ANY($%d))"
	if slices.Contains(tags, noTags) {
		has = "(" + has + " OR NOT EXISTS (SELECT FROM apig.api_tags t WHERE t.api_id = " + column + "))"
	}
	w.oneOf(has, tags)
}

// policies is the table of a family of policies.
type policies struct {
	table, name string // and its column with the policy's name
}

const boundColumns = `a.id AS api_id, a.name AS api_name, a.type AS api_type, coalesce(a.brief ->> 'remark', '') AS remark, a.auth_type,
	a.req_method, a.req_uri, coalesce(a.brief -> 'tags', '[]') AS tags, g.id AS group_id, g.name AS group_name, e.id AS env_id, e.name AS env_name,
	p.publish_id, b.id AS bind_id, b.bind_time, b.policy_id, `

// boundTables repeat the instance in every join: the planner then knows that it is the same one everywhere.
const boundTables = ` JOIN apig.apis a ON a.instance_id = p.instance_id AND a.id = p.api_id
	JOIN apig.groups g ON g.instance_id = p.instance_id AND g.id = a.group_id
	JOIN apig.envs e ON e.instance_id = p.instance_id AND e.id = p.env_id`

// boundAPIs returns a page of the published APIs that a policy is bound to, newest binding first.
func (q *Queries) boundAPIs(ctx context.Context, in In, of policies, policyID string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	w := in.where("b")
	w.must("b.policy_id", policyID)
	f.narrow(w)
	from := fmt.Sprintf(`apig.policy_bindings b JOIN apig.publications p ON p.instance_id = b.instance_id AND p.api_id = b.api_id AND p.env_id = b.env_id%s
		JOIN %s o ON o.instance_id = b.instance_id AND o.id = b.policy_id`, boundTables, of.table)
	return page[BoundAPI](ctx, q, boundColumns+"o."+of.name+" AS policy_name", from, w, "b.bind_time DESC, b.id", p)
}

// unboundAPIs returns a page of the published APIs that a policy is not bound to, newest API first, with
// the policy that holds the slot instead.
func (q *Queries) unboundAPIs(ctx context.Context, in In, of policies, policyID, slot string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	w := in.where("p")
	w.add("b.policy_id IS DISTINCT FROM $%d", policyID)
	f.narrow(w)
	w.args = append(w.args, slot)
	from := fmt.Sprintf(`apig.publications p%s
		LEFT JOIN apig.policy_bindings b ON b.instance_id = p.instance_id AND b.place = p.api_id || '/' || p.env_id AND b.slot = $%d
		LEFT JOIN %s o ON o.instance_id = p.instance_id AND o.id = b.policy_id`, boundTables, len(w.args), of.table)
	return page[BoundAPI](ctx, q, boundColumns+"o."+of.name+" AS policy_name", from, w, "a.register_time DESC, a.id, e.id", p)
}
