package oas_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain/apig"
)

// The generators below make definitions that apig.Prepare takes, with every member of a definition in
// use, and some values that OpenAPI has no place for.

func maybe[T any](t *rapid.T, label string, g *rapid.Generator[T]) (value T) {
	if rapid.Bool().Draw(t, label+"?") {
		value = g.Draw(t, label)
	}
	return value
}

func text(max int) *rapid.Generator[string] {
	return rapid.Map(rapid.StringN(0, max, -1), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
}

func paramNames() *rapid.Generator[string] {
	return rapid.StringMatching(`[A-Za-z][A-Za-z0-9\-_.]{0,8}`)
}

func smallInt() *rapid.Generator[*int] {
	return rapid.Ptr(rapid.IntRange(-3, 3), true)
}

func one(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }

// definitions draws definitions with names and routes that occur once, as those of a group do.
func definitions(t *rapid.T) []apig.Definition {
	count := rapid.IntRange(0, 5).Draw(t, "count")
	var all []apig.Definition
	routes := map[string]bool{}
	for i := range count {
		d := definition(t)
		d.Name = fmt.Sprintf("%s_%d", rapid.StringMatching(`[A-Za-z0-9汉][A-Za-z0-9\-_./()（）:：、]{2,9}`).Draw(t, "name"), i)
		route := d.ReqMethod + d.ReqURI + d.MatchMode
		if !routes[route] {
			routes[route] = true
			all = append(all, d)
		}
	}
	return all
}

func definition(t *rapid.T) apig.Definition {
	d := apig.Definition{
		Type: rapid.IntRange(1, 2).Draw(t, "type"), Version: maybe(t, "version", text(16)),
		ReqProtocol: one("HTTP", "HTTPS", "BOTH").Draw(t, "protocol"),
		ReqMethod:   one("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "ANY").Draw(t, "method"),
		Cors:        rapid.Bool().Draw(t, "cors"), MatchMode: one("SWA", "NORMAL", "").Draw(t, "match"),
		Remark: maybe(t, "remark", text(255)), BodyRemark: maybe(t, "body", text(99)),
		ResultNormalSample: maybe(t, "normal", text(99)), ResultFailureSample: maybe(t, "failure", text(99)),
		ResponseID: maybe(t, "response", one("r1", "r2")), TraceEnabled: rapid.Bool().Draw(t, "trace"),
		SamplingStrategy: maybe(t, "sampling", one("RATE")), SamplingParam: maybe(t, "rate", one("5")),
		RomaAppID: maybe(t, "roma", one("app")), DomainName: maybe(t, "domain", one("example.com")),
		ContentType: maybe(t, "content", one("application/json", "text/plain")),
		Tags:        maybe(t, "tags", rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-z汉][A-Za-z0-9\-*#%.:_]{0,9}`), 0, 10, rapid.ID)),
	}
	d.IsSendFgBodyBase64 = maybe(t, "base64", rapid.Ptr(rapid.Bool(), true))
	d.ReqURI, d.ReqParams = path(t)
	addAuth(t, &d)
	addBackend(t, &d)
	return d
}

// path draws a path, and the request parameters of the API.
func path(t *rapid.T) (uri string, params []apig.ReqParam) {
	slot := one("{id}", "{name}", "{rest+}", "{id}.json")
	uri = strings.Join(rapid.SliceOfN(rapid.OneOf(one("a", "b.c", "x:y", "%20", ""), slot), 0, 4).Draw(t, "segments"), "/")
	taken := map[string]bool{}
	for _, name := range []string{"id", "name", "rest"} {
		if strings.Contains(uri, "{"+name) {
			params = append(params, param(t, "PATH", name))
			taken["PATH"+name] = true
		}
	}
	for _, name := range rapid.SliceOfN(paramNames(), 0, 3).Draw(t, "params") {
		location := one("QUERY", "HEADER", "COOKIE", "PATH").Draw(t, "location")
		if key := location + strings.ToLower(name); !taken[key] {
			taken[key] = true
			params = append(params, param(t, location, name))
		}
	}
	return "/" + uri, params
}

func param(t *rapid.T, location, name string) apig.ReqParam {
	return apig.ReqParam{
		Name: name, Location: location, Type: one("STRING", "NUMBER").Draw(t, "param type"),
		DefaultValue: maybe(t, "default", one("1", "-0.5", "x", "a,b", "1e3", "007")),
		SampleValue:  maybe(t, "sample", text(20)), Remark: maybe(t, "param remark", text(30)),
		Required: rapid.IntRange(0, 2).Draw(t, "required"), ValidEnable: rapid.IntRange(0, 2).Draw(t, "valid"),
		Enumerations: maybe(t, "enum", one("1,2,3", "a,b", ",", "1.0", "x")),
		MinNum:       smallInt().Draw(t, "min"), MaxNum: smallInt().Draw(t, "max"),
		MinSize: smallInt().Draw(t, "min size"), MaxSize: smallInt().Draw(t, "max size"),
		Regular: maybe(t, "regular", one("^a+$")), JSONSchema: maybe(t, "schema", one(`{"type":"string"}`)),
		PassThrough:    rapid.IntRange(0, 2).Draw(t, "pass"),
		Orchestrations: maybe(t, "orchestrations", rapid.SliceOfN(one("o1", "o2"), 0, 2)),
	}
}

func addAuth(t *rapid.T, d *apig.Definition) {
	d.AuthType = one("NONE", "APP", "IAM", "AUTHORIZER").Draw(t, "auth")
	if d.AuthType != "NONE" {
		d.AuthorizerID = maybe(t, "authorizer", one("z1", "z2", "weird id"))
	}
	if d.AuthType == "AUTHORIZER" && d.AuthorizerID == "" {
		d.AuthorizerID = "z1"
	}
	d.AuthOpt = maybe(t, "auth opt", rapid.Map(one("DISABLE", "HEADER", ""), func(s string) *apig.AuthOpt {
		return &apig.AuthOpt{AppCodeAuthType: s}
	}))
}

func addBackend(t *rapid.T, d *apig.Definition) {
	d.BackendType = one("HTTP", "FUNCTION", "MOCK", "GRPC").Draw(t, "backend")
	switch d.BackendType {
	case "MOCK":
		d.MockInfo = &apig.Mock{
			Remark: maybe(t, "mock remark", text(20)), ResultContent: maybe(t, "mock content", text(50)),
			Version: maybe(t, "mock version", one("1")), AuthorizerID: maybe(t, "mock authorizer", one("z1")),
		}
	case "FUNCTION":
		d.FuncInfo = &apig.Function{
			FunctionURN: "urn:f", Remark: maybe(t, "function remark", text(20)), InvocationType: one("sync", "async").Draw(t, "invocation"),
			NetworkType: one("V1", "V2").Draw(t, "network"), Version: maybe(t, "function version", one("latest")),
			AliasURN: maybe(t, "alias", one("urn:f:a")), Timeout: rapid.IntRange(1, 60000).Draw(t, "timeout"),
			AuthorizerID: maybe(t, "function authorizer", one("z1")), ReqProtocol: one("HTTPS", "").Draw(t, "function protocol"),
		}
	default:
		d.BackendAPI = &apig.Backend{
			Endpoint: endpoint(t, d.BackendType), Remark: maybe(t, "backend remark", text(20)),
			Version: maybe(t, "backend version", one("2")), Timeout: rapid.IntRange(1, 60000).Draw(t, "timeout"),
			EnableClientSSL: rapid.Bool().Draw(t, "ssl"), AuthorizerID: maybe(t, "backend authorizer", one("z1")),
		}
	}
	d.BackendParams = rapid.SliceOfN(rapid.Custom(backendParam), 0, 3).Draw(t, "backend params")
	addPolicies(t, d)
}

func endpoint(t *rapid.T, kind string) apig.Endpoint {
	e := apig.Endpoint{
		URLDomain: one("10.0.0.1:8080", "#host#:80", "example.com").Draw(t, "address"), ReqProtocol: one("HTTP", "HTTPS").Draw(t, "scheme"),
		ReqMethod: one("GET", "POST", "ANY").Draw(t, "backend method"), ReqURI: one("/", "/x/{id}", "/#base#/x").Draw(t, "backend path"),
		RetryCount: one("-1", "3", "").Draw(t, "retries"), EnableSmChannel: rapid.Bool().Draw(t, "sm"),
		VPCChannelStatus: either(t, 0, 2),
	}
	if kind == "GRPC" {
		e.ReqProtocol = "GRPCS"
	}
	if rapid.Bool().Draw(t, "channel") {
		e.VPCChannelStatus = either(t, 1, 4)
		e.VPCChannelInfo = &apig.VPCChannelRef{VPCChannelID: one("c1", "c2").Draw(t, "channel id"), VPCChannelProxyHost: maybe(t, "proxy", one("p.example"))}
		e.MemberGroupURLInfos = maybe(t, "groups", rapid.Just([]apig.MemberGroupURL{{MemberGroupID: "m", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/m"}}))
	}
	return e
}

func either(t *rapid.T, a, b int) int { return rapid.SampledFrom([]int{a, b}).Draw(t, "either") }

func backendParam(t *rapid.T) apig.BackendParam {
	return apig.BackendParam{
		Origin: one("REQUEST", "CONSTANT", "SYSTEM").Draw(t, "origin"), Name: paramNames().Draw(t, "backend param"),
		Remark: maybe(t, "remark", text(20)), Location: one("PATH", "QUERY", "HEADER").Draw(t, "location"), Value: text(20).Draw(t, "value"),
	}
}

func addPolicies(t *rapid.T, d *apig.Definition) {
	for range rapid.IntRange(0, 2).Draw(t, "policies") {
		p := apig.Policy{
			Name: rapid.StringMatching(`[a-z]{3,9}`).Draw(t, "policy name"), EffectMode: one("ALL", "ANY").Draw(t, "effect"),
			Conditions: rapid.SliceOfN(rapid.Custom(condition), 1, 2).Draw(t, "conditions"), AuthorizerID: maybe(t, "policy authorizer", one("z1")),
			BackendParams: rapid.SliceOfN(rapid.Custom(backendParam), 0, 2).Draw(t, "policy params"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "policy kind") {
		case 0:
			d.PolicyMocks = append(d.PolicyMocks, apig.PolicyMock{Policy: p, ResultContent: maybe(t, "content", text(20))})
		case 1:
			d.PolicyFunctions = append(d.PolicyFunctions, apig.PolicyFunction{Policy: p, FunctionURN: "urn:p", InvocationType: "sync",
				NetworkType: "V2", Version: maybe(t, "v", one("1")), AliasURN: maybe(t, "a", one("urn:a")), Timeout: either(t, 0, 7), ReqProtocol: "HTTPS"})
		default:
			d.PolicyHTTPs = append(d.PolicyHTTPs, apig.PolicyHTTP{Policy: p, Endpoint: endpoint(t, d.BackendType), Timeout: either(t, 0, 9)})
		}
	}
}

func condition(t *rapid.T) apig.Condition {
	c := apig.Condition{
		ConditionType:   one("exact", "enum", "pattern", "").Draw(t, "condition type"),
		ConditionOrigin: one("param", "source", "system", "cookie", "frontend_authorizer").Draw(t, "condition origin"),
		ConditionValue:  maybe(t, "condition value", text(20)), MappedParamName: maybe(t, "mapped", one("m")),
	}
	switch c.ConditionOrigin {
	case "param":
		c.ReqParamName = "id"
	case "system":
		c.SysParamName = "req_path"
	case "cookie":
		c.CookieParamName = "session"
	case "frontend_authorizer":
		c.FrontendAuthorizerParamName = "$context.authorizer.frontend.x"
	}
	return c
}
