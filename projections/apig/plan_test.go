package apig

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
)

// crowded is a past with 20,000 APIs in 20 groups of one instance, one in ten of them published in two
// versions, and a second instance as large.
func crowded(t *testing.T) *past {
	t.Helper()
	p := newPast(t).project()
	for _, statement := range []string{
		`INSERT INTO apig.groups SELECT 'g' || n, 't1', 'gw', 'group-' || n, '', true, now(), now() FROM generate_series(2, 20) n`,
		`INSERT INTO apig.apis SELECT i.id || 'a' || n, 't1', i.id, CASE i.id WHEN 'gw' THEN 'g' || (n % 20 + 1) ELSE 'other' END,
			'api-' || n, 1, 'HTTPS', 'GET', '/path/' || n, 'NONE', '', now() - n * interval '1 second', now(), n,
			('{"name":"api-' || n || '","remark":"' || repeat('x', 400) || '"}')::json,
			('{"name":"api-' || n || '","remark":"' || repeat('x', 800) || '"}')::json
			FROM generate_series(1, 20000) n, (VALUES ('gw'), ('gw2')) i (id)`,
		`INSERT INTO apig.api_tags SELECT id, 'tag' || position % 50, tenant, instance_id FROM apig.apis`,
		`INSERT INTO apig.versions SELECT a.id || v, 't1', a.instance_id, a.id, 'e1', 'test', '20240501', '', now(), a.position
			FROM apig.apis a, (VALUES ('v1'), ('v2')) v (v) WHERE a.position % 10 = 0`,
		`INSERT INTO apig.publications SELECT api_id, env_id, tenant, instance_id, 'g1', 'p', id, now() FROM apig.versions WHERE id LIKE '%v2'`,
	} {
		if _, err := p.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	p.vacuum(t)
	return p
}

// vacuum does by hand what Postgres does by itself after a while. A transaction that looks at the tables
// meanwhile makes it incomplete.
func (p *past) vacuum(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for complete := false; !complete; {
		if _, err := p.db.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
			t.Fatal(err)
		}
		err := p.db.GetContext(ctx, &complete, "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'apig.apis'::regclass")
		if err != nil {
			t.Fatal(err)
		}
	}
}

// plan is a node of what EXPLAIN says.
type plan struct {
	Node  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Plans []plan
}

func (n plan) String() string {
	text := strings.TrimSpace(n.Node + " " + n.Table + " " + n.Index)
	for _, below := range n.Plans {
		text += "\n" + strings.ReplaceAll(below.String(), "\n", "\n  ")
	}
	return text
}

// scans returns whether the plan reads a table in a way: "Seq Scan", or "Index Scan apis_pkey" with the
// beginning of an index's name.
func (n plan) scans(way, table string) bool {
	if n.Table == table && strings.HasPrefix(n.Node+" "+n.Index, way) {
		return true
	}
	return slices.ContainsFunc(n.Plans, func(below plan) bool { return below.scans(way, table) })
}

// question is a query with its arguments.
type question struct {
	query string
	args  []any
}

// explain returns how Postgres would run a query.
func (p *past) explain(t *testing.T, q question) plan {
	t.Helper()
	var text []byte
	if err := p.db.GetContext(t.Context(), &text, "EXPLAIN (FORMAT JSON) "+q.query, q.args...); err != nil {
		t.Fatalf("%s: %v", q.query, err)
	}
	var plans []struct{ Plan plan }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	return plans[0].Plan
}

// Whatever is asked often must not read through all that a deployment has.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	list := func(f APIFilter, page Page) question {
		query, args := f.page(f.where(pastIn), page)
		return question{query, args}
	}
	versions := func(f VersionFilter) question {
		query, args := f.where(pastIn, "gwa20").page("SELECT "+versionColumns+" FROM "+versionsSQL, versionOrder, Page{0, 20})
		return question{query, args}
	}
	counted := func(f APIFilter) question {
		w := f.where(pastIn)
		return question{"SELECT count(*) FROM apig.apis a" + w.String(), w.args}
	}
	first, deep := Page{0, 20}, Page{500, 20}
	asks := func(query string, args ...any) question { return question{query, args} }
	details := func(ids ...string) question {
		instances, tenants := slices.Repeat([]string{pastInstance}, len(ids)), slices.Repeat([]string{pastTenant}, len(ids))
		return asks(apiSQL, pq.Array(ids), pq.Array(instances), pq.Array(tenants))
	}
	for name, c := range map[string]struct {
		question
		way string // to the APIs
	}{
		"list of an instance":           {list(APIFilter{}, first), "Index Scan"},
		"list of an instance, deep":     {list(APIFilter{}, deep), "Index Scan"},
		"list of an instance, in full":  {list(APIFilter{Group: true, Backend: true}, first), "Index Scan"},
		"list of a group":               {list(APIFilter{GroupID: "g2"}, first), "Index Scan apis_group_id"},
		"list by the exact name":        {list(APIFilter{Name: "api-7", ExactName: true}, first), "Index Scan"},
		"list by id":                    {list(APIFilter{ID: "gwa7"}, first), "Index Scan"},
		"list by tags":                  {list(APIFilter{Tags: []string{"tag7", "tag8"}}, first), "Index Scan"},
		"list by environment":           {list(APIFilter{EnvID: "e1"}, first), "Index Scan"},
		"detail":                        {details("gwa7"), "Index Scan apis_pkey"},
		"details at once":               {details("gwa7", "gwa8", "gwa9", "gwa10", "gwa11", "gwa12", "gwa13", "gwa14"), "Index Scan apis_pkey"},
		"number of APIs of an instance": {counted(APIFilter{}), "Index Only Scan apis_instance_id_register"},
		"number of APIs of a group":     {counted(APIFilter{GroupID: "g2"}), "Index Only Scan apis_group_id"},
		"quota of APIs":                 {asks(countSQL[apig.CountedAPIs], pastInstance), "Index Only Scan"},
		"versions":                      {versions(VersionFilter{Most: 10}), ""},
		"versions of an environment":    {versions(VersionFilter{EnvID: "e1", Most: 10}), ""},
		"runtime":                       {asks(runtimeSQL, "gwa20", "e1", pastInstance, pastTenant), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := p.explain(t, c.question)
			for _, table := range []string{"apis", "versions", "publications", "api_tags"} {
				if got.scans("Seq Scan", table) {
					t.Errorf("reads through all of %s:\n%s", table, got)
				}
			}
			if c.way != "" && !got.scans(c.way, "apis") {
				t.Errorf("no %s of apis:\n%s", c.way, got)
			}
		})
	}
}
