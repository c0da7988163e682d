package apig_test

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// instanceOperations are those of §3.23.5 to §3.25.3, and of the SDK's on instances, that leave an instance
// ready for whatever a test does next: no task begins. They are among operations.
var instanceOperations = []operation{
	{id: "AddEipV2", method: "PUT", path: "eip", body: `{"eip_id":"203.0.113.7"}`, status: 200,
		actions: one("apigw:instances:update"), events: one("apig.instance.eip_bound"), onInstances: true},
	{id: "AddEngressEipV2", method: "POST", path: "nat-eip", body: `{"bandwidth_size":7,"bandwidth_charging_mode":"traffic"}`, status: 200,
		actions: one("apigw:instances:update"), events: one("apig.instance.egress_opened"), onInstances: true},
	{id: "ListAvailableZonesV2", method: "GET", path: "/v2/$project/apigw/available-zones", status: 200,
		actions: []string{"apigw:instances:list", "apigw:instances:create"}, onInstances: true},
	{id: "ListEndpointConnections", method: "GET", path: "vpc-endpoint/connections", status: 200, actions: one("apigw:instances:get"), onInstances: true},
	{id: "ListEndpointPermissions", method: "GET", path: "vpc-endpoint/permissions", status: 200, actions: one("apigw:instances:get"), onInstances: true},
	{id: "AddEndpointPermissions", method: "POST", path: "vpc-endpoint/permissions/batch-add", status: 200,
		body:    `{"permissions":["iam:domain::0123456789abcdef0123456789abcdef","*"]}`,
		actions: one("apigw:instances:update"), events: one("apig.endpoint.permissions_added"), onInstances: true},
	{id: "ListProjectInstanceTags", method: "GET", path: "/v2/$project/apigw/instance-tags", status: 200,
		actions: one("apigw:instanceTags:list"), onInstances: true},
	{id: "ListInstanceTags", method: "GET", path: "instance-tags", status: 200, actions: one("apigw:instanceTags:list")},
	{id: "BatchCreateOrDeleteInstanceTags", method: "POST", path: "instance-tags/action", status: 204,
		body:    `{"action":"create","tags":[{"key":"stage","value":"test"}]}`,
		actions: one("apigw:instanceTags:create"), events: one("apig.instance.tags_changed"), onInstances: true},
	{id: "ListInstancesByTags", method: "POST", path: "/v2/$project/apigw/resource-instances/filter", status: 200,
		body:    `{"without_any_tag":false,"tags":[{"key":"stage","values":["test"]}],"sys_tags":[{"key":"_sys_enterprise_project_id","values":["0"]}],"matches":[{"key":"resource_name","value":"i"}]}`,
		actions: one("apigw:instance:listByTags"), onInstances: true},
	{id: "ShowInstancesNumByTags", method: "POST", path: "/v2/$project/apigw/resource-instances/count", status: 200,
		body: `{"without_any_tag":true}`, actions: one("apigw:instance:getNumByTags"), onInstances: true},
	{id: "CreateOrder", method: "POST", path: "/v2/$project/apigw/prepay-instances", status: 200,
		body:    anOrder("$new"),
		actions: one("apigw:instances:create"), events: []string{"apig.instance.requested", "apig.env.created"}, onInstances: true},
}

func init() { operations = append(operations, instanceOperations...) }

func anOrder(name string) string {
	return `{"product_id":"p","charging_mode":1,"payment_mode":"ALL_UPFRONT","period_type":2,"period_num":1,"is_auto_renew":0,"instance_info":{` +
		`"instance_name":"` + name + `","spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z"]}}`
}

// The bandwidth of §3.23.7 and §3.23.8 is a number or its text, and nothing else.
func TestBandwidthIsANumberOrItsText(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	bandwidth := func(value string) nodetest.Request { return put("nat-eip", `{"bandwidth_size":`+value+`}`) }
	c.Must(t, 200, post("nat-eip", `{"bandwidth_size":"7"}`))
	for value, want := range map[string]string{`9`: "9", `"11"`: "11"} {
		c.Must(t, 200, bandwidth(value))
		if got := c.Must(t, 200, get("/v2/$project/apigw/instances/$instance")); !strings.Contains(got.Body, `"bandwidth_size":`+want) {
			t.Errorf("%s: %.2000s", value, got.Body)
		}
	}
	for _, value := range []string{`"x"`, `""`, `1.5`, `"1.5"`, `1e2`, `true`, `[]`, `{}`, `0`, `"0"`, `-1`, `1000001`, `99999999999999999999`, `" 7"`} {
		if a := c.Send(t, bandwidth(value)); a.Status != 400 || a.Code() != "APIC.7211" {
			t.Errorf("%s: %d %.300s", value, a.Status, a.Body)
		}
	}
}

// §3.23.13: zones and specifications are what the operator configured.
func TestZonesAreConfigured(t *testing.T) {
	t.Parallel()
	got := nodetest.Admin(t).Must(t, 200, get("/v2/$project/apigw/available-zones"))
	for _, part := range []string{`"id":"zone-1"`, `"code":"zone-1"`, `"name":"AZ1"`, `"BASIC":true`, `"PLATINUM_X8":true`, `"local_name":{"en_us":"AZ1"`} {
		if !strings.Contains(got.Body, part) {
			t.Errorf("%s is not in %s", part, got.Body)
		}
	}
}

// §3.25.3, chapter 4: adding and deleting tags are two permissions.
func TestTagsHaveTwoPermissions(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	u := c.NewUser(t, nodetest.Allow("apigw:instanceTags:create"))
	change := func(action string) nodetest.Request {
		return post("instance-tags/action", `{"action":"`+action+`","tags":[{"key":"a"}]}`)
	}
	u.Must(t, 204, change("create"))
	if a := u.Send(t, change("delete")); a.Status != 403 || a.Code() != "APIC.7106" {
		t.Errorf("deleting: %d %.300s", a.Status, a.Body)
	}
	c.SetPolicies(t, u.UserID, nodetest.Allow("apigw:instanceTags:delete"))
	u.Must(t, 204, change("delete"))
	if a := u.Send(t, change("create")); a.Status != 403 || a.Code() != "APIC.7106" {
		t.Errorf("adding: %d %.300s", a.Status, a.Body)
	}
}
