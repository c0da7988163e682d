package apig

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// VariableValue is an environment variable with the value that a definition ran with. ID is empty and
// Known false for one that the environment did not have: the reference to it stayed as it was.
type VariableValue struct {
	Name  string `json:"name"`
	ID    string `json:"variable_id,omitempty"`
	Value string `json:"value"`
	Known bool   `json:"known" doc:"false: the environment had no such variable, and the #reference# stayed."`
}

// Snapshot is a definition of an API at some moment: its draft, or a version.
type Snapshot struct {
	// Version is nil for a draft.
	Version *Version
	// Position is that of the event that wrote the draft or made the version.
	Position domain.Position
	// EnvID is the environment whose variables were filled in.
	EnvID string
	// Written is the definition as its owner wrote it, Run with its #variables# filled in.
	Written, Run apig.Definition
	// Variables are those that Written refers to, by name.
	Variables []VariableValue
	// UpdateTime is when the definition was written.
	UpdateTime time.Time
}

// Names of snapshots; any other is the id of a version.
const (
	OfDraft = "draft"
	OfLive  = "live"
)

// Snapshot returns the definition of an API that a name stands for: "draft" (of an API that is gone: its
// last one), "live" (what runs in the environment RELEASE), "live:" and the id or name of an
// environment, or the id of a version, also of an API that is gone. A draft is filled in with the
// variables that draftEnv (an id; empty: RELEASE) has now. Errors: APIG.3030, 3002, 3003, 3015, 3022.
func (q *Queries) Snapshot(ctx context.Context, in In, apiID, of, draftEnv string) (Snapshot, error) {
	if draftEnv == "" {
		draftEnv = apig.ReleaseEnvID
	}
	env, inEnv := strings.CutPrefix(of, OfLive+":")
	switch {
	case of == OfDraft:
		return q.draft(ctx, in, apiID, draftEnv)
	case of == OfLive:
		return q.live(ctx, in, apiID, apig.ReleaseEnvID)
	case inEnv:
		id, err := q.EnvID(ctx, in, env)
		if err != nil {
			return Snapshot{}, err
		}
		return q.live(ctx, in, apiID, id)
	}
	v, err := q.VersionEver(ctx, in, apiID, of)
	if err != nil {
		return Snapshot{}, err
	}
	return q.snapshot(ctx, in.Tenant, v)
}

// EnvID returns the id of the environment that has it, or else of the one that has the name. Errors:
// APIG.3030, 3003.
func (q *Queries) EnvID(ctx context.Context, in In, idOrName string) (string, error) {
	var id string
	err := q.get(ctx, &id, `SELECT id FROM apig.envs WHERE (id = $1 OR name = $1) AND instance_id = $2 AND tenant = $3
		ORDER BY id = $1 DESC LIMIT 1`, idOrName, in.Instance, in.Tenant)
	return id, q.missing(ctx, in, err, apig.ErrEnvNotFound(idOrName))
}

func (q *Queries) live(ctx context.Context, in In, apiID, envID string) (Snapshot, error) {
	v, _, err := q.Runtime(ctx, in, apiID, envID)
	if err != nil {
		return Snapshot{}, err
	}
	return q.snapshot(ctx, in.Tenant, v)
}

// VersionEver returns a version of an API that exists or existed. apiID may be empty for one that
// exists. Errors: APIG.3030, 3002, 3022.
func (q *Queries) VersionEver(ctx context.Context, in In, apiID, id string) (Version, error) {
	v, err := q.Version(ctx, in, id)
	if err == nil && apiID != "" && v.Published.APIID != apiID {
		return Version{}, apig.ErrVersionNotFound(id)
	}
	if apiID == "" || !gone(err) {
		return v, err
	}
	s, err := q.story(ctx, in, apiID)
	if err != nil {
		return Version{}, err
	}
	at, known := s.versions[id]
	if !known {
		return Version{}, apig.ErrVersionNotFound(id)
	}
	return q.VersionAt(ctx, in.Tenant, at)
}

// gone reports whether the read models do not have a thing which the log may still tell of.
func gone(err error) bool {
	for _, what := range []*domain.Error{apig.ErrInstanceNotFound(""), apig.ErrAPINotFound(""), apig.ErrVersionNotFound("")} {
		if errors.Is(err, what) {
			return true
		}
	}
	return false
}

// snapshot adds the values of its variables to a version.
func (q *Queries) snapshot(ctx context.Context, tenant string, v Version) (Snapshot, error) {
	s := Snapshot{
		Version: &v, Position: v.Position, EnvID: v.Published.EnvID, Written: v.Written, Run: v.Definition, UpdateTime: v.UpdateTime,
		Variables: []VariableValue{},
	}
	for _, name := range apig.VariableRefs(v.Written) {
		value := VariableValue{Name: name}
		if value.ID, value.Known = v.Published.Variables[name]; value.Known {
			var err error
			if value.Value, err = q.variableAt(ctx, tenant, value.ID, v.Position); err != nil {
				return s, err
			}
		}
		s.Variables = append(s.Variables, value)
	}
	return s, nil
}

