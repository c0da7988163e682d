package apig

import "github.com/gatelog/gatelog/domain"

// ErrSignatureNotFound is APIG.3017.
func ErrSignatureNotFound(id string) *domain.Error { return missing("APIG.3017", "Signature key", id) }

// ErrSignatureBindingNotFound is APIG.3018.
func ErrSignatureBindingNotFound() *domain.Error {
	return domain.Errorf("APIG.3018", "The signature key binding record does not exist")
}

// ErrTooManySignatures is APIG.3105, quota SIGN_NUM_LIMIT.
func ErrTooManySignatures(limit int) *domain.Error {
	return tooMany("APIG.3105", "signature keys", limit)
}

// ErrSignatureNameTaken is APIG.3207.
func ErrSignatureNameTaken(name string) *domain.Error {
	return taken("APIG.3207", "The signature key name already exists", "name", name)
}

// ErrSignTypeUnsupported is APIG.3548: the instance does not support the type of a signature key.
func ErrSignTypeUnsupported(signType, instanceID string) *domain.Error {
	return about("sign_type", domain.Errorf("APIG.3548", "sign_type=%s not supported by instance %s", shown(signType), shown(instanceID)))
}
