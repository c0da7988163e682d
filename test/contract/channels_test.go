package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noChannel     = refusedAs(404, "APIG.3023")
	noMember      = refusedAs(404, "APIG.3024")
	noMemberGroup = refusedAs(404, "APIG.3007")
)

// serverChannel is a channel of the server type with two server groups, as in the reference.
func serverChannel() doc {
	return doc{
		"name": unique("channel"), "port": 22, "balance_strategy": 1, "member_type": "ip", "type": 2,
		"vpc_health_config": doc{
			"http_code": "200,201-204", "path": "/vpc/demo", "port": 22, "protocol": "HTTP", "threshold_abnormal": 5,
			"threshold_normal": 2, "time_interval": 10, "timeout": 5,
		},
		"member_groups": []doc{
			{"member_group_name": "test", "member_group_weight": 1, "member_group_remark": "remark"},
			{"member_group_name": "default", "member_group_weight": 2, "member_group_remark": "remark"},
		},
		"members": []doc{
			{"host": "192.168.0.5", "weight": 1, "member_group_name": "test"},
			{"host": "192.168.1.124", "weight": 2, "member_group_name": "default"},
		},
	}
}

func plainChannel() doc {
	return doc{"name": unique("channel"), "port": 80, "balance_strategy": 1, "member_type": "ip"}
}

func (c *client) createChannel(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateVpcChannelV2, c.createChannelRequest(t, body))
}

func (c *client) createChannelRequest(t *testing.T, body doc) *model.CreateVpcChannelV2Request {
	t.Helper()
	return &model.CreateVpcChannelV2Request{InstanceId: c.instance, Body: fromDoc[model.VpcCreate](t, body)}
}

func (c *client) updateChannelRequest(t *testing.T, id string, body doc) *model.UpdateVpcChannelV2Request {
	t.Helper()
	return &model.UpdateVpcChannelV2Request{InstanceId: c.instance, VpcChannelId: id, Body: fromDoc[model.VpcCreate](t, body)}
}

func (c *client) showChannel(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfVpcChannelV2, &model.ShowDetailsOfVpcChannelV2Request{InstanceId: c.instance, VpcChannelId: id})
}

func (c *client) deleteChannelRequest(id string) *model.DeleteVpcChannelV2Request {
	return &model.DeleteVpcChannelV2Request{InstanceId: c.instance, VpcChannelId: id}
}

// channelAPI is an API whose backend is a channel.
func channelAPI(group, channel string) doc {
	d := httpAPI(group)
	backend := d["backend_api"].(doc)
	backend["vpc_channel_status"] = 1
	backend["vpc_channel_info"] = doc{"vpc_channel_id": channel}
	delete(backend, "url_domain")
	return d
}

// §3.17.1, §3.17.4
func TestNewChannelIsShown(t *testing.T) {
	t.Parallel()
	body := serverChannel()

	made := admin.createChannel(t, body)

	id := text(t, made, "id")
	wantFields(t, made, doc{
		"name": body["name"], "port": 22, "balance_strategy": 1, "member_type": "ip", "type": 2, "status": 1,
		"vpc_channel_type": "builtin", "dict_code": "",
		"member_groups": []doc{
			{"member_group_name": "test", "member_group_weight": 1, "member_group_remark": "remark", "microservice_port": 0},
			{"member_group_name": "default", "member_group_weight": 2},
		},
	})
	wantRecent(t, made, "create_time")
	shown := admin.showChannel(t, id)
	groups := list(t, shown, "member_groups")
	wantFields(t, shown, doc{
		"id": id,
		"members": []doc{
			{"host": "192.168.0.5", "weight": 1, "is_backup": false, "status": 1, "port": 22, "ecs_id": "192.168.0.5",
				"member_group_name": "test", "member_group_id": groups[0]["member_group_id"], "vpc_channel_id": id, "health_status": "unknown"},
			{"host": "192.168.1.124", "weight": 2, "member_group_name": "default", "member_group_id": groups[1]["member_group_id"]},
		},
		"vpc_health_config": doc{
			"protocol": "HTTP", "path": "/vpc/demo", "method": "GET", "port": 22, "http_code": "200,201-204", "timeout": 5,
			"time_interval": 10, "threshold_normal": 2, "threshold_abnormal": 5, "enable_client_ssl": false, "status": 1, "vpc_channel_id": id,
		},
	})
}

