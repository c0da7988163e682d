package migrations_test

import (
	"database/sql"
	"sync"
	"testing"

	_ "github.com/lib/pq"

	"github.com/gatelog/gatelog/internal/testenv"
	"github.com/gatelog/gatelog/migrations"
)

func connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestUpMakesTheCheckpointsAndKeepsThem(t *testing.T) {
	t.Parallel()
	db := connect(t, testenv.Postgres(t))
	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO gatelog.checkpoints (name, version, incarnation) VALUES ('toy', 1, 'x')"); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatalf("again: %v", err)
	}
	var position, failed int64
	err := db.QueryRowContext(t.Context(), "SELECT position, failed_at FROM gatelog.checkpoints WHERE name = 'toy' AND lease_until < now()").Scan(&position, &failed)
	if err != nil || position != 0 || failed != 0 {
		t.Errorf("a new checkpoint stands at %d, failed at %d, %v", position, failed, err)
	}
}

func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	dsn := testenv.Postgres(t)
	var group sync.WaitGroup
	for range 3 {
		db := connect(t, dsn)
		group.Go(func() {
			if err := migrations.Up(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var applied int
	err := connect(t, dsn).QueryRowContext(t.Context(), "SELECT count(*) FROM gatelog_migrations WHERE version_id = 1").Scan(&applied)
	if err != nil || applied != 1 {
		t.Errorf("the first migration was applied %d times, %v", applied, err)
	}
}

func TestUpSaysWhenThereIsNoDatabase(t *testing.T) {
	t.Parallel()
	db := connect(t, "postgres://nobody@127.0.0.1:1/none?sslmode=disable&connect_timeout=1")
	if err := migrations.Up(t.Context(), db); err == nil {
		t.Error("no error without a database")
	}
}
