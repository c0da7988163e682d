package apig

import "github.com/gatelog/gatelog/domain"

// What exceeds a quota; limit is the quota's value.

// ErrTooMany is APIG.3100: a list without a code of its own is longer than its quota; param is the
// path of the list.
func ErrTooMany(param string, limit int) *domain.Error {
	return about(param, tooMany("APIG.3100", "resources", limit))
}

// ErrTooManyGroups is APIG.3101, quota APIGROUP_NUM_LIMIT.
func ErrTooManyGroups(limit int) *domain.Error { return tooMany("APIG.3101", "API groups", limit) }

// ErrTooManyAPIs is APIG.3102, quota API_NUM_LIMIT.
func ErrTooManyAPIs(limit int) *domain.Error { return tooMany("APIG.3102", "APIs", limit) }

// ErrTooManyEnvs is APIG.3104, quota ENVIRONMENT_NUM_LIMIT.
func ErrTooManyEnvs(limit int) *domain.Error { return tooMany("APIG.3104", "environments", limit) }

// ErrTooManyVariables is APIG.3106, quota VARIABLE_NUM_LIMIT of a group.
func ErrTooManyVariables(limit int) *domain.Error { return tooMany("APIG.3106", "variables", limit) }

// ErrTooManyReqParams is APIG.3111, quota API_PARAM_NUM_LIMIT.
func ErrTooManyReqParams(limit int) *domain.Error {
	return about("req_params", tooMany("APIG.3111", "parameters in req_params", limit))
}

// ErrTooManyPolicies is APIG.3113, quota API_POLICY_NUM_LIMIT.
func ErrTooManyPolicies(limit int) *domain.Error {
	return tooMany("APIG.3113", "API backend policies", limit)
}

// ErrTooManyConditions is APIG.3114, quota API_CONDITION_NUM_LIMIT; param is the path of the list.
func ErrTooManyConditions(param string, limit int) *domain.Error {
	return about(param, tooMany("APIG.3114", "policy conditions", limit))
}

// ErrTooManyGroupAPIs is APIG.3125, quota API_NUM_LIMIT_PER_GROUP.
func ErrTooManyGroupAPIs(limit int) *domain.Error {
	return tooMany("APIG.3125", "APIs in the API group", limit)
}

// ErrTooManyImported is APIG.3127: more APIs in one document than one import takes (§3.16.2).
func ErrTooManyImported(limit int) *domain.Error {
	return domain.Errorf("APIG.3127",
		"The number of APIs has reached the upper limit. A maximum of %d APIs can be imported at a time", limit)
}

// ErrTooManyTags is APIG.3133, quota API_TAG_NUM_LIMIT.
func ErrTooManyTags(limit int) *domain.Error {
	return about("tags", tooMany("APIG.3133", "API tags", limit))
}
