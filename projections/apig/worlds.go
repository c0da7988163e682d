package apig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// groupDocument is a whole group at a moment. Everything in it is found by its id, so that two of them can be
// compared.
type groupDocument struct {
	Group     apig.Group               `json:"group"`
	APIs      map[string]apiDocument   `json:"apis"`
	Variables map[string]apig.Variable `json:"variables"`
	Responses map[string]apig.Response `json:"responses"`
	Domains   []string                 `json:"domain_names"`
}

// apiDocument is a whole API at a moment: its draft, and by environment what runs there.
type apiDocument struct {
	Draft    apig.Definition                `json:"draft"`
	Live     map[string]liveDocument        `json:"live"`
	Policies map[string]map[string][]string `json:"policies"` // ids by environment and family
	Apps     map[string][]string            `json:"apps"`     // ids of those that may call it, by environment
}

type liveDocument struct {
	VersionID string          `json:"version_id"`
	Run       apig.Definition `json:"run"`
}

// GroupAt returns a whole group as one JSON document as it was when the log ended at a position: the group,
// its APIs with their drafts and what ran of them, variables and responses. Errors: APIG.3030, 3001 when it
// was not there; gatelog.command_too_large when it had more than 2,000 APIs.
func (q *Queries) GroupAt(ctx context.Context, in In, groupID string, at domain.Position) (json.RawMessage, error) {
	document, err := q.groupDocument(projections.AsOf(ctx, at), in, groupID)
	if err != nil {
		return nil, err
	}
	return json.Marshal(document)
}

func (q *Queries) groupDocument(past context.Context, in In, groupID string) (groupDocument, error) {
	then, err := q.groupThen(past, in, groupID, nil)
	if err != nil {
		return groupDocument{}, err
	}
	document := groupDocument{
		Group: then.Group, Domains: then.DomainNames,
		APIs: map[string]apiDocument{}, Variables: map[string]apig.Variable{}, Responses: map[string]apig.Response{},
	}
	for _, a := range then.APIs {
		document.APIs[a.API.ID] = documentOf(a)
	}
	for _, v := range then.Variables {
		document.Variables[v.ID] = v
	}
	for _, r := range then.Responses {
		document.Responses[r.ID] = r
	}
	return document, nil
}

func documentOf(a apig.APIThen) apiDocument {
	document := apiDocument{
		Draft: a.API.Definition, Live: map[string]liveDocument{}, Policies: map[string]map[string][]string{}, Apps: map[string][]string{},
	}
	for _, p := range a.Publications {
		written := a.API.Definition
		if p.Definition != nil {
			written = *p.Definition
		}
		document.Live[p.EnvID] = liveDocument{p.VersionID, apig.Substitute(written, p.Values)}
	}
	for _, b := range a.Bindings {
		if document.Policies[b.EnvID] == nil {
			document.Policies[b.EnvID] = map[string][]string{}
		}
		document.Policies[b.EnvID][b.Family] = append(document.Policies[b.EnvID][b.Family], b.PolicyID)
	}
	for _, u := range a.Auths {
		document.Apps[u.EnvID] = append(document.Apps[u.EnvID], u.AppID)
	}
	return document
}

// instanceTables are the tables beyond groups that make up an instance, with what names a row, and the column of the
// instance where that has another name.
var instanceTables = []struct{ table, key, instance string }{
	{"envs", "id", ""}, {"channels", "id", ""}, {"authorizers", "id", ""}, {"throttles", "id", ""}, {"throttle_specials", "id", ""},
	{"acls", "id", ""}, {"signatures", "id", ""}, {"plugins", "id", ""}, {"apps", "id", ""}, {"app_codes", "id", ""}, {"app_acls", "app_id", ""},
	{"app_quotas", "id", ""}, {"app_quota_bindings", "app_id", ""}, {"app_ai_keys", "id", ""}, {"features", "name", ""}, {"quotas", "name", "owner"},
	{"orchestrations", "id", ""}, {"domains", "id", ""}, {"domain_certificates", "domain_id || '/' || t.certificate_id", ""}, {"certificates", "id", ""},
	{"ingress_ports", "id", ""}, {"instance_tags", "key", ""}, {"endpoint_permissions", "permission", ""}, {"endpoint_connections", "id", ""},
}

// mostRows bounds what is read of each table of an instance.
const mostRows = 5000

// InstanceAt returns a whole instance as one JSON document as it was when the log ended at a position: itself, its
// groups as GroupAt has them, and by table everything else that is configured. Sealed secrets stay sealed: mask
// what is shown. Errors: APIG.3030 when it was not there; gatelog.command_too_large.
func (q *Queries) InstanceAt(ctx context.Context, in In, at domain.Position) (json.RawMessage, error) {
	past := projections.AsOf(ctx, at)
	if err := q.Exists(past, in); err != nil {
		return nil, err
	}
	var total int
	if err := q.rows.Get(past, &total, "SELECT count(*) FROM apig.apis WHERE instance_id = $1 AND tenant = $2", in.Instance, in.Tenant); err != nil {
		return nil, err
	}
	if total > mostRestored {
		return nil, domain.Errorf(domain.CodeTooLarge, "the instance had %d APIs, and at most %d are compared at once: compare its groups one by one", total, mostRestored)
	}
	rows, all, err := q.Groups(past, in, GroupFilter{}, Page{Limit: mostRows})
	if err != nil {
		return nil, err
	}
	if all > len(rows) {
		return nil, domain.Errorf(domain.CodeTooLarge, "the instance had %d groups, and at most %d are compared at once: compare them one by one", all, mostRows)
	}
	groups := map[string]groupDocument{}
	for _, row := range rows {
		if groups[row.ID], err = q.groupDocument(past, in, row.ID); err != nil {
			return nil, err
		}
	}
	var itself json.RawMessage
	if err := q.rows.Get(past, &itself, "SELECT document FROM apig.instances WHERE id = $1 AND tenant = $2", in.Instance, in.Tenant); err != nil {
		return nil, err
	}
	document := map[string]any{"instance": itself, "groups": groups}
	for _, t := range instanceTables {
		if document[t.table], err = q.rowsAt(past, in, t.table, t.key, cmp.Or(t.instance, "instance_id")); err != nil {
			return nil, err
		}
	}
	return json.Marshal(document)
}

// rowsAt returns the rows of a table that an instance has, by what names them. Table and columns are ours.
func (q *Queries) rowsAt(past context.Context, in In, table, key, instance string) (map[string]json.RawMessage, error) {
	var rows []struct {
		Key      string          `json:"key"`
		Document json.RawMessage `json:"document"`
	}
	query := fmt.Sprintf("SELECT t.%s AS key, to_jsonb(t) - 'tenant' - 'instance_id' AS document FROM apig.%s t WHERE t.%s = $1 AND t.tenant = $2 ORDER BY 1 LIMIT %d",
		key, table, instance, mostRows+1)
	if err := q.rows.Select(past, &rows, query, in.Instance, in.Tenant); err != nil {
		return nil, err
	}
	if len(rows) > mostRows {
		return nil, domain.Errorf(domain.CodeTooLarge, "the instance had more than %d %s, too many to compare at once", mostRows, table)
	}
	byKey := make(map[string]json.RawMessage, len(rows))
	for _, row := range rows {
		byKey[row.Key] = row.Document
	}
	return byKey, nil
}
