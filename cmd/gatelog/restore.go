package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/internal/secret"
)

func restoreCommand() *cobra.Command {
	var upTo uint64
	var withoutKeys bool
	cmd := &cobra.Command{
		Use:   "restore DIRECTORY",
		Short: "Make a Gatelog from a backup",
		Long: `Fills an empty log with the messages of a backup, all of them or those up to --to, and makes the read
models from it. Every message gets the position that it had, since versions refer to positions. A log
that holds anything is refused, and so is a backup with a file that is not what was written. No server may
run on the log; interrupted, the restore goes on where it was when it is started again.

The restored log is a history of its own from here on, with an incarnation of its own: take its backups
into another directory.

Secrets need what sealed them: the tenants' keys, which are in a backup that was made --with-keys, and the
master key, which is in none. Put it into the data directory as the file master.key (mode 600), or into
GATELOG_MASTER_KEY, before. --without-keys restores a backup that has no keys: then no access key and no
password of that time can be used any more. A node with an embedded log that finds no credentials.json in
its data directory gives the administrator new ones; put the old one there to keep it.

A --to in the midst of what one command caused is refused, with the positions before and behind it.

The exit code is 0 when log and read models are there, else 1.`,
		Example: `  gatelog restore /var/backups/gatelog --data-dir ./new
  gatelog restore /var/backups/gatelog --data-dir ./yesterday --to 1742`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			asJSON, err := inJSON(cmd)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("to") && upTo == 0 {
				return errors.New("--to is 0: positions begin with 1")
			}
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			b, err := backup.Open(args[0])
			if err != nil {
				return err
			}
			r := restore{cmd: cmd, asJSON: asJSON, config: c, backup: b, upTo: eventstore.Position(upTo)}
			if r.upTo == 0 {
				r.upTo = b.Manifest().Head
			}
			return r.run(cmd.Context(), withoutKeys)
		},
	}
	cmd.Flags().Uint64Var(&upTo, "to", 0, "last position to restore (default: all)")
	cmd.Flags().BoolVar(&withoutKeys, "without-keys", false, "restore although the backup has no keys of tenants: sealed secrets are lost")
	addOutput(cmd, "one object that says what was restored, after those of the read models")
	return cmd
}

// restore is the way from a backup to a log with read models.
type restore struct {
	cmd    *cobra.Command
	asJSON bool
	config node.Config
	backup *backup.Backup
	upTo   eventstore.Position
	keys   map[string][]byte
}

func (r *restore) run(ctx context.Context, withoutKeys bool) error {
	if err := r.check(ctx); err != nil {
		return err
	}
	if err := r.readKeys(withoutKeys); err != nil {
		return err
	}
	return fillLog(ctx, r.cmd, r.config, r.asJSON, r.fill)
}

// check refuses a backup that cannot be restored up to the position, before anything is written.
func (r *restore) check(ctx context.Context) error {
	if head := r.backup.Manifest().Head; r.upTo > head {
		return fmt.Errorf("--to is %d: the backup goes up to position %d", r.upTo, head)
	}
	if err := r.backup.Check(ctx, r.upTo); err != nil {
		return err
	}
	before, behind, err := r.backup.Cuts(ctx, r.upTo)
	if err == nil && before != behind {
		err = fmt.Errorf("position %d is in the midst of what one command caused: --to %d or --to %d", r.upTo, before, behind)
	}
	return err
}

// readKeys takes the keys from the backup, and refuses a master key that they are not wrapped with: a data
// directory that has none would get a new one, which opens nothing.
func (r *restore) readKeys(without bool) error {
	keys, at, err := r.backup.ReadKeys()
	if errors.Is(err, backup.ErrNoKeys) && without {
		return nil
	}
	if errors.Is(err, backup.ErrNoKeys) {
		return fmt.Errorf("%w: no secret of it can be opened; --without-keys restores it all the same", err)
	}
	if err != nil {
		return err
	}
	master, err := r.masterKey()
	if err != nil {
		return err
	}
	if want := r.backup.Manifest().Keys.MasterKey; master.ID() != want {
		return fmt.Errorf("%w: it is %s, the keys in the backup are wrapped with %s", secret.ErrWrongMasterKey, master.ID(), want)
	}
	if at < r.upTo && !r.asJSON {
		r.cmd.PrintErrf("the keys in the backup are as of position %s: secrets of later tenants cannot be opened\n", count(at))
	}
	r.keys = keys
	return nil
}

func (r *restore) masterKey() (secret.MasterKey, error) {
	c := r.config
	if c.MasterKey == "" {
		_, err := os.Stat(filepath.Join(c.DataDir, "master.key"))
		if errors.Is(err, fs.ErrNotExist) {
			return secret.MasterKey{}, fmt.Errorf("there is no master key to open the secrets with: put the one of the backed up Gatelog into %s (mode 600), or into GATELOG_MASTER_KEY",
				filepath.Join(c.DataDir, "master.key"))
		}
	}
	return secret.LoadMasterKey(c.DataDir, c.MasterKey)
}

// fill fills the log and the key store.
func (r *restore) fill(ctx context.Context, e *node.Engines, p *progress) (eventstore.Position, error) {
	to, err := eventstore.BeginRestore(ctx, e.Conn, eventstore.Options{Replicas: r.config.Replicas}, r.backup.Manifest().Incarnation)
	if err != nil {
		return 0, err
	}
	if err := e.Keys.Restore(ctx, r.keys); err != nil {
		return 0, err
	}
	if err := r.backup.Fill(ctx, to, r.upTo, copying(p, "restore", to.Head())); err != nil {
		return 0, err
	}
	p.end()
	return r.upTo, to.Finish(ctx)
}

// restored says what was restored.
type restored struct {
	Incarnation string              `json:"incarnation"` // of the new log
	Position    eventstore.Position `json:"position"`    // up to which it was filled
}

// fillLog opens engines whose log fill fills, and makes the read models from it.
func fillLog(ctx context.Context, cmd *cobra.Command, c node.Config, asJSON bool, fill func(context.Context, *node.Engines, *progress) (eventstore.Position, error)) error {
	p := newProgress(cmd, asJSON)
	var done restored
	e, err := node.OpenEnginesFilled(ctx, c, quietLogger(c), func(ctx context.Context, e *node.Engines) (err error) {
		done.Position, err = fill(ctx, e, p)
		p.end()
		return err
	})
	if err != nil {
		return err
	}
	done.Incarnation = e.Log.Incarnation()
	err = withPool(e, replayConnections, func(db *sqlx.DB) error {
		all, err := chosen(nil)
		for _, projection := range all {
			r := replay{db: db, log: e.Log, projection: projection, reset: true, progress: newProgress(cmd, asJSON)}
			if err = errors.Join(err, r.run(ctx)); err != nil {
				return fmt.Errorf("the log is restored up to position %d, but not the read models ('gatelog replay --reset' makes them): %w", done.Position, err)
			}
		}
		return err
	})
	if err = errors.Join(err, e.Close()); err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(done)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "restored up to position %s, as log %s\n", count(done.Position), done.Incarnation)
	return err
}
