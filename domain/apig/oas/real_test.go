package oas_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Given documents of well-known APIs, when they are read, then every operation becomes an API that the
// rules accept, and comes back the same from an export. Documents that are not at hand are passed over; the
// project's own example is always there.
func TestParseRealDocuments(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	files := map[string]int{
		filepath.Join(root, "..", "shared", "data", "openapi", "petstore.yaml"):            19,
		filepath.Join(root, "..", "shared", "data", "openapi", "twilio_api_v2010.json"):    197,
		filepath.Join(root, "..", "shared", "data", "openapi", "twilio_messaging_v1.json"): 58,
		filepath.Join(root, "examples", "petshop.yaml"):                                    9,
	}
	for path, operations := range files {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) != "petshop.yaml" {
			t.Logf("%s is not here: it is not tested", path)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			checkReal(t, data, operations)
		})
	}
}

func checkReal(t *testing.T, data []byte, operations int) {
	doc := mustParse(t, data, oas.ImportOptions{})
	if len(doc.APIs) != operations || len(doc.Failures) > 0 {
		t.Fatalf("got %d APIs and failures %v, want %d and none", len(doc.APIs), doc.Failures, operations)
	}
	in := oas.ExportInput{Group: doc.Title, Time: exportTime, Define: "all"}
	names := map[string]bool{}
	for _, api := range doc.APIs {
		d := mustPrepare(t, api)
		if names[d.Name] {
			t.Errorf("the name %s occurs twice", d.Name)
		}
		names[d.Name] = true
		d.GroupID = ""
		in.APIs = append(in.APIs, oas.ExportedAPI{Definition: d})
	}
	for _, version := range []string{"2.0", "3.0"} {
		in.OASVersion = version
		again := exportAndParse(t, in, oas.ImportOptions{})
		if len(again.APIs) != operations {
			t.Errorf("%s: %d APIs came back, want %d", version, len(again.APIs), operations)
		}
	}
}

// Given Twilio's query parameters such as StartTime<, when its document is read, then they are left
// out, and each API says so.
func TestParseTellsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	doc := mustParse(t, []byte(`{"openapi":"3.0.1","paths":{"/Calls.json":{"get":{"parameters":[
		{"name":"Status","in":"query","schema":{"type":"string"}},
		{"name":"StartTime<","in":"query","schema":{"type":"string"}}]}}}}`), oas.ImportOptions{})
	api := doc.APIs[0]
	want := `the optional query parameter "StartTime<" is left out: ` +
		`a parameter's name has 1 to 32 letters, digits, - _ . and starts with a letter`
	if len(api.Definition.ReqParams) != 1 || len(api.Notes) != 1 || api.Notes[0] != want {
		t.Errorf("got parameters %+v and notes %q, want Status alone and %q", api.Definition.ReqParams, api.Notes, want)
	}
}