// §3.17.1: where the members of a microservice channel come from.
func TestMicroserviceChannels(t *testing.T) {
	t.Parallel()
	cases := map[string]doc{
		"workload by app":   {"service_type": "CCE", "cce_info": doc{"cluster_id": "c1", "namespace": "default", "workload_type": "deployment", "app_name": "shop"}},
		"workload by label": {"service_type": "CCE", "cce_info": doc{"cluster_id": "c1", "namespace": "default", "workload_type": "statefulset", "label_key": "app", "label_value": "shop"}},
		"engine":            {"service_type": "CSE", "cse_info": doc{"engine_id": "e1", "service_id": "s1"}},
		"Service":           {"service_type": "CCE_SERVICE", "cce_service_info": doc{"cluster_id": "c1", "namespace": "default", "service_name": "shop"}},
	}
	for name, info := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := plainChannel()
			body["type"], body["microservice_info"] = 3, info
			body["member_groups"] = []doc{{
				"member_group_name": "first", "microservice_version": "v1", "microservice_port": 8080,
				"microservice_labels": []doc{{"label_name": "stage", "label_value": "test"}},
			}}
			body["members"] = []doc{{"host": "10.0.0.1", "member_group_name": "first"}}

			id := text(t, admin.createChannel(t, body), "id")

			wantFields(t, admin.showChannel(t, id), doc{
				"type": 3, "vpc_channel_type": "microservice", "microservice_info": info, "member_groups": body["member_groups"],
				"members": []doc{{"port": 8080}},
			})
		})
	}
}

// The password of a registry is never shown, and stays when it is sent back as it was shown.
func TestRegistryPasswordIsHidden(t *testing.T) {
	t.Parallel()
	body := plainChannel()
	body["vpc_channel_type"] = "microservice"
	body["microservice_info"] = doc{"service_type": "NACOS", "nacos_info": doc{
		"service_name": "shop", "server_config": []doc{{"ip_address": "10.0.0.9", "port": 8848}},
		"user_info": doc{"user_name": "reader", "password": "correct-horse-4711"},
	}}
	id := text(t, admin.createChannel(t, body), "id")

	shown := admin.showChannel(t, id)
	wantFields(t, shown, doc{"microservice_info": doc{"nacos_info": doc{
		"cluster_name": "DEFAULT", "group_name": "DEFAULT_GROUP", "server_config": []doc{{"grpc_port": 9848}},
		"user_info": doc{"user_name": "reader", "password": "******"},
	}}})
	if strings.Contains(jsonOf(t, shown), "4711") {
		t.Errorf("the password is shown: %v", shown)
	}

	body["microservice_info"] = shown["microservice_info"]
	call(t, admin.api.UpdateVpcChannelV2, admin.updateChannelRequest(t, id, body))
	if diff := cmp.Diff(shown, admin.showChannel(t, id)); diff != "" {
		t.Errorf("sent back as it was shown, the channel changed (-before +after):\n%s", diff)
	}
}

