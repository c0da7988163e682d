// Package audit is what the audit trail tells of: changes that were made, and requests that came to nothing.
package audit

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Outcome is what came of a mutation.
type Outcome string

// The outcomes. Accepted and Unchanged are what a client was told had been done: Unchanged where everything was so
// already. Refused is the client's doing (a status 4xx, or an operation that is not served), Failed is ours: then
// the change was not made, or it is not known whether it was.
const (
	Accepted  Outcome = "accepted"
	Unchanged Outcome = "unchanged"
	Refused   Outcome = "refused"
	Failed    Outcome = "failed"
)

// How attempts are known in their journal: by their type, and by the first part of their subjects.
const (
	TypeAttempt  = "audit.attempt"
	AttemptsRoot = "attempt"
)

// Attempt is a mutating request that left nothing in the log: it was refused, failed, or changed nothing there.
// Nothing of its body and of its query is kept.
type Attempt struct {
	// ID is unique to the request, which the request id, chosen by the client, need not be. Events that the
	// request should have caused after all have it too, see domain.RequestOf.
	ID string `json:"id"`
	// Time is when the request came.
	Time time.Time `json:"time"`
	// Tenant is the existing project that the request named, or the account; empty when nobody was
	// authenticated, or when the project does not exist.
	Tenant  string       `json:"tenant,omitempty"`
	Actor   domain.Actor `json:"actor"`
	Request string       `json:"request"`
	Reason  string       `json:"reason,omitempty"`
	// Surface and Operation are the HTTP API and the id of the operation; Operation is empty when the path leads
	// nowhere.
	Surface   string `json:"surface"`
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	// Instance, Kind and Resource are what the path names; each may be empty.
	Instance string  `json:"instance,omitempty"`
	Kind     string  `json:"kind,omitempty"`
	Resource string  `json:"resource,omitempty"`
	Outcome  Outcome `json:"outcome"`
	Status   int     `json:"status"`
	// Code and Message are those of the answer, when it is an error.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// OutcomeOf returns the outcome that an error status of HTTP stands for.
func OutcomeOf(status int) Outcome {
	if status >= 500 && status != 501 {
		return Failed
	}
	return Refused
}
