package oas

import (
	"errors"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// Parse reads an OpenAPI document (APIG V2 §3.16.2). The order of the result is that of its sorted
// paths. Errors, each a *domain.Error: APIG.3609 the document is empty, 3600 it is neither JSON nor
// YAML, 3601 its version is neither 2.0 nor 3.x, 3602 a part that everything else depends on has the
// wrong shape, 3603 it is longer than MaxDocument (or becomes so by its aliases), 3127 it has more
// operations than opts allows.
func Parse(doc []byte, opts ImportOptions) (*Document, error) {
	root, err := readDocument(doc)
	if err != nil {
		return nil, err
	}
	return parseTree(root, opts, false)
}

// parseTree reads a document. lenient keeps an API whose channel or authorizer has no id yet.
func parseTree(root node, opts ImportOptions, lenient bool) (*Document, error) {
	im := &importer{root: root, opts: opts, lenient: lenient, names: map[string]bool{}, doc: &Document{}, patches: maxExpanded}
	if opts.MaxOperations == 0 {
		im.opts.MaxOperations = MaxOperations
	}
	if err := im.readHead(); err != nil {
		return nil, err
	}
	found, err := im.findOperations()
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		im.readOperation(f)
	}
	im.readUnplaced()
	im.readPolicies()
	slices.SortStableFunc(im.doc.Failures, func(a, b Failure) int { return strings.Compare(a.Path, b.Path) })
	return im.doc, nil
}

// importer reads one document.
type importer struct {
	root    node
	opts    ImportOptions
	lenient bool
	v2      bool            // OpenAPI 2.0
	own     bool            // written by Export: host and servers are the gateway's
	names   map[string]bool // API names given so far
	patches int             // bytes that patches may still have
	doc     *Document
}

func (im *importer) readHead() error {
	if err := im.readVersion(); err != nil {
		return err
	}
	info := im.root.get("info")
	if info.exists() && !info.isObject() {
		return apig.ErrImportSyntax("info is not an object")
	}
	im.doc.Title, im.doc.Description = info.get("title").text(), info.get("description").text()
	im.doc.Version = info.get("version").text()
	im.own = im.root.get(extExport).exists()
	paths := im.root.get("paths")
	// From 3.1 on a document may have webhooks or components only.
	optional := !im.v2 && im.doc.Spec != "3" && !strings.HasPrefix(im.doc.Spec, "3.0")
	if !paths.isObject() && (paths.exists() || !optional) {
		return apig.ErrImportSyntax("paths is not an object")
	}
	return nil
}

// readVersion accepts 2.0 and 3.x, also where YAML made a number of it.
func (im *importer) readVersion() error {
	two, three := im.root.get("swagger").text(), im.root.get("openapi").text()
	switch {
	case two == "2.0" || two == "2":
		im.v2, im.doc.Spec = true, "2.0"
	case three == "3" || strings.HasPrefix(three, "3."):
		im.doc.Spec = cut(three, 16)
	default:
		return domain.Errorf("APIG.3601", "The Swagger file version must be 2.0 or 3.x: got %s", quoted(two+three))
	}
	return nil
}

// verb is a key of a path item that is an operation, and the method of its API; "" for methods that an
// API cannot have.
type verb struct{ key, method string }

// verbs is in the order of the result.
var verbs = []verb{
	{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"delete", "DELETE"}, {"head", "HEAD"},
	{"patch", "PATCH"}, {"options", "OPTIONS"}, {extAnyMethod, "ANY"}, {"trace", ""}, {"query", ""},
}

func (v verb) refuse(op node) error {
	if v.method == "" {
		return apig.ErrInvalidBecause("req_method", "is not a method that an API can have")
	}
	if !op.isObject() {
		return apig.ErrImportSyntax("the operation is not an object")
	}
	return nil
}

// found is an operation's place in the document.
type found struct {
	path, method string
	item, op     node
}

