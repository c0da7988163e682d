package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/engine"
	"github.com/gatelog/gatelog/internal/secret"
	"github.com/gatelog/gatelog/internal/testenv"
)

const testMaster = "1111111111111111111111111111111111111111111111111111111111111111"

// history is a world with some history.
func history(t *testing.T) *gatelogtest.World {
	t.Helper()
	w := gatelogtest.New(t)
	group := w.Group("shop")
	for _, name := range []string{"orders", "customers", "carts"} {
		w.API(group, name, name+".example.com")
	}
	return w
}

// empty are the flags that lead a tool to engines that hold nothing yet.
func empty(t *testing.T) []string {
	t.Helper()
	broker := testenv.Broker(t, func(o *engine.BrokerOptions) { o.Listen = "127.0.0.1:0" })
	return []string{"--nats-url", broker.URL(), "--database-url", testenv.Postgres(t), "--data-dir", t.TempDir(), "--trust-broker-sync"}
}

func run(t *testing.T, flags []string, args ...string) output {
	t.Helper()
	return gatelogCommand(t.Context(), append(args, flags...)...)
}

// events are all events that a log has, as JSON lines.
func events(t *testing.T, flags []string) []string {
	t.Helper()
	return must(t, run(t, flags, "log", "tail", "-n", "0", "--all", "-o", "json"))
}

func head(t *testing.T, w *gatelogtest.World) eventstore.Position {
	t.Helper()
	at, err := w.Log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestARestoredGatelogHasTheSameEventsAndReadModels(t *testing.T) {
	t.Parallel()
	w := history(t)
	dir, original := t.TempDir(), atEngines(w)
	var s backupSummary
	if err := json.Unmarshal([]byte(must(t, run(t, original, "backup", dir, "-o", "json"))[0]), &s); err != nil {
		t.Fatal(err)
	}
	if s.Position != head(t, w) || s.Added != s.Position || s.Incarnation != w.Log.Incarnation() || s.Keys || s.Bytes == 0 {
		t.Errorf("the backup says %+v", s)
	}
	w.Group("later")
	wantParts(t, must(t, run(t, original, "backup", dir))[0], "added, up to position", "no keys of tenants")

	copied := empty(t)
	failsWith(t, run(t, copied, "restore", dir), "no keys", "--without-keys")
	o := run(t, copied, "restore", dir, "--without-keys")
	wantParts(t, strings.Join(must(t, o), "\n"), "apig: made again from", "restored up to position")
	if diff := cmp.Diff(events(t, original), events(t, copied)); diff != "" {
		t.Errorf("the events (-original +copy):\n%s", diff)
	}
	wantParts(t, must(t, run(t, copied, "verify"))[0], " 0 differences")
	failsWith(t, run(t, copied, "restore", dir, "--without-keys"), "not empty")
	failsWith(t, run(t, copied, "backup", dir), "another log", "another directory")
}

func TestARestoreUpToAPosition(t *testing.T) {
	t.Parallel()
	w := history(t)
	dir, copied := t.TempDir(), empty(t)
	must(t, tool(t, w, "backup", dir))
	b, err := backup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := head(t, w) - 1
	before, behind, err := b.Cuts(t.Context(), at)
	if err != nil || before != behind {
		t.Fatalf("the position %d cuts a command: %d to %d, %v", at, before, behind, err)
	}
	lines := must(t, run(t, copied, "restore", dir, "--without-keys", "--to", place(at), "-o", "json"))
	var done restored
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &done); err != nil || done.Position != at || done.Incarnation == "" {
		t.Errorf("it says %+v, %v", done, err)
	}
	if diff := cmp.Diff(events(t, atEngines(w))[:at], events(t, copied)); diff != "" {
		t.Errorf("the events (-original +copy):\n%s", diff)
	}
	wantParts(t, must(t, run(t, copied, "verify"))[0], " 0 differences")
	failsWith(t, run(t, empty(t), "restore", dir, "--without-keys", "--to", "99999"), "goes up to position")
	failsWith(t, run(t, empty(t), "restore", dir, "--to", "0"), "positions begin with 1")
}

func place(at eventstore.Position) string { return strings.ReplaceAll(count(at), ",", "") }

