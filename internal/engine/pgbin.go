package engine

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldestPostgres is the oldest major version whose SQL and settings Gatelog uses.
const oldestPostgres = 14

// postgresPlaces are where packages put the server's programs without putting them on PATH.
var postgresPlaces = []string{
	"/usr/lib/postgresql/*/bin",                           // Debian, Ubuntu
	"/usr/lib/postgresql*/bin",                            // SUSE
	"/usr/libexec/postgresql*",                            // Alpine
	"/usr/pgsql-*/bin",                                    // postgresql.org's RPMs
	"/usr/local/pgsql/bin",                                // built from source
	"/opt/homebrew/opt/postgresql*/bin",                   // Homebrew on ARM
	"/usr/local/opt/postgresql*/bin",                      // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin/", // Postgres.app
}

// pgBinaries is one installed PostgreSQL server.
type pgBinaries struct {
	dir   string
	major int
}

func (b pgBinaries) initdb() string   { return filepath.Join(b.dir, "initdb") }
func (b pgBinaries) postgres() string { return filepath.Join(b.dir, "postgres") }

// findPostgres lists the servers on PATH and in the places given, newest first, each once.
func findPostgres(ctx context.Context, places []string) []pgBinaries {
	var found []pgBinaries
	seen := map[string]bool{}
	for _, dir := range candidateDirs(places) {
		real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil || seen[filepath.Dir(real)] {
			continue
		}
		seen[filepath.Dir(real)] = true
		if b, err := inspectPostgres(ctx, filepath.Dir(real)); err == nil && b.major >= oldestPostgres {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b pgBinaries) int { return cmp.Compare(b.major, a.major) })
	return found
}

func candidateDirs(places []string) []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range places {
		matches, err := filepath.Glob(pattern)
		if err == nil { // only a malformed pattern fails, and a test reads them all
			dirs = append(dirs, matches...)
		}
	}
	return dirs
}

var postgresVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspectPostgres asks the server program in dir for its version; initdb must lie beside it.
func inspectPostgres(ctx context.Context, dir string) (pgBinaries, error) {
	b := pgBinaries{dir: dir}
	if _, err := exec.LookPath(b.initdb()); err != nil {
		return b, fmt.Errorf("find initdb: %w", err)
	}
	out, err := exec.CommandContext(ctx, b.postgres(), "--version").Output()
	if err != nil {
		return b, fmt.Errorf("ask %s for its version: %w", b.postgres(), err)
	}
	match := postgresVersion.FindSubmatch(out)
	if match == nil {
		return b, fmt.Errorf("%s gives no version: %q", b.postgres(), out)
	}
	b.major, err = strconv.Atoi(string(match[1]))
	return b, err
}
