package apig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// Prefixes of system parameters that a custom authorizer returns, in front of their names.
const (
	frontendParamPrefix = "$context.authorizer.frontend."
	backendParamPrefix  = "$context.authorizer.backend."
)

// gatewayParams are the gateway's own system parameters (APIG V2 §3.5.1). The last two are known from
// the public SDK only.
var gatewayParams = []string{
	"$context.sourceIp", "$context.stage", "$context.apiId", "$context.appId", "$context.requestId",
	"$context.serverAddr", "$context.serverName", "$context.handleTime", "$context.providerAppId",
	"$context.member_group_name", "$context.member_group_id",
}

// ruleBackendParams: in every list of backend parameters a name occurs once per location, and a value
// fits its origin.
func ruleBackendParams(d *Definition, _ Limits) *domain.Error {
	type place struct{ location, name string }
	for _, list := range d.backendParamLists() {
		seen := map[place]bool{}
		for i, p := range list.params {
			path := fmt.Sprintf("%s[%d]", list.path, i)
			at := place{p.Location, p.Name}
			if seen[at] {
				return ErrParamNameTaken(path+".name", p.Name)
			}
			seen[at] = true
			if bad := d.backendParamValue(path+".value", p, list.authorizer); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func (d *Definition) backendParamValue(path string, p BackendParam, backendAuthorizer string) *domain.Error {
	switch p.Origin {
	case "REQUEST":
		if d.reqParam(p.Value, "") == nil {
			return ErrMappedParamUndefined(path, p.Value)
		}
	case "SYSTEM":
		return d.systemParam(path, p.Value, backendAuthorizer)
	}
	return nil
}

// systemParam checks the name of a system parameter. Those of an authorizer exist only where there is
// one: for the frontend on the API, for the backend on the backend that the parameter goes to.
func (d *Definition) systemParam(path, name, backendAuthorizer string) *domain.Error {
	var authorizer string
	switch {
	case slices.Contains(gatewayParams, name):
		return nil
	case isAuthorizerParam(name, frontendParamPrefix):
		authorizer = d.AuthorizerID
	case isAuthorizerParam(name, backendParamPrefix):
		authorizer = backendAuthorizer
	default:
		return ErrInvalid(path)
	}
	if authorizer == "" {
		return ErrAuthorizerParams(path)
	}
	return nil
}

func isAuthorizerParam(name, prefix string) bool {
	return strings.HasPrefix(name, prefix) && len(name) > len(prefix)
}
