package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/declared"
)

func atCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "at MOMENT",
		Short: "Write an instance, or a group, as it was at a moment, in the form that files have",
		Long: `Writes what is configured in an instance: environments, channels, policies, plug-ins, apps, groups with their
variables, responses and APIs, what runs of them and with what. Things have no ids, no times and no secrets there
and refer to each other by name, so that what two instances have in common looks the same.

The moment is 'now', a position of the log (1742) or a time (2026-01-02T15:04:05Z). With --export it is a
directory of files, one for each API, to be kept in version control; without, one document.
'gatelog diff -f' compares such files with what is live, 'gatelog apply -f' makes it so.`,
		Example: `  gatelog at now --export gateway && git -C gateway diff
  gatelog at 1742 --group shop
  gatelog at 2026-01-02T15:04:05Z --export before --group shop`,
		Args: oneMoment,
	}
	addConnection(cmd)
	addOutput(cmd, "the declaration")
	dir := cmd.Flags().String("export", "", "directory for the files: new, empty, or with an earlier export, which is replaced")
	group := cmd.Flags().String("group", "", "name of a group; default: the whole instance")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query := url.Values{}
			if *group != "" {
				query.Set("group", *group)
			}
			if args[0] != "now" {
				setAsOf(query, args[0])
			}
			var d apig.Declaration
			if err := a.server.get(a.Context(), "declaration", query, &d); err != nil {
				return err
			}
			return a.declaration(d, *dir)
		})
	}
	return cmd
}

func oneMoment(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("give one moment: now, a position of the log such as 1742, or a time such as 2026-01-02T15:04:05Z")
	}
	return nil
}

// declaration writes a declaration into a directory, or as one document.
func (a asked) declaration(d apig.Declaration, dir string) error {
	if dir != "" {
		if err := declared.Write(dir, d); err != nil {
			return err
		}
		a.PrintErrf("wrote %s to %s\n", plural(len(d.Groups), "group"), dir)
		return nil
	}
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), d)
	}
	text, err := yaml.Marshal(d)
	if err != nil {
		return err
	}
	_, err = a.OutOrStdout().Write(text)
	return err
}

func applyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply -f FILES",
		Short: "Make an instance, or groups of it, what files declare",
		Long: `Compares what files declare with what is live, shows what would change, and does it as one change: everything
or nothing. What is as it is declared stays untouched.

The files are what 'gatelog at now --export' writes, or one file, or - for standard input. A list that is not there
is not spoken of: without channels.yaml all channels stay as they are. One that is there has all that there shall be
of its kind, and what it does not have is deleted. A group that is declared with the scope 'groups' leaves other
groups alone.

On a terminal it asks before it does anything; elsewhere it needs --yes. 'gatelog diff -f' only compares.`,
		Example: `  gatelog at now --export gateway
  $EDITOR gateway/groups/shop/apis/list.yaml
  gatelog diff -f gateway
  gatelog apply -f gateway --reason 'longer timeouts, OPS-42'`,
		Args: cobra.NoArgs,
	}
	addConnection(cmd)
	addOutput(cmd, "what the server answers")
	path := addFiles(cmd)
	yes := cmd.Flags().Bool("yes", false, "do not ask")
	keep := cmd.Flags().Bool("keep", false, "delete nothing, and take nothing offline, for not being declared")
	reason := cmd.Flags().String("reason", "", "why; kept with the events")
	_ = cmd.MarkFlagRequired("file") // the flag was added right before
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, err := declared.Read(*path, cmd.InOrStdin())
		if err != nil {
			return err
		}
		return ask(cmd, func(a asked) error {
			a.server.reason = *reason
			if !*yes {
				if agreed, err := a.agreed(d, *keep, *path); err != nil || !agreed {
					return err
				}
			}
			view, err := a.apply(d, *keep, false)
			if err != nil {
				return err
			}
			if *yes || a.asJSON {
				return a.changePlan(view)
			}
			a.PrintErrln(planOutcome(view))
			return nil
		})
	}
	return cmd
}

func addFiles(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("file", "f", "", "directory that 'gatelog at --export' wrote, a file with a declaration, or - for standard input")
}

func (a asked) apply(d apig.Declaration, keep, dryRun bool) (gatelog.PlanView, error) {
	var body gatelog.ApplyBody
	body.Body.Declaration, body.Body.Keep, body.Body.DryRun = d, keep, dryRun
	var view gatelog.PlanView
	err := a.server.post(a.Context(), "declaration", body.Body, &view)
	return view, err
}

// diffFiles shows what applying files would change.
func (a asked) diffFiles(path string, keep bool) error {
	d, err := declared.Read(path, a.InOrStdin())
	if err != nil {
		return err
	}
	view, err := a.apply(d, keep, true)
	if err != nil {
		return err
	}
	return a.changePlan(view)
}

// agreed shows the plan, and asks whether it shall be done if there is anything to do.
func (a asked) agreed(d apig.Declaration, keep bool, path string) (bool, error) {
	if _, ok := terminal(a.InOrStdin()); !ok || path == "-" {
		return false, errors.New("nobody can be asked here: look at 'gatelog diff -f' and give --yes")
	}
	view, err := a.apply(d, keep, true)
	if err != nil {
		return false, err
	}
	if err := a.changePlan(view); err != nil || view.Events == 0 && len(view.Refused) == 0 {
		return false, err
	}
	if len(view.Refused) > 0 {
		return false, errors.New("nothing was changed, for the reasons above")
	}
	a.PrintErr("make these changes? Only 'yes' does: ")
	answer, err := bufio.NewReader(a.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return strings.TrimSpace(answer) == "yes", nil
}

// changePlan shows what applying a declaration changed, or would change.
func (a asked) changePlan(v gatelog.PlanView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), v)
	}
	out := tint(a.OutOrStdout())
	for _, c := range v.Changes {
		if err := writeChange(out, c); err != nil {
			return err
		}
	}
	for _, r := range v.Refused {
		a.PrintErrf("in the way: %s\n", printable(r.String()))
	}
	a.PrintErrln(planOutcome(v))
	return nil
}

func planOutcome(v gatelog.PlanView) string {
	switch {
	case len(v.Refused) > 0:
		return "it would be refused: " + plural(len(v.Refused), "reason")
	case v.Events == 0:
		return "everything is so already"
	case v.DryRun:
		return fmt.Sprintf("%s, in %s; nothing was changed", plural(len(v.Changes), "change"), plural(v.Events, "event"))
	}
	return fmt.Sprintf("made %s with %s", plural(len(v.Changes), "change"), plural(v.Events, "event"))
}

// writeChange writes one line, and beneath it what changes in a thing that stays.
func writeChange(out io.Writer, c apig.PlannedChange) error {
	mark := map[string]string{"create": "+", "delete": "-"}[c.Action]
	if mark == "" {
		mark = " "
	}
	if _, err := fmt.Fprintln(out, printable(fmt.Sprintf("%s %-6s %s", mark, c.Action, c))); err != nil {
		return err
	}
	if c.Action != "change" {
		return nil
	}
	return writePatch(out, c.Patch)
}

// writePatch writes the operations of a JSON Patch, a line each.
func writePatch(out io.Writer, text json.RawMessage) error {
	var patch []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(text, &patch); err != nil {
		return fmt.Errorf("a JSON Patch: %w", err)
	}
	for _, op := range patch {
		if _, err := fmt.Fprintln(out, printable(strings.TrimRight(fmt.Sprintf("            %s %s %s", op.Op, op.Path, op.Value), " "))); err != nil {
			return err
		}
	}
	return nil
}
