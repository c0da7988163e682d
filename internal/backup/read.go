package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/gatelog/gatelog/eventstore"
)

// Bounds of what a segment can make its reader hold: in Zstandard, and a block in Snappy.
const (
	decoderMemory = 256 << 20
	snappyBlock   = 64 << 10
)

// Read calls each with every message after a position, up to and including upTo, in order: all of them, or
// an error. It returns the first error of each. What a segment holds is held against its name, but not
// against its checksum: Check does that. upTo must not lie beyond the head of the manifest.
func (b *Backup) Read(ctx context.Context, after, upTo eventstore.Position, each func(eventstore.Raw) error) error {
	if upTo > b.manifest.Head {
		return fmt.Errorf("the backup goes up to position %d: it has no position %d", b.manifest.Head, upTo)
	}
	for _, s := range b.manifest.Segments {
		if s.Last <= after || s.First > upTo {
			continue
		}
		err := b.readSegment(s, func(r eventstore.Raw) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if r.Position <= after || r.Position > upTo {
				return nil
			}
			return each(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// taken marks an error of who reads, which is no damage.
type taken struct{ error }

func (t taken) Unwrap() error { return t.error }

// readSegment calls each with every message of a segment.
func (b *Backup) readSegment(s Segment, each func(eventstore.Raw) error) error {
	f, err := os.Open(filepath.Join(b.dir, s.File))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	err = unpacked(f, s.File, func(in io.Reader) error { return readMessages(newDecoder(in), s, each) })
	var own taken
	switch closed := f.Close(); {
	case errors.As(err, &own):
		return own.error
	case err != nil:
		return fmt.Errorf("%w: %s: %w", ErrDamaged, s.File, err)
	default:
		return closed
	}
}

// unpacked calls read with what is compressed in a file, in the way that its name says.
func unpacked(from io.Reader, name string, read func(io.Reader) error) error {
	if filepath.Ext(name) == snappySuffix {
		return read(s2.NewReader(from, s2.ReaderMaxBlockSize(snappyBlock)))
	}
	in, err := zstd.NewReader(from, zstd.WithDecoderMaxMemory(decoderMemory))
	if err != nil {
		return err
	}
	defer in.Close()
	return read(in)
}

func readMessages(d *decoder, s Segment, each func(eventstore.Raw) error) error {
	for at := s.First; ; at++ {
		r, err := d.next()
		switch {
		case err == io.EOF && at == s.Last+1:
			return nil
		case err == io.EOF:
			return fmt.Errorf("it ends before position %d", at)
		case err != nil:
			return err
		case r.Position != at || at > s.Last:
			return fmt.Errorf("position %d stands where %d should", r.Position, at)
		}
		if err := each(r); err != nil {
			return taken{err}
		}
	}
}

// Verify holds every file against its checksum, and reads every message. The error names the first file
// that is not what was written, and wraps ErrDamaged.
func (b *Backup) Verify(ctx context.Context) error {
	if err := b.Check(ctx, b.manifest.Head); err != nil {
		return err
	}
	var last eventstore.Raw
	err := b.Read(ctx, 0, b.manifest.Head, func(r eventstore.Raw) error {
		last = r
		return nil
	})
	if err != nil || b.manifest.Head == 0 {
		return err
	}
	if tail, err := tailOf(last); err != nil || tail != b.manifest.Tail {
		return errors.Join(fmt.Errorf("%w: the last message is not the one that %s names", ErrDamaged, ManifestFile), err)
	}
	return nil
}
