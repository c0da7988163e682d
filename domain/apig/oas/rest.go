package oas

import (
	"encoding/json"
	"reflect"

	"github.com/gatelog/gatelog/domain/apig"
)

// bare returns a definition without what does not belong to it: ids of parts, the group, and members
// that follow from others.
func bare(d apig.Definition) apig.Definition {
	d = d.Clone()
	d.GroupID = ""
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
	bareParams(d.BackendParams)
	for i := range d.PolicyMocks {
		barePolicy(&d.PolicyMocks[i].Policy)
	}
	for i := range d.PolicyFunctions {
		barePolicy(&d.PolicyFunctions[i].Policy)
	}
	for i := range d.PolicyHTTPs {
		barePolicy(&d.PolicyHTTPs[i].Policy)
	}
	return d
}

func barePolicy(p *apig.Policy) {
	p.ID = ""
	bareParams(p.BackendParams)
	for i := range p.Conditions {
		c := &p.Conditions[i]
		c.ID, c.ReqParamID, c.ReqParamLocation = "", "", ""
	}
}

func bareParams(params []apig.BackendParam) {
	for i := range params {
		params[i].ID, params[i].ReqParamID = "", ""
	}
}

// frontend returns a definition without its backend: what define 'spec' exports.
func frontend(d apig.Definition) apig.Definition {
	d.BackendType, d.MockInfo, d.FuncInfo, d.BackendAPI, d.BackendParams = "", nil, nil, nil, nil
	d.PolicyMocks, d.PolicyFunctions, d.PolicyHTTPs = nil, nil, nil
	return d
}

// readRest applies what Export could not write in another way.
func (o *operation) readRest() error {
	patch := o.op.get(extDefinition)
	if !patch.exists() {
		return nil
	}
	d, ok := applyPatch(o.def, patch, &o.patches)
	if !ok {
		return apig.ErrImportSyntax(extDefinition + " does not fit a definition")
	}
	o.def = bare(d)
	if o.opts.MockMode {
		o.def = frontend(o.def)
		o.mockBackend()
	}
	return nil
}

// applyPatch applies a JSON merge patch (RFC 7386) to the JSON form of a value; false when the result
// does not have the value's form, or the patches of the document are longer than budget together,
// which they cannot be unless references let one of them be many.
func applyPatch[T any](value T, patch node, budget *int) (patched T, ok bool) {
	if !patch.isObject() || patch.charge(budget) {
		return value, false
	}
	target, ok := treeOf(value)
	if !ok {
		return value, false
	}
	ok = node{merged(target.value, patch.value)}.into(&patched)
	return patched, ok
}

// treeOf returns the JSON form of a value.
func treeOf(value any) (node, bool) {
	data, err := json.Marshal(value)
	if err != nil {
		return node{}, false
	}
	tree, err := readJSON(data)
	return node{tree}, err == nil
}

func merged(target, patch any) any {
	changes, ok := patch.(object)
	if !ok {
		return patch
	}
	result := object{}
	if old, ok := target.(object); ok {
		for key, value := range old {
			result[key] = value
		}
	}
	for key, change := range changes {
		if change == nil {
			delete(result, key)
			continue
		}
		result[key] = merged(result[key], change)
	}
	return result
}

// patchFor returns the merge patch that makes to of from, nil when they are equal. Neither holds a
// null: the JSON of a definition has none.
func patchFor(from, to object) object {
	var patch object
	set := func(key string, value any) {
		if patch == nil {
			patch = object{}
		}
		patch[key] = value
	}
	for key := range from {
		if _, stays := to[key]; !stays {
			set(key, nil)
		}
	}
	for key, want := range to {
		have := from[key]
		if reflect.DeepEqual(have, want) {
			continue
		}
		if a, ok := have.(object); ok {
			if b, ok := want.(object); ok {
				set(key, patchFor(a, b))
				continue
			}
		}
		set(key, want)
	}
	return patch
}
