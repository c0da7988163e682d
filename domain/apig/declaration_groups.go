package apig

import (
	"reflect"

	"github.com/gatelog/gatelog/domain"
)

var groupKind = declaredKind[DeclaredGroup]{
	name:   "group",
	known:  func(in *instance, _ string) map[string]string { return in.groupNames },
	nameOf: func(d DeclaredGroup) string { return d.Name },
	shown: func(in *instance, id string) DeclaredGroup {
		g := in.groups[id]
		return DeclaredGroup{Name: g.Name, Remark: g.Remark, SLDomainAccessEnabled: g.SLDomainAccessEnabled}
	},
	create: func(p *planning, _ string, d DeclaredGroup) ([]domain.Event, error) {
		return events(p.s.CreateGroup(p.m, CreateGroup{p.in.ID, GroupBody{Name: d.Name, Remark: d.Remark}}))
	},
	change: func(p *planning, id string, d DeclaredGroup) ([]domain.Event, error) {
		return events(p.s.UpdateGroup(p.m, UpdateGroup{p.in.ID, id, GroupUpdateBody{d.Name, &d.Remark}}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteGroup(p.m, DeleteGroup{p.in.ID, id}))
	},
}

// subdomainKind is whether a group is reached at its subdomain: one thing that every group has.
var subdomainKind = declaredKind[bool]{
	name: "group_subdomain",
	known: func(in *instance, group string) map[string]string {
		if id := in.groupNames[group]; id != "" {
			return map[string]string{"": id}
		}
		return nil
	},
	nameOf: func(bool) string { return "" },
	shown:  func(in *instance, id string) bool { return in.groups[id].SLDomainAccessEnabled },
	create: func(p *planning, group string, _ bool) ([]domain.Event, error) {
		_, err := p.in.idOf(useGroup, "", group)
		return nil, err
	},
	change: func(p *planning, id string, enabled bool) ([]domain.Event, error) {
		return events(p.s.SetSLDomainAccess(p.m, SetSLDomainAccess{p.in.ID, id, SLDomainAccessBody{&enabled}}))
	},
}

// variableKind are the variables of a group. A name is that of environment and variable.
var variableKind = declaredKind[DeclaredVariable]{
	name: "variable",
	known: func(in *instance, group string) map[string]string {
		byName := map[string]string{}
		if g := in.groups[in.groupNames[group]]; g != nil {
			for id := range g.variables {
				v := in.variables[id]
				byName[in.envs[v.EnvID].Name+" "+v.Name] = id
			}
		}
		return byName
	},
	nameOf: func(d DeclaredVariable) string { return d.Env + " " + d.Name },
	shown: func(in *instance, id string) DeclaredVariable {
		v := in.variables[id]
		return DeclaredVariable{in.envs[v.EnvID].Name, v.Name, v.Value}
	},
	create: func(p *planning, group string, d DeclaredVariable) ([]domain.Event, error) {
		env, err := p.in.idOf(useEnv, "", d.Env)
		if err != nil {
			return nil, err
		}
		body := VariableBody{Value: d.Value, EnvID: env, GroupID: p.in.groupNames[group], Name: d.Name}
		return events(p.s.CreateVariable(p.m, CreateVariable{p.in.ID, body}))
	},
	change: func(p *planning, id string, d DeclaredVariable) ([]domain.Event, error) {
		return events(p.s.UpdateVariable(p.m, UpdateVariable{p.in.ID, id, VariableUpdateBody{d.Value}}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteVariable(p.m, DeleteVariable{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return VariableCreated{in.variables[id].Variable} },
}

// responseKind are the responses of a group. The default one that nobody changed is not among them.
var responseKind = declaredKind[ResponseBody]{
	name: "response",
	known: func(in *instance, group string) map[string]string {
		byName := map[string]string{}
		if g := in.groups[in.groupNames[group]]; g != nil {
			for name, id := range g.responses {
				if r := in.responses[id]; !r.Default || len(r.Responses) > 0 {
					byName[name] = id
				}
			}
		}
		return byName
	},
	nameOf: func(b ResponseBody) string { return b.Name },
	shown: func(in *instance, id string) ResponseBody {
		return ResponseBody{in.responses[id].Name, in.responses[id].Responses}
	},
	create: func(p *planning, group string, b ResponseBody) ([]domain.Event, error) {
		id := p.in.groupNames[group]
		if b.Name == DefaultResponseName && id != "" {
			return events(p.s.UpdateResponse(p.m, UpdateResponse{p.in.ID, id, id, b}))
		}
		return events(p.s.CreateResponse(p.m, CreateResponse{p.in.ID, id, b}))
	},
	change: func(p *planning, id string, b ResponseBody) ([]domain.Event, error) {
		return p.rewriteResponse(id, b.Responses)
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		r := p.in.responses[id]
		if r.Default {
			return p.rewriteResponse(id, nil)
		}
		return events(p.s.DeleteResponse(p.m, DeleteResponse{p.in.ID, r.GroupID, id}))
	},
	again: func(in *instance, id string) domain.Event { return ResponseCreated{*in.responses[id]} },
}

// rewriteResponse gives a response these answers alone.
func (p *planning) rewriteResponse(id string, infos map[string]ResponseInfo) ([]domain.Event, error) {
	if infos == nil {
		infos = map[string]ResponseInfo{} // none would leave them as they are
	}
	r := p.in.responses[id]
	return events(p.s.UpdateResponse(p.m, UpdateResponse{p.in.ID, r.GroupID, id, ResponseBody{r.Name, infos}}))
}

// apiKind are the APIs of a group: their drafts.
var apiKind = declaredKind[DeclaredAPI]{
	name: "api",
	known: func(in *instance, group string) map[string]string {
		if g := in.groups[in.groupNames[group]]; g != nil {
			return g.names
		}
		return nil
	},
	nameOf: func(d DeclaredAPI) string { return d.Draft.Name },
	shown: func(in *instance, id string) DeclaredAPI {
		return DeclaredAPI{Draft: in.declareDefinition(in.apis[id].Definition)}
	},
	create: func(p *planning, group string, d DeclaredAPI) ([]domain.Event, error) {
		body, err := p.in.resolveDraft(d.Draft, group)
		if err != nil {
			return nil, err
		}
		return events(p.s.CreateAPI(p.m, CreateAPI{p.in.ID, body}))
	},
	change: func(p *planning, id string, d DeclaredAPI) ([]domain.Event, error) {
		now := p.in.apis[id].Definition
		if reflect.DeepEqual(p.in.declareDefinition(now), d.Draft) { // what it is elsewhere is not asked here
			return nil, nil
		}
		body, err := p.in.resolveDraft(d.Draft, p.in.groups[now.GroupID].Name)
		if err != nil {
			return nil, err
		}
		return events(p.s.UpdateAPI(p.m, UpdateAPI{p.in.ID, id, body}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteAPI(p.m, DeleteAPI{p.in.ID, id}))
	},
}

func (in *instance) resolveDraft(d Definition, group string) (Definition, error) {
	if d.GroupID != "" && d.GroupID != group {
		return d, ErrInvalidBecause("group_id", "is not the name of the group that the API is declared in")
	}
	return in.resolveDefinition(d, group)
}

// declareGroup declares a group with everything in it.
func (in *instance) declareGroup(name string, run running) (DeclaredGroup, error) {
	d := groupKind.shown(in, in.groupNames[name])
	d.Domains, d.Variables, d.Responses = domainKind.allIn(in, name), variableKind.allIn(in, name), responseKind.allIn(in, name)
	d.APIs = apiKind.allIn(in, name)
	for i := range d.APIs {
		a := in.apis[in.groups[in.groupNames[name]].names[d.APIs[i].Draft.Name]]
		var err error
		if d.APIs[i].Places, err = in.declarePlaces(a, run); err != nil {
			return d, err
		}
	}
	return d, nil
}
