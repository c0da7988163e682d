package apig

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// Crowds: every table has this many rows, of which the first belong to the instance gw, and the others to others.
const (
	crowdRows = 50_000
	crowdOfGW = 5_000
)

// crowdSQL says what stands in a column of the row n of a table, by "table.column" or by the column alone. What is
// not here is its name with n, n, or n seconds ago. Rows of gw refer to few others, and only to rows of gw.
var crowdSQL = map[string]string{
	"tenant": "'t1'", "instances.tenant": ofTenant, "instance_tags.tenant": ofTenant, "certificates.tenant": ofTenant,
	"instance_id": fmt.Sprintf("CASE WHEN n <= %d THEN 'gw' ELSE 'gw' || n %% 45 END", crowdOfGW),
	"group_id":    oneIn("groups", 20), "app_id": oneIn("apps", 100), "throttle_id": oneIn("throttles", 20), "channel_id": oneIn("channels", 20),
	"plugin_id": oneIn("plugins", 20), "quota_id": oneIn("app_quotas", 20), "certificate_id": oneIn("certificates", 1000), "domains.group_id": "'groups' || n", "domain_certificates.group_id": "'groups' || n",
	"env_id": oneIn("envs", 10), "orchestration_id": oneIn("orchestrations", 20),
	"api_id": "'apis' || n", "version_id": "'versions' || n", "domain_id": "'domains' || n",
	"apis.type": "1", "auth_type": "'APP'", "req_method": "'GET'", "req_protocol": "'HTTPS'", "vpc_channel_id": oneIn("channels", 20),
	"brief":  `('{"remark":"' || repeat('x', 400) || '"}')::json`,
	"detail": `('{"remark":"' || repeat('x', 800) || '"}')::json`,
	"tag":    "'tag' || n % 50", "versions.api_id": oneIn("apis", 2000), "versions.position": "n",
	"place": "'apis' || n || '/' || " + oneIn("envs", 10), "slot": "(ARRAY['throttle/', 'acl/DOMAIN', 'signature/'])[n % 3 + 1]",
	"policy_id":    "(ARRAY['throttles', 'acls', 'signatures'])[n % 3 + 1] || n % 20 + 1",
	"plugins.type": "'type' || n % 5", "plugin_bindings.type": "'type' || (n % 20 + 1) % 5", "scope": "'global'", "roma_app_id": "''",
	"acls.type": "(ARRAY['PERMIT', 'DENY'])[n % 2 + 1]", "entity_type": "(ARRAY['IP', 'DOMAIN'])[n % 2 + 1]",
	"authorizers.type": "(ARRAY['FRONTEND', 'BACKEND'])[n % 2 + 1]",
	"object_type":      "(ARRAY['APP', 'USER'])[n % 2 + 1]", "object_id": "'apps' || n",
	"app_quota_bindings.app_id": "'apps' || n", "app_acls.app_id": "'apps' || n", "related_domain_id": "'d' || n % 10", "related_project_id": "'p' || n % 10",
	"instance_tags.instance_id": "'instances' || n", "key": "'key' || n % 10", "instance_tags.value": "'value' || n % 100",
	"instances.status": "(ARRAY['Running', 'Creating'])[n % 100 / 99 + 1]", "instances.document": `('{"id":"instances' || n || '"}')::json`,
	"endpoint_connections.status": "(ARRAY['accepted', 'pendingAcceptance'])[n % 100 / 99 + 1]",
	"channel_type":                "'builtin'", "dict_code": "'d' || n % 10", "port": "n", "http_port": "80", "https_port": "n % 1000 + 1000",
	"protocol": "(ARRAY['HTTP', 'HTTPS'])[n % 2 + 1]", "algorithm_type": "(ARRAY['RSA', 'ECC'])[n % 2 + 1]",
	"certificates.type": "(ARRAY['instance', 'global'])[n % 100 / 99 + 1]",
}

