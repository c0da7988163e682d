package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

func replayCommand() *cobra.Command {
	var reset bool
	cmd := &cobra.Command{
		Use:   "replay [PROJECTION...]",
		Short: "Make read models again from the log",
		Long: `Makes the tables of projections again from the log, of all when none is named. It works beside the live
tables, while a server reads and writes them, and puts the new ones in their place in one step at the end:
nothing is ever missing. Interrupted at any time, the live tables are as they were, and the next replay goes
on with what this one has written, if program and log are the same.

Do it when 'gatelog verify' names differences, or after the database was restored from somewhere else. A
server that finds read models of another log, or ahead of its log, does not start; --reset makes them anew
in this case: they are emptied first, since nothing in them can be trusted.

'gatelog replay audit' makes the audit trail of changes again, for as long back as --audit-retention says.

A projection that had stopped at an event goes on when the server is started again, with a program that can
apply it, or at once when the event is skipped ('gatelog projections skip').

The exit code is 0 when all projections were made again, else 1.`,
		Example: `  gatelog replay
  gatelog replay apig --output json
  gatelog replay --reset`,
		ValidArgs: append(projectionNames(), projectionsaudit.NameRecords),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			restCollector()
			all, err := chosenToReplay(cmd, args)
			if err != nil {
				return err
			}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return withPool(e, replayConnections, func(db *sqlx.DB) error {
					for _, p := range all {
						r := replay{db: db, log: e.Log, projection: p, reset: reset, progress: newProgress(cmd, asJSON)}
						if err := r.run(ctx); err != nil {
							return err
						}
					}
					return nil
				})
			})
		},
	}
	cmd.Flags().BoolVar(&reset, "reset", false, "also make anew what belongs to another log, or is ahead of this one")
	addOutput(cmd, "one object per step of the work")
	return cmd
}

// chosenToReplay returns the projections with the names. The audit trail is none of those that are replayed when
// no name is given: it is made by itself, and nothing but its retention asks for it to be made again.
func chosenToReplay(cmd *cobra.Command, names []string) ([]*projections.Projection, error) {
	at := slices.Index(names, projectionsaudit.NameRecords)
	if at < 0 {
		return chosen(names)
	}
	c, err := loadConfig(cmd)
	if err != nil {
		return nil, err
	}
	records, err := node.AuditRecords(c)
	if err != nil {
		return nil, err
	}
	names = slices.Delete(slices.Clone(names), at, at+1)
	if len(names) == 0 {
		return []*projections.Projection{records}, nil
	}
	some, err := chosen(names)
	return append(some, records), err
}

// replayConnections are one for the lock and those that a rebuild needs.
const replayConnections = 4

// replay is the work on one projection.
type replay struct {
	db         *sqlx.DB
	log        eventstore.Log
	projection *projections.Projection
	reset      bool
	progress   *progress
}

func (r *replay) run(ctx context.Context) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	err = r.prepare(ctx)
	if err == nil {
		err = projections.Rebuild(ctx, r.db, r.log, r.projection, r.progress.report)
		r.progress.end()
	}
	if ctx.Err() != nil && err != nil {
		err = fmt.Errorf("the live read models of %s are as they were: %w", r.projection.Name, err)
	}
	return errors.Join(err, unlock())
}

// lock keeps a second replay of the projection away: both would work on the same new tables.
func (r *replay) lock(ctx context.Context) (unlock func() error, err error) {
	conn, err := r.db.Connx(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach the read models: %w", err)
	}
	var mine bool
	err = conn.GetContext(ctx, &mine, "SELECT pg_try_advisory_lock(hashtext($1))", "gatelog.replay."+r.projection.Name)
	if err == nil && !mine {
		err = fmt.Errorf("another replay of %s is at work: wait for it or stop it", r.projection.Name)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		// The lock would last as long as the connection, which goes back into a pool.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()")
		return errors.Join(err, conn.Close())
	}, nil
}

// prepare makes tables that there are none of. Tables that do not belong to the log are emptied when that
// was asked for: their checkpoint means nothing here, so they cannot be followed up from it.
func (r *replay) prepare(ctx context.Context) error {
	_, err := projections.Prepare(ctx, r.db, r.log, r.projection)
	if !r.reset || !errors.Is(err, projections.ErrOtherLog) {
		return err
	}
	r.progress.note("the read models of " + r.projection.Name + " do not belong to this log: making them anew")
	return projections.Restart(ctx, r.db, r.log, r.projection)
}
