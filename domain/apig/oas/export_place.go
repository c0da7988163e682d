package oas

import (
	"cmp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatelog/gatelog/domain/apig"
)

// placement is an API's place in the document.
type placement struct {
	api  ExportedAPI
	def  apig.Definition // as the document's place needs it
	want apig.Definition // as Parse must give it
	path string
	op   *openapi3.Operation
}

// unplacedAPI is an entry of x-gatelog-apis.
type unplacedAPI struct {
	Definition    apig.Definition `json:"definition"`
	RateLimit     string          `json:"ratelimit,omitempty"`
	AccessControl string          `json:"access-control,omitempty"`
	Plugins       []string        `json:"plugins,omitempty"`
}

func (x *exporter) unplace(api ExportedAPI, want apig.Definition) unplacedAPI {
	if x.Define != DefineAll {
		return unplacedAPI{Definition: want}
	}
	return unplacedAPI{want, api.RateLimit, api.AccessControl, api.Plugins}
}

// placeAll puts every API where OpenAPI has a place for it, in an order that does not depend on the
// order of the input.
func (x *exporter) placeAll() {
	apis := slices.Clone(x.APIs)
	slices.SortStableFunc(apis, func(a, b ExportedAPI) int {
		p, q := a.Definition, b.Definition
		return cmp.Or(cmp.Compare(p.ReqURI, q.ReqURI), cmp.Compare(p.ReqMethod, q.ReqMethod),
			cmp.Compare(p.MatchMode, q.MatchMode), cmp.Compare(p.Name, q.Name))
	})
	paths, used, ids := map[string]string{}, map[[2]string]bool{}, map[string]bool{}
	for _, api := range apis {
		want := bare(api.Definition)
		if x.Define == DefineSpec {
			want = frontend(want)
		}
		path, shape := pathKey(want.ReqURI), shapeOf(want.ReqURI)
		// OpenAPI takes /a/{x} and /a/{y} for one path.
		if first, ok := paths[shape]; ok {
			path = first
		}
		place := [2]string{path, want.ReqMethod}
		def, ok := renamed(want, path)
		if !ok || !stable(path) || used[place] || ids[want.Name] || methodKey(want.ReqMethod) == "" {
			x.unplaced = append(x.unplaced, x.unplace(api, want))
			continue
		}
		paths[shape], used[place], ids[want.Name] = path, true, true
		x.place(&placement{api: api, want: want, def: def, path: path})
	}
}

// pathKey returns a request path as OpenAPI can write it: it does not know {name+}.
func pathKey(uri string) string { return strings.ReplaceAll(uri, "+}", "}") }

// stable reports whether Parse reads a path as it is written, which every path does that a definition
// may have.
func stable(path string) bool {
	t, err := readTemplate(path)
	return err == nil && t.uri == path
}

func shapeOf(uri string) string { return slotText.ReplaceAllString(uri, "{}") }

func methodKey(method string) string {
	for _, verb := range verbs {
		if verb.method == method && method != "" {
			return verb.key
		}
	}
	return ""
}

func (x *exporter) place(p *placement) {
	item := x.doc.Paths.Value(p.path)
	if item == nil {
		item = &openapi3.PathItem{}
		x.doc.Paths.Set(p.path, item)
	}
	p.op = x.operation(p)
	if p.def.ReqMethod == "ANY" {
		item.Extensions = map[string]any{extAnyMethod: p.op}
	} else {
		item.SetOperation(p.def.ReqMethod, p.op)
	}
	x.placed = append(x.placed, p)
}

