package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// orderOperations are those of §3.23, §3.24 and §3.30, and of the SDK, that need more than an instance, or begin a
// task. They are among operations.
var orderOperations = []operation{
	{id: "RemoveEipV2", method: "DELETE", path: "/v2/$project/apigw/instances/$open/eip", status: 200,
		actions: changeInstance, events: one("apig.instance.eip_unbound"), onInstances: true},
	{id: "UpdateEngressEipV2", method: "PUT", path: "/v2/$project/apigw/instances/$open/nat-eip", body: aBandwidth, status: 200,
		actions: changeInstance, events: one("apig.instance.egress_changed"), onInstances: true},
	{id: "RemoveEngressEipV2", method: "DELETE", path: "/v2/$project/apigw/instances/$open/nat-eip", status: 204,
		actions: changeInstance, events: one("apig.instance.egress_closed"), onInstances: true},
	{id: "AddIngressEipV2", method: "POST", path: "/v2/$project/apigw/instances/$balanced/ingress-eip", body: aBandwidth, status: 202,
		actions: changeInstance, events: one("apig.instance.ingress_ordered"), onInstances: true},
	{id: "UpdateIngressEipV2", method: "PUT", path: "/v2/$project/apigw/instances/$open/ingress-eip", body: aBandwidth, status: 202,
		actions: changeInstance, events: one("apig.instance.ingress_ordered"), onInstances: true},
	{id: "RemoveIngressEipV2", method: "DELETE", path: "/v2/$project/apigw/instances/$open/ingress-eip", status: 204,
		actions: changeInstance, events: one("apig.instance.ingress_closed"), onInstances: true},
	{id: "CreatePostPayResizeOrder", method: "POST", path: "postpaid-resize", body: `{"spec_id":"PROFESSIONAL"}`, status: 200,
		actions: changeInstance, events: one("apig.instance.resize_ordered"), onInstances: true},
	{id: "CreatePrepayResize", method: "POST", path: "/v2/$project/apigw/instances/$prepaid/prepay-resize", body: `{"product_id":"p","resize_info":{"spec_id":"PROFESSIONAL"}}`, status: 200,
		actions: changeInstance, events: one("apig.instance.resize_ordered"), onInstances: true},
	{id: "AcceptOrRejectEndpointConnections", method: "POST", path: "vpc-endpoint/connections/action", status: 200,
		body:    `{"action":"receive","endpoints":["$connection"]}`,
		actions: changeInstance, events: one("apig.endpoint.connections_decided"), onInstances: true},
	{id: "DeleteEndpointPermissions", method: "POST", path: "vpc-endpoint/permissions/batch-delete", status: 200,
		body:    `{"permissions":["iam:domain::$account"]}`,
		actions: changeInstance, events: one("apig.endpoint.permissions_removed"), onInstances: true},
	{id: "BatchCreateOrDeleteInstanceTags", method: "POST", path: "instance-tags/action", body: `{"action":"delete","tags":[{"key":"$stage"}]}`, status: 204,
		actions: one("apigw:instanceTags:delete"), events: one("apig.instance.tags_changed"), onInstances: true},
	{id: "ExportApiDefinitionsAsync", method: "POST", path: "openapi/async-export", status: 202,
		body: `{` + inRelease + `,"group_id":"$group","define":"all"}`, actions: one("apig:apis:export"), events: one("apig.task.requested")},
	{id: "ImportApiDefinitionsAsync", method: "POST", path: "openapi/async-import", form: true, status: 202,
		body:    form(map[string]string{"is_create_group": "false", "group_id": "$group", "mock_mode": "true"}, document),
		actions: one("apig:apis:import"), events: one("apig.task.requested")},
	{id: "ShowAsyncTaskResult", method: "GET", path: "async-tasks/$task", status: 200, actions: []string{"apig:apis:export", "apig:apis:import"}},
}

var changeInstance = one("apigw:instances:update")

const (
	aBandwidth = `{"bandwidth_size":7,"bandwidth_charging_mode":"traffic"}`
	anAccount  = "0123456789abcdef0123456789abcdef"
)

// balanced returns the part that is an instance with a load balancer, which later requests open.
func balanced(name string, opened ...nodetest.Request) part {
	return part{names: one(name), make: func(t *testing.T, c *nodetest.Client) {
		t.Helper()
		body := `{"instance_name":"$mark_` + name + `","spec_id":"BASIC","vpc_id":"v","subnet_id":"s","security_group_id":"g","available_zone_ids":["z"],"loadbalancer_provider":"elb"}`
		c.Set(name, c.Must(t, 202, post("/v2/$project/apigw/instances", body)).Text(t, "instance_id"))
		runs := func() {
			nodetest.Eventually(t, "$"+name+" runs", func() bool {
				return c.Must(t, 200, get("/v2/$project/apigw/instances/$"+name+"/progress")).Text(t, "status") == "success"
			})
		}
		runs()
		for _, r := range opened {
			if a := c.Send(t, r); a.Status >= 300 {
				t.Fatalf("%s: %d %.300s", r.Path, a.Status, a.Body)
			}
			runs()
		}
	}}
}

// prepay orders $prepaid.
func prepay(t *testing.T, c *nodetest.Client) {
	t.Helper()
	c.Must(t, 200, post("/v2/$project/apigw/prepay-instances", anOrder("$mark_prepaid")))
	var list struct {
		Instances []struct{ ID, Status string }
	}
	nodetest.Eventually(t, "$prepaid runs", func() bool {
		c.Must(t, 200, get("/v2/$project/apigw/instances?instance_name=$mark_prepaid")).Into(t, &list)
		return len(list.Instances) == 1 && list.Instances[0].Status == "Running"
	})
	c.Set("prepaid", list.Instances[0].ID)
}

// The parts of a world that these name: $balanced and $open, which are instances with a load balancer, $open with
// every public address, and $prepaid; $connection, which waits for a decision, and $account, which may ask for one; $stage, which is
// a tag; $task.
func init() {
	operations = append(operations, orderOperations...)
	parts = append(parts,
		balanced("balanced"),
		balanced("open",
			put("/v2/$project/apigw/instances/$open/eip", `{"eip_id":"203.0.113.8"}`),
			post("/v2/$project/apigw/instances/$open/nat-eip", `{"bandwidth_size":5}`),
			post("/v2/$project/apigw/instances/$open/ingress-eip", `{"bandwidth_size":5}`)),
		part{names: one("prepaid"), make: prepay},
		made("connection", 200, "id", post("/gatelog/v1/projects/$project/instances/$instance/vpc-endpoint/connections", `{"domain_id":"$account"}`)),
		named("account", anAccount).then(200, post("vpc-endpoint/permissions/batch-add", `{"permissions":["iam:domain::`+anAccount+`"]}`)),
		named("stage", "stage").then(204, post("instance-tags/action", `{"action":"create","tags":[{"key":"stage"}]}`)),
		made("task", 202, "task_id", post("openapi/async-export", `{`+inRelease+`,"group_id":"$group"}`)),
	)
}
