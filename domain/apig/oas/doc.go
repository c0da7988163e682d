// Package oas turns OpenAPI documents into API definitions and back (APIG V2 §3.16, §3.30). It is
// pure: it reads and writes bytes, follows no reference out of the document and opens no file or
// address.
//
// # Reading
//
// Parse takes OpenAPI 2.0 and 3.x, JSON or YAML. Documents are read leniently, and part by part: only
// what an import needs is looked at, an operation that cannot be imported is a Failure beside the
// others, and what a definition cannot express is left out and told in the API's Notes. (That is why
// the reading does not go through kin-openapi's loader, which serves the writing: it refuses a whole
// document for one broken schema, or one reference that leads nowhere or out of the document, in a
// response that no import ever looks at.) References make it possible that a small document is much to
// read, so the number of entries that are looked at is bounded everywhere, and so is what YAML aliases
// expand to.
//
// What comes from where:
//
//	operationId      name: characters that a name cannot have become _, and a name that the document
//	                 has used before gets _2, _3 …; without a usable one METHOD_path
//	path             req_uri. In OpenAPI 2.0 basePath comes before it (as the service's own guide
//	                 says); in 3.x the path of a server does not. A path parameter whose name breaks
//	                 the rule of names gets a safe one, see safeName
//	schemes          req_protocol of 2.0; HTTPS when there are none, and in 3.x
//	security         auth_type, by the x-apigateway-auth-type of the security scheme; NONE for schemes
//	                 without it, which are for the backend to check
//	parameters       req_params of PATH, QUERY, HEADER and COOKIE: type, required, default, enum
//	                 (joined by commas), bounds that are whole numbers of 32 bits, example. They are
//	                 not validated by the gateway (valid_enable 2) and passed through (pass_through 1)
//	requestBody      body_remark: its example, else its JSON Schema, else its description
//	responses        result_normal_sample and result_failure_sample: the first example of each kind
//	description      remark, or else summary; cut to 255 characters
//	tags             tags, the first ten
//	host, servers    without x-apigateway-backend: an HTTP backend at the first absolute http(s)
//	                 address, variables replaced by their defaults; basePath or the server's path
//	                 comes before the backend path, path parameters are mapped one to one, timeout
//	                 5000 ms. Without such an address the backend is MOCK and answers with
//	                 result_normal_sample
//
// Extensions named x-apigateway-* are those of the reference and of the service's user guide; the
// reference shows some in §3.30.3 and refers to the guide for the others:
//
//	on an operation        request-type, match-mode, cors, is-send-fg-body-base64, content-type,
//	                       response, backend, backend-policies, ratelimit, access-control, plugins
//	on a path              any-method, the operation for method ANY
//	on a parameter         pass-through, sample, orchestrations
//	on a response          result-normal-sample, result-failure-sample
//	on a security scheme   auth-type, auth-opt, authorizer
//	on the document        ratelimits, access-controls
//
// # Writing
//
// Export writes the same, and puts what neither OpenAPI nor those extensions can carry into
// extensions of our own, so that reading an exported document gives the same definitions:
//
//	x-gatelog-export       on the document: which define and environment it was written for. host and
//	                       servers of such a document are the gateway's, not a backend's
//	x-gatelog-definition   on an operation: a JSON merge patch (RFC 7386) from the definition that the
//	                       rest of the operation gives to the one that was exported
//	x-gatelog-param        on a parameter: the same for one entry of req_params
//	x-gatelog-effect-mode  on a backend policy: ALL or ANY
//	x-gatelog-apis         on the document: APIs that OpenAPI has no place for, as whole definitions,
//	                       e.g. a second one of the same path and method with another match_mode
package oas
