package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// The bare engine of lists: the statements that the query runs, through sqlx, prepared. They are not
// copied here but overheard while the query runs once, so that they are the same for ever.

// statement is a statement with its arguments.
type statement struct {
	text string
	args []any
}

// overhear returns the statements that a list of one group's APIs runs.
func overhear(ctx context.Context, url string, in projectionsapig.In, group string) (heard []statement, err error) {
	open, err := projections.OpenDB(url, 1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, open.Close()) }()
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, err
	}
	ear := &listener{Connector: connector}
	db := sqlx.NewDb(sql.OpenDB(ear), "postgres")
	db.Mapper = open.Mapper
	defer func() { err = errors.Join(err, db.Close()) }()
	q := projectionsapig.NewQueries(projections.NewStatements(db), nil)
	filter := projectionsapig.APIFilter{GroupID: group}
	_, _, err = q.APIs(ctx, in, filter, projectionsapig.Page{Limit: pageSize}, func(string) string { return "" })
	return ear.heard, err
}

// of returns the arguments with another group in the place of the one that was heard.
func (s statement) of(heard, group string) []any {
	args := slices.Clone(s.args)
	for i, arg := range args {
		if arg == heard {
			args[i] = group
		}
	}
	return args
}

// runAll runs the statements and reads all rows.
func runAll(ctx context.Context, rows *projections.Statements, all []statement, heard, group string) error {
	for _, s := range all {
		stmt, err := rows.Prepare(ctx, s.text)
		if err != nil {
			return err
		}
		if err := readRows(stmt.QueryxContext(ctx, s.of(heard, group)...)); err != nil {
			return err
		}
	}
	return nil
}

func readRows(rows *sqlx.Rows, err error) error {
	if err != nil {
		return err
	}
	for rows.Next() {
		if _, err := rows.SliceScan(); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// listener is a connector whose connections note what is asked of them.
type listener struct {
	driver.Connector
	heard []statement
}

// Connect implements driver.Connector.
func (l *listener) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := l.Connector.Connect(ctx)
	return &heardConn{conn, l}, err
}

type heardConn struct {
	driver.Conn
	listener *listener
}

// Prepare implements driver.Conn.
func (c *heardConn) Prepare(query string) (driver.Stmt, error) {
	stmt, err := c.Conn.Prepare(query)
	return &heardStmt{stmt, c.listener, query}, err
}

type heardStmt struct {
	driver.Stmt
	listener *listener
	text     string
}

// QueryContext implements driver.StmtQueryContext.
func (s *heardStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	heard := statement{text: s.text}
	for _, arg := range args {
		heard.args = append(heard.args, arg.Value)
	}
	s.listener.heard = append(s.listener.heard, heard)
	query, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, errors.New("the driver runs no statements with a context")
	}
	return query.QueryContext(ctx, args)
}
