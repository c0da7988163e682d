package contract

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// newChannel makes a server channel and returns its id.
func (c *client) newChannel(t *testing.T) string {
	t.Helper()
	return text(t, c.createChannel(t, serverChannel()), "id")
}

func (c *client) addMembersRequest(t *testing.T, channel string, members ...doc) *model.AddingBackendInstancesV2Request {
	t.Helper()
	body := fromDoc[model.VpcMemberCreate](t, doc{"members": members})
	return &model.AddingBackendInstancesV2Request{InstanceId: c.instance, VpcChannelId: channel, Body: body}
}

func (c *client) replaceMembersRequest(t *testing.T, channel string, body doc) *model.UpdateBackendInstancesV2Request {
	t.Helper()
	return &model.UpdateBackendInstancesV2Request{InstanceId: c.instance, VpcChannelId: channel, Body: fromDoc[model.VpcMemberModify](t, body)}
}

// listMembers lists the members of a channel; filter holds further parameters.
func (c *client) listMembers(t *testing.T, channel string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListBackendInstancesV2, filter, doc{"vpc_channel_id": channel})
}

// §3.17.6
func TestMembersAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	before := list(t, admin.listMembers(t, channel, doc{}), "members")

	added := call(t, admin.api.AddingBackendInstancesV2, admin.addMembersRequest(t, channel,
		doc{"host": "192.168.0.5", "weight": 9, "port": 81, "status": 2},
		doc{"host": "10.0.0.1", "member_group_name": "default", "is_backup": true},
		doc{"host": "10.0.0.1", "weight": 5},
	))

	wantPage(t, added, "members", 3, 3)
	wantFields(t, added, doc{"members": []doc{
		{"id": before[0]["id"], "create_time": before[0]["create_time"], "weight": 9, "port": 81, "status": 2, "member_group_name": ""},
		{"id": before[1]["id"]},
		{"host": "10.0.0.1", "weight": 2, "port": 22, "is_backup": true, "status": 1, "member_group_name": "default"},
	}})
	if diff := cmp.Diff(list(t, added, "members"), list(t, admin.listMembers(t, channel, doc{}), "members")); diff != "" {
		t.Errorf("the members as answered and as listed (-answered +listed):\n%s", diff)
	}
}

// §3.17.7
func TestMembersAreListed(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	for i := range 3 {
		call(t, admin.api.AddingBackendInstancesV2, admin.addMembersRequest(t, channel,
			doc{"host": fmt.Sprintf("10.0.0.%d", i), "ecs_id": fmt.Sprint("id", i), "ecs_name": fmt.Sprint("server", i)}))
	}
	group := text(t, list(t, admin.showChannel(t, channel), "member_groups")[0], "member_group_id")

	wantPage(t, admin.listMembers(t, channel, doc{}), "members", 5, 5)
	wantPage(t, admin.listMembers(t, channel, doc{"offset": 4, "limit": 3}), "members", 1, 5)
	wantPage(t, admin.listMembers(t, channel, doc{"name": "server"}), "members", 3, 3)
	wantPage(t, admin.listMembers(t, channel, doc{"name": "server", "precise_search": "name"}), "members", 0, 0)
	wantPage(t, admin.listMembers(t, channel, doc{"member_group_name": "efaul"}), "members", 1, 1)
	wantPage(t, admin.listMembers(t, channel, doc{"member_group_name": "efaul", "precise_search": "member_group_name"}), "members", 0, 0)
	wantPage(t, admin.listMembers(t, channel, doc{"member_group_id": group}), "members", 1, 1)
}

