package backup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/testenv"
)

// A backup that the program wrote when the format was 1: twelve messages in Zstandard, and keys.
func TestABackupOfTheFirstFormatIsReadAndGoesOn(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(12)
	if err := os.CopyFS(dir, os.DirFS("testdata/format1")); err != nil {
		t.Fatal(err)
	}
	old, err := backup.Open(dir)
	if err != nil || old.Verify(t.Context()) != nil || old.Manifest().Format != 1 {
		t.Fatalf("%v, %v, %v", old, err, old.Verify(t.Context()))
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 12)); diff != "" {
		t.Errorf("the messages (-log +backup):\n%s", diff)
	}
	if keys, at, err := old.ReadKeys(); len(keys) != 1 || at != 12 || err != nil {
		t.Errorf("%d keys at %d, %v", len(keys), at, err)
	}
	b := write(t, dir, s.grow(30), small)
	if m := b.Manifest(); m.Format != backup.Format || !cmp.Equal(old.Manifest().Segments, m.Segments[:2]) || b.Verify(t.Context()) != nil {
		t.Errorf("the second run made %+v, %v", m, b.Verify(t.Context()))
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 42)); diff != "" {
		t.Errorf("the messages with what was added (-log +backup):\n%s", diff)
	}
}

func TestHowALogIsCut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o           backup.Options
		after, head eventstore.Position
		each        int64
		want        []eventstore.Position
	}{
		"a little":         {backup.Options{AtOnce: 3}, 7, 9, 1000, []eventstore.Position{9}},
		"as configured":    {backup.Options{AtOnce: 3, SegmentBytes: 3000}, 0, 7, 1000, []eventstore.Position{3, 6, 7}},
		"for all workers":  {backup.Options{AtOnce: 1}, 0, 48, 1 << 20, []eventstore.Position{16, 32, 48}},
		"large messages":   {backup.Options{AtOnce: 3, SegmentBytes: 10}, 1, 3, 1000, []eventstore.Position{2, 3}},
		"nothing is known": {backup.Options{AtOnce: 3}, 0, 5, 0, []eventstore.Position{5}},
	} {
		if diff := cmp.Diff(c.want, backup.Spans(c.o, c.after, c.head, c.each)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Messages that are larger than the average end a segment before its range does.
func TestASegmentEndsWhenItIsFull(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), given(20)
	for i := range 5 {
		s.all[i].Data = []byte(`"` + strings.Repeat("x", 2000) + `"`)
	}
	b := write(t, dir, s, backup.Options{SegmentBytes: 3000})
	if first := b.Manifest().Segments[0]; first.Last != 2 || b.Verify(t.Context()) != nil {
		t.Errorf("the first segment is %+v, %v", first, b.Verify(t.Context()))
	}
	if diff := cmp.Diff(s.all, read(t, dir, 0, 20)); diff != "" {
		t.Errorf("the messages (-log +backup):\n%s", diff)
	}
}

// halting is a log that cannot be read at a position, but only when what comes behind it was read.
type halting struct {
	*source
	at     eventstore.Position
	once   sync.Once
	behind chan struct{}
}

var errHalt = errors.New("no further")

func (h *halting) ReadRaw(ctx context.Context, after, upTo eventstore.Position, each func(eventstore.Raw) error) error {
	switch {
	case after >= h.at:
		defer h.once.Do(func() { close(h.behind) })
	case h.at <= upTo:
		<-h.behind
		return errHalt
	}
	return h.source.ReadRaw(ctx, after, upTo, each)
}

// What follows a range that could not be copied is no part of the backup, although it was written.
func TestABackupHasNoGapWhenARangeFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &halting{source: given(40), at: 12, behind: make(chan struct{})}
	o := backup.Options{SegmentBytes: 1000, AtOnce: 3}
	if _, err := backup.Write(t.Context(), dir, s, o); !errors.Is(err, errHalt) {
		t.Fatalf("%v, want %v", err, errHalt)
	}
	b, err := backup.Open(dir)
	if err != nil || b.Manifest().Head == 0 || b.Manifest().Head >= 12 || b.Verify(t.Context()) != nil {
		t.Fatalf("%+v, %v, want a backup up to somewhere before 12", b.Manifest(), err)
	}
	files, err := filepath.Glob(dir + "/*")
	if want := len(b.Manifest().Segments) + 2; len(files) != want || err != nil { // the manifest, and the lock
		t.Errorf("%d files, want %d: %v, %v", len(files), want, files, err)
	}
}

// short is a log that has less than it says.
type short struct{ *source }

func (s short) ReadRaw(context.Context, eventstore.Position, eventstore.Position, func(eventstore.Raw) error) error {
	return nil
}

func TestALogThatEndsEarlyIsNoSuccess(t *testing.T) {
	t.Parallel()
	if _, err := backup.Write(t.Context(), t.TempDir(), short{given(3)}, small); err == nil {
		t.Error("a log without messages was copied")
	}
}

// A backup is the same whether the files of the broker were read or the broker was asked, so that one run can
// follow the other.
func TestFilesAndBrokerGiveTheSameBackup(t *testing.T) {
	t.Parallel()
	store, dir, other := t.TempDir(), t.TempDir(), t.TempDir()
	stream := filled(t, definitions(3000, 600), testenv.InDir(store))
	files, err := stream.Beside(store)
	if err != nil {
		t.Fatal(err)
	}
	o := backup.Options{SegmentBytes: 300_000}
	one, err := backup.Write(t.Context(), dir, files, o)
	if err != nil {
		t.Fatal(err)
	}
	two, err := backup.Write(t.Context(), other, stream, o)
	if err != nil {
		t.Fatal(err)
	}
	if m, n := one.Manifest(), two.Manifest(); m.Head != 3000 || n.Head != 3000 || m.Tail != n.Tail || len(m.Segments) < 3 {
		t.Errorf("from files %+v, from the broker %+v", m, n)
	}
	all := read(t, other, 0, 3000)
	for i, r := range read(t, dir, 0, 3000) {
		if same, err := backup.Same(r, all[i]); !same || err != nil {
			t.Fatalf("position %d: %q from files, %q from the broker, %v", r.Position, r.Header, all[i].Header, err)
		}
	}
	if _, err := backup.Write(t.Context(), dir, stream, o); err != nil {
		t.Errorf("a run through the broker after one from files: %v", err)
	}
}
