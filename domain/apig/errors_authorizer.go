package apig

import "github.com/gatelog/gatelog/domain"

// ErrTooManyAuthorizers is APIG.3116.
func ErrTooManyAuthorizers(limit int) *domain.Error {
	return tooMany("APIG.3116", "authorizers", limit)
}

// ErrTooManyIdentities is APIG.3117.
func ErrTooManyIdentities(limit int) *domain.Error {
	return tooMany("APIG.3117", "identity sources", limit)
}

// ErrAuthorizerNameTaken is APIG.3211.
func ErrAuthorizerNameTaken(name string) *domain.Error {
	return taken("APIG.3211", "The authorizer name already exists", "name", name)
}

// ErrIdentityTaken is APIG.3212: an authorizer has the identity source twice.
func ErrIdentityTaken(name string) *domain.Error {
	return taken("APIG.3212", "The identity source name already exists", "identities", name)
}
