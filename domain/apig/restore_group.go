package apig

import (
	"maps"
	"reflect"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// findGone finds the APIs that the group has and that did not exist then. One that nobody has looked up in
// the past came into the group since.
func (r *restoring) findGone(known []string) error {
	g := r.in.groups[r.group.ID]
	if g == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Values(g.names)) {
		if _, was := r.then[id]; was {
			continue
		}
		if !slices.Contains(known, id) {
			return domain.Errorf(domain.CodeConflict, "the group got the API %s while its restoration was prepared: try again", id)
		}
		r.gone = append(r.gone, r.in.apis[id])
	}
	return nil
}

// restoreGroup restores the group itself.
func (r *restoring) restoreGroup() {
	then, now := r.group, r.in.groups[r.group.ID]
	step := RestoreStep{Kind: "group", ID: then.ID, Name: then.Name}
	if id := r.in.groupNames[then.Name]; id != "" && id != then.ID {
		r.refuse("group", then.ID, then.Name, takenBy(ErrGroupNameTaken(then.Name), id))
	}
	if now == nil {
		if limit := r.in.quota(quotaGroups); len(r.in.groups) >= limit {
			r.refuse("group", then.ID, then.Name, ErrTooManyGroups(limit))
		}
		then.UpdateTime = r.m.Now
		r.do(&r.plan.Created, step, GroupCreated{then})
		return
	}
	changed := names(difference{"name", then.Name != now.Name}, difference{"remark", then.Remark != now.Remark},
		difference{"sl_domain_access_enabled", then.SLDomainAccessEnabled != now.SLDomainAccessEnabled})
	if changed == nil {
		return
	}
	then.UpdateTime = now.UpdateTime
	step.Patch = patchOf(now.Group, then)
	then.UpdateTime = r.m.Now
	r.do(&r.plan.Changed, step, GroupUpdated{then, changed})
}

// deleteGone deletes the APIs that did not exist then.
func (r *restoring) deleteGone() {
	for _, a := range r.gone {
		r.do(&r.plan.Deleted, RestoreStep{Kind: "api", ID: a.ID, Name: a.Definition.Name},
			APIDeleted{InstanceID: r.in.ID, APIID: a.ID, GroupID: a.Definition.GroupID, Name: a.Definition.Name})
	}
}

// restoreResponses restores the responses of the group.
func (r *restoring) restoreResponses(then []Response) {
	r.responses = map[string]struct{}{}
	for _, response := range then {
		r.responses[response.ID] = struct{}{}
	}
	r.dropResponses()
	created := 0
	for _, response := range then {
		now, ok := r.in.responses[response.ID]
		switch {
		case ok:
			r.restoreResponse(response, *now)
		case response.Default: // it comes with the group
			r.restoreResponse(response, DefaultResponseOf(r.group))
		default:
			created++
			response.UpdateTime = r.m.Now
			r.do(&r.plan.Created, RestoreStep{Kind: "response", ID: response.ID, Name: response.Name}, ResponseCreated{response})
		}
	}
	if limit := r.in.quota(quotaResponses); created > 0 && len(then)-1 > limit {
		r.refuse("group", r.group.ID, r.group.Name, ErrTooManyResponses(limit))
	}
}

func (r *restoring) restoreResponse(then, now Response) {
	same := len(then.Responses) == 0 && len(now.Responses) == 0 || reflect.DeepEqual(then.Responses, now.Responses)
	changed := names(difference{"name", then.Name != now.Name}, difference{"responses", !same})
	if changed == nil {
		return
	}
	then.UpdateTime = now.UpdateTime
	step := RestoreStep{Kind: "response", ID: then.ID, Name: then.Name, Patch: patchOf(now, then)}
	then.UpdateTime = r.m.Now
	r.do(&r.plan.Changed, step, ResponseUpdated{then, changed})
}

// dropResponses deletes the responses that did not exist then.
func (r *restoring) dropResponses() {
	g := r.in.groups[r.group.ID]
	if g == nil {
		return
	}
	for _, id := range slices.Sorted(maps.Values(g.responses)) {
		now := r.in.responses[id]
		if _, was := r.responses[id]; was || now.Default {
			continue
		}
		if r.in.used[use{useResponse, id}] > r.usesOf(use{useResponse, id}) {
			r.refuse("response", id, now.Name, ErrInvalidBecause("response_id", "is that of a response which APIs of other groups use"))
		}
		r.do(&r.plan.Deleted, RestoreStep{Kind: "response", ID: id, Name: now.Name},
			ResponseDeleted{InstanceID: r.in.ID, GroupID: g.ID, ResponseID: id, Name: now.Name})
	}
}

