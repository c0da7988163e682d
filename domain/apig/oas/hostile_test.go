package oas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Given a document made to hurt its reader, when it is parsed, then it is refused, or read with what
// cannot be read as a failure or note; in either case soon.
func TestParseHostile(t *testing.T) {
	t.Parallel()
	head := "openapi: 3.1.0\n"
	for name, c := range map[string]struct{ file, code string }{
		"billion laughs":           {head + laughs(9, 10), "APIG.3603"},
		"billion laughs in merges": {head + "a0: &a0 {x: " + strings.Repeat("y", 1000) + "}\n" + mergeLaughs(30, 10), "APIG.3603"},
		"one long text many times": {head + "a: &a " + strings.Repeat("y", 1<<20) + "\nb: [" + strings.Repeat("*a, ", 1000) + "]", "APIG.3603"},
		"an anchor in itself":      {head + "a: &a {b: *a}", "APIG.3600"},
		"a list in itself":         {head + "a: &a [*a]", "APIG.3600"},
		"deep JSON":                {`{"openapi":"3.1.0","a":` + strings.Repeat("[", 1<<20), "APIG.3600"},
		"deep YAML":                {head + "a: " + strings.Repeat("{a: ", 20000), "APIG.3600"},
		"a path item of 5 MB for 900 paths": {head + "components: {pathItems: {a: {get: {x: [" + strings.Repeat("1,", 5<<20/2) + "]}}}}\npaths:\n" +
			refPaths(900, "#/components/pathItems/a"), "APIG.3603"},
		"path items in a circle":       {head + "components: {pathItems: {a: {$ref: '#/components/pathItems/a'}}}\npaths: {/a: {$ref: '#/components/pathItems/a'}}", ""},
		"a parameter in a circle":      {head + "components: {parameters: {a: {$ref: '#/components/parameters/a'}}}\npaths: {/a: {get: {parameters: [{$ref: '#/components/parameters/a'}]}}}", ""},
		"a schema in a circle":         {head + "components: {schemas: {a: {allOf: [{$ref: '#/components/schemas/a'}]}}}\npaths: {/a: {get: {parameters: [{name: a, in: query, schema: {$ref: '#/components/schemas/a'}}]}}}", ""},
		"the document as a schema":     {head + "paths: {/a: {get: {parameters: [{name: a, in: query, schema: {$ref: '#'}}], requestBody: {$ref: '#'}}}}", ""},
		"a reference into a text":      {head + "paths: {/a: {get: {parameters: [{$ref: '#/openapi/x/0/~1~0/%zz'}]}}}", ""},
		"many parameters":              {head + "paths: {/a: {get: {parameters: [" + strings.Repeat("{name: a, in: query},", 201) + "]}}}", ""},
		"a parameter with many types":  {head + "components: {parameters: {p: {name: p, in: query, content: {" + manyKeys(100_000) + "}}}}\npaths: {/a: {get: {parameters: [{$ref: '#/components/parameters/p'}]}}}", ""},
		"a long path":                  {`{"openapi":"3.1.0","paths":{"/` + strings.Repeat("{a}", 100_000) + `":{"get":{}}}}`, ""},
		"a long number":                {head + "paths: {/a: {get: {parameters: [{name: a, in: query, schema: {type: integer, maximum: " + strings.Repeat("9", 1<<20) + ", default: " + strings.Repeat("8", 1<<20) + "}}]}}}", ""},
		"a long server":                {head + "servers: [{url: 'https://{a}{a}{a}', variables: {a: {default: " + strings.Repeat("a", 1<<20) + "}}}]\npaths: {/a: {get: {}}}", ""},
		"NUL in texts":                 {"{\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{\"operationId\":\"a\\u0000bc\",\"description\":\"\\u0000\"}}}}", ""},
		"tags that YAML does not mean": {head + "a: !!bool ''\nb: !!int x\nc: !!float {}\nd: !!binary '*'\n? [e]\n: f\npaths: {/a: {get: {}}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := oas.Parse([]byte(c.file), oas.ImportOptions{})
			if got := domain.CodeOf(err); got != c.code {
				t.Fatalf("got %q (%v), want %q", got, err, c.code)
			}
			if err == nil && len(doc.APIs)+len(doc.Failures) != 1 {
				t.Errorf("got %d APIs and %d failures, want the one operation as either", len(doc.APIs), len(doc.Failures))
			}
			if err == nil {
				for _, api := range doc.APIs {
					mustPrepare(t, api)
				}
			}
		})
	}
}

// laughs makes levels of lists, each of the one before many times.
func laughs(levels, times int) string {
	var out strings.Builder
	out.WriteString("a0: &a0 lol\n")
	for i := range levels {
		fmt.Fprintf(&out, "a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), times))
	}
	return out.String()
}

func mergeLaughs(levels, times int) string {
	var out strings.Builder
	for i := range levels {
		fmt.Fprintf(&out, "a%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), times))
	}
	return out.String()
}

func refPaths(n int, ref string) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "  /p%d: {$ref: '%s'}\n", i, ref)
	}
	return out.String()
}

func manyKeys(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "k%d: 1, ", i)
	}
	return out.String()
}
