// Package migrations holds the SQL of what is not a read model: the checkpoints of the projections, and the
// progress of the subscriptions.
// Read models have no migrations. They are dropped and made again from the log.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// A node that waits for another one's migrations asks every second whether it is done, for two
// minutes.
const (
	lockEvery = 1
	lockTries = 120
)

// Up brings the database to the newest version. Nodes that start together wait for each other.
func Up(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockEvery, lockTries))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	sources, err := fs.Sub(files, ".")
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	// The schema is named: a role 'gatelog' would look for the table in the schema of that name, which
	// comes first in its search path once the first migration has made it.
	provider, err := goose.NewProvider(goose.DialectPostgres, db, sources,
		goose.WithSessionLocker(locker), goose.WithTableName("public.gatelog_migrations"))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}
