package apig

import (
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// running knows what the versions in effect of an instance say.
type running struct {
	written map[domain.Position]Definition // by the position of the event that has it
	drafts  map[string]placedDraft         // by API
	fresh   map[string]Definition          // of versions that are not in the log yet
}

type placedDraft struct {
	position domain.Position
	Definition
}

// runningOf is for an instance that nobody has changed yet; written has what its drafts do not say.
func runningOf(in *instance, written map[domain.Position]Definition) running {
	run := running{written: written, drafts: map[string]placedDraft{}, fresh: map[string]Definition{}}
	for id, a := range in.apis {
		if len(a.inEffect) > 0 {
			run.drafts[id] = placedDraft{a.position, a.Definition}
		}
	}
	return run
}

// of returns what runs. Errors: gatelog.conflict when nobody has looked it up.
func (r running) of(e effect) (Definition, error) {
	if d, ok := r.fresh[e.VersionID]; ok {
		return d, nil
	}
	at := e.version.definition
	if draft := r.drafts[e.APIID]; draft.position == at {
		return draft.Definition, nil
	}
	if d, ok := r.written[at]; ok {
		return d, nil
	}
	return Definition{}, domain.Errorf(domain.CodeConflict, "the API %s was published while it was read: try again", e.APIID)
}

// declarePlaces declares what an API is in each environment.
func (in *instance) declarePlaces(a *api, run running) (map[string]DeclaredPlace, error) {
	places := map[string]DeclaredPlace{}
	for _, e := range in.envs {
		place := in.declareBound(placement{a.ID, e.ID})
		if effect, on := a.inEffect[e.ID]; on {
			d, err := run.of(effect)
			if err != nil {
				return nil, err
			}
			place.Published = true
			if len(Changed(d, a.Definition)) > 0 {
				d = in.declareDefinition(d)
				place.Definition = &d
			}
		}
		if !place.empty() {
			places[e.Name] = place
		}
	}
	return places, nil
}

func (d DeclaredPlace) empty() bool {
	return !d.Published && d.Throttle == "" && d.Signature == "" && len(d.ACLs)+len(d.Plugins)+len(d.Apps) == 0
}

// declareBound declares what is bound to an API in an environment, and which apps may call it there.
func (in *instance) declareBound(at placement) DeclaredPlace {
	var place DeclaredPlace
	for _, f := range in.families() {
		names := in.boundNames(f, at)
		switch {
		case len(names) == 0:
		case f.name == FamilyThrottle:
			place.Throttle = names[0]
		case f.name == FamilySignature:
			place.Signature = names[0]
		case f.name == FamilyACL:
			place.ACLs = names
		case f.name == FamilyPlugin:
			place.Plugins = names
		}
	}
	for id := range in.credentials.authsOf[ofAPI(at.apiID)] {
		if auth := in.credentials.auths[id]; auth.EnvID == at.envID {
			place.Apps = append(place.Apps, in.credentials.apps[auth.AppID].Name)
		}
	}
	slices.Sort(place.Apps)
	return place
}

// boundNames returns the names of the policies of a family that are bound at a place, in order.
func (in *instance) boundNames(f family, at placement) []string {
	var names []string
	for id := range f.bound.at[at] {
		name, _ := in.nameOf(f.name, "", f.bound.all[id].PolicyID)
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// declared returns the names of the policies of a family that a place shall have.
func (d DeclaredPlace) declared(family string) []string {
	switch one := map[string]string{FamilyThrottle: d.Throttle, FamilySignature: d.Signature}[family]; {
	case one != "":
		return []string{one}
	case family == FamilyACL:
		return d.ACLs
	case family == FamilyPlugin:
		return d.Plugins
	}
	return nil
}

// places returns the environments that an API is declared for, or is something in that need not be kept.
func (p *planning) places(a DeclaredAPI, group string) []string {
	names := slices.Collect(maps.Keys(a.Places))
	if now := p.api(group, a.Draft.Name); now != nil && !p.keep {
		for _, e := range p.in.envs {
			if !p.in.declareBound(placement{now.ID, e.ID}).empty() || now.inEffect[e.ID].version != nil {
				names = append(names, e.Name)
			}
		}
	}
	return distinctSorted(names)
}

// api returns the API of that name in a group; nil when there is none.
func (p *planning) api(group, name string) *api {
	g := p.in.groups[p.in.groupNames[group]]
	if g == nil {
		return nil
	}
	return p.in.apis[g.names[name]]
}

// placeOf returns an API and an environment by name.
func (p *planning) placeOf(group, name, env string) (*api, *environment, error) {
	a := p.api(group, name)
	if a == nil {
		return nil, nil, domain.Errorf(domain.CodeNotFound, "there is no API with the name %s in the group %s", shown(name), shown(group))
	}
	id, err := p.in.idOf(useEnv, "", env)
	return a, p.in.envs[id], err
}

// publish puts what is declared in effect, unless it is.
func (p *planning) publish(group, env string, d DeclaredAPI) ([]domain.Event, error) {
	a, e, err := p.placeOf(group, d.Draft.Name, env)
	if err != nil {
		return nil, err
	}
	wanted := a.Definition
	if other := d.Places[env].Definition; other != nil {
		if wanted, err = p.prepareOther(*other, group, a); err != nil {
			return nil, err
		}
	}
	if effect, on := a.inEffect[e.ID]; on {
		now, err := p.run.of(effect)
		if err != nil || len(Changed(now, wanted)) == 0 {
			return nil, err
		}
	}
	if _, err := p.in.group(wanted.GroupID); err != nil {
		return nil, err
	}
	v := version{groupID: wanted.GroupID, envID: e.ID, refs: VariableRefs(wanted), definition: a.position}
	if len(Changed(wanted, a.Definition)) > 0 {
		v.definition = 0
	}
	ev := p.in.publish(p.m, a, e, v)
	if v.definition == 0 { // the event has the definition itself
		ev.Restored, ev.RegisterTime = &wanted, a.RegisterTime
		p.run.fresh[ev.VersionID] = wanted
	}
	return []domain.Event{ev}, nil
}

// prepareOther returns the definition that shall run beside a draft which says something else.
func (p *planning) prepareOther(d Definition, group string, a *api) (Definition, error) {
	d, err := p.in.resolveDefinition(d, group)
	if err != nil {
		return d, err
	}
	if d, err = Prepare(p.m, d, &a.Definition, p.in.limits()); err != nil {
		return d, err
	}
	return d, p.in.checkReferences(d)
}

// takeOffline ends what is in effect.
func (p *planning) takeOffline(group, env, name string) ([]domain.Event, error) {
	a, e, err := p.placeOf(group, name, env)
	if err != nil {
		return nil, err
	}
	if _, on := a.inEffect[e.ID]; !on {
		return nil, nil
	}
	ev, err := a.takeOffline(e)
	return []domain.Event{ev}, err
}

// bind binds the policies of a family that are declared for a place, and no others unless they are kept.
func (p *planning) bind(familyName, group, env string, d DeclaredAPI) ([]domain.Event, error) {
	a, e, err := p.placeOf(group, d.Draft.Name, env)
	if err != nil {
		return nil, err
	}
	at, f := placement{a.ID, e.ID}, p.in.family(familyName)
	wanted, err := p.wanted(f, d.Places[env].declared(familyName))
	if err != nil {
		return nil, err
	}
	var all []domain.Event
	for _, id := range slices.Sorted(maps.Keys(f.bound.at[at])) {
		if now := f.bound.all[id]; wanted[now.Kind] == "" && !p.keep {
			all = append(all, f.unbind(now))
		}
	}
	if _, published := a.inEffect[e.ID]; !published && len(wanted) > 0 {
		return p.stays(f, at, wanted, all)
	}
	for _, kind := range sortedNames(wanted) {
		_, bound := p.in.bindAt(p.m, f, wanted[kind], kind, []placement{at})
		all = append(all, bound...)
	}
	return all, nil
}

// stays refuses to bind anything where nothing is published: what is bound there already may stay.
func (p *planning) stays(f family, at placement, wanted map[string]string, all []domain.Event) ([]domain.Event, error) {
	for kind, id := range wanted {
		if f.bound.all[f.bound.slots[slot{at, kind}]].PolicyID != id {
			return nil, ErrPublicationNotFound(at.apiID)
		}
	}
	return all, nil
}

// wanted returns the policies with these names by their kind.
func (p *planning) wanted(f family, names []string) (map[string]string, error) {
	wanted := map[string]string{}
	for _, name := range names {
		id, err := p.in.idOf(f.name, "", name)
		if err != nil {
			return nil, err
		}
		kind := f.kind(id)
		if wanted[kind] != "" && wanted[kind] != id {
			return nil, domain.Errorf(domain.CodeInvalid, "%s is the second %s of its type: an API has one in an environment", shown(name), f.name)
		}
		wanted[kind] = id
	}
	return wanted, nil
}

// authorize lets the apps call that are declared for a place, and no others unless they are kept.
func (p *planning) authorize(group, env string, d DeclaredAPI) ([]domain.Event, error) {
	a, e, err := p.placeOf(group, d.Draft.Name, env)
	if err != nil {
		return nil, err
	}
	var wanted []string
	for _, name := range d.Places[env].Apps {
		id, err := p.in.idOf(useApp, "", name)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, id)
	}
	var all []domain.Event
	for _, id := range slices.Sorted(maps.Keys(p.in.credentials.authsOf[ofAPI(a.ID)])) {
		if auth := p.in.credentials.auths[id]; auth.EnvID == e.ID && !slices.Contains(wanted, auth.AppID) && !p.keep {
			all = append(all, AppAuthRevoked{auth})
		}
	}
	_, granted := p.in.authorize(p.m, e, distinct(wanted), []string{a.ID})
	return append(all, granted...), nil
}
