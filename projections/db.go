package projections

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
	"github.com/lib/pq"
)

// OpenDB returns a pool of connections to the read models at a Postgres URL or key=value DSN. Rows
// map to structs by their json tags, times are UTC, and commits do not wait for the disk: whatever a
// crash of the database loses is applied again from the log. The database is not contacted yet.
func OpenDB(dsn string, connections int) (*sqlx.DB, error) {
	dsn, err := withSettings(dsn, "-c synchronous_commit=off -c timezone=UTC -c idle_in_transaction_session_timeout=5000")
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnector(dsn)
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

// withSettings adds run-time settings to a DSN of either form.
func withSettings(dsn, options string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " options='" + options + "'", nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("database URL: %w", err)
	}
	q := u.Query()
	q.Set("options", strings.TrimSpace(q.Get("options")+" "+options))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Statements runs queries that are prepared once per connection, by their text. Unprepared queries
// cost lib/pq another round trip each. Queries must come from a bounded set of texts.
type Statements struct {
	db    *sqlx.DB
	known sync.Map // text -> *sqlx.Stmt
}

// NewStatements returns an empty set for a pool.
func NewStatements(db *sqlx.DB) *Statements { return &Statements{db: db} }

// Prepare returns the statement of a text.
func (s *Statements) Prepare(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if known, ok := s.known.Load(query); ok {
		return known.(*sqlx.Stmt), nil
	}
	stmt, err := s.db.PreparexContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	if faster, lost := s.known.LoadOrStore(query, stmt); lost {
		return faster.(*sqlx.Stmt), stmt.Close()
	}
	return stmt, nil
}

// Get scans the one row of a query into dest, a pointer to a struct or a scalar. It returns
// sql.ErrNoRows when there is none.
func (s *Statements) Get(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := s.Prepare(ctx, query)
	if err != nil {
		return err
	}
	return stmt.GetContext(ctx, dest, args...)
}

// Select scans all rows of a query into dest, a pointer to a slice.
func (s *Statements) Select(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := s.Prepare(ctx, query)
	if err != nil {
		return err
	}
	return stmt.SelectContext(ctx, dest, args...)
}

// in runs statements of the set inside a transaction.
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
