// Package audit keeps attempts at changes that came to nothing. They are no events of the log: nothing has
// happened. So they go into a journal of their own, which keeps them for a while.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
)

// Stream is the name of the journal of attempts.
const Stream = "GATELOG_ATTEMPTS"

// journalBytes is how much the journal holds. When it is full the oldest attempts go; they are in Postgres by
// then.
const journalBytes = 256 << 20

// OpenJournal returns the journal of attempts, which keeps them for as long as the audit trail does.
func OpenJournal(ctx context.Context, nc *nats.Conn, retention time.Duration, replicas int) (*eventstore.Journal, error) {
	return eventstore.OpenJournal(ctx, nc, eventstore.JournalOptions{
		Name: Stream, Root: audit.AttemptsRoot, MaxAge: retention, MaxBytes: journalBytes, Replicas: replicas,
	})
}

// Record keeps an attempt. When it returns nil the attempt is in the journal, once, however often it is called.
// It takes four seconds at most.
func Record(ctx context.Context, journal *eventstore.Journal, a audit.Attempt) error {
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("record an attempt: %w", err)
	}
	subject := audit.AttemptsRoot + ".stranger"
	if a.Tenant != "" {
		subject = audit.AttemptsRoot + ".tenant." + a.Tenant
	}
	return journal.Publish(ctx, eventstore.Message{Subject: subject, ID: a.ID, Type: audit.TypeAttempt, Schema: 1, Time: a.Time, Data: data})
}
