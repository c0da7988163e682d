package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/node"
)

func logCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Look into the log",
		Long: `Shows events of the log: every change that anyone ever made, with who made it, when, from where and by
which command.

The log is read directly, beside the server that runs on the data directory, or without one. Secrets are
sealed in the log and stay sealed here.`,
	}
	addOutput(cmd, "one CloudEvents 1.0 object per line")
	cmd.AddCommand(logTailCommand(), logShowCommand(), logGrepCommand(), logExportCommand(), logImportCommand())
	return cmd
}

// Bounds of what is shown.
const (
	tailDefault = 20
	tailMost    = 100_000
	followBatch = 256
	grepDefault = 100
	patternMost = 1000 // bytes
)

func logTailCommand() *cobra.Command {
	var f logFilter
	var n int
	var follow bool
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show the newest events, and those to come",
		Long: `Shows the newest events, oldest of them first; with --follow, goes on with those that come until it is
interrupted. All filters must match.

A --since or --until is a position, a time in UTC (2006-01-02, 2006-01-02T15:04:05 or with an offset as in
RFC 3339) or how long ago (90m, 36h). With --since, all events from there on are shown unless -n limits
them.`,
		Example: `  gatelog log tail
  gatelog log tail --follow --type 'apig.api.*'
  gatelog log tail --kind api --id 5f918d104dc84480a75166ba99efff21 -n 0
  gatelog log tail --since 2h --actor admin --output json | jq .data`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case n < 0 || n > tailMost:
				return fmt.Errorf("-n is %d: 0 (all) to %s", n, count(tailMost))
			case follow && f.until != "":
				return errors.New("--follow and --until: give one of them")
			}
			if f.since != "" && !cmd.Flags().Changed("number") {
				n = 0
			}
			return withLog(cmd, &f, func(ctx context.Context, log eventstore.Log, q *logQuery, p eventPrinter) error {
				if err := tail(ctx, log, q, n, p); err != nil || !follow {
					return err
				}
				return goOn(ctx, log, q, p)
			})
		},
	}
	f.addFlags(cmd)
	cmd.Flags().IntVarP(&n, "number", "n", tailDefault, "how many events to show, 0 for all")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with the events that come")
	return cmd
}

// withLog runs do with a query and a printer on the log.
func withLog(cmd *cobra.Command, f *logFilter, do func(ctx context.Context, log eventstore.Log, q *logQuery, p eventPrinter) error) error {
	asJSON, err := inJSON(cmd)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
		q, err := f.query(ctx, e.Log, time.Now())
		if err != nil {
			return err
		}
		return do(ctx, e.Log, q, newEventPrinter(cmd.OutOrStdout(), asJSON))
	})
}

// tail prints the newest n events of a query, all for 0.
func tail(ctx context.Context, log eventstore.Log, q *logQuery, n int, p eventPrinter) error {
	if n == 0 {
		return q.read(ctx, log, p.print)
	}
	events, err := q.newest(ctx, log, n)
	if err != nil {
		return err
	}
	for _, r := range events {
		if err := p.print(r); err != nil {
			return err
		}
	}
	return nil
}

// goOn prints the events that come until ctx ends, which is how it is meant to end.
func goOn(ctx context.Context, log eventstore.Log, q *logQuery, p eventPrinter) error {
	err := log.Follow(ctx, q.upTo, followBatch, func(batch []eventstore.Recorded) error {
		for _, r := range batch {
			if !q.matches(r) {
				continue
			}
			if err := p.print(r); err != nil {
				return err
			}
		}
		return nil
	}, q.filters...)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func logShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show POSITION",
		Short: "Show one event with all it says",
		Long:  `Shows the event at a position of the log: all its attributes, and its data.`,
		Example: `  gatelog log show 1742
  gatelog log show 1742 --output json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || at == 0 {
				return fmt.Errorf("%q is not a position: a number from 1 on, as 'gatelog log tail' shows it", args[0])
			}
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return show(ctx, e.Log, eventstore.Position(at), newEventPrinter(cmd.OutOrStdout(), asJSON))
			})
		},
	}
}

func show(ctx context.Context, log eventstore.Log, at eventstore.Position, p eventPrinter) error {
	r, err := log.At(ctx, at)
	if errors.Is(err, eventstore.ErrNotFound) {
		head, err := log.Head(ctx)
		return errors.Join(fmt.Errorf("there is no event at position %d: the log ends at %d", at, head), err)
	}
	if err != nil {
		return err
	}
	return p.show(r)
}

func logGrepCommand() *cobra.Command {
	var f logFilter
	var most int
	cmd := &cobra.Command{
		Use:   "grep PATTERN",
		Short: "Find events by what their data says",
		Long: `Shows the events whose data matches a regular expression (RE2 syntax, (?i) in front ignores case), oldest
first, with the places that match. The data is JSON on one line: {"api":{"id":"…","name":"…",…}}.

Filters and times are those of 'gatelog log tail'; they make the search faster.`,
		Example: `  gatelog log grep 'orders\.internal'
  gatelog log grep --type 'apig.api.*' --since 24h '"req_uri":"/v1/pay'
  gatelog log grep -m 1 5f918d104dc84480a75166ba99efff21`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args[0]) > patternMost {
				return fmt.Errorf("the pattern has %d bytes: at most %d", len(args[0]), patternMost)
			}
			pattern, err := regexp.Compile(args[0])
			if err != nil {
				return fmt.Errorf("the pattern: %w", err)
			}
			if most < 1 || most > tailMost {
				return fmt.Errorf("--max is %d: 1 to %s", most, count(tailMost))
			}
			return withLog(cmd, &f, func(ctx context.Context, log eventstore.Log, q *logQuery, p eventPrinter) error {
				n, err := grep(ctx, log, q, pattern, most, p)
				if err == nil {
					cmd.PrintErrln(grepped(n, most))
				}
				return err
			})
		},
	}
	f.addFlags(cmd)
	cmd.Flags().IntVarP(&most, "max", "m", grepDefault, "stop after this many events")
	return cmd
}

func grepped(n, most int) string {
	switch {
	case n == 0:
		return "no event matches"
	case n == most:
		return fmt.Sprintf("stopped after %s: --max shows more", plural(n, "event"))
	}
	return plural(n, "event") + " found"
}

// errEnough ends a reading of the log.
var errEnough = errors.New("enough events were found")

// unescaped undoes what JSON encoders do for HTML's sake, so that patterns match what people wrote.
var unescaped = strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// grep prints the first events whose data matches, at most most, and returns how many.
func grep(ctx context.Context, log eventstore.Log, q *logQuery, pattern *regexp.Regexp, most int, p eventPrinter) (int, error) {
	n := 0
	err := q.read(ctx, log, func(r eventstore.Recorded) error {
		data := unescaped.Replace(string(r.Data))
		places := pattern.FindAllStringIndex(data, placesShown)
		if places == nil {
			return nil
		}
		if err := p.printPlaces(r, data, places); err != nil {
			return err
		}
		if n++; n == most {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return n, err
}
