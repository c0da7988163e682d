package oas

import (
	"strings"
)

// longestText bounds body_remark, the samples and the content of a mock, in bytes here.
const longestText = 20480

// maxResponses is the most responses of an operation that are looked at for examples.
const maxResponses = 40

// readBody describes the request body: by its example, else by its JSON Schema, else in words.
func (o *operation) readBody() {
	body, media := o.bodyV2()
	if !o.v2 {
		body, _ = o.follow(o.op.get("requestBody"))
		media = preferJSON(body.get("content"))
	}
	schema, _ := o.follow(media.get("schema"))
	if schema.size() == 0 {
		schema = node{}
	}
	for _, n := range []node{o.exampleOf(media), schema, body.get("description")} {
		if !n.exists() {
			continue
		}
		text, ok := n.asText()
		if ok {
			o.def.BodyRemark = text
			return
		}
		o.note("a description of the request body is left out: it is longer than %d bytes", longestText)
	}
}

// bodyV2 returns the body of OpenAPI 2.0 in the form of 3.x. Fields of a form become the properties of
// a schema.
func (o *operation) bodyV2() (body, media node) {
	properties := object{}
	for _, p := range o.form {
		if p.get("in").text() == "body" {
			return p, p
		}
		field := object{}
		for _, key := range []string{"type", "format", "description", "enum", "default", "items"} {
			if value := p.get(key); value.exists() {
				field[key] = value.value
			}
		}
		properties[p.get("name").text()] = field
	}
	if len(properties) == 0 {
		return node{}, node{}
	}
	return node{}, node{object{"schema": object{"type": "object", "properties": properties}}}
}

// preferJSON returns what an object has for JSON, or for the first other media type.
func preferJSON(content node) node {
	if n := content.get("application/json"); n.exists() {
		return n
	}
	return content.first()
}

// exampleOf returns the example of a media type object, or the first of its examples.
func (im *importer) exampleOf(media node) node {
	if example := media.get("example"); example.exists() {
		return example
	}
	example, _ := im.follow(media.get("examples").first())
	return example.get("value")
}

// asText returns a scalar as it is and anything else as JSON; "" and false when that is longer than
// longestText.
func (n node) asText() (string, bool) {
	switch n.value.(type) {
	case object, []any:
		return n.json(longestText)
	}
	if len(n.text()) > longestText {
		return "", false
	}
	return n.text(), true
}

// readSamples takes the first example of a success and of a failure among the responses. What the
// reference's extensions say comes first.
func (o *operation) readSamples() {
	responses := o.op.get("responses")
	statuses := responses.keys()
	statuses = statuses[:min(len(statuses), maxResponses)]
	for _, status := range statuses {
		response, _ := o.follow(responses.get(status))
		sample := &o.def.ResultFailureSample
		if strings.HasPrefix(status, "2") {
			sample = &o.def.ResultNormalSample
		}
		if *sample != "" {
			continue
		}
		text, ok := o.responseExample(response).asText()
		if !ok {
			o.note("the example of the response %s is left out: it is longer than %d bytes", quoted(status), longestText)
		}
		*sample = text
	}
	for _, status := range statuses {
		normal, _ := responses.get(status).get(extNormalSample).asText()
		failure, _ := responses.get(status).get(extFailureSample).asText()
		o.def.ResultNormalSample = firstText(normal, o.def.ResultNormalSample)
		o.def.ResultFailureSample = firstText(failure, o.def.ResultFailureSample)
	}
}

func (o *operation) responseExample(response node) node {
	if o.v2 {
		return preferJSON(response.get("examples"))
	}
	return o.exampleOf(preferJSON(response.get("content")))
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
