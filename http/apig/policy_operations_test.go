package apig_test

// policyOperations are those on throttling policies (§3.4, §3.8, §3.9), signature keys (§3.6, §3.7) and access
// control policies (§3.13, §3.14). They are among operations.
var policyOperations = []operation{
	{id: "CreateRequestThrottlingPolicyV2", method: "POST", path: "throttles", body: aThrottle("$new"), status: 201,
		actions: one("apig:throttles:create"), events: one("apig.throttle.created")},
	{id: "UpdateRequestThrottlingPolicyV2", method: "PUT", path: "throttles/$throttle", body: aThrottle("$new"), status: 200,
		actions: one("apig:throttles:update"), events: one("apig.throttle.updated")},
	{id: "DeleteRequestThrottlingPolicyV2", method: "DELETE", path: "throttles/$throttle", status: 204,
		actions: one("apig:throttles:delete"), events: one("apig.throttle.deleted")},
	{id: "ListRequestThrottlingPolicyV2", method: "GET", path: "throttles", status: 200, actions: one("apig:throttles:list")},
	{id: "ShowDetailsOfRequestThrottlingPolicyV2", method: "GET", path: "throttles/$throttle", status: 200,
		actions: []string{"apig:throttles:get", "apig:specialThrottles:get"}},
	{id: "AssociateRequestThrottlingPolicyV2", method: "POST", path: "throttle-bindings", status: 201,
		body:    `{"strategy_id":"$throttle","publish_ids":["$publication"]}`,
		actions: one("apig:apis:bindThrottles"), events: one("apig.throttle.bound")},
	{id: "DisassociateRequestThrottlingPolicyV2", method: "DELETE", path: "throttle-bindings/$slow", status: 204,
		actions: one("apig:apis:unbindThrottles"), events: one("apig.throttle.unbound")},
	{id: "BatchDisassociateThrottlingPolicyV2", method: "PUT", path: "throttle-bindings?action=delete", status: 200,
		body:    `{"throttle_bindings":["$slow"]}`,
		actions: one("apig:apis:unbindThrottles"), events: one("apig.throttle.unbound")},
	{id: "ListApisBindedToRequestThrottlingPolicyV2", method: "GET", path: "throttle-bindings/binded-apis?throttle_id=$throttle", status: 200,
		actions: one("apig:throttles:listBoundApis")},
	{id: "ListApisUnbindedToRequestThrottlingPolicyV2", method: "GET", path: "throttle-bindings/unbinded-apis?throttle_id=$throttle", status: 200,
		actions: one("apig:throttles:listUnboundApis")},
	{id: "ListRequestThrottlingPoliciesBindedToApiV2", method: "GET", path: "throttle-bindings/binded-throttles?api_id=$api", status: 200,
		actions: one("apig:apis:listBindedThrottles")},
	{id: "CreateSpecialThrottlingConfigurationV2", method: "POST", path: "throttles/$throttle/throttle-specials", status: 201,
		body:    `{"call_limits":5,"object_id":"$quiet","object_type":"APP"}`,
		actions: one("apig:specialThrottles:create"), events: one("apig.throttle.special_created")},
	{id: "UpdateSpecialThrottlingConfigurationV2", method: "PUT", path: "throttles/$throttle/throttle-specials/$special", status: 200,
		body: `{"call_limits":7}`, actions: one("apig:specialThrottles:update"), events: one("apig.throttle.special_updated")},
	{id: "DeleteSpecialThrottlingConfigurationV2", method: "DELETE", path: "throttles/$throttle/throttle-specials/$special", status: 204,
		actions: one("apig:specialThrottles:delete"), events: one("apig.throttle.special_deleted")},
	{id: "ListSpecialThrottlingConfigurationsV2", method: "GET", path: "throttles/$throttle/throttle-specials", status: 200,
		actions: one("apig:specialThrottles:get")},

	{id: "CreateSignatureKeyV2", method: "POST", path: "signs", status: 201,
		body:    `{"name":"$new","sign_type":"hmac","sign_key":"signkeysignkey","sign_secret":"signsecretsignsecret"}`,
		actions: one("apig:signs:create"), events: one("apig.signature.created")},
	{id: "UpdateSignatureKeyV2", method: "PUT", path: "signs/$sign", body: `{"name":"$new"}`, status: 200,
		actions: one("apig:signs:update"), events: one("apig.signature.updated")},
	{id: "DeleteSignatureKeyV2", method: "DELETE", path: "signs/$sign", status: 204,
		actions: one("apig:signs:delete"), events: one("apig.signature.deleted")},
	{id: "ListSignatureKeysV2", method: "GET", path: "signs", status: 200, actions: one("apig:signs:list")},
	{id: "AssociateSignatureKeyV2", method: "POST", path: "sign-bindings", body: `{"sign_id":"$sign","publish_ids":["$publication"]}`, status: 201,
		actions: one("apig:apis:bindSigns"), events: one("apig.signature.bound")},
	{id: "DisassociateSignatureKeyV2", method: "DELETE", path: "sign-bindings/$signed", status: 204,
		actions: one("apig:apis:unbindSigns"), events: one("apig.signature.unbound")},
	{id: "ListSignatureKeysBindedToApiV2", method: "GET", path: "sign-bindings/binded-signs?api_id=$api", status: 200,
		actions: one("apig:apis:listBindedSigns")},
	{id: "ListApisNotBoundWithSignatureKeyV2", method: "GET", path: "sign-bindings/unbinded-apis?sign_id=$sign", status: 200,
		actions: one("apig:signs:listUnbindedApis")},
	{id: "ListApisBindedToSignatureKeyV2", method: "GET", path: "sign-bindings/binded-apis?sign_id=$sign", status: 200,
		actions: one("apig:signs:listBindedApis")},

	{id: "CreateAclStrategyV2", method: "POST", path: "acls", body: anACL("$new"), status: 201,
		actions: one("apig:acls:create"), events: one("apig.acl.created")},
	{id: "UpdateAclStrategyV2", method: "PUT", path: "acls/$acl", body: anACL("$new"), status: 200,
		actions: one("apig:acls:update"), events: one("apig.acl.updated")},
	{id: "DeleteAclV2", method: "DELETE", path: "acls/$acl", status: 204, actions: one("apig:acls:delete"), events: one("apig.acl.deleted")},
	{id: "BatchDeleteAclV2", method: "PUT", path: "acls?action=delete", body: `{"acls":["$acl"]}`, status: 200,
		actions: one("apig:acls:delete"), events: one("apig.acl.deleted")},
	{id: "ShowDetailsOfAclPolicyV2", method: "GET", path: "acls/$acl", status: 200, actions: one("apig:acls:get")},
	{id: "ListAclStrategiesV2", method: "GET", path: "acls", status: 200, actions: one("apig:acls:list")},
	{id: "CreateApiAclBindingV2", method: "POST", path: "acl-bindings", body: `{"acl_id":"$acl","publish_ids":["$publication"]}`, status: 201,
		actions: one("apig:apis:bindAcls"), events: one("apig.acl.bound")},
	{id: "DeleteApiAclBindingV2", method: "DELETE", path: "acl-bindings/$kept_out", status: 204,
		actions: one("apig:apis:unbindAcls"), events: one("apig.acl.unbound")},
	{id: "BatchDeleteApiAclBindingV2", method: "PUT", path: "acl-bindings?action=delete", body: `{"acl_bindings":["$kept_out"]}`, status: 200,
		actions: one("apig:apis:unbindAcls"), events: one("apig.acl.unbound")},
	{id: "ListApisBindedToAclPolicyV2", method: "GET", path: "acl-bindings/binded-apis?acl_id=$acl", status: 200,
		actions: []string{"apig:acl:listBoundApis", "apig:acls:listBoundApis"}},
	{id: "ListApisUnbindedToAclPolicyV2", method: "GET", path: "acl-bindings/unbinded-apis?acl_id=$acl", status: 200,
		actions: one("apig:acls:listUnbindedApis")},
	{id: "ListAclPolicyBindedToApiV2", method: "GET", path: "acl-bindings/binded-acls?api_id=$api", status: 200,
		actions: one("apig:apis:listBindedAcls")},
}

