package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

func apiCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "api",
		Short: "Show the history, the versions and the differences of an API",
		Long: `Asks a running server what happened to an API, which versions it had, what they said, and what differs
between any two of them, its draft and what is live.

Endpoint, keys, project and instance are those in credentials.json of the data directory, unless flags or
variables say otherwise.`,
	}
	addConnection(cmd)
	addOutput(cmd, "what the server answers; of diff the JSON Patch")
	cmd.AddCommand(apiHistoryCommand(), apiVersionsCommand(), apiShowCommand(), apiDiffCommand())
	return cmd
}

// asked is what an api command needs to ask and to answer.
type asked struct {
	*cobra.Command
	server *connection
	asJSON bool
}

// ask runs do with a connection to the server. spare are flags of the connection that need not be given.
func ask(cmd *cobra.Command, do func(a asked) error, spare ...string) error {
	asJSON, err := inJSON(cmd)
	if err != nil {
		return err
	}
	server, err := connect(cmd, spare...)
	if err != nil {
		return err
	}
	return do(asked{cmd, server, asJSON})
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,65}$`)

// oneID accepts one argument that is an id.
func oneID(_ *cobra.Command, args []string) error {
	if len(args) != 1 || !idForm.MatchString(args[0]) {
		return errors.New("give one id: letters, digits, - and _")
	}
	return nil
}

// addPage adds the flags for a part of a list.
func addPage(cmd *cobra.Command) (limit, offset *int) {
	flags := cmd.Flags()
	return flags.IntP("number", "n", 20, "how many entries to show, at most 500"), flags.Int("offset", 0, "entries to pass over")
}

func pageQuery(limit, offset int) url.Values {
	return url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}
}

func apiHistoryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history API_ID",
		Short: "Show what happened to an API: who, when, from where, what",
		Long: `Shows the events of an API, newest first: also of one that was deleted long ago.

With --diff, each comes with what it changed: in the draft, or for a publication in what its environment
runs.`,
		Example: `  gatelog api history 5f918d104dc84480a75166ba99efff21
  gatelog api history 5f918d104dc84480a75166ba99efff21 --diff -n 5
  gatelog api history 5f918d104dc84480a75166ba99efff21 --oldest-first --output json | jq '.events[].reason'`,
		Args: oneID,
	}
	limit, offset := addPage(cmd)
	diff := cmd.Flags().Bool("diff", false, "show what each event changed; at most 100 at once")
	oldest := cmd.Flags().Bool("oldest-first", false, "begin with the oldest event")
	beside := addBeside(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query := pageQuery(*limit, *offset)
			query.Set("diff", strconv.FormatBool(*diff))
			if *oldest {
				query.Set("order", "asc")
			}
			var history gatelog.HistoryView
			if err := a.server.get(a.Context(), apiPath(args[0], "history"), query, &history); err != nil {
				return err
			}
			return a.history(history, *beside)
		})
	}
	return cmd
}

func apiVersionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "versions API_ID",
		Short: "List the versions of an API, all that ever were",
		Long: `Lists the versions of an API, newest first: also those that other lists no longer show, and those of an
API that is gone. Any of them can be shown, compared, and put in effect again.`,
		Example: `  gatelog api versions 5f918d104dc84480a75166ba99efff21
  gatelog api versions 5f918d104dc84480a75166ba99efff21 --env RELEASE -n 100`,
		Args: oneID,
	}
	limit, offset := addPage(cmd)
	env := cmd.Flags().String("env", "", "only versions made for this environment (id or name)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			query := pageQuery(*limit, *offset)
			if *env != "" {
				query.Set("env", *env)
			}
			var list gatelog.VersionListView
			if err := a.server.get(a.Context(), apiPath(args[0], "versions"), query, &list); err != nil {
				return err
			}
			return a.versions(list)
		})
	}
	return cmd
}

func apiShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show VERSION_ID|API_ID",
		Short: "Show a definition: a version, a draft, or what is live",
		Long: `Shows the whole definition of a version. Of an API it shows the draft, or with --env what runs in that
environment.

