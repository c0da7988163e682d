package oas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// Given a query parameter, when it is read, then its schema becomes the members of req_params, and what
// they cannot hold is told.
func TestParams(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	for param, want := range map[string]apig.ReqParam{
		"schema: {type: string, minLength: 1, maxLength: 9, default: a, enum: [a, b]}": {Type: "STRING", MinSize: number(1), MaxSize: number(9), DefaultValue: "a", Enumerations: "a,b"},
		"schema: {type: integer, minimum: -5, maximum: 5.0, default: 0}":               {Type: "NUMBER", MinNum: number(-5), MaxNum: number(5), DefaultValue: "0"},
		"schema: {type: number, minimum: 1, maxLength: 3, enum: [1, 2.5, null]}":       {Type: "NUMBER", MinNum: number(1), Enumerations: "1,2.5"},
		"schema: {type: [number, 'null']}":                                             {Type: "NUMBER"},
		"schema: {type: [number, string]}":                                             {Type: "STRING"},
		"schema: {type: boolean, default: true}, required: true":                       {Type: "STRING", DefaultValue: "true", Required: 1},
		"schema: {type: array, items: {type: string}, default: []}":                    {Type: "STRING"},
		"schema: {oneOf: [{type: integer}]}":                                           {Type: "STRING"},
		"schema: {allOf: [{allOf: [{type: integer}]}, {type: string}]}":                {Type: "NUMBER"},
		"schema: {type: string, default: 2024-05-06, example: 0x1F}":                   {Type: "STRING", DefaultValue: "2024-05-06", SampleValue: "0x1F"},
		"schema: {type: string}, example: 5, description: '  '":                        {Type: "STRING", SampleValue: "5"},
		"schema: {type: string}, description: Some.":                                   {Type: "STRING", Remark: "Some."},
		"content: {text/plain: {schema: {type: integer}}}":                             {Type: "NUMBER"},
		"type: integer, minimum: 2":                                                    {Type: "NUMBER", MinNum: number(2)},
		"schema: {type: integer, minimum: 0, maximum: 0}":                              {Type: "NUMBER"},
		"schema: {type: integer, minimum: 0}":                                          {Type: "NUMBER", MinNum: number(0)},
		"schema: {type: string, minLength: 0, maxLength: 0}":                           {Type: "STRING"},
		"schema: {type: string, minLength: 0}":                                         {Type: "STRING", MinSize: number(0)},
		"x-apigateway-pass-through: never, x-apigateway-sample: s":                     {Type: "STRING", PassThrough: 2, SampleValue: "s"},
		"x-gatelog-param: {valid_enable: 1, remark: null}, description: x":             {Type: "STRING", ValidEnable: 1},
	} {
		fill(&want)
		api := item(t, "{get: {parameters: [{name: p, in: query, "+param+"}]}}")
		if diff := cmp.Diff([]apig.ReqParam{want}, api.Definition.ReqParams); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", param, diff)
		}
		if len(api.Notes) > 0 {
			t.Errorf("%s: notes %v, want none", param, api.Notes)
		}
	}
}

func fill(p *apig.ReqParam) {
	p.Name, p.Location = "p", "QUERY"
	p.Required, p.ValidEnable, p.PassThrough = max(p.Required, 0), max(p.ValidEnable, 0), max(p.PassThrough, 0)
	for field, otherwise := range map[*int]int{&p.Required: 2, &p.ValidEnable: 2, &p.PassThrough: 1} {
		if *field == 0 {
			*field = otherwise
		}
	}
}

