package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

// Values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// addOutput adds --output to a command; inJSON says what its JSON is.
func addOutput(cmd *cobra.Command, inJSON string) {
	cmd.PersistentFlags().StringP("output", "o", outputText, "text, or json: "+inJSON)
	err := cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{outputText, outputJSON}, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was added right before
	}
}

// inJSON reports whether a command is to write JSON.
func inJSON(cmd *cobra.Command) (bool, error) {
	switch output, err := cmd.Flags().GetString("output"); output {
	case outputText:
		return false, err
	case outputJSON:
		return true, err
	default:
		return false, fmt.Errorf("--output is %q: text or json", output)
	}
}

// withEngines runs do on the engines of the node that runs on the data directory, or on engines of its
// own when none runs.
func withEngines(cmd *cobra.Command, do func(ctx context.Context, e *node.Engines) error) error {
	c, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	if err := checkData(c); err != nil {
		return err
	}
	ctx := cmd.Context()
	e, err := node.AttachEngines(ctx, c, quietLogger(c))
	if err != nil {
		return fmt.Errorf("reach the log and the read models of %s: %w", c.DataDir, err)
	}
	err = do(ctx, e)
	if ctx.Err() != nil && err != nil {
		err = fmt.Errorf("interrupted: %w", err)
	}
	return errors.Join(err, e.Close())
}

// checkData refuses to make an empty log where a tool is to look into one.
func checkData(c node.Config) error {
	if c.NATSURL != "" {
		return nil
	}
	if _, err := os.Stat(c.DataDir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no data directory %s: name the one of 'gatelog serve' with --data-dir, or set --nats-url and --database-url", c.DataDir)
	}
	return nil
}

// quietLogger returns the logger of a tool: what a server says of its engines would be in the way, unless
// it is asked for.
func quietLogger(c node.Config) *slog.Logger {
	if c.LogLevel == node.Defaults().LogLevel {
		c.LogLevel = "warn"
	}
	return c.Logger()
}

// withPool runs do on a pool of connections to the read models.
func withPool(e *node.Engines, connections int, do func(db *sqlx.DB) error) error {
	db, err := e.DB(connections)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// projectionNames are the names of the projections, for arguments and completion.
func projectionNames() []string {
	var names []string
	for _, p := range node.Projections() {
		names = append(names, p.Name)
	}
	return names
}

// chosen returns the projections with the names, all when there are none.
func chosen(names []string) ([]*projections.Projection, error) {
	all := node.Projections()
	if len(names) == 0 {
		return all, nil
	}
	known := map[string]*projections.Projection{}
	for _, p := range all {
		known[p.Name] = p
	}
	var some []*projections.Projection
	for _, name := range names {
		p, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("there is no projection %q: there are %s", name, strings.Join(projectionNames(), ", "))
		}
		if !slices.Contains(some, p) {
			some = append(some, p)
		}
	}
	return some, nil
}

// count writes a number with its thousands apart.
func count[N ~int | ~uint64](n N) string {
	digits := strconv.FormatUint(uint64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// plural returns "1 row", "2 rows".
func plural[N ~int | ~uint64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return count(n) + " " + what + "s"
}

// printable makes a text that somebody else chose safe for a terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return '\uFFFD'
		}
		return c
	}, s)
}

// orDash stands in for a text that is empty.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
