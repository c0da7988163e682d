package testenv_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"sync/atomic"
	"testing"

	"github.com/gatelog/gatelog/internal/testenv"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, testenv.Postgres(t))
			if _, err := db.ExecContext(t.Context(), `CREATE TABLE mine (id int)`); err != nil {
				t.Fatalf("the database is not empty: %v", err)
			}
		})
	}
}

func TestPostgresFromCopiesWhatPrepareMade(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int32
	prepare := func(ctx context.Context, url string) error {
		prepared.Add(1)
		db := open(t, url)
		_, err := db.ExecContext(ctx, `CREATE TABLE seed (id int); INSERT INTO seed VALUES (7)`)
		return err
	}
	// Given a version that no test has used yet, and more tests at once than connections
	version := rand.Text()
	t.Run("all", func(t *testing.T) {
		for range 6 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				// Then each finds what prepare made, and may change it
				var id int
				db := open(t, testenv.PostgresFrom(t, version, prepare))
				if err := db.QueryRowContext(t.Context(), `SELECT id FROM seed`).Scan(&id); err != nil || id != 7 {
					t.Fatalf("seed = %d, %v; want 7", id, err)
				}
				if _, err := db.ExecContext(t.Context(), `DELETE FROM seed`); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
	if got := prepared.Load(); got != 1 {
		t.Errorf("prepared %d times, want once", got)
	}
}
