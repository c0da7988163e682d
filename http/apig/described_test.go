package apig_test

import (
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// description is the OpenAPI document that the server serves.
type description struct {
	paths map[string]map[string]described // by path and lower-case method

	mu       sync.Mutex
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
	// Actions are those of the policies that allow it.
	Actions []string `json:"x-policy-actions"`
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
	d := &description{paths: document.Paths, compiler: jsonschema.NewCompiler()}
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

// operations returns the operations of the surface by their ids.
func (d *description) operations() map[string]described {
	all := map[string]described{}
	for path, item := range d.paths {
		for _, o := range item {
			if strings.HasPrefix(path, "/v2/{project_id}/api") {
				all[o.ID] = o
			}
		}
	}
	return all
}

// schema returns the schema at a place in the document.
func (d *description) schema(t *testing.T, place ...string) *jsonschema.Schema {
	t.Helper()
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for i, part := range place {
		place[i] = url.PathEscape(escape.Replace(part))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.compiler.Compile(documentURL + "#/" + strings.Join(place, "/"))
	if err != nil {
		t.Fatalf("the schema at %v: %v", place, err)
	}
	return s
}

// Every operation succeeds, with its documented status and what the description says: these members, no
// others, of these types. It causes its events and no others, and a change tells its position in the log,
// which is that of its last event.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	d := readDescription(t, nodetest.Admin(t))
	for _, o := range operations {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			c := o.world(t)
			before := c.Head(t)

			a := c.Must(t, o.status, o.request())

			d.holds(t, o, strconv.Itoa(o.status), a)
			events, types := c.Recorded(t, before), c.Types(t, before)
			if diff := cmp.Diff(o.events, types); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			want := ""
			if len(events) > 0 {
				want = strconv.FormatUint(uint64(events[len(events)-1].Position), 10)
			}
			if got := a.Header.Get("Gatelog-Position"); got != want {
				t.Errorf("position %q, want %q", got, want)
			}
			d.holds(t, o, "default", c.Send(t, strangers(o)))
		})
	}
}

// holds holds an answer against what is described under a status of the operation, or under default.
func (d *description) holds(t *testing.T, o operation, status string, a nodetest.Answer) {
	t.Helper()
	path, method, found := d.find(o.id)
	response, there := found.Responses[status]
	switch {
	case !there || method != strings.ToLower(o.method):
		t.Fatalf("%s is described as %s %s without %s", o.id, method, path, status)
	case response.Content == nil:
		if a.Body != "" {
			t.Errorf("nothing is described, got %.200s", a.Body)
		}
		return
	}
	got, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err != nil {
		t.Fatalf("%.200s: %v", a.Body, err)
	}
	schema := d.schema(t, "paths", path, method, "responses", status, "content", "application/json", "schema")
	if err := schema.Validate(got); err != nil {
		t.Errorf("%s: %v in %.2000s", status, err, a.Body)
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
		if !strings.HasPrefix(path, "/v2/{project_id}/apigw/") {
			continue
		}
		for method, found := range item {
			described++
			o, there := known[found.ID]
			if !there {
				t.Errorf("%s is served, but not in the table: add a request that succeeds to operations, in the file of its family (*_operations_test.go), "+
					"and what the request names to parts", found.ID)
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
	if want := servedOperations(t); described != want {
		t.Errorf("%d operations are described, the contract tests know %d", described, want)
	}
}

// servedOperations counts the operations that the contract tests go through.
func servedOperations(t *testing.T) int {
	t.Helper()
	served := 0
	for _, file := range []string{"operations.tsv", "sdk_operations.tsv"} {
		table, err := os.ReadFile("../../test/contract/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		served += strings.Count(string(table), "\tyes\t")
	}
	return served
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
