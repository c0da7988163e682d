package oas_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

var exportTime = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// Given any definitions of a group, when they are exported and imported again, then they are the same
// definitions, in every version and format.
func TestExportThenParseGivesTheSameDefinitions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		defs := definitions(t)
		in := exportOf(defs)
		in.Define = one("proxy", "all", "dev").Draw(t, "define")
		in.OASVersion = one("2.0", "3.0").Draw(t, "version")
		in.Type = one("json", "yaml", "yml").Draw(t, "format")
		in.Domain = maybe(t, "domain", one("api.example.com"))

		doc := exportAndParse(t, in, oas.ImportOptions{})

		compare(t, defs, doc)
	})
}

// Given channels, authorizers and responses with names, when an export is imported where the same
// names have other ids, then the definitions refer to those.
func TestImportElsewhereRefersByName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		defs := definitions(t)
		in := exportOf(defs)
		in.Define, in.OASVersion = "proxy", one("2.0", "3.0").Draw(t, "version")
		in.Channels = map[string]string{"c1": "first", "c2": "second"}
		in.Authorizers = map[string]string{"z1": "auth_one", "z2": "auth_two", "weird id": "auth_three"}
		in.Responses = map[string]string{"r1": "answers", "r2": "others"}

		doc := exportAndParse(t, in, oas.ImportOptions{
			Channels:    map[string]string{"first": "c1", "second": "c2"},
			Authorizers: map[string]string{"auth_one": "z1", "auth_two": "z2", "auth_three": "weird id"},
			Responses:   map[string]string{"answers": "r1", "others": "r2"},
		})

		compare(t, defs, doc)
	})
}

// Given any definitions, when only their frontend is exported, then the frontend comes back and no
// trace of the backend is in the document.
func TestExportOfFrontend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		defs := definitions(t)
		in := exportOf(defs)
		in.Define, in.OASVersion = "spec", one("2.0", "3.0").Draw(t, "version")

		data := export(t, in)
		doc, err := oas.Parse(data, oas.ImportOptions{})

		if err != nil || len(doc.Failures) > 0 {
			t.Fatalf("parse: %v, failures %v", err, doc)
		}
		for _, secret := range []string{"x-apigateway-backend", "urn:f", "10.0.0.1", "policy_", "backend_params"} {
			if strings.Contains(string(data), secret) {
				t.Fatalf("the document shows %q of the backend:\n%s", secret, data)
			}
		}
		for i := range defs {
			defs[i] = withoutBackend(defs[i])
		}
		for i := range doc.APIs {
			doc.APIs[i].Definition = withoutBackend(doc.APIs[i].Definition)
		}
		compare(t, defs, doc)
	})
}

func withoutBackend(d apig.Definition) apig.Definition {
	d.BackendType, d.MockInfo, d.FuncInfo, d.BackendAPI, d.BackendParams = "", nil, nil, nil, nil
	d.PolicyMocks, d.PolicyFunctions, d.PolicyHTTPs = nil, nil, nil
	return d
}

func exportOf(defs []apig.Definition) oas.ExportInput {
	in := oas.ExportInput{Group: "shop", Description: "All of the shop.", Environment: "RELEASE", Time: exportTime}
	for _, d := range defs {
		in.APIs = append(in.APIs, oas.ExportedAPI{Definition: d})
	}
	return in
}

// export exports and checks that the document is valid OpenAPI.
func export(t rapid.TB, in oas.ExportInput) []byte {
	data, err := oas.Export(in)
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	validate(t, data, in.OASVersion)
	return data
}

func exportAndParse(t rapid.TB, in oas.ExportInput, opts oas.ImportOptions) *oas.Document {
	data := export(t, in)
	doc, err := oas.Parse(data, opts)
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, data)
	}
	if len(doc.Failures) > 0 {
		t.Fatalf("failures %+v in\n%s", doc.Failures, data)
	}
	return doc
}

// compare holds what came back against what was exported, in the order of names.
func compare(t rapid.TB, defs []apig.Definition, doc *oas.Document) {
	var got []apig.Definition
	for _, api := range doc.APIs {
		got = append(got, api.Definition)
	}
	byName := func(a, b apig.Definition) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(got, byName)
	want := slices.Clone(defs)
	slices.SortFunc(want, byName)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("other definitions came back (-want +got):\n%s", diff)
	}
}

// validate holds a document against kin-openapi's rules; one of 2.0 in the form of 3.x.
func validate(t rapid.TB, data []byte, version string) {
	var doc *openapi3.T
	var err error
	if version == "3.0" {
		doc, err = openapi3.NewLoader().LoadFromData(data)
	} else {
		var doc2 openapi2.T
		if err = json.Unmarshal(data, &doc2); err != nil {
			err = yaml.Unmarshal(data, &doc2)
		}
		if err != nil {
			t.Fatalf("not OpenAPI 2.0: %v\n%s", err, data)
		}
		if doc, err = openapi2conv.ToV3(&doc2); err == nil && doc.Paths == nil {
			doc.Paths = openapi3.NewPaths() // the conversion loses an empty one
		}
	}
	if err != nil {
		t.Fatalf("not OpenAPI: %v\n%s", err, data)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("not valid: %v\n%s", err, data)
	}
}
