package projections

import (
	"context"
	"log/slog"
	"testing"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/migrations"
)

// privatePostgres starts a server on a directory; the function that it returns stops it.
func privatePostgres(t testing.TB, dir string) (url string, stop func()) {
	t.Helper()
	server, err := engine.StartPostgres(t.Context(), engine.PostgresOptions{
		DataDir: dir, Settings: map[string]string{"fsync": "off"}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		if err := server.Stop(context.Background()); err != nil {
			t.Errorf("stop the database: %v", err)
		}
	}
	t.Cleanup(stop)
	return server.URL(), stop
}

// A runner outlives the database: it goes on when that is back, with what has happened meanwhile.
func TestARunnerGoesOnAfterARestartOfTheDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url, stop := privatePostgres(t, dir)
	w := &world{log: eventstore.NewMemory(), dsn: url, marks: NewWatermarks()}
	w.db = w.pool(t)
	if err := migrations.Up(t.Context(), w.db.DB); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.fence, err = w.log.Take(t.Context(), "toy", "t1", "test"); err != nil {
		t.Fatal(err)
	}
	w.prepare(t)
	w.keepLedger(t)
	end := start(t, w.runner(t, "n1"))
	w.await(t, w.happen(t, puts(20, 1)...))

	stop()
	last := w.happen(t, puts(30, 2)...)
	again, _ := privatePostgres(t, dir)
	if again != url {
		t.Fatalf("the database came back at %s, it was at %s", again, url)
	}
	w.await(t, last)
	w.expect(t, last)
	w.expectChain(t, last)
	if err := end(); err != nil {
		t.Error(err)
	}
}
