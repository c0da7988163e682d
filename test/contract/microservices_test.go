package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func microserviceBody() doc {
	return doc{
		"group_info": doc{"group_name": unique("service"), "app_id": "a"}, "service_type": "CSE", "protocol": "HTTPS",
		"cse_info": doc{"engine_id": "engine", "service_id": "service", "version": "1.0"}, "backend_timeout": 3000, "auth_type": "APP", "cors": true,
		"apis": []doc{{"name": unique("api"), "req_method": "GET", "req_uri": "/users/{id}"}, {"req_uri": "/orders", "match_mode": "SWA"}},
	}
}

func (c *client) importMicroservice(t *testing.T, body doc) *model.ImportMicroserviceRequest {
	t.Helper()
	return &model.ImportMicroserviceRequest{InstanceId: c.instance, Body: fromDoc[model.MicroserviceImportReq](t, body)}
}

// SDK: a channel, a group, and APIs that lead to the channel.
func TestImportMicroservice(t *testing.T) {
	t.Parallel()
	c := newTenant(t)

	made := call(t, c.api.ImportMicroservice, c.importMicroservice(t, microserviceBody()))

	channel, group := text(t, made, "vpc_channel_id"), text(t, made, "api_group_id")
	c.showGroup(t, group)
	wantFields(t, call(t, c.api.ShowDetailsOfVpcChannelV2, &model.ShowDetailsOfVpcChannelV2Request{InstanceId: c.instance, VpcChannelId: channel}),
		doc{"type": 3, "microservice_info": doc{"service_type": "CSE", "cse_info": doc{"engine_id": "engine"}}})
	apis := list(t, made, "apis")
	if len(apis) != 2 {
		t.Fatalf("made %v", made)
	}
	wantFields(t, apis[0], doc{"req_method": "GET", "req_uri": "/users/{id}", "match_mode": "NORMAL"})
	wantFields(t, apis[1], doc{"req_method": "ANY", "req_uri": "/orders", "match_mode": "SWA"})
	wantFields(t, c.showAPI(t, text(t, apis[0], "id")), doc{
		"group_id": group, "auth_type": "APP", "cors": true, "backend_type": "HTTP",
		"backend_api": doc{"req_protocol": "HTTPS", "req_uri": "/users/{id}", "timeout": 3000, "vpc_channel_info": doc{"vpc_channel_id": channel}},
	})

	again := merged(microserviceBody(), doc{"group_info": doc{"group_id": group}})
	refuse(t, c.api.ImportMicroservice, c.importMicroservice(t, again), refusedAs(400, "APIG.3301", "APIG.3202"))
	refuse(t, c.api.ImportMicroservice, c.importMicroservice(t, merged(again, doc{"group_info": doc{"group_id": unknownID}})), noGroup)
	for name, change := range map[string]doc{"cse_info": {"cse_info": nil}, "apis": {"apis": []doc{}}, "service_type": {"service_type": "X"}, "group_info": {"group_info": nil}} {
		c.send(t, message{method: "POST", path: below("/microservice/import"), body: jsonOf(t, merged(microserviceBody(), change))}).refused(t, badParameter(name))
	}
}
