// Command summary runs the tests of one or more modules, shows what matters of their output and ends
// with one line that counts: "N passed, N failed", top-level tests. It fails when a test does.
//
//	go run ./internal/testenv/summary [-race] [-timeout 10m] module-directory...
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	race := flag.Bool("race", false, "with the race detector (needs a C compiler)")
	timeout := flag.Duration("timeout", 10*time.Minute, "limit of one package's tests")
	flag.Parse()
	modules := flag.Args()
	if len(modules) == 0 {
		modules = []string{"."}
	}
	t := newTally(os.Stdout)
	for _, dir := range modules {
		args := []string{"-C", dir, "test", "-json", "-timeout", timeout.String()}
		if *race {
			args = append(args, "-race")
		}
		t.fold(runTests(t, append(args, "./...")))
	}
	if !t.report() {
		os.Exit(1)
	}
}

// runTests runs one `go test` and feeds its events to the tally. The error is go's own.
func runTests(t *tally, args []string) error {
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run go test: %w", err)
	}
	readErr := t.read(out)
	if readErr != nil { // let go end all the same
		if _, err := io.Copy(io.Discard, out); err != nil {
			return fmt.Errorf("read test output: %w", err)
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go %v: %w", args, err)
	}
	return readErr
}
