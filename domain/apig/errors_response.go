package apig

import "github.com/gatelog/gatelog/domain"

// ErrTooManyResponses is APIG.3136.
func ErrTooManyResponses(limit int) *domain.Error { return tooMany("APIG.3136", "responses", limit) }

// ErrResponseNameTaken is APIG.3216.
func ErrResponseNameTaken(name string) *domain.Error {
	return taken("APIG.3216", "The response name already exists", "name", name)
}

// ErrDefaultResponse is APIG.3491: every group keeps its default response.
func ErrDefaultResponse() *domain.Error {
	return domain.Errorf("APIG.3491", "The default response cannot be deleted")
}

// ErrDefaultResponseName is APIG.3492.
func ErrDefaultResponseName() *domain.Error {
	return domain.Errorf("APIG.3492", "The default response name cannot be modified")
}