func aThrottle(name string) string {
	return `{"name":"` + name + `","api_call_limits":100,"user_call_limits":50,"time_interval":1,"time_unit":"SECOND","type":1,"remark":"r"}`
}

func anACL(name string) string {
	return `{"acl_name":"` + name + `","acl_type":"PERMIT","acl_value":"192.168.1.5","entity_type":"IP"}`
}

// The parts of a world that these name: $throttle with the setting $special for an app, $acl and $sign, and the
// bindings $slow, $kept_out and $signed of others like them to $publication.
func init() {
	operations = append(operations, policyOperations...)
	parts = append(parts,
		made("throttle", 201, "id", post("throttles", aThrottle("$mark_throttle"))),
		made("special", 201, "id", post("throttles/$throttle/throttle-specials", `{"call_limits":5,"object_id":"$app","object_type":"APP"}`)),
		made("slowly", 201, "id", post("throttles", aThrottle("$mark_slowly"))),
		madeIn("throttle_applys", "slow", post("throttle-bindings", `{"strategy_id":"$slowly","publish_ids":["$publication"]}`)),
		made("sign", 201, "id", post("signs", `{"name":"$mark_sign"}`)),
		made("signing", 201, "id", post("signs", `{"name":"$mark_signing"}`)),
		madeIn("bindings", "signed", post("sign-bindings", `{"sign_id":"$signing","publish_ids":["$publication"]}`)),
		made("acl", 201, "id", post("acls", anACL("$mark_acl"))),
		made("keeper", 201, "id", post("acls", anACL("$mark_keeper"))),
		madeIn("acl_bindings", "kept_out", post("acl-bindings", `{"acl_id":"$keeper","publish_ids":["$publication"]}`)),
	)
}
