package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/internal/backup"
	"github.com/gatelog/gatelog/internal/testenv"
)

// TestAWorldComesBackFromItsBackup takes backups of a server under writes, restores them into empty data
// directories, and compares every answer.
func TestAWorldComesBackFromItsBackup(t *testing.T) {
	t.Parallel()
	s := start(t, testenv.DataDir(t))
	copied := filepath.Join(t.TempDir(), "backup")
	group := s.newGroup("backed_up")
	l := newLedger()
	s.tool("backup", copied, "--with-keys") // of what there is at the start
	s.backupUnderWrites(l, group, copied)
	first := s.publishSome(group, l)
	early := s.answers(group, first)
	s.tool("backup", copied, "--with-keys")
	at := manifest(t, copied)
	names := slices.Sorted(maps.Keys(l.acked))
	s.call(http.MethodDelete, s.path("/apis/"+l.acked[names[len(names)-1]]), nil, nil)
	late := s.answers(group, first)
	s.tool("backup", copied, "--with-keys")
	end := manifest(t, copied)
	plain := filepath.Join(t.TempDir(), "plain")
	s.tool("backup", plain)
	s.stop()
	if len(end.Segments) < 4 || end.Head <= at.Head {
		t.Errorf("the backup has %d segments up to %d, then %d", len(end.Segments), at.Head, end.Head)
	}
	if diff := cmp.Diff(at.Segments, end.Segments[:len(at.Segments)]); diff != "" {
		t.Errorf("segments of the runs before (-before +after):\n%s", diff)
	}

	for _, c := range []struct {
		name string
		to   string
		want map[string]string
	}{{"all", "", late}, {"up to a position", fmt.Sprint(at.Head), early}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			twin := restored(t, s, copied, c.to)
			if diff := cmp.Diff(c.want, twin.answers(group, first)); diff != "" {
				t.Errorf("answers (-original +restored):\n%s", diff)
			}
			twin.verify()
			twin.newGroup("goes_on")
			twin.stop()
		})
	}
	t.Run("without keys", func(t *testing.T) {
		t.Parallel()
		dir := testenv.DataDir(t)
		(&server{t: t, dir: dir}).tool("restore", plain, "--without-keys")
		twin := start(t, dir) // gives the administrator new ones
		if twin.AccessKey == s.AccessKey {
			t.Error("the old access key is still in use")
		}
		if diff := cmp.Diff(late, twin.answers(group, first)); diff != "" {
			t.Errorf("answers (-original +restored):\n%s", diff)
		}
		twin.verify()
		twin.stop()
	})
	t.Run("damaged", func(t *testing.T) {
		t.Parallel()
		damaged(t, copied)
	})
}

// tool runs a tool that must succeed.
func (s *server) tool(args ...string) string {
	s.t.Helper()
	out, err := s.gatelog(args...)
	if err != nil {
		s.t.Fatalf("gatelog %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func manifest(t *testing.T, dir string) backup.Manifest {
	t.Helper()
	b, err := backup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b.Manifest()
}

// backupUnderWrites takes backups while four writers create APIs.
func (s *server) backupUnderWrites(l *ledger, group, dir string) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	var writing sync.WaitGroup
	for w := range 4 {
		writing.Go(func() {
			for i := 0; i < 40 && ctx.Err() == nil; i++ {
				name := fmt.Sprintf("w%d_%d", w, i)
				r, err := s.send(ctx, http.MethodPost, s.path("/apis"), mockAPI(group, name), nil)
				l.note(name, r, err)
			}
		})
	}
	s.tool("backup", dir, "--with-keys")
	s.tool("backup", dir, "--with-keys")
	writing.Wait()
	cancel()
	s.tool("backup", dir, "--verify")
}

// publishSome publishes five of the APIs twice, and returns their versions by API.
func (s *server) publishSome(group string, l *ledger) map[string][]string {
	s.t.Helper()
	versions := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(l.acked))[:5] {
		id := l.acked[name]
		for range 2 {
			var p struct {
				ID string `json:"version_id"`
			}
			s.call(http.MethodPost, s.path("/apis/action"), map[string]string{"action": "online", "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "api_id": id}, &p)
			versions[id] = append(versions[id], p.ID)
		}
	}
	return versions
}

// answers are those to a set of questions about everything there is.
func (s *server) answers(group string, versions map[string][]string) map[string]string {
	s.t.Helper()
	paths := []string{"/apis?limit=500", "/api-groups", "/envs", "/api-groups/" + group}
	for api, ids := range versions {
		paths = append(paths, "/apis/"+api, "/apis/publish/"+api)
		for _, id := range ids {
			paths = append(paths, "/apis/versions/"+id)
		}
	}
	all := map[string]string{}
	for _, path := range paths {
		all[path] = string(s.call(http.MethodGet, s.path(path), nil, nil).body)
	}
	for api := range versions {
		path := "/gatelog/v1/projects/" + s.ProjectID + "/instances/" + s.InstanceID + "/apis/" + api + "/history"
		all[path] = string(s.call(http.MethodGet, path, nil, nil).body)
	}
	return all
}

// restored starts a server on what a restore makes of a backup in an empty data directory, with the master
// key and the credentials of the original.
func restored(t *testing.T, original *server, from, to string) *server {
	t.Helper()
	dir := testenv.DataDir(t)
	for _, name := range []string{"master.key", "credentials.json"} {
		text, err := os.ReadFile(filepath.Join(original.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"restore", from}
	if to != "" {
		args = append(args, "--to", to)
	}
	(&server{t: t, dir: dir}).tool(args...)
	return start(t, dir)
}

// damaged holds that a backup with a changed bit is refused, with the name of the file.
func damaged(t *testing.T, from string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	name := manifest(t, dir).Segments[1].File
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: testenv.DataDir(t)}
	for _, args := range [][]string{{"backup", dir, "--verify"}, {"restore", dir}} {
		if out, err := s.gatelog(args...); err == nil || !strings.Contains(out, name) {
			t.Errorf("gatelog %s: %v\n%s", args[0], err, out)
		}
	}
}
