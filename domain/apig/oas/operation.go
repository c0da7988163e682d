package oas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

// operation reads one operation. The steps of read fill def one after another.
type operation struct {
	*importer
	found
	template template // of the request path
	prefix   string   // basePath of OpenAPI 2.0, which the template starts with
	form     []node   // parameters in body and formData of OpenAPI 2.0
	def      apig.Definition
	notes    []string
	taken    map[string]bool // places and names of def.ReqParams
	missing  []missing
	// authorizer is the name of one that the document defines.
	authorizer string
}

// missing is a name that the options know no id for.
type missing struct{ kind, name string }

func (o *operation) note(format string, args ...any) {
	o.notes = append(o.notes, fmt.Sprintf(format, args...))
}

func (o *operation) read() error {
	if err := o.readPath(); err != nil {
		return err
	}
	o.readFrontend()
	o.readAuth()
	if err := o.readParams(); err != nil {
		return err
	}
	o.readBody()
	o.readSamples()
	o.readResponse()
	if err := o.readBackend(); err != nil {
		return err
	}
	if err := o.readPolicies(); err != nil {
		return err
	}
	if err := o.readRest(); err != nil {
		return err
	}
	return o.refuseMissing()
}

func (o *operation) readPath() (err error) {
	if o.v2 {
		o.prefix = "/" + strings.Trim(o.root.get("basePath").text(), "/")
	}
	o.template, err = readTemplate(strings.TrimSuffix(o.prefix, "/") + "/" + strings.TrimPrefix(o.path, "/"))
	if err != nil {
		return err
	}
	for _, s := range o.template.slots {
		if s.written != s.name && s.written != s.name+"+" {
			o.note("the path parameter %s is called %s", quoted(s.written), s.name)
		}
	}
	o.def.ReqURI, o.def.ReqMethod = o.template.uri, o.method
	return nil
}

// readFrontend fills in what is a single value of the operation. Defaults are those of a definition in
// its normal form, so that an exported document does not have to state them.
func (o *operation) readFrontend() {
	d := &o.def
	id := o.op.get("operationId").text()
	d.Name = apiNameFrom(id, o.method, o.path)
	if id != "" && d.Name != id {
		o.note("the operationId %s is not a name; the API is called %s", quoted(id), quoted(d.Name))
	}
	d.Type = 1
	if strings.EqualFold(o.op.get(extRequestType).text(), "private") {
		d.Type = 2
	}
	d.Version = "V0.0.1"
	d.ReqProtocol = o.protocol()
	d.MatchMode = "NORMAL"
	if strings.EqualFold(o.op.get(extMatchMode).text(), "SWA") {
		d.MatchMode = "SWA"
	}
	d.Cors = o.op.get(extCors).isTrue()
	base64 := !o.op.get(extBase64).exists() || o.op.get(extBase64).isTrue()
	d.IsSendFgBodyBase64 = &base64
	if t := o.op.get(extContentType).text(); slices.Contains(contentTypes, t) {
		d.ContentType = t
	}
	d.Remark = remarkFrom(o.op.get("description").text(), o.op.get("summary").text())
	var notes []string
	d.Tags, notes = tagsFrom(o.op.get("tags").texts())
	o.notes = append(o.notes, notes...)
}

// contentTypes are the values of content_type.
var contentTypes = []string{"application/json", "application/xml", "multipart/form-data", "text/plain"}

// protocol returns req_protocol: schemes of OpenAPI 2.0, and of 3.x only where a document of ours
// names the gateway's addresses for one operation.
func (o *operation) protocol() string {
	schemes := o.schemes()
	if !o.v2 {
		schemes = nil
		for _, s := range o.op.get("servers").list(maxListed) {
			if scheme, _, found := strings.Cut(s.get("url").text(), "://"); found && o.own {
				schemes = append(schemes, scheme)
			}
		}
	}
	switch http, https := slices.Contains(schemes, "http"), slices.Contains(schemes, "https"); {
	case http && https:
		return "BOTH"
	case http:
		return "HTTP"
	default:
		return "HTTPS"
	}
}

// schemes returns those of OpenAPI 2.0, of the operation or else of the document.
func (o *operation) schemes() []string {
	if schemes := o.op.get("schemes").texts(); len(schemes) > 0 {
		return schemes
	}
	return o.root.get("schemes").texts()
}

// readResponse finds the group response. One that the group does not have is no reason to refuse the
// API: it then uses the group's default.
func (o *operation) readResponse() {
	name := o.op.get(extResponse).text()
	if name == "" {
		return
	}
	o.def.ResponseID = o.opts.Responses[name]
	if o.def.ResponseID == "" && name != "default" {
		o.note("the group has no response %s; its default is used", quoted(name))
	}
}

// refuseMissing fails an API whose channel or authorizer is neither known by name (APIG.3023,
// APIG.3081) nor given by x-gatelog-definition.
func (o *operation) refuseMissing() error {
	for _, m := range o.missing {
		switch {
		case o.lenient:
		case m.kind == "authorizer" && o.def.AuthorizerID == "":
			return apig.ErrAuthorizerNotFound(m.name)
		case m.kind == "channel" && lacksChannel(o.def):
			return apig.ErrVPCChannelNotFound(m.name)
		}
	}
	return nil
}

func lacksChannel(d apig.Definition) bool {
	lacks := func(e apig.Endpoint) bool {
		return e.VPCChannelStatus == 1 && (e.VPCChannelInfo == nil || e.VPCChannelInfo.VPCChannelID == "")
	}
	if d.BackendAPI != nil && lacks(d.BackendAPI.Endpoint) {
		return true
	}
	return slices.ContainsFunc(d.PolicyHTTPs, func(p apig.PolicyHTTP) bool { return lacks(p.Endpoint) })
}
