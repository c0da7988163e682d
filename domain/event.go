// Package domain holds what all surfaces share of the pure core: events, errors, and the moment in
// which a decision is made. Nothing below domain does I/O, reads a clock or draws a random number.
package domain

import "time"

// Position is the place of an event in the log: the sequence number that the log gave it. Positions
// grow by at least one from event to event over all surfaces and tenants. Zero means 'not yet in
// the log'.
type Position uint64

// Aggregate names the thing whose history an event belongs to: one subject of the log.
type Aggregate struct {
	Kind string // e.g. "api"; lower case, no dots
	ID   string // letters, digits, - and _
}

// Event is a fact: something that happened to one aggregate, in the past tense. Its JSON form is
// what the log keeps, so a change of shape is a new schema version with an upcaster (see Codec).
type Event interface {
	// EventType is the name of the fact, e.g. "apig.api.published".
	EventType() string
	// Of is the aggregate that the fact is about.
	Of() Aggregate
}

// Recorded is an event as the log has it.
type Recorded struct {
	Position Position
	ID       string // unique over all events
	Tenant   string
	Time     time.Time // UTC, when the decision was made
	Actor    Actor
	Command  string // the use case that caused it
	Request  string // correlation: the request id
	// Operation is '<surface>/<operation id>' of the HTTP API that was called; empty when none was.
	Operation string
	Reason    string // why, in the caller's words; often empty
	Event     Event
}

// Actor says who did something, and through what.
type Actor struct {
	UserID   string `json:"user_id,omitempty"`
	UserName string `json:"user_name,omitempty"`
	Key      string `json:"key,omitempty"`     // access key id, never a secret
	Address  string `json:"address,omitempty"` // remote IP address
	Client   string `json:"client,omitempty"`  // User-Agent, cut to 256 bytes
}

// State is what the decisions of one tenant need to know, folded from that tenant's events.
type State interface {
	// Apply folds one event. rec.Position is zero for an event that was decided but is not yet in
	// the log; Placed follows when it is.
	Apply(rec Recorded)
	// Placed tells the position of an event that Apply saw without one.
	Placed(rec Recorded)
}
