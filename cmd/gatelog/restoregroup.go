package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
)

func restoreGroupCommand() *cobra.Command {
	return restoringWhole(&cobra.Command{
		Use:   "restore-group GROUP_ID",
		Short: "Bring a group with all its APIs back to what it was at a moment",
		Long: `Brings a group back to what it was: its name, its APIs with their drafts, what was published of them,
its variables and responses, and the policies that were bound and are still there. What is gone, even the
group itself, comes again under its old id; what did not exist then is deleted.

It is a new change like any other: nothing in the log is rewritten, and it can be undone in the same way.
What rules forbid is refused as a whole, with all reasons. See what would happen with --dry-run first.`,
		Example: `  gatelog restore-group 85c2991b6071a757fa3a52e469da4ecd --as-of 1742 --dry-run
  gatelog restore-group 85c2991b6071a757fa3a52e469da4ecd --as-of 2026-01-02T15:04:05Z --reason 'undo the mass edit'
  gatelog restore-group 85c2991b6071a757fa3a52e469da4ecd --as-of 1742 --dry-run -o json | jq '.deleted[].name'`,
	}, "groups")
}

func restoreAPICommand() *cobra.Command {
	return restoringWhole(&cobra.Command{
		Use:   "restore-api API_ID",
		Short: "Bring one API back to what it was at a moment",
		Long: `Brings an API back to what it was: its draft, what was published of it, and the policies that were bound
and are still there. An API that is gone comes again under its old id; its group must be there.

It is a new change like any other. See what would happen with --dry-run first.`,
		Example: `  gatelog restore-api 5f918d104dc84480a75166ba99efff21 --as-of 1742 --dry-run
  gatelog restore-api 5f918d104dc84480a75166ba99efff21 --as-of 2026-01-02T15:04:05Z`,
	}, "apis")
}

func restoreResourceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore-resource KIND ID",
		Short: "Bring a policy, channel, app or another thing of an instance back to what it was at a moment",
		Long: `Brings one thing back to what it was, under its old id if it is gone, with the secrets that it had. Kinds: env, feature,
orchestration, channel, authorizer, app, appquota, throttle, acl, signature, plugin, variable, response. What went with
it, such as bindings and AppCodes, does not come again; 'gatelog restore-group' binds policies again.

It is a new change like any other. See what would happen with --dry-run first.`,
		Example: `  gatelog restore-resource throttle 3437448ad06f4e0c91a224183116e965 --as-of 1742 --dry-run
  gatelog restore-resource channel 3c1d… --as-of 2026-01-02T15:04:05Z --reason 'deleted by mistake'`,
	}
	cmd.Args = kindAndID
	return restoringCommand(cmd, func(args []string) string {
		return strings.Join([]string{"resources", url.PathEscape(args[0]), url.PathEscape(args[1])}, "/")
	}, func(a asked, v gatelog.ThingRestoredView) error { return a.changePlan(v.PlanView) })
}

// restoreBody asks for a restoration.
func restoreBody(asOf string, dryRun bool) (body gatelog.RestoreBody, err error) {
	if asOf == "" {
		return body, errors.New("to which moment? give --as-of with a position of the log or a time")
	}
	body.Body.AsOf, body.Body.DryRun = asOf, dryRun
	return body, nil
}

// restoringWhole completes a command that restores what stands under a path with its id.
func restoringWhole(cmd *cobra.Command, under string) *cobra.Command {
	cmd.Args = oneID
	return restoringCommand(cmd, func(args []string) string { return under + "/" + args[0] }, asked.plan)
}

// restoringCommand completes a command that restores what stands at a path, and shows the answer.
func restoringCommand[V any](cmd *cobra.Command, path func(args []string) string, show func(asked, V) error) *cobra.Command {
	addConnection(cmd)
	addOutput(cmd, "what the server answers")
	asOf := addAsOf(cmd)
	dryRun := cmd.Flags().Bool("dry-run", false, "only show what would change")
	reason := cmd.Flags().String("reason", "", "why; kept with the events")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body, err := restoreBody(*asOf, *dryRun)
		if err != nil {
			return err
		}
		return ask(cmd, func(a asked) error {
			var view V
			a.server.reason = *reason
			if err := a.server.post(a.Context(), path(args)+"/restore", body.Body, &view); err != nil {
				return err
			}
			if a.asJSON {
				return writeJSON(a.OutOrStdout(), view)
			}
			return show(a, view)
		})
	}
	return cmd
}

// plan shows what a restoration changed, or would change.
func (a asked) plan(v gatelog.RestoreView) error {
	out := tint(a.OutOrStdout())
	for _, part := range []struct {
		mark, what string
		steps      []apig.RestoreStep
	}{
		{"+", "created", v.Created}, {" ", "changed", v.Changed}, {"-", "deleted", v.Deleted}, {"+", "published", v.Published},
		{"+", "switched", v.Switched}, {"-", "offline", v.Offline}, {"+", "bound", v.Bound}, {"-", "unbound", v.Unbound},
	} {
		for _, s := range part.steps {
			if err := writeStep(out, part.mark, part.what, s); err != nil {
				return err
			}
		}
	}
	for _, r := range v.LeftOut {
		a.PrintErrf("left out: %s\n", printable(r.String()))
	}
	for _, r := range v.Refused {
		a.PrintErrf("in the way: %s\n", printable(r.String()))
	}
	a.PrintErrln(restoreOutcome(v))
	return nil
}

func restoreOutcome(v gatelog.RestoreView) string {
	switch {
	case len(v.Refused) > 0:
		return "it would be refused: " + plural(len(v.Refused), "reason")
	case v.Events == 0:
		return fmt.Sprintf("everything is as it was at position %d", v.AsOf)
	case v.DryRun:
		return fmt.Sprintf("it would take %s to restore position %d; nothing was changed", plural(v.Events, "event"), v.AsOf)
	}
	return fmt.Sprintf("restored to position %d with %s", v.AsOf, plural(v.Events, "event"))
}

// writeStep writes one line, and beneath it what changes back.
func writeStep(out io.Writer, mark, what string, s apig.RestoreStep) error {
	parts := []string{mark, fmt.Sprintf("%-9s", what), s.Kind, s.ID}
	if s.Name != "" {
		parts = append(parts, s.Name)
	}
	if s.APIID != "" {
		parts = append(parts, "at API "+s.APIID)
	}
	if s.EnvID != "" {
		parts = append(parts, "in "+s.EnvID)
	}
	if s.VersionID != "" {
		parts = append(parts, "version "+s.VersionID)
	}
	if _, err := fmt.Fprintln(out, printable(strings.Join(parts, " "))); err != nil {
		return err
	}
	if s.Patch == nil {
		return nil
	}
	return writePatch(out, s.Patch)
}
