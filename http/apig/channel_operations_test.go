package apig_test

// channelOperations are those on VPC channels (§3.17). They are among operations.
var channelOperations = []operation{
	{id: "CreateVpcChannelV2", method: "POST", path: "vpc-channels", body: aChannel("$new"), status: 201,
		actions: one("apig:vpcChannels:create"), events: one("apig.channel.created")},
	{id: "UpdateVpcChannelV2", method: "PUT", path: "vpc-channels/$channel", body: aChannel("$new"), status: 200,
		actions: changeChannel, events: channelChanged},
	{id: "DeleteVpcChannelV2", method: "DELETE", path: "vpc-channels/$channel", status: 204,
		actions: one("apig:vpcChannels:delete"), events: one("apig.channel.deleted")},
	{id: "ShowDetailsOfVpcChannelV2", method: "GET", path: "vpc-channels/$channel", status: 200, actions: showChannel},
	{id: "ListVpcChannelsV2", method: "GET", path: "vpc-channels", status: 200, actions: one("apig:vpcChannels:list")},
	{id: "AddingBackendInstancesV2", method: "POST", path: "vpc-channels/$channel/members", status: 201,
		body:    `{"members":[{"host":"192.168.2.25","weight":1,"port":81,"member_group_name":"default"}]}`,
		actions: one("apig:vpcChannels:addInstance"), events: channelChanged},
	{id: "ListBackendInstancesV2", method: "GET", path: "vpc-channels/$channel/members", status: 200, actions: showChannel},
	{id: "UpdateBackendInstancesV2", method: "PUT", path: "vpc-channels/$channel/members", status: 200,
		body:    `{"member_group_name":"default","members":[{"host":"192.168.2.26","weight":1,"is_backup":false,"member_group_name":"default"}]}`,
		actions: changeChannel, events: channelChanged},
	{id: "DeleteBackendInstanceV2", method: "DELETE", path: "vpc-channels/$channel/members/$member", status: 204,
		actions: one("apig:vpcChannels:deleteInstance"), events: channelChanged},
	// The reference names the actions of these two the other way round.
	{id: "BatchEnableMembers", method: "POST", path: "vpc-channels/$channel/members/batch-enable", body: `{"member_ids":["$off"]}`, status: 204,
		actions: one("apig:vpcChannels:batchDisableInstance"), events: channelChanged},
	{id: "BatchDisableMembers", method: "POST", path: "vpc-channels/$channel/members/batch-disable", body: `{"member_ids":["$member"]}`, status: 204,
		actions: one("apig:vpcChannels:batchEnableInstance"), events: channelChanged},
	{id: "UpdateHealthCheck", method: "PUT", path: "vpc-channels/$channel/health-config", status: 200,
		body: `{"protocol":"http","path":"/health","http_code":"200","port":22,"threshold_normal":2,"threshold_abnormal":5,"time_interval":10,` +
			`"timeout":5,"enable_client_ssl":false}`,
		actions: changeChannel, events: channelChanged},
	{id: "CreateMemberGroup", method: "POST", path: "vpc-channels/$channel/member-groups", status: 201,
		body:    `{"member_groups":[{"member_group_name":"$new","member_group_weight":10}]}`,
		actions: one("apig:vpcChannels:addOrUpdateMemberGroups"), events: channelChanged},
	{id: "ListMemberGroups", method: "GET", path: "vpc-channels/$channel/member-groups", status: 200, actions: showChannel},
	{id: "ShowDetailsOfMemberGroup", method: "GET", path: "vpc-channels/$channel/member-groups/$servers", status: 200, actions: showChannel},
	{id: "DeleteMemberGroup", method: "DELETE", path: "vpc-channels/$channel/member-groups/$servers", status: 204,
		actions: one("apig:vpcChannels:deleteMemberGroup"), events: channelChanged},
	{id: "UpdateMemberGroup", method: "PUT", path: "vpc-channels/$channel/member-groups/$servers", status: 200,
		body:    `{"member_group_name":"$new","member_group_weight":10}`,
		actions: one("apig:vpcChannels:updateMemberGroup"), events: channelChanged},
}

var (
	changeChannel  = one("apig:vpcChannels:update")
	showChannel    = one("apig:vpcChannels:get")
	channelChanged = one("apig.channel.updated")
)

func aChannel(name string) string {
	return `{"name":"` + name + `","port":22,"balance_strategy":1,"member_type":"ip","type":2,` +
		`"member_groups":[{"member_group_name":"default","member_group_weight":2,"member_group_remark":"r"}],` +
		`"members":[{"host":"192.168.0.5","weight":1},{"host":"192.168.0.6","status":2,"member_group_name":"default"}],` +
		`"vpc_health_config":{"protocol":"tcp","threshold_normal":2,"threshold_abnormal":5,"time_interval":10,"timeout":5}}`
}

// The parts of a world that these name: $channel with its server group $servers, and its members $member and $off.
func init() {
	operations = append(operations, channelOperations...)
	parts = append(parts,
		made("channel", 201, "id", post("vpc-channels", aChannel("$mark_channel"))),
		madeIn("members", "member", get("vpc-channels/$channel/members")),
		madeIn("members", "off", get("vpc-channels/$channel/members?offset=1")),
		madeIn("member_groups", "servers", get("vpc-channels/$channel/member-groups")),
	)
}
