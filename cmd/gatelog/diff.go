package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/http/gatelog"
)

func diffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff KIND ID | diff -f FILES",
		Short: "Show what differs: two moments of anything, two environments, or files and what is live",
		Long: `Compares a resource with itself at another moment, with --whole a group or an instance with everything in it:

  --from MOMENT [--to MOMENT]

Or compares what runs of a whole group, or of a whole instance: in two environments, or in one and if all
drafts were published to it. That tells which APIs run in one and not in the other, and of the others what
differs in their definitions, policies and apps, and in the variables:

  --env NAME --with-env NAME
  --env NAME --with-draft

Or compares what files declare with what is live, and shows what 'gatelog apply' would change:

  -f FILES

With --output json it prints a JSON Patch (RFC 6902), of files the plan. 'gatelog api diff' compares versions of one API.`,
		Example: `  gatelog diff group 85c2991b6071a757fa3a52e469da4ecd --from 1742
  gatelog diff group 85c2991b6071a757fa3a52e469da4ecd --whole --from 1742
  gatelog diff channel 3c1d… --from 2026-01-02T15:04:05Z --to 2026-01-03T00:00:00Z --side-by-side
  gatelog diff group 85c2991b6071a757fa3a52e469da4ecd --env TEST --with-env RELEASE
  gatelog diff instance 7a9be0d12f6b4d0a8d3c5e1f2a4b6c8d --env RELEASE --with-draft
  gatelog diff -f gateway`,
	}
	d := addDiff(cmd)
	files := addFiles(cmd)
	keep := cmd.Flags().Bool("keep", false, "of files: as if 'gatelog apply' got --keep")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			switch {
			case *files != "":
				return a.diffFiles(*files, *keep)
			case d.env != "":
				return a.environments(args, d)
			}
			return a.moments(args, d)
		})
	}
	resourceCommand(cmd, "the JSON Patch")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if *files != "" {
			return cobra.NoArgs(cmd, args)
		}
		if err := kindAndID(cmd, args); err != nil {
			return err
		}
		return d.check(args[0])
	}
	return cmd
}

// differing are the flags that say what is compared with what.
type differing struct {
	from, to           string
	whole              bool
	env, withEnv, form string
	withDraft          bool
	asOf               *string
	beside             *bool
}

func addDiff(cmd *cobra.Command) *differing {
	d, flags := &differing{}, cmd.Flags()
	flags.StringVar(&d.from, "from", "", "the first moment: a position of the log or a time")
	flags.StringVar(&d.to, "to", "", "the second moment; default: now")
	flags.BoolVar(&d.whole, "whole", false, "compare the whole group or instance, with everything in it")
	flags.StringVar(&d.env, "env", "", "compare what runs in this environment (id or name)")
	flags.StringVar(&d.withEnv, "with-env", "", "with what runs in this one")
	flags.BoolVar(&d.withDraft, "with-draft", false, "with what would run there if all drafts were published")
	flags.StringVar(&d.form, "form", "run", "of environments, run: definitions with their variables filled in; written: as their owners wrote them")
	completeForm(cmd)
	d.asOf, d.beside = addAsOf(cmd), addBeside(cmd)
	return d
}

// check refuses what cannot be compared, and says what can.
func (d *differing) check(kind string) error {
	const moments, environments = "--from MOMENT [--to MOMENT]", "--env NAME with --with-env NAME or --with-draft"
	switch {
	case d.env == "" && (d.withEnv != "" || d.withDraft):
		return errors.New("with which environment? give --env NAME")
	case d.env == "" && d.from == "":
		return fmt.Errorf("compare what? two moments: %s; what runs: %s", moments, environments)
	case d.env == "":
		return nil
	case d.from != "" || d.to != "":
		return fmt.Errorf("give %s, or %s, not both; --as-of compares environments as they were", moments, environments)
	case (d.withEnv != "") == d.withDraft:
		return errors.New("compare the environment with what? give --with-env NAME or --with-draft")
	case kind == "api":
		return errors.New("of one API, give: gatelog api diff live:NAME live:NAME --api ID")
	case kind != "group" && kind != "instance":
		return fmt.Errorf("--env is for a group or an instance, not for kind %q", kind)
	}
	return nil
}

func (a asked) moments(args []string, d *differing) error {
	query, err := a.ofResource(args)
	if err != nil {
		return err
	}
	query.Set("from", d.from)
	if d.to != "" {
		query.Set("to", d.to)
	}
	setAsOf(query, *d.asOf)
	var view gatelog.MomentsDiffView
	if d.whole {
		err = a.getWhole(args, query, &view)
	} else {
		err = a.getOfResource("diff", query, &view)
	}
	if err != nil {
		return err
	}
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), view.Patch)
	}
	if len(view.Changes) == 0 {
		a.PrintErrf("no differences between the positions %d and %d\n", view.From, view.To)
		return nil
	}
	return compared{
		before: fmt.Sprintf("%s %s at position %d", view.Kind, view.ID, view.From), after: fmt.Sprintf("%s %s at position %d", view.Kind, view.ID, view.To),
		changes: view.Changes,
	}.write(a.OutOrStdout(), *d.beside)
}

// getWhole asks for what differs in a whole group or instance.
func (a asked) getWhole(args []string, query url.Values, into any) error {
	path, err := a.wholePath(args, query)
	if err != nil {
		return err
	}
	return a.server.getOfProject(a.Context(), path+"/diff", query, into)
}

// wholePath is the instance that a whole group or instance is compared in. It leaves in the query what that takes.
func (a asked) wholePath(args []string, query url.Values) (string, error) {
	for _, name := range []string{"kind", "id", "instance_id", "surface"} {
		query.Del(name)
	}
	if !idForm.MatchString(args[1]) {
		return "", errors.New("the id is none: letters, digits, - and _")
	}
	switch args[0] {
	case "instance":
		return "instances/" + args[1], nil
	case "group":
		query.Set("group_id", args[1])
		return "instances/" + a.server.InstanceID, nil
	}
	return "", fmt.Errorf("--whole is for a group or an instance, not for kind %q", args[0])
}
