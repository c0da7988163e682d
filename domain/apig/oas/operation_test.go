package oas_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// item reads a document of OpenAPI 3.0 with the given path item for /a, in flow style.
func item(t *testing.T, written string) oas.ImportedAPI {
	t.Helper()
	return single(t, "openapi: 3.0.3\npaths: {/a: "+written+"}")
}

func single(t *testing.T, file string) oas.ImportedAPI {
	t.Helper()
	doc := mustParse(t, []byte(file), oas.ImportOptions{})
	if len(doc.APIs) != 1 {
		t.Fatalf("got %d APIs and failures %v, want one API", len(doc.APIs), doc.Failures)
	}
	mustPrepare(t, doc.APIs[0])
	return doc.APIs[0]
}

// Given an operationId, when the operation is read, then the API's name keeps the rule of names.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, want string }{
		{"listPets", "listPets"},
		{"repos/list-for-org", "repos/list-for-org"},
		{"pets.list (v2)", "pets.list_(v2)"},
		{"  list  all\tpets ", "list_all_pets"},
		{"获取用户", "获取用户"},
		{"_private", "private"},
		{"naïve.list", "na_ve.list"},
		{"ls", "GET_a"},
		{"", "GET_a"},
		{"!!!", "GET_a"},
		{strings.Repeat("x", 300), strings.Repeat("x", 255)},
	} {
		got := single(t, `{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":`+quote(c.id)+`}}}}`)
		if got.Definition.Name != c.want {
			t.Errorf("%q: got %q, want %q", c.id, got.Definition.Name, c.want)
		}
		if told := len(got.Notes) > 0; told != (c.id != "" && c.id != c.want) {
			t.Errorf("%q: notes %v; a changed name is told, another is not", c.id, got.Notes)
		}
	}
}

func quote(s string) string { return `"` + strings.NewReplacer("\t", `\t`, `"`, `\"`).Replace(s) + `"` }

// Given many operations with one name of the greatest length, when they are read, then every name is
// its own and none is longer.
func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("x", 260)
	doc := mustParse(t, []byte("swagger: 2.0\npaths: {/a: {get: {operationId: "+id+"}, put: {operationId: "+id+"}, post: {operationId: "+id[:253]+"_2}}}"), oas.ImportOptions{})
	var names []string
	for _, api := range doc.APIs {
		names = append(names, api.Definition.Name)
	}
	if diff := cmp.Diff([]string{id[:255], id[:253] + "_2", id[:253] + "_3"}, names); diff != "" {
		t.Error(diff)
	}
}

// Given a path, when it is read, then it becomes a request path, and its parameters names that fit.
func TestPaths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, uri, params string }{
		{"/", "/", ""},
		{"pets", "/pets", ""},
		{"/pets/", "/pets/", ""},
		{"//pets", "//pets", ""},
		{"/a/{b}/{b}", "/a/{b}/{b}", "b"},
		{"/a/{b}-{c}.json", "/a/{b}-{c}.json", "b c"},
		{"/{proxy+}", "/{proxy+}", "proxy"},
		{"/{id:[0-9]{2}}", "/{id_0-9_2}%7D", "id_0-9_2"},
		{"/{path*}", "/{path}", "path"},
		{"/{$a}/{ a }", "/{a}/{a_2}", "a a_2"},
		{"/{2fa}/{é}", "/{p2fa}/{p}", "p2fa p"},
		{"/{" + strings.Repeat("n", 40) + "}/{" + strings.Repeat("n", 41) + "}",
			"/{" + strings.Repeat("n", 32) + "}/{" + strings.Repeat("n", 30) + "_2}", strings.Repeat("n", 32) + " " + strings.Repeat("n", 30) + "_2"},
		{"/50%/100%25/a b", "/50%25/100%25/a%20b", ""},
	} {
		api := single(t, `{"openapi":"3.0.0","servers":[{"url":"http://b/"}],"paths":{`+quote(c.path)+`:{"get":{}}}}`)
		var names []string
		for _, p := range api.Definition.ReqParams {
			names = append(names, p.Name)
		}
		if api.Path != c.uri || strings.Join(names, " ") != c.params || api.Definition.BackendAPI.ReqURI != c.uri {
			t.Errorf("%s: got %s with %v, want %s with %s", c.path, api.Path, names, c.uri, c.params)
		}
	}
}

