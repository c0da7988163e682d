package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// output is what a command wrote and how it ended.
type output struct {
	out, err string
	failure  error
}

// gatelogCommand runs a command as main does.
func gatelogCommand(ctx context.Context, args ...string) output {
	var out, errOut bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetErr(&errOut)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	return output{out.String(), errOut.String(), err}
}

// atEngines are the flags that lead a tool to the engines of a world.
func atEngines(w *gatelogtest.World) []string {
	return []string{"--nats-url", w.NATSURL, "--database-url", w.DatabaseURL, "--data-dir", w.T.TempDir(), "--trust-broker-sync"}
}

// tool runs a command on the engines of a world.
func tool(t *testing.T, w *gatelogtest.World, args ...string) output {
	t.Helper()
	return gatelogCommand(t.Context(), append(args, atEngines(w)...)...)
}

// must runs a command that has to succeed and returns its lines.
func must(t *testing.T, o output) []string {
	t.Helper()
	if o.failure != nil {
		t.Fatalf("failed: %v\n%s", o.failure, o.err)
	}
	return lines(o.out)
}

func lines(text string) []string {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// jsonLines reads one value per line.
func jsonLines[T any](t *testing.T, all []string) []T {
	t.Helper()
	values := make([]T, len(all))
	for i, line := range all {
		if err := json.Unmarshal([]byte(line), &values[i]); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
	return values
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// failsWith checks that a command failed and that its error says the parts.
func failsWith(t *testing.T, o output, parts ...string) {
	t.Helper()
	if o.failure == nil {
		t.Errorf("succeeded:\n%s", o.out)
		return
	}
	wantParts(t, o.failure.Error(), parts...)
}

// watched is a writer that tells when it has seen a text.
type watched struct {
	mu   sync.Mutex
	all  strings.Builder
	text string
	seen chan struct{}
	once sync.Once
}

func watchFor(text string) *watched { return &watched{text: text, seen: make(chan struct{})} }

// Write implements io.Writer.
func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	if strings.Contains(w.all.String(), w.text) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}
