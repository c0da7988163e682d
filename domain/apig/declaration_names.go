package apig

import (
	"maps"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// The kinds of things beyond those that definitions use which a declaration names.
const (
	useGroup = "group"
	useEnv   = "environment"
	useApp   = "app"
)

// namesOf returns the names of things of a kind, with their ids. within is the group of a response, or the
// channel of a server group: its id, or its name.
func (in *instance) namesOf(kind, within string) map[string]string {
	switch kind {
	case useGroup:
		return in.groupNames
	case useEnv:
		return in.envNames
	case useApp:
		return in.credentials.names
	case useChannel:
		return in.channels.names
	case useAuthorizer:
		return in.authorizers.names
	case useOrchestration:
		return in.orchestrations.names
	case FamilyThrottle:
		return in.throttling.names
	case FamilyACL:
		return in.access.names
	case FamilySignature:
		return in.signing.names
	case FamilyPlugin:
		return in.plugins.names
	case useResponse:
		if g := in.groups[orID(in.groupNames, within)]; g != nil {
			return g.responses
		}
	case useMemberGroup:
		byName := map[string]string{}
		if ch := in.channels.all[orID(in.channels.names, within)]; ch != nil {
			for _, g := range ch.Groups {
				byName[g.Name] = g.ID
			}
		}
		return byName
	}
	return nil
}

// orID returns the id of what has the name, or else what was given: it is an id then.
func orID(names map[string]string, nameOrID string) string {
	if id, ok := names[nameOrID]; ok {
		return id
	}
	return nameOrID
}

// idOf returns the id of the thing with a name.
func (in *instance) idOf(kind, within, name string) (string, error) {
	if id := in.namesOf(kind, within)[name]; id != "" {
		return id, nil
	}
	return "", domain.Errorf(domain.CodeNotFound, "there is no %s with the name %s", kind, shown(name))
}

// nameOf returns the name of the thing with an id, and the id when there is no such thing.
func (in *instance) nameOf(kind, within, id string) (string, error) {
	for name, known := range in.namesOf(kind, within) {
		if known == id {
			return name, nil
		}
	}
	return id, nil
}

// refer replaces what a definition refers to by what look has for it: names by ids, or ids by names.
func (d *Definition) refer(look func(kind, within, what string) (string, error)) error {
	group := d.GroupID
	replace := func(kind, within string, what *string) error {
		if *what == "" {
			return nil
		}
		found, err := look(kind, within, *what)
		if err == nil {
			*what = found
		}
		return err
	}
	if err := replace(useResponse, group, &d.ResponseID); err != nil {
		return err
	}
	if err := replace(useGroup, "", &d.GroupID); err != nil {
		return err
	}
	for _, id := range d.authorizerRefs() {
		if err := replace(useAuthorizer, "", id); err != nil {
			return err
		}
	}
	for i := range d.ReqParams {
		for k := range d.ReqParams[i].Orchestrations {
			if err := replace(useOrchestration, "", &d.ReqParams[i].Orchestrations[k]); err != nil {
				return err
			}
		}
	}
	for _, v := range d.endpoints() {
		ref := v.endpoint.VPCChannelInfo
		if ref == nil {
			continue
		}
		for i := range v.endpoint.MemberGroupURLInfos {
			if err := replace(useMemberGroup, ref.VPCChannelID, &v.endpoint.MemberGroupURLInfos[i].MemberGroupID); err != nil {
				return err
			}
		}
		if err := replace(useChannel, "", &ref.VPCChannelID); err != nil {
			return err
		}
		v.endpoint.URLDomain = "" // it is the channel's id, from wherever it came
	}
	return nil
}

// authorizerRefs returns where a definition names custom authorizers: in front, and of its backends.
func (d *Definition) authorizerRefs() []*string {
	refs := []*string{&d.AuthorizerID}
	if d.BackendAPI != nil {
		refs = append(refs, &d.BackendAPI.AuthorizerID)
	}
	if d.FuncInfo != nil {
		refs = append(refs, &d.FuncInfo.AuthorizerID)
	}
	if d.MockInfo != nil {
		refs = append(refs, &d.MockInfo.AuthorizerID)
	}
	for _, v := range d.policies() {
		refs = append(refs, &v.policy.AuthorizerID)
	}
	return refs
}

// declareDefinition returns a definition with names for ids, and without the ids of its parts.
func (in *instance) declareDefinition(d Definition) Definition {
	d = withoutPartIDs(d)
	for _, v := range d.policies() {
		for i := range v.policy.Conditions {
			v.policy.Conditions[i].ReqParamLocation = ""
		}
	}
	_ = d.refer(in.nameOf) // which refuses nothing
	return d
}

// resolveDefinition returns a declared definition with ids for names. It is an API of the group unless it says
// another one.
func (in *instance) resolveDefinition(d Definition, group string) (Definition, error) {
	d = d.Clone()
	if d.GroupID == "" {
		d.GroupID = group
	}
	err := d.refer(in.idOf)
	return d, err
}

// apisOf returns the APIs of the groups with these names, or of all groups, by id.
func (in *instance) apisOf(groups []string) []*api {
	var all []*api
	for _, id := range slices.Sorted(maps.Keys(in.apis)) {
		a := in.apis[id]
		if g := in.groups[a.Definition.GroupID]; len(groups) == 0 || g != nil && slices.Contains(groups, g.Name) {
			all = append(all, a)
		}
	}
	return all
}