// Given values that a definition cannot hold, when a parameter is read, then they alone are left out,
// and a note names each.
func TestParamsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for param, note := range map[string]string{
		"schema: {type: integer, maximum: 2147483648}":                        "maximum of the parameter p",
		"schema: {type: integer, minimum: 0.5}":                               "minimum of the parameter p",
		"schema: {type: string, maxLength: many}":                             "maxLength of the parameter p",
		"schema: {type: integer, default: many}":                              "the default of the parameter p",
		"schema: {type: array, default: [a]}":                                 "the default of the parameter p",
		"schema: {type: string, default: " + strings.Repeat("d", 256) + "}":   "the default of the parameter p",
		"schema: {type: string, enum: ['a,b']}":                               "the enum of the parameter p",
		"schema: {type: string, enum: [" + strings.Repeat("e, ", 1100) + "]}": "the enum of the parameter p",
		"x-gatelog-param: {type: [5]}":                                        `x-gatelog-param of the parameter "p"`,
	} {
		api := item(t, "{get: {parameters: [{name: p, in: query, "+param+"}]}}")
		if len(api.Definition.ReqParams) != 1 || len(api.Notes) != 1 || !strings.HasPrefix(api.Notes[0], note) {
			t.Errorf("%.60s: parameters %+v, notes %v, want the parameter and a note %q", param, api.Definition.ReqParams, api.Notes, note)
		}
	}
}

// Given parameters of a path and of its operation, when they are read, then the operation's own count,
// in the order of the document.
func TestParamsOfThePath(t *testing.T) {
	t.Parallel()
	api := item(t, `{parameters: [{name: a, in: query, description: path}, {name: b, in: query, description: path}],
		get: {parameters: [{name: c, in: query}, {name: b, in: query, description: own}, {name: a, in: header}]}}`)
	var got []string
	for _, p := range api.Definition.ReqParams {
		got = append(got, fmt.Sprint(p.Location, p.Name, p.Remark))
	}
	if diff := cmp.Diff([]string{"QUERYapath", "QUERYbown", "QUERYc", "HEADERa"}, got); diff != "" {
		t.Error(diff)
	}
}

// Given a request body, when it is read, then its example, its schema or its description is the body's
// remark.
func TestBody(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 20481)
	for body, want := range map[string]string{
		"content: {application/json: {example: {b: 1, a: <}, schema: {type: object}}}":         `{"a":"<","b":1}`,
		"content: {application/json: {examples: {one: {value: text}}}}":                        "text",
		"content: {a/b: {schema: {type: string}}, application/json: {schema: {type: object}}}": `{"type":"object"}`,
		"content: {text/csv: {schema: {}}}, description: Rows.":                                "Rows.",
		"content: {text/csv: {example: " + long + "}}, description: Rows.":                     "Rows.",
		"content: {}": "",
		"content: 5":  "",
	} {
		if got := item(t, "{post: {requestBody: {"+body+"}}}").Definition.BodyRemark; got != want {
			t.Errorf("%.80s: got %.80q, want %q", body, got, want)
		}
	}
}

// Given responses, when an operation is read, then the first examples of success and failure are its
// samples, and those of the extension before them.
func TestSamples(t *testing.T) {
	t.Parallel()
	for responses, want := range map[string][2]string{
		"{'404': {content: {a/b: {example: no}}}, '200': {content: {a/b: {example: yes}}}}":                               {"yes", "no"},
		"{'200': {description: x}, '201': {content: {a/b: {example: {a: 1}}}}, default: {$ref: '#/nowhere'}}":             {`{"a":1}`, ""},
		"{default: {x-apigateway-result-normal-sample: n, x-apigateway-result-failure-sample: ''}}":                       {"n", ""},
		"{'200': {content: {a/b: {example: yes}}}, default: {x-apigateway-result-normal-sample: n}}":                      {"n", ""},
		"{'200': {content: {a/b: {example: " + strings.Repeat("x", 20481) + "}}}, '299': {content: {a/b: {example: s}}}}": {"s", ""},
	} {
		d := item(t, "{get: {responses: "+responses+"}}").Definition
		if got := [2]string{d.ResultNormalSample, d.ResultFailureSample}; got != want {
			t.Errorf("%.80s: got %.80q, want %q", responses, got, want)
		}
		if d.MockInfo == nil || d.MockInfo.ResultContent != want[0] {
			t.Errorf("%.80s: mock %+v, want it to answer with the sample", responses, d.MockInfo)
		}
	}
}
