package apig

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/projections/resources"
)

// EnvComparison says what of an instance is compared with what.
type EnvComparison struct {
	// GroupID is empty for all groups.
	GroupID  string
	From, To EnvSide
	// Written compares definitions as their owners wrote them, else they are compared with their variables filled
	// in, as they run.
	Written bool
}

// EnvDiff is what runs otherwise on two sides.
type EnvDiff struct {
	// Patch turns the document of the first side into that of the second: apis by id, each with definition,
	// policies and apps, and variables by name; of an instance, groups by id.
	Patch jsondiff.Patch `json:"patch" doc:"JSON Patch (RFC 6902) between the documents of the sides: {apis: {<id>: {definition, policies, apps}}, variables: {<name>: value}}; of an instance {groups: {<id>: …}}. Ids of versions and of parts of definitions are left out."`
	// Groups are those in which anything differs, by name.
	Groups []GroupDiff `json:"groups" doc:"Groups in which anything differs, by name."`
	// Same is how many APIs are the same on both sides.
	Same int `json:"same" doc:"APIs that run on both sides, and alike."`
}

// GroupDiff is what differs in a group.
type GroupDiff struct {
	GroupID   string             `json:"group_id"`
	Name      string             `json:"name"`
	APIs      []APIDiff          `json:"apis" doc:"APIs that are not the same, by name."`
	Variables []resources.Change `json:"variables" doc:"Variables of the environments that are not the same, by name."`
}

// What is the case with an API that is not the same on two sides.
const (
	OnlyFrom = "only_from"
	OnlyTo   = "only_to"
	Differs  = "differs"
)

// APIDiff is an API that is not the same on two sides.
type APIDiff struct {
	APIID     string `json:"api_id"`
	Name      string `json:"name"`
	ReqMethod string `json:"req_method"`
	ReqURI    string `json:"req_uri"`
	What      string `json:"what" enum:"only_from,only_to,differs" doc:"only_from: it does not run on the second side; only_to: not on the first one; differs: it runs on both, but not alike."`
	// From and To are what runs; nil where nothing does.
	From *Ran `json:"from,omitempty" doc:"What runs on the first side; absent where nothing does."`
	To   *Ran `json:"to,omitempty" doc:"What runs on the second side; absent where nothing does."`
	// Changes are empty for an API that runs on one side only.
	Changes []resources.Change `json:"changes" doc:"What differs, for people: in definition, policies (by name) and apps. Empty for an API that runs on one side only."`
}

// DiffEnvs compares what runs of a group, or of an instance, on two sides. Call it with a context of a moment, so
// that everything is of the same one. Errors: APIG.3030, 3001; gatelog.command_too_large when there are more than
// 2,000 APIs.
func (q *Queries) DiffEnvs(ctx context.Context, in In, c EnvComparison) (EnvDiff, error) {
	r, err := q.readEnvs(ctx, in, c.GroupID, c.From.EnvID, c.To.EnvID)
	if err != nil {
		return EnvDiff{}, err
	}
	from, err := r.side(ctx, c.From, c.Written)
	if err != nil {
		return EnvDiff{}, err
	}
	to, err := r.side(ctx, c.To, c.Written)
	if err != nil {
		return EnvDiff{}, err
	}
	d := EnvDiff{Groups: []GroupDiff{}}
	for _, g := range r.groups {
		values := r.values[g.ID]
		one := GroupDiff{GroupID: g.ID, Name: g.Name, APIs: []APIDiff{}}
		if one.Variables, err = resources.Changes(generic(values[c.From.EnvID]), generic(values[c.To.EnvID])); err != nil {
			return d, err
		}
		same := 0
		if one.APIs, same, err = r.diffAPIs(g.ID, from, to); err != nil {
			return d, err
		}
		d.Same += same
		if len(one.APIs)+len(one.Variables) > 0 {
			d.Groups = append(d.Groups, one)
		}
	}
	d.Patch, err = r.patch(c, from, to)
	return d, err
}

// generic returns an object of texts as encoding/json reads it.
func generic(texts map[string]string) object {
	all := object{}
	for name, text := range texts {
		all[name] = text
	}
	return all
}

// diffAPIs compares the APIs of a group.
func (r *envReading) diffAPIs(groupID string, from, to map[string]apiInEnv) (different []APIDiff, same int, err error) {
	different = []APIDiff{}
	for _, d := range r.drafts {
		was, had := from[d.ID]
		is, has := to[d.ID]
		if d.GroupID != groupID || !had && !has {
			continue
		}
		one := APIDiff{APIID: d.ID, Name: d.Name, ReqMethod: d.ReqMethod, ReqURI: d.ReqURI, What: Differs, From: &was.ran, To: &is.ran, Changes: []resources.Change{}}
		switch {
		case !has:
			one.What, one.To = OnlyFrom, nil
		case !had:
			one.What, one.From = OnlyTo, nil
		default:
			if one.Changes, err = was.changes(is); err != nil {
				return nil, 0, err
			}
			if len(one.Changes) == 0 {
				same++
				continue
			}
		}
		different = append(different, one)
	}
	return different, same, nil
}

// changes returns what differs between an API on two sides, where it runs.
func (a apiInEnv) changes(after apiInEnv) ([]resources.Change, error) {
	return resources.Changes(a.generic(), after.generic())
}

func (a apiInEnv) generic() object {
	apps := make([]any, len(a.Apps))
	for i, name := range a.Apps {
		apps[i] = name
	}
	return object{"definition": a.Definition, "policies": generic(a.Policies), "apps": apps}
}

// patch returns the JSON Patch between the documents of two sides.
func (r *envReading) patch(c EnvComparison, from, to map[string]apiInEnv) (jsondiff.Patch, error) {
	before, err := json.Marshal(r.document(c, c.From, from))
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(r.document(c, c.To, to))
	if err != nil {
		return nil, err
	}
	d, err := resources.DiffOf(before, after)
	return d.Patch, err
}

// document returns a side as one document.
func (r *envReading) document(c EnvComparison, side EnvSide, apis map[string]apiInEnv) any {
	groups := map[string]groupInEnv{}
	for _, g := range r.groups {
		one := groupInEnv{APIs: map[string]apiInEnv{}, Variables: map[string]string{}}
		maps.Copy(one.Variables, r.values[g.ID][side.EnvID])
		groups[g.ID] = one
	}
	for _, d := range r.drafts {
		if a, runs := apis[d.ID]; runs {
			groups[d.GroupID].APIs[d.ID] = a
		}
	}
	if c.GroupID != "" {
		return groups[c.GroupID]
	}
	return map[string]any{"groups": groups}
}
