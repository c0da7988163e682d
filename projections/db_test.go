package projections

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/internal/testenv"
)

// keyValue writes a Postgres URL as a key=value DSN.
func keyValue(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"dbname=" + strings.TrimPrefix(u.Path, "/"), "user=" + u.User.Username()}
	if u.Hostname() != "" {
		words = append(words, "host="+u.Hostname())
	}
	if u.Port() != "" {
		words = append(words, "port="+u.Port())
	}
	if password, ok := u.User.Password(); ok {
		words = append(words, "password='"+password+"'")
	}
	for name, values := range u.Query() {
		words = append(words, name+"='"+values[0]+"'")
	}
	return strings.Join(words, " ")
}

func TestOpenDBSettings(t *testing.T) {
	t.Parallel()
	dsn := testenv.Postgres(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("options", "-c work_mem=5MB -c synchronous_commit=on")
	u.RawQuery = q.Encode()
	for name, c := range map[string]struct{ dsn, workMem string }{
		"url":                       {dsn, ""},
		"url with options":          {u.String(), "5MB"},
		"key=value":                 {keyValue(t, dsn), ""},
		"key=value with options":    {keyValue(t, u.String()), "5MB"},
		"key=value, an application": {keyValue(t, dsn) + " application_name='a b'", ""},
	} {
		db, err := OpenDB(c.dsn, 2)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := map[string]string{}
		for _, setting := range []string{"synchronous_commit", "timezone", "idle_in_transaction_session_timeout", "work_mem", "default_toast_compression"} {
			var value string
			if err := db.GetContext(t.Context(), &value, "SELECT current_setting($1)", setting); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got[setting] = value
		}
		if c.workMem == "" {
			c.workMem = got["work_mem"]
		}
		want := map[string]string{
			"synchronous_commit": "off", "timezone": "UTC", "idle_in_transaction_session_timeout": "5s", "work_mem": c.workMem,
			"default_toast_compression": "lz4",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := OpenDB("postgres://%zz", 1); err == nil {
		t.Error("a URL that is none was taken")
	}
	if _, err := OpenDB("host", 1); err == nil {
		t.Error("a DSN that is none was taken")
	}
}

// A server that was built without a method of compression is used as it is. What else is wrong is told.
func TestAnOptionThatTheServerDoesNotTakeIsLeftOut(t *testing.T) {
	t.Parallel()
	config, err := pq.NewConfig(testenv.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	config.Options = "-c work_mem=5MB"
	for name, c := range map[string]struct{ option, always, want, code string }{
		"taken":            {"-c default_toast_compression=pglz", "", "pglz 5MB", ""},
		"not taken":        {"-c default_toast_compression=zip", "", "5MB", ""},
		"otherwise wrong":  {"-c no_such_setting=1", "", "", "42704"},
		"wrong without it": {"-c default_toast_compression=zip", " -c work_mem=many", "", "22023"},
	} {
		config := config
		config.Options += c.always
		connector, err := wishing(config, c.option)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(connector)
		var got string
		err = db.QueryRowContext(t.Context(), "SELECT current_setting('default_toast_compression') || ' ' || current_setting('work_mem')").Scan(&got)
		var refused *pq.Error
		if errors.As(err, &refused) != (c.code != "") || refused != nil && string(refused.Code) != c.code || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, %v, want %q, %s", name, got, err, c.want, c.code)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(20, 1)...)
	w.apply(t, w.owner(t), 100)
	s := NewStatements(w.db)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				var rows []thingRow
				if err := s.Select(t.Context(), &rows, "SELECT * FROM toy.things WHERE owner = $1 ORDER BY id", "o3"); err != nil || len(rows) != 3 || rows[0].ID != "t10" {
					t.Errorf("select: %d rows, %v", len(rows), err)
				}
				var row thingRow
				if err := s.Get(t.Context(), &row, "SELECT * FROM toy.things WHERE id = $1", "t7"); err != nil || row.Owner != "o0" {
					t.Errorf("get: %+v, %v", row, err)
				}
			}
		})
	}
	group.Wait()
	n := 0
	s.known.Range(func(any, any) bool { n++; return true })
	if n != 2 {
		t.Errorf("%d statements are prepared, want 2", n)
	}
	if err := s.Get(t.Context(), &thingRow{}, "SELECT * FROM toy.things WHERE id = $1", "none"); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
	if err := s.Get(t.Context(), &n, "SELECT FROM nothing"); err == nil {
		t.Error("a wrong query was prepared")
	}
}

// Clients choose the filters of lists. However many texts that makes, what stays prepared has a bound, and each
// query is answered.
func TestPreparedTextsHaveABound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := NewStatements(w.db)
	for n := range maxTexts + 20 {
		var got int
		if err := s.Get(t.Context(), &got, fmt.Sprintf("SELECT %d + $1::int", n), 1); err != nil || got != n+1 {
			t.Fatalf("query %d: %d, %v", n, got, err)
		}
	}
	var kept []int
	if err := s.Select(t.Context(), &kept, "SELECT 1 WHERE $1::bool", false); err != nil || len(kept) != 0 {
		t.Errorf("one more: %v, %v", kept, err)
	}
	s.known.Range(func(text, _ any) bool { kept = append(kept, len(text.(string))); return true })
	if len(kept) != maxTexts {
		t.Errorf("%d texts stay prepared, want %d", len(kept), maxTexts)
	}
	if err := s.Get(t.Context(), new(int), "SELECT 1 WHERE $1::bool", false); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
}

// Statements that were prepared before a swap read the new tables after it, also when their columns
// are of other types now.
func TestStatementsOutliveASwap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(t, puts(20, 1)...)
	w.apply(t, w.owner(t), 100)
	s := NewStatements(w.db)
	count := func() (n int) {
		t.Helper()
		for range 10 { // often enough for a generic plan
			if err := s.Get(t.Context(), &n, "SELECT count(*) FROM toy.things WHERE owner = $1", "o3"); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	kind := func() string {
		t.Helper()
		var position string
		if err := s.Get(t.Context(), &position, "SELECT position FROM toy.things WHERE id = $1", "t1"); err != nil {
			t.Fatal(err)
		}
		return position
	}
	if count() != 3 || kind() != "3" {
		t.Fatalf("%d rows, position %s", count(), kind())
	}
	w.happen(t, put{ID: "new", Owner: "o3"})
	w.rebuild(t, usualBounds)
	if got := count(); got != 4 {
		t.Errorf("%d rows after the swap, want 4: the statement reads the old tables", got)
	}
	newer := newToy(known)
	newer.Version = 2
	newer.DDL = strings.Replace(newer.DDL, "position bigint", "position text", 1)
	if err := Rebuild(t.Context(), w.db, w.log, newer, nil); err != nil {
		t.Fatal(err)
	}
	if got := kind(); got != "3" {
		t.Errorf("position %q of another type, want 3", got)
	}
}