// Given a declared path parameter, when the path writes it in a router's notation, then it is the same.
func TestPathParamsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"{id}", "id"}, {"{id+}", "id"}, {"{id+}", "id+"}, {"{id*}", "id"}, {"{id:[0-9]+}", "id"}, {"{id=x/*}", "id"}, {"{$id}", "$id"}} {
		api := single(t, `{"openapi":"3.0.0","paths":{"/`+c[0]+`":{"get":{"parameters":[{"name":"`+c[1]+`","in":"path","schema":{"type":"integer"}}]}}}}`)
		if p := api.Definition.ReqParams; len(p) != 1 || p[0].Type != "NUMBER" || p[0].Required != 1 {
			t.Errorf("%v: got %+v, want the declared parameter", c, p)
		}
	}
}

// Given a path that requests cannot have, when it is read, then its operations fail with APIG.2011.
func TestPathsThatFail(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/a#b", "/a?b=c", "/a{", "/{}", "/" + strings.Repeat("a", 512), "/" + strings.Repeat("é", 100)} {
		doc := mustParse(t, []byte(`{"openapi":"3.0.0","paths":{"`+path+`":{"get":{}}}}`), oas.ImportOptions{})
		if len(doc.APIs) != 0 || len(doc.Failures) != 1 || doc.Failures[0].Err.Code != "APIG.2011" || doc.Failures[0].Method != "GET" {
			t.Errorf("%.20s: got APIs %v, failures %+v, want one failure", path, doc.APIs, doc.Failures)
		}
	}
}

// Given servers, when an operation is read, then the first absolute one is its backend, and a mock
// answers where there is none.
func TestServers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ servers, want string }{
		{"[{url: 'https://api.example.com'}]", "HTTPS api.example.com /a"},
		{"[{url: 'http://api.example.com:81/v1/'}]", "HTTP api.example.com:81 /v1/a"},
		{"[{url: /v1}, {url: 'ftp://x'}, {url: 'https://b'}, {url: 'https://c'}]", "HTTPS b /a"},
		{"[{url: 'https://{h}/{v}', variables: {h: {default: a.b}, v: {enum: [v1, v2]}}}]", "HTTPS a.b /v1/a"},
		{"[{url: 'https://user:secret@h/p?q=1#f'}]", "HTTPS h /p/a"},
		{"[{url: 'https://[2001:db8::1]:8443'}]", "HTTPS [2001:db8::1]:8443 /a"},
		{"[{url: 'https://h/ü'}]", "HTTPS h /%C3%BC/a"},
		{"[{url: 'https://{h}'}]", "MOCK"},
		{"[{url: 'https://<your host>'}]", "MOCK"},
		{"[{url: 'https://{h}', variables: {h: {default: '{h}'}}}]", "MOCK"},
		{"[{url: /}]", "MOCK"},
		{"[]", "MOCK"},
		{"text", "MOCK"},
	} {
		for _, file := range []string{
			"servers: " + c.servers + "\npaths: {/a: {get: {}}}",
			"servers: [{url: 'http://never'}]\npaths: {/a: {servers: " + c.servers + ", get: {}}}",
			"servers: [{url: 'http://never'}]\npaths: {/a: {servers: [{url: 'http://nor this'}], get: {servers: " + c.servers + "}}}",
		} {
			empty := c.servers == "[]" || c.servers == "text"
			if empty && strings.Contains(file, "never") {
				continue // an empty list leaves it to the document
			}
			if got := backendOf(single(t, "openapi: 3.0.0\n"+file).Definition); got != c.want {
				t.Errorf("%s: got %s, want %s", file, got, c.want)
			}
		}
	}
}

