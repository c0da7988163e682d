package testenv

import (
	"strconv"
	"testing"
	"time"
)

func TestSweepDropsOnlyWhatIsAbandoned(t *testing.T) {
	t.Parallel()
	s := ownShared(t)
	a, err := openAdmin(join(t, s))
	if err != nil {
		t.Fatal(err)
	}
	defer a.db.Close()
	old := databasePrefix + strconv.FormatInt(time.Now().Add(-2*abandoned).Unix(), 10) + "_x"
	young := newName()
	for _, name := range []string{old, young} {
		if err := a.create(t.Context(), name, "template0"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.sweep(t.Context(), abandoned); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{old: false, young: true} {
		var got bool
		const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
		if err := a.db.QueryRowContext(t.Context(), query, name).Scan(&got); err != nil || got != want {
			t.Errorf("database %s exists: %t (%v), want %t", name, got, err, want)
		}
	}
}

func TestExternalServerMustBeGivenAsURL(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"host=/tmp dbname=x", "", "://"} {
		if _, err := openAdmin(address); err == nil {
			t.Errorf("%q was accepted", address)
		}
	}
}

func TestExternalServerIsUsedWhenSet(t *testing.T) {
	t.Setenv(ExternalURL, "postgres://user@db.example/postgres?sslmode=require")
	got, err := serverURL(t.Context())
	if err != nil || got != "postgres://user@db.example/postgres?sslmode=require" {
		t.Errorf("serverURL = %q, %v", got, err)
	}
	a, err := openAdmin(got)
	if err != nil {
		t.Fatal(err)
	}
	defer a.db.Close()
	want := "postgres://user@db.example/mine?sslmode=require"
	if got := withDatabase(a.url, "mine"); got != want {
		t.Errorf("a test's database is at %q, want %q", got, want)
	}
}

func BenchmarkCreateAndDrop(b *testing.B) {
	a, err := server(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		name := newName()
		if err := a.create(b.Context(), name, "template0"); err != nil {
			b.Fatal(err)
		}
		if err := a.drop(b.Context(), name); err != nil {
			b.Fatal(err)
		}
	}
}
