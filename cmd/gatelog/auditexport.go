package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func auditExportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Export the audit trail as JSON Lines or CSV",
		Long: `Writes all records that the filters choose, as they come from the server. JSON Lines have one record with
all its changes on each line; CSV has a line for each record, and a header.

An export that breaks off fails: go on with --after and the cursor of the last whole record.`,
		Example: `  gatelog audit export --since 2026-01-01 --until 2026-02-01 --file january.jsonl
  gatelog audit export --all --format csv > audit.csv`,
		Args: cobra.NoArgs,
	}
	f := addAuditFilter(cmd)
	format := cmd.Flags().String("format", "jsonl", "jsonl or csv")
	file := cmd.Flags().String("file", "", "file to write; it must not exist (default: standard output)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return ask(cmd, func(a asked) (err error) {
			query, err := f.query(time.Now())
			if err != nil {
				return err
			}
			query.Set("format", *format)
			path, err := a.auditPath()
			if err != nil {
				return err
			}
			// A stream takes as long as it takes: the client has no limit for the whole.
			response, err := a.server.ask(a.Context(), &http.Client{}, path+"/export", query)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, response.Body.Close()) }()
			if response.StatusCode != http.StatusOK {
				return a.server.refused(response)
			}
			if response.Header.Get("Gatelog-Audit-Complete") == "false" {
				a.PrintErrln("the audit trail is behind: the newest records may be missing")
			}
			return a.save(response.Body, *file)
		}, "instance", "project")
	}
	return cmd
}

// refused reads an answer that is none of a stream.
func (c *connection) refused(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err != nil {
		return err
	}
	return c.read(max(response.StatusCode, http.StatusMultipleChoices), body, nil)
}

// save copies a stream into a new file, to standard output when none is named.
func (a asked) save(from io.Reader, file string) error {
	if file == "" {
		return copyAll(a.OutOrStdout(), from)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(copyAll(f, from), f.Close())
}

func copyAll(to io.Writer, from io.Reader) error {
	n, err := io.Copy(to, from)
	if err != nil {
		return fmt.Errorf("the export broke off after %s: %w", plural(uint64(n), "byte"), err)
	}
	return nil
}
