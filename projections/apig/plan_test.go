package apig

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
)

// plan is a node of what EXPLAIN says.
type plan struct {
	Node  string  `json:"Node Type"`
	Table string  `json:"Relation Name"`
	Index string  `json:"Index Name"`
	Rows  float64 `json:"Plan Rows"`
	Cost  float64 `json:"Total Cost"`
	Plans []plan
}

func (n plan) String() string {
	text := fmt.Sprintf("%s %s %s (%.0f rows)", n.Node, n.Table, n.Index, n.Rows)
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

// any returns whether something holds for a node of the plan.
func (n plan) any(holds func(plan) bool) bool {
	return holds(n) || slices.ContainsFunc(n.Plans, func(below plan) bool { return below.any(holds) })
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
		query, args := f.where(pastIn, "apis20").page("SELECT "+versionColumns+" FROM "+versionsSQL, versionOrder, Page{0, 20})
		return question{query, args}
	}
	counted := func(f APIFilter) question {
		w := f.where(pastIn)
		return question{"SELECT count(*) FROM apig.apis a" + w.String(), w.args}
	}
	first, deep := Page{0, 20}, Page{500, 20}
	asks := func(query string, args ...any) question { return question{query, args} }
	t.Run("lists", func(t *testing.T) {
		t.Parallel()
		p.listsUseIndexes(t)
	})
	details := func(ids ...string) question {
		instances, tenants := slices.Repeat([]string{pastInstance}, len(ids)), slices.Repeat([]string{pastTenant}, len(ids))
		return asks(apiSQL, pq.Array(ids), pq.Array(instances), pq.Array(tenants))
	}
	for name, c := range map[string]struct {
		question
		way string // to the APIs, or the beginning of an index that it uses
	}{
		"list of an instance":           {list(APIFilter{}, first), "Index Scan"},
		"list of an instance, deep":     {list(APIFilter{}, deep), "Index Scan"},
		"list of an instance, in full":  {list(APIFilter{Group: true, Backend: true}, first), "Index Scan"},
		"list of a group":               {list(APIFilter{GroupID: "groups2"}, first), "apis_group_id"},
		"list by the exact name":        {list(APIFilter{Name: "name7", ExactName: true}, first), "Index Scan"},
		"list by id":                    {list(APIFilter{ID: "apis7"}, first), "Index Scan"},
		"list by tags":                  {list(APIFilter{Tags: []string{"tag7", "tag8"}}, first), "Index Scan"},
		"list by environment":           {list(APIFilter{EnvID: "envs1"}, first), "Index Scan"},
		"detail":                        {details("apis7"), "Index Scan apis_pkey"},
		"details at once":               {details("apis7", "apis8", "apis9", "apis10", "apis11", "apis12", "apis13", "apis14"), "Index Scan apis_pkey"},
		"number of APIs of an instance": {counted(APIFilter{}), "Index Only Scan apis_instance_id_register"},
		"number of APIs of a group":     {counted(APIFilter{GroupID: "groups2"}), "Index Only Scan apis_group_id"},
		"quota of APIs":                 {asks(countSQL[apig.CountedAPIs], pastInstance), "Index Only Scan"},
		"versions":                      {versions(VersionFilter{Most: 10}), ""},
		"versions of an environment":    {versions(VersionFilter{EnvID: "envs1", Most: 10}), ""},
		"runtime":                       {asks(runtimeSQL, "apis20", "envs1", pastInstance, pastTenant), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := p.explain(t, c.question)
			for _, table := range []string{"apis", "versions", "publications", "api_tags"} {
				if got.scans("Seq Scan", table) {
					t.Errorf("reads through all of %s:\n%s", table, got)
				}
			}
			if c.way != "" && !got.scans(c.way, "apis") && !got.any(func(n plan) bool { return strings.HasPrefix(n.Index, c.way) }) {
				t.Errorf("no %s of apis:\n%s", c.way, got)
			}
		})
	}
}
