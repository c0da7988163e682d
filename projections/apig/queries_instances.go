package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
)

// ProjectTag is a key with the values that it has in a tenant's instances.
type ProjectTag struct {
	Key    string         `json:"key"`
	Values pq.StringArray `json:"values"`
}

// ProjectTags returns the tags of all instances of a tenant, by key (APIG V2 §3.25.1).
func (q *Queries) ProjectTags(ctx context.Context, tenant string) ([]ProjectTag, error) {
	all := []ProjectTag{}
	if !keepable(tenant) {
		return all, nil
	}
	err := q.rows.Select(ctx, &all, `SELECT t.key, array_agg(DISTINCT t.value ORDER BY t.value) AS values
		FROM apig.instance_tags t WHERE t.tenant = $1 GROUP BY t.key ORDER BY t.key`, tenant)
	return all, err
}

// InstanceTags returns the tags of an instance, by key (APIG V2 §3.25.2), or APIG.3030.
func (q *Queries) InstanceTags(ctx context.Context, in In) ([]InstanceTagRow, error) {
	rows, _, err := pageIn[InstanceTagRow](ctx, q, in, "t.*", "apig.instance_tags t", in.where("t"), "t.key", Page{Limit: 100})
	return rows, err
}

// InstancesByTags returns a page of the tenant's instances that a query finds, newest first, and their
// number in all. Errors: APIC.7211 for a query that breaks a rule.
func (q *Queries) InstancesByTags(ctx context.Context, tenant string, f apig.InstanceTagQuery, p Page) ([]apig.Instance, int, error) {
	if err := f.Check(); err != nil {
		return nil, 0, err
	}
	w := &where{}
	w.must("i.tenant", tenant)
	if err := w.tagged(f); err != nil {
		return nil, 0, err
	}
	return q.instances(ctx, w, p)
}

// hasTags holds for an instance that has a tag for each entry of a JSON list: one with the entry's key,
// and one of its values when it has some.
const hasTags = `NOT EXISTS (SELECT FROM json_to_recordset($%d) AS f(key text, wanted json) WHERE NOT EXISTS (
	SELECT FROM apig.instance_tags t WHERE t.instance_id = i.id AND t.key = f.key
	AND (json_array_length(f.wanted) = 0 OR t.value IN (SELECT json_array_elements_text(f.wanted)))))`

// tagged adds the conditions of a query. It has the same few forms however many tags there are.
func (w *where) tagged(f apig.InstanceTagQuery) error {
	switch {
	case f.WithoutAnyTag:
		w.conditions = append(w.conditions, "NOT EXISTS (SELECT FROM apig.instance_tags t WHERE t.tenant = i.tenant AND t.instance_id = i.id)")
	case len(f.Tags) > 0:
		wanted, err := wantedTags(f.Tags)
		if err != nil {
			return err
		}
		w.add(hasTags, wanted)
	}
	for _, m := range f.Matches {
		w.text(`i.name LIKE $%d`, m.Value, escapeLike.Replace(m.Value)+"%")
	}
	for _, t := range f.SysTags {
		if t.Key != apig.SysTagEnterpriseProject {
			w.none()
			continue
		}
		w.oneOf("i.document->>'enterprise_project_id' = ANY($%d)", t.Values)
	}
	return nil
}

// wantedTags returns the list that hasTags looks at.
func wantedTags(tags []apig.TagValues) (string, error) {
	type entry struct {
		Key    string   `json:"key"`
		Wanted []string `json:"wanted"`
	}
	all := make([]entry, len(tags))
	for i, t := range tags {
		all[i] = entry{t.Key, append([]string{}, t.Values...)}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("tags to look for: %w", err)
	}
	return string(text), nil
}

// EndpointConnectionFilter narrows the list of connections (APIG V2 §3.24.1). A nil marker is none.
type EndpointConnectionFilter struct {
	ID, Status string
	MarkerID   *int
}

// EndpointConnections returns a page of the connections to an instance, newest first (APIG V2 §3.24.1),
// or APIC.7314.
func (q *Queries) EndpointConnections(ctx context.Context, in In, f EndpointConnectionFilter, p Page) ([]EndpointConnectionRow, int, error) {
	w := in.where("e")
	w.is("e.id", f.ID)
	w.is("e.status", f.Status)
	if f.MarkerID != nil {
		w.add("e.marker_id = $%d", *f.MarkerID)
	}
	rows, total, err := page[EndpointConnectionRow](ctx, q, "e.*", "apig.endpoint_connections e", w, "e.marker_id DESC", p)
	if err == nil && total == 0 {
		err = q.endpointService(ctx, in)
	}
	return rows, total, err
}

// EndpointPermissions returns a page of those who may connect to an instance, by what their records say
// (APIG V2 §3.24.3), or APIC.7314. Records that contain the text given are found.
func (q *Queries) EndpointPermissions(ctx context.Context, in In, containing string, p Page) ([]EndpointPermissionRow, int, error) {
	w := in.where("e")
	w.like("e.permission", containing, false)
	rows, total, err := page[EndpointPermissionRow](ctx, q, "e.*", "apig.endpoint_permissions e", w, "e.permission", p)
	if err == nil && total == 0 {
		err = q.endpointService(ctx, in)
	}
	return rows, total, err
}

// endpointService returns APIC.7314 unless the instance is there and has its VPC endpoint service, as one
// has that is no longer being created.
func (q *Queries) endpointService(ctx context.Context, in In) error {
	var status string
	err := q.get(ctx, &status, "SELECT status FROM apig.instances WHERE id = $1 AND tenant = $2", in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) || err == nil && status == string(apig.InstanceCreating) {
		return apig.ErrEndpointNotFound()
	}
	return err
}
