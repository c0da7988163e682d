package apig

import (
	"fmt"
	"slices"
)

// use is a thing of its own that a definition refers to. What a draft or a version in effect uses
// cannot be deleted.
type use struct{ kind, id string }

// The kinds of things that definitions refer to.
const (
	useChannel     = "vpc_channel"
	useMemberGroup = "member_group"
	useAuthorizer  = "authorizer"
	useResponse    = "response"

	useOrchestration = "orchestration"
	// usePluginChannel is a channel that a third_auth plug-in asks through; its deletion has a refusal of
	// its own.
	usePluginChannel = "plugin_vpc_channel"
)

// references counts what is used: a draft or a version in effect once each.
type references struct {
	used map[use]int
}

func newReferences() references { return references{used: map[use]int{}} }

func (r *references) hold(uses []use) {
	for _, u := range uses {
		r.used[u]++
	}
}

func (r *references) letGo(uses []use) {
	for _, u := range uses {
		countDown(r.used, u)
	}
}

// usesOf returns what a definition refers to, each once.
func usesOf(d Definition) []use {
	var uses []use
	add := func(kind, id string) {
		if u := (use{kind, id}); id != "" && !slices.Contains(uses, u) {
			uses = append(uses, u)
		}
	}
	for _, id := range d.authorizerIDs() {
		add(useAuthorizer, id)
	}
	for _, v := range d.endpoints() {
		if ref := v.endpoint.VPCChannelInfo; ref != nil {
			add(useChannel, ref.VPCChannelID)
		}
		for _, g := range v.endpoint.MemberGroupURLInfos {
			add(useMemberGroup, g.MemberGroupID)
		}
	}
	add(useResponse, d.ResponseID)
	for _, p := range d.ReqParams {
		for _, id := range p.Orchestrations {
			add(useOrchestration, id)
		}
	}
	return uses
}

// usesAt returns what the definition at position refers to: the draft, or what is in effect when it is
// published once more (§3.3.5).
func (a *api) usesAt(v version) []use {
	if p, ok := a.inEffect[v.envID]; ok && p.version.definition == v.definition {
		return p.version.uses
	}
	return usesOf(a.Definition)
}

// checkReferences refuses a definition that refers to a channel, a server group of it, an authorizer, a
// group response or an orchestration rule that is not there.
func (in *instance) checkReferences(d Definition) error {
	if err := in.thereStill(usesOf(d), d.GroupID); err != nil {
		return err
	}
	if err := in.checkAuthorizers(d); err != nil {
		return err
	}
	for _, v := range d.endpoints() {
		if err := in.checkMemberGroups(v); err != nil {
			return err
		}
	}
	return in.checkOrchestrations(d)
}

// checkAuthorizers refuses an authorizer in a place that its type is not made for (APIG V2 §3.15.1).
func (in *instance) checkAuthorizers(d Definition) error {
	for i, id := range d.authorizerIDs() {
		want := AuthorizerBackend
		if i == 0 {
			want = AuthorizerFrontend
		}
		if id != "" && in.authorizers.all[id].Type != want {
			return ErrInvalidBecause("authorizer_id", "is not that of an authorizer of type "+want)
		}
	}
	return nil
}

// checkMemberGroups refuses an endpoint with a server group that is not one of its channel.
func (in *instance) checkMemberGroups(v endpointView) error {
	for i, g := range v.endpoint.MemberGroupURLInfos {
		param := fmt.Sprintf("%s.member_group_url_infos[%d].member_group_id", v.path, i)
		ref := v.endpoint.VPCChannelInfo
		if ref == nil {
			return ErrMissing(v.path + ".vpc_channel_info")
		}
		if in.channels.all[ref.VPCChannelID].groupAt(g.MemberGroupID) < 0 {
			return ErrInvalidBecause(param, "is no server group of the channel")
		}
	}
	return nil
}

// thereStill refuses what is used and is not there, for an API of the group.
func (in *instance) thereStill(uses []use, groupID string) error {
	for _, u := range uses {
		switch u.kind {
		case useChannel:
			if _, err := in.channel(u.id); err != nil {
				return err
			}
		case useAuthorizer:
			if _, err := in.authorizer(u.id); err != nil {
				return err
			}
		case useOrchestration:
			if _, ok := in.orchestrations.all[u.id]; !ok {
				return ErrOrchestrationNotFound(u.id)
			}
		case useResponse:
			if _, err := in.response(groupID, u.id); err != nil {
				return err
			}
		}
	}
	return nil
}
