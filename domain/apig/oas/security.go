package oas

import (
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

func (im *importer) securitySchemes() node {
	if im.v2 {
		return im.root.get("securityDefinitions")
	}
	return im.root.get("components").get("securitySchemes")
}

// readAuth takes the first security requirement that the gateway can check; an operation's own list
// replaces the document's.
func (o *operation) readAuth() {
	o.def.AuthType, o.def.AuthOpt = "NONE", &apig.AuthOpt{AppCodeAuthType: "DISABLE"}
	security := o.op.get("security")
	if !security.exists() {
		security = o.root.get("security")
	}
	for _, requirement := range security.list(maxListed) {
		names := requirement.texts()
		if requirement.size() <= maxListed {
			names = append(names, requirement.keys()...)
		}
		for _, name := range names {
			o.readScheme(name)
		}
		if o.def.AuthType != "NONE" {
			return
		}
	}
}

// readScheme applies one security scheme. The scheme of an authorizer next to that of APP or IAM makes
// both necessary (two-factor authentication).
func (o *operation) readScheme(name string) {
	d := &o.def
	scheme, _ := o.follow(o.securitySchemes().get(name))
	if scheme.get(extAuthorizer).exists() {
		if d.AuthType == "NONE" {
			d.AuthType = "AUTHORIZER"
		}
		switch d.AuthorizerID = o.opts.Authorizers[name]; {
		case d.AuthorizerID != "":
		case o.opts.OwnAuthorizers && scheme.get(extAuthorizer).get("authorizer_uri").text() != "":
			o.authorizer = name
		default:
			o.missing = append(o.missing, missing{"authorizer", name})
		}
		return
	}
	kind := scheme.get(extAuthType).text()
	switch {
	case strings.EqualFold(kind, "AppSigv1") || kind == "" && (name == schemeApp || name == schemeAppHeader):
		d.AuthType = "APP"
	case strings.EqualFold(kind, "IAM") || kind == "" && name == schemeIAM:
		d.AuthType = "IAM"
	}
	code := scheme.get(extAuthOpt).get("appcode-auth-type").text()
	if strings.EqualFold(code, "header") || code == "" && name == schemeAppHeader {
		d.AuthOpt.AppCodeAuthType = "HEADER"
	}
}
