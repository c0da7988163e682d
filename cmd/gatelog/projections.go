package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/user"
	"text/tabwriter"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

func projectionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "projections",
		Short: "Show how far the read models are, and mend one that has stopped",
		Long: `Shows each projection: the position that its tables hold, the newest event that it is to apply (head), how
much lies between (lag), which node applies events to it, why it has stopped, and what it passes over.

A projection that meets an event that it cannot apply stops right before it, so that nothing is missed in
silence. Mostly a program that knows the event mends that. Where none ever will, an operator can have this
one event passed over: see 'gatelog projections skip'.

It works beside a running server or without one. The exit code is 0 when all projections work, 1 when one
has stopped.`,
		Example: `  gatelog projections
  gatelog projections --output json | jq 'select(.failure)'
  gatelog projections skip apig --position 1742 --reason 'written by a test build, of no account'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return withPool(e, 1, func(db *sqlx.DB) error {
					all, err := projections.StatusOf(ctx, db, e.Log, node.Projections())
					if err != nil {
						return err
					}
					return showProjections(cmd.OutOrStdout(), all, asJSON)
				})
			})
		},
	}
	addOutput(cmd, "one object per projection")
	cmd.AddCommand(skipCommand())
	return cmd
}

// showProjections writes the status of projections. It is an error when one has stopped.
func showProjections(out io.Writer, all []projections.Status, asJSON bool) error {
	var err error
	if asJSON {
		encoder := json.NewEncoder(out)
		for _, s := range all {
			err = errors.Join(err, encoder.Encode(gatelog.NewProjectionView(s)))
		}
	} else {
		err = printProjections(out, all)
	}
	for _, s := range all {
		if s.FailedAt > 0 {
			err = errors.Join(err, fmt.Errorf("%s has stopped at position %d", s.Name, s.FailedAt))
		}
	}
	return err
}

func printProjections(out io.Writer, all []projections.Status) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // an error comes again with Flush
	say("PROJECTION\tVERSION\tPOSITION\tHEAD\tLAG\tOWNER\tUPDATED (UTC)\tSTATE")
	for _, s := range all {
		state := "works"
		if s.FailedAt > 0 {
			state = "stopped at " + count(s.FailedAt)
		}
		say("%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s", s.Name, s.Version, count(s.Position), count(s.Head), count(s.Lag), orDash(s.Owner),
			s.UpdatedAt.UTC().Format(time.DateTime), state)
	}
	err := w.Flush()
	for _, s := range all {
		if s.FailedAt > 0 {
			_, _ = fmt.Fprintf(out, "\n%s cannot apply position %d (%s): %s\n", s.Name, s.FailedAt, printable(orDash(s.FailedType)), printable(s.Failure))
		}
		for _, k := range s.Skipped {
			_, _ = fmt.Fprintf(out, "\n%s skips position %d (%s), as %s said on %s at position %d: %s\n", s.Name, k.Position,
				printable(orDash(k.Type)), printable(k.By), k.Time.Format(time.DateTime), k.RecordedAt, printable(k.Reason))
		}
	}
	return err
}

func skipCommand() *cobra.Command {
	var at uint64
	var reason, actor string
	cmd := &cobra.Command{
		Use:   "skip PROJECTION --position N --reason TEXT",
		Short: "Let a projection pass over the event that it stopped at",
		Long: `Lets a projection that has stopped pass over exactly the event that it cannot apply. A running server goes
on at once. What the event says will be missing in the read models, for all times: rebuilds and 'gatelog
verify' know of the skip, and so does a Gatelog that is restored from a backup. Look at the event before
('gatelog log show N'), and prefer a program that can apply it.

The skip is an event in the log itself, with who, when and why:
'gatelog log tail --surface projections' shows all of them.`,
		Example:   `  gatelog projections skip apig --position 1742 --reason 'written by a test build, of no account'`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: projectionNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			all, err := chosen(args)
			if err != nil {
				return err
			}
			o := projections.SkipOrder{Position: domain.Position(at), Actor: domain.Actor{UserName: actor, Client: "gatelog projections skip"}, Reason: reason}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return withPool(e, 1, func(db *sqlx.DB) error { return skip(ctx, cmd.OutOrStdout(), db, e, all[0], o, asJSON) })
			})
		},
	}
	cmd.Flags().Uint64Var(&at, "position", 0, "position of the event that the projection has stopped at")
	cmd.Flags().StringVar(&reason, "reason", "", "why it may be passed over")
	cmd.Flags().StringVar(&actor, "actor", accountName(), "who says so")
	for _, name := range []string{"position", "reason"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flags were added right before
		}
	}
	return cmd
}

// accountName is who runs the program, as the operating system knows it.
func accountName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

func skip(ctx context.Context, out io.Writer, db *sqlx.DB, e *node.Engines, p *projections.Projection, o projections.SkipOrder, asJSON bool) error {
	k, err := projections.RecordSkip(ctx, db, e.Log, p, o)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(out).Encode(gatelog.NewSkipView(k))
	}
	_, err = fmt.Fprintf(out, "%s passes over position %d (%s) from now on, recorded at position %d\n", p.Name, k.Position, printable(orDash(k.Type)), k.RecordedAt)
	return err
}
