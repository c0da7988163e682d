package apig

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// EnvSide is one side of a comparison of what runs: an environment as it runs, or as it would run if the drafts
// of all APIs were published to it.
type EnvSide struct {
	EnvID string
	Draft bool
}

// Ran is what runs of an API on one side.
type Ran struct {
	VersionID   string     `json:"version_id,omitempty" doc:"Absent for a draft."`
	VersionNo   string     `json:"version_no,omitempty"`
	PublishTime *time.Time `json:"publish_time,omitempty"`
}

// apiInEnv is an API on one side, but for what differs in each environment anyway: ids and times of versions, and
// the ids of the definition's parts. Policies and apps have their names, policies by family and kind.
type apiInEnv struct {
	Definition object            `json:"definition"`
	Policies   map[string]string `json:"policies"`
	Apps       []string          `json:"apps"`

	ran Ran
}

// groupInEnv is a group on one side. APIs are found by their ids, variables by their names.
type groupInEnv struct {
	APIs      map[string]apiInEnv `json:"apis"`
	Variables map[string]string   `json:"variables"`
}

// draftRow is what a comparison has to know of each API.
type draftRow struct {
	ID        string          `json:"id"`
	GroupID   string          `json:"group_id"`
	Name      string          `json:"name"`
	ReqMethod string          `json:"req_method"`
	ReqURI    string          `json:"req_uri"`
	Position  domain.Position `json:"position"`
}

// ranRow is a publication that is in effect.
type ranRow struct {
	APIID       string          `json:"api_id"`
	EnvID       string          `json:"env_id"`
	VersionID   string          `json:"version_id"`
	VersionNo   string          `json:"version_no"`
	PublishTime time.Time       `json:"publish_time"`
	Position    domain.Position `json:"position"` // of the event that made the version
}

// boundRow is something with a name that is bound to an API in an environment.
type boundRow struct {
	APIID string `json:"api_id"`
	EnvID string `json:"env_id"`
	Slot  string `json:"slot"` // family and kind of a policy
	Name  string `json:"name"`
}

// envReading reads what is in environments of some groups.
type envReading struct {
	*Queries
	in     In
	groups []GroupRow
	envs   []string
	drafts []draftRow // in the order of their names
	ran    map[string]map[string]ranRow
	values map[string]map[string]map[string]string // group, environment, name: value of a variable
	bound  map[string]map[string][]boundRow
	apps   map[string]map[string][]string
}

