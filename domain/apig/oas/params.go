package oas

import (
	"math"
	"strconv"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
)

const (
	longestValue = 255  // default_value and sample_value
	longestEnum  = 2048 // enumerations
)

// locations are the values of in that a request parameter can have.
var locations = map[string]string{"path": "PATH", "query": "QUERY", "header": "HEADER", "cookie": "COOKIE"}

// declared is a parameter of the document, after references.
type declared struct {
	node
	in, name string
}

func (o *operation) readParams() error {
	params, err := o.declaredParams()
	if err != nil {
		return err
	}
	for _, p := range params {
		switch {
		case p.in == "body" || p.in == "formData":
			o.form = append(o.form, p.node)
		case locations[p.in] == "":
			o.note("the parameter %s is left out: it is in %s", quoted(p.name), quoted(p.in))
		default:
			o.readParam(p)
		}
	}
	for _, s := range o.template.slots {
		if o.take("PATH", s.name) {
			o.def.ReqParams = append(o.def.ReqParams, newParam("PATH", s.name, true))
		}
	}
	return nil
}

// declaredParams returns the parameters of the path, replaced by those of the operation that have the
// same place and name, and then the operation's own.
func (o *operation) declaredParams() ([]declared, error) {
	shared, own := o.item.get("parameters"), o.op.get("parameters")
	if shared.size()+own.size() > maxParams {
		return nil, apig.ErrTooManyReqParams(maxParams)
	}
	var all []declared
	index := map[[2]string]int{}
	for _, n := range append(shared.list(maxParams), own.list(maxParams)...) {
		n, err := o.follow(n)
		if err != nil {
			o.note("a parameter is left out: it %v", err)
			continue
		}
		p := declared{n, n.get("in").text(), n.get("name").text()}
		if i, known := index[[2]string{p.in, p.name}]; known {
			all[i] = p
			continue
		}
		index[[2]string{p.in, p.name}] = len(all)
		all = append(all, p)
	}
	return all, nil
}

// readParam adds one request parameter, or says why it is left out.
func (o *operation) readParam(p declared) {
	location, name := locations[p.in], p.name
	if location == "PATH" {
		s, ok := o.template.find(name)
		if !ok {
			o.note("the path parameter %s is left out: the path does not have it", quoted(name))
			return
		}
		name = s.name
	}
	switch {
	case !paramName.MatchString(name):
		kind := map[bool]string{true: "required", false: "optional"}[p.get("required").isTrue()]
		o.note("the %s %s parameter %s is left out: a parameter's name has 1 to 32 letters, digits, - _ . and starts with a letter",
			kind, strings.ToLower(location), quoted(name))
		return
	case !o.take(location, name):
		o.note("the %s parameter %s is left out: it occurs twice", strings.ToLower(location), quoted(name))
		return
	}
	param := newParam(location, name, location == "PATH" || p.get("required").isTrue())
	o.describe(&param, p)
	if patch := p.get(extParam); patch.isObject() {
		patched, ok := applyPatch(param, patch, &o.patches)
		if !ok {
			o.note("%s of the parameter %s is left out: it does not fit a parameter", extParam, quoted(p.name))
			patched = param
		}
		param = patched
	}
	o.def.ReqParams = append(o.def.ReqParams, param)
}

// take reports whether the name is free in its place, and takes it; the names of headers know no case.
func (o *operation) take(location, name string) bool {
	if location == "HEADER" {
		name = strings.ToLower(name)
	}
	if key := location + " " + name; !o.taken[key] {
		o.taken[key] = true
		return true
	}
	return false
}

func newParam(location, name string, required bool) apig.ReqParam {
	p := apig.ReqParam{Name: name, Type: "STRING", Location: location, Required: 2, ValidEnable: 2, PassThrough: 1}
	if required {
		p.Required = 1
	}
	return p
}

