package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/http/gatelog"
)

// resourceKinds are the kinds that the log knows, for completion.
var resourceKinds = []string{
	"accesskey", "account", "acl", "api", "app", "appauth", "appquota", "authorizer", "certificate", "channel", "domain", "endpoint", "env", "feature", "group",
	"instance", "orchestration", "plugin", "port", "project", "quota", "response", "signature", "subscription", "task", "throttle", "user", "variable",
}

// surfaceOf is the surface that a kind belongs to, where its name tells.
var surfaceOf = map[string]string{
	"account": identity.Surface, "project": identity.Surface, "user": identity.Surface, "accesskey": identity.Surface,
	"subscription": subscriptions.Surface,
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
	cmd.Flags().String("surface", "", "API of Gatelog that the resource belongs to: apig, identity or subscriptions; default: the one that has the kind")
	return cmd
}

// ofResource names the resource of a command. The instance is only looked at for what every instance has.
func (a asked) ofResource(args []string) (url.Values, error) {
	wide, err := a.Flags().GetBool("project-wide")
	if err != nil {
		return nil, err
	}
	surface, err := a.Flags().GetString("surface")
	query := url.Values{"kind": {args[0]}, "id": {args[1]}, "surface": {cmp.Or(surface, surfaceOf[args[0]], "apig")}}
	if !wide {
		query.Set("instance_id", a.server.InstanceID)
	}
	return query, err
}

// getOfResource asks what happened to a resource. Users and projects belong to no project.
func (a asked) getOfResource(path string, query url.Values, into any) error {
	if query.Get("surface") != identity.Surface {
		return a.server.getOfProject(a.Context(), path, query, into)
	}
	query.Del("instance_id")
	return a.server.getAt(a.Context(), path, query, into)
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
feature or a quota the id is its name. Webhooks are of kind subscription. Those who administer the account
can ask about kind user, accesskey, project and account, too. Secrets are masked.`,
		Example: `  gatelog history group 85c2991b6071a757fa3a52e469da4ecd
  gatelog history channel 3c1d… --oldest-first -n 100
  gatelog history user 2f7d1b0c9a854e63b1f2a8c4d5e6f708 --side-by-side
  gatelog history env DEFAULT_ENVIRONMENT_RELEASE_ID --output json | jq '.events[].reason'`,
	}
	limit, offset := addPage(cmd)
	oldest := cmd.Flags().Bool("oldest-first", false, "begin with the oldest event")
	asOf, beside := addAsOf(cmd), addBeside(cmd)
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
			if err := a.getOfResource("history", query, &h); err != nil {
				return err
			}
			return a.happenings(h, *beside)
		})
	}
	return resourceCommand(cmd, "what the server answers")
}

func setAsOf(query url.Values, asOf string) {
	if asOf != "" {
		query.Set("as_of", asOf)
	}
}

func (a asked) happenings(h gatelog.HappeningListView, beside bool) error {
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), h)
	}
	out := a.OutOrStdout()
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
		if err := showChanges(out, beside, e.Diff.Changes, "  "); err != nil {
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
			if err := a.getOfResource("blame", query, &b); err != nil {
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
