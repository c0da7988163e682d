package testenv

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
)

const (
	// ExternalURL names the environment variable with the URL of a PostgreSQL to use instead of the
	// shared private one. Its user must be allowed to create databases.
	ExternalURL = "GATELOG_TEST_DATABASE_URL"

	databasePrefix = "gatelog_test_"
	// abandoned is the age from which a test database that nobody dropped is taken for left over.
	abandoned = 2 * time.Hour
)

// Postgres creates an empty database for the test and returns its URL for lib/pq. It is dropped when
// the test ends, whoever is still connected. About 20 ms; the first test of all waits a second for
// the server.
func Postgres(t testing.TB) string {
	t.Helper()
	return createDatabase(t, "template0")
}

// PostgresFrom is Postgres with contents: prepare fills a database once per content version (say, runs
// the migrations), and every test gets a copy of it. The version must change whenever prepare does
// something else, so make it a hash of what prepare loads.
func PostgresFrom(t testing.TB, version string, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	template, err := ensureTemplate(t.Context(), version, prepare)
	if err != nil {
		t.Fatalf("prepare database: %v", err)
	}
	return createDatabase(t, template)
}

func createDatabase(t testing.TB, template string) string {
	t.Helper()
	admin, err := server(t.Context())
	if err != nil {
		t.Fatalf("shared PostgreSQL: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	name := newName()
	if err := admin.create(ctx, name, template); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if err := admin.drop(ctx, name); err != nil {
			t.Logf("drop database: %v", err) // the keeper removes it in the end
		}
	})
	return withDatabase(admin.url, name)
}

// newName tells a database's age, so that those of killed tests can be swept later.
func newName() string {
	return databasePrefix + strconv.FormatInt(time.Now().Unix(), 10) + "_" + strings.ToLower(rand.Text()[:12])
}

func withDatabase(base *url.URL, name string) string {
	u := *base
	u.Path = "/" + name
	return u.String()
}

// adminDB creates and drops databases.
type adminDB struct {
	url *url.URL
	db  *sql.DB
}

var (
	adminMu sync.Mutex
	admin   *adminDB
)

// server returns the PostgreSQL of this process's tests, started when it does not answer.
func server(ctx context.Context) (*adminDB, error) {
	ctx, cancel := context.WithTimeout(ctx, keeperStart)
	defer cancel()
	adminMu.Lock()
	defer adminMu.Unlock()
	if admin != nil && admin.db.PingContext(ctx) == nil {
		return admin, nil
	}
	address, err := serverURL(ctx)
	if err != nil {
		return nil, err
	}
	found, err := openAdmin(address)
	if err != nil {
		return nil, err
	}
	if err := found.sweep(ctx, abandoned); err != nil {
		return nil, err
	}
	admin = found
	return admin, nil
}

func serverURL(ctx context.Context) (string, error) {
	if address := os.Getenv(ExternalURL); address != "" {
		return address, nil
	}
	return sharedServer.join(ctx)
}

func openAdmin(address string) (*adminDB, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return nil, fmt.Errorf("%s must be a URL such as postgres://user@host/postgres", ExternalURL)
	}
	db, err := sql.Open("postgres", address)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(4) // of the server's 300; many test processes run at once
	return &adminDB{url: u, db: db}, nil
}

func (a *adminDB) create(ctx context.Context, name, template string) error {
	statement := "CREATE DATABASE " + pq.QuoteIdentifier(name) + " TEMPLATE " + pq.QuoteIdentifier(template)
	if a.copiesFiles(ctx) {
		statement += " STRATEGY file_copy" // three times as fast where nothing is synced
	}
	_, err := a.db.ExecContext(ctx, statement)
	return err
}

// copiesFiles reports whether the server knows CREATE DATABASE … STRATEGY, which came with 15.
func (a *adminDB) copiesFiles(ctx context.Context) bool {
	var version int
	err := a.db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version)
	return err == nil && version >= 150000
}

func (a *adminDB) drop(ctx context.Context, name string) error {
	_, err := a.db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(name)+" WITH (FORCE)")
	return err
}

// sweep drops test databases older than age: those of tests that were killed.
func (a *adminDB) sweep(ctx context.Context, age time.Duration) error {
	rows, err := a.db.QueryContext(ctx,
		`SELECT datname FROM pg_database WHERE datname LIKE $1`, databasePrefix+"%")
	if err != nil {
		return fmt.Errorf("list test databases: %w", err)
	}
	defer rows.Close()
	var old []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("list test databases: %w", err)
		}
		if createdBefore(name, time.Now().Add(-age)) {
			old = append(old, name)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list test databases: %w", err)
	}
	for _, name := range old {
		if err := a.drop(ctx, name); err != nil {
			return fmt.Errorf("drop left-over test database %s: %w", name, err)
		}
	}
	return nil
}

func createdBefore(name string, limit time.Time) bool {
	stamp, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && time.Unix(seconds, 0).Before(limit)
}
