package apig

import "fmt"

// A definition has the same kind of part in several places. The views below let a rule be written
// once and be applied to all of them; changing what they point to changes the definition.

// policyView is one backend policy of any kind, with its path in the request.
type policyView struct {
	path   string
	policy *Policy
}

// policies returns all backend policies of all three lists.
func (d *Definition) policies() []policyView {
	var all []policyView
	for i := range d.PolicyMocks {
		all = append(all, policyView{fmt.Sprintf("policy_mocks[%d]", i), &d.PolicyMocks[i].Policy})
	}
	for i := range d.PolicyFunctions {
		all = append(all, policyView{fmt.Sprintf("policy_functions[%d]", i), &d.PolicyFunctions[i].Policy})
	}
	for i := range d.PolicyHTTPs {
		all = append(all, policyView{fmt.Sprintf("policy_https[%d]", i), &d.PolicyHTTPs[i].Policy})
	}
	return all
}

// endpointView is one HTTP(S) or gRPC backend: the default one or that of a policy.
type endpointView struct {
	path       string
	endpoint   *Endpoint
	timeout    int            // milliseconds; 0 when the client left it out
	params     []BackendParam // what fills the parameters of its path
	paramsPath string
}

// endpoints returns all HTTP(S) and gRPC backends.
func (d *Definition) endpoints() []endpointView {
	var all []endpointView
	if b := d.BackendAPI; b != nil {
		all = append(all, endpointView{"backend_api", &b.Endpoint, b.Timeout, d.BackendParams, "backend_params"})
	}
	for i := range d.PolicyHTTPs {
		p, path := &d.PolicyHTTPs[i], fmt.Sprintf("policy_https[%d]", i)
		all = append(all, endpointView{path, &p.Endpoint, p.Timeout, p.BackendParams, path + ".backend_params"})
	}
	return all
}

// functionView is one function backend: the default one or that of a policy.
type functionView struct {
	path        string
	networkType string
	timeout     int // milliseconds; 0 when the client left it out
	reqProtocol *string
}

// functions returns all function backends.
func (d *Definition) functions() []functionView {
	var all []functionView
	if f := d.FuncInfo; f != nil {
		all = append(all, functionView{"func_info", f.NetworkType, f.Timeout, &f.ReqProtocol})
	}
	for i := range d.PolicyFunctions {
		p := &d.PolicyFunctions[i]
		all = append(all, functionView{fmt.Sprintf("policy_functions[%d]", i), p.NetworkType, p.Timeout, &p.ReqProtocol})
	}
	return all
}

// paramsView is one list of backend parameters, with the custom authentication of its backend.
type paramsView struct {
	path       string
	params     []BackendParam
	authorizer string // id of the backend's custom authorizer, or ""
}

// backendParamLists returns the list of the default backend and that of every policy.
func (d *Definition) backendParamLists() []paramsView {
	all := []paramsView{{"backend_params", d.BackendParams, d.backendAuthorizer()}}
	for _, p := range d.policies() {
		all = append(all, paramsView{p.path + ".backend_params", p.policy.BackendParams, p.policy.AuthorizerID})
	}
	return all
}

func (d *Definition) backendAuthorizer() string {
	switch {
	case d.BackendAPI != nil:
		return d.BackendAPI.AuthorizerID
	case d.FuncInfo != nil:
		return d.FuncInfo.AuthorizerID
	case d.MockInfo != nil:
		return d.MockInfo.AuthorizerID
	default:
		return ""
	}
}

// reqParam returns the first request parameter of that name, in location unless that is "".
func (d *Definition) reqParam(name, location string) *ReqParam {
	for i := range d.ReqParams {
		p := &d.ReqParams[i]
		if p.Name == name && (location == "" || p.Location == location) {
			return p
		}
	}
	return nil
}
