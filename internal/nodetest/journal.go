package nodetest

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
)

// journal keeps the errors that the node logs. With GATELOG_TEST_LOG set, everything is printed too.
type journal struct {
	mu    sync.Mutex
	lines []string
}

// logger returns a logger that writes to the journal.
func (j *journal) logger() *slog.Logger {
	everything := io.Discard
	if os.Getenv("GATELOG_TEST_LOG") != "" {
		everything = os.Stderr
	}
	return slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelError}),
		slog.NewTextHandler(everything, &slog.HandlerOptions{Level: slog.LevelDebug}),
	))
}

// Write implements io.Writer: one line, one error.
func (j *journal) Write(line []byte) (int, error) {
	j.add(string(bytes.TrimSpace(line)))
	return len(line), nil
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) errors() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}