// Given host, schemes and basePath, when an operation of OpenAPI 2.0 is read, then they are its backend,
// and basePath belongs to the request path, too.
func TestServersV2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ head, op, want, uri, protocol string }{
		{"host: h", "{}", "HTTPS h /a", "/a", "HTTPS"},
		{"host: 'h:81'\nbasePath: /v1/\nschemes: [http]", "{}", "HTTP h:81 /v1/a", "/v1/a", "HTTP"},
		{"host: h\nbasePath: v1\nschemes: [http, https]", "{}", "HTTPS h /v1/a", "/v1/a", "BOTH"},
		{"host: h\nschemes: [http]", "{schemes: [wss, https]}", "HTTPS h /a", "/a", "HTTPS"},
		{"basePath: '/{tenant}'\nhost: h", "{}", "HTTPS h /{tenant}/a", "/{tenant}/a", "HTTPS"},
		{"basePath: /v1", "{}", "MOCK", "/v1/a", "HTTPS"},
		{"host: '{{host}}'", "{}", "MOCK", "/a", "HTTPS"},
	} {
		api := single(t, "swagger: 2.0\n"+c.head+"\npaths: {/a: {get: "+c.op+"}}")
		if got := backendOf(api.Definition); got != c.want || api.Path != c.uri || api.Definition.ReqProtocol != c.protocol {
			t.Errorf("%q: got %s, %s, %s, want %s, %s, %s", c.head, got, api.Path, api.Definition.ReqProtocol, c.want, c.uri, c.protocol)
		}
	}
}

func backendOf(d apig.Definition) string {
	if d.BackendAPI == nil {
		return d.BackendType
	}
	return d.BackendAPI.ReqProtocol + " " + d.BackendAPI.URLDomain + " " + d.BackendAPI.ReqURI
}

// Given security requirements, when an operation is read, then auth_type is what the gateway can check.
func TestSecurity(t *testing.T) {
	t.Parallel()
	schemes := "components: {securitySchemes: {key: {type: apiKey, name: k, in: header}, " +
		"app: {type: apiKey, x-apigateway-auth-type: AppSigv1}, code: {x-apigateway-auth-type: AppSigv1, x-apigateway-auth-opt: {appcode-auth-type: header}}, " +
		"iam: {x-apigateway-auth-type: IAM}, ref: {$ref: '#/components/securitySchemes/iam'}, apig-auth-app: {x-apigateway-auth-type: IAM}}}\n"
	for _, c := range []struct{ document, operation, want string }{
		{"[]", "", "NONE DISABLE"},
		{"[{key: []}]", "", "NONE DISABLE"},
		{"[{key: []}, {app: []}, {iam: []}]", "", "APP DISABLE"},
		{"[{app: []}]", "[]", "NONE DISABLE"},
		{"[{app: []}]", "[{iam: []}]", "IAM DISABLE"},
		{"[{code: []}]", "", "APP HEADER"},
		{"[{ref: []}]", "", "IAM DISABLE"},
		{"[{apig-auth-app-header: []}]", "", "APP HEADER"},
		{"[{apig-auth-app: []}]", "", "IAM DISABLE"},
		{"[apig-auth-iam]", "", "IAM DISABLE"},
		{"text", "[[], 5, {}]", "NONE DISABLE"},
	} {
		op := "{}"
		if c.operation != "" {
			op = "{security: " + c.operation + "}"
		}
		d := single(t, "openapi: 3.0.0\n"+schemes+"security: "+c.document+"\npaths: {/a: {get: "+op+"}}").Definition
		if got := d.AuthType + " " + d.AuthOpt.AppCodeAuthType; got != c.want {
			t.Errorf("%s, %s: got %s, want %s", c.document, c.operation, got, c.want)
		}
	}
}