// §3.17.2
func TestChangedChannelHasWhatTheRequestHas(t *testing.T) {
	t.Parallel()
	body := serverChannel()
	id := text(t, admin.createChannel(t, body), "id")
	before := admin.showChannel(t, id)
	after := serverChannel()
	after["balance_strategy"], after["type"] = 2, 3
	delete(after, "vpc_health_config")
	after["member_groups"] = []doc{{"member_group_name": "default", "member_group_weight": 7}}
	after["members"] = []doc{{"host": "192.168.1.124", "weight": 3}, {"host": "10.0.0.1", "member_group_name": "default"}}

	wantFields(t, call(t, admin.api.UpdateVpcChannelV2, admin.updateChannelRequest(t, id, after)), doc{
		"id": id, "name": after["name"], "balance_strategy": 2, "type": 2, "create_time": before["create_time"],
	})

	old, shown := list(t, before, "member_groups")[1], admin.showChannel(t, id)
	wantFields(t, shown, doc{
		"member_groups": []doc{{"member_group_id": old["member_group_id"], "member_group_weight": 7, "create_time": old["create_time"]}},
		"members": []doc{
			{"id": list(t, before, "members")[1]["id"], "host": "192.168.1.124", "weight": 3, "member_group_name": ""},
			{"host": "10.0.0.1", "weight": 7, "member_group_name": "default"},
		},
		"vpc_health_config": before["vpc_health_config"],
	})

	call(t, admin.api.UpdateVpcChannelV2, admin.updateChannelRequest(t, id, plainChannel()))
	wantFields(t, admin.showChannel(t, id), doc{"members": []doc{}, "member_groups": []doc{}})
}

// §3.17.5
func TestChannelsAreFound(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	body := serverChannel()
	body["name"] = "alpha"
	id := text(t, c.createChannel(t, body), "id")
	group := text(t, list(t, c.showChannel(t, id), "member_groups")[0], "member_group_id")
	other := plainChannel()
	other["name"], other["dict_code"] = "alphabet", "code-1"
	c.createChannel(t, other)
	cases := map[string]struct {
		filter doc
		total  int
	}{
		"all":                          {doc{}, 2},
		"a page":                       {doc{"limit": 1, "offset": 1}, 2},
		"by id":                        {doc{"id": id}, 1},
		"by part of the name":          {doc{"name": "alph"}, 2},
		"by name":                      {doc{"name": "alpha", "precise_search": "name"}, 1},
		"by code":                      {doc{"dict_code": "code-1"}, 1},
		"by address":                   {doc{"member_host": "192.168.0.5"}, 1},
		"by part of an address":        {doc{"member_host": "192.168.0"}, 0},
		"by port":                      {doc{"member_port": 22}, 1},
		"by another port":              {doc{"member_port": 80}, 0},
		"by part of a group's name":    {doc{"member_group_name": "tes"}, 1},
		"by a group's name":            {doc{"member_group_name": "tes", "precise_search": "name,member_group_name"}, 0},
		"by group":                     {doc{"member_group_id": group}, 1},
		"by kind":                      {doc{"vpc_channel_type": "microservice"}, 0},
		"by something that is nowhere": {doc{"id": unknownID}, 0},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			size := k.total
			if k.filter["limit"] != nil {
				size = 1
			}
			wantPage(t, query(t, c, c.api.ListVpcChannelsV2, k.filter), "vpc_channels", size, k.total)
		})
	}
}

// §3.17.3
func TestChannelInUseStays(t *testing.T) {
	t.Parallel()
	channel, group, env := text(t, admin.createChannel(t, serverChannel()), "id"), admin.newGroup(t), admin.newEnv(t)
	api := text(t, admin.createAPI(t, channelAPI(group, channel)), "id")
	inUse := refusedAs(403, "APIG.3414")
	refuse(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(channel), inUse)

	admin.publish(t, api, env)
	admin.updateAPI(t, api, mockAPI(group))
	refuse(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(channel), inUse)

	version := text(t, admin.publish(t, api, env), "version_id")
	old := version
	for _, v := range list(t, call(t, admin.api.ListApiVersionsV2, &model.ListApiVersionsV2Request{InstanceId: admin.instance, ApiId: api}), "api_versions") {
		if v["version_id"] != version {
			old = text(t, v, "version_id")
		}
	}
	call(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(channel))
	refuse(t, admin.api.ShowDetailsOfVpcChannelV2, &model.ShowDetailsOfVpcChannelV2Request{InstanceId: admin.instance, VpcChannelId: channel}, noChannel)
	// §3.5.11: a version without its backend cannot be put in effect.
	refuse(t, admin.api.ChangeApiVersionV2, &model.ChangeApiVersionV2Request{
		InstanceId: admin.instance, ApiId: api, Body: &model.ApiVersion{VersionId: new(old)},
	}, noChannel)
	refuse(t, admin.api.CreateApiV2, admin.createAPIRequest(t, channelAPI(group, channel)), noChannel)
}

