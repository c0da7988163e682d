package oas_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

var update = flag.Bool("update", false, "write the golden files anew instead of comparing with them")

// golden compares data with a file that was read and found right once.
func golden(t *testing.T, path string, data []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(data)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// Given example documents with everything that documents have, when they are read, then the result is
// the one in the golden file beside each.
func TestParseExamples(t *testing.T) {
	t.Parallel()
	known := oas.ImportOptions{
		Channels: map[string]string{"inside": "channel-1"}, Authorizers: map[string]string{"my_authorizer": "authorizer-1"},
		Responses: map[string]string{"house": "response-1"},
	}
	for file, opts := range map[string]oas.ImportOptions{
		"library-2.0.yaml": {}, "odd-3.1.yaml": {}, "gateway-3.0.json": known,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "import", file)
			doc := mustParse(t, mustRead(t, path), opts)
			for _, api := range doc.APIs {
				mustPrepare(t, api)
			}
			data, err := json.MarshalIndent(doc, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, path+".golden", append(data, '\n'))
		})
	}
}

// Given the document in examples/ that the README imports, when it is read, then every operation
// becomes an API, nothing is left out, and the document is valid OpenAPI.
func TestParsePetshop(t *testing.T) {
	t.Parallel()
	data := mustRead(t, filepath.Join("..", "..", "..", "examples", "petshop.yaml"))
	validate(t, data, "3.0")

	doc := mustParse(t, data, oas.ImportOptions{})

	if len(doc.APIs) != 9 || len(doc.Failures) != 0 {
		t.Fatalf("got %d APIs and failures %v, want 9 and none", len(doc.APIs), doc.Failures)
	}
	for _, api := range doc.APIs {
		d := mustPrepare(t, api)
		if len(api.Notes) > 0 {
			t.Errorf("%s: notes %v, want none", d.Name, api.Notes)
		}
		if d.BackendType == "HTTP" && d.BackendAPI.URLDomain != "#petshop#" && d.BackendAPI.URLDomain != "#petshop#:8443" {
			t.Errorf("%s: backend address %q has no variable", d.Name, d.BackendAPI.URLDomain)
		}
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t testing.TB, data []byte, opts oas.ImportOptions) *oas.Document {
	t.Helper()
	doc, err := oas.Parse(data, opts)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return doc
}

// mustPrepare holds an imported API against the rules of definitions, in a group.
func mustPrepare(t testing.TB, api oas.ImportedAPI) apig.Definition {
	t.Helper()
	api.Definition.GroupID = "group-1"
	d, err := apig.Prepare(domain.NewMoment(exportTime, "test"), api.Definition, nil, apig.DefaultLimits())
	if err != nil {
		t.Errorf("%s %s: %v", api.Method, api.Path, err)
	}
	return d
}

func replaceOnce(t testing.TB, text, old, new string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q occurs %d times, want once", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, new, 1)
}
