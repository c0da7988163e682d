package projections

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
	"github.com/lib/pq"
)

// settings of every connection. Commits do not wait for the disk: whatever a crash of the database
// loses is applied again from the log. A node that hangs in a transaction does not hold its locks for
// long.
const settings = "-c synchronous_commit=off -c timezone=UTC -c idle_in_transaction_session_timeout=5000"

// compression is what large values are compressed with, where the server was built with it: it takes a
// fraction of the time of Postgres' own.
const compression = "-c default_toast_compression=lz4"

// OpenDB returns a pool of connections to the read models at a Postgres URL or key=value DSN. Rows
// map to structs by their json tags, and times are UTC. Run-time options of the DSN stay, but for
// those in settings and compression. The database is not contacted yet.
func OpenDB(dsn string, connections int) (*sqlx.DB, error) {
	config, err := pq.NewConfig(dsn)
	if err != nil {
		// The cause would repeat the text, and with it the password.
		return nil, errors.New("read models: the database URL cannot be read: postgres://user:password@host:port/database")
	}
	config.Options = strings.TrimSpace(config.Options + " " + settings)
	connector, err := wishing(config, compression)
	if err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.Mapper = reflectx.NewMapperTagFunc("json", strings.ToLower, func(tag string) string {
		name, _, _ := strings.Cut(tag, ",")
		return name
	})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// wisher connects with an option that not every server takes, or else without.
type wisher struct {
	driver.Connector
	without driver.Connector
}

// wishing returns a connector with an option of the server, for those that take it.
func wishing(config pq.Config, option string) (driver.Connector, error) {
	without, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, err
	}
	config.Options += " " + option
	with, err := pq.NewConnectorConfig(config)
	return wisher{with, without}, err
}

// invalidOption is the code with which Postgres refuses the value of an option.
const invalidOption = "22023"

// Connect implements driver.Connector.
func (w wisher) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := w.Connector.Connect(ctx)
	if refused := (*pq.Error)(nil); errors.As(err, &refused) && refused.Code == invalidOption {
		return w.without.Connect(ctx)
	}
	return conn, err
}

// maxTexts bounds the queries that stay prepared: clients choose the filters of lists, and each choice makes
// another text, of which every connection keeps a plan.
const maxTexts = 500

// Statements runs queries that are prepared once per connection, by their text. Unprepared queries
// cost lib/pq another round trip each. What comes beyond maxTexts is prepared for one run.
type Statements struct {
	db    *sqlx.DB
	known sync.Map // text -> *sqlx.Stmt
	texts atomic.Int64
	past  []*regexp.Regexp
}

// NewStatements returns an empty set for a pool of at least 2. Queries of the projections, whose Past is
// kept, can be run as of a moment: see AsOf.
func NewStatements(db *sqlx.DB, kept ...*Projection) *Statements {
	s := &Statements{db: db}
	for _, p := range kept {
		names := make([]string, len(p.Tables))
		for i, t := range p.Tables {
			names[i] = t.Name
		}
		s.past = append(s.past, regexp.MustCompile(`\b(`+p.Name+`)\.(`+strings.Join(names, "|")+`)\b`))
	}
	return s
}

// Prepare returns the statement of a text, and keeps it. Such texts must come from a bounded set.
func (s *Statements) Prepare(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if known, ok := s.known.Load(query); ok {
		return known.(*sqlx.Stmt), nil
	}
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	if faster, lost := s.known.LoadOrStore(query, stmt); lost {
		return faster.(*sqlx.Stmt), stmt.Close()
	}
	s.texts.Add(1)
	return stmt, nil
}

func (s *Statements) prepare(ctx context.Context, query string) (*sqlx.Stmt, error) {
	stmt, err := s.db.PreparexContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	return stmt, nil
}

// Get scans the one row of a query into dest, a pointer to a struct or a scalar. It returns
// sql.ErrNoRows when there is none.
func (s *Statements) Get(ctx context.Context, dest any, query string, args ...any) error {
	return s.with(ctx, query, func(stmt *sqlx.Stmt) error { return stmt.GetContext(ctx, dest, args...) })
}

// Select scans all rows of a query into dest, a pointer to a slice.
func (s *Statements) Select(ctx context.Context, dest any, query string, args ...any) error {
	return s.with(ctx, query, func(stmt *sqlx.Stmt) error { return stmt.SelectContext(ctx, dest, args...) })
}

// planStale is the code with which Postgres refuses a prepared statement whose columns have changed
// their types since: another version of the read models was put in the place of the old one.
const planStale = "0A000"

// with runs a statement, prepared anew if it has to be, on the present or the past.
func (s *Statements) with(ctx context.Context, query string, do func(stmt *sqlx.Stmt) error) error {
	run := s.run
	if _, past := MomentOf(ctx); past {
		run = s.runAt
		for _, tables := range s.past {
			query = tables.ReplaceAllString(query, "${1}"+pastSuffix+".${2}"+viewSuffix)
		}
	}
	if _, known := s.known.Load(query); !known && s.texts.Load() >= maxTexts {
		return s.runOnce(ctx, query, run, do)
	}
	stmt, err := s.Prepare(ctx, query)
	if err != nil {
		return err
	}
	var stale *pq.Error
	if err = run(ctx, stmt, do); !errors.As(err, &stale) || stale.Code != planStale {
		return err
	}
	// It is not closed: others may be about to use it, who will then come by here, too.
	if s.known.CompareAndDelete(query, stmt) {
		s.texts.Add(-1)
	}
	if stmt, err = s.Prepare(ctx, query); err != nil {
		return err
	}
	return run(ctx, stmt, do)
}

// runner runs a statement, on the present or the past.
type runner func(ctx context.Context, stmt *sqlx.Stmt, do func(stmt *sqlx.Stmt) error) error

// runOnce runs a query that nothing stays prepared for.
func (s *Statements) runOnce(ctx context.Context, query string, run runner, do func(stmt *sqlx.Stmt) error) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	err = run(ctx, stmt, do)
	if closing := stmt.Close(); err == nil {
		err = closing
	}
	return err
}

func (s *Statements) run(_ context.Context, stmt *sqlx.Stmt, do func(stmt *sqlx.Stmt) error) error {
	return do(stmt)
}

// runAt runs a statement that asks views of a moment, which they have from the transaction.
func (s *Statements) runAt(ctx context.Context, stmt *sqlx.Stmt, do func(stmt *sqlx.Stmt) error) error {
	const name = "SELECT set_config('" + momentSetting + "', $1, true)"
	if _, err := s.Prepare(ctx, name); err != nil {
		return err
	}
	at, _ := MomentOf(ctx)
	return inTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := (in{s, tx}).ExecContext(ctx, name, strconv.FormatUint(uint64(at), 10)); err != nil {
			return err
		}
		return do(tx.StmtxContext(ctx, stmt))
	})
}

// in runs statements of the set inside a transaction. They must have been prepared before it began:
// preparing takes a connection of its own.
type in struct {
	statements *Statements
	tx         *sqlx.Tx
}

// ExecContext implements execer.
func (i in) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := i.statements.Prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return i.tx.StmtxContext(ctx, stmt).ExecContext(ctx, args...)
}

// PrepareContext implements execer: for a COPY, which is no statement to keep.
func (i in) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return i.tx.PrepareContext(ctx, query)
}
