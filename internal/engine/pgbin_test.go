package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakePostgres puts programs into root/name/bin that say they are of the version given.
func fakePostgres(t *testing.T, root, name, version string) string {
	t.Helper()
	dir := filepath.Join(root, name, "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", version)
	for _, program := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindPostgresPrefersTheNewest(t *testing.T) {
	t.Setenv("PATH", "")
	root := t.TempDir()
	for name, version := range map[string]string{
		"old":      "postgres (PostgreSQL) 13.9",
		"oldest":   "postgres (PostgreSQL) 14.1 (Debian 14.1-1)",
		"newest":   "postgres (PostgreSQL) 18beta1",
		"middle":   "postgres (PostgreSQL) 16.3",
		"stranger": "MySQL 9.1",
	} {
		fakePostgres(t, root, name, version)
	}
	incomplete := fakePostgres(t, root, "incomplete", "postgres (PostgreSQL) 17.0")
	if err := os.Remove(filepath.Join(incomplete, "initdb")); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, b := range findPostgres(t.Context(), []string{filepath.Join(root, "*", "bin")}) {
		got = append(got, b.major)
	}
	if diff := cmp.Diff([]int{18, 16, 14}, got); diff != "" {
		t.Errorf("versions found (-want +got):\n%s", diff)
	}
}

func TestFindPostgresFollowsPathAndLinksOnce(t *testing.T) {
	root := t.TempDir()
	real := fakePostgres(t, root, "real", "postgres (PostgreSQL) 16.3")
	links := t.TempDir()
	if err := os.Symlink(filepath.Join(real, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", links+string(filepath.ListSeparator)+real)
	got := findPostgres(t.Context(), []string{real})
	if len(got) != 1 || !strings.HasSuffix(got[0].dir, filepath.Join("real", "bin")) {
		t.Errorf("found %+v, want the real directory once", got)
	}
}

func TestPlacesOfPostgresAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, pattern := range postgresPlaces {
		if _, err := filepath.Match(pattern, ""); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

// recorder stands for the system around an installer.
type recorder struct {
	managers []string
	commands []string
	fail     error
}

func (r *recorder) installer(euid int, root string) installer {
	return installer{
		euid: euid, root: root, log: quiet(),
		look: func(command string) (string, error) {
			for _, m := range r.managers {
				if m == command {
					return "/usr/bin/" + m, nil
				}
			}
			return "", os.ErrNotExist
		},
		run: func(_ context.Context, command ...string) error {
			r.commands = append(r.commands, strings.Join(command, " "))
			return r.fail
		},
	}
}

func TestInstallUsesTheSystemsPackageManager(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		managers []string
		want     []string
	}{
		"Debian": {[]string{"apt-get"}, []string{"apt-get update", "apt-get install -y --no-install-recommends postgresql"}},
		"Alpine": {[]string{"apk"}, []string{"apk add --no-cache postgresql"}},
		"Fedora": {[]string{"yum", "dnf"}, []string{"dnf install -y postgresql-server"}},
		"CentOS": {[]string{"yum"}, []string{"yum install -y postgresql-server"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{managers: c.managers}
			if err := r.installer(0, t.TempDir()).install(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, r.commands); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInstallOnDebianMakesNoCluster(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	r := &recorder{managers: []string{"apt-get"}}
	if err := r.installer(0, root).install(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, "etc/postgresql-common/createcluster.d/gatelog.conf"))
	if err != nil || string(got) != "create_main_cluster = false\n" {
		t.Errorf("setting of Debian's package: %q, %v", got, err)
	}
}

func TestInstallSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		euid int
		r    recorder
	}{
		"not root":           {euid: 1000, r: recorder{managers: []string{"apt-get"}}},
		"no package manager": {},
		"no network":         {r: recorder{managers: []string{"apk"}, fail: errors.New("no network")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.r.installer(c.euid, t.TempDir()).install(t.Context())
			if !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), "GATELOG_DATABASE_URL") {
				t.Errorf("%v; want ErrNoPostgres with advice", err)
			}
			if c.r.fail != nil && !errors.Is(err, c.r.fail) {
				t.Errorf("%v; want the cause", err)
			}
			if c.euid != 0 && len(c.r.commands) > 0 {
				t.Errorf("ran %v without the right to", c.r.commands)
			}
		})
	}
}

func TestProgramsAreInstalledWhenMissing(t *testing.T) {
	t.Setenv("PATH", "")
	root := t.TempDir()
	o := PostgresOptions{places: []string{filepath.Join(root, "*", "bin")}}
	// Given an installation that brings a server
	r := &recorder{managers: []string{"apk"}}
	o.installer = r.installer(0, t.TempDir())
	run := o.installer.run
	o.installer.run = func(ctx context.Context, command ...string) error {
		fakePostgres(t, root, "16", "postgres (PostgreSQL) 16.3")
		return run(ctx, command...)
	}
	// When installing is forbidden, then there is none
	o.NoInstall = true
	if _, err := o.programs(t.Context()); !errors.Is(err, ErrNoPostgres) || len(r.commands) > 0 {
		t.Fatalf("forbidden: %v after %v", err, r.commands)
	}
	// When it is allowed, then it is used, once
	o.NoInstall = false
	for range 2 {
		found, err := o.programs(t.Context())
		if err != nil || len(found) != 1 || found[0].major != 16 {
			t.Fatalf("found %+v, %v", found, err)
		}
	}
	if len(r.commands) != 1 {
		t.Errorf("ran %v", r.commands)
	}
}

func TestProgramsThatAreTooOldAreNotEnough(t *testing.T) {
	t.Setenv("PATH", "")
	root := t.TempDir()
	fakePostgres(t, root, "13", "postgres (PostgreSQL) 13.1")
	r := &recorder{managers: []string{"yum"}}
	o := PostgresOptions{places: []string{filepath.Join(root, "*", "bin")}, installer: r.installer(0, t.TempDir())}
	if _, err := o.programs(t.Context()); !errors.Is(err, ErrNoPostgres) {
		t.Errorf("%v, want ErrNoPostgres", err)
	}
}

func TestInstallOutputEndsInTheError(t *testing.T) {
	t.Parallel()
	err := runInstall(t.Context(), "sh", "-c", "echo unable to locate package; exit 100")
	if err == nil || !strings.Contains(err.Error(), "unable to locate package") {
		t.Errorf("%v; want the package manager's words", err)
	}
	if err := runInstall(t.Context(), "true"); err != nil {
		t.Errorf("a command that works: %v", err)
	}
	if got := lastLines([]byte(strings.Repeat("é", 2000) + "end")); !strings.HasSuffix(got, "end") || len(got) > 1510 {
		t.Errorf("%d bytes kept of a long output", len(got))
	}
}