The definition is shown as its owner wrote it; --form run shows it with its #variables# filled in, as a
gateway runs it.`,
		Example: `  gatelog api show ee1a5a38d3d3493abf1dc4ed6cacfa0b
  gatelog api show 5f918d104dc84480a75166ba99efff21 --env RELEASE --form run`,
		Args: oneID,
	}
	env := cmd.Flags().String("env", "", "show what is live in this environment (id or name) of the API")
	api := cmd.Flags().String("api", "", "the API of the version; needed when the API is gone")
	form := addForm(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			view, err := a.definition(args[0], *api, *env)
			if err != nil {
				return err
			}
			return a.show(view, *form)
		})
	}
	return cmd
}

// addForm adds the flag that chooses between the two forms of a definition.
func addForm(cmd *cobra.Command) *string {
	form := cmd.Flags().String("form", "written", "written: as the owner wrote it; run: with the variables filled in")
	completeForm(cmd)
	return form
}

// completeForm offers the two forms of a definition.
func completeForm(cmd *cobra.Command) {
	err := cmd.RegisterFlagCompletionFunc("form", cobra.FixedCompletions([]string{"written", "run"}, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was added right before
	}
}

// definition asks for a version, or when there is none with the id, for a draft. With an environment, for
// what the API with the id runs there.
func (a asked) definition(id, api, env string) (gatelog.DefinitionView, error) {
	var view gatelog.DefinitionView
	of := url.Values{"of": {projectionsapig.OfDraft}}
	if env != "" {
		of.Set("of", projectionsapig.OfLive+":"+env)
		return view, a.server.get(a.Context(), apiPath(id, "definition"), of, &view)
	}
	query := url.Values{}
	if api != "" {
		query.Set("api_id", api)
	}
	err := a.server.get(a.Context(), "versions/"+id, query, &view)
	if !notFound(err) || api != "" {
		return view, err
	}
	err = a.server.get(a.Context(), apiPath(id, "definition"), of, &view)
	if notFound(err) {
		err = fmt.Errorf("neither a version nor an API has the id %s; for a version of a deleted API give --api: %w", id, err)
	}
	return view, err
}

func apiDiffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff FROM TO",
		Short: "Show what differs between two definitions of an API",
		Long: `Compares two definitions of an API. Each is the id of a version, 'draft', 'live' (what runs in RELEASE) or
'live:' with the id or name of an environment.

Definitions are compared as they were written; --form run compares them with their variables filled in, so
that 'gatelog api diff live draft --form run' shows what publishing now would change. 'gatelog diff' compares
whole groups and instances in the same way.`,
		Example: `  gatelog api diff live draft --api 5f918d104dc84480a75166ba99efff21
  gatelog api diff live:TEST live:RELEASE --form run --side-by-side --api 5f918d104dc84480a75166ba99efff21
  gatelog api diff ee1a5a38d3d3493abf1dc4ed6cacfa0b 8d27ff83d0fa4d4e9d4f4de6de8e4fdd
  gatelog api diff ee1a5a38d3d3493abf1dc4ed6cacfa0b draft --output json > change.patch`,
		Args: cobra.ExactArgs(2),
		ValidArgsFunction: cobra.FixedCompletions([]string{projectionsapig.OfDraft, projectionsapig.OfLive, projectionsapig.OfLive + ":"},
			cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace),
	}
	api := cmd.Flags().String("api", "", "the API; not needed with the id of a version of an API that exists")
	form, beside := addForm(cmd), addBeside(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			id, err := a.apiOf(*api, args)
			if err != nil {
				return err
			}
			query := url.Values{"from": {args[0]}, "to": {args[1]}, "form": {*form}}
			var view gatelog.DiffView
			if err := a.server.get(a.Context(), apiPath(id, "diff"), query, &view); err != nil {
				return err
			}
			return a.diff(view, args, *beside)
		})
	}
	return cmd
}

// apiOf returns the API that a comparison is about: the one that was named, or that of a version.
func (a asked) apiOf(named string, sides []string) (string, error) {
	if named != "" {
		if !idForm.MatchString(named) {
			return "", errors.New("--api is not an id: letters, digits, - and _")
		}
		return named, nil
	}
	for _, side := range sides {
		if side == projectionsapig.OfDraft || side == projectionsapig.OfLive || strings.HasPrefix(side, projectionsapig.OfLive+":") {
			continue
		}
		if !idForm.MatchString(side) {
			return "", fmt.Errorf("%q is not the id of a version, 'draft', 'live' or 'live:<environment>'", side)
		}
		var view gatelog.DefinitionView
		err := a.server.get(a.Context(), "versions/"+side, nil, &view)
		if notFound(err) {
			err = fmt.Errorf("for a version of a deleted API give --api: %w", err)
		}
		return view.APIID, err
	}
	return "", errors.New("which API? give --api")
}
