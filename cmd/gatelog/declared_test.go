package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What people do with files: write them, change one, look at what it would change, do it, and find that nothing
// is left to do.
func TestFilesOfAGroup(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.API(s.group, "more", "more.example.com")
	dir := filepath.Join(t.TempDir(), "gateway")
	before := s.head(t)
	o := s.tell(t, "at", "now", "--group", "shop", "--export", dir)
	must(t, o)
	wantParts(t, o.err, "wrote 1 group to "+dir)
	o = s.tell(t, "diff", "-f", dir)
	if must(t, o); o.out != "" || !strings.Contains(o.err, "everything is so already") {
		t.Fatalf("what was written differs from what is:\n%s%s", o.out, o.err)
	}

	orders := filepath.Join(dir, "groups", "shop", "apis", "orders.yaml")
	text, err := os.ReadFile(orders)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.ReplaceAll(string(text), "two.example.com", "three.example.com")
	if err := os.WriteFile(orders, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "groups", "shop", "apis", "more.yaml")); err != nil {
		t.Fatal(err)
	}
	o = s.tell(t, "diff", "-f", dir, "--keep")
	if text := strings.Join(must(t, o), "\n"); strings.Contains(text, "delete") || !strings.Contains(text, "change api shop/orders") {
		t.Errorf("with everything kept:\n%s", text)
	}
	o = s.tell(t, "diff", "-f", dir)
	wantParts(t, strings.Join(must(t, o), "\n"), "- delete api shop/more", "  change api shop/orders\n            replace /definition/backend_api/url_domain \"three.example.com\"",
		"  change publication shop/orders in RELEASE")
	wantParts(t, o.err, "nothing was changed")

	failsWith(t, s.tell(t, "apply", "-f", dir), "--yes")
	o = s.tell(t, "apply", "-f", dir, "--yes", "--reason", "moved on")
	must(t, o)
	wantParts(t, o.err, "made 3 changes with 3 events")
	wantParts(t, strings.Join(must(t, s.tell(t, "history", "api", s.api, "-n", "1")), "\n"), "api.published", "by apig.ApplyDeclaration", "because: moved on")
	o = s.tell(t, "apply", "-f", dir, "--yes")
	must(t, o)
	wantParts(t, o.err, "everything is so already")

	then := strings.Join(must(t, s.tell(t, "at", before, "--group", "shop")), "\n")
	wantParts(t, then, "url_domain: two.example.com", "name: more", "scope: groups")
	wantParts(t, strings.Join(must(t, s.tell(t, "at", "now", "-o", "json")), "\n"), `"scope": "instance"`, "three.example.com")
}

func TestWhatFilesCannotDo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	dir := filepath.Join(t.TempDir(), "gateway")
	must(t, s.tell(t, "at", "now", "--export", dir))
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte("[]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := s.tell(t, "diff", "-f", dir)
	must(t, o)
	wantParts(t, o.err, "in the way: environment RELEASE:", "it would be refused: 1 reason")
	failsWith(t, s.tell(t, "apply", "-f", dir, "--yes"), "gatelog.plan_refused", "environment RELEASE")
	failsWith(t, s.tell(t, "diff", "-f", filepath.Join(dir, "none")), "no declaration")
	failsWith(t, s.tell(t, "apply"), "file")
	failsWith(t, s.tell(t, "at"), "one moment")
	failsWith(t, s.tell(t, "at", "1", "--group", "shop"), "APIG.")
	failsWith(t, s.tell(t, "at", "now", "--group", "none"), "APIG.3001")
}
