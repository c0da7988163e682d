package oas_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// FuzzParse: whatever the bytes are, there is a document or a documented refusal; names are unique, and
// what was read can be exported and read again.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/import/*.yaml", "testdata/import/*.json", "testdata/export/*", "../../../examples/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := oas.Parse(data, oas.ImportOptions{MaxOperations: 100})
		if err != nil {
			var refusal *domain.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("%v is not a *domain.Error", err)
			}
			return
		}
		in := oas.ExportInput{Group: "fuzz", Define: "all", Time: exportTime}
		names := map[string]bool{}
		for _, api := range doc.APIs {
			if names[api.Definition.Name] {
				t.Fatalf("the name %q occurs twice", api.Definition.Name)
			}
			names[api.Definition.Name] = true
			in.APIs = append(in.APIs, oas.ExportedAPI{Definition: api.Definition})
		}
		again, err := oas.Export(in)
		if err != nil {
			t.Fatalf("export: %v", err)
		}
		if _, err := oas.Parse(again, oas.ImportOptions{MaxOperations: 100}); err != nil {
			t.Fatalf("parse of the export: %v\n%s", err, again)
		}
	})
}
