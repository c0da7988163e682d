package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const (
	memberGroupsPath = oneChannel + "/member-groups"
	oneMemberGroup   = memberGroupsPath + "/{member_group_id}"
)

// memberGroups registers APIG V2 §3.17.13 to §3.17.17.
func (s *Surface) memberGroups(api huma.API) {
	register(s, api, operation{
		id: "CreateMemberGroup", section: "3.17.13", method: http.MethodPost, path: memberGroupsPath, status: 201,
		summary: "Add server groups to a VPC channel, or change them", actions: []string{"apig:vpcChannels:addOrUpdateMemberGroups"},
		tag: tagChannels,
	}, s.putMemberGroups)
	register(s, api, operation{
		id: "ListMemberGroups", section: "3.17.14", method: http.MethodGet, path: memberGroupsPath, status: 200,
		summary: "List the server groups of a VPC channel", actions: []string{actionGetChannel}, tag: tagChannels,
	}, s.listMemberGroups)
	register(s, api, operation{
		id: "ShowDetailsOfMemberGroup", section: "3.17.15", method: http.MethodGet, path: oneMemberGroup, status: 200,
		summary: "Show a server group of a VPC channel", actions: []string{actionGetChannel}, tag: tagChannels,
	}, s.showMemberGroup)
	register(s, api, operation{
		id: "DeleteMemberGroup", section: "3.17.16", method: http.MethodDelete, path: oneMemberGroup, status: 204,
		summary: "Delete a server group of a VPC channel", actions: []string{"apig:vpcChannels:deleteMemberGroup"}, tag: tagChannels,
	}, s.deleteMemberGroup)
	register(s, api, operation{
		id: "UpdateMemberGroup", section: "3.17.17", method: http.MethodPut, path: oneMemberGroup, status: 200,
		summary: "Change a server group of a VPC channel", actions: []string{"apig:vpcChannels:updateMemberGroup"}, tag: tagChannels,
	}, s.updateMemberGroup)
}

// MemberGroupIn is what every request about a server group of a channel names.
type MemberGroupIn struct {
	ChannelIn
	MemberGroupID string `path:"member_group_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Server group."`
}

type putMemberGroupsIn struct {
	ChannelIn
	Body apig.PutMemberGroupsBody
}

// PutGroups are the server groups that a request added or changed (APIG V2 §3.17.13).
type PutGroups struct {
	Size         int                               `json:"size"`
	Total        int                               `json:"total"`
	MemberGroups []projectionsapig.MemberGroupView `json:"member_groups"`
}

func (s *Surface) putMemberGroups(ctx context.Context, call commands.Call, in *putMemberGroupsIn) (*answer[PutGroups], error) {
	command := apig.PutMemberGroups{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Body: in.Body}
	ch, position, err := s.Commands.PutMemberGroups.Do(ctx, s.Bus, call, command)
	asked := map[string]bool{}
	for _, g := range in.Body.MemberGroups {
		asked[g.Name] = true
	}
	groups := []projectionsapig.MemberGroupView{}
	for _, g := range ch.Groups {
		if asked[g.Name] {
			groups = append(groups, projectionsapig.MemberGroupOf(g))
		}
	}
	return changed(PutGroups{len(groups), len(groups), groups}, position), at(position, err)
}

type listMemberGroupsIn struct {
	ChannelIn
	Paging
	DictCode        string `query:"dict_code" maxLength:"64" pattern:"^[A-Za-z0-9_.-]*$" doc:"Only server groups with this code."`
	MemberGroupName string `query:"member_group_name" maxLength:"64" doc:"Only server groups whose name contains this."`
	PreciseSearch   string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: member_group_name."`
}

// MemberGroupList is a page of server groups (APIG V2 §3.17.14).
type MemberGroupList struct {
	Size         int                                      `json:"size"`
	Total        int                                      `json:"total"`
	MemberGroups []ready[projectionsapig.MemberGroupView] `json:"member_groups"`
}

func (s *Surface) listMemberGroups(ctx context.Context, _ commands.Call, in *listMemberGroupsIn) (*answer[MemberGroupList], error) {
	filter := projectionsapig.MemberGroupFilter{
		Name: in.MemberGroupName, DictCode: in.DictCode, ExactName: precisely(in.PreciseSearch, "member_group_name"),
	}
	all, total, err := s.Queries.MemberGroups(ctx, in.in(), in.ChannelID, filter, in.page())
	return read(MemberGroupList{len(all), total, each(all, asReady[projectionsapig.MemberGroupView])}), err
}

type memberGroup = ready[projectionsapig.MemberGroupView]

func (s *Surface) showMemberGroup(ctx context.Context, _ commands.Call, in *MemberGroupIn) (*answer[memberGroup], error) {
	document, err := s.Queries.MemberGroup(ctx, in.in(), in.ChannelID, in.MemberGroupID)
	return read(memberGroup{document}), err
}

func (s *Surface) deleteMemberGroup(ctx context.Context, call commands.Call, in *MemberGroupIn) (*done, error) {
	command := apig.DeleteMemberGroup{InstanceID: in.InstanceID, ChannelID: in.ChannelID, GroupID: in.MemberGroupID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteMemberGroup.Do, command)
}

type updateMemberGroupIn struct {
	MemberGroupIn
	Body apig.MemberGroupBody
}

func (s *Surface) updateMemberGroup(ctx context.Context, call commands.Call, in *updateMemberGroupIn) (*answer[projectionsapig.MemberGroupView], error) {
	command := apig.UpdateMemberGroup{InstanceID: in.InstanceID, ChannelID: in.ChannelID, GroupID: in.MemberGroupID, Body: in.Body}
	ch, position, err := s.Commands.UpdateMemberGroup.Do(ctx, s.Bus, call, command)
	for _, g := range ch.Groups {
		if g.ID == in.MemberGroupID {
			return changed(projectionsapig.MemberGroupOf(g), position), at(position, err)
		}
	}
	return nil, at(position, err)
}
