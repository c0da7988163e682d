package apig_test

// orchestrationOperations are those of the SDK on orchestration rules, and on microservices. They are among
// operations.
var orchestrationOperations = []operation{
	{id: "CreateOrchestration", method: "POST", path: "orchestrations", body: anOrchestration("$new"), status: 201,
		actions: one("apig:apis:create"), events: one("apig.orchestration.created")},
	{id: "ListOrchestrations", method: "GET", path: "orchestrations", status: 200, actions: one("apig:apis:list")},
	{id: "ShowDetailsOfOrchestration", method: "GET", path: "orchestrations/$rule", status: 200, actions: one("apig:apis:get")},
	{id: "UpdateOrchestration", method: "PUT", path: "orchestrations/$rule", body: anOrchestration("$new"), status: 200,
		actions: one("apig:apis:update"), events: one("apig.orchestration.updated")},
	{id: "DeleteOrchestration", method: "DELETE", path: "orchestrations/$rule", status: 204,
		actions: one("apig:apis:delete"), events: one("apig.orchestration.deleted")},
	{id: "ListOrchestrationAttachedApis", method: "GET", path: "orchestrations/$rule/attached-apis", status: 200, actions: one("apig:apis:list")},
	{id: "ImportMicroservice", method: "POST", path: "microservice/import", status: 201, body: aMicroservice,
		actions: one("apig:apis:import"), events: []string{"apig.channel.created", "apig.group.created", "apig.api.created"}},
}

const aMicroservice = `{"group_info":{"group_name":"$new"},"service_type":"CSE","protocol":"HTTPS","apis":[{"name":"$new","req_method":"GET","req_uri":"/$new","match_mode":"NORMAL"}],` +
	`"backend_timeout":3000,"auth_type":"APP","cors":true,"cse_info":{"engine_id":"engine","service_id":"service","version":"1.0"}}`

func anOrchestration(name string) string {
	return `{"orchestration_name":"` + name + `","orchestration_strategy":"list","is_preprocessing":false,` +
		`"orchestration_mapped_param":{"mapped_param_name":"x-color","mapped_param_type":"string","mapped_param_location":"header"},` +
		`"orchestration_map":[{"map_param_list":["a","b"],"mapped_param_value":"blue"}]}`
}

// The part of a world that these name: $rule.
func init() {
	operations = append(operations, orchestrationOperations...)
	parts = append(parts, made("rule", 201, "orchestration_id", post("orchestrations", anOrchestration("$mark_rule"))))
}
