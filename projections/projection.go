// Package projections keeps the read models: it applies the events of the log to tables in Postgres,
// each exactly once, and rebuilds and verifies them. It knows no surface; each surface has its tables,
// its events-to-rows function and its queries in a package below.
package projections

import (
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// Projection turns events into rows. It is a pure function of the events with a name: tables can be
// dropped and made again from the log at any time.
type Projection struct {
	// Name is that of its schema in Postgres and of its checkpoint. By convention the surface's.
	Name string
	// Version changes when tables or rows change their shape: a server that finds read models of
	// another version rebuilds them.
	Version int
	// Codec knows the events.
	Codec *domain.Codec
	// Tables in an order in which rows can be written.
	Tables []Table
	// DDL makes the tables. What follows a line '-- indexes' is run after a rebuild has filled them.
	DDL string
	// Apply adds what one event changes. It must not look at anything but the event, and must know
	// every type of its codec.
	Apply func(rec domain.Recorded, c *Changes) error
	// Subjects is the filter of the messages that it reads. Default: all of the surface of its name.
	Subjects string
	// Open returns the event in a message; ok is false for one to pass over. Default: the events that Codec
	// knows.
	Open func(message eventstore.Recorded) (rec domain.Recorded, ok bool, err error)
	// Aside is for tables that no answer to a change waits for: they may be seconds behind, and a node is
	// ready without them.
	Aside bool

	of *Projection // see Past
}

// Filter is the part of the log that the projection reads.
func (p *Projection) Filter() string {
	if p.of != nil {
		return p.of.Filter()
	}
	if p.Subjects != "" {
		return p.Subjects
	}
	return eventstore.Surface(p.Name)
}

func (p *Projection) open(message eventstore.Recorded) (domain.Recorded, bool, error) {
	if p.Open != nil {
		return p.Open(message)
	}
	return envelope.Open(p.Codec, message)
}

func (p *Projection) pending() pending {
	if p.of != nil {
		return newChronicle()
	}
	return NewChanges()
}
