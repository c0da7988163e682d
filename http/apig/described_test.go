package apig_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// description is the OpenAPI document that the server serves.
type description struct {
	paths    map[string]map[string]described // by path and lower-case method
	compiler *jsonschema.Compiler
}

// described is an operation in the document.
type described struct {
	ID          string               `json:"operationId"`
	Parameters  []describedParameter `json:"parameters"`
	RequestBody *struct {
		Content map[string]any `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]any `json:"content"`
	} `json:"responses"`
}

type describedParameter struct {
	Name, In string
	Schema   struct{ Type string }
}

const documentURL = "https://gatelog.test/openapi.json"

func readDescription(t *testing.T, c *nodetest.Client) *description {
	t.Helper()
	a := c.Must(t, 200, nodetest.Request{Path: "/openapi.json", Unsigned: true})
	var document struct {
		Paths map[string]map[string]described `json:"paths"`
	}
	a.Into(t, &document)
	whole, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	d := &description{document.Paths, jsonschema.NewCompiler()}
	if err := d.compiler.AddResource(documentURL, whole); err != nil {
		t.Fatal(err)
	}
	return d
}

// find returns where in the document an operation is.
func (d *description) find(id string) (path, method string, found described) {
	for path, item := range d.paths {
		for method, o := range item {
			if o.ID == id {
				return path, method, o
			}
		}
	}
	return "", "", described{}
}

// schema returns the schema at a place in the document.
func (d *description) schema(t *testing.T, place ...string) *jsonschema.Schema {
	t.Helper()
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for i, part := range place {
		place[i] = url.PathEscape(escape.Replace(part))
	}
	s, err := d.compiler.Compile(documentURL + "#/" + strings.Join(place, "/"))
	if err != nil {
		t.Fatalf("the schema at %v: %v", place, err)
	}
	return s
}

// §2.3 and the table of each operation: what is answered, success and refusal, is what the description
// says: these members, no others, of these types.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	d := readDescription(t, nodetest.Admin(t))
	for _, o := range operations {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := newWorld(t)
			path, method, found := d.find(o.id)
			if method != strings.ToLower(o.method) {
				t.Fatalf("described as %s %s, want %s", method, path, o.method)
			}
			for name, r := range map[string]nodetest.Request{strconv.Itoa(o.status): o.request(), "default": strangers(o)} {
				response, there := found.Responses[name]
				if !there {
					t.Fatalf("no %s is described", name)
				}
				a := c.Send(t, r)
				if name != "default" && a.Status != o.status {
					t.Fatalf("status %d, want %d: %.500s", a.Status, o.status, a.Body)
				}
				if response.Content == nil {
					if a.Body != "" {
						t.Errorf("nothing is described, got %.200s", a.Body)
					}
					continue
				}
				got, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
				if err != nil {
					t.Fatalf("%.200s: %v", a.Body, err)
				}
				schema := d.schema(t, "paths", path, method, "responses", name, "content", "application/json", "schema")
				if err := schema.Validate(got); err != nil {
					t.Errorf("%s: %v in %.2000s", name, err, a.Body)
				}
			}
		})
	}
}

// strangers is the operation's request from nobody.
func strangers(o operation) nodetest.Request {
	r := o.request()
	r.Unsigned = true
	return r
}

// Every operation that is served is in the description, with its path below the project and its status,
// and is in the table that the tests here go through.
func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	c := nodetest.Admin(t)
	d := readDescription(t, c)
	known := map[string]operation{}
	for _, o := range operations {
		known[o.id] = o
	}
	described := 0
	for path, item := range d.paths {
		if !strings.HasPrefix(path, "/v2/") {
			continue
		}
		for method, found := range item {
			described++
			o, there := known[found.ID]
			if !there {
				t.Errorf("%s is described, but not in the table", found.ID)
				continue
			}
			if _, there := found.Responses[strconv.Itoa(o.status)]; !there {
				t.Errorf("%s: status %d is not described", found.ID, o.status)
			}
			if (o.body != "") != (found.RequestBody != nil) {
				t.Errorf("%s: a body is described: %v", found.ID, found.RequestBody != nil)
			}
			if want := strings.Count(path, "{"); want != parametersOf(o) || method != strings.ToLower(o.method) {
				t.Errorf("%s: %s %s, the table has %s %s", found.ID, method, path, o.method, o.path)
			}
		}
	}
	if described != 44 || len(known) != 44 {
		t.Errorf("%d operations are described and %d in the table, want 44", described, len(known))
	}
}

// parametersOf counts the parameters in the path of a request.
func parametersOf(o operation) int {
	path, _, _ := strings.Cut(o.path, "?")
	n := strings.Count(path, "$")
	if !strings.HasPrefix(path, "/") {
		n += 2 // of the instance
	}
	return n
}
