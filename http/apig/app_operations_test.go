package apig_test

// appOperations are those on apps (§3.28), authorizations (§3.10), credential quotas (§3.29) and the SDK's on AI
// API keys. They are among operations.
var appOperations = []operation{
	{id: "CreateAnAppV2", method: "POST", path: "apps", status: 201,
		body:    `{"name":"$new","remark":"r","app_key":"$newkey","app_secret":"secretsecret"}`,
		actions: one("apig:apps:create"), events: one("apig.app.created")},
	{id: "UpdateAppV2", method: "PUT", path: "apps/$app", body: `{"name":"$new"}`, status: 201,
		actions: one("apig:apps:update"), events: one("apig.app.updated")},
	{id: "DeleteAppV2", method: "DELETE", path: "apps/$quiet", status: 204, actions: one("apig:apps:delete"), events: one("apig.app.deleted")},
	{id: "ResettingAppSecretV2", method: "PUT", path: "apps/secret/$app", body: `{"app_secret":"secretsecret"}`, status: 200,
		actions: one("apig:apps:update"), events: one("apig.app.secret_reset")},
	{id: "CheckAppV2", method: "GET", path: "apps/validation/$app", status: 200, actions: []string{"apig:apps:get", "apig:apps:list"}},
	{id: "ShowDetailsOfAppV2", method: "GET", path: "apps/$app", status: 200, actions: one("apig:apps:get")},
	{id: "ListAppsV2", method: "GET", path: "apps", status: 200, actions: one("apig:apps:list")},
	{id: "CreateAppCodeV2", method: "POST", path: "apps/$app/app-codes", status: 201, body: `{"app_code":"` + anAppCode + `"}`,
		actions: one("apig:appCodes:create"), events: one("apig.app.code_created")},
	{id: "CreateAppCodeAutoV2", method: "PUT", path: "apps/$app/app-codes", status: 201,
		actions: one("apig:appCodes:update"), events: one("apig.app.code_created")},
	{id: "DeleteAppCodeV2", method: "DELETE", path: "apps/$app/app-codes/$appcode", status: 204,
		actions: one("apig:appCodes:delete"), events: one("apig.app.code_deleted")},
	{id: "ShowDetailsOfAppCodeV2", method: "GET", path: "apps/$app/app-codes/$appcode", status: 201, actions: one("apig:appCodes:get")},
	{id: "ListAppCodesV2", method: "GET", path: "apps/$app/app-codes", status: 200, actions: one("apig:appCodes:list")},
	{id: "UpdateAppAcl", method: "PUT", path: "apps/$app/app-acl", status: 201,
		body:    `{"app_acl_type":"PERMIT","app_acl_values":["192.168.0.1","192.168.0.100/28"]}`,
		actions: one("apig:apps:update"), events: one("apig.app.acl_set")},
	{id: "ShowDetailsOfAppAcl", method: "GET", path: "apps/$app/app-acl", status: 200, actions: one("apig:apps:get")},
	{id: "DeleteAppAcl", method: "DELETE", path: "apps/$fenced/app-acl", status: 204, actions: one("apig:apps:update"), events: one("apig.app.acl_deleted")},

	{id: "CreateAuthorizingAppsV2", method: "POST", path: "app-auths", status: 201,
		body:    `{` + inRelease + `,"app_ids":["$app"],"api_ids":["$guarded"]}`,
		actions: one("apig:apis:grantAppAccess"), events: one("apig.appauth.granted")},
	{id: "CancelingAuthorizationV2", method: "DELETE", path: "app-auths/$granted", status: 204,
		actions: one("apig:apis:revokeAppAccess"), events: one("apig.appauth.revoked")},
	{id: "ListApisBindedToAppV2", method: "GET", path: "app-auths/binded-apis?app_id=$app", status: 200, actions: one("apig:apps:listBindedApis")},
	{id: "ListApisUnbindedToAppV2", method: "GET", path: "app-auths/unbinded-apis?app_id=$app&env_id=$env", status: 200,
		actions: one("apig:apps:listUnbindedApis")},
	{id: "ListAppsBindedToApiV2", method: "GET", path: "app-auths/binded-apps?api_id=$api", status: 200, actions: one("apig:apis:listBindedApps")},

	{id: "CreateAppQuota", method: "POST", path: "app-quotas", body: anAppQuota("$new"), status: 201,
		actions: changeQuota, events: one("apig.appquota.created")},
	{id: "ShowAppQuota", method: "GET", path: "app-quotas/$quota", status: 200, actions: one("apig:apps:get")},
	{id: "ListAppQuotas", method: "GET", path: "app-quotas", status: 200, actions: one("apig:apps:list")},
	{id: "UpdateAppQuota", method: "PUT", path: "app-quotas/$quota", body: anAppQuota("$new"), status: 200,
		actions: changeQuota, events: one("apig.appquota.updated")},
	{id: "DeleteAppQuota", method: "DELETE", path: "app-quotas/$quota", status: 204, actions: changeQuota, events: one("apig.appquota.deleted")},
	{id: "ListAppQuotaBoundApps", method: "GET", path: "app-quotas/$quota/bound-apps", status: 200, actions: one("apig:apps:list")},
	{id: "AssociateAppsForAppQuota", method: "POST", path: "app-quotas/$quota/binding-apps", body: `{"app_ids":["$app"]}`, status: 201,
		actions: changeQuota, events: one("apig.appquota.bound")},
	{id: "DisassociateAppQuotaWithApp", method: "DELETE", path: "app-quotas/$spent/bound-apps/$spender", status: 204,
		actions: changeQuota, events: one("apig.appquota.unbound")},
	{id: "ListAppQuotaBindableApps", method: "GET", path: "app-quotas/$quota/bindable-apps", status: 200, actions: one("apig:apps:list")},
	{id: "ShowAppBoundAppQuota", method: "GET", path: "apps/$spender/bound-quota", status: 200, actions: one("apig:apps:get")},

	{id: "CreateAiApiKey", method: "POST", path: "apps/$app/ai-api-keys", body: `{"ai_api_key":"aikeyaikey","alias":"a"}`, status: 200,
		actions: one("apig:appCodes:create"), events: one("apig.app.ai_key_created")},
	{id: "ListAiApiKeys", method: "GET", path: "apps/$app/ai-api-keys", status: 200, actions: one("apig:appCodes:list")},
	{id: "ShowDetailsOfAiApiKey", method: "GET", path: "apps/$app/ai-api-keys/$aikey", status: 200, actions: one("apig:appCodes:get")},
	{id: "DeleteAiApiKey", method: "DELETE", path: "apps/$app/ai-api-keys/$aikey", status: 204,
		actions: one("apig:appCodes:delete"), events: one("apig.app.ai_key_deleted")},
}