// §3.5.6: APIs are found by the name of their channel.
func TestAPIsAreFoundByTheirChannel(t *testing.T) {
	t.Parallel()
	channel, group := admin.createChannel(t, plainChannel()), admin.newGroup(t)
	admin.newAPI(t, group)
	id := text(t, admin.createAPI(t, channelAPI(group, text(t, channel, "id"))), "id")

	found := call(t, admin.api.ListApisV2, &model.ListApisV2Request{
		InstanceId: admin.instance, GroupId: new(group), VpcChannelName: new(text(t, channel, "name")),
	})

	wantPage(t, found, "apis", 1, 1)
	wantFields(t, list(t, found, "apis")[0], doc{"id": id})
}

// §5.4: a channel that takes its members from another one.
func TestReferenceChannel(t *testing.T) {
	t.Parallel()
	target := text(t, admin.createChannel(t, serverChannel()), "id")
	body := plainChannel()
	body["vpc_channel_type"] = "reference"
	body["member_groups"] = []doc{{"member_group_name": "far", "reference_vpc_channel_id": target}}
	body["members"] = []doc{{"host": "10.0.0.1"}}

	id := text(t, admin.createChannel(t, body), "id")

	wantFields(t, admin.showChannel(t, id), doc{"vpc_channel_type": "reference", "members": []doc{}, "member_groups": body["member_groups"]})
	refuse(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(target), refusedAs(409, "APIG.3719"))
	refuse(t, admin.api.AddingBackendInstancesV2, &model.AddingBackendInstancesV2Request{
		InstanceId: admin.instance, VpcChannelId: id, Body: fromDoc[model.VpcMemberCreate](t, doc{"members": body["members"]}),
	}, refusedAs(403, "APIG.3471"))
	body["name"], body["member_groups"] = unique("channel"), []doc{{"member_group_name": "far", "reference_vpc_channel_id": id}}
	refuse(t, admin.api.CreateVpcChannelV2, admin.createChannelRequest(t, body), refusedAs(403, "APIG.3471"))
	call(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(id))
	call(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(target))
}

