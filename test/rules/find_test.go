package rules

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// packages are the test functions of the packages that were looked at, by folder and name.
type packages map[string]map[string]*testFunction

// testFunction is a test, and the texts that stand in it or in the tables of its file: the names of its subtests are
// among them.
type testFunction struct{ texts map[string]bool }

// find returns an error unless a test with that name is there, e.g. domain/apig.TestACLs/§3.13.1:_created.
func (p packages) find(name string) error {
	// A folder has slashes, too: the function begins behind the first dot before its name.
	at := strings.Index(name, ".Test")
	if at < 0 {
		at = strings.Index(name, ".Fuzz")
	}
	if at < 0 {
		return fmt.Errorf("%s names no test", name)
	}
	folder := name[:at]
	function, subtest, _ := strings.Cut(name[at+1:], "/")
	tests, err := p.of(folder)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	found, there := tests[function]
	if !there {
		return fmt.Errorf("%s: there is no function %s in the tests of %q", name, function, folder)
	}
	if subtest != "" && !found.texts[subtest] {
		return fmt.Errorf("%s: no subtest has that name", name)
	}
	return nil
}

// of returns the test functions of the package in a folder.
func (p packages) of(folder string) (map[string]*testFunction, error) {
	if known, there := p[folder]; there {
		return known, nil
	}
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(root), filepath.FromSlash(folder), "*_test.go"))
	if err != nil || len(files) == 0 || folder == "" {
		return nil, fmt.Errorf("no tests in the folder %q (%v)", folder, err)
	}
	p[folder] = map[string]*testFunction{}
	for _, file := range files {
		if err := p.read(folder, file); err != nil {
			return nil, err
		}
	}
	return p[folder], nil
}

// read adds the test functions of a file.
func (p packages) read(folder, file string) error {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	shared := map[string]bool{} // tables that stand outside functions
	for _, d := range tree.Decls {
		if _, ok := d.(*ast.GenDecl); ok {
			addTexts(d, shared)
		}
	}
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && isTest(f.Name.Name) {
			texts := maps.Clone(shared)
			addTexts(f, texts)
			p[folder][f.Name.Name] = &testFunction{texts}
		}
	}
	return nil
}

// addTexts adds the texts in a part of a file, as names of subtests are written.
func addTexts(part ast.Node, texts map[string]bool) {
	ast.Inspect(part, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if value, err := strconv.Unquote(literal.Value); err == nil {
				texts[strings.ReplaceAll(value, " ", "_")] = true
			}
		}
		return true
	})
}

// isTest says whether 'go test' runs a function of that name. TestMain is none.
func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Fuzz"} {
		rest, ok := strings.CutPrefix(name, prefix)
		if ok && rest != "" && rest != "Main" && (rest[0] < 'a' || rest[0] > 'z') {
			return true
		}
	}
	return false
}

// Given a package with tests, when tests are looked for, then those that are there are found, and nothing else is.
func TestFind(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	source := "package x\nimport \"testing\"\nvar cases = []string{\"a name: too long\"}\nfunc TestNames(t *testing.T) {}\n" +
		"func FuzzNames(f *testing.F) {}\nfunc Testing() {}\nfunc TestMain(m *testing.M) {}\nfunc helper() {}\n"
	if err := os.WriteFile(filepath.Join(folder, "x_test.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	known := packages{"a/b": {}}
	if err := known.read("a/b", filepath.Join(folder, "x_test.go")); err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{
		"a/b.TestNames": true, "a/b.FuzzNames": true, "a/b.TestNames/a_name:_too_long": true, "a/b.TestNames/another_name": false,
		"a/b.TestOthers": false, "a/b.Testing": false, "a/b.TestMain": false, "a/b.helper": false, "a/c.TestNames": false, "TestNames": false, "a/b": false,
	} {
		if err := known.find(name); (err == nil) != there {
			t.Errorf("%s: %v, want found: %t", name, err, there)
		}
	}
}