func (q *Queries) draft(ctx context.Context, in In, apiID, envID string) (Snapshot, error) {
	at, err := q.draftPosition(ctx, in, apiID)
	if err != nil {
		return Snapshot{}, err
	}
	a, err := q.writtenAt(ctx, at)
	if err != nil {
		return Snapshot{}, fmt.Errorf("draft of API %s: %w", apiID, err)
	}
	s := Snapshot{Position: at, EnvID: envID, Written: a.Definition, UpdateTime: a.UpdateTime}
	if s.Variables, err = q.variablesNow(ctx, in, a.Definition, envID); err != nil {
		return Snapshot{}, err
	}
	values := map[string]string{}
	for _, v := range s.Variables {
		if v.Known {
			values[v.Name] = v.Value
		}
	}
	s.Run = apig.Substitute(a.Definition, values)
	return s, nil
}

// draftPosition returns where the draft of an API stands, or the last one of an API that is gone.
func (q *Queries) draftPosition(ctx context.Context, in In, apiID string) (domain.Position, error) {
	var at domain.Position
	err := q.get(ctx, &at, "SELECT position FROM apig.apis WHERE id = $1 AND instance_id = $2 AND tenant = $3", apiID, in.Instance, in.Tenant)
	if !errors.Is(err, sql.ErrNoRows) {
		return at, err
	}
	s, err := q.story(ctx, in, apiID)
	if err != nil {
		return 0, err
	}
	return s.draft.at, nil
}

// variablesNow returns the variables that a draft refers to with the values that an environment has now.
func (q *Queries) variablesNow(ctx context.Context, in In, d apig.Definition, envID string) ([]VariableValue, error) {
	all := []VariableValue{}
	names := apig.VariableRefs(d)
	if len(names) == 0 {
		return all, nil
	}
	w := in.where("v")
	w.is("v.group_id", d.GroupID)
	w.is("v.env_id", envID)
	w.add("v.name = ANY(string_to_array($%d, ','))", strings.Join(names, ","))
	var rows []VariableRow
	if err := q.rows.Select(ctx, &rows, "SELECT v.* FROM apig.variables v"+w.String(), w.args...); err != nil {
		return nil, err
	}
	known := map[string]VariableRow{}
	for _, row := range rows {
		known[row.Name] = row
	}
	for _, name := range names {
		row, ok := known[name]
		all = append(all, VariableValue{Name: name, ID: row.ID, Value: row.Value, Known: ok})
	}
	return all, nil
}

// VersionsEver is Versions also for an API that is gone, none of whose versions is in effect any more. env
// is the id or name of an environment, or empty for all.
func (q *Queries) VersionsEver(ctx context.Context, in In, apiID, env string, p Page) ([]VersionView, int, error) {
	if env != "" {
		id, err := q.EnvID(ctx, in, env)
		if err == nil {
			env = id
		} else if domain.CodeOf(err) == "" {
			return nil, 0, err
		}
	}
	rows, total, err := q.Versions(ctx, in, apiID, VersionFilter{EnvID: env}, p)
	if !gone(err) {
		return rows, total, err
	}
	s, err := q.story(ctx, in, apiID)
	if err != nil {
		return nil, 0, err
	}
	all := slices.DeleteFunc(slices.Clone(s.moments), func(m moment) bool { return m.env == "" || env != "" && m.env != env })
	rows = []VersionView{}
	for _, m := range slices.Backward(cut(all, true, p)) {
		published, err := q.publishedAt(ctx, m.at)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, pastVersion(published, m.at))
	}
	return rows, len(all), nil
}

// statusPast is the status of a version that is not in effect (APIG V2 §3.5.10).
const statusPast = 2

func pastVersion(p apig.APIPublished, at domain.Position) VersionView {
	return VersionView{
		VersionID: p.VersionID, VersionNo: p.VersionNo, APIID: p.APIID, EnvID: p.EnvID, EnvName: p.EnvName, Remark: p.Remark,
		PublishTime: p.PublishTime, Status: statusPast, Position: at,
	}
}

// VariableChange is a variable that two snapshots of an API do not have the same value of.
type VariableChange struct {
	Name   string  `json:"name"`
	Before *string `json:"before,omitempty" doc:"Absent when it was not used, or not known."`
	After  *string `json:"after,omitempty" doc:"Absent when it is not used, or not known."`
}

// VariableChanges returns by name the variables whose values differ.
func VariableChanges(before, after []VariableValue) []VariableChange {
	byName := map[string]VariableChange{}
	for _, v := range before {
		if v.Known {
			byName[v.Name] = VariableChange{Name: v.Name, Before: &v.Value}
		}
	}
	for _, v := range after {
		if v.Known {
			byName[v.Name] = VariableChange{Name: v.Name, Before: byName[v.Name].Before, After: &v.Value}
		}
	}
	changes := []VariableChange{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		c := byName[name]
		if c.Before == nil || c.After == nil || *c.Before != *c.After {
			changes = append(changes, c)
		}
	}
	return changes
}
