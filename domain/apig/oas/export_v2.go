package oas

import (
	"cmp"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// documentV2 returns the document in the form of OpenAPI 2.0.
func (x *exporter) documentV2() (*openapi2.T, error) {
	doc := &openapi2.T{
		Swagger: "2.0", Info: *x.doc.Info, Host: x.Domain, Extensions: maps.Clone(x.doc.Extensions),
		Paths: map[string]*openapi2.PathItem{}, SecurityDefinitions: map[string]*openapi2.SecurityScheme{},
	}
	if len(x.placed) == 0 {
		// openapi2 leaves out paths without entries, but OpenAPI asks for them.
		doc.Extensions["paths"] = struct{}{}
	}
	for name, scheme := range x.doc.Components.SecuritySchemes {
		converted, err := openapi2conv.FromV3SecurityScheme(scheme)
		if err != nil {
			return nil, err
		}
		doc.SecurityDefinitions[name] = converted
	}
	for _, p := range x.placed {
		if err := x.placeV2(doc, p); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

func (x *exporter) placeV2(doc *openapi2.T, p *placement) error {
	hasBodyName := func(ref *openapi3.ParameterRef) bool {
		return ref.Value.Name == "body" || ref.Value.Name == "requestBody"
	}
	if slices.ContainsFunc(p.op.Parameters, hasBodyName) {
		p.op.RequestBody = nil // the body is a parameter in 2.0, and has one of these names
	}
	op, err := openapi2conv.FromV3Operation(x.doc, p.op)
	if err != nil {
		return err
	}
	op.Schemes = schemesOf(p.def.ReqProtocol)
	slices.SortStableFunc(op.Parameters, func(a, b *openapi2.Parameter) int {
		return cmp.Compare(indexOf(p.op.Parameters, a), indexOf(p.op.Parameters, b))
	})
	item := doc.Paths[p.path]
	if item == nil {
		item = &openapi2.PathItem{}
		doc.Paths[p.path] = item
	}
	if p.def.ReqMethod == "ANY" {
		item.Extensions = map[string]any{extAnyMethod: op}
	} else {
		item.SetOperation(p.def.ReqMethod, op)
	}
	return nil
}

// indexOf returns a parameter's place in the operation it comes from, or the end for the body. The
// conversion sorts parameters by name, and a definition keeps their order.
func indexOf(params openapi3.Parameters, p *openapi2.Parameter) int {
	i := slices.IndexFunc(params, func(ref *openapi3.ParameterRef) bool { return ref.Value.Name == p.Name && ref.Value.In == p.In })
	if i < 0 {
		return len(params)
	}
	return i
}