func (im *importer) findOperations() ([]found, error) {
	var all []found
	count, budget := im.root.get(extUnplaced).size(), maxExpanded
	paths := im.root.get("paths")
	for _, path := range paths.keys() {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		item, err := im.follow(paths.get(path))
		if err != nil {
			im.fail("", path, apig.ErrImportSyntax("the path "+err.Error()))
			continue
		}
		for _, verb := range verbs {
			op := item.get(verb.key)
			if !op.exists() {
				continue
			}
			if err := verb.refuse(op); err != nil {
				im.fail(strings.ToUpper(firstText(verb.method, verb.key)), path, err)
				continue
			}
			// References to path items let one part of a document be many operations.
			if op.charge(&budget) || item.get("parameters").charge(&budget) {
				return nil, apig.ErrImportTooLong()
			}
			all = append(all, found{path, verb.method, item, op})
		}
		if count+len(all)+len(im.doc.Failures) > im.opts.MaxOperations {
			return nil, apig.ErrTooManyImported(im.opts.MaxOperations)
		}
	}
	return all, nil
}

func (im *importer) fail(method, path string, err error) {
	var refusal *domain.Error
	if !errors.As(err, &refusal) {
		refusal = apig.ErrImportSyntax(err.Error())
	}
	im.doc.Failures = append(im.doc.Failures, Failure{method, cut(path, longestTemplate), refusal})
}

func (im *importer) readOperation(f found) {
	o := &operation{importer: im, found: f, taken: map[string]bool{}}
	if err := o.read(); err != nil {
		im.fail(f.method, f.path, err)
		return
	}
	im.add(o, f.op.get(extRateLimit).text(), f.op.get(extAccessControl).text(), f.op.get(extPlugins).texts())
}

// readUnplaced reads the APIs that Export had no place for.
func (im *importer) readUnplaced() {
	for _, entry := range im.root.get(extUnplaced).list(im.opts.MaxOperations) {
		var api unplacedAPI
		if !entry.into(&api) || api.Definition.Name == "" {
			im.fail("", "", apig.ErrImportSyntax(extUnplaced+" has an entry that is not a definition"))
			continue
		}
		o := &operation{importer: im, def: bare(api.Definition)}
		if im.opts.MockMode {
			o.def = frontend(o.def)
			o.mockBackend()
		}
		im.add(o, api.RateLimit, api.AccessControl, api.Plugins)
	}
}

// add puts an API into the result, under a name that no other has.
func (im *importer) add(o *operation, rateLimit, accessControl string, plugins []string) {
	d := o.def
	d.Name = unique(d.Name, longestAPIName, im.names)
	if d.Name != o.def.Name {
		o.note("another API of the document is called %s; this one is called %s", quoted(o.def.Name), quoted(d.Name))
	}
	im.doc.APIs = append(im.doc.APIs, ImportedAPI{d.ReqMethod, d.ReqURI, d, o.notes, rateLimit, accessControl, plugins, o.authorizer})
}

// readPolicies reads what the document defines beside operations; an entry of the wrong shape is
// left out, and whoever refers to it finds nothing.
func (im *importer) readPolicies() {
	im.doc.RateLimits = readNamed[RateLimit](im.root.get(extRateLimits))
	im.doc.AccessControls = readNamed[AccessControl](im.root.get(extAccessControls))
	schemes := im.securitySchemes()
	authorizers := object{}
	for _, name := range schemes.keys() {
		if authorizer := schemes.get(name).get(extAuthorizer); authorizer.isObject() {
			authorizers[name] = authorizer.value
		}
	}
	im.doc.Authorizers = readNamed[Authorizer](node{authorizers})
}

func readNamed[T any](n node) map[string]T {
	var all map[string]T
	for i, name := range n.keys() {
		var value T
		if i < maxListed && n.get(name).isObject() && n.get(name).into(&value) {
			if all == nil {
				all = map[string]T{}
			}
			all[name] = value
		}
	}
	return all
}
