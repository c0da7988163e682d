package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of `go test -json`: see `go doc test2json`, and for the build `go help buildjson`.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
}

// tally counts top-level tests and shows output as it comes.
type tally struct {
	out            io.Writer
	passed, failed int
	failures       []string        // in the order they happened
	blamed         map[string]bool // packages with a failed test of their own
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, blamed: map[string]bool{}}
}

// longestLine bounds a line of test output, in bytes.
const longestLine = 16 << 20

func (t *tally) read(stream io.Reader) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Action == "" {
			t.print(lines.Text() + "\n") // go's own words between the events
			continue
		}
		t.add(e)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read test output: %w", err)
	}
	return nil
}

func (t *tally) add(e event) {
	switch e.Action {
	case "output", "build-output":
		if worthShowing(e) {
			t.print(e.Output)
		}
	case "pass":
		if topLevel(e.Test) {
			t.passed++
		}
	case "fail":
		t.fail(e)
	}
}

func (t *tally) fail(e event) {
	switch {
	case topLevel(e.Test):
		t.failed++
		t.blamed[e.Package] = true
		t.failures = append(t.failures, e.Package+" "+e.Test)
	case e.Test == "" && !t.blamed[e.Package]: // it did not compile, ran too long, or died
		t.failed++
		t.failures = append(t.failures, e.Package+" (the package as a whole)")
	}
}

// fold takes the end of one `go test` into account: one that failed without any failure seen, as for
// a module that cannot be loaded, must not pass.
func (t *tally) fold(err error) {
	if err == nil || t.failed > 0 {
		return
	}
	t.failed++
	t.failures = append(t.failures, err.Error())
}

// report prints the failures again and the closing line, and tells whether all passed.
func (t *tally) report() bool {
	if t.failed > 0 {
		t.print("\nFailed:\n")
		for _, failure := range t.failures {
			t.print("  " + failure + "\n")
		}
	}
	t.print(fmt.Sprintf("\n%d passed, %d failed\n", t.passed, t.failed))
	return t.failed == 0
}

func (t *tally) print(text string) {
	_, _ = io.WriteString(t.out, text) // where nobody reads any more, the exit code still tells
}

func topLevel(test string) bool { return test != "" && !strings.Contains(test, "/") }

// worthShowing leaves out what only says that a test has begun, waits, or that a subtest has passed.
func worthShowing(e event) bool {
	for _, noise := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME "} {
		if strings.HasPrefix(e.Output, noise) {
			return false
		}
	}
	subtest := e.Test != "" && !topLevel(e.Test)
	return !subtest || !strings.HasPrefix(strings.TrimLeft(e.Output, " "), "--- PASS")
}
