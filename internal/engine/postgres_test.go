package engine

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// startPostgres starts a server that does not sync, which only a power failure would show.
func startPostgres(t *testing.T, o PostgresOptions) *Postgres {
	t.Helper()
	o.Log = quiet()
	if o.Settings == nil {
		o.Settings = map[string]string{"fsync": "off"}
	}
	p, err := StartPostgres(limited(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopPostgres(t, p) })
	return p
}

func stopPostgres(t *testing.T, p *Postgres) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testLimit)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// writeRow commits one row to the table events.
func writeRow(ctx context.Context, url string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS events (what text); INSERT INTO events VALUES ('happened')`)
	return err
}

func countRows(t *testing.T, url string) (rows int) {
	t.Helper()
	if err := query(limited(t), url, `SELECT count(*) FROM events`, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func query(ctx context.Context, url, statement string, into any) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRowContext(ctx, statement).Scan(into)
}

func TestPostgresKeepsItsRowsOverRestarts(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	var urls []string
	for want := 1; want <= 3; want++ {
		p := startPostgres(t, PostgresOptions{DataDir: dir})
		if err := writeRow(limited(t), p.URL()); err != nil {
			t.Fatal(err)
		}
		if got := countRows(t, p.URL()); got != want {
			t.Fatalf("start %d finds %d rows", want, got)
		}
		urls = append(urls, p.URL())
		stopPostgres(t, p)
		stopPostgres(t, p) // does nothing
	}
	if urls[0] != urls[1] || urls[1] != urls[2] {
		t.Errorf("the URL changes: %v", urls)
	}
}

func TestPostgresIsSetUpForReadModels(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, PostgresOptions{DataDir: newDir(t), Settings: map[string]string{"max_connections": "42"}})
	got := map[string]string{}
	for _, name := range []string{
		"listen_addresses", "unix_socket_permissions", "fsync", "synchronous_commit", "shared_buffers",
		"max_connections", "server_encoding", "lc_collate", "TimeZone",
	} {
		var value string
		if err := query(limited(t), p.URL(), `SELECT current_setting('`+name+`', true)`, &value); err != nil {
			continue // lc_collate is no setting since PostgreSQL 16
		}
		got[name] = value
	}
	want := map[string]string{
		"listen_addresses": "", "unix_socket_permissions": "0700", "fsync": "on", "synchronous_commit": "on",
		"shared_buffers": "256MB", "max_connections": "42", "server_encoding": "UTF8", "TimeZone": "UTC",
	}
	if _, ok := got["lc_collate"]; ok {
		want["lc_collate"] = "C"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestPostgresLetsNobodyElseIn(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, PostgresOptions{DataDir: newDir(t)})
	for _, dir := range []string{p.Dir(), p.place.sockets} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		owner, err := ownerOf(dir)
		if err != nil || info.Mode().Perm() != 0o700 || owner.uid != p.place.account.uid || owner.uid == 0 {
			t.Errorf("%s has mode %v and owner %d (%v); want 0700 and PostgreSQL's account, never root",
				dir, info.Mode().Perm(), owner.uid, err)
		}
	}
}

func TestPostgresRunsOncePerDataDirectory(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	_, err := StartPostgres(limited(t), PostgresOptions{DataDir: dir, Log: quiet()})
	if !errors.Is(err, ErrInUse) {
		t.Errorf("second start: %v, want ErrInUse", err)
	}
	if err := writeRow(limited(t), p.URL()); err != nil {
		t.Errorf("the first server suffered: %v", err)
	}
}

func TestPostgresWorksUnderALongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newDir(t), strings.Repeat("long, ", 20), strings.Repeat("l", 100))
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	t.Cleanup(func() { os.RemoveAll(p.place.sockets) })
	if err := writeRow(limited(t), p.URL()); err != nil {
		t.Fatal(err)
	}
	if len(p.place.sockets+socketName) > longestSocket {
		t.Errorf("socket path %s is too long", p.place.sockets)
	}
}

func TestPostgresComesBackWhenItsServerIsKilled(t *testing.T) {
	t.Parallel()
	// Given a committed row
	p := startPostgres(t, PostgresOptions{DataDir: newDir(t)})
	if err := writeRow(limited(t), p.URL()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		// When the server is killed
		p.child.signal(syscall.SIGKILL)
		// Then it comes back under the same URL, and the row with it
		eventually(t, "the server is back", func() bool {
			var rows int
			return query(limited(t), p.URL(), `SELECT count(*) FROM events`, &rows) == nil && rows == 1
		})
	}
}

func TestEnginesSurviveTheKillOfTheirProcess(t *testing.T) {
	t.Parallel()
	// Given a process that has written an event and a row
	dir := newDir(t)
	helper, url := startHelper(t, dir)
	// When it is killed, and at once another starts on the same directory
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := helper.Wait(); err == nil {
		t.Fatal("the helper ended well")
	}
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	b := startBroker(t, BrokerOptions{DataDir: dir})
	// Then both are there
	if rows, events := countRows(t, p.URL()), countEvents(t, b); rows != 1 || events != 1 || p.URL() != url {
		t.Errorf("found %d rows and %d events at %s; want one of each at %s", rows, events, p.URL(), url)
	}
}

func TestPostgresEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	helper, _ := startHelper(t, dir)
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := helper.Wait(); err == nil {
		t.Fatal("the helper ended well")
	}
	cluster := filepath.Join(dir, "postgres")
	if !diesWithParent {
		return // the next start ends it: see TestPostgresEndsWhatWasLeftOver
	}
	eventually(t, "no process is left", func() bool {
		pids, err := postgresIn(limited(t), cluster)
		return err == nil && len(pids) == 0
	})
}

func TestPostgresEndsWhatWasLeftOver(t *testing.T) {
	t.Parallel()
	// Given a server that nobody owns any more, with a session and a row
	dir := newDir(t)
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	if err := writeRow(limited(t), p.URL()); err != nil {
		t.Fatal(err)
	}
	stopPostgres(t, p)
	programs := findPostgres(t.Context(), postgresPlaces)
	log, err := openLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer log.file.Close()
	p.log = log
	orphan := p.command(programs[0], nil)()
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	eventually(t, "the orphan serves", func() bool {
		var rows int
		return query(limited(t), p.URL(), `SELECT count(*) FROM events`, &rows) == nil
	})
	// When the data directory is started again
	again := startPostgres(t, PostgresOptions{DataDir: dir})
	// Then the orphan has ended and the row is there
	<-ended
	if got := countRows(t, again.URL()); got != 1 {
		t.Errorf("found %d rows, want 1", got)
	}
}

func TestPostgresIsNotFooledByAnotherProcessNumber(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	file := filepath.Join(p.Dir(), "postmaster.pid")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stopPostgres(t, p)
	// Given a pid file of a dead server, whose number now is that of a sleeping program of its account
	sleeper := p.place.account.command(t.Context(), "sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer sleeper.Wait()
	defer sleeper.Process.Kill()
	_, rest, _ := strings.Cut(string(content), "\n")
	stale := []byte(strconv.Itoa(sleeper.Process.Pid) + "\n" + rest)
	if err := os.WriteFile(file, stale, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(file, int(p.place.account.uid), int(p.place.account.gid)); err != nil {
		t.Fatal(err)
	}
	// Then the server starts all the same, and the program lives
	startPostgres(t, PostgresOptions{DataDir: dir})
	if err := syscall.Kill(sleeper.Process.Pid, 0); err != nil {
		t.Errorf("the innocent program: %v", err)
	}
}

func TestPostgresSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	o := PostgresOptions{DataDir: dir, Log: quiet(), Settings: map[string]string{"shared_buffers": "many"}}
	_, err := StartPostgres(limited(t), o)
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers"`) {
		t.Errorf("start with a bad setting: %v; want the server's own words", err)
	}
	o.Settings = nil
	startPostgres(t, o) // nothing of the failure is left
}

func TestPostgresStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := StartPostgres(ctx, PostgresOptions{DataDir: newDir(t), Log: quiet()}); err == nil {
		t.Error("it started")
	}
}

func TestPostgresIsCutOffWhenItDoesNotStopInTime(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := startPostgres(t, PostgresOptions{DataDir: dir})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err := p.child.stop(ended)
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("stop without time: %v", err)
	}
	select {
	case <-p.child.done:
	default:
		t.Error("stop returned before the server had ended")
	}
}
