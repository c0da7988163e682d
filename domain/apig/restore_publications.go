package apig

// restorePublications puts in effect what was in effect then.
func (r *restoring) restorePublications() {
	for _, a := range r.apis {
		for _, p := range a.Publications {
			r.restorePublication(a, p)
		}
	}
}

// restorePublication restores one: a version that is there is switched to, one that went with its API comes
// again under its id, with the definition at the position that it always had.
func (r *restoring) restorePublication(a APIThen, p PublicationThen) {
	d := a.API.Definition
	e, err := r.in.env(p.EnvID)
	if err != nil {
		r.refuse("api", a.API.ID, d.Name, err)
		return
	}
	if !r.hasGroup(p.GroupID) {
		r.refuse("api", a.API.ID, d.Name, ErrGroupNotFound(p.GroupID))
		return
	}
	if p.Definition != nil {
		d = *p.Definition
	}
	for _, err := range r.missing(usesOf(d), p.GroupID) {
		r.refuse("api", a.API.ID, d.Name, err)
	}
	step := RestoreStep{Kind: "api", ID: a.API.ID, Name: a.API.Definition.Name, EnvID: p.EnvID, VersionID: p.VersionID}
	as := newAPI(a.API)
	known, ok := r.in.versions[p.VersionID]
	if !ok || known.apiID != a.API.ID {
		r.do(&r.plan.Published, step)
		r.publishAgain(as, e, p, d)
		return
	}
	if now := r.in.apis[a.API.ID]; now != nil {
		if effect, on := now.inEffect[p.EnvID]; on && effect.VersionID == p.VersionID && !r.outdated(known) {
			return
		}
	}
	r.do(&r.plan.Switched, step, APIVersionSwitched{r.in.record(r.m, as, e, known)})
}

// publishAgain makes a version again that went with its API. It runs with the values that it ran with: where
// no variable has such a value any more, one is made that exists for the moment of the publication alone,
// since a version has its values from the log.
func (r *restoring) publishAgain(a *api, e *environment, p PublicationThen, d Definition) {
	v := version{
		id: p.VersionID, no: p.VersionNo, apiID: a.ID, envID: e.ID, groupID: p.GroupID, remark: p.Remark,
		definition: p.DefinitionPosition, refs: VariableRefs(d),
	}
	ev := APIPublished{Publication: r.in.record(r.m, a, e, &v), Restored: p.Definition}
	var lent []Variable
	for _, name := range v.refs {
		value, had := p.Values[name]
		if !had {
			continue
		}
		known, ok := r.variable(variableKey{p.GroupID, e.ID, name})
		if !ok || known.Value != value {
			id := r.m.NewID()
			known = Variable{ID: id, InstanceID: r.in.ID, GroupID: p.GroupID, EnvID: e.ID, Name: "restored_" + id[:16], Value: value}
			lent = append(lent, known)
		}
		if ev.Variables == nil {
			ev.Variables = map[string]string{}
		}
		ev.Variables[name] = known.ID
	}
	for _, v := range lent {
		r.events = append(r.events, VariableCreated{v})
	}
	r.events = append(r.events, ev)
	for _, v := range lent {
		r.events = append(r.events, VariableDeleted{InstanceID: r.in.ID, VariableID: v.ID, GroupID: v.GroupID, EnvID: v.EnvID, Name: v.Name})
	}
}
