package oas

import (
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

// readBackend gives the API its backend: what x-apigateway-backend says, or else the address that the
// document names, or else a mock.
func (o *operation) readBackend() error {
	ext := o.op.get(extBackend)
	s, ok := o.findServer()
	switch {
	case o.opts.MockMode:
		o.mockBackend()
	case ext.isObject():
		return o.extensionBackend(ext)
	case ok && !o.own:
		o.serverBackend(s)
	default:
		o.mockBackend()
	}
	return nil
}

// mockBackend answers with the example of a success.
func (o *operation) mockBackend() {
	o.def.BackendType = "MOCK"
	o.def.MockInfo = &apig.Mock{ResultContent: o.def.ResultNormalSample}
}

func (o *operation) extensionBackend(ext node) error {
	kind, ok := backendTypes[strings.ToUpper(ext.get("type").text())]
	if !ok {
		return apig.ErrInvalid("backend_type")
	}
	d := &o.def
	d.BackendType = kind.backend
	switch kind.backend {
	case "MOCK":
		n := ext.get("mockEndpoints")
		content, _ := n.get("result-content").asText()
		d.MockInfo = &apig.Mock{Remark: remarkFrom(n.get("description").text()), ResultContent: content}
	case "FUNCTION":
		d.FuncInfo = readFunction(ext.get("functionEndpoints"))
	default:
		n := endpointNode(ext, kind.channel)
		d.BackendAPI = &apig.Backend{
			Endpoint: o.readEndpoint(n, kind.channel), Remark: remarkFrom(n.get("description").text()),
			Timeout: n.get("timeout").number(defaultTimeout), EnableClientSSL: n.get("enableClientSsl").isTrue(),
		}
	}
	d.BackendParams = o.backendParams(ext, d.BackendAPI)
	return nil
}

// backendParams reads the parameters of a backend, and maps what is left of its path.
func (o *operation) backendParams(ext node, b *apig.Backend) []apig.BackendParam {
	params := readBackendParams(ext)
	if b == nil || o.def.BackendType == "GRPC" {
		return params
	}
	return o.mapPath(b.ReqURI, params)
}

func endpointNode(ext node, channel bool) node {
	if channel {
		return ext.get("httpVpcEndpoints")
	}
	return ext.get("httpEndpoints")
}

// readEndpoint reads an HTTP or gRPC backend. Method and path default to those of the request.
func (o *operation) readEndpoint(n node, channel bool) apig.Endpoint {
	e := apig.Endpoint{
		ReqProtocol:      strings.ToUpper(firstText(n.get("scheme").text(), "http")),
		ReqMethod:        strings.ToUpper(firstText(n.get("method").text(), o.def.ReqMethod)),
		ReqURI:           firstText(n.get("path").text(), o.def.ReqURI),
		RetryCount:       firstText(n.get("retryCount").text(), "-1"),
		VPCChannelStatus: 2,
	}
	if !channel {
		e.URLDomain = firstText(n.get("address").texts()...)
		return e
	}
	e.VPCChannelStatus = 1
	name := firstText(n.get("name").texts()...)
	id := o.opts.Channels[name]
	if id == "" {
		o.missing = append(o.missing, missing{"channel", name})
		return e
	}
	e.URLDomain, e.VPCChannelInfo = id, &apig.VPCChannelRef{VPCChannelID: id}
	return e
}

func readFunction(n node) *apig.Function {
	return &apig.Function{
		FunctionURN:    n.get("function-urn").text(),
		AliasURN:       n.get("alias-urn").text(),
		Version:        n.get("version").text(),
		Remark:         remarkFrom(n.get("description").text()),
		InvocationType: invocation(n.get("invocation-type").text()),
		NetworkType:    firstText(n.get("network-type").text(), "V1"),
		Timeout:        n.get("timeout").number(defaultTimeout),
		ReqProtocol:    "HTTPS",
	}
}

// invocation knows the long words of the guide's example, too.
func invocation(text string) string {
	switch text {
	case "synchronous":
		return "sync"
	case "asynchronous":
		return "async"
	default:
		return text
	}
}

func readBackendParams(ext node) []apig.BackendParam {
	var params []apig.BackendParam
	for _, n := range ext.get("parameters").list(maxParams) {
		params = append(params, apig.BackendParam{
			Origin:   strings.ToUpper(n.get("origin").text()),
			Name:     n.get("name").text(),
			Location: strings.ToUpper(n.get("in").text()),
			Value:    n.get("value").text(),
			Remark:   remarkFrom(n.get("description").text()),
		})
	}
	return params
}

// readPolicies reads the backend policies, into the list of each kind.
func (o *operation) readPolicies() error {
	if o.opts.MockMode {
		return nil
	}
	for _, ext := range o.op.get(extBackendPolicies).list(maxListed) {
		kind, ok := backendTypes[strings.ToUpper(ext.get("type").text())]
		if !ok {
			return apig.ErrInvalid("backend_type")
		}
		o.readPolicy(ext, kind.backend, kind.channel)
	}
	return nil
}

func (o *operation) readPolicy(ext node, kind string, channel bool) {
	d, policy := &o.def, readPolicyHead(ext)
	switch kind {
	case "MOCK":
		content, _ := ext.get("mockEndpoints").get("result-content").asText()
		d.PolicyMocks = append(d.PolicyMocks, apig.PolicyMock{Policy: policy, ResultContent: content})
	case "FUNCTION":
		f := readFunction(ext.get("functionEndpoints"))
		d.PolicyFunctions = append(d.PolicyFunctions, apig.PolicyFunction{
			Policy: policy, FunctionURN: f.FunctionURN, InvocationType: f.InvocationType, NetworkType: f.NetworkType,
			Version: f.Version, AliasURN: f.AliasURN, Timeout: f.Timeout, ReqProtocol: f.ReqProtocol,
		})
	default:
		n := endpointNode(ext, channel)
		p := apig.PolicyHTTP{Policy: policy, Endpoint: o.readEndpoint(n, channel), Timeout: n.get("timeout").number(defaultTimeout)}
		if kind == "HTTP" {
			p.BackendParams = o.mapPath(p.ReqURI, p.BackendParams)
		}
		d.PolicyHTTPs = append(d.PolicyHTTPs, p)
	}
}

func readPolicyHead(ext node) apig.Policy {
	return apig.Policy{
		Name:          ext.get("name").text(),
		EffectMode:    strings.ToUpper(firstText(ext.get(extEffectMode).text(), "ALL")),
		Conditions:    readConditions(ext.get("conditions")),
		BackendParams: readBackendParams(ext),
	}
}

// origins are the values of a condition's origin in a document, and in a definition.
var origins = [][2]string{
	{"request", "param"}, {"request_parameter", "param"}, {"source", "source"},
	{"system", "system"}, {"cookie", "cookie"}, {"frontend_authorizer", "frontend_authorizer"},
}

// readConditions reads conditions. The guide knows the origins source and request only; the others are
// written in the same way, with their name as parameter.
func readConditions(n node) []apig.Condition {
	var conditions []apig.Condition
	for _, n := range n.list(maxListed) {
		c := apig.Condition{ConditionType: n.get("type").text(), ConditionValue: n.get("value").text()}
		if c.ConditionType == "equal" {
			c.ConditionType = "exact"
		}
		c.ConditionOrigin = n.get("origin").text()
		if i := slices.IndexFunc(origins, func(o [2]string) bool { return o[0] == c.ConditionOrigin }); i >= 0 {
			c.ConditionOrigin = origins[i][1]
		}
		if subject := subjectOf(&c); subject != nil {
			*subject = firstText(n.get("parameter").text(), n.get("parameter_name").text())
		}
		conditions = append(conditions, c)
	}
	return conditions
}

// subjectOf returns the member that says what a condition looks at; nil for the caller's address.
func subjectOf(c *apig.Condition) *string {
	switch c.ConditionOrigin {
	case "param":
		return &c.ReqParamName
	case "system":
		return &c.SysParamName
	case "cookie":
		return &c.CookieParamName
	case "frontend_authorizer":
		return &c.FrontendAuthorizerParamName
	default:
		return nil
	}
}
