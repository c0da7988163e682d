package apig

import "github.com/gatelog/gatelog/domain"

// ErrNotPlaced is domain.ErrNotPlaced: a version refers to the position of the event that holds the
// API's definition, and that event has none yet. No refusal: append what waits and decide again.
var ErrNotPlaced = domain.ErrNotPlaced

// ErrEnvProtected is APIG.1103: the environment RELEASE belongs to every instance (APIG V2 §3.2.4) and
// can neither be deleted nor renamed.
func ErrEnvProtected() *domain.Error {
	return domain.Errorf("APIG.1103", "No permissions to perform operations on this environment,id:%s", ReleaseEnvID)
}

// ErrOrchestrationNotFound is APIG.3095.
func ErrOrchestrationNotFound(id string) *domain.Error {
	return missingID("APIG.3095", "The orchestrations does not exist", id)
}

// ErrInstanceTaskRunning is APIG.3718: the instance is still being created.
func ErrInstanceTaskRunning() *domain.Error {
	return domain.Errorf("APIG.3718", "An instance task is currently being processed")
}

// ErrZoneMissing is APIC.7238.
func ErrZoneMissing() *domain.Error {
	return about("available_zone_ids", domain.Errorf("APIC.7238", "An AZ must be specified"))
}

// errRouteTaken is APIG.3301 as an import tells it (§3.16.2): which API has the method and path.
func errRouteTaken(d Definition, by string) *domain.Error {
	e := ErrAPIExists(d.ReqMethod, d.ReqURI)
	e.Message += ", API name:" + shown(by)
	return e
}
