package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/http/gatelog"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Search, show and export the audit trail",
		Long: `Asks a running server who did what, when, from where and why: exactly one record for every request that
changes something, or that was to, whether it was accepted, left everything unchanged, was refused or failed;
and one for everything that Gatelog did by itself. Secrets never appear.

Records are those of one project. With --all they are those of every project, of the account (users, keys,
projects) and of strangers, for users whose policies allow gatelog:audit:* account-wide; --project account
shows those of the account.

Records are kept for the server's --audit-retention (400 days); the log keeps the changes for ever.

Endpoint, keys and project are those in credentials.json of the data directory, unless flags or variables
say otherwise.`,
	}
	addConnection(cmd)
	addOutput(cmd, "what the server answers")
	cmd.PersistentFlags().Bool("all", false, "the records of everything, not of one project")
	cmd.AddCommand(auditListCommand(), auditShowCommand(), auditExportCommand())
	return cmd
}

// auditFilter are the flags that choose records, by the names of the query parameters.
type auditFilter struct{ values map[string]*string }

// addAuditFilter adds the flags.
func addAuditFilter(cmd *cobra.Command) *auditFilter {
	f := &auditFilter{map[string]*string{}}
	for _, flag := range []struct{ name, parameter, help string }{
		{"user", "user", "of a user, by name or id"},
		{"key", "key", "of requests signed with an access key"},
		{"address", "address", "from an address"},
		{"surface", "surface", "through an API: apig, identity or gatelog"},
		{"operation", "operation", "of an operation (CreateApiGroupV2) or a command (apig.CreateGroup)"},
		{"request", "request_id", "of a request, by its X-Request-Id"},
		{"kind", "kind", "about a kind of thing: api, group, user …"},
		{"id", "resource_id", "about one thing, by its id"},
		{"in", "instance_id", "about things of an instance, by its id"},
		{"outcome", "outcome", "accepted, unchanged, refused or failed"},
		{"code", "code", "refused with an error code"},
		{"text", "q", "with these words, or longer ones, in names, reason, message, path or what was changed"},
	} {
		f.values[flag.parameter] = cmd.Flags().String(flag.name, "", flag.help)
	}
	f.values["from"] = cmd.Flags().String("since", "", "not before: a time in UTC, or how long ago (90m, 36h)")
	f.values["to"] = cmd.Flags().String("until", "", "before: as --since")
	f.values["order"] = cmd.Flags().String("order", "desc", "desc: newest first; asc: oldest first")
	f.values["after"] = cmd.Flags().String("after", "", "go on behind here: 'next' of an earlier answer, or the cursor of a record")
	for flag, values := range map[string][]string{"outcome": {"accepted", "unchanged", "refused", "failed"}, "order": {"desc", "asc"}} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // the flag was added right before
		}
	}
	return f
}

func (f *auditFilter) query(now time.Time) (url.Values, error) {
	query := url.Values{}
	for parameter, value := range f.values {
		text := *value
		if text == "" {
			continue
		}
		if parameter == "from" || parameter == "to" {
			t, err := auditTime(text, now)
			if err != nil {
				return nil, err
			}
			text = t.Format(time.RFC3339Nano)
		}
		query.Set(parameter, text)
	}
	return query, nil
}

// auditTime reads a time, or how long ago it was.
func auditTime(text string, now time.Time) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago).UTC(), nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: 2026-01-02, 2026-01-02T15:04:05Z, or how long ago (90m, 36h)", text)
}

// auditPath is the path of the audit trail that a command asks for.
func (a asked) auditPath() (string, error) {
	all, err := a.Flags().GetBool("all")
	switch {
	case err != nil:
		return "", err
	case all:
		return "audit", nil
	case a.server.ProjectID == "":
		return "", errors.New("name the project with --project, or ask for --all")
	}
	return "projects/" + a.server.ProjectID + "/audit", nil
}

func auditListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Search the audit trail",
		Long: `Shows records of the audit trail, newest first. All filters that are given must match.

When there are more, the last line says how to go on; records that come meanwhile move nothing.`,
		Example: `  gatelog audit list --since 24h --outcome refused
  gatelog audit list --kind api --id 5f918d104dc84480a75166ba99efff21
  gatelog audit list --text 'payments timeout' --user ada -n 100
  gatelog audit list --all --code gatelog.unauthenticated --output json | jq -r '.records[].address'`,
		Args: cobra.NoArgs,
	}
	f := addAuditFilter(cmd)
	limit := cmd.Flags().IntP("number", "n", 20, "how many records to show, at most 500")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return ask(cmd, func(a asked) error {
			query, err := f.query(time.Now())
			if err != nil {
				return err
			}
			query.Set("limit", strconv.Itoa(*limit))
			path, err := a.auditPath()
			if err != nil {
				return err
			}
			var list gatelog.AuditListView
			if err := a.server.getAt(a.Context(), path, query, &list); err != nil {
				return err
			}
			return a.auditList(list)
		}, "instance", "project")
	}
	return cmd
}

// recordForm is that of the ids of records.
var recordForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

func auditShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show RECORD_ID",
		Short: "Show a record with what it changed",
		Long: `Shows a record of the audit trail: who, when, from where, why, and what each change made of what was there.

With --output json, each change has before, after and a JSON Patch (RFC 6902).`,
		Example: `  gatelog audit show 01J9Z6V7C8N4M3K2H1G0F9E8D7
  gatelog audit show 01J9Z6V7C8N4M3K2H1G0F9E8D7 --output json | jq '.changes[].patch'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !recordForm.MatchString(args[0]) {
				return errors.New("give the id of one record, as 'gatelog audit list' shows it")
			}
			return nil
		},
	}
	beside := addBeside(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(cmd, func(a asked) error {
			path, err := a.auditPath()
			if err != nil {
				return err
			}
			var d projectionsaudit.Detail
			if err := a.server.getAt(a.Context(), path+"/"+args[0], nil, &d); err != nil {
				return err
			}
			return a.auditShow(d, *beside)
		}, "instance", "project")
	}
	return cmd
}
