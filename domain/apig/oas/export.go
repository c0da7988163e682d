package oas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/yaml3"

	"github.com/gatelog/gatelog/domain/apig"
)

// Values of ExportInput.Define (§3.16.1).
const (
	DefineSpec  = "spec"  // the frontend
	DefineProxy = "proxy" // and the backend
	DefineAll   = "all"   // and request throttling, access control and custom authentication
	DefineDev   = "dev"   // as proxy, of APIs that are not published
)

// VersionFormat is how a time is written as the version of a document when the client names none
// (§3.30.3), for time.Format.
const VersionFormat = "2006-01-02-15:04:05"

// ExportInput says what to export (§3.16.1).
type ExportInput struct {
	// Group and Description are name and remark of the group, Environment the environment's name.
	Group, Description, Environment string
	// Version is info.version; "" means Time in VersionFormat.
	Version string
	Time    time.Time
	// Domain is the address of the group, host[:port], for clients of the exported document; "" leaves
	// it out.
	Domain string
	// Define is one of the constants above, OASVersion 2.0 or 3.0, Type json, yaml or yml. "" means
	// spec, 2.0 and json.
	Define, OASVersion, Type string
	APIs                     []ExportedAPI
	// Channels and Responses give the names of load balance channels and group responses by id,
	// Authorizers those of frontend custom authorizers. What has no name here is written by its id.
	Channels, Authorizers, Responses map[string]string
	// RateLimits, AccessControls and CustomAuthorizers are the policies that the APIs name, by name;
	// written for DefineAll only.
	RateLimits        map[string]RateLimit
	AccessControls    map[string]AccessControl
	CustomAuthorizers map[string]Authorizer
}

// ExportedAPI is one API to export, with the names of what it is bound to; "" and nil for nothing.
type ExportedAPI struct {
	Definition               apig.Definition
	RateLimit, AccessControl string
	Plugins                  []string
}

// FileName is the name of the exported file without its ending (§3.30.3), e.g.
// "shop-RELEASE-all-2024-05-06-07:08:09".
func (in ExportInput) FileName() string {
	version := firstText(in.Version, in.Time.Format(VersionFormat))
	return strings.Join([]string{in.Group, in.Environment, firstText(in.Define, DefineSpec), version}, "-")
}

// Export writes APIs as an OpenAPI document with the reference's extensions, and ours where those are
// not enough: Parse gives the same definitions again, without group_id and ids of parts, and for
// DefineSpec their frontend. (Where channels and authorizers have names in the input, Parse must know
// their ids.) The same input gives the same bytes. The document is valid OpenAPI. The error is APIG.2011
// for an unknown Define, OASVersion or Type.
func Export(in ExportInput) ([]byte, error) {
	if err := in.complete(); err != nil {
		return nil, err
	}
	x := newExporter(in)
	x.placeAll()
	root, err := x.document()
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if err := x.addPatches(root); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if in.Type == "json" {
		return encodeJSON(root)
	}
	return encodeYAML(root)
}

// complete checks the choices and fills in their defaults.
func (in *ExportInput) complete() error {
	choices := []struct {
		value   *string
		name    string
		allowed []string // the first is the default
	}{
		{&in.Define, "define", []string{DefineSpec, DefineProxy, DefineAll, DefineDev}},
		{&in.OASVersion, "oas_version", []string{"2.0", "3.0"}},
		{&in.Type, "type", []string{"json", "yaml", "yml"}},
	}
	for _, c := range choices {
		if *c.value == "" {
			*c.value = c.allowed[0]
		}
		if !slices.Contains(c.allowed, *c.value) {
			return apig.ErrInvalid(c.name)
		}
	}
	in.Version = firstText(in.Version, in.Time.Format(VersionFormat))
	return nil
}

// exporter writes one document. The document is built in the form of OpenAPI 3.0 first.
type exporter struct {
	ExportInput
	doc      *openapi3.T
	placed   []*placement
	unplaced []unplacedAPI
}

func newExporter(in ExportInput) *exporter {
	info := &openapi3.Info{Title: in.Group, Description: in.Description, Version: in.Version}
	doc := &openapi3.T{
		OpenAPI: "3.0.3", Info: info, Paths: openapi3.NewPaths(),
		Components: &openapi3.Components{SecuritySchemes: openapi3.SecuritySchemes{}},
		Extensions: map[string]any{extExport: exportMark{in.Define, in.Environment}},
	}
	for name, scheme := range standardSchemes {
		doc.Components.SecuritySchemes[name] = &openapi3.SecuritySchemeRef{Value: scheme()}
	}
	x := &exporter{ExportInput: in, doc: doc}
	if in.Define == DefineAll {
		x.addPolicies()
	}
	return x
}

// exportMark tells an import that the document's addresses are those of a gateway.
type exportMark struct {
	Define      string `json:"define"`
	Environment string `json:"environment,omitempty"`
}

func (x *exporter) addPolicies() {
	if len(x.RateLimits) > 0 {
		x.doc.Extensions[extRateLimits] = x.RateLimits
	}
	if len(x.AccessControls) > 0 {
		x.doc.Extensions[extAccessControls] = x.AccessControls
	}
}

// document returns the document in its version of OpenAPI, without patches.
func (x *exporter) document() (node, error) {
	if x.OASVersion == "3.0" {
		x.addServers()
		return treeOrError(x.doc)
	}
	doc2, err := x.documentV2()
	if err != nil {
		return node{}, err
	}
	return treeOrError(doc2)
}

func treeOrError(doc any) (node, error) {
	data, err := json.Marshal(doc)
	if err != nil {
		return node{}, err
	}
	value, err := readJSON(data)
	return node{value}, err
}

// addServers names the group's address with both protocols, and on each operation with its own.
func (x *exporter) addServers() {
	if x.Domain == "" {
		return
	}
	x.doc.Servers = x.servers("http", "https")
	for _, p := range x.placed {
		servers := x.servers(schemesOf(p.def.ReqProtocol)...)
		p.op.Servers = &servers
	}
}

func (x *exporter) servers(schemes ...string) openapi3.Servers {
	var servers openapi3.Servers
	for _, scheme := range schemes {
		servers = append(servers, &openapi3.Server{URL: scheme + "://" + x.Domain})
	}
	return servers
}

func schemesOf(protocol string) []string {
	switch protocol {
	case "HTTP":
		return []string{"http"}
	case "BOTH":
		return []string{"http", "https"}
	default:
		return []string{"https"}
	}
}

func encodeJSON(root node) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(root.value)
	return out.Bytes(), err
}

func encodeYAML(root node) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(yamlNode(root.value)); err != nil {
		return nil, err
	}
	err := enc.Close()
	return out.Bytes(), err
}