// usesOf counts how often the APIs that are restored or deleted use a thing now.
func (r *restoring) usesOf(u use) int {
	n := 0
	for _, a := range r.present() {
		if slices.Contains(usesOf(a.Definition), u) {
			n++
		}
		for _, p := range a.inEffect {
			if slices.Contains(p.version.uses, u) {
				n++
			}
		}
	}
	return n
}

// restoreVariables restores the variables of the group. What is published and uses one that gets another
// value is published again, as it is when somebody changes the value (APIG V2 §3.3.5), unless it is
// restored itself.
func (r *restoring) restoreVariables(then []Variable) {
	was := map[string]Variable{}
	for _, v := range then {
		was[v.ID] = v
	}
	if g := r.in.groups[r.group.ID]; g != nil {
		for _, id := range slices.Sorted(maps.Keys(g.variables)) {
			if _, stays := was[id]; stays {
				continue
			}
			now := r.in.variables[id].Variable
			r.variables[keyOf(now)] = Variable{}
			r.do(&r.plan.Deleted, RestoreStep{Kind: "variable", ID: id, Name: now.Name, EnvID: now.EnvID},
				VariableDeleted{InstanceID: r.in.ID, VariableID: id, GroupID: g.ID, EnvID: now.EnvID, Name: now.Name})
		}
	}
	created := 0
	for _, v := range then {
		if r.restoreVariable(v) {
			created++
		}
	}
	if limit := r.in.quota(quotaVariables); created > 0 && len(then) > limit {
		r.refuse("group", r.group.ID, r.group.Name, ErrTooManyVariables(limit))
	}
	r.republishOthers()
}

// restoreVariable restores one variable and reports whether it had to come again.
func (r *restoring) restoreVariable(then Variable) bool {
	r.variables[keyOf(then)] = then
	step := RestoreStep{Kind: "variable", ID: then.ID, Name: then.Name, EnvID: then.EnvID}
	now, ok := r.in.variables[then.ID]
	if !ok {
		if _, err := r.in.env(then.EnvID); err != nil {
			r.refuse("variable", then.ID, then.Name, err)
		}
		r.do(&r.plan.Created, step, VariableCreated{then})
		return true
	}
	if now.Value != then.Value {
		step.Patch = patchOf(now.Variable, then)
		r.updated[keyOf(then)] = struct{}{}
		r.do(&r.plan.Changed, step, VariableUpdated{then, []string{"variable_value"}})
	}
	return false
}

// republishOthers publishes again what uses a variable with another value and is not restored itself: an API
// that is in another group by now, and still published in this one.
func (r *restoring) republishOthers() {
	for _, a := range r.others() {
		for _, envID := range slices.Sorted(maps.Keys(a.inEffect)) {
			p := a.inEffect[envID]
			if !r.outdated(p.version) {
				continue
			}
			ev := r.in.publish(r.m, a, p.env, *p.version)
			ev.Variables = r.variableIDs(*p.version)
			r.do(&r.plan.Published, RestoreStep{Kind: "api", ID: a.ID, Name: a.Definition.Name, EnvID: envID, VersionID: ev.VersionID}, ev)
		}
	}
}

// others returns the APIs beyond those restored that use a variable which gets another value, by id.
func (r *restoring) others() []*api {
	found := map[string]*api{}
	for key := range r.updated {
		for id := range r.in.users[key] {
			if _, restored := r.then[id]; !restored && !slices.ContainsFunc(r.gone, func(a *api) bool { return a.ID == id }) {
				found[id] = r.in.apis[id]
			}
		}
	}
	var all []*api
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[id])
	}
	return all
}

// outdated reports whether a version in effect uses a variable that gets another value.
func (r *restoring) outdated(v *version) bool {
	return slices.ContainsFunc(v.refs, func(name string) bool {
		_, updated := r.updated[variableKey{v.groupID, v.envID, name}]
		return updated
	})
}

// variable returns the variable that there will be, if any.
func (r *restoring) variable(key variableKey) (Variable, bool) {
	if v, differs := r.variables[key]; differs {
		return v, v.ID != ""
	}
	if v, ok := r.in.variables[r.in.variableIDs[key]]; ok {
		return v.Variable, true
	}
	return Variable{}, false
}

// variableIDs is instance.variablesOf with the variables that there will be.
func (r *restoring) variableIDs(v version) map[string]string {
	ids := map[string]string{}
	for _, name := range v.refs {
		if known, ok := r.variable(variableKey{v.groupID, v.envID, name}); ok {
			ids[name] = known.ID
		}
	}
	return ids
}
