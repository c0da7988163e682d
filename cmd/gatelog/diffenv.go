package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// environments compares what runs of a whole group or instance.
func (a asked) environments(args []string, d *differing) error {
	to := projectionsapig.OfDraft
	if !d.withDraft {
		to = projectionsapig.OfLive + ":" + d.withEnv
	}
	query := url.Values{"from": {projectionsapig.OfLive + ":" + d.env}, "to": {to}, "form": {d.form}}
	setAsOf(query, *d.asOf)
	path, err := a.wholePath(args, query)
	if err != nil {
		return err
	}
	var view gatelog.EnvironmentsDiffView
	if err := a.server.getOfProject(a.Context(), path+"/environments/diff", query, &view); err != nil {
		return err
	}
	if a.asJSON {
		return writeJSON(a.OutOrStdout(), view.Patch)
	}
	if len(view.Groups) > 0 {
		if err := writeEnvironments(a.OutOrStdout(), strings.Join(args, " "), view, *d.beside); err != nil {
			return err
		}
	}
	a.PrintErrln(envSummary(view))
	return nil
}

// writeEnvironments writes first a line for each API that runs on one side only, then what differs in the others.
func writeEnvironments(out io.Writer, of string, v gatelog.EnvironmentsDiffView, beside bool) error {
	titles := compared{
		before: fmt.Sprintf("%s, %s, at position %d", of, envText(v.From), v.Position), after: fmt.Sprintf("%s, %s, at position %d", of, envText(v.To), v.Position),
	}
	if err := titles.write(out, beside); err != nil {
		return err
	}
	for _, g := range v.Groups {
		where := ""
		if v.GroupID == "" {
			where = "group " + g.Name + ": "
		}
		for _, api := range g.APIs {
			if err := writeAlone(out, where, api, beside); err != nil {
				return err
			}
		}
		var changes []resources.Change
		for _, api := range g.APIs {
			changes = append(changes, beneath(where+"api "+api.Name+": ", api.Changes)...)
		}
		changes = append(changes, beneath(where+"variable ", g.Variables)...)
		if err := showChanges(out, beside, changes, ""); err != nil {
			return err
		}
	}
	return nil
}

// envText says what a side is.
func envText(e gatelog.EnvironmentSide) string {
	if e.Of == projectionsapig.OfDraft {
		return "the drafts, as they would run in " + e.EnvName
	}
	return "live in " + e.EnvName
}

// writeAlone writes a line for an API that runs on one side only.
func writeAlone(out io.Writer, where string, api projectionsapig.APIDiff, beside bool) error {
	line := printable(fmt.Sprintf("%sapi %s  %s %s  %s", where, api.Name, api.ReqMethod, api.ReqURI, api.APIID))
	switch {
	case api.What == projectionsapig.Differs:
		return nil
	case beside && api.What == projectionsapig.OnlyFrom:
		return newTwoColumns(out).rows([]string{line}, nil, "<")
	case beside:
		return newTwoColumns(out).rows(nil, []string{line}, ">")
	case api.What == projectionsapig.OnlyFrom:
		line = "- " + line
	default:
		line = "+ " + line
	}
	_, err := fmt.Fprintln(tint(out), line)
	return err
}

// beneath puts the name of what changed before the places of the changes.
func beneath(name string, changes []resources.Change) []resources.Change {
	all := make([]resources.Change, len(changes))
	for i, c := range changes {
		all[i] = c
		all[i].Path = name + c.Path
	}
	return all
}

// envSummary counts what was compared.
func envSummary(v gatelog.EnvironmentsDiffView) string {
	count, variables := map[string]int{}, 0
	for _, g := range v.Groups {
		for _, api := range g.APIs {
			count[api.What]++
		}
		variables += len(g.Variables)
	}
	return fmt.Sprintf("APIs: %d only in %s, %d only in %s, %d not alike, %d alike; %s not alike",
		count[projectionsapig.OnlyFrom], envName(v.From), count[projectionsapig.OnlyTo], envName(v.To), count[projectionsapig.Differs], v.Same,
		plural(variables, "variable"))
}

// envName says in a word what a side is.
func envName(e gatelog.EnvironmentSide) string {
	if e.Of == projectionsapig.OfDraft {
		return "the drafts"
	}
	return e.EnvName
}
