package apig

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// publishedSQL gives the publications of the API a as Published has them, RELEASE first. Times look as
// Go writes them.
const publishedSQL = `LEFT JOIN LATERAL (
	SELECT string_agg(p.env_id, '|' ORDER BY p.env_id <> '` + apig.ReleaseEnvID + `', e.name) AS run_env_id,
		string_agg(e.name, '|' ORDER BY p.env_id <> '` + apig.ReleaseEnvID + `', e.name) AS run_env_name,
		string_agg(p.publish_id, '|' ORDER BY p.env_id <> '` + apig.ReleaseEnvID + `', e.name) AS publish_id,
		string_agg(rtrim(rtrim(to_char(p.publish_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z', '|'
			ORDER BY p.env_id <> '` + apig.ReleaseEnvID + `', e.name) AS publish_time
	FROM apig.publications p JOIN apig.envs e ON e.instance_id = p.instance_id AND e.id = p.env_id
	WHERE p.api_id = a.id) p ON true`

// apiItem is an API with what other rows say of it.
type apiItem struct {
	GroupRow
	Document    json.RawMessage `json:"document"`
	Backend     *string         `json:"backend"`
	GroupName   string          `json:"group_name"`
	RunEnvID    *string         `json:"run_env_id"`
	RunEnvName  *string         `json:"run_env_name"`
	PublishID   *string         `json:"publish_id"`
	PublishTime *string         `json:"publish_time"`
}

func (i apiItem) published() Published {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return Published{
		GroupName: i.GroupName, GroupVersion: GroupVersion, RunEnvID: text(i.RunEnvID),
		RunEnvName: text(i.RunEnvName), PublishID: text(i.PublishID), PublishTime: text(i.PublishTime),
	}
}

// apiSQL gives APIs, each once for each of its publications, with the place of its key among those asked
// for. Putting these together here costs a third of what it costs Postgres. Behind the SELECTs Postgres
// does not see how many keys there are, or it would make a new plan for every query with few.
const apiSQL = `SELECT k.place, a.detail AS document, g.name AS group_name, p.env_id, e.name AS env_name, p.publish_id, p.publish_time
	FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::text[])) WITH ORDINALITY AS k (id, instance_id, tenant, place)
	JOIN apig.apis a ON a.id = k.id COLLATE "C" AND a.instance_id = k.instance_id COLLATE "C" AND a.tenant = k.tenant COLLATE "C"
	JOIN apig.groups g ON g.id = a.group_id
	LEFT JOIN apig.publications p ON p.api_id = a.id
	LEFT JOIN apig.envs e ON e.instance_id = p.instance_id AND e.id = p.env_id`

// apiKey is an API that is asked for.
type apiKey struct {
	In
	id string
}

// apiPublication is a row of apiSQL.
type apiPublication struct {
	Place       int             `json:"place"`
	Document    json.RawMessage `json:"document"`
	GroupName   string          `json:"group_name"`
	EnvID       *string         `json:"env_id"` // nil for an API that is published nowhere
	EnvName     *string         `json:"env_name"`
	PublishID   *string         `json:"publish_id"`
	PublishTime *time.Time      `json:"publish_time"`
}

// API returns an API with its draft and its publications (APIG V2 §3.5.5), or APIG.3030, APIG.3002.
func (q *Queries) API(ctx context.Context, in In, id string) (Answer, error) {
	if askable([]any{id, in.Instance, in.Tenant}) {
		answer, found, err := q.fetchAPI(ctx, apiKey{in, id})
		if found || err != nil {
			return answer, err
		}
	}
	return Answer{}, q.missing(ctx, in, sql.ErrNoRows, apig.ErrAPINotFound(id))
}

// fetchAPI asks together with others, who all see the present.
func (q *Queries) fetchAPI(ctx context.Context, key apiKey) (answer Answer, found bool, err error) {
	if _, past := projections.MomentOf(ctx); !past {
		return q.apis.Get(ctx, key)
	}
	answers, err := q.fetchAPIs(ctx, []apiKey{key})
	answer, found = answers[key]
	return answer, found, err
}

