package oas_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Given x-apigateway-backend with as little as possible, when the operation is read, then the rest has
// the guide's defaults or is that of the request.
func TestBackendDefaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		backend string
		want    apig.Definition
	}{
		{"{type: HTTP, httpEndpoints: {address: h}}", apig.Definition{
			BackendType: "HTTP",
			BackendAPI: &apig.Backend{Timeout: 5000, Endpoint: apig.Endpoint{
				URLDomain: "h", ReqProtocol: "HTTP", ReqMethod: "PUT", ReqURI: "/x/{id}", RetryCount: "-1", VPCChannelStatus: 2}},
			BackendParams: []apig.BackendParam{{Origin: "REQUEST", Name: "id", Location: "PATH", Value: "id"}},
		}},
		{"{type: HTTP, parameters: [{name: id, in: PATH, origin: constant, value: 5}], httpEndpoints: {address: [h, i], scheme: https, path: '/{id}', method: any, timeout: 1}}", apig.Definition{
			BackendType: "HTTP",
			BackendAPI: &apig.Backend{Timeout: 1, Endpoint: apig.Endpoint{
				URLDomain: "h", ReqProtocol: "HTTPS", ReqMethod: "ANY", ReqURI: "/{id}", RetryCount: "-1", VPCChannelStatus: 2}},
			BackendParams: []apig.BackendParam{{Origin: "CONSTANT", Name: "id", Location: "PATH", Value: "5"}},
		}},
		{"{type: function, functionEndpoints: {function-urn: u, invocation-type: synchronous}}", apig.Definition{
			BackendType: "FUNCTION",
			FuncInfo:    &apig.Function{FunctionURN: "u", InvocationType: "sync", NetworkType: "V1", Timeout: 5000, ReqProtocol: "HTTPS"},
		}},
		{"{type: MOCK}", apig.Definition{BackendType: "MOCK", MockInfo: &apig.Mock{}}},
		{"{type: MOCK, mockEndpoints: {result-content: {a: 1}}}", apig.Definition{BackendType: "MOCK", MockInfo: &apig.Mock{ResultContent: `{"a":1}`}}},
	} {
		file := "openapi: 3.0.0\nservers: [{url: 'https://not.this'}]\npaths: {'/x/{id}': {put: {x-apigateway-backend: " + c.backend + "}}}"
		got := single(t, file).Definition
		got = apig.Definition{BackendType: got.BackendType, BackendAPI: got.BackendAPI, FuncInfo: got.FuncInfo, MockInfo: got.MockInfo, BackendParams: got.BackendParams}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.backend, diff)
		}
	}
}

// Given a backend that is not one, or names what nobody knows, when the operation is read, then it fails
// with the documented code and the others do not.
func TestBackendsThatFail(t *testing.T) {
	t.Parallel()
	for extension, code := range map[string]string{
		"x-apigateway-backend: {}":                                                         "APIG.2011",
		"x-apigateway-backend: {type: [HTTP]}":                                             "APIG.2011",
		"x-apigateway-backend: {type: HTTP-VPC}":                                           "APIG.3023",
		"x-apigateway-backend: {type: HTTP-VPC, httpVpcEndpoints: {name: c}}":              "APIG.3023",
		"x-apigateway-backend-policies: [{type: HTTP-VPC, httpVpcEndpoints: {name: [c]}}]": "APIG.3023",
		"x-apigateway-backend-policies: [5]":                                               "APIG.2011",
		"security: [{z: []}]":                                                              "APIG.3081",
		"x-gatelog-definition: text":                                                       "APIG.3602",
		"x-gatelog-definition: {req_params: 5}":                                            "APIG.3602",
		"x-apigateway-backend: {type: HTTP-VPC}, x-gatelog-definition: {backend_api: {vpc_channel_info: {}}}": "APIG.3023",
	} {
		file := "openapi: 3.0.0\ncomponents: {securitySchemes: {z: {x-apigateway-authorizer: {}}}}\npaths: {/a: {get: {" + extension + "}, put: {}}}"
		doc := mustParse(t, []byte(file), oas.ImportOptions{})
		if len(doc.Failures) != 1 || doc.Failures[0].Err.Code != code || doc.Failures[0].Path != "/a" || len(doc.APIs) != 1 {
			t.Errorf("%s: got failures %+v and %d APIs, want one %s and one API", extension, doc.Failures, len(doc.APIs), code)
		}
	}
}

// Given x-gatelog-apis with an entry that is no definition, when the document is read, then that is a
// failure and the others are APIs.
func TestUnplacedAPIs(t *testing.T) {
	t.Parallel()
	file := `{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"same"}}},"x-gatelog-apis":[5,{"definition":{"type":"one"}},
		{"definition":{"name":"same","req_method":"GET","req_uri":"/b","group_id":"elsewhere"},"ratelimit":"slow"}]}`
	doc := mustParse(t, []byte(file), oas.ImportOptions{})
	if len(doc.Failures) != 2 || len(doc.APIs) != 2 {
		t.Fatalf("got failures %v and %d APIs, want 2 and 2", doc.Failures, len(doc.APIs))
	}
	got := doc.APIs[1]
	if got.Path != "/b" || got.Definition.Name != "same_2" || got.Definition.GroupID != "" || got.RateLimit != "slow" || len(got.Notes) != 1 {
		t.Errorf("got %+v, want /b under another name, in no group", got)
	}
}

// Given a document of ours, when it is read, then its addresses are the gateway's and no backend.
func TestOwnDocumentsNameTheGateway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ head, protocol string }{
		{"swagger: 2.0\nhost: gateway\nschemes: [http]", "HTTP"},
		{"openapi: 3.0.0\nservers: [{url: 'http://gateway'}]", "HTTPS"},
	} {
		d := single(t, c.head+"\nx-gatelog-export: {define: spec}\npaths: {/a: {get: {}}}").Definition
		if d.BackendType != "MOCK" || d.ReqProtocol != c.protocol {
			t.Errorf("%q: got backend %s, protocol %s, want MOCK, %s", c.head, d.BackendType, d.ReqProtocol, c.protocol)
		}
	}
	d := single(t, "openapi: 3.0.0\nx-gatelog-export: {}\npaths: {/a: {get: {servers: [{url: 'http://g'}, {url: 'https://g'}]}}}").Definition
	if d.ReqProtocol != "BOTH" {
		t.Errorf("got protocol %s, want BOTH", d.ReqProtocol)
	}
}
