package oas_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// shop is a group with one API of each backend type, and two that OpenAPI has no place for.
func shop(t testing.TB) oas.ExportInput {
	known := oas.ImportOptions{
		Channels: map[string]string{"inside": "channel-1"}, Authorizers: map[string]string{"my_authorizer": "authorizer-1"},
		Responses: map[string]string{"house": "response-1"},
	}
	doc := mustParse(t, mustRead(t, filepath.Join("testdata", "import", "gateway-3.0.json")), known)
	in := oas.ExportInput{
		Group: "shop", Description: "A shop.", Environment: "RELEASE", Time: exportTime, Domain: "shop.example.com",
		Channels: map[string]string{"channel-1": "inside"}, Authorizers: map[string]string{"authorizer-1": "my_authorizer"},
		Responses: map[string]string{"response-1": "house"}, CustomAuthorizers: doc.Authorizers,
		RateLimits: doc.RateLimits, AccessControls: doc.AccessControls,
	}
	for _, api := range doc.APIs {
		d := mustPrepare(t, api)
		in.APIs = append(in.APIs, oas.ExportedAPI{Definition: d, RateLimit: api.RateLimit, AccessControl: api.AccessControl, Plugins: api.Plugins})
	}
	prefix := in.APIs[len(in.APIs)-1]
	prefix.Definition.Name, prefix.Definition.MatchMode = "byMockPrefix", "SWA"
	other := in.APIs[len(in.APIs)-1]
	other.Definition.Name, other.Definition.ReqURI, other.Definition.ReqMethod = "byOtherName", "/http/{name+}", "PUT"
	other.Definition.ReqParams = []apig.ReqParam{{Name: "name", Type: "STRING", Location: "PATH", Required: 1, ValidEnable: 2, PassThrough: 1}}
	in.APIs = append(in.APIs, prefix, other)
	return in
}

// Given a group, when it is exported in each scope and version, then the document is the one in the
// golden file, and valid.
func TestExportExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ define, version, format string }{
		{"spec", "2.0", "json"}, {"spec", "3.0", "yaml"}, {"proxy", "2.0", "yml"}, {"all", "2.0", "json"}, {"all", "3.0", "yaml"},
	} {
		t.Run(c.define+"-"+c.version, func(t *testing.T) {
			t.Parallel()
			in := shop(t)
			in.Define, in.OASVersion, in.Type = c.define, c.version, c.format
			golden(t, filepath.Join("testdata", "export", c.define+"-"+c.version+"."+c.format), export(t, in))
		})
	}
}

// Given no choices, when a group is exported, then those of the reference apply: spec, 2.0, JSON, and
// the time as version.
func TestExportDefaults(t *testing.T) {
	t.Parallel()
	in := shop(t)
	plain := export(t, in)
	in.Define, in.OASVersion, in.Type, in.Version = "spec", "2.0", "json", "2024-05-06-07:08:09"
	if diff := cmp.Diff(string(export(t, in)), string(plain)); diff != "" {
		t.Error(diff)
	}
	if name := in.FileName(); name != "shop-RELEASE-spec-2024-05-06-07:08:09" {
		t.Errorf("file name %q", name)
	}
}

// Given an unknown choice, when a group is exported, then APIG.2011 names the parameter.
func TestExportRefuses(t *testing.T) {
	t.Parallel()
	for param, in := range map[string]oas.ExportInput{
		"define": {Define: "everything"}, "oas_version": {OASVersion: "3.1"}, "type": {Type: "xlsx"},
	} {
		_, err := oas.Export(in)
		if want := apig.ErrInvalid(param); domain.CodeOf(err) != want.Code || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// Given the same APIs in another order, when they are exported, then the bytes are the same.
func TestExportIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.0", "3.0"} {
		in := shop(t)
		in.Define, in.OASVersion = "all", version
		one := export(t, in)
		slices.Reverse(in.APIs)
		if diff := cmp.Diff(string(one), string(export(t, in))); diff != "" {
			t.Errorf("%s: %s", version, diff)
		}
	}
}