// §3.17.1
func TestChannelIsRefused(t *testing.T) {
	t.Parallel()
	taken := plainChannel()
	admin.createChannel(t, taken)
	health := func(field string, value any) doc {
		return with(t, serverChannel(), "vpc_health_config."+field, value)
	}
	microservice := func(info doc) doc {
		b := plainChannel()
		b["vpc_channel_type"], b["microservice_info"] = "microservice", info
		return b
	}
	cce := doc{"cluster_id": "c", "namespace": "n", "workload_type": "deployment"}
	cases := map[string]struct {
		body doc
		want refusal
	}{
		"name taken":                 {taken, refusedAs(400, "APIG.3208")},
		"name starts with a digit":   {with(t, serverChannel(), "name", "1abc"), badParameter("name")},
		"port too large":             {with(t, serverChannel(), "port", 65536), badParameter("port")},
		"unknown strategy":           {with(t, serverChannel(), "balance_strategy", 5), badParameter("balance_strategy")},
		"types contradict":           {with(t, serverChannel(), "vpc_channel_type", "microservice"), badParameter("vpc_channel_type")},
		"timeout as long as the gap": {health("timeout", 10), badParameter("timeout")},
		"HTTP without a path":        {health("path", ""), badParameter("path")},
		"HTTP without codes":         {health("http_code", ""), badParameter("http_code")},
		"code over 599":              {health("http_code", "200,600"), badParameter("http_code")},
		"range downwards":            {health("http_code", "299-200"), badParameter("http_code")},
		"too many failures":          {health("threshold_abnormal", 11), badParameter("threshold_abnormal")},
		"ip without host":            {with(t, serverChannel(), "members", []doc{{"weight": 1}}), badParameter("host")},
		"ecs without id":             {with(t, with(t, serverChannel(), "member_type", "ecs"), "members", []doc{{"ecs_name": "n"}}), badParameter("ecs_id")},
		"ecs without name":           {with(t, with(t, serverChannel(), "member_type", "ecs"), "members", []doc{{"ecs_id": "i"}}), badParameter("ecs_name")},
		"unknown group":              {with(t, serverChannel(), "members", []doc{{"host": "h", "member_group_name": "none"}}), badParameter("member_group_name")},
		"group's weight over 100":    {with(t, serverChannel(), "member_groups", []doc{{"member_group_name": "abc", "member_group_weight": 101}}), badParameter("member_group_weight")},
		"no microservice":            {microservice(nil), badParameter("microservice_info")},
		"CSE without its members":    {microservice(doc{"service_type": "CSE"}), badParameter("cse_info")},
		"CCE without app and label":  {microservice(doc{"service_type": "CCE", "cce_info": cce}), badParameter("app_name")},
		"CCE with half a label":      {microservice(doc{"service_type": "CCE", "cce_info": with(t, cce, "label_key", "app")}), badParameter("label_value")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.CreateVpcChannelV2, admin.createChannelRequest(t, c.body), c.want)
		})
	}
}

// §5.4: quotas VPC_NUM_LIMIT and VPC_INSTANCE_NUM_LIMIT.
func TestChannelQuotas(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "VPC_NUM_LIMIT", 1)
	c.setQuota(t, "VPC_INSTANCE_NUM_LIMIT", 2)
	three := plainChannel()
	three["members"] = []doc{{"host": "a"}, {"host": "b"}, {"host": "c"}}
	refuse(t, c.api.CreateVpcChannelV2, c.createChannelRequest(t, three), refusedAs(403, "APIG.3110"))
	c.createChannel(t, serverChannel())
	refuse(t, c.api.CreateVpcChannelV2, c.createChannelRequest(t, plainChannel()), refusedAs(403, "APIG.3109"))
}

func TestUnknownChannelIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.UpdateVpcChannelV2, admin.updateChannelRequest(t, unknownID, plainChannel()), noChannel)
	refuse(t, admin.api.DeleteVpcChannelV2, admin.deleteChannelRequest(unknownID), noChannel)
	refuse(t, admin.api.ShowDetailsOfVpcChannelV2, &model.ShowDetailsOfVpcChannelV2Request{InstanceId: admin.instance, VpcChannelId: unknownID}, noChannel)
	refuse(t, admin.api.ListVpcChannelsV2, &model.ListVpcChannelsV2Request{InstanceId: unknownID}, noInstance)
	refuse(t, admin.api.ListBackendInstancesV2, &model.ListBackendInstancesV2Request{InstanceId: admin.instance, VpcChannelId: unknownID}, noChannel)
	refuse(t, admin.api.ListMemberGroups, &model.ListMemberGroupsRequest{InstanceId: admin.instance, VpcChannelId: unknownID}, noChannel)
	refuse(t, admin.api.ShowDetailsOfMemberGroup, &model.ShowDetailsOfMemberGroupRequest{
		InstanceId: admin.instance, VpcChannelId: unknownID, MemberGroupId: unknownID,
	}, noChannel)
}
