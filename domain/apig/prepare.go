package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// Limits is what the quotas and features of an instance say about one definition.
type Limits struct {
	ReqParams      int // quota API_PARAM_NUM_LIMIT: entries of req_params
	BackendParams  int // entries of each list of backend_params; bounded by the same quota
	Tags           int // quota API_TAG_NUM_LIMIT
	Policies       int // quota API_POLICY_NUM_LIMIT: backend policies of all three lists together
	Conditions     int // quota API_CONDITION_NUM_LIMIT: conditions of one policy
	BackendTimeout int // feature backend_timeout: longest timeout in milliseconds, 1 to 600000
}

// DefaultLimits returns the limits of an instance whose quotas and features nobody changed. Tags and
// the timeout are those of APIG V2 §3.5.1; the reference states no default for the others, which are
// the values that the service's customers know.
func DefaultLimits() Limits {
	return Limits{ReqParams: 50, BackendParams: 50, Tags: 10, Policies: 5, Conditions: 5, BackendTimeout: 60000}
}

// Prepare checks a definition as a client sent it and returns it in normal form: defaults filled in,
// members that have no meaning for its backend dropped, an id on every part. in is not changed.
//
// Ids that the client sent are ignored: a part keeps the id that it has in old (the definition before
// the change, already in normal form; nil for a new API), where it is found by name and location (a
// condition: by content), and gets a new one from m otherwise. Preparing a prepared definition again,
// with itself as old, changes nothing.
//
// The error is a *domain.Error of APIG V2 §5.4. Whether the group, authorizer, response or channel
// that the definition names exists is not asked here: that is for who knows the tenant's state.
func Prepare(m *domain.Moment, in Definition, old *Definition, limits Limits) (Definition, error) {
	if bad := overQuota(&in, limits); bad != nil {
		return Definition{}, bad
	}
	if err := violated(&in); err != nil {
		return Definition{}, err
	}
	d := in.Clone()
	if bad := d.normalize(); bad != nil {
		return Definition{}, bad
	}
	for _, rule := range definitionRules {
		if bad := rule(&d, limits); bad != nil {
			return Definition{}, bad
		}
	}
	d.identify(m, old)
	return d, nil
}

// definitionRules are the rules between members (APIG V2 §3.5.1), in the order in which a client is
// told. They see a definition whose members are valid one by one, with defaults filled in.
var definitionRules = []func(*Definition, Limits) *domain.Error{
	ruleAuthorizer,
	ruleGRPCFrontend,
	ruleTracing,
	ruleBase64,
	ruleReqParams,
	ruleOrchestrations,
	ruleReqURI,
	ruleBackendGiven,
	ruleGRPCBackend,
	ruleEndpoints,
	ruleFunctions,
	ruleClientSSL,
	ruleBackendParams,
	rulePolicyNames,
	ruleConditions,
}

// overQuota holds the lengths of lists against the quotas. It comes before everything else, so that a
// list over its quota gets the code of the quota and nobody walks a very long list.
func overQuota(d *Definition, limits Limits) *domain.Error {
	if len(d.Tags) > limits.Tags {
		return ErrTooManyTags(limits.Tags)
	}
	if len(d.ReqParams) > limits.ReqParams {
		return ErrTooManyReqParams(limits.ReqParams)
	}
	if len(d.PolicyMocks)+len(d.PolicyFunctions)+len(d.PolicyHTTPs) > limits.Policies {
		return ErrTooManyPolicies(limits.Policies)
	}
	for _, list := range d.backendParamLists() {
		if len(list.params) > limits.BackendParams {
			return ErrTooMany(list.path, limits.BackendParams)
		}
	}
	for _, p := range d.policies() {
		if len(p.policy.Conditions) > limits.Conditions {
			return ErrTooManyConditions(p.path+".conditions", limits.Conditions)
		}
	}
	return nil
}
