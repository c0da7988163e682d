package oas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Given a file that is no document, or one that cannot be read as a whole, when it is parsed, then the
// documented code says why.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, code string }{
		"nothing":                  {"", "APIG.3609"},
		"only white space":         {"\uFEFF \n\t", "APIG.3609"},
		"only a comment":           {"# nothing here", "APIG.3609"},
		"an Excel file":            {"PK\x03\x04\x14\x00", "APIG.3600"},
		"an old Excel file":        {"\xD0\xCF\x11\xE0\xA1\xB1", "APIG.3600"},
		"no UTF-8":                 {"swagger: \xff", "APIG.3600"},
		"plain text":               {"hello", "APIG.3600"},
		"a list":                   {"[1, 2]", "APIG.3600"},
		"broken JSON":              {`{"swagger": "2.0",`, "APIG.3600"},
		"text behind JSON":         {`{"swagger": "2.0"} {}`, "APIG.3600"},
		"broken YAML":              {"swagger: [", "APIG.3600"},
		"a tab in YAML":            {"a:\n\t- b", "APIG.3600"},
		"no version":               {"info: {}", "APIG.3601"},
		"an old version":           {`swagger: "1.2"`, "APIG.3601"},
		"a new version":            {`openapi: "4.0.0"`, "APIG.3601"},
		"a version that is a list": {`openapi: [3]`, "APIG.3601"},
		"info is a text":           {"swagger: 2.0\ninfo: x\npaths: {}", "APIG.3602"},
		"no paths":                 {"openapi: 3.0.3\ninfo: {}", "APIG.3602"},
		"paths is a list":          {"openapi: 3.1.0\npaths: []", "APIG.3602"},
		"too long":                 {strings.Repeat(" ", oas.MaxDocument) + "a", "APIG.3603"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := oas.Parse([]byte(c.file), oas.ImportOptions{})
			if got := domain.CodeOf(err); got != c.code {
				t.Errorf("got %q (%v), want %s", got, err, c.code)
			}
		})
	}
}

// Given each way to write a version that can be imported, when it is parsed, then it is accepted.
func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		`{"swagger": "2.0", "paths": {}}`,
		"swagger: 2.0\npaths: {}",
		"openapi: 3.0\npaths: {}",
		"openapi: 3.0.4\npaths: {}",
		"openapi: 3.1.0\nwebhooks: {}",
		"openapi: 3.2.0\npaths: {}",
		"\uFEFF{openapi: 3.0.0, paths: {}}",
		"---\nopenapi: 3.0.0\npaths: {}\n---\nanother document",
	} {
		if _, err := oas.Parse([]byte(file), oas.ImportOptions{}); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// Given more operations than allowed, when the document is parsed, then it is refused as a whole.
func TestParseCountsOperations(t *testing.T) {
	t.Parallel()
	file := func(n int) []byte {
		var out strings.Builder
		out.WriteString("openapi: 3.0.0\npaths:\n")
		for i := range n {
			fmt.Fprintf(&out, "  /p%d: {get: {}}\n", i)
		}
		return []byte(out.String())
	}
	for _, c := range []struct {
		operations, allowed int
		code                string
	}{
		{oas.MaxOperations, 0, ""}, {oas.MaxOperations + 1, 0, "APIG.3127"}, {3, 2, "APIG.3127"}, {3, 3, ""},
	} {
		_, err := oas.Parse(file(c.operations), oas.ImportOptions{MaxOperations: c.allowed})
		if got := domain.CodeOf(err); got != c.code {
			t.Errorf("%d operations of %d: got %q, want %q", c.operations, c.allowed, got, c.code)
		}
	}
}

// Given the same document in both formats and with its keys in another order, when it is parsed, then
// the result is the same.
func TestParseIsDeterministic(t *testing.T) {
	t.Parallel()
	one := `{"openapi":"3.0.0","paths":{"/b":{"put":{"operationId":"same"},"get":{"operationId":"same"}},"/a":{"get":{"operationId":"same"}}}}`
	two := "paths:\n  /a: {get: {operationId: same}}\n  /b:\n    get: {operationId: same}\n    put: {operationId: same}\nopenapi: 3.0.0"
	a, b := mustParse(t, []byte(one), oas.ImportOptions{}), mustParse(t, []byte(two), oas.ImportOptions{})
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, api := range a.APIs {
		names = append(names, api.Method+api.Path+" "+api.Definition.Name)
	}
	if diff := cmp.Diff([]string{"GET/a same", "GET/b same_2", "PUT/b same_3"}, names); diff != "" {
		t.Error(diff)
	}
}

// Given mock_mode, when a document with backends is parsed, then every API is a mock with the example
// of a success.
func TestParseMockMode(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/import/gateway-3.0.json", "testdata/import/library-2.0.yaml", "testdata/export/all-3.0.yaml"} {
		doc := mustParse(t, mustRead(t, file), oas.ImportOptions{MockMode: true, Authorizers: map[string]string{"my_authorizer": "a", "their_authorizer": "b"}})
		if len(doc.APIs) == 0 || len(doc.Failures) > 0 {
			t.Fatalf("%s: %d APIs, failures %v", file, len(doc.APIs), doc.Failures)
		}
		for _, api := range doc.APIs {
			d := mustPrepare(t, api)
			if d.BackendType != "MOCK" || d.MockInfo.ResultContent != d.ResultNormalSample || len(d.PolicyHTTPs) > 0 {
				t.Errorf("%s %s: %+v, want a mock alone", file, d.Name, d)
			}
		}
	}
}
