package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/internal/node"
	"github.com/gatelog/gatelog/projections"
)

// The bare engine of reads over HTTP: Echo, and a row of one table by its key, through sqlx, prepared,
// with as many connections as the server has, in a process of its own as the server is.

// bareDatabase names the database for the process that serves the bare handler.
const bareDatabase = "GATELOG_BENCH_DATABASE_URL"

// bareConnections is what the server has for queries.
const bareConnections = 24

const barePath = "/v2/:project_id/apigw/instances/:instance_id/apis/:api_id"

// bareRow is an answer, kept ready.
type bareRow struct {
	ID   string          `json:"id"`
	Body json.RawMessage `json:"body"`
}

// serveBare serves the bare handler until ctx ends.
func serveBare(ctx context.Context, addr string) error {
	db, err := projections.OpenDB(os.Getenv(bareDatabase), bareConnections)
	if err != nil {
		return err
	}
	rows := projections.NewStatements(db)
	e := echo.New()
	e.GET("/readyz", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	e.GET(barePath, func(c echo.Context) error {
		var row bareRow
		err := rows.Get(c.Request().Context(), &row, "SELECT id, body FROM bench.rows WHERE id = $1", c.Param("api_id"))
		if errors.Is(err, sql.ErrNoRows) {
			return c.NoContent(http.StatusNotFound)
		}
		if err != nil {
			return err
		}
		return c.JSONBlob(http.StatusOK, row.Body)
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	web := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = web.Close() })
	defer stop()
	if err = web.Serve(listener); errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, db.Close())
}

// startBare fills the table of the bare handler with answers of the server and runs it on the server's
// Postgres.
func (b *bench) startBare(ctx context.Context, s *server, rows []bareRow) (*server, error) {
	url, err := b.databaseOf(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := fillBare(ctx, url, rows); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "--serve-bare", addr)
	return launch(ctx, cmd, filepath.Join(b.dir, "bare-http"), addr, "/readyz", []string{bareDatabase + "=" + url})
}

// databaseOf returns the URL of a running server's Postgres.
func (b *bench) databaseOf(ctx context.Context, s *server) (string, error) {
	e, err := b.attach(ctx, s)
	if err != nil {
		return "", err
	}
	return e.DatabaseURL, e.Close()
}

// attach reaches the engines of a running server, as its tools do. The caller closes them.
func (b *bench) attach(ctx context.Context, s *server) (*node.Engines, error) {
	c := node.Defaults()
	c.DataDir = s.dir
	return node.AttachEngines(ctx, c, b.logger)
}

func fillBare(ctx context.Context, url string, rows []bareRow) (err error) {
	db, err := projections.OpenDB(url, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if _, err := tx.ExecContext(ctx, `DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;
		CREATE TABLE bench.rows (id text PRIMARY KEY, body json NOT NULL)`); err != nil {
		return err
	}
	fill, err := tx.PrepareContext(ctx, "COPY bench.rows (id, body) FROM STDIN")
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := fill.ExecContext(ctx, row.ID, string(row.Body)); err != nil {
			return err
		}
	}
	if _, err := fill.ExecContext(ctx); err != nil {
		return err
	}
	if err := errors.Join(fill.Close(), tx.Commit()); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM ANALYZE bench.rows")
	return err
}
