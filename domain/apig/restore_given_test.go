package apig

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// then is a moment of a history: the events up to there, and the state that they give.
type then struct {
	log   history
	state *State
}

func thenOf(h history) then { return then{h, h.state()} }

// group reads a group out of a history as the read models of the past do; now is the state in which it is to
// be restored.
func (p then) group(id string, now *State) GroupThen {
	in, g := p.state.instances[gw], p.state.instances[gw].groups[id]
	all := GroupThen{Group: g.Group}
	if current := now.instances[gw].groups[id]; current != nil {
		all.Known = slices.Sorted(maps.Values(current.names))
	}
	for _, a := range in.apis {
		if a.Definition.GroupID == id || slices.Contains(all.Known, a.ID) {
			all.APIs = append(all.APIs, p.api(a.ID))
		}
	}
	for id := range g.variables {
		all.Variables = append(all.Variables, in.variables[id].Variable)
	}
	for _, id := range g.responses {
		all.Responses = append(all.Responses, *in.responses[id])
	}
	slices.SortFunc(all.APIs, func(a, b APIThen) int { return cmp.Compare(a.API.ID, b.API.ID) })
	slices.SortFunc(all.Variables, func(a, b Variable) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(all.Responses, func(a, b Response) int { return cmp.Compare(a.ID, b.ID) })
	for id := range in.naming.ofGroup[g.ID] {
		all.DomainNames = append(all.DomainNames, in.naming.domains[id].Name)
	}
	return all
}

func (p then) api(id string) APIThen {
	in := p.state.instances[gw]
	a := in.apis[id]
	all := APIThen{API: a.API}
	for _, envID := range slices.Sorted(maps.Keys(a.inEffect)) {
		all.Publications = append(all.Publications, p.publication(a, a.inEffect[envID]))
		for _, f := range in.families() {
			for _, b := range slices.Sorted(maps.Keys(f.bound.at[placement{id, envID}])) {
				all.Bindings = append(all.Bindings, BindingThen{f.name, f.bound.all[b]})
			}
		}
	}
	for auth := range in.credentials.authsOf[ofAPI(id)] {
		all.Auths = append(all.Auths, in.credentials.auths[auth])
	}
	return all
}

func (p then) publication(a *api, e effect) PublicationThen {
	d, values := p.log.ran(e.VersionID)
	then := PublicationThen{Publication: e.Publication, Values: values}
	if e.DefinitionPosition != a.position {
		then.Definition = &d
	}
	return then
}

// ran returns the definition of a version as it was written, and the values that it runs with: what the log
// says at the position of its publication.
func (h history) ran(versionID string) (Definition, map[string]string) {
	for i, ev := range slices.Backward(h) {
		made, ok := ev.(APIPublished)
		if !ok || made.VersionID != versionID {
			continue
		}
		values := map[string]string{}
		for name, id := range made.Variables {
			values[name] = h[:i].value(id)
		}
		return h.definition(made.DefinitionPosition), values
	}
	panic("no such version: " + versionID)
}

// runs is what a gateway runs of a version.
func (h history) runs(versionID string) Definition {
	d, values := h.ran(versionID)
	return Substitute(d, values)
}

// value returns the value of a variable at the end of the history; the fold of a version that refers to a
// variable which is gone would fail.
func (h history) value(id string) string {
	for _, ev := range slices.Backward(h) {
		switch ev := ev.(type) {
		case VariableCreated:
			if ev.Variable.ID == id {
				return ev.Variable.Value
			}
		case VariableUpdated:
			if ev.Variable.ID == id {
				return ev.Variable.Value
			}
		case VariableDeleted:
			if ev.VariableID == id {
				panic("the variable is gone: " + id)
			}
		}
	}
	panic("no such variable: " + id)
}

func (h history) definition(at domain.Position) Definition {
	switch ev := h[at-1].(type) {
	case APICreated:
		return ev.API.Definition
	case APIUpdated:
		return ev.API.Definition
	}
	panic("no definition at that position")
}

// online returns what a gateway runs of the APIs, by API and environment.
func (h history) online(ids []string) map[string]Definition {
	all := map[string]Definition{}
	in := h.state().instances[gw]
	for _, id := range ids {
		if a, ok := in.apis[id]; ok {
			for envID, e := range a.inEffect {
				all[id+" "+envID] = h.runs(e.VersionID)
			}
		}
	}
	return all
}

// drafts returns the drafts of a group.
func (h history) drafts(groupID string) map[string]Definition {
	all := map[string]Definition{}
	for id, a := range h.state().instances[gw].apis {
		if a.Definition.GroupID == groupID {
			all[id] = a.Definition
		}
	}
	return all
}