func TestADamagedBackupIsRefused(t *testing.T) {
	t.Parallel()
	w, dir := history(t), t.TempDir()
	must(t, tool(t, w, "backup", dir))
	wantParts(t, must(t, gatelogCommand(t.Context(), "backup", dir, "--verify"))[0], "verified")
	segments, err := filepath.Glob(dir + "/*.sz")
	if err != nil || len(segments) != 1 {
		t.Fatal(segments, err)
	}
	if err := os.WriteFile(segments[0], []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(segments[0])
	failsWith(t, gatelogCommand(t.Context(), "backup", dir, "--verify"), "damaged", name)
	copied := empty(t)
	failsWith(t, run(t, copied, "restore", dir, "--without-keys"), "damaged", name)
	if got := events(t, copied); len(got) != 0 {
		t.Errorf("%d events were restored", len(got))
	}
	failsWith(t, gatelogCommand(t.Context(), "restore", t.TempDir()), "there is no backup")
	failsWith(t, gatelogCommand(t.Context(), "backup", dir, "--verify", "--with-keys"), "one of them")
}

func TestKeysComeWithTheBackupAndNeedTheMasterKey(t *testing.T) {
	t.Parallel()
	w, dir := history(t), t.TempDir()
	withMaster := append(atEngines(w), "--master-key", testMaster)
	must(t, run(t, withMaster, "backup", dir)) // makes the store of keys
	sealed := seal(t, w)
	wantParts(t, must(t, run(t, withMaster, "backup", dir, "--with-keys"))[0], ", keys of tenants")

	copied := empty(t)
	failsWith(t, run(t, copied, "restore", dir), "no master key", "master.key")
	failsWith(t, run(t, copied, "restore", dir, "--master-key", strings.Repeat("22", 32)), secret.ErrWrongMasterKey.Error())
	must(t, run(t, copied, "restore", dir, "--master-key", testMaster))
	keys := keysAt(t, copied[1])
	if text, err := keys.Open(t.Context(), "t1", "test", sealed); err != nil || string(text) != "geheim" {
		t.Errorf("the secret opens as %q, %v", text, err)
	}
}

func TestALogComesBackFromItsExport(t *testing.T) {
	t.Parallel()
	w := history(t)
	o := tool(t, w, "log", "export", "--all")
	lines := must(t, o)
	wantParts(t, o.err, count(head(t, w))+" events written")
	file := filepath.Join(t.TempDir(), "log.jsonl")
	write := func(lines []string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copied := empty(t)
	write(append(slices.Clone(lines), "{}")) // ends after all events were read
	failsWith(t, run(t, copied, "log", "import", file), "line "+count(len(lines)+1))
	failsWith(t, run(t, copied, "log", "tail"), "gatelog restore")
	write(lines)
	wantParts(t, strings.Join(must(t, run(t, copied, "log", "import", file)), "\n"), "apig: made again", "restored up to position")
	if diff := cmp.Diff(lines, must(t, run(t, copied, "log", "export", "--all"))); diff != "" {
		t.Errorf("the events (-original +copy):\n%s", diff)
	}
	wantParts(t, must(t, run(t, copied, "verify"))[0], " 0 differences")
	failsWith(t, run(t, copied, "log", "import", file), "not empty")
}

// begun begins an import of the first messages of a world's log, as one that was interrupted has.
func begun(t *testing.T, w *gatelogtest.World, url string, n eventstore.Position) {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	to, err := eventstore.BeginRestore(t.Context(), conn, eventstore.Options{}, importOrigin)
	if err != nil {
		t.Fatal(err)
	}
	f := backup.Filler{To: to}
	err = w.Log.ReadRaw(t.Context(), 0, n, func(r eventstore.Raw) error { return f.Add(t.Context(), r) })
	if err := errors.Join(err, f.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestAnInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	w := history(t)
	lines := must(t, tool(t, w, "log", "export", "--all"))
	file := filepath.Join(t.TempDir(), "log.jsonl")
	write := func(lines []string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copied := empty(t)
	begun(t, w, copied[1], 5)
	write(lines[:4])
	failsWith(t, run(t, copied, "log", "import", file), "has come to position 5", "ends at 4")
	write(append(append(slices.Clone(lines[:4]), strings.Replace(lines[4], `"id":"`, `"id":"other`, 1)), lines[5:]...))
	failsWith(t, run(t, copied, "log", "import", file), "at position 5 it has another event")
	write(lines)
	must(t, run(t, copied, "log", "import", file))
	if diff := cmp.Diff(lines, must(t, run(t, copied, "log", "export", "--all"))); diff != "" {
		t.Errorf("the events (-original +copy):\n%s", diff)
	}
}

func TestAnImportNeedsEveryPosition(t *testing.T) {
	t.Parallel()
	w := history(t)
	file := filepath.Join(t.TempDir(), "log.jsonl")
	lines := must(t, tool(t, w, "log", "export", "--kind", "api"))
	if len(lines) != 3 {
		t.Errorf("%d events of APIs, want 3", len(lines))
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	failsWith(t, run(t, empty(t), "log", "import", file), "line 1", "needs all of them")
	failsWith(t, run(t, empty(t), "log", "import", file+".missing"), "no such file")
}

// seal seals a secret with the keys of a world.
func seal(t *testing.T, w *gatelogtest.World) secret.Sealed {
	t.Helper()
	sealed, err := keysAt(t, w.NATSURL).Seal(t.Context(), "t1", "test", []byte("geheim"))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// keysAt returns the keys of tenants that a broker has.
func keysAt(t *testing.T, url string) *secret.Keyring {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	store, err := secret.NewKVStore(t.Context(), js, "GATELOG_KEYS", 1)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMasterKey(testMaster)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.NewKeyring(store, master, secret.KeyringOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
