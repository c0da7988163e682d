package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// Checkpoint is how far a projection is, and who applies events to it.
type Checkpoint struct {
	Name        string          `json:"name"`
	Version     int             `json:"version"`
	Incarnation string          `json:"incarnation"`
	Position    domain.Position `json:"position"`
	Owner       string          `json:"owner"`
	LeaseUntil  time.Time       `json:"lease_until"`
	FailedAt    domain.Position `json:"failed_at"`
	FailedType  string          `json:"failed_type"`
	Failure     string          `json:"failure"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

const checkpointColumns = "name, version, incarnation, position, owner, lease_until, failed_at, failed_type, failure, updated_at"

// Checkpoints returns the checkpoints of all projections.
func Checkpoints(ctx context.Context, db *sqlx.DB) ([]Checkpoint, error) {
	var all []Checkpoint
	err := db.SelectContext(ctx, &all, "SELECT "+checkpointColumns+" FROM gatelog.checkpoints ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read the checkpoints: %w", err)
	}
	return all, nil
}

// ErrOtherLog says that read models were made from another log than the one they are to follow.
var ErrOtherLog = errors.New("the read models do not belong to this log")

// Prepare makes the tables of a projection that has none yet, and holds those of one that has
// against the log: a checkpoint of another incarnation of the log, or one ahead of it, is
// ErrOtherLog. stale is true when the tables are of another version than the projection and must be
// rebuilt before they are used.
func Prepare(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection) (stale bool, err error) {
	var c Checkpoint
	err = db.GetContext(ctx, &c, "SELECT "+checkpointColumns+" FROM gatelog.checkpoints WHERE name = $1", p.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, create(ctx, db, log, p)
	}
	if err != nil {
		return false, fmt.Errorf("read the checkpoint of %s: %w", p.Name, err)
	}
	head, err := log.Head(ctx)
	if err != nil {
		return false, err
	}
	if c.Incarnation != log.Incarnation() || c.Position > domain.Position(head) {
		return false, fmt.Errorf("%w: %s is at position %d of log %s, the log is %s and ends at %d; "+
			"point Gatelog at the right log, or make the read models again with 'gatelog replay --reset'",
			ErrOtherLog, p.Name, c.Position, c.Incarnation, log.Incarnation(), head)
	}
	return c.Version != p.Version, nil
}

// Restart empties the tables of a projection, whatever they hold, to be followed up from the beginning of
// the log: the quick way to another version for tables that need not be there at once.
func Restart(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM gatelog.checkpoints WHERE name = $1", p.Name); err != nil {
		return fmt.Errorf("forget the checkpoint of %s: %w", p.Name, err)
	}
	return create(ctx, db, log, p)
}

// Adopt keeps the tables of a projection, which belong to another log, and has this one followed up from its
// beginning: for rows that are as true as before, and not made again by their old log.
func Adopt(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection) error {
	_, err := db.ExecContext(ctx, `UPDATE gatelog.checkpoints SET incarnation = $2, position = 0, failed_at = 0, failed_type = '', failure = ''
		WHERE name = $1`, p.Name, log.Incarnation())
	if err != nil {
		return fmt.Errorf("go on with %s on another log: %w", p.Name, err)
	}
	return nil
}

// create makes the schema, the tables and the checkpoint of a projection. Two nodes may start at the
// same time: the lock makes the second one find the work done.
func create(ctx context.Context, db *sqlx.DB, log eventstore.Log, p *Projection) error {
	return inTx(ctx, db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext($1))", "gatelog.create."+p.Name); err != nil {
			return err
		}
		var known int
		if err := tx.GetContext(ctx, &known, "SELECT count(*) FROM gatelog.checkpoints WHERE name = $1", p.Name); err != nil || known > 0 {
			return err
		}
		tables, indexes := p.ddl()
		if err := createSchema(ctx, tx, p.Name, tables+indexes); err != nil {
			return err
		}
		return insertCheckpoint(ctx, tx, p, log.Incarnation())
	})
}

func insertCheckpoint(ctx context.Context, tx *sqlx.Tx, p *Projection, incarnation string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO gatelog.checkpoints (name, version, incarnation) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, incarnation = EXCLUDED.incarnation, position = 0,
			failed_at = 0, failed_type = '', failure = ''`, p.Name, p.Version, incarnation)
	return err
}

// ddl returns the part of the DDL that makes tables and the part that makes indexes.
func (p *Projection) ddl() (tables, indexes string) {
	tables, indexes, _ = strings.Cut(p.DDL, indexSeparator)
	return tables, indexes
}

// indexSeparator stands between the two parts.
const indexSeparator = "-- indexes\n"

// ofTable finds the table in a statement that makes an index.
var ofTable = regexp.MustCompile(`^(?:ALTER TABLE|CREATE (?:UNIQUE )?INDEX(?: \w+)? ON) (\w+) `)

