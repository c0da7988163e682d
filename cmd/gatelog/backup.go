package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

func backupCommand() *cobra.Command {
	var verify, withKeys bool
	cmd := &cobra.Command{
		Use:   "backup DIRECTORY",
		Short: "Copy the log to a directory, or add to the copy what is new",
		Long: `Copies the log, which is all that Gatelog needs to come back: read models are made from it. The first run
copies everything, each later one into the same directory adds what is new since. It works beside a
running server and takes what the log holds when it begins; reads and writes go on. Where the log is in the
data directory, its files are read, and every message is held against the broker's checksum; else, and for
what the files do not have, the broker is asked, which takes longer.

The directory gets files of consecutive messages, compressed, and manifest.json, which lists them with
their checksums. Whatever interrupts a run, the manifest lists a whole backup; run it again to go on.
Copy the directory wherever you keep backups; its files never change once they are there, but for the
manifest. 'gatelog restore' makes a Gatelog of it again.

Secrets in the log are sealed, and stay so in the backup. They can be opened with the tenants' keys and
the master key only. --with-keys puts the tenants' keys into the backup, wrapped with the master key. The
master key is in no backup: keep it apart (GATELOG_MASTER_KEY, or the file master.key in the data
directory), since whoever has both can open every secret. A key that is destroyed to erase a tenant lives
on in older copies of such a backup.

--verify makes no copy: it holds every file against its checksum and reads every message.

The exit code is 0 when the copy is complete, with --verify when nothing is damaged; else 1.`,
		Example: `  gatelog backup /var/backups/gatelog --with-keys
  gatelog backup /var/backups/gatelog --verify`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			if verify && withKeys {
				return errors.New("--verify and --with-keys: give one of them")
			}
			if verify {
				return verifyBackup(cmd, args[0], asJSON)
			}
			return withEngines(cmd, func(ctx context.Context, e *node.Engines) error {
				return makeBackup(ctx, cmd, e, args[0], withKeys, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "only check the backup that is there")
	cmd.Flags().BoolVar(&withKeys, "with-keys", false, "also copy the tenants' keys, wrapped with the master key")
	addOutput(cmd, "one object that says what the backup holds")
	return cmd
}

// backupSummary says what a backup holds.
type backupSummary struct {
	Directory   string              `json:"directory"`
	Incarnation string              `json:"incarnation"` // of the log
	Position    eventstore.Position `json:"position"`    // up to which it holds the log
	Added       eventstore.Position `json:"added"`       // messages that this run added
	Segments    int                 `json:"segments"`
	Bytes       int64               `json:"bytes"` // of the segments
	Keys        bool                `json:"keys"`
	KeysAt      eventstore.Position `json:"keys_position"` // up to which all events can do with the keys
	ElapsedMS   int64               `json:"elapsed_ms"`
}

func summaryOf(dir string, b *backup.Backup, before eventstore.Position, began time.Time) backupSummary {
	m := b.Manifest()
	s := backupSummary{
		Directory: dir, Incarnation: m.Incarnation, Position: m.Head, Added: m.Head - before, Segments: len(m.Segments),
		ElapsedMS: time.Since(began).Milliseconds(),
	}
	for _, segment := range m.Segments {
		s.Bytes += segment.Bytes
	}
	if m.Keys != nil {
		s.Keys, s.KeysAt = true, m.Keys.Position
	}
	return s
}

// keysText says what keys a backup has.
func (s backupSummary) keysText() string {
	switch {
	case !s.Keys:
		return "no keys of tenants"
	case s.KeysAt < s.Position:
		return "keys of tenants as of position " + count(s.KeysAt)
	}
	return "keys of tenants"
}

func (s backupSummary) print(cmd *cobra.Command, asJSON bool, text string) error {
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s up to position %s, %s in %s, %s\n", s.Directory, text, count(s.Position),
		plural(uint64(s.Bytes), "byte"), plural(s.Segments, "segment"), s.keysText())
	return err
}

func makeBackup(ctx context.Context, cmd *cobra.Command, e *node.Engines, dir string, withKeys, asJSON bool) error {
	c, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	began, before := time.Now(), eventstore.Position(0)
	if b, err := backup.Open(dir); err == nil {
		before = b.Manifest().Head
	}
	p := newProgress(cmd, asJSON)
	o := backup.Options{Report: copying(p, "backup", before)}
	if withKeys {
		o.Keys = func(ctx context.Context) (map[string][]byte, string, error) {
			keys, err := e.Keys.All(ctx)
			return keys, e.Master.ID(), err
		}
	}
	b, err := backup.Write(ctx, dir, sourceOf(c, e), o)
	p.end()
	if err != nil {
		return err
	}
	s := summaryOf(dir, b, before, began)
	return s.print(cmd, asJSON, plural(s.Added, "message")+" added,")
}

// sourceOf returns the log of the engines, beside the files of the broker when that is the one in the data
// directory.
func sourceOf(c node.Config, e *node.Engines) backup.Source {
	if c.NATSURL != "" {
		return e.Log
	}
	log, err := e.Log.Beside(c.DataDir)
	if err != nil { // files of another account, say: the broker can be asked for all messages
		return e.Log
	}
	return log
}

func verifyBackup(cmd *cobra.Command, dir string, asJSON bool) error {
	began := time.Now()
	b, err := backup.Open(dir)
	if err == nil {
		err = b.Verify(cmd.Context())
	}
	if err != nil {
		return err
	}
	s := summaryOf(dir, b, b.Manifest().Head, began)
	return s.print(cmd, asJSON, "verified")
}

// copying returns what shows the progress of a copy of messages after a position. In JSON only the result
// is told.
func copying(p *progress, what string, after eventstore.Position) func(at, head eventstore.Position) {
	began := time.Now()
	return func(at, head eventstore.Position) {
		if !p.asJSON {
			p.report(projections.Progress{
				Projection: what, Phase: "reading", Position: domain.Position(at - after), Head: domain.Position(head - after),
				Events: int(at - after), Elapsed: time.Since(began),
			})
		}
	}
}
