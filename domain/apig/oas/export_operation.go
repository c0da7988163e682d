package oas

import (
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatelog/gatelog/domain/apig"
)

// standardSchemes are the security schemes of every exported document (§3.30.3).
var standardSchemes = map[string]func() *openapi3.SecurityScheme{
	schemeApp: func() *openapi3.SecurityScheme {
		return apiKey("Authorization", map[string]any{extAuthType: "AppSigv1"})
	},
	schemeAppHeader: func() *openapi3.SecurityScheme {
		opt := map[string]string{"appcode-auth-type": "header"}
		return apiKey("Authorization", map[string]any{extAuthType: "AppSigv1", extAuthOpt: opt})
	},
	schemeIAM: func() *openapi3.SecurityScheme {
		return apiKey("unused", map[string]any{extAuthType: "IAM"})
	},
}

func apiKey(name string, extensions map[string]any) *openapi3.SecurityScheme {
	return &openapi3.SecurityScheme{Type: "apiKey", Name: name, In: "header", Extensions: extensions}
}

// operation writes one API. It may leave out or change what OpenAPI does not allow: the patch makes
// up for it.
func (x *exporter) operation(p *placement) *openapi3.Operation {
	d := p.def
	op := &openapi3.Operation{
		OperationID: d.Name, Description: d.Remark, Tags: d.Tags,
		Responses: openapi3.NewResponses(openapi3.WithName("default", response(d))),
		Security:  x.security(d), Extensions: x.extensions(p.api, d),
	}
	slots := slotsOf(d.ReqURI)
	for _, param := range d.ReqParams {
		if param.Location == "PATH" && !slices.Contains(slots, param.Name) || param.Location == "COOKIE" && x.OASVersion == "2.0" {
			continue
		}
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Value: parameter(param)})
	}
	if d.BodyRemark != "" {
		content := openapi3.NewContentWithJSONSchema(&openapi3.Schema{})
		op.RequestBody = &openapi3.RequestBodyRef{Value: &openapi3.RequestBody{Description: d.BodyRemark, Content: content}}
	}
	return op
}

func response(d apig.Definition) *openapi3.Response {
	r := openapi3.NewResponse().WithDescription("response example")
	r.Extensions = map[string]any{extNormalSample: d.ResultNormalSample, extFailureSample: d.ResultFailureSample}
	return r
}

func (x *exporter) extensions(api ExportedAPI, d apig.Definition) map[string]any {
	e := map[string]any{
		extRequestType: map[int]string{1: "public", 2: "private"}[d.Type],
		extMatchMode:   firstText(d.MatchMode, "NORMAL"),
		extCors:        d.Cors,
	}
	if d.IsSendFgBodyBase64 != nil {
		e[extBase64] = *d.IsSendFgBodyBase64
	}
	if d.ContentType != "" {
		e[extContentType] = d.ContentType
	}
	if name := x.Responses[d.ResponseID]; name != "" {
		e[extResponse] = name
	}
	if x.Define != DefineSpec {
		e[extBackend] = x.backend(d)
		if policies := x.policies(d); len(policies) > 0 {
			e[extBackendPolicies] = policies
		}
	}
	if x.Define == DefineAll {
		addBindings(e, api)
	}
	return e
}

func addBindings(e map[string]any, api ExportedAPI) {
	if api.RateLimit != "" {
		e[extRateLimit] = api.RateLimit
	}
	if api.AccessControl != "" {
		e[extAccessControl] = api.AccessControl
	}
	if len(api.Plugins) > 0 {
		e[extPlugins] = api.Plugins
	}
}

// schemeKey is the rule of OpenAPI for the names of components.
var schemeKey = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// security names the schemes of an API, and adds that of its authorizer to the document.
func (x *exporter) security(d apig.Definition) *openapi3.SecurityRequirements {
	requirement := openapi3.SecurityRequirement{}
	switch {
	case d.AuthType == "APP" && d.AuthOpt != nil && d.AuthOpt.AppCodeAuthType == "HEADER":
		requirement[schemeAppHeader] = []string{}
	case d.AuthType == "APP":
		requirement[schemeApp] = []string{}
	case d.AuthType == "IAM":
		requirement[schemeIAM] = []string{}
	}
	name := firstText(x.Authorizers[d.AuthorizerID], d.AuthorizerID)
	if _, standard := standardSchemes[name]; schemeKey.MatchString(name) && !standard {
		requirement[name] = []string{}
		scheme := apiKey("unused", map[string]any{extAuthorizer: x.authorizer(name)})
		x.doc.Components.SecuritySchemes[name] = &openapi3.SecuritySchemeRef{Value: scheme}
	}
	if len(requirement) == 0 {
		return nil
	}
	return &openapi3.SecurityRequirements{requirement}
}

func (x *exporter) authorizer(name string) Authorizer {
	if a, ok := x.CustomAuthorizers[name]; ok && x.Define == DefineAll {
		return a
	}
	return Authorizer{Type: "FRONTEND"}
}

func parameter(p apig.ReqParam) *openapi3.Parameter {
	out := &openapi3.Parameter{
		Name: p.Name, In: strings.ToLower(p.Location), Description: p.Remark,
		Required: p.Required == 1 || p.Location == "PATH", Schema: &openapi3.SchemaRef{Value: paramSchema(p)},
		Extensions: map[string]any{extPassThrough: "always"},
	}
	if p.PassThrough == 2 {
		out.Extensions[extPassThrough] = "never"
	}
	if p.SampleValue != "" {
		out.Extensions[extSample] = p.SampleValue
	}
	if len(p.Orchestrations) > 0 {
		out.Extensions[extOrchestrations] = p.Orchestrations
	}
	return out
}

// paramSchema writes what bounds a parameter's value. A default that its own schema would refuse is
// not valid OpenAPI and left to the patch.
func paramSchema(p apig.ReqParam) *openapi3.Schema {
	s := openapi3.NewStringSchema()
	value := func(text string) any { return text }
	if p.Type == "NUMBER" {
		s = openapi3.NewFloat64Schema()
		s.Format = ""
		s.Min, s.Max = floatOf(p.MinNum), floatOf(p.MaxNum)
		value = func(text string) any {
			if f, ok := finite(text); ok {
				return f
			}
			return nil
		}
	} else {
		setLengths(s, p)
	}
	s.Enum = enumValues(p.Enumerations, value)
	if v := value(p.DefaultValue); p.DefaultValue != "" && v != nil && s.VisitJSON(v) == nil {
		s.Default = v
	}
	return s
}

func floatOf(bound *int) *float64 {
	if bound == nil {
		return nil
	}
	f := float64(*bound)
	return &f
}

func setLengths(s *openapi3.Schema, p apig.ReqParam) {
	if p.MinSize != nil && *p.MinSize > 0 {
		s.MinLength = uint64(*p.MinSize)
	}
	if p.MaxSize != nil && *p.MaxSize >= 0 {
		longest := uint64(*p.MaxSize)
		s.MaxLength = &longest
	}
}

// enumValues splits enumerations; nil when one of them is not a value of the type.
func enumValues(joined string, value func(string) any) []any {
	if joined == "" {
		return nil
	}
	var values []any
	for _, text := range strings.Split(joined, ",") {
		v := value(text)
		if v == nil {
			return nil
		}
		values = append(values, v)
	}
	return values
}
