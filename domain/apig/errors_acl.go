package apig

import "github.com/gatelog/gatelog/domain"

// ErrACLNotFound is APIG.3006.
func ErrACLNotFound(id string) *domain.Error {
	return missing("APIG.3006", "Access control policy", id)
}

// ErrACLBindingNotFound is APIG.3010.
func ErrACLBindingNotFound() *domain.Error {
	return domain.Errorf("APIG.3010", "The access control policy binding record does not exist")
}

// ErrTooManyACLs is APIG.3112, quota ACL_NUM_LIMIT.
func ErrTooManyACLs(limit int) *domain.Error {
	return tooMany("APIG.3112", "access control policies", limit)
}

// ErrACLNameTaken is APIG.3206.
func ErrACLNameTaken(name string) *domain.Error {
	return taken("APIG.3206", "The access control policy name already exists", "acl_name", name)
}

// ErrACLBound is APIG.3447: a policy cannot be deleted while it is bound.
func ErrACLBound() *domain.Error {
	return domain.Errorf("APIG.3447", "The access control policy has been bound to APIs")
}
