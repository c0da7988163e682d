package apig

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const membersPath = oneChannel + "/members"

// members registers APIG V2 §3.17.6 to §3.17.11. The reference names the actions of enabling and
// disabling the other way round; they are taken as it has them.
func (s *Surface) members(api huma.API) {
	register(s, api, operation{
		id: "AddingBackendInstancesV2", section: "3.17.6", method: http.MethodPost, path: membersPath, status: 201,
		summary: "Add members to a VPC channel, or change them", actions: []string{"apig:vpcChannels:addInstance"}, tag: tagChannels,
	}, s.addMembers)
	register(s, api, operation{
		id: "ListBackendInstancesV2", section: "3.17.7", method: http.MethodGet, path: membersPath, status: 200,
		summary: "List the members of a VPC channel", actions: []string{actionGetChannel}, tag: tagChannels,
	}, s.listMembers)
	register(s, api, operation{
		id: "UpdateBackendInstancesV2", section: "3.17.8", method: http.MethodPut, path: membersPath, status: 200,
		summary: "Replace the members of a VPC channel", actions: []string{actionUpdateChannel}, tag: tagChannels,
	}, s.replaceMembers)
	register(s, api, operation{
		id: "DeleteBackendInstanceV2", section: "3.17.9", method: http.MethodDelete, path: membersPath + "/{member_id}", status: 204,
		summary: "Take a member out of a VPC channel", actions: []string{"apig:vpcChannels:deleteInstance"}, tag: tagChannels,
	}, s.deleteMember)
	register(s, api, operation{
		id: "BatchEnableMembers", section: "3.17.10", method: http.MethodPost, path: membersPath + "/batch-enable", status: 204,
		summary: "Enable members of a VPC channel", actions: []string{"apig:vpcChannels:batchDisableInstance"}, tag: tagChannels,
	}, s.enableMembers(true))
	register(s, api, operation{
		id: "BatchDisableMembers", section: "3.17.11", method: http.MethodPost, path: membersPath + "/batch-disable", status: 204,
		summary: "Disable members of a VPC channel", actions: []string{"apig:vpcChannels:batchEnableInstance"}, tag: tagChannels,
	}, s.enableMembers(false))
}

// MemberList is a page of members (APIG V2 §3.17.7), or all members after a change.
type MemberList struct {
	Size    int                                 `json:"size"`
	Total   int                                 `json:"total"`
	Members []ready[projectionsapig.MemberView] `json:"members"`
}

// ChangedMembers are all members of a channel, or of one of its server groups, after a change (APIG V2
// §3.17.6, §3.17.8).
type ChangedMembers struct {
	Size    int                          `json:"size"`
	Total   int                          `json:"total"`
	Members []projectionsapig.MemberView `json:"members"`
}

// changedMembers returns the members of the group that has the name; of all groups when it is empty.
func changedMembers(ch apig.Channel, group string) ChangedMembers {
	members := slices.DeleteFunc(projectionsapig.MembersOf(ch), func(m projectionsapig.MemberView) bool {
		return group != "" && m.GroupName != group
	})
	return ChangedMembers{len(members), len(members), members}
}

type addMembersIn struct {
	ChannelIn
	Body apig.AddMembersBody
}

func (s *Surface) addMembers(ctx context.Context, call commands.Call, in *addMembersIn) (*answer[ChangedMembers], error) {
	command := apig.AddMembers{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Body: in.Body}
	ch, position, err := s.Commands.AddMembers.Do(ctx, s.Bus, call, command)
	return changed(changedMembers(ch, ""), position), at(position, err)
}

type replaceMembersIn struct {
	ChannelIn
	Body apig.ReplaceMembersBody
}

func (s *Surface) replaceMembers(ctx context.Context, call commands.Call, in *replaceMembersIn) (*answer[ChangedMembers], error) {
	command := apig.ReplaceMembers{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Body: in.Body}
	ch, position, err := s.Commands.ReplaceMembers.Do(ctx, s.Bus, call, command)
	return changed(changedMembers(ch, in.Body.GroupName), position), at(position, err)
}

type listMembersIn struct {
	ChannelIn
	Paging
	Name            string `query:"name" maxLength:"64" doc:"Only members whose server's name contains this."`
	MemberGroupName string `query:"member_group_name" maxLength:"64" doc:"Only members of server groups whose name contains this."`
	MemberGroupID   string `query:"member_group_id" maxLength:"65" doc:"Only members of this server group."`
	PreciseSearch   string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name, member_group_name."`
}

func (s *Surface) listMembers(ctx context.Context, _ commands.Call, in *listMembersIn) (*answer[MemberList], error) {
	filter := projectionsapig.MemberFilter{
		Name: in.Name, GroupName: in.MemberGroupName, GroupID: in.MemberGroupID,
		ExactName: precisely(in.PreciseSearch, "name"), ExactGroupName: precisely(in.PreciseSearch, "member_group_name"),
	}
	all, total, err := s.Queries.Members(ctx, in.in(), in.ChannelID, filter, in.page())
	return read(MemberList{len(all), total, each(all, asReady[projectionsapig.MemberView])}), err
}

type memberIn struct {
	ChannelIn
	MemberID string `path:"member_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Member."`
}

func (s *Surface) deleteMember(ctx context.Context, call commands.Call, in *memberIn) (*done, error) {
	command := apig.DeleteMember{InstanceID: in.InstanceID, ChannelID: in.ChannelID, MemberID: in.MemberID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteMember.Do, command)
}

type enableMembersIn struct {
	ChannelIn
	Body apig.EnableMembersBody
}

// enableMembers returns the handler that enables members, or disables them.
func (s *Surface) enableMembers(enable bool) func(context.Context, commands.Call, *enableMembersIn) (*done, error) {
	return func(ctx context.Context, call commands.Call, in *enableMembersIn) (*done, error) {
		command := apig.EnableMembers{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Enable: enable, Body: in.Body}
		return doneWith(ctx, s.Bus, call, s.Commands.EnableMembers.Do, command)
	}
}
