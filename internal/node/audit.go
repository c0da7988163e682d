package node

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	commandsaudit "github.com/gatelog/gatelog/commands/audit"
	"github.com/gatelog/gatelog/domain"
	domainaudit "github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// audit is what a node needs for the audit trail.
type audit struct {
	keep              projectionsaudit.Retention
	journal           *eventstore.Journal
	records, attempts *projections.Projection
	queries           *projectionsaudit.Queries
	strangers         *rate.Limiter
	lost              *prometheus.CounterVec
}

// Strangers can send what they like: a node keeps so many of their attempts a second, and so many at once. Each
// costs a write to disk. Attempts of users are all kept.
const (
	strangersEach = 200
	strangersMost = 2000
)

// Why an attempt was not kept.
const (
	lostUnreachable = "unreachable"
	lostStrangers   = "strangers"
)

func (n *Node) buildAudit(ctx context.Context) (*audit, error) {
	retention, err := n.config.auditRetention()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	journal, err := commandsaudit.OpenJournal(ctx, n.engines.Conn, retention, n.config.Replicas)
	if err != nil {
		return nil, err
	}
	keep := projectionsaudit.Retention{For: retention}
	a := &audit{
		keep: keep, journal: journal, records: projectionsaudit.NewRecords(keep), attempts: projectionsaudit.NewAttempts(keep),
		queries:   &projectionsaudit.Queries{DB: n.reads, Log: n.engines.Log, Keep: keep, Await: n.awaitAudit},
		strangers: rate.NewLimiter(strangersEach, strangersMost),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatelog_audit_attempts_lost_total", Help: "Refused, failed and unchanged requests that the audit trail does not have, by why.",
		}, []string{"why"}),
	}
	for _, why := range []string{lostUnreachable, lostStrangers} {
		a.lost.WithLabelValues(why)
	}
	return a, nil
}

// AuditRecords returns the projection of what was changed, as long as the configuration says that it is kept.
func AuditRecords(c Config) (*projections.Projection, error) {
	retention, err := c.auditRetention()
	return projectionsaudit.NewRecords(projectionsaudit.Retention{For: retention}), err
}

// prepareAudit makes the tables of the audit trail and their runners. By now the other read models have shown
// that they are of this log, so what does not fit is left over from one that was restored: changes are read again,
// and attempts, whose journal does not have the old ones any more, are kept.
func (n *Node) prepareAudit(ctx context.Context) error {
	err := n.fit(ctx, n.audit.records)
	if errors.Is(err, projections.ErrOtherLog) {
		n.logger.Warn("the audit trail is of another log: reading this one", "cause", err)
		err = projections.Restart(ctx, n.reads, n.engines.Log, n.audit.records)
	}
	if err != nil {
		return err
	}
	stale, err := projections.Prepare(ctx, n.reads, n.audit.journal, n.audit.attempts)
	switch {
	case errors.Is(err, projections.ErrOtherLog):
		n.logger.Warn("the journal of attempts is another one: going on with it", "cause", err)
		err = projections.Adopt(ctx, n.reads, n.audit.journal, n.audit.attempts)
	case stale:
		err = projections.Restart(ctx, n.reads, n.audit.journal, n.audit.attempts)
	}
	if err == nil {
		err = n.addRunner(n.audit.records, n.engines.Log)
	}
	if err == nil {
		err = n.addRunner(n.audit.attempts, n.audit.journal)
	}
	return err
}

// awaitAudit waits until Postgres has what log and journal have now.
func (n *Node) awaitAudit(ctx context.Context) error {
	head, err := n.engines.Log.Head(ctx)
	if err != nil {
		return err
	}
	last, err := n.audit.journal.Newest(ctx, n.audit.attempts.Filter(), 0)
	if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
		return err
	}
	return errors.Join(
		n.marks.Await(ctx, n.audit.records.Name, domain.Position(head)),
		n.marks.Await(ctx, n.audit.attempts.Name, domain.Position(last.Position)))
}

// keepAttempt puts an attempt into the journal. What cannot be kept is counted, and the client gets its answer
// all the same.
func (n *Node) keepAttempt(ctx context.Context, a domainaudit.Attempt) {
	if a.Actor.UserID == "" && !n.audit.strangers.AllowN(time.Now(), 1) {
		n.audit.lost.WithLabelValues(lostStrangers).Inc()
		return
	}
	if err := commandsaudit.Record(ctx, n.audit.journal, a); err != nil {
		n.audit.lost.WithLabelValues(lostUnreachable).Inc()
		n.logger.Warn("an attempt is missing in the audit trail", "request_id", a.Request, "operation", a.Operation, "error", err)
	}
}