// §3.17.8
func TestMembersAreReplaced(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	before := list(t, admin.listMembers(t, channel, doc{}), "members")

	group := call(t, admin.api.UpdateBackendInstancesV2, admin.replaceMembersRequest(t, channel, doc{
		"member_group_name": "test", "members": []doc{
			{"host": "10.0.0.1", "member_group_name": "test"}, {"host": "10.0.0.2", "member_group_name": "default"}, {"host": "10.0.0.3"},
		},
	}))

	wantPage(t, group, "members", 1, 1)
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"id": before[1]["id"]}, {"host": "10.0.0.1", "member_group_name": "test"}}})

	call(t, admin.api.UpdateBackendInstancesV2, admin.replaceMembersRequest(t, channel, doc{"members": []doc{{"host": "192.168.1.124", "weight": 4}}}))
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"id": before[1]["id"], "weight": 4}}})
	refuse(t, admin.api.UpdateBackendInstancesV2, admin.replaceMembersRequest(t, channel, doc{"member_group_name": "none"}), badParameter("member_group_name"))
}

// §3.17.9
func TestDeletedMemberIsGone(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	id := text(t, list(t, admin.listMembers(t, channel, doc{}), "members")[0], "id")
	remove := &model.DeleteBackendInstanceV2Request{InstanceId: admin.instance, VpcChannelId: channel, MemberId: id}

	call(t, admin.api.DeleteBackendInstanceV2, remove)

	wantPage(t, admin.listMembers(t, channel, doc{}), "members", 1, 1)
	refuse(t, admin.api.DeleteBackendInstanceV2, remove, noMember)
}

// §3.17.10, §3.17.11
func TestMembersAreEnabledAndDisabled(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	ids := column(t, list(t, admin.listMembers(t, channel, doc{}), "members"), "id")
	batch := func(ids ...string) *model.MembersBatchEnableOrDisable {
		return &model.MembersBatchEnableOrDisable{MemberIds: &ids}
	}

	call(t, admin.api.BatchDisableMembers, &model.BatchDisableMembersRequest{InstanceId: admin.instance, VpcChannelId: channel, Body: batch(ids...)})
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"status": 2}, {"status": 2}}})

	call(t, admin.api.BatchEnableMembers, &model.BatchEnableMembersRequest{InstanceId: admin.instance, VpcChannelId: channel, Body: batch(ids[1])})
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"status": 2}, {"status": 1}}})

	refuse(t, admin.api.BatchEnableMembers, &model.BatchEnableMembersRequest{
		InstanceId: admin.instance, VpcChannelId: channel, Body: batch(ids[0], unknownID),
	}, noMember)
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"status": 2}, {"status": 1}}})
	refuse(t, admin.api.BatchDisableMembers, &model.BatchDisableMembersRequest{
		InstanceId: admin.instance, VpcChannelId: channel, Body: batch(),
	}, badParameter("member_ids"))
}

// §3.17.12
func TestHealthCheckIsChangedOnItsOwn(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	before := admin.showChannel(t, channel)
	change := func(body doc) *model.UpdateHealthCheckRequest {
		return &model.UpdateHealthCheckRequest{InstanceId: admin.instance, VpcChannelId: channel, Body: fromDoc[model.VpcHealthConfig](t, body)}
	}
	tcp := doc{"protocol": "TCP", "threshold_normal": 3, "threshold_abnormal": 4, "time_interval": 20, "timeout": 10}

	got := call(t, admin.api.UpdateHealthCheck, change(tcp))

	wantFields(t, got, tcp)
	wantFields(t, got, doc{"id": at(before, "vpc_health_config.id"), "vpc_channel_id": channel, "port": 0, "status": 1})
	after := admin.showChannel(t, channel)
	if diff := cmp.Diff(with(t, before, "vpc_health_config", map[string]any(got)), after); diff != "" {
		t.Errorf("the channel with its new check (-want +got):\n%s", diff)
	}
	refuse(t, admin.api.UpdateHealthCheck, change(with(t, tcp, "protocol", "HTTPS")), badParameter("path"))
	refuse(t, admin.api.UpdateHealthCheck, change(with(t, tcp, "timeout", 20)), badParameter("timeout"))
	refuse(t, admin.api.UpdateHealthCheck, change(without(t, tcp, "timeout")), badParameter("timeout"))
}