// describe fills in everything but name and place.
func (o *operation) describe(p *apig.ReqParam, from declared) {
	schema := o.schemaOf(from.node)
	if isNumeric(schema) {
		p.Type = "NUMBER"
		p.MinNum, p.MaxNum = o.bound(p, schema, "minimum"), o.bound(p, schema, "maximum")
	} else {
		p.MinSize, p.MaxSize = o.bound(p, schema, "minLength"), o.bound(p, schema, "maxLength")
	}
	p.Remark = remarkFrom(from.get("description").text())
	p.DefaultValue = o.defaultOf(p, schema)
	p.Enumerations = o.enumOf(p, schema)
	p.SampleValue = sampleOf(from.node, schema)
	if strings.EqualFold(from.get(extPassThrough).text(), "never") {
		p.PassThrough = 2
	}
	p.Orchestrations = from.get(extOrchestrations).texts()
}

// schemaOf returns what describes a parameter's value: its schema, that of its content, or in OpenAPI
// 2.0 the parameter itself. What a schema takes from its first allOf counts as its own.
func (im *importer) schemaOf(param node) node {
	schema := param.get("schema")
	if !schema.exists() {
		schema = param.get("content").first().get("schema")
	}
	if !schema.exists() {
		return param
	}
	for range maxHops {
		followed, err := im.follow(schema)
		if err != nil {
			return node{}
		}
		schema = followed
		all := schema.get("allOf").list(1)
		if schema.get("type").exists() || len(all) == 0 {
			break
		}
		schema = all[0]
	}
	return schema
}

// isNumeric knows the list of types of OpenAPI 3.1, too.
func isNumeric(schema node) bool {
	numeric := false
	for _, t := range schema.get("type").texts() {
		switch t {
		case "integer", "number":
			numeric = true
		case "null":
		default:
			return false
		}
	}
	return numeric
}

// bound returns a bound, or nil when there is none or the definition cannot hold it. The service
// writes 0 for no bound: it counts as none for a longest length, and where both bounds are 0.
func (o *operation) bound(p *apig.ReqParam, schema node, key string) *int {
	n := schema.get(key)
	if !n.exists() {
		return nil
	}
	value, ok := n.whole()
	if !ok {
		o.note("%s of the parameter %s is left out: %s is not a whole number of 32 bits", key, p.Name, quoted(n.text()))
		return nil
	}
	other := map[string]string{"minimum": "maximum", "maximum": "minimum", "minLength": "maxLength", "maxLength": ""}[key]
	if value == 0 && (other == "" || schema.get(other).number(1) == 0) {
		return nil
	}
	return &value
}

func (o *operation) defaultOf(p *apig.ReqParam, schema node) string {
	value := schema.get("default")
	text := value.text()
	short := cut(text, longestValue) == text
	if _, isNumber := finite(text); p.Type == "NUMBER" && !isNumber {
		short = text == ""
	}
	if !short || value.size() > 0 {
		o.note("the default of the parameter %s is left out: it is not one value of its type, of at most %d characters", p.Name, longestValue)
		return ""
	}
	return text
}

// enumOf joins the values of an enum by commas.
func (o *operation) enumOf(p *apig.ReqParam, schema node) string {
	var out strings.Builder
	for _, value := range schema.get("enum").list(longestEnum) {
		text := value.text()
		if text == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte(',')
		}
		if strings.Contains(cut(text, longestEnum), ",") || out.Len()+len(text) > longestEnum {
			o.note("the enum of the parameter %s is left out: its values have commas or more than %d bytes", p.Name, longestEnum)
			return ""
		}
		out.WriteString(text)
	}
	return out.String()
}

// sampleOf returns an example that is short enough, or "".
func sampleOf(param, schema node) string {
	for _, n := range []node{param.get(extSample), param.get("example"), param.get("x-example"), schema.get("example")} {
		if text := n.text(); text != "" && cut(text, longestValue) == text {
			return text
		}
	}
	return ""
}

// finite reports whether text is a number that JSON can write.
func finite(text string) (float64, bool) {
	if len(text) > longestNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
