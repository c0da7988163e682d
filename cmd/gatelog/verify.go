package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

func verifyCommand() *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:   "verify [PROJECTION...]",
		Short: "Prove that the read models say what the log says",
		Long: `Folds the log up to where the read models are and compares every row of every table with the fold, for
all projections when none is named. Then it reads the definition of every version back from the log: its
position must hold the publication that made it, and what that refers to must be readable.

Each difference is named with its table, its key, what the log says and what the table says. It works
beside a running server and changes nothing; 'gatelog replay' mends what it finds.

The exit code is 0 when nothing differs, else 1.`,
		Example: `  gatelog verify
  gatelog verify apig --output json | jq 'select(.expected)'`,
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
			v := &verification{out: cmd.OutOrStdout(), asJSON: asJSON, most: most}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return withPool(e, verifyConnections, func(db *sqlx.DB) error { return v.run(ctx, db, e.Log, all) })
			})
		},
	}
	cmd.Flags().IntVarP(&most, "max", "m", differencesDefault, "name at most this many differences; all are counted")
	addOutput(cmd, "one object per difference, and one per projection that sums up")
	return cmd
}

const (
	verifyConnections  = 3
	differencesDefault = 1000
)

// verification compares projections with the log and tells what it finds.
type verification struct {
	out    io.Writer
	asJSON bool
	most   int

	differences int
	failed      error // of the output
}

// summary is what came of one projection.
type summary struct {
	Projection  string          `json:"projection"`
	Position    domain.Position `json:"position"`
	Rows        int             `json:"rows"`
	Versions    int             `json:"versions"` // whose definitions were read back
	Differences int             `json:"differences"`
	versioned   bool            // has definitions to read back
}

func (v *verification) run(ctx context.Context, db *sqlx.DB, log eventstore.Log, all []*projections.Projection) error {
	for _, p := range all {
		if err := v.one(ctx, db, log, p); err != nil {
			return err
		}
	}
	if v.differences > 0 {
		return fmt.Errorf("%s between the read models and the log: 'gatelog replay' makes the read models again", plural(v.differences, "difference"))
	}
	return nil
}

func (v *verification) one(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *projections.Projection) error {
	if err := canCompare(ctx, db, log, p); err != nil {
		return err
	}
	before := v.differences
	at, rows, err := projections.Verify(ctx, db, log, p, v.found)
	if err != nil {
		return err
	}
	s := summary{Projection: p.Name, Position: at, Rows: rows}
	if verify := versionsOf(p, db, log); verify != nil {
		s.versioned = true
		if s.Versions, err = verify(ctx, v.found); err != nil {
			return err
		}
	}
	s.Differences = v.differences - before
	return v.sumUp(s)
}

// versionsOf returns what reads the definitions of the versions of a projection back; nil when it has
// none.
func versionsOf(p *projections.Projection, db *sqlx.DB, log eventstore.Log) func(context.Context, func(projections.Difference)) (int, error) {
	if p.Name != projectionsapig.New().Name {
		return nil
	}
	return projectionsapig.NewQueries(projections.NewStatements(db), log).VerifyVersions
}

// canCompare returns why a projection can't be compared with the log.
func canCompare(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *projections.Projection) error {
	all, err := projections.Checkpoints(ctx, db)
	if err != nil {
		return err
	}
	head, err := log.Head(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		switch {
		case c.Name != p.Name:
			continue
		case c.Incarnation != log.Incarnation() || c.Position > domain.Position(head):
			return fmt.Errorf("%w: %s is at position %d, the log ends at %d; 'gatelog replay --reset' makes them again", projections.ErrOtherLog, p.Name, c.Position, head)
		case c.Version != p.Version:
			return fmt.Errorf("the read models of %s are of version %d, this program makes version %d: 'gatelog replay %s' makes them again", p.Name, c.Version, p.Version, p.Name)
		}
		return nil
	}
	return fmt.Errorf("there are no read models of %s yet: 'gatelog serve' and 'gatelog replay %s' make them", p.Name, p.Name)
}

// found tells a difference.
func (v *verification) found(d projections.Difference) {
	if v.differences++; v.differences > v.most || v.failed != nil {
		return
	}
	if v.asJSON {
		v.failed = json.NewEncoder(v.out).Encode(d)
		return
	}
	_, v.failed = fmt.Fprintf(v.out, "%s.%s  %s\n  expected  %s\n  found     %s\n", d.Projection, d.Table, printable(d.Key),
		printable(rowOr(d.Expected)), printable(rowOr(d.Found)))
}

func rowOr(row string) string {
	if row == "" {
		return "no row"
	}
	return row
}

func (v *verification) sumUp(s summary) error {
	if v.failed != nil {
		return v.failed
	}
	if v.asJSON {
		return json.NewEncoder(v.out).Encode(s)
	}
	also := ""
	if s.versioned {
		also = "; the definitions of " + plural(s.Versions, "version") + " read back"
	}
	_, err := fmt.Fprintf(v.out, "%s: %s verified at position %d, %s%s\n", s.Projection, plural(s.Rows, "row"), s.Position, plural(s.Differences, "difference"), also)
	return err
}