// fetchAPIs returns those of the APIs that there are.
func (q *Queries) fetchAPIs(ctx context.Context, keys []apiKey) (map[apiKey]Answer, error) {
	ids, instances, tenants := make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		ids[i], instances[i], tenants[i] = k.id, k.Instance, k.Tenant
	}
	var rows []apiPublication
	if err := q.rows.Select(ctx, &rows, apiSQL, pq.Array(ids), pq.Array(instances), pq.Array(tenants)); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b apiPublication) int {
		return cmp.Or(a.Place-b.Place, strings.Compare(a.order(), b.order()))
	})
	answers := make(map[apiKey]Answer, len(keys))
	for i := 0; i < len(rows); {
		first, p := rows[i], Published{GroupName: rows[i].GroupName, GroupVersion: GroupVersion}
		for ; i < len(rows) && rows[i].Place == first.Place; i++ {
			if row := rows[i]; row.EnvID != nil && row.EnvName != nil {
				p.PublishedIn(*row.EnvID, *row.EnvName, *row.PublishID, *row.PublishTime)
			}
		}
		answers[keys[first.Place-1]] = Answer{Document: first.Document, More: []any{p}}
	}
	return answers, nil
}

// order sorts publications: RELEASE first, then by the name of the environment.
func (r apiPublication) order() string {
	switch {
	case r.EnvID == nil || r.EnvName == nil:
		return ""
	case *r.EnvID == apig.ReleaseEnvID:
		return "0"
	default:
		return "1" + *r.EnvName
	}
}

// Draft returns an API with its draft as the domain has it, or APIG.3030, APIG.3002.
func (q *Queries) Draft(ctx context.Context, in In, id string) (apig.API, error) {
	var row APIRow
	err := q.get(ctx, &row, "SELECT * FROM apig.apis WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	if err != nil {
		return apig.API{}, q.missing(ctx, in, err, apig.ErrAPINotFound(id))
	}
	return row.draft()
}

// draft reads the definition out of the detail, which holds all of it.
func (r APIRow) draft() (apig.API, error) {
	a := apig.API{ID: r.ID, InstanceID: r.InstanceID, RegisterTime: r.RegisterTime, UpdateTime: r.UpdateTime}
	if err := json.Unmarshal(r.Detail, &a.Definition); err != nil {
		return a, fmt.Errorf("draft of API %s: %w", r.ID, err)
	}
	return a, nil
}

