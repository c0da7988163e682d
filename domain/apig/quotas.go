package apig

// QuotaKind says what a quota's value means.
type QuotaKind string

// The kinds of quotas.
const (
	QuotaLimit  QuotaKind = "limit"  // a largest number
	QuotaSwitch QuotaKind = "switch" // 1 on, 2 off
	QuotaFixed  QuotaKind = "fixed"  // shown only; nobody can set it
)

// Counted names the things beneath an instance whose number is the amount used of a quota.
type Counted string

// What quotas count. A quota without one limits the parts of a single thing, such as the variables of
// one group; the reference shows 0 as used for these (APIG V2 §3.22.1).
const (
	CountedAPIs         Counted = "apis"
	CountedGroups       Counted = "groups"
	CountedEnvironments Counted = "environments"
	CountedApps         Counted = "apps"
	CountedSignatures   Counted = "signature_keys"
	CountedThrottles    Counted = "throttling_policies"
	CountedChannels     Counted = "vpc_channels"
	CountedACLs         Counted = "access_control_policies"
	CountedAuthorizers  Counted = "authorizers"
	CountedInstances    Counted = "instances" // of the tenant
)

// QuotaSpec is a quota with its value where nobody set another.
type QuotaSpec struct {
	Name    string
	Default int
	Kind    QuotaKind
	Counts  Counted
	Doc     string
}

// Names of the quotas that decisions of this surface enforce.
const (
	quotaInstances  = "INSTANCE_NUM_LIMIT"
	quotaAPIs       = "API_NUM_LIMIT"
	quotaGroups     = "APIGROUP_NUM_LIMIT"
	quotaGroupAPIs  = "API_NUM_LIMIT_PER_GROUP"
	quotaEnvs       = "ENVIRONMENT_NUM_LIMIT"
	quotaVariables  = "VARIABLE_NUM_LIMIT"
	quotaReqParams  = "API_PARAM_NUM_LIMIT"
	quotaAPITags    = "API_TAG_NUM_LIMIT"
	quotaPolicies   = "API_POLICY_NUM_LIMIT"
	quotaConditions = "API_CONDITION_NUM_LIMIT"
	quotaChannels   = "VPC_NUM_LIMIT"
	quotaMembers    = "VPC_INSTANCE_NUM_LIMIT"
	quotaDomains    = "APIGROUP_DOMAIN_NUM_LIMIT"

	quotaAuthorizers = "AUTHORIZER_NUM_LIMIT"
	quotaIdentities  = "AUTHORIZER_IDENTITY_NUM_LIMIT"
	quotaResponses   = "RESPONSE_NUM_LIMIT"

	quotaThrottles    = "THROTTLE_NUM_LIMIT"
	quotaACLs         = "ACL_NUM_LIMIT"
	quotaSigns        = "SIGN_NUM_LIMIT"
	quotaPublicKeys   = "PUBLIC_KEY_SWITCH"
	quotaUserCalls    = "API_USER_CALL_LIMIT"
	quotaAppSpecials  = "APP_THROTTLE_LIMIT"
	quotaUserSpecials = "USER_THROTTLE_LIMIT"
)

// What a quota can be set to: a limit at most maxQuota, a switch one of two values.
const (
	maxQuota  = 1_000_000
	switchOn  = 1
	switchOff = 2
)

// Quotas returns the quotas of an instance in the order of APIG V2 §3.22.1. Defaults are the
// documented ones where the reference has them (versions, domain names, tags, channels, calls) and
// roomy for self-hosting elsewhere.
func Quotas() []QuotaSpec { return append([]QuotaSpec(nil), instanceQuotas...) }

// TenantQuotas returns the quotas of a tenant (APIG V2 §3.22.2).
func TenantQuotas() []QuotaSpec { return append([]QuotaSpec(nil), tenantQuotas...) }

var tenantQuotas = []QuotaSpec{
	{quotaInstances, 5, QuotaLimit, CountedInstances, "instances of the tenant"},
}

