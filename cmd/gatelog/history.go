package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// resourceKinds are the kinds that the log knows, for completion.
var resourceKinds = []string{
	"acl", "api", "app", "appauth", "appquota", "authorizer", "certificate", "channel", "domain", "endpoint", "env", "feature", "group", "instance",
	"orchestration", "plugin", "port", "quota", "response", "signature", "task", "throttle", "variable",
}

// kindAndID accepts a kind and an id.
func kindAndID(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return errors.New("give a kind and an id, such as: group 85c2991b6071a757fa3a52e469da4ecd")
	}
	return nil
}

// resourceCommand is a command that asks about one resource.
func resourceCommand(cmd *cobra.Command, inJSON string) *cobra.Command {
	addConnection(cmd)
	addOutput(cmd, inJSON)
	cmd.Args = kindAndID
	cmd.ValidArgs = resourceKinds
	cmd.Flags().Bool("project-wide", false, "the quota is one of the project and not of the instance; its id is PROJECT_NAME")
	return cmd
}

// ofResource names the resource of a command. The instance is only looked at for what every instance has.
func (a asked) ofResource(args []string) (url.Values, error) {
	wide, err := a.Flags().GetBool("project-wide")
	query := url.Values{"kind": {args[0]}, "id": {args[1]}}
	if !wide {
		query.Set("instance_id", a.server.InstanceID)
	}
	return query, err
}

// addAsOf adds the flag that names a moment.
func addAsOf(cmd *cobra.Command) *string {
	return cmd.Flags().String("as-of", "", "as it was at this position of the log (1742) or time (2026-01-02T15:04:05Z)")
}

func historyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history KIND ID",
		Short: "Show what happened to a resource of any kind: who, when, why, what it changed",
		Long: `Shows the events of a resource, newest first, with what each changed: also of one that was deleted.

The kind is what 'gatelog log' shows before the slash: group, api, variable, channel, plugin, env … Of a
feature or a quota the id is its name. Secrets are masked.`,
		Example: `  gatelog history group 85c2991b6071a757fa3a52e469da4ecd
  gatelog history channel 3c1d… --oldest-first -n 100
  gatelog history env DEFAULT_ENVIRONMENT_RELEASE_ID --output json | jq '.events[].reason'`,
	}
	limit, offset := addPage(cmd)
	oldest := cmd.Flags().Bool("oldest-first", false, "begin with the oldest event")
	asOf := addAsOf(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query, err := a.ofResource(args)
			if err != nil {
				return err
			}
			for name, value := range pageQuery(*limit, *offset) {
				query[name] = value
			}
			if *oldest {
				query.Set("order", "asc")
			}
			setAsOf(query, *asOf)
			var h gatelog.HappeningListView
			if err := a.server.getOfProject(a.Context(), "history", query, &h); err != nil {
				return err
			}
			return a.happenings(h)
		})
	}
	return resourceCommand(cmd, "what the server answers")
}

func setAsOf(query url.Values, asOf string) {
	if asOf != "" {
		query.Set("as_of", asOf)
	}
}

func (a asked) happenings(h gatelog.HappeningListView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), h)
	}
	out := tint(a.OutOrStdout())
	for _, e := range h.Events {
		if _, err := fmt.Fprintln(out, printable(causeText(e.CauseView))); err != nil {
			return err
		}
		if e.Data != nil {
			if err := writeSide(out, "  ", e.Data); err != nil {
				return err
			}
		}
		if e.Diff == nil {
			continue
		}
		if err := writeChanges(out, e.Diff.Changes, "  "); err != nil {
			return err
		}
	}
	a.PrintErrf("%d of %s\n", h.Size, plural(h.Total, "event"))
	return nil
}

// causeText says in a line what happened, when, by whom and why.
func causeText(c gatelog.CauseView) string {
	parts := []string{fmt.Sprint(c.Position), c.Time.UTC().Format(minuteTime), strings.TrimPrefix(c.Type, "apig."), orDash(c.Actor.UserName)}
	if c.Actor.Address != "" {
		parts = append(parts, "from "+c.Actor.Address)
	}
	parts = append(parts, "by "+c.Command)
	if c.Reason != "" {
		parts = append(parts, "because: "+c.Reason)
	}
	return strings.Join(parts, "  ")
}

func blameCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "blame KIND ID",
		Short: "Show which event gave each field of a resource its present value",
		Long: `Shows each field of a resource with its value and the event that gave it: who, when and why. Of a resource
that was deleted, the values that it had last. A part of a list that has a name keeps its history when it
moves.`,
		Example: `  gatelog blame api 5f918d104dc84480a75166ba99efff21
  gatelog blame group 85c2991b6071a757fa3a52e469da4ecd --as-of 2026-01-02T15:04:05Z
  gatelog blame channel 3c1d… --output json | jq '.fields[] | select(.pointer == "/port")'`,
	}
	asOf := addAsOf(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query, err := a.ofResource(args)
			if err != nil {
				return err
			}
			setAsOf(query, *asOf)
			var b gatelog.BlameView
			if err := a.server.getOfProject(a.Context(), "blame", query, &b); err != nil {
				return err
			}
			return a.blame(b)
		})
	}
	return resourceCommand(cmd, "what the server answers")
}

func (a asked) blame(b gatelog.BlameView) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), b)
	}
	if b.Deleted {
		a.PrintErrln("it is gone; these are the values that it had last")
	}
	t := newTable(a.OutOrStdout(), "POSITION", "TIME (UTC)", "ACTOR", "FIELD", "VALUE", "REASON")
	for _, f := range b.Fields {
		e := f.Event
		t.row(fmt.Sprint(e.Position), e.Time.UTC().Format(minuteTime), e.Actor.UserName, f.Pointer, string(f.Value), e.Reason)
	}
	return t.Flush()
}

func diffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff KIND ID",
		Short: "Show what differs between two moments of a resource of any kind",
		Long: `Compares a resource with itself at another moment. With --output json it prints a JSON Patch (RFC 6902).

'gatelog api diff' compares versions, drafts and environments of an API.`,
		Example: `  gatelog diff group 85c2991b6071a757fa3a52e469da4ecd --from 1742
  gatelog diff group 85c2991b6071a757fa3a52e469da4ecd --whole --from 1742
  gatelog diff channel 3c1d… --from 2026-01-02T15:04:05Z --to 2026-01-03T00:00:00Z --side-by-side`,
	}
	flags := cmd.Flags()
	from := flags.String("from", "", "the first moment: a position of the log or a time")
	to := flags.String("to", "", "the second moment; default: now")
	beside := flags.Bool("side-by-side", false, "show before and after in columns")
	whole := flags.Bool("whole", false, "compare the whole group or instance, with everything in it")
	files := addFiles(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			if *files != "" {
				return a.diffFiles(*files)
			}
			query, err := a.ofResource(args)
			if err != nil {
				return err
			}
			query.Set("from", *from)
			if *to != "" {
				query.Set("to", *to)
			}
			path := "diff"
			if *whole {
				if path, err = a.wholePath(args, query); err != nil {
					return err
				}
			}
			var d gatelog.MomentsDiffView
			if err := a.server.getOfProject(a.Context(), path, query, &d); err != nil {
				return err
			}
			return a.moments(d, *beside)
		})
	}
	resourceCommand(cmd, "the JSON Patch")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if *files != "" {
			return cobra.NoArgs(cmd, args)
		}
		if *from == "" {
			return errors.New("since when? give --from with a position of the log or a time")
		}
		return kindAndID(cmd, args)
	}
	return cmd
}

// wholePath is where a whole group or instance is compared.
func (a asked) wholePath(args []string, query url.Values) (string, error) {
	for _, name := range []string{"kind", "id", "instance_id"} {
		query.Del(name)
	}
	if !idForm.MatchString(args[1]) {
		return "", errors.New("the id is none: letters, digits, - and _")
	}
	switch args[0] {
	case "instance":
		return "instances/" + args[1] + "/diff", nil
	case "group":
		query.Set("group_id", args[1])
		return "instances/" + a.server.InstanceID + "/diff", nil
	}
	return "", fmt.Errorf("--whole is for a group or an instance, not for kind %q", args[0])
}

func (a asked) moments(d gatelog.MomentsDiffView, beside bool) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), d.Patch)
	}
	if len(d.Changes) == 0 {
		a.PrintErrf("no differences between the positions %d and %d\n", d.From, d.To)
		return nil
	}
	if beside {
		return writeColumns(a.OutOrStdout(), fmt.Sprintf("AT %d", d.From), fmt.Sprintf("AT %d", d.To), d.Changes)
	}
	out := tint(a.OutOrStdout())
	if _, err := fmt.Fprintf(out, "--- %s %s at position %d\n+++ %s %s at position %d\n", d.Kind, d.ID, d.From, d.Kind, d.ID, d.To); err != nil {
		return err
	}
	return writeChanges(out, d.Changes, "")
}

// writeColumns writes changes side by side.
func writeColumns(out io.Writer, before, after string, changes []projectionsapig.Change) error {
	t := newTable(out, "FIELD", before, after)
	for _, c := range changes {
		t.row(c.Path, string(c.Before), string(c.After))
	}
	return t.Flush()
}
