package apig

import "slices"

// Clone returns a deep copy: nothing that is changed in one shows in the other. Empty lists become
// nil, so that an API without parameters has one form only.
func (d Definition) Clone() Definition {
	d.AuthOpt = cloneOf(d.AuthOpt)
	d.IsSendFgBodyBase64 = cloneOf(d.IsSendFgBodyBase64)
	d.MockInfo = cloneOf(d.MockInfo)
	d.FuncInfo = cloneOf(d.FuncInfo)
	d.BackendAPI = cloneOf(d.BackendAPI)
	if d.BackendAPI != nil {
		d.BackendAPI.Endpoint = d.BackendAPI.Endpoint.clone()
	}
	d.Tags = cloneList(d.Tags)
	d.ReqParams = cloneList(d.ReqParams)
	for i := range d.ReqParams {
		d.ReqParams[i] = d.ReqParams[i].clone()
	}
	d.BackendParams = cloneList(d.BackendParams)
	d.PolicyMocks = cloneList(d.PolicyMocks)
	for i := range d.PolicyMocks {
		d.PolicyMocks[i].Policy = d.PolicyMocks[i].Policy.clone()
	}
	d.PolicyFunctions = cloneList(d.PolicyFunctions)
	for i := range d.PolicyFunctions {
		d.PolicyFunctions[i].Policy = d.PolicyFunctions[i].Policy.clone()
	}
	d.PolicyHTTPs = cloneList(d.PolicyHTTPs)
	for i := range d.PolicyHTTPs {
		d.PolicyHTTPs[i].Policy = d.PolicyHTTPs[i].Policy.clone()
		d.PolicyHTTPs[i].Endpoint = d.PolicyHTTPs[i].Endpoint.clone()
	}
	return d
}

func (p ReqParam) clone() ReqParam {
	p.MinNum, p.MaxNum = cloneOf(p.MinNum), cloneOf(p.MaxNum)
	p.MinSize, p.MaxSize = cloneOf(p.MinSize), cloneOf(p.MaxSize)
	p.Orchestrations = cloneList(p.Orchestrations)
	return p
}

func (p Policy) clone() Policy {
	p.Conditions = cloneList(p.Conditions)
	p.BackendParams = cloneList(p.BackendParams)
	return p
}

func (e Endpoint) clone() Endpoint {
	e.MemberGroupURLInfos = cloneList(e.MemberGroupURLInfos)
	e.VPCChannelInfo = cloneOf(e.VPCChannelInfo)
	return e
}

func cloneOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	value := *p
	return &value
}

func cloneList[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}