// indexes returns the statements that make the indexes, by table.
func (p *Projection) indexes() (map[string]string, error) {
	_, text := p.ddl()
	byTable := map[string]string{}
	for statement := range strings.SplitSeq(comments.ReplaceAllString(text, ""), ";") {
		statement = strings.TrimSpace(statement)
		if statement == "" {
			continue
		}
		found := ofTable.FindStringSubmatch(statement)
		if found == nil || !slices.ContainsFunc(p.Tables, func(t Table) bool { return t.Name == found[1] }) {
			return nil, fmt.Errorf("the index of no table of %s: %q", p.Name, statement)
		}
		byTable[found[1]] += statement + ";\n"
	}
	return byTable, nil
}

var comments = regexp.MustCompile(`(?m)--.*$`)

func createSchema(ctx context.Context, tx *sqlx.Tx, schema, ddl string) error {
	quoted := pq.QuoteIdentifier(schema)
	_, err := tx.ExecContext(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; CREATE SCHEMA %[1]s", quoted))
	if err == nil {
		err = inSchema(ctx, tx, schema, ddl)
	}
	if err != nil {
		return fmt.Errorf("make the tables of %s: %w", schema, err)
	}
	return nil
}

// inSchema runs DDL whose names are those of a schema, and of public for extensions.
func inSchema(ctx context.Context, tx *sqlx.Tx, schema, ddl string) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL search_path TO %s, public; %s; SET LOCAL search_path TO DEFAULT",
		pq.QuoteIdentifier(schema), ddl))
	return err
}

// beginner is a pool, or one connection.
type beginner interface {
	BeginTxx(ctx context.Context, opts *sql.TxOptions) (*sqlx.Tx, error)
}

// inTx runs f in a transaction.
func inTx(ctx context.Context, db beginner, f func(tx *sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// errOwned says that another node applies events to the projection.
var errOwned = errors.New("another node applies events to this projection")

// errMoved says that the checkpoint is not where this node has left it.
var errMoved = errors.New("the checkpoint was moved by another node or by a rebuild")

// moveSQL moves a checkpoint from where the mover believes it to be: that makes certain that an event
// takes effect once, whoever believes to be the owner.
const moveSQL = `UPDATE gatelog.checkpoints SET position = $3, updated_at = now(), lease_until = now() + $5 * interval '1 second',
		failed_at = 0, failed_type = '', failure = ''
	WHERE name = $1 AND position = $2 AND owner = $4 AND version = $6`

// move takes the checkpoint from one position to the next, or returns errMoved.
func move(ctx context.Context, tx execer, p *Projection, owner string, lease time.Duration, from, to domain.Position) error {
	done, err := tx.ExecContext(ctx, moveSQL, p.Name, int64(from), int64(to), owner, lease.Seconds(), p.Version)
	if err != nil {
		return fmt.Errorf("move the checkpoint of %s: %w", p.Name, err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errMoved, err)
	}
	return nil
}

// leaseTime is how long a node owns a projection without saying so again.
const leaseTime = 4 * time.Second

const acquireSQL = `UPDATE gatelog.checkpoints SET owner = $2, lease_until = now() + $3 * interval '1 second'
	WHERE name = $1 AND version = $4 AND (owner = $2 OR lease_until < now()) RETURNING ` + checkpointColumns

// acquire makes a node the owner of a projection, or keeps it so, and returns the checkpoint. It
// returns errOwned while another node's lease lasts, and as long as the tables are of another version.
func acquire(ctx context.Context, db *sqlx.DB, p *Projection, owner string, lease time.Duration) (Checkpoint, error) {
	var c Checkpoint
	err := db.GetContext(ctx, &c, acquireSQL, p.Name, owner, lease.Seconds(), p.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return c, errOwned
	}
	if err != nil {
		return c, fmt.Errorf("own the projection %s: %w", p.Name, err)
	}
	return c, nil
}

// release gives the projection up, so that another node need not wait for the lease to end.
func release(ctx context.Context, db *sqlx.DB, name, owner string) error {
	_, err := db.ExecContext(ctx, "UPDATE gatelog.checkpoints SET owner = '', lease_until = 'epoch' WHERE name = $1 AND owner = $2", name, owner)
	return err
}

// checkpointAt returns how far a projection is.
func checkpointAt(ctx context.Context, db sqlx.QueryerContext, name string) (at domain.Position, err error) {
	err = sqlx.GetContext(ctx, db, &at, "SELECT position FROM gatelog.checkpoints WHERE name = $1", name)
	if err != nil {
		return 0, fmt.Errorf("read the checkpoint of %s: %w", name, err)
	}
	return at, nil
}

// failureBytes bounds the text of a failure in the checkpoint.
const failureBytes = 2000

// recordFailure makes visible in the checkpoint why the projection has stopped, unless it has got past
// that event since.
func recordFailure(ctx context.Context, db *sqlx.DB, name string, f *Failure) error {
	text := strings.ToValidUTF8(strings.ReplaceAll(f.Err.Error(), "\x00", ""), "")
	if len(text) > failureBytes {
		text = strings.ToValidUTF8(text[:failureBytes], "")
	}
	_, err := db.ExecContext(ctx, `UPDATE gatelog.checkpoints SET failed_at = $2, failed_type = $3, failure = $4
		WHERE name = $1 AND position < $2`, name, int64(f.Position), f.Type, text)
	if err != nil {
		return fmt.Errorf("record why %s stopped: %w", name, err)
	}
	return nil
}
