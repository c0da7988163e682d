// Package audit keeps the audit trail in Postgres, and answers for it: one record for each change that was made,
// from the log, and one for each attempt that was refused or failed, from the journal of attempts. Records go
// when they are older than the retention; the log keeps what was made all the same.
package audit

import (
	_ "embed" // the tables
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections"
)

// Names of the projections, which are their schemas too.
const (
	NameRecords  = "audit"
	NameAttempts = "attempts"
)

// Versions of the tables and rows. Raise them with any change of them.
const (
	versionRecords  = 2
	versionAttempts = 2
)

// Retention is how long records are kept, by the time at which they were made.
type Retention struct {
	For time.Duration
	Now func() time.Time // the clock; nil: time.Now
}

// over reports whether a record of a time is not kept any more.
func (r Retention) over(t time.Time) bool { return t.Before(r.begin()) }

// begin is the time from which on records are kept.
func (r Retention) begin() time.Time {
	if r.Now == nil {
		return time.Now().Add(-r.For)
	}
	return r.Now().Add(-r.For)
}

//go:embed records.sql
var recordsDDL string

//go:embed attempts.sql
var attemptsDDL string

var (
	records  = projections.NewTable[recordRow]("records", "id")
	changes  = projections.NewTable[changeRow]("changes", "id")
	attempts = projections.NewTable[attemptRow]("records", "id")
)

// NewRecords returns the projection of everything that was changed, on all surfaces, from the log. What is older
// than the retention is not written.
func NewRecords(keep Retention) *projections.Projection {
	return &projections.Projection{
		Name: NameRecords, Version: versionRecords, Tables: []projections.Table{records.Table, changes.Table}, DDL: recordsDDL,
		Subjects: eventstore.Everything, Open: envelope.OpenRaw, Aside: true,
		Apply: func(rec domain.Recorded, c *projections.Changes) error {
			raw, ok := rec.Event.(envelope.Raw)
			if !ok {
				return fmt.Errorf("an event of type %T is none of the log", rec.Event)
			}
			record, began := causeOf(rec)
			if keep.over(began) {
				return nil
			}
			return apply(rec, raw, record, began, c)
		},
	}
}

// causeOf returns the record that an event belongs to, and its time: the same of all events that one request
// caused, whichever commands it took. The id of a request tells when it came. One that does not is no id that
// Gatelog makes; then it is the event's own time.
func causeOf(rec domain.Recorded) (record string, began time.Time) {
	record = domain.RequestOf(rec.ID)
	id, err := ulid.ParseStrict(record)
	if err != nil {
		return record, rec.Time
	}
	return record, ulid.Time(id.Time()).UTC()
}

// apply adds an event to the record of what it happened with. Each event of a record writes the same row.
func apply(rec domain.Recorded, raw envelope.Raw, record string, began time.Time, c *projections.Changes) error {
	fact, err := factOf(raw)
	if err != nil {
		return fmt.Errorf("%s at position %d: %w", raw.Type, rec.Position, err)
	}
	surface, operation, called := strings.Cut(rec.Operation, "/")
	if !called {
		surface, operation = raw.Surface, ""
	}
	r := recordOf(rec, surface, operation)
	r.ID, r.Time = record, began
	records.Put(c, r)
	changes.Put(c, fact.row(rec, record))
	return nil
}

// NewAttempts returns the projection of what left nothing in the log, from the journal of attempts.
func NewAttempts(keep Retention) *projections.Projection {
	return &projections.Projection{
		Name: NameAttempts, Version: versionAttempts, Tables: []projections.Table{attempts.Table}, DDL: attemptsDDL,
		Subjects: audit.AttemptsRoot + ".>", Open: openAttempt, Aside: true,
		Apply: func(rec domain.Recorded, c *projections.Changes) error {
			a, ok := rec.Event.(attempt)
			if ok && !keep.over(rec.Time) {
				attempts.Put(c, attemptOf(audit.Attempt(a)))
			}
			return nil
		},
	}
}

// attempt is an attempt as the kernel of projections wants it.
type attempt audit.Attempt

// EventType implements domain.Event.
func (attempt) EventType() string { return audit.TypeAttempt }

// Of implements domain.Event.
func (a attempt) Of() domain.Aggregate { return domain.Aggregate{Kind: "attempt", ID: a.ID} }

func openAttempt(message eventstore.Recorded) (domain.Recorded, bool, error) {
	if message.Type != audit.TypeAttempt {
		return domain.Recorded{}, false, fmt.Errorf("position %d: a message of type %s is no attempt", message.Position, message.Type)
	}
	var a attempt
	if err := json.Unmarshal(message.Data, &a); err != nil {
		return domain.Recorded{}, false, fmt.Errorf("position %d: %w", message.Position, err)
	}
	return domain.Recorded{Position: domain.Position(message.Position), ID: a.ID, Tenant: a.Tenant, Time: a.Time, Event: a}, true, nil
}

// textMost bounds what a column of text holds, in bytes.
const textMost = 1024

// text makes what somebody wrote one that Postgres keeps.
func text(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	for len(s) > textMost {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
