package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/engine"
)

// Source is the log that is copied; *eventstore.Stream is one, and *eventstore.Beside a faster one. What
// ReadRaw gives is good until it is taken only, and several can read at once.
type Source interface {
	Incarnation() string
	Extent(ctx context.Context) (head eventstore.Position, bytes uint64, err error)
	RawAt(ctx context.Context, at eventstore.Position) (eventstore.Raw, error)
	ReadRaw(ctx context.Context, after, upTo eventstore.Position, each func(eventstore.Raw) error) error
}

// Options of a run.
type Options struct {
	// SegmentBytes closes a segment that holds so many bytes of messages, before compression. Default
	// 64 MiB. An interrupted run loses at most the segments that it was writing.
	SegmentBytes int64
	// AtOnce is how many segments are written at once. Default: one more than there are processors, so that
	// none rests while a file is synced, but at most 4.
	AtOnce int
	// Report, when not nil, is told now and then how far the run is, and where it is going.
	Report func(at, head eventstore.Position)
	// Keys, when not nil, returns the wrapped keys of all tenants and the id of the master key that wraps
	// them, to go into the backup in the place of those that it has. It is asked after the log was copied,
	// so that no event needs a key that is missing. The master key itself is in no backup.
	Keys func(ctx context.Context) (keys map[string][]byte, masterKey string, err error)
}

const segmentBytes = 64 << 20

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = segmentBytes
	}
	if o.AtOnce <= 0 {
		o.AtOnce = min(runtime.GOMAXPROCS(0)+1, 4)
	}
	return o
}

// Write copies what a log holds now, beyond what the backup in the directory has, and returns the backup.
// It makes the directory, and a first backup where there is none. What writers append meanwhile is left to
// the next run, except for the rest of a command's events. The error wraps ErrOtherLog when the backup is
// that of another log, and engine.ErrInUse while another run works on the directory.
func Write(ctx context.Context, dir string, log Source, o Options) (_ *Backup, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	lock, err := engine.LockDataDir(dir)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	b, err := Open(dir)
	if errors.Is(err, ErrNone) {
		b, err = &Backup{dir: dir, manifest: Manifest{Format: Format, Incarnation: log.Incarnation()}}, nil
	}
	if err == nil {
		err = b.belongs(ctx, log)
	}
	if err == nil {
		err = b.tidy()
	}
	if err != nil {
		return nil, err
	}
	if err := b.copy(ctx, log, o.withDefaults()); err != nil {
		return b, errors.Join(err, b.tidy())
	}
	if o.Keys == nil {
		return b, nil
	}
	keys, masterKey, err := o.Keys(ctx)
	if err != nil {
		return b, err
	}
	return b, b.writeKeys(keys, masterKey)
}

// copy adds what the log holds now.
func (b *Backup) copy(ctx context.Context, log Source, o Options) error {
	head, bytes, err := log.Extent(ctx)
	for err == nil && head > b.manifest.Head {
		err = b.addSegments(ctx, log, o.spans(b.manifest.Head, head, int64(bytes)/int64(head)), o)
		if err == nil {
			head, err = endOfUnit(ctx, log, head)
		}
	}
	if err == nil && b.manifest.Written.IsZero() {
		err = b.save() // of an empty log
	}
	return err
}

// belongs returns why the backup is not one of the log's past.
func (b *Backup) belongs(ctx context.Context, log Source) error {
	m := b.manifest
	if m.Incarnation != log.Incarnation() {
		return fmt.Errorf("%w: it is of log %s, this is log %s; choose another directory", ErrOtherLog, m.Incarnation, log.Incarnation())
	}
	if m.Head == 0 {
		return nil
	}
	last, err := log.RawAt(ctx, m.Head)
	if errors.Is(err, eventstore.ErrNotFound) {
		return fmt.Errorf("%w: it goes up to position %d, which this log does not have", ErrOtherLog, m.Head)
	}
	if err != nil {
		return err
	}
	if tail, err := tailOf(last); err != nil || tail != m.Tail {
		return errors.Join(fmt.Errorf("%w: at position %d this log has another message", ErrOtherLog, m.Head), err)
	}
	return nil
}

// tidy removes what an interrupted run has left behind.
func (b *Backup) tidy() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for _, e := range entries {
		if b.forgotten(e.Name()) {
			if err := os.Remove(filepath.Join(b.dir, e.Name())); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
		}
	}
	return nil
}

// forgotten reports whether a file looks like one of the backup's, and is not.
func (b *Backup) forgotten(name string) bool {
	if k := b.manifest.Keys; strings.HasPrefix(name, keysPrefix) {
		return k == nil || name != k.File
	}
	if strings.HasPrefix(name, writing) {
		return strings.HasSuffix(name, writingEnd)
	}
	suffix := filepath.Ext(name)
	return (suffix == snappySuffix || suffix == zstdSuffix) && len(name) == len(segmentName(1, 1, suffix)) &&
		!slices.ContainsFunc(b.manifest.Segments, func(s Segment) bool { return s.File == name })
}

// endOfUnit returns the position of the last event that the same command caused as the one at a position:
// what belongs together is all in a backup, or not at all.
func endOfUnit(ctx context.Context, log Source, at eventstore.Position) (eventstore.Position, error) {
	last, err := log.RawAt(ctx, at)
	for err == nil {
		var next eventstore.Raw
		if next, err = log.RawAt(ctx, at+1); err == nil && !SameCommand(last, next) {
			return at, nil
		}
		if err == nil {
			last, at = next, at+1
		}
	}
	if errors.Is(err, eventstore.ErrNotFound) {
		return at, nil
	}
	return at, err
}

// SameCommand reports whether one command caused both of two messages that follow each other: then their
// ids are that of the command with a number, or a word, behind it.
func SameCommand(one, next eventstore.Raw) bool {
	command := func(r eventstore.Raw) string {
		id := r.ID()
		return id[:max(strings.LastIndexByte(id, '-'), 0)]
	}
	return command(one) != "" && command(one) == command(next)
}
