// Command gatelog-bench measures Gatelog against the bare engines that it stands on: the same broker,
// the same Postgres, the same machine, the same minute. It prints one table of ratios with the floor
// that each must keep; docs/benchmarks.md says what each figure means.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	quick      bool
	only       string
	turns      int
	json       string
	cpuProfile string
	noFail     bool
	dir        string
	server     string
	keep       bool
	bare       string
}

// errBelow says that a floor was missed.
var errBelow = errors.New("a figure is below its floor")

func main() {
	o, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err == nil && o.bare != "" {
		err = serveBare(ctx, o.bare)
	} else if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatelog-bench:", err)
		os.Exit(1)
	}
}

func parseFlags(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("gatelog-bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "small counts, to see that everything runs: floors are shown but do not fail")
	f.StringVar(&o.only, "only", "", "figures to measure, separated by commas: "+strings.Join(figureNames(), ", ")+" (default: all)")
	f.IntVar(&o.turns, "rounds", 0, "interleaved rounds of each figure (default 5, with --quick 1)")
	f.StringVar(&o.json, "json", "", "file for the results as JSON")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "directory for CPU profiles of the server, one per figure")
	f.BoolVar(&o.noFail, "no-fail", false, "exit 0 although a floor was missed")
	f.StringVar(&o.dir, "dir", "", "directory on the disk to measure on (default: the system's temporary directory)")
	f.StringVar(&o.server, "server", "", "gatelog binary to measure (default: one built from this tree)")
	f.BoolVar(&o.keep, "keep", false, "leave the data, to look at it with the server's tools")
	f.StringVar(&o.bare, "serve-bare", "", "serve the bare HTTP handler on this address (the program does this to itself)")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case o.turns < 0 || o.turns > 100:
		return o, fmt.Errorf("--rounds is %d: 1 to 100", o.turns)
	case f.NArg() > 0:
		return o, fmt.Errorf("no arguments are known, only flags: %s", strings.Join(f.Args(), " "))
	}
	_, err := o.chosen()
	return o, err
}

// chosen returns the figures to measure, in the order in which they are measured.
func (o options) chosen() ([]figure, error) {
	if o.only == "" {
		return figures, nil
	}
	var all []figure
	for name := range strings.SplitSeq(o.only, ",") {
		if !slices.Contains(figureNames(), strings.TrimSpace(name)) {
			return nil, fmt.Errorf("--only %s: the figures are %s", name, strings.Join(figureNames(), ", "))
		}
	}
	for _, f := range figures {
		for name := range strings.SplitSeq(o.only, ",") {
			if f.name == strings.TrimSpace(name) {
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// run measures and reports.
func run(ctx context.Context, o options, out io.Writer) (err error) {
	began := time.Now()
	b, err := newBench(ctx, o, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	var results []result
	for _, f := range chosen {
		b.say("measuring %s", f.name)
		before := loadNow()
		r, err := f.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		r.Figure, r.Title, r.Floor, r.Others = f.name, f.title, f.floor, loadNow().others(before)
		results = append(results, r)
	}
	if err := report(out, results, time.Since(began)); err != nil {
		return err
	}
	if err := o.writeJSON(results); err != nil {
		return err
	}
	if slices.ContainsFunc(results, func(r result) bool { return !r.ok() }) && !o.noFail && !o.quick {
		return errBelow
	}
	return nil
}

// machine says where the figures were measured.
type machine struct {
	System     string    `json:"system"`
	Processors int       `json:"processors"`
	Go         string    `json:"go"`
	Time       time.Time `json:"time"`
}

func (o options) writeJSON(results []result) error {
	if o.json == "" {
		return nil
	}
	text, err := json.MarshalIndent(struct {
		Machine machine  `json:"machine"`
		Quick   bool     `json:"quick"`
		Results []result `json:"results"`
	}{
		machine{runtime.GOOS + "/" + runtime.GOARCH, runtime.NumCPU(), runtime.Version(), time.Now().UTC()}, o.quick, results,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, append(text, '\n'), 0o644) //nolint:gosec // results are for everyone
}