// Drafts returns the drafts of a group, all or those of the ids, by path and method.
func (q *Queries) Drafts(ctx context.Context, in In, groupID string, ids []string) ([]apig.API, error) {
	w := in.where("a")
	w.must("a.group_id", groupID)
	w.oneOf("a.id = ANY($%d)", ids)
	var rows []APIRow
	if err := q.rows.Select(ctx, &rows, "SELECT a.* FROM apig.apis a"+w.String()+" ORDER BY a.req_uri, a.req_method, a.id", w.args...); err != nil {
		return nil, err
	}
	all := make([]apig.API, len(rows))
	for i, row := range rows {
		var err error
		if all[i], err = row.draft(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// APIFilter narrows the list of APIs (APIG V2 §3.5.6).
type APIFilter struct {
	ID, Name, GroupID, ReqProtocol, ReqMethod, ReqURI, AuthType, EnvID, VPCChannelName string

	Type                int // 0: any
	Tags                []string
	ExactName, ExactURI bool
	// Group and Backend add api_group_info and backend_api to each entry.
	Group, Backend bool
}

func (f APIFilter) where(in In) *where {
	w := in.where("a")
	w.is("a.id", f.ID)
	w.like("a.name", f.Name, f.ExactName)
	w.is("a.group_id", f.GroupID)
	w.is("a.req_protocol", f.ReqProtocol)
	w.is("a.req_method", f.ReqMethod)
	w.like("a.req_uri", f.ReqURI, f.ExactURI)
	w.is("a.auth_type", f.AuthType)
	if f.Type != 0 {
		w.add("a.type = $%d", f.Type)
	}
	if f.EnvID != "" {
		w.text("EXISTS (SELECT FROM apig.publications p WHERE p.instance_id = a.instance_id AND p.api_id = a.id AND p.env_id = $%d)", f.EnvID, f.EnvID)
	}
	w.oneOf(taggedSQL, f.Tags)
	if f.VPCChannelName != "" {
		const channel = "EXISTS (SELECT FROM apig.channels c WHERE c.instance_id = a.instance_id AND c.id = a.vpc_channel_id AND c.name LIKE $%d)"
		w.text(channel, f.VPCChannelName, "%"+escapeLike.Replace(f.VPCChannelName)+"%")
	}
	return w
}

// page returns the query for a page of the APIs. The page is cut out first, and then completed.
func (f APIFilter) page(w *where, p Page) (query string, args []any) {
	backend := "NULL"
	if f.Backend {
		backend = "(a.detail -> 'backend_api')::text"
	}
	cut, args := w.page("SELECT a.id, a.group_id, a.register_time AS created, a.brief, "+backend+" AS backend FROM apig.apis a",
		"a.register_time DESC, a.id", p)
	return "SELECT a.brief AS document, a.backend, g.name AS group_name, g.*, p.* FROM (" + cut + ") a JOIN apig.groups g ON g.id = a.group_id " +
		publishedSQL + " ORDER BY a.created DESC, a.id", args
}

// APIs returns a page of the instance's APIs, newest first, and their number in all (APIG V2 §3.5.6).
// sl names the subdomain of a group for api_group_info.
func (q *Queries) APIs(ctx context.Context, in In, f APIFilter, p Page, sl func(groupID string) string) ([]Answer, int, error) {
	w := f.where(in)
	query, args := f.page(w, p)
	var items []apiItem
	err := q.rows.Select(ctx, &items, query, args...)
	if err != nil {
		return nil, 0, err
	}
	domains, err := q.domainsOf(ctx, in, f, items)
	if err != nil {
		return nil, 0, err
	}
	answers := make([]Answer, len(items))
	for i, item := range items {
		answers[i] = item.answer(f, sl, domains)
	}
	total, err := q.total(ctx, len(items), "apig.apis a", w, p)
	if err == nil && total == 0 {
		err = q.Exists(ctx, in)
	}
	return answers, total, err
}

// domainsOf returns the domain names of the groups of APIs, where the APIs are shown with their groups.
func (q *Queries) domainsOf(ctx context.Context, in In, f APIFilter, items []apiItem) (map[string][]DomainView, error) {
	if !f.Group || len(items) == 0 {
		return nil, nil
	}
	var groups []string
	for _, item := range items {
		if !slices.Contains(groups, item.GroupRow.ID) {
			groups = append(groups, item.GroupRow.ID)
		}
	}
	return q.Domains(ctx, in, groups)
}

// GroupInfo is a group as an API shows it (APIG V2 §3.5.6).
type GroupInfo struct {
	ID                    string       `json:"id"`
	Name                  string       `json:"name"`
	Status                int          `json:"status"`
	SLDomain              string       `json:"sl_domain"`
	RegisterTime          time.Time    `json:"register_time"`
	UpdateTime            time.Time    `json:"update_time"`
	OnSellStatus          int          `json:"on_sell_status"`
	URLDomains            []DomainView `json:"url_domains"`
	SLDomainAccessEnabled bool         `json:"sl_domain_access_enabled"`
}

// OnSellStatus says that no group is on a marketplace (APIG V2 §3.1.1).
const OnSellStatus = 2

func (i apiItem) answer(f APIFilter, sl func(string) string, domains map[string][]DomainView) Answer {
	a := Answer{Document: i.Document, More: []any{i.published()}}
	if f.Group {
		g := i.GroupRow
		a.More = append(a.More, struct {
			Info GroupInfo `json:"api_group_info"`
		}{GroupInfo{
			ID: g.ID, Name: g.Name, Status: statusValid, SLDomain: sl(g.ID), RegisterTime: g.RegisterTime, UpdateTime: g.UpdateTime,
			OnSellStatus: OnSellStatus, URLDomains: append([]DomainView{}, domains[g.ID]...), SLDomainAccessEnabled: g.SLDomainAccessEnabled,
		}})
	}
	if f.Backend && i.Backend != nil {
		a.More = append(a.More, struct {
			Backend json.RawMessage `json:"backend_api"`
		}{json.RawMessage(*i.Backend)})
	}
	return a
}
