// Package backup keeps a copy of the log in a directory: segments of consecutive messages, compressed
// and with a checksum each, and a manifest that lists them. A later run adds what is new. Everything is
// read back with the positions that it had.
package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

// Format is the version of the layout that this program writes. It also reads, and adds to, what has the
// first one, whose segments are all in Zstandard; by that, the backup gets this version.
const Format = 2

const firstFormat = 1

// ManifestFile is the name of the file that lists what belongs to a backup. A file that it does not list
// is none of the backup's.
const ManifestFile = "manifest.json"

// Manifest says what a backup holds.
type Manifest struct {
	Format int `json:"format"`
	// Incarnation is that of the log that was copied.
	Incarnation string `json:"incarnation"`
	// Head is the last position that the backup holds.
	Head eventstore.Position `json:"head"`
	// Tail is the SHA-256 of the message at Head, by which a later run knows the log again.
	Tail     string    `json:"tail_sha256"`
	Written  time.Time `json:"written_at"` // UTC
	Segments []Segment `json:"segments"`   // in order, without gaps, from position 1 on
	Keys     *Keys     `json:"keys,omitempty"`
}

// Segment is a file with consecutive messages.
type Segment struct {
	File   string              `json:"file"`
	First  eventstore.Position `json:"first"`
	Last   eventstore.Position `json:"last"`
	Bytes  int64               `json:"bytes"`  // of the file
	SHA256 string              `json:"sha256"` // of the file
}

// Keys is the file with the wrapped keys of tenants.
type Keys struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	// Position is how far the log was known to be when the keys were copied: those of all events up to
	// there are among them.
	Position eventstore.Position `json:"position"`
	// MasterKey is the id of the master key that they are wrapped with.
	MasterKey string `json:"master_key"`
}

// Errors of a backup. They are values: ask with errors.Is.
var (
	// ErrNone: there is no backup in the directory.
	ErrNone = errors.New("there is no backup")
	// ErrDamaged: a file of the backup is not what was written.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrOtherLog: the backup is that of another log, or of another history of it.
	ErrOtherLog = errors.New("the backup is that of another log")
)

// Backup is a directory with a copy of a log.
type Backup struct {
	dir      string
	manifest Manifest
}

// Open returns the backup in a directory, or ErrNone.
func Open(dir string) (*Backup, error) {
	b := &Backup{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: no %s", dir, ErrNone, ManifestFile)
	}
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if err := json.Unmarshal(text, &b.manifest); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, ManifestFile, err)
	}
	return b, b.manifest.check()
}

// check refuses a manifest that this program cannot have written.
func (m *Manifest) check() error {
	if m.Format < firstFormat || m.Format > Format {
		return fmt.Errorf("backup of format %d: this program reads %d to %d", m.Format, firstFormat, Format)
	}
	at := eventstore.Position(0)
	for _, s := range m.Segments {
		if s.First != at+1 || s.Last < s.First || !s.namedRight() {
			return fmt.Errorf("%w: %s: the segment %q does not follow position %d", ErrDamaged, ManifestFile, s.File, at)
		}
		at = s.Last
	}
	if m.Head != at || m.Incarnation == "" || m.Keys != nil && m.Keys.File != keysName(m.Keys.SHA256) {
		return fmt.Errorf("%w: %s: it is not complete", ErrDamaged, ManifestFile)
	}
	return nil
}

// Manifest returns what the backup holds. It is shared: treat it as read-only.
func (b *Backup) Manifest() Manifest { return b.manifest }

// save writes the manifest: from then on new segments belong to the backup.
func (b *Backup) save() error {
	b.manifest.Format = Format
	b.manifest.Written = time.Now().UTC().Truncate(time.Second)
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	return b.write(ManifestFile, append(text, '\n'))
}

// A file that is being written is named so, with something between when several are.
const (
	writing    = "writing"
	writingEnd = ".new"
)

// write writes a file that only its owner can read. It appears whole or not at all.
func (b *Backup) write(name string, text []byte) error {
	return b.create("", func(to io.Writer) (string, error) {
		_, err := to.Write(text)
		return name, err
	})
}

// create makes a file of what fill writes, and has it on disk when it returns. fill returns its name;
// meanwhile tells it from others that are being written.
func (b *Backup) create(meanwhile string, fill func(io.Writer) (name string, err error)) error {
	path, name := filepath.Join(b.dir, writing+meanwhile+writingEnd), ""
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	to := bufio.NewWriterSize(f, 256<<10)
	if name, err = fill(to); err == nil {
		err = to.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path, filepath.Join(b.dir, name))
	}
	if err == nil {
		err = syncDir(b.dir)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", errors.Join(err, ignoreMissing(os.Remove(path))))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Check holds the files with messages up to a position (and the keys) against their checksums. The error
// names the first that is missing or was changed, and wraps ErrDamaged.
func (b *Backup) Check(ctx context.Context, upTo eventstore.Position) error {
	if k := b.manifest.Keys; k != nil {
		if err := b.checkFile(k.File, k.SHA256); err != nil {
			return err
		}
	}
	for _, s := range b.manifest.Segments {
		if s.First > upTo {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.checkFile(s.File, s.SHA256); err != nil {
			return err
		}
	}
	return nil
}

func (b *Backup) checkFile(name, sum string) error {
	f, err := os.Open(filepath.Join(b.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is missing", ErrDamaged, name)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("backup: read %s: %w", name, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sum {
		return fmt.Errorf("%w: the checksum of %s is %s, it was written with %s", ErrDamaged, name, got, sum)
	}
	return nil
}

// tailOf returns the checksum of a message, by which it is known again, whatever the order of its headers.
func tailOf(r eventstore.Raw) (string, error) {
	lines := slices.Collect(bytes.Lines(r.Header))
	slices.SortStableFunc(lines, func(one, other []byte) int {
		name, _, _ := bytes.Cut(one, []byte{':'})
		otherName, _, _ := bytes.Cut(other, []byte{':'})
		return bytes.Compare(name, otherName)
	})
	r.Header = bytes.Join(lines, nil)
	sum := sha256.New()
	if err := (&encoder{to: sum}).encode(r); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