// §3.17.13, §3.17.14, §3.17.15
func TestMemberGroupsAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	before := list(t, admin.showChannel(t, channel), "member_groups")
	put := &model.CreateMemberGroupRequest{InstanceId: admin.instance, VpcChannelId: channel, Body: fromDoc[model.MemberGroupCreateBatch](t, doc{
		"member_groups": []doc{
			{"member_group_name": "test", "member_group_weight": 10},
			{"member_group_name": "third", "microservice_version": "v1", "dict_code": "code-3"},
			{"member_group_name": "third", "member_group_weight": 99},
		},
	})}

	got := call(t, admin.api.CreateMemberGroup, put)

	wantPage(t, got, "member_groups", 2, 2)
	wantFields(t, got, doc{"member_groups": []doc{
		{"member_group_id": before[0]["member_group_id"], "member_group_weight": 10, "member_group_remark": "", "create_time": before[0]["create_time"]},
		{"member_group_name": "third", "microservice_version": "", "dict_code": "code-3"},
	}})
	page := func(filter doc) doc {
		return query(t, admin, admin.api.ListMemberGroups, filter, doc{"vpc_channel_id": channel})
	}
	wantPage(t, page(doc{}), "member_groups", 3, 3)
	wantPage(t, page(doc{"limit": 2, "offset": 2}), "member_groups", 1, 3)
	wantPage(t, page(doc{"member_group_name": "t"}), "member_groups", 3, 3)
	wantPage(t, page(doc{"member_group_name": "t", "precise_search": "member_group_name"}), "member_groups", 0, 0)
	wantPage(t, page(doc{"dict_code": "code-3"}), "member_groups", 1, 1)
	third := list(t, got, "member_groups")[1]
	shown := call(t, admin.api.ShowDetailsOfMemberGroup, &model.ShowDetailsOfMemberGroupRequest{
		InstanceId: admin.instance, VpcChannelId: channel, MemberGroupId: text(t, third, "member_group_id"),
	})
	if diff := cmp.Diff(third, shown); diff != "" {
		t.Errorf("the server group as added and as shown (-added +shown):\n%s", diff)
	}
}

// §3.17.16, §3.17.17
func TestMemberGroupIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	channel := admin.newChannel(t)
	id := text(t, list(t, admin.showChannel(t, channel), "member_groups")[0], "member_group_id")
	change := func(name string) *model.UpdateMemberGroupRequest {
		return &model.UpdateMemberGroupRequest{
			InstanceId: admin.instance, VpcChannelId: channel, MemberGroupId: id,
			Body: fromDoc[model.MemberGroupCreate](t, doc{"member_group_name": name, "member_group_weight": 10}),
		}
	}

	wantFields(t, call(t, admin.api.UpdateMemberGroup, change("renamed")), doc{"member_group_id": id, "member_group_name": "renamed", "member_group_weight": 10})
	wantFields(t, admin.showChannel(t, channel), doc{"members": []doc{{"member_group_name": "renamed"}, {}}})
	refuse(t, admin.api.UpdateMemberGroup, change("default"), badParameter("member_group_name"))

	remove := &model.DeleteMemberGroupRequest{InstanceId: admin.instance, VpcChannelId: channel, MemberGroupId: id}
	call(t, admin.api.DeleteMemberGroup, remove)
	wantFields(t, admin.showChannel(t, channel), doc{
		"member_groups": []doc{{"member_group_name": "default"}}, "members": []doc{{"member_group_name": "", "member_group_id": ""}, {}},
	})
	refuse(t, admin.api.DeleteMemberGroup, remove, noMemberGroup)
	refuse(t, admin.api.UpdateMemberGroup, change("renamed"), noMemberGroup)
	refuse(t, admin.api.ShowDetailsOfMemberGroup, &model.ShowDetailsOfMemberGroupRequest{
		InstanceId: admin.instance, VpcChannelId: channel, MemberGroupId: id,
	}, noMemberGroup)
}
