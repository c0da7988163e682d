package apig

import (
	"fmt"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// functionV1Timeout is the longest timeout in milliseconds of a function in network type V1, whatever
// the feature backend_timeout says.
const functionV1Timeout = 60000

// ruleBackendGiven: the member that describes the backend of backend_type is required.
func ruleBackendGiven(d *Definition, _ Limits) *domain.Error {
	switch {
	case d.BackendType == "MOCK" && d.MockInfo == nil:
		return ErrMissing("mock_info")
	case d.BackendType == "FUNCTION" && d.FuncInfo == nil:
		return ErrMissing("func_info")
	case (d.BackendType == "HTTP" || d.BackendType == "GRPC") && d.BackendAPI == nil:
		return ErrMissing("backend_api")
	}
	return nil
}

// ruleGRPCBackend refuses what the backend type GRPC does not support: backend parameters and custom
// authentication of a backend, in the policies too. Method and path were fixed before.
func ruleGRPCBackend(d *Definition, _ Limits) *domain.Error {
	if d.BackendType != "GRPC" {
		return nil
	}
	const why = "is not supported with backend_type GRPC"
	if d.BackendAPI.AuthorizerID != "" {
		return ErrInvalidBecause("backend_api.authorizer_id", why)
	}
	for _, p := range d.policies() {
		if p.policy.AuthorizerID != "" {
			return ErrInvalidBecause(p.path+".authorizer_id", why)
		}
	}
	for _, list := range d.backendParamLists() {
		if len(list.params) > 0 {
			return ErrInvalidBecause(list.path, why)
		}
	}
	return nil
}

// ruleEndpoints holds every HTTP(S) and gRPC backend against the rules of its address.
func ruleEndpoints(d *Definition, limits Limits) *domain.Error {
	for _, v := range d.endpoints() {
		for _, rule := range []func(endpointView) *domain.Error{ruleChannel, ruleAddress, ruleBackendPath} {
			if bad := rule(v); bad != nil {
				return bad
			}
		}
		if bad := ruleBackendProtocol(v, d.BackendType == "GRPC"); bad != nil {
			return bad
		}
		if v.timeout > limits.BackendTimeout {
			return ErrTooLarge(v.path + ".timeout")
		}
	}
	return nil
}

// ruleChannel: a channel that is used is named. Status 4, an address for each server group, is known
// from the public SDK only, which calls status 3 not supported.
func ruleChannel(v endpointView) *domain.Error {
	e := v.endpoint
	switch {
	case e.VPCChannelStatus == channelUnsupported:
		return ErrInvalid(v.path + ".vpc_channel_status")
	case e.VPCChannelStatus == channelNotUsed:
		return nil
	case e.VPCChannelInfo == nil:
		return ErrMissing(v.path + ".vpc_channel_info")
	case e.VPCChannelStatus == channelPerGroup && len(e.MemberGroupURLInfos) == 0:
		return ErrMissing(v.path + ".member_group_url_infos")
	}
	if host := e.VPCChannelInfo.VPCChannelProxyHost; host != "" && (strings.Contains(host, "#") || !validAddress(host)) {
		return ErrInvalid(v.path + ".vpc_channel_info.vpc_channel_proxy_host")
	}
	return nil
}

// ruleAddress: a backend without channel needs an address, and every backend needs protocol, method
// and path, unless each server group has its own.
func ruleAddress(v endpointView) *domain.Error {
	e := v.endpoint
	if e.VPCChannelStatus == channelNotUsed {
		if e.URLDomain == "" {
			return ErrMissing(v.path + ".url_domain")
		}
		if !validAddress(e.URLDomain) {
			return ErrInvalid(v.path + ".url_domain")
		}
	}
	if e.VPCChannelStatus == channelPerGroup {
		return nil
	}
	switch "" {
	case e.ReqProtocol:
		return ErrMissing(v.path + ".req_protocol")
	case e.ReqMethod:
		return ErrMissing(v.path + ".req_method")
	case e.ReqURI:
		return ErrMissing(v.path + ".req_uri")
	}
	return nil
}

// ruleBackendPath: a backend path is the path of a URI, and every path parameter in it is defined in
// the backend parameters that belong to it.
func ruleBackendPath(v endpointView) *domain.Error {
	if v.endpoint.ReqURI != "" {
		if bad := backendPath(v, v.path+".req_uri", v.endpoint.ReqURI); bad != nil {
			return bad
		}
	}
	for i, g := range v.endpoint.MemberGroupURLInfos {
		if bad := backendPath(v, fmt.Sprintf("%s.member_group_url_infos[%d].req_uri", v.path, i), g.ReqURI); bad != nil {
			return bad
		}
	}
	return nil
}

func backendPath(v endpointView, where, path string) *domain.Error {
	if !backPath.MatchString(path) {
		return ErrInvalid(where)
	}
	defined := map[string]bool{}
	for _, p := range v.params {
		defined[p.Name] = defined[p.Name] || p.Location == "PATH"
	}
	for _, name := range pathParams(path) {
		if !defined[name] {
			return ErrBackendPathParamUndefined(v.paramsPath, name)
		}
	}
	return nil
}

// ruleBackendProtocol: the gRPC protocols belong to backend type GRPC, and it to them. (GRPC without
// TLS is known from the public SDK only.)
func ruleBackendProtocol(v endpointView, grpc bool) *domain.Error {
	if p := v.endpoint.ReqProtocol; p != "" && isGRPC(p) != grpc {
		return ErrInvalid(v.path + ".req_protocol")
	}
	for i, g := range v.endpoint.MemberGroupURLInfos {
		if isGRPC(g.ReqProtocol) != grpc {
			return ErrInvalid(fmt.Sprintf("%s.member_group_url_infos[%d].req_protocol", v.path, i))
		}
	}
	return nil
}

func isGRPC(protocol string) bool { return protocol == "GRPC" || protocol == "GRPCS" }

// ruleClientSSL: two-way TLS needs TLS (APIG V2 §5.4, APIG.3717).
func ruleClientSSL(d *Definition, _ Limits) *domain.Error {
	if d.BackendAPI == nil || !d.BackendAPI.EnableClientSSL {
		return nil
	}
	protocols := []string{d.BackendAPI.ReqProtocol}
	for _, g := range d.BackendAPI.MemberGroupURLInfos {
		protocols = append(protocols, g.ReqProtocol)
	}
	for _, protocol := range protocols {
		if protocol == "HTTP" || protocol == "GRPC" {
			return ErrClientSSL("backend_api.enable_client_ssl")
		}
	}
	return nil
}

// ruleFunctions: timeouts of functions, and gRPC to a function only from a gRPC frontend.
func ruleFunctions(d *Definition, limits Limits) *domain.Error {
	for _, f := range d.functions() {
		longest := limits.BackendTimeout
		if f.networkType == "V1" {
			longest = functionV1Timeout
		}
		if f.timeout > longest {
			return ErrTooLarge(f.path + ".timeout")
		}
		if *f.reqProtocol == "GRPCS" && d.ReqProtocol != "GRPCS" {
			return ErrInvalidBecause(f.path+".req_protocol", "can be GRPCS only when the API's req_protocol is GRPCS")
		}
	}
	return nil
}