// readEnvs reads all that comparing environments takes, but for the definitions.
func (q *Queries) readEnvs(ctx context.Context, in In, groupID string, envs ...string) (*envReading, error) {
	r := &envReading{Queries: q, in: in, envs: envs}
	for _, read := range []func(context.Context, string) error{r.readGroups, r.readDrafts, r.readRan, r.readVariables, r.readPolicies, r.readApps} {
		if err := read(ctx, groupID); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *envReading) readGroups(ctx context.Context, groupID string) error {
	if groupID != "" {
		row, err := r.Group(ctx, r.in, groupID)
		r.groups = []GroupRow{row}
		return err
	}
	rows, total, err := r.Groups(ctx, r.in, GroupFilter{}, Page{Limit: mostRows})
	if total > len(rows) {
		return domain.Errorf(domain.CodeTooLarge, "the instance has more than %d groups: compare them one by one", mostRows)
	}
	slices.SortFunc(rows, func(a, b GroupRow) int { return strings.Compare(a.Name, b.Name) })
	r.groups = rows
	return err
}

// within returns the conditions for rows of a table that has the ids of group and environment.
func (r *envReading) within(table, group string) *where {
	w := r.in.where(table)
	w.is("a.group_id", group)
	w.add(table+".env_id = ANY($%d)", pq.Array(r.envs))
	return w
}

func (r *envReading) readDrafts(ctx context.Context, groupID string) error {
	w := r.in.where("a")
	w.is("a.group_id", groupID)
	err := r.rows.Select(ctx, &r.drafts, fmt.Sprintf("SELECT a.id, a.group_id, a.name, a.req_method, a.req_uri, a.position FROM apig.apis a%s ORDER BY a.name, a.id LIMIT %d",
		w, mostRestored+1), w.args...)
	if err == nil && len(r.drafts) > mostRestored {
		err = domain.Errorf(domain.CodeTooLarge, "there are more than %d APIs, too many to compare at once: compare groups one by one", mostRestored)
	}
	return err
}

func (r *envReading) readRan(ctx context.Context, groupID string) error {
	w := r.within("p", groupID)
	var rows []ranRow
	err := r.rows.Select(ctx, &rows, `SELECT p.api_id, p.env_id, p.version_id, v.version_no, p.publish_time, v.position FROM apig.publications p
		JOIN apig.versions v ON v.id = p.version_id AND v.instance_id = p.instance_id
		JOIN apig.apis a ON a.id = p.api_id AND a.instance_id = p.instance_id`+w.String(), w.args...)
	r.ran = map[string]map[string]ranRow{}
	for _, row := range rows {
		into(r.ran, row.APIID)[row.EnvID] = row
	}
	return err
}

func (r *envReading) readVariables(ctx context.Context, groupID string) error {
	w := r.in.where("a")
	w.is("a.group_id", groupID)
	w.add("a.env_id = ANY($%d)", pq.Array(r.envs))
	var rows []VariableRow
	err := r.rows.Select(ctx, &rows, "SELECT a.* FROM apig.variables a"+w.String(), w.args...)
	r.values = map[string]map[string]map[string]string{}
	for _, row := range rows {
		into(into(r.values, row.GroupID), row.EnvID)[row.Name] = row.Value
	}
	return err
}

// boundSQL finds the policies that are bound to APIs, of all families but plug-ins, which are in a table of their
// own.
const (
	boundSQL = `SELECT b.api_id, b.env_id, b.slot, coalesce(t.name, c.name, s.name, b.policy_id) AS name FROM apig.policy_bindings b
		JOIN apig.apis a ON a.id = b.api_id AND a.instance_id = b.instance_id
		LEFT JOIN apig.throttles t ON t.id = b.policy_id AND t.instance_id = b.instance_id
		LEFT JOIN apig.acls c ON c.id = b.policy_id AND c.instance_id = b.instance_id
		LEFT JOIN apig.signatures s ON s.id = b.policy_id AND s.instance_id = b.instance_id`
	pluggedSQL = `SELECT b.api_id, b.env_id, '` + apig.FamilyPlugin + `/' || b.type AS slot, coalesce(g.name, b.plugin_id) AS name FROM apig.plugin_bindings b
		JOIN apig.apis a ON a.id = b.api_id AND a.instance_id = b.instance_id
		LEFT JOIN apig.plugins g ON g.id = b.plugin_id AND g.instance_id = b.instance_id`
)

func (r *envReading) readPolicies(ctx context.Context, groupID string) error {
	r.bound = map[string]map[string][]boundRow{}
	for _, query := range []string{boundSQL, pluggedSQL} {
		w := r.within("b", groupID)
		var rows []boundRow
		if err := r.rows.Select(ctx, &rows, query+w.String(), w.args...); err != nil {
			return err
		}
		for _, row := range rows {
			at := into(r.bound, row.APIID)
			at[row.EnvID] = append(at[row.EnvID], row)
		}
	}
	return nil
}

func (r *envReading) readApps(ctx context.Context, groupID string) error {
	w := r.within("u", groupID)
	var rows []boundRow
	err := r.rows.Select(ctx, &rows, `SELECT u.api_id, u.env_id, '' AS slot, coalesce(p.name, u.app_id) AS name FROM apig.app_auths u
		JOIN apig.apis a ON a.id = u.api_id AND a.instance_id = u.instance_id
		LEFT JOIN apig.apps p ON p.id = u.app_id AND p.instance_id = u.instance_id`+w.String()+" ORDER BY name", w.args...)
	r.apps = map[string]map[string][]string{}
	for _, row := range rows {
		at := into(r.apps, row.APIID)
		at[row.EnvID] = append(at[row.EnvID], row.Name)
	}
	return err
}

// into returns the map under a key, which it makes when there is none.
func into[V any](m map[string]map[string]V, key string) map[string]V {
	if m[key] == nil {
		m[key] = map[string]V{}
	}
	return m[key]
}

// readAtOnce is how many definitions are read at once: each waits for the log most of its time.
const readAtOnce = 8

// side returns the APIs on a side by their ids. written leaves the #variables# in their definitions.
func (r *envReading) side(ctx context.Context, side EnvSide, written bool) (map[string]apiInEnv, error) {
	all := make([]*apiInEnv, len(r.drafts))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(readAtOnce)
	for i, d := range r.drafts {
		row, runs := r.ran[d.ID][side.EnvID]
		if !runs && !side.Draft {
			continue
		}
		work.Go(func() error {
			found, err := r.api(ctx, d, row, side, written)
			all[i] = &found
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	byID := map[string]apiInEnv{}
	for i, found := range all {
		if found != nil {
			byID[r.drafts[i].ID] = *found
		}
	}
	return byID, nil
}

// api reads one API: its draft with the variables of the environment, or the version that runs.
func (r *envReading) api(ctx context.Context, d draftRow, row ranRow, side EnvSide, written bool) (apiInEnv, error) {
	found := apiInEnv{Policies: map[string]string{}, Apps: r.apps[d.ID][side.EnvID]}
	var definition apig.Definition
	if side.Draft {
		a, err := r.writtenAt(ctx, d.Position)
		if err != nil {
			return found, fmt.Errorf("draft of API %s: %w", d.ID, err)
		}
		definition = a.Definition
		if !written {
			definition = apig.Substitute(definition, r.values[d.GroupID][side.EnvID])
		}
	} else {
		v, err := r.ranAt(ctx, r.in.Tenant, row.Position)
		if err != nil {
			return found, fmt.Errorf("version %s of API %s: %w", row.VersionID, d.ID, err)
		}
		if definition = v.Definition; written {
			definition = v.Written
		}
		found.ran = Ran{row.VersionID, row.VersionNo, &row.PublishTime}
	}
	for _, b := range r.bound[d.ID][side.EnvID] {
		found.Policies[strings.Replace(strings.TrimSuffix(b.Slot, "/"), "/", ":", 1)] = b.Name
	}
	if found.Apps == nil {
		found.Apps = []string{}
	}
	var err error
	found.Definition, err = document(&definition)
	return found, err
}