// Given an export of everything, when it is imported, then policies and bindings come back, too.
func TestExportOfBindings(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.0", "3.0"} {
		in := shop(t)
		in.Define, in.OASVersion = "all", version
		doc := exportAndParse(t, in, oas.ImportOptions{
			Channels: map[string]string{"inside": "channel-2"}, Authorizers: map[string]string{"my_authorizer": "authorizer-2"},
			Responses: map[string]string{"house": "response-2"},
		})
		if diff := cmp.Diff(in.RateLimits, doc.RateLimits); diff != "" {
			t.Errorf("%s: rate limits %s", version, diff)
		}
		if diff := cmp.Diff(in.AccessControls, doc.AccessControls); diff != "" {
			t.Errorf("%s: access controls %s", version, diff)
		}
		if diff := cmp.Diff(in.CustomAuthorizers["my_authorizer"], doc.Authorizers["my_authorizer"]); diff != "" {
			t.Errorf("%s: authorizer %s", version, diff)
		}
		i := slices.IndexFunc(doc.APIs, func(a oas.ImportedAPI) bool { return a.Definition.Name == "byHTTP" })
		got := doc.APIs[i]
		if got.RateLimit != "slow" || got.AccessControl != "office" || len(got.Plugins) != 1 || got.Definition.ResponseID != "response-2" {
			t.Errorf("%s: %+v, want the bindings of the input, and the response of that name here", version, got)
		}
		if id := got.Definition.PolicyHTTPs[0].VPCChannelInfo.VPCChannelID; id != "channel-2" {
			t.Errorf("%s: channel %s, want the one of that name here", version, id)
		}
	}
}

// Given an exported document, when a value that the reference's own members carry is edited, then the
// edit counts: our extensions hold only what those cannot.
func TestExportedDocumentsCanBeEdited(t *testing.T) {
	t.Parallel()
	in := shop(t)
	in.Define, in.OASVersion = "proxy", "2.0"
	in.APIs = slices.DeleteFunc(in.APIs, func(a oas.ExportedAPI) bool { return a.Definition.Name == "byOtherName" })
	data := export(t, in)
	edited := replaceOnce(t, string(data), `"address": "#host#:80"`, `"address": "#host#:81"`)
	edited = replaceOnce(t, edited, `"description": "who asks"`, `"description": "somebody"`)
	doc := mustParse(t, []byte(edited), oas.ImportOptions{
		Channels: map[string]string{"inside": "channel-1"}, Authorizers: map[string]string{"my_authorizer": "authorizer-1"},
	})
	i := slices.IndexFunc(doc.APIs, func(a oas.ImportedAPI) bool { return a.Definition.Name == "byHTTP" })
	d := doc.APIs[i].Definition
	if d.BackendAPI.URLDomain != "#host#:81" || d.BackendParams[0].Remark != "somebody" {
		t.Errorf("got %q and %q, want the edited values", d.BackendAPI.URLDomain, d.BackendParams[0].Remark)
	}
}

// Given definitions that no rule has seen, when they are exported, then the document is valid all the
// same, and gives them again.
func TestExportOfUnruledDefinitions(t *testing.T) {
	t.Parallel()
	frontend := apig.Definition{Type: 1, ReqProtocol: "HTTPS", AuthType: "NONE", MatchMode: "NORMAL", BackendType: "MOCK", MockInfo: &apig.Mock{}}
	var defs []apig.Definition
	for _, c := range [][3]string{
		{"space", "GET", "/a b"}, {"encoded", "GET", "/a%20b"}, {"trace", "TRACE", "/t"}, {"nothing", "", ""}, {"braces", "GET", "/{"},
		{"twice", "GET", "/x/{a}/{a}"}, {"once", "PUT", "/x/{a}/{b}"}, {"fragment", "GET", "/f#g"}, {"x-ternal", "GET", "x-y"}, {"a", "GET", "/short"},
	} {
		d := frontend
		d.Name, d.ReqMethod, d.ReqURI = c[0], c[1], c[2]
		for _, name := range []string{"a", "b"} {
			d.ReqParams = append(d.ReqParams, apig.ReqParam{Name: name, Location: "PATH", Type: "STRING"})
		}
		defs = append(defs, d)
	}
	unknown := frontend
	unknown.Name, unknown.ReqMethod, unknown.ReqURI, unknown.BackendType = "unknown", "GET", "/unknown", "TELEPATHY"
	defs = append(defs, unknown)
	for _, version := range []string{"2.0", "3.0"} {
		in := exportOf(defs)
		in.Define, in.OASVersion = "proxy", version
		compare(t, defs, exportAndParse(t, in, oas.ImportOptions{}))
	}
}
