package apig

import "reflect"

// Normalized returns d as a text that could stand in any group: without the ids that the gateway gave
// to its parts, without group_id and response_id (which belong to one group). d stays as it is.
func Normalized(d Definition) Definition {
	d = withoutPartIDs(d)
	d.GroupID, d.ResponseID = "", ""
	return d
}

// Equal reports whether a and b are the same definition, be it in different groups (see Normalized).
func Equal(a, b Definition) bool {
	return reflect.DeepEqual(Normalized(a), Normalized(b))
}

// withoutPartIDs returns a copy of d without the ids that Prepare gives.
func withoutPartIDs(d Definition) Definition {
	d = d.Clone()
	if d.MockInfo != nil {
		d.MockInfo.ID = ""
	}
	if d.FuncInfo != nil {
		d.FuncInfo.ID = ""
	}
	if d.BackendAPI != nil {
		d.BackendAPI.ID = ""
	}
	for i := range d.ReqParams {
		d.ReqParams[i].ID = ""
	}
	dropParamIDs(d.BackendParams)
	for _, p := range d.policies() {
		p.policy.ID = ""
		dropParamIDs(p.policy.BackendParams)
		for i := range p.policy.Conditions {
			p.policy.Conditions[i].ID, p.policy.Conditions[i].ReqParamID = "", ""
		}
	}
	return d
}

func dropParamIDs(params []BackendParam) {
	for i := range params {
		params[i].ID, params[i].ReqParamID = "", ""
	}
}