// renamed returns a definition under another path of the same shape: with the path parameters' names
// of that path, so that the document is consistent. What it was is in the patch. False when the names
// do not go one to one, because one of them occurs twice.
func renamed(d apig.Definition, path string) (apig.Definition, bool) {
	names, back := map[string]string{}, map[string]string{}
	to := slotsOf(path)
	for i, from := range slotsOf(d.ReqURI) {
		if i >= len(to) || names[from] != "" && names[from] != to[i] || back[to[i]] != "" && back[to[i]] != from {
			return d, false
		}
		names[from], back[to[i]] = to[i], from
	}
	d = d.Clone()
	d.ReqURI = path
	for i := range d.ReqParams {
		if p := &d.ReqParams[i]; p.Location == "PATH" && names[p.Name] != "" {
			p.Name = names[p.Name]
		}
	}
	for i := range d.BackendParams {
		if p := &d.BackendParams[i]; p.Origin == "REQUEST" && names[p.Value] != "" {
			p.Value = names[p.Value]
		}
	}
	return d, true
}

// addPatches adds what Parse does not find in the document as it is, by letting it look.
func (x *exporter) addPatches(root node) error {
	opts := ImportOptions{
		MaxOperations: len(x.APIs) + 1,
		Channels:      inverse(x.Channels), Authorizers: inverse(x.Authorizers), Responses: inverse(x.Responses),
	}
	doc, err := parseTree(root, opts, true)
	if err != nil {
		return err
	}
	read := map[[2]string]apig.Definition{}
	for _, api := range doc.APIs {
		read[[2]string{api.Path, api.Method}] = api.Definition
	}
	for _, p := range x.placed {
		have, ok := read[[2]string{p.path, p.def.ReqMethod}]
		op := root.get("paths").get(p.path).get(methodKey(p.def.ReqMethod))
		if !ok || !x.patch(op, have, p.want) {
			x.unplaced = append(x.unplaced, x.unplace(p.api, p.want))
			remove(root.get("paths"), p)
		}
	}
	return x.addUnplaced(root)
}

// remove takes an operation out of the document, and its path when nothing else is there.
func remove(paths node, p *placement) {
	item, _ := paths.get(p.path).value.(object)
	delete(item, methodKey(p.def.ReqMethod))
	if all, ok := paths.value.(object); ok && len(item) == 0 {
		delete(all, p.path)
	}
}

func inverse(names map[string]string) map[string]string {
	ids := make(map[string]string, len(names))
	for id, name := range names {
		// Of two with the same name the smaller id counts, so that the outcome is always the same.
		if old, twice := ids[name]; !twice || id < old {
			ids[name] = id
		}
	}
	return ids
}

// patch writes the difference between what the document gives and what it must give.
func (x *exporter) patch(op node, have, want apig.Definition) bool {
	target, ok := op.value.(object)
	if !ok {
		return false
	}
	if x.Define == DefineSpec {
		have = frontend(have)
	}
	if patchParams(op, have.ReqParams, want.ReqParams) {
		have.ReqParams = want.ReqParams
	}
	from, ok1 := treeOf(have)
	to, ok2 := treeOf(want)
	if !ok1 || !ok2 {
		return false
	}
	if patch := patchFor(from.value.(object), to.value.(object)); patch != nil {
		target[extDefinition] = patch
	}
	return true
}

// patchParams writes differences of request parameters beside the parameters, where the document has
// the same ones in the same order.
func patchParams(op node, have, want []apig.ReqParam) bool {
	same := slices.EqualFunc(have, want, func(a, b apig.ReqParam) bool { return a.Location == b.Location && a.Name == b.Name })
	if !same {
		return false
	}
	written := op.get("parameters").list(len(want) + 1)
	for i := range want {
		from, ok1 := treeOf(have[i])
		to, ok2 := treeOf(want[i])
		at := slices.IndexFunc(written, func(n node) bool {
			return n.get("name").text() == want[i].Name && locations[n.get("in").text()] == want[i].Location
		})
		if !ok1 || !ok2 || at < 0 {
			return false
		}
		if patch := patchFor(from.value.(object), to.value.(object)); patch != nil {
			written[at].value.(object)[extParam] = patch
		}
	}
	return true
}

// addUnplaced writes the APIs that have no place in the document.
func (x *exporter) addUnplaced(root node) error {
	if len(x.unplaced) == 0 {
		return nil
	}
	tree, err := treeOrError(x.unplaced)
	root.value.(object)[extUnplaced] = tree.value
	return err
}
