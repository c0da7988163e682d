package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stranger is an account that owns nothing here.
var stranger = account{uid: 54321, gid: 54321, another: true}

func mkdir(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAccountReachesWhatEveryFolderLetsItInto(t *testing.T) {
	t.Parallel()
	base := newDir(t)
	open := mkdir(t, filepath.Join(base, "open"), 0o711)
	closed := mkdir(t, filepath.Join(base, "closed"), 0o755)
	inside := mkdir(t, filepath.Join(closed, "inside"), 0o777)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	us := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	usAsAnother := us
	usAsAnother.another = true
	for _, c := range []struct {
		name string
		who  account
		dir  string
		want bool
	}{
		{"ourselves anywhere", us, inside, true},
		{"the owner by the owner's right", usAsAnother, inside, true},
		{"another where all may pass", stranger, open, true},
		{"another into a closed folder", stranger, closed, false},
		{"another below a closed folder", stranger, inside, false},
		{"another into a missing folder", stranger, filepath.Join(base, "none"), false},
	} {
		if got := c.who.reaches(c.dir); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

func TestOwnRefusesWhatOthersPutThere(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	us := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	made := filepath.Join(base, "made")
	for range 2 {
		if err := us.own(made); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(base, "link")
	if err := os.Symlink(made, link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, file} {
		if err := us.own(path); err == nil {
			t.Errorf("%s was accepted", path)
		}
	}
	other := account{uid: us.uid + 1}
	if err := other.own(made); err == nil {
		t.Error("a directory of somebody else was accepted")
	}
}

func TestClusterIsInTheDataDirectory(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p, err := findPlace(dir, nil, quiet())
	if err != nil {
		t.Fatal(err)
	}
	home, err := cleanDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{home, filepath.Join(home, "postgres"), filepath.Join(home, "postgres")}
	if diff := cmp.Diff(want, []string{p.dataDir, p.cluster, p.sockets}); diff != "" {
		t.Errorf("place (-want +got):\n%s", diff)
	}
	if p.account.uid == 0 {
		t.Error("PostgreSQL would run as root")
	}
}

func TestClusterOfADirectoryThatIsClosedIsElsewhere(t *testing.T) {
	t.Parallel()
	// Given two data directories that PostgreSQL's account cannot enter
	bases := []string{filepath.Join(newDir(t), "blocked"), newDir(t)}
	if err := os.WriteFile(bases[0], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	move := func(dataDir string) pgPlace {
		p := pgPlace{dataDir: dataDir}
		if err := p.moveOut(bases, quiet()); err != nil {
			t.Fatal(err)
		}
		return p
	}
	first, second := t.TempDir(), t.TempDir()
	// Then each has a cluster of its own in the first place that works, the same at every start
	a, b, again := move(first), move(second), move(first)
	if a.cluster == b.cluster || a.cluster != again.cluster || !strings.Contains(a.cluster, filepath.Base(bases[1])) {
		t.Errorf("clusters %s, %s, and %s at the next start", a.cluster, b.cluster, again.cluster)
	}
	// When no place works, then the error says so
	p := pgPlace{dataDir: first}
	if err := p.moveOut(bases[:1], quiet()); err == nil {
		t.Errorf("moved to %s", p.cluster)
	}
}

func TestClusterOfADeletedDataDirectoryIsSetAside(t *testing.T) {
	t.Parallel()
	base := newDir(t)
	p := pgPlace{dataDir: t.TempDir()}
	start := func() {
		t.Helper()
		if err := p.moveOut([]string{base}, quiet()); err != nil {
			t.Fatal(err)
		}
	}
	// Given a cluster elsewhere, kept over a restart
	start()
	mkdir(t, p.cluster, 0o700)
	start()
	if _, err := os.Stat(p.cluster); err != nil {
		t.Fatalf("a restart loses the cluster: %v", err)
	}
	// When the data directory is emptied, then the old cluster is out of the way, not deleted
	if err := os.Remove(filepath.Join(p.dataDir, locationNote)); err != nil {
		t.Fatal(err)
	}
	start()
	aside, err := filepath.Glob(p.cluster + ".*")
	if err != nil || len(aside) != 1 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
	if _, err := os.Stat(p.cluster); !os.IsNotExist(err) {
		t.Errorf("the old cluster is still in place: %v", err)
	}
}

func TestSocketPathIsShortAndPlain(t *testing.T) {
	t.Parallel()
	us := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	for name, c := range map[string]struct {
		cluster string
		moved   bool
	}{
		"short":         {cluster: "/var/lib/gatelog/postgres"},
		"just right":    {cluster: "/" + strings.Repeat("x", longestSocket-len(socketName)-1)},
		"one too long":  {cluster: "/" + strings.Repeat("x", longestSocket-len(socketName)), moved: true},
		"with a space":  {cluster: "/my data/postgres", moved: true},
		"with a comma":  {cluster: "/a,b/postgres", moved: true},
		"with a quote":  {cluster: "/a'b/postgres", moved: true},
		"not in ASCII":  {cluster: "/donnée/postgres", moved: true},
		"with a dollar": {cluster: "/$HOME/postgres", moved: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pgPlace{cluster: c.cluster, account: us}
			if err := p.chooseSockets(); err != nil {
				t.Fatal(err)
			}
			if moved := p.sockets != p.cluster; moved != c.moved {
				t.Errorf("sockets in %s", p.sockets)
			} else if moved {
				t.Cleanup(func() { os.Remove(p.sockets) })
			}
			if len(p.sockets+socketName) > longestSocket {
				t.Errorf("the path is %d bytes long", len(p.sockets+socketName))
			}
		})
	}
}

func TestClusterOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	p := pgPlace{cluster: t.TempDir()}
	write := func(version string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(p.cluster, "PG_VERSION"), []byte(version), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	installed := []pgBinaries{{dir: "/eighteen", major: 18}, {dir: "/fifteen", major: 15}}
	for version, want := range map[string]string{"18\n": "/eighteen", "15\n": "/fifteen", "16\n": "", "x": ""} {
		write(version)
		got, err := p.ensureCluster(t.Context(), installed, true, quiet())
		if got.dir != want || (err == nil) != (want != "") {
			t.Errorf("version %q: %q, %v; want %q", version, got.dir, err, want)
		}
	}
}

func TestUnfinishedClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	mkdir(t, filepath.Join(dir, "postgres.new", "base"), 0o700)
	startPostgres(t, PostgresOptions{DataDir: dir})
}

func TestPostgresWorksFromAClosedDirectory(t *testing.T) {
	t.Parallel()
	closed := t.TempDir() // mode 0700 above it
	p := startPostgres(t, PostgresOptions{DataDir: closed, fallback: []string{newDir(t)}})
	if err := writeRow(limited(t), p.URL()); err != nil {
		t.Fatal(err)
	}
	_, err := os.Stat(filepath.Join(closed, logName))
	if err != nil {
		t.Errorf("the log is not in the data directory: %v", err)
	}
	moved := !strings.HasPrefix(p.Dir(), p.place.dataDir)
	if root := os.Geteuid() == 0; moved != root {
		t.Errorf("database files are in %s; they leave a closed directory only for root", p.Dir())
	}
}

func TestLogBeginsAnewWhenItIsLarge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, logName), make([]byte, logKeep), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"first", "second"} {
		log, err := openLog(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.file.WriteString(want + "\n"); err != nil {
			t.Fatal(err)
		}
		if got := log.tail(); got != want {
			t.Errorf("messages of this start: %q, want %q", got, want)
		}
		if err := log.file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, logName+".1")); err != nil || info.Size() != logKeep {
		t.Errorf("the old log: %v, %v", info, err)
	}
}
