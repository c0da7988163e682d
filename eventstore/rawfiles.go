package eventstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Beside is a log next to the files of the broker that keeps it: ReadRaw reads these, which is several times
// as fast as asking the broker for every message. The broker goes on meanwhile.
type Beside struct {
	*Stream
	dir string // of the blocks
}

// ErrNoFiles says that a directory has no files of the log, or none that can be read here.
var ErrNoFiles = errors.New("the files of the log are not there")

// account is that of a broker that tells none apart.
const account = "$G"

// Beside returns the log with the files that a broker keeps in a directory, its store. The error wraps
// ErrNoFiles when they are not those of this log.
func (s *Stream) Beside(store string) (*Beside, error) {
	dir := filepath.Join(store, "jetstream", account, "streams", s.name)
	text, err := os.ReadFile(filepath.Join(dir, "meta.inf"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFiles, err)
	}
	var meta struct {
		Name     string            `json:"name"`
		Metadata map[string]string `json:"metadata"`
	}
	if err := json.Unmarshal(text, &meta); err != nil { // encrypted, say
		return nil, fmt.Errorf("%w: %s: %w", ErrNoFiles, dir, err)
	}
	if meta.Name != s.name || meta.Metadata[incarnationKey] != s.incarnation {
		return nil, fmt.Errorf("%w: those in %s are of another log", ErrNoFiles, dir)
	}
	return &Beside{Stream: s, dir: filepath.Join(dir, "msgs")}, nil
}

// ReadRaw is that of the Stream, but that what each is given is good until it returns only. Where a message
// cannot be read from the files, the broker is asked for it and what follows.
func (b *Beside) ReadRaw(ctx context.Context, after, upTo Position, each func(Raw) error) error {
	at, err := b.readFiles(ctx, after, upTo, each)
	if !errors.Is(err, errBlock) {
		return err
	}
	return b.Stream.ReadRaw(ctx, at, upTo, each)
}

// readFiles calls each as ReadRaw does, and returns the last position that it was called with. The error
// wraps errBlock when the next one is not in the files.
func (b *Beside) readFiles(ctx context.Context, after, upTo Position, each func(Raw) error) (Position, error) {
	at := after
	if upTo <= after {
		return at, nil
	}
	blocks, err := b.blocksFrom(after + 1)
	if err != nil {
		return at, err
	}
	for _, index := range blocks {
		err := b.readBlock(index, at, func(r Raw) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := each(r); err != nil {
				return err
			}
			if at = r.Position; at == upTo {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
	return at, fmt.Errorf("%w: they end at position %d", errBlock, at)
}

const blockSuffix = ".blk"

// blocksFrom returns the numbers of the blocks from the one on that has a position.
func (b *Beside) blocksFrom(at Position) ([]int, error) {
	names, err := filepath.Glob(filepath.Join(b.dir, "*"+blockSuffix))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	all := make([]int, 0, len(names))
	for _, name := range names {
		index, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), blockSuffix))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBlock, err)
		}
		all = append(all, index)
	}
	slices.Sort(all)
	var failed error
	behind := sort.Search(len(all), func(i int) bool {
		first, err := b.firstOf(all[i])
		failed = errors.Join(failed, err)
		return first > at
	})
	if failed != nil || behind == 0 {
		return nil, errors.Join(fmt.Errorf("%w: which one has position %d is not known", errBlock, at), failed)
	}
	return all[behind-1:], nil
}
