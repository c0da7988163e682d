package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/node"
)

func logExportCommand() *cobra.Command {
	var f logFilter
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write events as JSON lines",
		Long: `Writes events to standard output, oldest first, each as a CloudEvent 1.0 in one line of JSON: for other
programs, and for 'gatelog log import'. Filters and times are those of 'gatelog log tail'. Secrets stay
sealed.

With --all and nothing else it writes everything that the log holds, which is what an import needs.`,
		Example: `  gatelog log export --all | gzip > log.jsonl.gz
  gatelog log export --surface apig --since 24h --type 'apig.api.*' > today.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return withLog(cmd, &f, func(ctx context.Context, log eventstore.Log, q *logQuery, _ eventPrinter) error {
				n, out := 0, bufio.NewWriterSize(cmd.OutOrStdout(), 256<<10)
				p := newEventPrinter(out, true)
				err := q.read(ctx, log, func(r eventstore.Recorded) error {
					n++
					return p.print(r)
				})
				if err = errors.Join(err, out.Flush()); err == nil {
					cmd.PrintErrln(plural(n, "event") + " written")
				}
				return err
			})
		},
	}
	f.addFlags(cmd)
	return cmd
}

func logImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Fill an empty log with exported events",
		Long: `Reads what 'gatelog log export --all' wrote, from a file or with - from standard input, into an empty log,
and makes the read models from it. Each event gets the position that it had, since versions refer to
positions: so all must be there, from the first on. A log that holds anything is refused. No server may run
on the log; interrupted, the import goes on when it is started again with the same file.

An export has no keys of tenants: secrets in it can be opened only where these are already (on a NATS that
still has them, with the master key). 'gatelog backup' and 'gatelog restore' carry them along, and are
faster.`,
		Example: `  gatelog log import log.jsonl --data-dir ./new
  gunzip -c log.jsonl.gz | gatelog log import - --data-dir ./new`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			in := cmd.InOrStdin()
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer func() { _ = file.Close() }() // it was only read
				in = file
			}
			i := importing{in: in, replicas: c.Replicas}
			return fillLog(cmd.Context(), cmd, c, asJSON, i.fill)
		},
	}
}

// importing is the way from JSON lines to a log.
type importing struct {
	in       io.Reader
	replicas int
}

// importOrigin stands for the log that an import comes from, whose incarnation an export does not tell.
const importOrigin = "import"

// lineMost bounds a line: the largest message of a log, with every character of it escaped.
const lineMost = 64 << 20

func (i importing) fill(ctx context.Context, e *node.Engines, p *progress) (eventstore.Position, error) {
	to, err := eventstore.BeginRestore(ctx, e.Conn, eventstore.Options{Replicas: i.replicas}, importOrigin)
	if err != nil {
		return 0, err
	}
	f, from := backup.Filler{To: to}, to.Head()
	report := copying(p, "import", from)
	lines := bufio.NewScanner(i.in)
	lines.Buffer(make([]byte, 64<<10), lineMost)
	at := eventstore.Position(0)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		r, err := readLine(lines.Bytes(), at)
		if err == nil {
			at = r.Position
			err = add(ctx, &f, to, r, from)
		}
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", n, err)
		}
		if at%1000 == 0 {
			report(at, at)
		}
	}
	if err := errors.Join(lines.Err(), f.Flush(ctx)); err != nil {
		return 0, fmt.Errorf("import after position %d: %w", to.Head(), err)
	}
	if at < from {
		return 0, fmt.Errorf("%w: an interrupted import has come to position %d, the file ends at %d", eventstore.ErrNotEmpty, from, at)
	}
	return at, to.Finish(ctx)
}

// readLine returns the message of a line, which must be the one after a position.
func readLine(line []byte, after eventstore.Position) (eventstore.Raw, error) {
	event, err := gatelog.ReadCloudEvent(line)
	if err != nil {
		return eventstore.Raw{}, err
	}
	if event.Position != after+1 {
		return eventstore.Raw{}, fmt.Errorf("position %d follows %d: an import needs all of them ('gatelog log export --all' without other filters)", event.Position, after)
	}
	return event.Raw()
}

// add puts a message into the log, unless an interrupted import has done so.
func add(ctx context.Context, f *backup.Filler, to *eventstore.Restoration, r eventstore.Raw, from eventstore.Position) error {
	if r.Position > from {
		return f.Add(ctx, r)
	}
	if r.Position < from {
		return nil
	}
	last, err := to.Last(ctx)
	if err != nil {
		return err
	}
	same, err := backup.Same(last, r)
	if err == nil && !same {
		err = fmt.Errorf("%w: at position %d it has another event, of an import that was interrupted", eventstore.ErrNotEmpty, from)
	}
	return err
}
