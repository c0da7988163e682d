package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"
)

const (
	helperEnv = "GATELOG_ENGINE_HELPER"
	testLimit = 30 * time.Second
)

// TestMain makes this program, started again with the helper's variable, a process that runs both
// engines until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		help(dir)
	}
	os.Exit(m.Run())
}

// help starts the engines of a data directory, reports the database's URL on standard output, writes
// one event and one row, reports that both are acknowledged, and waits for its end.
func help(dir string) {
	ctx := context.Background()
	postgres, err := StartPostgres(ctx, PostgresOptions{DataDir: dir, Settings: map[string]string{"fsync": "off"}})
	giveUpOn(err)
	broker, err := StartBroker(ctx, BrokerOptions{DataDir: dir})
	giveUpOn(err)
	giveUpOn(writeRow(ctx, postgres.URL()))
	giveUpOn(writeEvent(ctx, broker))
	giveUpOn(json.NewEncoder(os.Stdout).Encode(postgres.URL()))
	select {}
}

func giveUpOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "helper:", err)
		os.Exit(1)
	}
}

// startHelper runs a helper on dir, waits for its report and returns its process and database URL.
func startHelper(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), helperEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("helper reports nothing: %v", err)
	}
	var url string
	if err := json.Unmarshal(line, &url); err != nil {
		t.Fatal(err)
	}
	return cmd, url
}

// newDir is a data directory that PostgreSQL's account can pass through, also when root runs the tests.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatelog-engine-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, dataDirMode); err != nil {
		t.Fatal(err)
	}
	return dir
}

// limited is the test's context with a deadline for anything that waits.
func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testLimit)
	t.Cleanup(cancel)
	return ctx
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(testLimit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within %s: %s", testLimit, what)
		case <-tick.C:
		}
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
