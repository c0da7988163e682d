package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/engine"
)

// source is a log in memory.
type source struct {
	incarnation string
	all         []eventstore.Raw
	head        eventstore.Position // what Head says; 0: all
}

func (s *source) Incarnation() string { return s.incarnation }

func (s *source) Extent(context.Context) (head eventstore.Position, bytes uint64, err error) {
	for _, r := range s.all {
		bytes += uint64(len(r.Subject) + len(r.Header) + len(r.Data))
	}
	if s.head > 0 {
		return s.head, bytes, nil
	}
	return eventstore.Position(len(s.all)), bytes, nil
}

func (s *source) RawAt(_ context.Context, at eventstore.Position) (eventstore.Raw, error) {
	if at == 0 || at > eventstore.Position(len(s.all)) {
		return eventstore.Raw{}, eventstore.ErrNotFound
	}
	return s.all[at-1], nil
}

func (s *source) ReadRaw(_ context.Context, after, upTo eventstore.Position, each func(eventstore.Raw) error) error {
	for _, r := range s.all[after:upTo] {
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// grow appends messages, each of a command of its own.
func (s *source) grow(n int) *source {
	for range n {
		at := len(s.all) + 1
		s.add(fmt.Sprintf("command%d-0", at), fmt.Sprintf(`{"n":%d}`, at))
	}
	return s
}

func (s *source) add(id, data string) {
	s.all = append(s.all, eventstore.Raw{
		Position: eventstore.Position(len(s.all) + 1), Subject: "evt.toy.t1.thing.a",
		Header: []byte("ce-id: " + id + "\nce-type: toy.thing.changed\nodd: one\nodd: \nodd: two\n"), Data: []byte(data),
	})
}

func given(n int) *source { return (&source{incarnation: "first"}).grow(n) }

// small makes segments of a few messages.
var small = backup.Options{SegmentBytes: 1000}

func write(t testing.TB, dir string, s *source, o backup.Options) *backup.Backup {
	t.Helper()
	b, err := backup.Write(t.Context(), dir, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// read returns what the backup in a directory holds after a position, up to another.
func read(t testing.TB, dir string, after, upTo eventstore.Position) []eventstore.Raw {
	t.Helper()
	b, err := backup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []eventstore.Raw
	err = b.Read(t.Context(), after, upTo, func(r eventstore.Raw) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestABackupHoldsWhatTheLogHolds(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(100)
	b := write(t, dir, s, small)
	if n := len(b.Manifest().Segments); n < 5 {
		t.Errorf("%d segments, want several", n)
	}
	if err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 100)); diff != "" {
		t.Errorf("the messages (-log +backup):\n%s", diff)
	}
	if diff := cmp.Diff(s.all[37:71], read(t, dir, 37, 71)); diff != "" {
		t.Errorf("some of them (-log +backup):\n%s", diff)
	}
	if err := b.Read(t.Context(), 0, 101, nil); err == nil {
		t.Error("a position beyond the end was read")
	}
	boom := errors.New("boom")
	if err := b.Read(t.Context(), 0, 9, func(eventstore.Raw) error { return boom }); !errors.Is(err, boom) || errors.Is(err, backup.ErrDamaged) {
		t.Errorf("%v, want the reader's error alone", err)
	}
}

func TestASecondRunAddsWhatIsNew(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(50)
	before := write(t, dir, s, small).Manifest().Segments
	told := eventstore.Position(0)
	o := small
	o.Report = func(at, _ eventstore.Position) { told = at }
	after := write(t, dir, s.grow(1000), o).Manifest().Segments
	if diff := cmp.Diff(before, after[:len(before)]); diff != "" || told != 1000 {
		t.Errorf("the old segments, told up to %d (-before +after):\n%s", told, diff)
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 1050)); diff != "" {
		t.Errorf("the messages (-log +backup):\n%s", diff)
	}
	files := func() []string { m, _ := filepath.Glob(dir + "/*.sz"); return m }
	n := len(files())
	write(t, dir, s, small)
	if got := len(files()); got != n || got != len(after) {
		t.Errorf("%d files after a run with nothing new, %d before, %d segments", got, n, len(after))
	}
}

func TestWhatOneCommandCausedIsNotCutInTwo(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(10)
	for i := range 3 {
		s.add(fmt.Sprintf("together-%d", i), "{}")
	}
	s.add("together-answer", "{}")
	s.grow(5).head = 12
	if head := write(t, dir, s, small).Manifest().Head; head != 14 {
		t.Errorf("the backup ends at %d, want it behind the last event of the command", head)
	}
}

func TestOnlyItsOwnLogIsAddedToABackup(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]*source{
		"another incarnation": (&source{incarnation: "second"}).grow(30),
		"shorter":             given(19),
		"another message":     {incarnation: "first", all: append(given(19).all, eventstore.Raw{Position: 20, Subject: "evt.x"})},
	} {
		dir := t.TempDir()
		write(t, dir, given(20), small)
		if _, err := backup.Write(t.Context(), dir, other, small); !errors.Is(err, backup.ErrOtherLog) {
			t.Errorf("%s: %v, want ErrOtherLog", name, err)
		}
	}
}

func TestDamageIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string, text []byte) error{
		"a changed bit":  func(p string, text []byte) error { text[len(text)/2] ^= 4; return os.WriteFile(p, text, 0o600) },
		"cut off":        func(p string, text []byte) error { return os.WriteFile(p, text[:len(text)-1], 0o600) },
		"something more": func(p string, text []byte) error { return os.WriteFile(p, append(text, 'x'), 0o600) },
		"missing":        func(p string, _ []byte) error { return os.Remove(p) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b := write(t, dir, given(100), small)
			file := b.Manifest().Segments[2].File
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err == nil {
				err = spoil(filepath.Join(dir, file), text)
			}
			if err != nil {
				t.Fatal(err)
			}
			for what, err := range map[string]error{"verify": b.Verify(t.Context()), "check": b.Check(t.Context(), 100)} {
				if !errors.Is(err, backup.ErrDamaged) || !strings.Contains(err.Error(), file) {
					t.Errorf("%s: %v, want ErrDamaged with %s", what, err, file)
				}
			}
			if err := b.Check(t.Context(), b.Manifest().Segments[1].Last); err != nil {
				t.Errorf("what lies before the damage: %v", err)
			}
		})
	}
}

func TestAManifestThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	if _, err := backup.Open(t.TempDir()); !errors.Is(err, backup.ErrNone) {
		t.Errorf("an empty directory: %v, want ErrNone", err)
	}
	for name, change := range map[string][2]string{
		"cut off":           {"\"head\"", "\x00"},
		"gap":               {`"first": 1,`, `"first": 2,`},
		"leads elsewhere":   {`"file": "`, `"file": "../`},
		"head":              {`"head": 100`, `"head": 101`},
		"no incarnation":    {`"incarnation": "first"`, `"incarnation": ""`},
		"a later program's": {`"format": 2`, `"format": 3`},
	} {
		dir := t.TempDir()
		write(t, dir, given(100), backup.Options{})
		path := filepath.Join(dir, backup.ManifestFile)
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte(change[0])) {
			t.Fatalf("%s: %v in %s", name, err, text)
		}
		if err := os.WriteFile(path, bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Open(dir); err == nil {
			t.Errorf("%s: was opened", name)
		}
	}
}

func TestAnInterruptedRunLeavesABackup(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(100)
	boom := errors.New("boom")
	s.all[59].Subject = "not a subject" // ends the run
	if _, err := backup.Write(t.Context(), dir, s, small); err == nil {
		t.Fatal("a message that cannot be kept was kept")
	}
	b, err := backup.Open(dir)
	if err != nil || b.Verify(t.Context()) != nil || b.Manifest().Head == 0 || b.Manifest().Head >= 60 {
		t.Fatalf("%v, %v, want a backup up to somewhere before 60", b.Manifest(), err)
	}
	leftover := filepath.Join(dir, strings.ReplaceAll(b.Manifest().Segments[0].File, "1", "7"))
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.all[59].Subject = "evt.toy.t1.thing.a"
	failing := small
	failing.Keys = func(context.Context) (map[string][]byte, string, error) { return nil, "", boom }
	if _, err := backup.Write(t.Context(), dir, s, failing); !errors.Is(err, boom) {
		t.Errorf("%v, want the error of the keys", err)
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 100)); diff != "" {
		t.Errorf("the messages (-log +backup):\n%s", diff)
	}
	if _, err := os.Stat(leftover); err == nil {
		t.Error("what the interrupted run left behind is still there")
	}
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(10)
	o := small
	o.Keys = func(ctx context.Context) (map[string][]byte, string, error) {
		if _, err := backup.Write(ctx, dir, s, small); !errors.Is(err, engine.ErrInUse) {
			t.Errorf("a second run: %v, want ErrInUse", err)
		}
		return nil, "m1", nil
	}
	write(t, dir, s, o)
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	write(t, dir, given(3), small)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
}

// Whatever a log holds, in segments of any size, with a run at any time: it comes back.
func TestAnythingComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		s := &source{incarnation: "first"}
		for range rapid.IntRange(1, 2).Draw(rt, "runs") {
			for _, data := range rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 0, 10).Draw(rt, "data") {
				s.add(rapid.StringMatching(`[a-z]{1,5}(-[0-9])?`).Draw(rt, "id"), string(data))
			}
			o := backup.Options{SegmentBytes: rapid.Int64Range(300, 3000).Draw(rt, "segment")}
			if _, err := backup.Write(context.Background(), dir, s, o); err != nil {
				rt.Fatal(err)
			}
		}
		if got := read(t, dir, 0, eventstore.Position(len(s.all))); !slices.EqualFunc(s.all, got, func(x, y eventstore.Raw) bool { return cmp.Equal(x, y) }) {
			rt.Errorf("(-log +backup):\n%s", cmp.Diff(s.all, got))
		}
	})
}

func FuzzNothingThatIsReadPanics(f *testing.F) {
	f.Add([]byte("1 evt.a.b.c.d 10 2\nce-id: abc\n{}\n"))
	f.Add([]byte("1 evt.a.b.c.d 99999999999999999999 2\n"))
	f.Add([]byte("1 x 5 0\nabcd\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if first, again, err := backup.Decoded(text); err == nil && !bytes.Equal(first, again) {
			t.Errorf("%q was read, and written as %q", first, again)
		}
	})
}
