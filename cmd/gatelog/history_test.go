package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog"
)

// tell runs a command that asks about a resource against the shop's server.
func (s *shop) tell(t *testing.T, args ...string) output {
	t.Helper()
	return gatelogCommand(t.Context(), append(args, "--data-dir", s.dir)...)
}

// moved is the position of the event that moved the shop's API.
func (s *shop) moved(t *testing.T) uint64 {
	t.Helper()
	var h gatelog.HappeningListView
	o := s.tell(t, "history", "api", s.api, "-o", "json")
	if err := json.Unmarshal([]byte(strings.Join(must(t, o), "\n")), &h); err != nil {
		t.Fatal(err)
	}
	for _, e := range h.Events {
		if e.Type == "apig.api.updated" {
			return uint64(e.Position)
		}
	}
	t.Fatal("it was not moved")
	return 0
}

func TestHistoryBlameAndDiffOfAnyResource(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	moved := s.moved(t)
	at := strconv.FormatUint(moved, 10)

	o := s.tell(t, "history", "api", s.api)
	text := strings.Join(must(t, o), "\n")
	wantParts(t, text, at+"  ", "api.updated", "by apig.UpdateAPI  because: moved to two.example.com",
		"  @@ definition.backend_api.url_domain\n  - \"one.example.com\"\n  + \"two.example.com\"")
	wantParts(t, o.err, "4 of 4 events")

	text = strings.Join(must(t, s.tell(t, "blame", "api", s.api)), "\n")
	for _, line := range lines(text) {
		if strings.Contains(line, "/definition/backend_api/url_domain") {
			wantParts(t, line, at, `"two.example.com"`, "moved to two.example.com")
		}
		if strings.Contains(line, "/definition/name") {
			wantParts(t, line, `"orders"`, "an API")
		}
	}
	wantParts(t, text, "/definition/backend_api/url_domain", "/definition/name")

	before := strconv.FormatUint(moved-1, 10)
	text = strings.Join(must(t, s.tell(t, "diff", "api", s.api, "--from", before, "--to", at)), "\n")
	wantParts(t, text, "--- api "+s.api+" at position "+before, "@@ definition.backend_api.url_domain\n- \"one.example.com\"\n+ \"two.example.com\"")
	text = strings.Join(must(t, s.tell(t, "diff", "api", s.api, "--from", before, "--side-by-side")), "\n")
	wantParts(t, text, "@@ definition.backend_api.url_domain\n\"one.example.com\""+strings.Repeat(" ", 47)+"| \"two.example.com\"")
	text = strings.Join(must(t, s.tell(t, "diff", "api", s.api, "--from", before, "-o", "json")), "\n")
	wantParts(t, text, `"path": "/definition/backend_api/url_domain"`, `"op": "replace"`)
	if o := s.tell(t, "diff", "api", s.api, "--from", at); o.out != "" || !strings.Contains(o.err, "no differences") {
		t.Errorf("of what is the same:\n%s%s", o.out, o.err)
	}
	failsWith(t, s.tell(t, "history", "group"), "a kind and an id")
	failsWith(t, s.tell(t, "blame", "group", "nothing"), "gatelog.not_found")
	text = strings.Join(must(t, s.tell(t, "history", "api", s.api, "--side-by-side")), "\n")
	wantParts(t, text, at+"  ", "\"one.example.com\""+strings.Repeat(" ", 47)+"| \"two.example.com\"")
	if text := strings.Join(must(t, s.tell(t, "history", "api", s.api, "--as-of", before)), "\n"); strings.Contains(text, "api.updated") {
		t.Errorf("as of %s:\n%s", before, text)
	}
}

func TestDifferencesAreTintedOnTerminals(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if tint(&out) != &out {
		t.Error("a file is no terminal")
	}
	const text = "@@ name\n  - \"a\"\n  + \"b\"\nplain - text\n"
	n, err := tinted{&out}.Write([]byte(text))
	want := cyan + "@@ name" + noColour + "\n" + red + "  - \"a\"" + noColour + "\n" + green + "  + \"b\"" + noColour + "\nplain - text\n"
	if err != nil || n != len(text) || out.String() != want {
		t.Errorf("%d, %v: %q", n, err, out.String())
	}
}
