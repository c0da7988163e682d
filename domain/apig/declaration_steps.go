package apig

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// steps adds all steps that a declaration may take. Kinds come in the order in which they need each other; the
// first steps are those that make room: what is taken offline and deleted before others come in its place.
func (p *planning) steps(d Declaration) error {
	for _, plan := range []func() error{
		func() error { return planOf(p, envKind, "", d.Environments) },
		func() error { return planOf(p, featureKind, "", d.Features) },
		func() error { return planOf(p, tagKind, "", d.Tags) },
		func() error { return planOf(p, portKind, "", d.Ports) },
		func() error { return planOf(p, orchestrationKind, "", d.Orchestrations) },
		func() error { return planOf(p, channelKind, "", d.Channels) },
		func() error { return planOf(p, authorizerKind, "", d.Authorizers) },
		func() error { return planParts(p, appKind, d.Apps) },
		func() error { return planParts(p, appQuotaKind, d.AppQuotas) },
		func() error { return planParts(p, throttleKind, d.Throttles) },
		func() error { return planOf(p, aclKind, "", d.ACLs) },
		func() error { return planOf(p, signatureKind, "", d.Signatures) },
		func() error { return planOf(p, pluginKind, "", d.Plugins) },
		func() error { return p.groupSteps(d.Groups, d.Scope == ScopeInstance && d.Groups != nil) },
	} {
		if err := plan(); err != nil {
			return err
		}
	}
	return nil
}

// planParts is planOf for things with parts of their own.
func planParts[T any](p *planning, k declaredKind[T], wanted []T) error {
	if err := planOf(p, k, "", wanted); err != nil {
		return err
	}
	for _, t := range wanted {
		if err := p.parts(t); err != nil {
			return err
		}
	}
	return nil
}

// acls is from where the app may call, as a list of one or none.
func (d DeclaredApp) acls() []AppACLBody {
	if d.ACL == nil {
		return []AppACLBody{}
	}
	return []AppACLBody{*d.ACL}
}

// spoken is a list of parts, which are spoken of even when there are none.
func spoken[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// groupSteps adds the steps of groups. Others are removed, if they shall be, with everything in them.
func (p *planning) groupSteps(groups []DeclaredGroup, others bool) error {
	last := len(p.last)
	if err := planOf(p, groupKind, "", groups); err != nil {
		return err
	}
	if !others {
		p.last = p.last[:last]
	}
	declared := map[string]struct{}{}
	for _, g := range groups {
		declared[g.Name] = struct{}{}
		if err := p.inGroup(g); err != nil {
			return err
		}
	}
	if !others {
		return nil
	}
	for _, name := range sortedNames(p.in.groupNames) {
		if _, stays := declared[name]; !stays {
			p.removeAPIs(name, nil)
		}
	}
	return nil
}

func (p *planning) inGroup(g DeclaredGroup) error {
	if err := planOf(p, subdomainKind, g.Name, []bool{g.SLDomainAccessEnabled}); err != nil {
		return err
	}
	if err := planOf(p, domainKind, g.Name, g.Domains); err != nil {
		return err
	}
	if err := planOf(p, responseKind, g.Name, g.Responses); err != nil {
		return err
	}
	if err := planOf(p, variableKind, g.Name, g.Variables); err != nil {
		return err
	}
	if g.APIs == nil {
		return nil
	}
	last := len(p.last)
	if err := planOf(p, apiKind, g.Name, g.APIs); err != nil {
		return err
	}
	p.last = p.last[:last] // APIs go first, since others may come in their place
	var names []string
	for _, a := range g.APIs {
		names = append(names, a.Draft.Name)
		p.placeSteps(g.Name, a)
	}
	p.removeAPIs(g.Name, names)
	return nil
}

// removeAPIs adds the steps that end the APIs of a group but for those named.
func (p *planning) removeAPIs(group string, but []string) {
	if p.keep {
		return
	}
	for _, name := range sortedNames(apiKind.known(p.in, group)) {
		if slices.Contains(but, name) {
			continue
		}
		for _, env := range sortedNames(p.in.envNames) {
			if _, on := p.api(group, name).inEffect[p.in.envNames[env]]; on {
				p.first = append(p.first, p.offline(group, env, name))
			}
		}
		p.first = append(p.first, removal(p, apiKind, group, name))
	}
}

// placeSteps adds what an API needs in each environment.
func (p *planning) placeSteps(group string, a DeclaredAPI) {
	for _, env := range p.places(a, group) {
		if a.Places[env].Published {
			p.middle = append(p.middle, p.publication(group, env, a.Draft.Name, func() ([]domain.Event, error) { return p.publish(group, env, a) }))
		} else {
			p.first = append(p.first, p.offline(group, env, a.Draft.Name))
		}
		for _, family := range []string{FamilyThrottle, FamilyACL, FamilySignature, FamilyPlugin} {
			p.middle = append(p.middle, step{
				PlannedChange: PlannedChange{Kind: family + "_binding", Name: a.Draft.Name, Within: group, Env: env},
				do:            func() ([]domain.Event, error) { return p.bind(family, group, env, a) },
				show:          func() any { return orNone(p.bound(group, env, a.Draft.Name).declared(family)) },
			})
		}
		p.middle = append(p.middle, step{
			PlannedChange: PlannedChange{Kind: "app_auth", Name: a.Draft.Name, Within: group, Env: env},
			do:            func() ([]domain.Event, error) { return p.authorize(group, env, a) },
			show:          func() any { return orNone(p.bound(group, env, a.Draft.Name).Apps) },
		})
	}
}

// orNone is a list of names, or nothing for an empty one.
func orNone(names []string) any {
	if len(names) == 0 {
		return nil
	}
	return names
}

// bound is what is bound to an API in an environment now.
func (p *planning) bound(group, env, name string) DeclaredPlace {
	a, e, err := p.placeOf(group, name, env)
	if err != nil {
		return DeclaredPlace{}
	}
	return p.in.declareBound(placement{a.ID, e.ID})
}

func (p *planning) offline(group, env, name string) step {
	return p.publication(group, env, name, func() ([]domain.Event, error) { return p.takeOffline(group, env, name) })
}

// publication is a step about what runs of an API in an environment.
func (p *planning) publication(group, env, name string, do func() ([]domain.Event, error)) step {
	return step{
		PlannedChange: PlannedChange{Kind: "publication", Name: name, Within: group, Env: env},
		do:            do,
		show: func() any {
			a, e, err := p.placeOf(group, name, env)
			if err != nil {
				return nil
			}
			effect, on := a.inEffect[e.ID]
			if !on {
				return nil
			}
			d, err := p.run.of(effect)
			if err != nil {
				return nil
			}
			return p.in.declareDefinition(d)
		},
	}
}
