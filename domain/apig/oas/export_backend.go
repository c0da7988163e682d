package oas

import (
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

// extensionBackend is x-apigateway-backend, and with the last three members an entry of
// x-apigateway-backend-policies.
type extensionBackend struct {
	Type       string               `json:"type"`
	Parameters []extensionParameter `json:"parameters,omitempty"`
	HTTP       *extensionEndpoint   `json:"httpEndpoints,omitempty"`
	Channel    *extensionEndpoint   `json:"httpVpcEndpoints,omitempty"`
	Function   *extensionFunction   `json:"functionEndpoints,omitempty"`
	Mock       *extensionMock       `json:"mockEndpoints,omitempty"`
	Name       string               `json:"name,omitempty"`
	Conditions []extensionCondition `json:"conditions,omitempty"`
	EffectMode string               `json:"x-gatelog-effect-mode,omitempty"`
}

type extensionParameter struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	In          string `json:"in"`
	Origin      string `json:"origin"`
	Description string `json:"description,omitempty"`
}

type extensionEndpoint struct {
	Address         string `json:"address,omitempty"`
	Name            string `json:"name,omitempty"` // of the channel
	Scheme          string `json:"scheme"`
	Method          string `json:"method"`
	Path            string `json:"path"`
	Timeout         int    `json:"timeout,omitempty"`
	RetryCount      string `json:"retryCount,omitempty"`
	EnableClientSSL bool   `json:"enableClientSsl,omitempty"`
	Description     string `json:"description,omitempty"`
}

type extensionFunction struct {
	FunctionURN    string `json:"function-urn"`
	AliasURN       string `json:"alias-urn,omitempty"`
	Version        string `json:"version,omitempty"`
	InvocationType string `json:"invocation-type"`
	NetworkType    string `json:"network-type"`
	Timeout        int    `json:"timeout,omitempty"`
	Description    string `json:"description,omitempty"`
}

type extensionMock struct {
	ResultContent string `json:"result-content"`
	Description   string `json:"description,omitempty"`
}

type extensionCondition struct {
	Type      string `json:"type,omitempty"`
	Value     string `json:"value"`
	Origin    string `json:"origin"`
	Parameter string `json:"parameter,omitempty"`
}

// backend writes the default backend.
func (x *exporter) backend(d apig.Definition) extensionBackend {
	out := extensionBackend{Type: d.BackendType, Parameters: writeParams(d.BackendParams)}
	switch {
	case d.BackendType == "MOCK" && d.MockInfo != nil:
		out.Mock = &extensionMock{d.MockInfo.ResultContent, d.MockInfo.Remark}
	case d.BackendType == "FUNCTION" && d.FuncInfo != nil:
		f := d.FuncInfo
		out.Function = &extensionFunction{f.FunctionURN, f.AliasURN, f.Version, f.InvocationType, f.NetworkType, f.Timeout, f.Remark}
	case d.BackendAPI != nil:
		b := d.BackendAPI
		e := x.endpoint(&out, b.Endpoint)
		e.Timeout, e.EnableClientSSL, e.Description = b.Timeout, b.EnableClientSSL, b.Remark
	}
	return out
}

// endpoint writes an HTTP or gRPC backend, as one with a channel where it has one.
func (x *exporter) endpoint(out *extensionBackend, e apig.Endpoint) *extensionEndpoint {
	written := &extensionEndpoint{
		Address: e.URLDomain, Scheme: strings.ToLower(e.ReqProtocol), Method: e.ReqMethod, Path: e.ReqURI, RetryCount: e.RetryCount,
	}
	if e.VPCChannelInfo == nil {
		out.HTTP = written
		return written
	}
	id := e.VPCChannelInfo.VPCChannelID
	out.Type += "-VPC"
	out.Channel, written.Address, written.Name = written, "", firstText(x.Channels[id], id)
	return written
}

func writeParams(params []apig.BackendParam) []extensionParameter {
	var out []extensionParameter
	for _, p := range params {
		out = append(out, extensionParameter{p.Name, p.Value, strings.ToLower(p.Location), p.Origin, p.Remark})
	}
	return out
}

// policies writes the backend policies of all kinds in one list.
func (x *exporter) policies(d apig.Definition) []extensionBackend {
	var all []extensionBackend
	for _, p := range d.PolicyMocks {
		out := writePolicy("MOCK", p.Policy)
		out.Mock = &extensionMock{ResultContent: p.ResultContent}
		all = append(all, out)
	}
	for _, p := range d.PolicyFunctions {
		out := writePolicy("FUNCTION", p.Policy)
		out.Function = &extensionFunction{
			FunctionURN: p.FunctionURN, AliasURN: p.AliasURN, Version: p.Version,
			InvocationType: p.InvocationType, NetworkType: p.NetworkType, Timeout: p.Timeout,
		}
		all = append(all, out)
	}
	for _, p := range d.PolicyHTTPs {
		kind := "HTTP"
		if d.BackendType == "GRPC" {
			kind = "GRPC"
		}
		out := writePolicy(kind, p.Policy)
		x.endpoint(&out, p.Endpoint).Timeout = p.Timeout
		all = append(all, out)
	}
	return all
}

func writePolicy(kind string, p apig.Policy) extensionBackend {
	out := extensionBackend{Type: kind, Name: p.Name, EffectMode: p.EffectMode, Parameters: writeParams(p.BackendParams)}
	for _, c := range p.Conditions {
		written := extensionCondition{Type: c.ConditionType, Value: c.ConditionValue, Origin: c.ConditionOrigin}
		if written.Type == "exact" {
			written.Type = "equal"
		}
		if i := slices.IndexFunc(origins, func(o [2]string) bool { return o[1] == written.Origin }); i >= 0 {
			written.Origin = origins[i][0]
		}
		if subject := subjectOf(&c); subject != nil {
			written.Parameter = *subject
		}
		out.Conditions = append(out.Conditions, written)
	}
	return out
}