var changeQuota = one("apig:apps:update")

const anAppCode = "GjOD3g80AABuuFeEJpVQADBlAjBh3UzC7W+gr4VJBB5BtJ4fdVOQoSvoji3gFxUDb5pWBz9wUcw9"

func anAppQuota(name string) string {
	return `{"name":"` + name + `","call_limits":1000,"time_unit":"DAY","time_interval":1,"reset_time":"2020-09-20 00:00:00","remark":"r"}`
}

// The parts of a world that these name: $app with $appcode and $aikey, and $quiet, of which nothing else knows;
// $fenced, which has an access control; $granted, the access of $app to $guarded; $quota, and $spent, which
// $spender has.
func init() {
	operations = append(operations, appOperations...)
	parts = append(parts,
		made("app", 201, "id", post("apps", `{"name":"$mark_app"}`)),
		made("quiet", 201, "id", post("apps", `{"name":"$mark_quiet"}`)),
		made("fenced", 201, "id", post("apps", `{"name":"$mark_fenced"}`)).then(201, put("apps/$fenced/app-acl", `{"app_acl_type":"DENY","app_acl_values":["10.0.0.1"]}`)),
		made("appcode", 201, "id", put("apps/$app/app-codes", "")),
		made("aikey", 200, "id", post("apps/$app/ai-api-keys", `{}`)),
		made("guarded", 201, "id", post("apis", guardedAPI("$mark_guarded"))).then(201, post("apis/action", `{"action":"online","api_id":"$guarded",`+inRelease+`}`)),
		madeIn("auths", "granted", post("app-auths", `{`+inRelease+`,"app_ids":["$quiet"],"api_ids":["$guarded"]}`)),
		made("quota", 201, "app_quota_id", post("app-quotas", anAppQuota("$mark_quota"))),
		made("spent", 201, "app_quota_id", post("app-quotas", anAppQuota("$mark_spent"))),
		made("spender", 201, "id", post("apps", `{"name":"$mark_spender"}`)).then(201, post("app-quotas/$spent/binding-apps", `{"app_ids":["$spender"]}`)),
	)
}
