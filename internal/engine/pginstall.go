package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoPostgres says that no PostgreSQL server was found and none could be installed.
var ErrNoPostgres = errors.New("no PostgreSQL server on this machine")

// packageManager is how one family of systems installs PostgreSQL.
type packageManager struct {
	command string
	// files are written before, where their folder's parent exists or not.
	files map[string]string
	steps [][]string
}

// packageManagers in the order in which they are tried. Debian's package would make and start a
// cluster of its own that nobody asked for: the file forbids it.
var packageManagers = []packageManager{
	{
		command: "apt-get",
		files: map[string]string{
			"/etc/postgresql-common/createcluster.d/gatelog.conf": "create_main_cluster = false\n",
		},
		steps: [][]string{
			{"apt-get", "update"},
			{"apt-get", "install", "-y", "--no-install-recommends", "postgresql"},
		},
	},
	{command: "apk", steps: [][]string{{"apk", "add", "--no-cache", "postgresql"}}},
	{command: "dnf", steps: [][]string{{"dnf", "install", "-y", "postgresql-server"}}},
	{command: "yum", steps: [][]string{{"yum", "install", "-y", "postgresql-server"}}},
}

// installer holds what installing touches outside, so that a test can watch it.
type installer struct {
	euid int
	root string // before every file written; empty outside tests
	look func(command string) (string, error)
	run  func(ctx context.Context, command ...string) error
	log  *slog.Logger
}

func systemInstaller(log *slog.Logger) installer {
	return installer{euid: os.Geteuid(), look: exec.LookPath, run: runInstall, log: log}
}

// install brings PostgreSQL through the system's package manager. The error wraps ErrNoPostgres and
// says what the operator can do.
func (i installer) install(ctx context.Context) error {
	if i.euid != 0 {
		return fmt.Errorf("%w, and only root may install one: %s", ErrNoPostgres, installHint)
	}
	for _, m := range packageManagers {
		if _, err := i.look(m.command); err != nil {
			continue
		}
		if err := i.with(ctx, m); err != nil {
			return fmt.Errorf("%w, and installing it with %s failed (%w): %s",
				ErrNoPostgres, m.command, err, installHint)
		}
		return nil
	}
	return fmt.Errorf("%w, and no known package manager: %s", ErrNoPostgres, installHint)
}

const installHint = "install PostgreSQL 14 or newer (Debian, Ubuntu: apt-get install postgresql; " +
	"Alpine: apk add postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql), " +
	"or set GATELOG_DATABASE_URL to a running one"

func (i installer) with(ctx context.Context, m packageManager) error {
	for path, content := range m.files {
		path = filepath.Join(i.root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("prepare installation: %w", err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return fmt.Errorf("prepare installation: %w", err)
		}
	}
	for _, step := range m.steps {
		i.log.Info("PostgreSQL is missing; installing it", "command", strings.Join(step, " "))
		if err := i.run(ctx, step...); err != nil {
			return err
		}
	}
	return nil
}

func runInstall(ctx context.Context, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(childEnv(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, lastLines(out))
	}
	return nil
}

// lastLines keeps what fits into an error message, from the end, where programs say what went wrong.
func lastLines(out []byte) string {
	const keep = 1500
	text := strings.TrimSpace(string(out))
	if len(text) > keep {
		text = "…" + strings.ToValidUTF8(text[len(text)-keep:], "")
	}
	return text
}
