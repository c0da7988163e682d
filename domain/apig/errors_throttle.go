package apig

import "github.com/gatelog/gatelog/domain"

// ErrThrottleNotFound is APIG.3005.
func ErrThrottleNotFound(id string) *domain.Error {
	return missing("APIG.3005", "Request throttling policy", id)
}

// ErrThrottleBindingNotFound is APIG.3012.
func ErrThrottleBindingNotFound() *domain.Error {
	return domain.Errorf("APIG.3012", "The request throttling policy binding record does not exist")
}

// ErrSpecialThrottleNotFound is APIG.3013.
func ErrSpecialThrottleNotFound(id string) *domain.Error {
	return missing("APIG.3013", "Excluded request throttling configuration", id)
}

// ErrTooManyThrottles is APIG.3107, quota THROTTLE_NUM_LIMIT.
func ErrTooManyThrottles(limit int) *domain.Error {
	return tooMany("APIG.3107", "request throttling policies", limit)
}

// ErrThrottleNameTaken is APIG.3204.
func ErrThrottleNameTaken(name string) *domain.Error {
	return taken("APIG.3204", "The request throttling policy name already exists", "name", name)
}

// ErrSpecialThrottleExists is APIG.3308: the app or tenant has a special setting in the policy.
func ErrSpecialThrottleExists() *domain.Error {
	return about("object_id", domain.Errorf("APIG.3308", "The excluded request throttling configuration already exists"))
}
