package apig_test

// answerOperations are those on custom authorizers (§3.15) and gateway responses (§3.19), and those that count
// (§3.11). They are among operations.
var answerOperations = []operation{
	{id: "ListApiQuantitiesV2", method: "GET", path: "resources/outline/apis", status: 200, actions: one("apig:apis:list")},
	{id: "ListApiGroupsQuantitiesV2", method: "GET", path: "resources/outline/groups", status: 200, actions: one("apig:groups:list")},
	{id: "ListAppQuantitiesV2", method: "GET", path: "resources/outline/apps", status: 200, actions: one("apig:apps:list")},

	{id: "CreateCustomAuthorizerV2", method: "POST", path: "authorizers", body: anAuthorizer("$new"), status: 201,
		actions: one("apig:authorizers:create"), events: one("apig.authorizer.created")},
	{id: "UpdateCustomAuthorizerV2", method: "PUT", path: "authorizers/$authorizer", body: anAuthorizer("$new"), status: 200,
		actions: one("apig:authorizers:update"), events: one("apig.authorizer.updated")},
	{id: "DeleteCustomAuthorizerV2", method: "DELETE", path: "authorizers/$authorizer", status: 204,
		actions: one("apig:authorizers:delete"), events: one("apig.authorizer.deleted")},
	{id: "ShowDetailsOfCustomAuthorizersV2", method: "GET", path: "authorizers/$authorizer", status: 200, actions: one("apig:authorizers:get")},
	{id: "ListCustomAuthorizersV2", method: "GET", path: "authorizers", status: 200, actions: one("apig:authorizers:list")},

	{id: "CreateGatewayResponseV2", method: "POST", path: "api-groups/$group/gateway-responses", body: aResponse("$new"), status: 201,
		actions: one("apig:gatewayResponses:create"), events: one("apig.response.created")},
	{id: "ShowDetailsOfGatewayResponseV2", method: "GET", path: "api-groups/$group/gateway-responses/$response", status: 200,
		actions: one("apig:gatewayResponses:get")},
	{id: "UpdateGatewayResponseV2", method: "PUT", path: "api-groups/$group/gateway-responses/$response", body: aResponse("$new"), status: 200,
		actions: one("apig:gatewayResponses:update"), events: one("apig.response.updated")},
	{id: "DeleteGatewayResponseV2", method: "DELETE", path: "api-groups/$group/gateway-responses/$response", status: 204,
		actions: one("apig:gatewayResponses:delete"), events: one("apig.response.deleted")},
	{id: "ShowDetailsOfGatewayResponseTypeV2", method: "GET", path: "api-groups/$group/gateway-responses/$response/$type", status: 200,
		actions: one("apig:gatewayResponses:get")},
	{id: "UpdateGatewayResponseTypeV2", method: "PUT", path: "api-groups/$group/gateway-responses/$response/$type", status: 200,
		body:    `{"status":418,"body":"b","headers":[{"key":"x-a","value":"b"}]}`,
		actions: one("apig:gatewayResponses:update"), events: one("apig.response.updated")},
	{id: "DeleteGatewayResponseTypeV2", method: "DELETE", path: "api-groups/$group/gateway-responses/$response/$type", status: 204,
		actions: one("apig:gatewayResponses:update"), events: one("apig.response.updated")},
	{id: "ListGatewayResponsesV2", method: "GET", path: "api-groups/$group/gateway-responses", status: 200,
		actions: one("apig:gatewayResponses:list")},
}

func anAuthorizer(name string) string {
	return `{"name":"` + name + `","type":"FRONTEND","authorizer_type":"FUNC","authorizer_uri":"urn:fss:x:y:function:default:f","network_type":"V1",` +
		`"authorizer_version":"v1","identities":[{"name":"header","location":"HEADER","validation":"a"}],"user_data":"d","ttl":5,"need_body":true}`
}

func aResponse(name string) string {
	return `{"name":"` + name + `","responses":{"AUTH_FAILURE":{"status":403,"body":"b","headers":[{"key":"x-a","value":"b"}]}}}`
}

// The parts of a world that these name: $authorizer, and $response of $group, in which $type is not as by default.
func init() {
	operations = append(operations, answerOperations...)
	parts = append(parts,
		made("authorizer", 201, "id", post("authorizers", anAuthorizer("$mark_authorizer"))),
		made("response", 201, "id", post("api-groups/$group/gateway-responses", aResponse("$mark_response"))),
		named("type", "AUTH_FAILURE"),
	)
}
