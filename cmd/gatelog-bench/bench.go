package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// scale says how much is measured.
type scale struct {
	groups, perGroup int // of the full instance
	history          int // events of the one API with a long history
	creates          int // a round
	reads            int // a round
	lists            int // a round
	versions         int // a round
	rebuilds, starts int // rounds
	rounds           int
}

// scaleOf returns the counts of the flags. 200,000 events are 50,000 APIs, each created, published,
// changed and published again.
func scaleOf(o options) scale {
	s := scale{
		groups: 50, perGroup: 1000, history: 1000, creates: 3000, reads: 8000, lists: 3000, versions: 1000,
		rebuilds: 3, starts: 3, rounds: 5,
	}
	if o.quick {
		s = scale{
			groups: 4, perGroup: 100, history: 100, creates: 200, reads: 300, lists: 100, versions: 50,
			rebuilds: 1, starts: 1, rounds: 1,
		}
	}
	if o.turns > 0 {
		s.rounds, s.rebuilds, s.starts = o.turns, o.turns, o.turns
	}
	return s
}

// apis is how many APIs the full instance has.
func (s scale) apis() int { return s.groups * s.perGroup }

// bench is what the figures share. Servers and data are made when the first figure asks for them.
type bench struct {
	options
	scale
	out     io.Writer
	logger  *slog.Logger
	began   time.Time
	dir     string
	binary  string
	empty   *server
	full    *server
	world   *world
	created *creations
	profile *profiler
	made    int // names given to APIs so far
}

// newBench builds the server and makes a directory for the data.
func newBench(ctx context.Context, o options, out io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp(o.dir, "gatelog-bench-")
	if err != nil {
		return nil, err
	}
	// The private Postgres may run as another user, who must get in.
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // see above
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	b := &bench{
		options: o, scale: scaleOf(o), out: out, began: time.Now(), dir: dir, binary: filepath.Join(dir, "gatelog"),
		logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if o.cpuProfile != "" {
		b.profile = &profiler{dir: o.cpuProfile}
	}
	if o.server != "" {
		b.binary = o.server
		return b, nil
	}
	b.say("building the server")
	if err := build(ctx, b.binary); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return b, nil
}

// close stops the servers and removes the data.
func (b *bench) close() error {
	var errs []error
	for _, s := range []*server{b.empty, b.full} {
		if s != nil {
			errs = append(errs, s.stop())
		}
	}
	if b.keep {
		b.say("the data is in %s", b.dir)
		return errors.Join(errs...)
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

// say tells how far the run is.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, "%5.1fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// emptyServer returns a server whose first instance stays empty.
func (b *bench) emptyServer(ctx context.Context) (*server, error) {
	if b.empty != nil {
		return b.empty, nil
	}
	var err error
	b.empty, err = b.start(ctx, filepath.Join(b.dir, "empty"))
	return b.empty, err
}

// fullServer returns the server with the APIs and the events, running.
func (b *bench) fullServer(ctx context.Context) (*server, error) {
	if b.full != nil {
		return b.full, nil
	}
	if err := b.seed(ctx); err != nil {
		return nil, err
	}
	s, err := b.start(ctx, b.fullDir())
	if err != nil {
		return nil, err
	}
	b.full = s
	s.refused, err = b.awaitWritable(ctx, s)
	s.written = time.Since(s.began)
	return s, err
}

func (b *bench) fullDir() string { return filepath.Join(b.dir, "full") }

// side does one round and returns what it did.
type side func(ctx context.Context, round int) (sample, error)

// takeTurns lets the sides do their rounds one after another, A B A B, after one round that warms
// them up and does not count.
func (b *bench) takeTurns(ctx context.Context, rounds int, sides ...side) ([]series, error) {
	all := make([]series, len(sides))
	for round := range rounds + 1 {
		for i, do := range sides {
			s, err := do(ctx, round)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				all[i] = append(all[i], s)
			}
		}
	}
	return all, nil
}

// measure adds the processor time that a round used to its sample. server is the process that answers,
// database the one that Postgres belongs to.
func measure(server, database *server, do func() (sample, error)) (sample, error) {
	before := cpuOf(server.pid(), database.pid())
	s, err := do()
	s.cpu = cpuOf(server.pid(), database.pid()).minus(before)
	return s, err
}