var instanceQuotas = []QuotaSpec{
	{quotaAPIs, 200_000, QuotaLimit, CountedAPIs, "APIs"},
	{"APP_NUM_LIMIT", 10_000, QuotaLimit, CountedApps, "apps (credentials)"},
	{quotaGroups, 10_000, QuotaLimit, CountedGroups, "API groups"},
	{quotaEnvs, 100, QuotaLimit, CountedEnvironments, "environments"},
	{quotaVariables, 500, QuotaLimit, "", "environment variables of an API group"},
	{quotaSigns, 1_000, QuotaLimit, CountedSignatures, "signature keys"},
	{quotaThrottles, 1_000, QuotaLimit, CountedThrottles, "request throttling policies"},
	{quotaDomains, 5, QuotaLimit, "", "independent domain names of an API group"},
	{"API_VERSION_NUM_LIMIT", 10, QuotaLimit, "", "versions of an API that lists show; the log keeps all"},
	{quotaChannels, 30, QuotaLimit, CountedChannels, "VPC channels"},
	{quotaMembers, 1_000, QuotaLimit, "", "members of a VPC channel"},
	{quotaReqParams, 50, QuotaLimit, "", "request parameters of an API, and entries of a list of backend parameters"},
	{quotaUserCalls, 200, QuotaLimit, "", "calls a second to an API without a throttling policy"},
	{quotaACLs, 1_000, QuotaLimit, CountedACLs, "access control policies"},
	{quotaAppSpecials, 1_000, QuotaLimit, "", "special settings for apps of a throttling policy"},
	{quotaUserSpecials, 1_000, QuotaLimit, "", "special settings for tenants of a throttling policy"},
	{quotaGroupAPIs, 200_000, QuotaLimit, "", "APIs of an API group"},
	{quotaPolicies, 5, QuotaLimit, "", "backend policies of an API"},
	{quotaConditions, 5, QuotaLimit, "", "conditions of a backend policy"},
	{"SL_DOMAIN_CALL_LIMIT", 1_000, QuotaLimit, "", "calls a day to a subdomain"},
	{"ELB_SWITCH", switchOff, QuotaSwitch, "", "ELB channels"},
	{quotaAuthorizers, 1_000, QuotaLimit, CountedAuthorizers, "custom authorizers"},
	{quotaIdentities, 10, QuotaLimit, "", "identity sources of a custom authorizer"},
	{"APP_CODE_NUM_LIMIT", 5, QuotaLimit, "", "AppCodes of an app"},
	{"REGION_MANAGER_WHITELIST_SERVICES", 0, QuotaFixed, "", "services that the region manager does not check; not supported"},
	{"API_SWAGGER_NUM_LIMIT", 10, QuotaLimit, "", "Swagger documents of an API group"},
	{quotaAPITags, 10, QuotaLimit, "", "tags of an API"},
	{"LTS_SWITCH", switchOff, QuotaSwitch, "", "reporting to the log service"},
	{"APP_KEY_SECRET_SWITCH", switchOn, QuotaSwitch, "", "own keys and secrets of apps"},
	{quotaResponses, 100, QuotaLimit, "", "custom responses of an API group"},
	{"CONFIG_NUM_LIMIT_PER_APP", 500, QuotaLimit, "", "configuration items of an app"},
	{"BACKEND_TOKEN_ALLOW_SWITCH", switchOff, QuotaSwitch, "", "passing tokens through to the backend"},
	{"APP_TOKEN_SWITCH", switchOff, QuotaSwitch, "", "app_token authentication"},
	{"API_DESIGNER_SWITCH", switchOff, QuotaSwitch, "", "the API designer"},
	{"APP_API_KEY_SWITCH", switchOff, QuotaSwitch, "", "app_api_key authentication"},
	{"APP_BASIC_SWITCH", switchOff, QuotaSwitch, "", "app_basic authentication"},
	{"APP_JWT_SWITCH", switchOff, QuotaSwitch, "", "app_jwt authentication"},
	{"APP_ROUTE_SWITCH", switchOff, QuotaSwitch, "", "access by IP address"},
	{quotaPublicKeys, switchOff, QuotaSwitch, "", "backend signatures of type public_key"},
	{"APP_SECRET_SWITCH", switchOff, QuotaSwitch, "", "app_secret authentication"},
	{"CASCADE_SWITCH", switchOff, QuotaSwitch, "", "cascading gateways"},
	{"IS_INIT_API_PATH_HASH", switchOn, QuotaFixed, "", "whether the hashes of API paths are up to date"},
}

var quotaSpecs = func() map[string]QuotaSpec {
	all := map[string]QuotaSpec{}
	for _, list := range [][]QuotaSpec{tenantQuotas, instanceQuotas} {
		for _, q := range list {
			all[q.Name] = q
		}
	}
	return all
}()

// quota returns the value that holds for the tenant.
func (s *State) quota(name string) int { return valueOf(s.quotas, name) }

// quota returns the value that holds for the instance.
func (in *instance) quota(name string) int { return valueOf(in.quotas, name) }

func valueOf(set map[string]int, name string) int {
	if value, ok := set[name]; ok {
		return value
	}
	return quotaSpecs[name].Default
}

// limits returns what quotas and features of the instance say about one definition.
func (in *instance) limits() Limits {
	return Limits{
		ReqParams:      in.quota(quotaReqParams),
		BackendParams:  in.quota(quotaReqParams),
		Tags:           in.quota(quotaAPITags),
		Policies:       in.quota(quotaPolicies),
		Conditions:     in.quota(quotaConditions),
		BackendTimeout: in.backendTimeout(),
	}
}
