package apig

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/projections"
)

// rows returns every row of every table, in the order of the tables and of their keys. Documents are left
// out: they have tests of their own.
func (p *past) rows(t *testing.T) []any {
	t.Helper()
	var all []any
	for _, add := range []func() ([]any, error){
		everyRow(t, p, instances), everyRow(t, p, groups), everyRow(t, p, envs), everyRow(t, p, variables), everyRow(t, p, apis),
		everyRow(t, p, apiTags), everyRow(t, p, publications), everyRow(t, p, versions), everyRow(t, p, features), everyRow(t, p, quotas),
	} {
		some, err := add()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

func everyRow[R any](t *testing.T, p *past, table projections.TableOf[R]) func() ([]any, error) {
	return func() ([]any, error) {
		var rows []R
		err := p.db.SelectContext(t.Context(), &rows, "SELECT * FROM apig."+table.Name+" ORDER BY "+strings.Join(table.Key, ", "))
		all := make([]any, len(rows))
		for i, row := range rows {
			all[i] = withoutDocuments(row)
		}
		return all, err
	}
}

func withoutDocuments(row any) any {
	switch row := row.(type) {
	case InstanceRow:
		row.Document = nil
		return row
	case APIRow:
		row.Brief, row.Detail = nil, nil
		return row
	}
	return row
}

// Every table of the projection is one that rows knows.
func TestRowsKnowsEveryTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, table := range []projections.Table{
		instances.Table, groups.Table, envs.Table, variables.Table, apis.Table, apiTags.Table,
		publications.Table, versions.Table, features.Table, quotas.Table,
	} {
		known[table.Name] = true
	}
	// What the policies, credentials, channels, authorizers and responses leave is asked for by SQL, in
	// the tests of each.
	for _, name := range []string{
		"instance_tags", "endpoint_permissions", "endpoint_connections", "app_ai_keys",
		"channels", "channel_members", "channel_groups", "authorizers", "responses", "apps", "app_codes", "app_acls", "app_auths",
		"app_quotas", "app_quota_bindings", "throttles", "throttle_specials", "policy_bindings", "acls", "signatures", "plugins", "plugin_bindings",
		"tasks", "orchestrations", "orchestrated_apis", "domains", "domain_certificates", "certificates", "ingress_ports",
	} {
		known[name] = true
	}
	for _, table := range New().Tables {
		if !known[table.Name] {
			t.Errorf("rows does not know the table %s", table.Name)
		}
	}
}
