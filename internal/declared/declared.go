// Package declared keeps declarations in files that people edit, keep in version control and compare:
//
//	gatelog.yaml                     format and scope
//	environments.yaml, channels.yaml, plugins.yaml …   a list each
//	groups/<group>/group.yaml        a group with its variables and responses
//	groups/<group>/apis/<api>.yaml   an API each
//
// Names of files say nothing: what is in them counts. A declaration can as well be one file.
package declared

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain/apig"
)

// Names in a directory.
const (
	headFile  = "gatelog.yaml"
	groupsDir = "groups"
	groupFile = "group.yaml"
	apisDir   = "apis"
	ending    = ".yaml"
)

// Bounds of what is read.
const (
	maxFile  = 16 << 20 // bytes
	maxFiles = 20_000
)

// ErrNone: there is no declaration.
var ErrNone = errors.New("there is no declaration")

// head is what gatelog.yaml says.
type head struct {
	Format int    `json:"format"`
	Scope  string `json:"scope"`
}

// lists are the members of a declaration that have a file each.
var lists = []string{
	"environments", "features", "tags", "ports", "orchestrations", "channels", "authorizers", "apps", "app_quotas", "throttles", "acls", "signatures", "plugins",
}

// Read reads a declaration: a directory that Write has written, a file with all of it, or standard input for "-".
// A member or a file that there is none of is an error, as is a member that is there twice.
func Read(path string, stdin io.Reader) (apig.Declaration, error) {
	var d apig.Declaration
	if path == "-" {
		text, err := io.ReadAll(io.LimitReader(stdin, maxFile+1))
		if err != nil {
			return d, err
		}
		return d, decode("standard input", text, &d)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d, fmt.Errorf("%w: %s", ErrNone, path)
	}
	if err != nil {
		return d, err
	}
	if !info.IsDir() {
		err := readFile(path, &d)
		return d, err
	}
	return readDir(path)
}

func decode(name string, text []byte, into any) error {
	if len(text) > maxFile {
		return fmt.Errorf("%s is longer than %d bytes", name, maxFile)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readFile(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return decode(path, text, into)
}

// readDir puts a directory together. A list without a file is not spoken of, nor are the APIs of a group that
// has no directory for them.
func readDir(dir string) (apig.Declaration, error) {
	var d apig.Declaration
	var h head
	if err := readFile(filepath.Join(dir, headFile), &h); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return d, fmt.Errorf("%w: no %s in %s", ErrNone, headFile, dir)
		}
		return d, err
	}
	if err := stray(dir, func(name string) bool {
		return name == headFile || slices.Contains(lists, strings.TrimSuffix(name, ending))
	}); err != nil {
		return d, err
	}
	whole := map[string]json.RawMessage{}
	for _, name := range lists {
		var list json.RawMessage
		err := readFile(filepath.Join(dir, name+ending), &list)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return d, err
		}
		whole[name] = list
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return d, err
	}
	if err := decode(dir, text, &d); err != nil {
		return d, err
	}
	d.Format, d.Scope = h.Format, h.Scope
	d.Groups, err = readGroups(filepath.Join(dir, groupsDir))
	return d, err
}

func readGroups(dir string) ([]apig.DeclaredGroup, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	groups := []apig.DeclaredGroup{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		var g apig.DeclaredGroup
		if err := readFile(filepath.Join(dir, e.Name(), groupFile), &g); err != nil {
			return nil, err
		}
		if err := stray(filepath.Join(dir, e.Name()), func(name string) bool { return name == groupFile }); err != nil {
			return nil, err
		}
		apis, err := readAPIs(filepath.Join(dir, e.Name(), apisDir))
		if err != nil {
			return nil, err
		}
		if apis != nil {
			g.APIs = append(g.APIs, apis...)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

func readAPIs(dir string) ([]apig.DeclaredAPI, error) {
	err := stray(dir, func(name string) bool { return filepath.Ext(name) == ending })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(escaped(dir), "*"+ending))
	if err != nil || len(files) == 0 {
		return nil, err
	}
	if len(files) > maxFiles {
		return nil, fmt.Errorf("%s has more than %d files", dir, maxFiles)
	}
	apis := make([]apig.DeclaredAPI, len(files))
	for i, path := range files {
		if err := readFile(path, &apis[i]); err != nil {
			return nil, err
		}
	}
	return apis, nil
}

// stray refuses a file in a directory that looks as if it should be read and is not known: what is misspelled must
// not count as what is not spoken of.
func stray(dir string, known func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		looks := slices.Contains([]string{ending, ".yml", ".json"}, filepath.Ext(e.Name()))
		if looks && !e.IsDir() && !known(e.Name()) {
			return fmt.Errorf("%s is no file of a declaration: see 'gatelog at --export'", filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

// escaped is a path in which nothing is a pattern.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Write writes a declaration into a directory: one that is new, empty, or has one already. Files of things that
// are no more are removed; files that Write would not write stay.
func Write(dir string, d apig.Declaration) error {
	if err := writable(dir); err != nil {
		return err
	}
	files, err := filesOf(d)
	if err != nil {
		return err
	}
	if err := removeOthers(dir, files); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writable refuses a directory with files that are not of a declaration.
func writable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, headFile)); err != nil {
		return fmt.Errorf("%s has files and no %s: name a directory that is new, empty, or has a declaration", dir, headFile)
	}
	return nil
}

// filesOf returns what is written, by path beneath the directory.
func filesOf(d apig.Declaration) (map[string][]byte, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	add := func(path string, value any) error {
		text, err := yaml.Marshal(value)
		if err == nil {
			files[path] = text
		}
		return err
	}
	err = add(headFile, head{d.Format, d.Scope})
	for _, name := range lists {
		if list, there := members[name]; there {
			err = errors.Join(err, add(name+ending, list))
		}
	}
	dirs := fileNames(namesOf(d.Groups, func(g apig.DeclaredGroup) string { return g.Name }))
	for i, g := range d.Groups {
		dir := filepath.Join(groupsDir, dirs[i])
		names := fileNames(namesOf(g.APIs, func(a apig.DeclaredAPI) string { return a.Draft.Name }))
		for k, a := range g.APIs {
			err = errors.Join(err, add(filepath.Join(dir, apisDir, names[k]+ending), a))
		}
		if len(g.APIs) > 0 {
			g.APIs = nil // they have files of their own
		}
		err = errors.Join(err, add(filepath.Join(dir, groupFile), g))
	}
	return files, err
}

func namesOf[T any](all []T, nameOf func(T) string) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = nameOf(one)
	}
	return names
}

// removeOthers removes the files that an earlier Write may have written and this one does not.
func removeOthers(dir string, files map[string][]byte) error {
	var known []string
	for _, name := range lists {
		known = append(known, filepath.Join(dir, name+ending))
	}
	for _, pattern := range []string{filepath.Join(groupsDir, "*", groupFile), filepath.Join(groupsDir, "*", apisDir, "*"+ending)} {
		found, err := filepath.Glob(filepath.Join(escaped(dir), pattern))
		if err != nil {
			return err
		}
		known = append(known, found...)
	}
	for _, path := range known {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if _, stays := files[name]; stays {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		removeEmpty(filepath.Dir(path), dir)
	}
	return nil
}

// removeEmpty removes directories that have become empty, from dir up to top, which stays. One that is not empty
// refuses, and that is all right.
func removeEmpty(dir, top string) {
	for dir != top && os.Remove(dir) == nil {
		dir = filepath.Dir(dir)
	}
}