// ofTenant is the tenant where lists are of a tenant.
var ofTenant = fmt.Sprintf("CASE WHEN n <= %d THEN 't1' ELSE 't1' || n %% 45 END", crowdOfGW)

// oneIn is the id of one in few rows of a table, for the rows of gw, and of its own for the others.
func oneIn(table string, few int) string {
	return fmt.Sprintf("'%s' || CASE WHEN n <= %d THEN n %% %d + 1 ELSE n END", table, crowdOfGW, few)
}

// crowded is a past in which every table has many rows.
func crowded(t *testing.T) *past {
	t.Helper()
	p := newPast(t).project()
	tables := p.columns(t)
	p.must(t, "SET LOCAL search_path TO apig", p.withoutIndexes(t)...)
	for table, columns := range tables {
		p.must(t, crowdOf(table, columns))
	}
	_, indexes, _ := strings.Cut(ddl, "-- indexes")
	p.must(t, "SET LOCAL search_path TO apig", append([]string{"SET LOCAL maintenance_work_mem TO '128MB'"}, strings.Split(indexes, ";")...)...)
	p.vacuum(t, slices.Sorted(maps.Keys(tables)))
	return p
}

// must runs statements in one transaction.
func (p *past) must(t *testing.T, first string, more ...string) {
	t.Helper()
	tx, err := p.db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range append([]string{first}, more...) {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// dbColumn is a column of a table.
type dbColumn struct{ Table, Name, Type string }

// columns returns the columns of the read models by table.
func (p *past) columns(t *testing.T) map[string][]dbColumn {
	t.Helper()
	var all []dbColumn
	err := p.db.SelectContext(t.Context(), &all, `SELECT table_name AS table, column_name AS name, data_type AS type
		FROM information_schema.columns WHERE table_schema = 'apig' ORDER BY table_name, ordinal_position`)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]dbColumn{}
	for _, c := range all {
		tables[c.Table] = append(tables[c.Table], c)
	}
	return tables
}

// withoutIndexes returns the statements that drop all indexes: filling is faster without.
func (p *past) withoutIndexes(t *testing.T) []string {
	t.Helper()
	var all []string
	err := p.db.SelectContext(t.Context(), &all, `SELECT coalesce('ALTER TABLE apig.' || c.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(c.conname),
			'DROP INDEX apig.' || quote_ident(i.indexname))
		FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname AND c.connamespace = 'apig'::regnamespace WHERE i.schemaname = 'apig'`)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = strings.Replace(all[i], "apig.apig.", "apig.", 1)
	}
	return all
}

// crowdOf is the statement that fills a table.
func crowdOf(table string, columns []dbColumn) string {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = cmp.Or(crowdSQL[table+"."+c.Name], crowdSQL[c.Name], c.value())
	}
	return fmt.Sprintf("INSERT INTO apig.%s SELECT %s FROM generate_series(1, %d) n", table, strings.Join(values, ", "), crowdRows)
}

// value is what stands in a column of which nothing else is said.
func (c dbColumn) value() string {
	switch c.Type {
	case "timestamp with time zone":
		return "now() - n * interval '1 second'"
	case "integer", "bigint":
		return "n"
	case "boolean":
		return "n % 2 = 0"
	case "json":
		return "'{}'"
	}
	if c.Name == "id" {
		return "'" + c.Table + "' || n"
	}
	return "'" + c.Name + "' || n"
}

// vacuum does by hand what Postgres does by itself after a while. A transaction that looks at the tables
// meanwhile makes it incomplete.
func (p *past) vacuum(t *testing.T, tables []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for complete := false; !complete; {
		if _, err := p.db.ExecContext(ctx, "VACUUM ANALYZE apig."+strings.Join(tables, ", apig.")); err != nil {
			t.Fatal(err)
		}
		err := p.db.GetContext(ctx, &complete, "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'apig.apis'::regclass")
		if err != nil {
			t.Fatal(err)
		}
	}
}
