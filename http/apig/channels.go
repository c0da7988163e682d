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
	tagChannels  = "VPC channels"
	channelsPath = instancePath + "/vpc-channels"
	oneChannel   = channelsPath + "/{vpc_channel_id}"
)

// The actions of channels that several operations share. Chapter 4 of the reference has no row for the
// operations of §3.17.7, §3.17.8, §3.17.12, §3.17.14 and §3.17.15: reading is allowed with a channel,
// changing with changing it.
const (
	actionGetChannel    = "apig:vpcChannels:get"
	actionUpdateChannel = "apig:vpcChannels:update"
)

// channels registers APIG V2 §3.17.
func (s *Surface) channels(api huma.API) {
	register(s, api, operation{
		id: "CreateVpcChannelV2", section: "3.17.1", method: http.MethodPost, path: channelsPath, status: 201,
		summary: "Create a VPC channel", actions: []string{"apig:vpcChannels:create"}, tag: tagChannels,
	}, s.createChannel)
	register(s, api, operation{
		id: "UpdateVpcChannelV2", section: "3.17.2", method: http.MethodPut, path: oneChannel, status: 200,
		summary: "Change a VPC channel", actions: []string{actionUpdateChannel}, tag: tagChannels,
	}, s.updateChannel)
	register(s, api, operation{
		id: "DeleteVpcChannelV2", section: "3.17.3", method: http.MethodDelete, path: oneChannel, status: 204,
		summary: "Delete a VPC channel", actions: []string{"apig:vpcChannels:delete"}, tag: tagChannels,
	}, s.deleteChannel)
	register(s, api, operation{
		id: "ShowDetailsOfVpcChannelV2", section: "3.17.4", method: http.MethodGet, path: oneChannel, status: 200,
		summary: "Show a VPC channel", actions: []string{actionGetChannel}, tag: tagChannels,
	}, s.showChannel)
	register(s, api, operation{
		id: "ListVpcChannelsV2", section: "3.17.5", method: http.MethodGet, path: channelsPath, status: 200,
		summary: "List VPC channels", actions: []string{"apig:vpcChannels:list"}, tag: tagChannels,
	}, s.listChannels)
	register(s, api, operation{
		id: "UpdateHealthCheck", section: "3.17.12", method: http.MethodPut, path: oneChannel + "/health-config", status: 200,
		summary: "Change the health check of a VPC channel", actions: []string{actionUpdateChannel}, tag: tagChannels,
	}, s.updateHealthCheck)
	s.members(api)
	s.memberGroups(api)
}

// ChannelIn is what every request about a load balance channel names.
type ChannelIn struct {
	InInstance
	ChannelID string `path:"vpc_channel_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"VPC channel."`
}

type createChannelIn struct {
	InInstance
	Body apig.ChannelBody
}

func (s *Surface) createChannel(ctx context.Context, call commands.Call, in *createChannelIn) (*answer[projectionsapig.ChannelView], error) {
	command := apig.CreateChannel{InstanceID: in.InstanceID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.CreateChannel, command, projectionsapig.ChannelOf)
}

type updateChannelIn struct {
	ChannelIn
	Body apig.ChannelBody
}

func (s *Surface) updateChannel(ctx context.Context, call commands.Call, in *updateChannelIn) (*answer[projectionsapig.ChannelView], error) {
	command := apig.UpdateChannel{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateChannel, command, projectionsapig.ChannelOf)
}

func (s *Surface) deleteChannel(ctx context.Context, call commands.Call, in *ChannelIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteChannel.Do, apig.DeleteChannel{InstanceID: in.InstanceID, ChannelID: in.ChannelID})
}

type channelDetail = ready[projectionsapig.ChannelDetail]

func (s *Surface) showChannel(ctx context.Context, _ commands.Call, in *ChannelIn) (*answer[channelDetail], error) {
	document, err := s.Queries.Channel(ctx, in.in(), in.ChannelID)
	return read(channelDetail{document}), err
}

type listChannelsIn struct {
	InInstance
	Paging
	ID              string `query:"id" maxLength:"65" doc:"Only the channel with this id."`
	Name            string `query:"name" maxLength:"64" doc:"Only channels whose name contains this."`
	DictCode        string `query:"dict_code" maxLength:"64" pattern:"^[A-Za-z0-9_.-]*$" doc:"Only channels with this code."`
	PreciseSearch   string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name, member_group_name."`
	MemberHost      string `query:"member_host" maxLength:"64" doc:"Only channels with a member of exactly this address."`
	MemberPort      int    `query:"member_port" minimum:"0" maximum:"65535" doc:"Only channels with a member called at this port."`
	MemberGroupName string `query:"member_group_name" maxLength:"64" doc:"Only channels with a server group whose name contains this."`
	MemberGroupID   string `query:"member_group_id" maxLength:"65" doc:"Only the channel with this server group."`
	ChannelType     string `query:"vpc_channel_type" maxLength:"16" doc:"Only channels of this kind: builtin, microservice or reference."`
}

// ChannelList is a page of VPC channels (APIG V2 §3.17.5).
type ChannelList struct {
	Size     int                                  `json:"size"`
	Total    int                                  `json:"total"`
	Channels []ready[projectionsapig.ChannelView] `json:"vpc_channels"`
}

func (s *Surface) listChannels(ctx context.Context, _ commands.Call, in *listChannelsIn) (*answer[ChannelList], error) {
	filter := projectionsapig.ChannelFilter{
		ID: in.ID, Name: in.Name, DictCode: in.DictCode, ChannelType: in.ChannelType, MemberHost: in.MemberHost,
		MemberPort: in.MemberPort, GroupName: in.MemberGroupName, GroupID: in.MemberGroupID,
		ExactName: precisely(in.PreciseSearch, "name"), ExactGroupName: precisely(in.PreciseSearch, "member_group_name"),
	}
	all, total, err := s.Queries.Channels(ctx, in.in(), filter, in.page())
	return read(ChannelList{len(all), total, each(all, asReady[projectionsapig.ChannelView])}), err
}

type updateHealthCheckIn struct {
	ChannelIn
	Body apig.HealthCheckBody
}

func (s *Surface) updateHealthCheck(ctx context.Context, call commands.Call, in *updateHealthCheckIn) (*answer[projectionsapig.HealthCheckView], error) {
	command := apig.UpdateHealthCheck{InstanceID: in.InstanceID, ChannelID: in.ChannelID, Body: in.Body}
	ch, position, err := s.Commands.UpdateHealthCheck.Do(ctx, s.Bus, call, command)
	if err != nil || ch.Health == nil {
		return nil, at(position, err)
	}
	return changed(projectionsapig.HealthCheckOf(ch), position), nil
}
