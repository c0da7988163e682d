package contract

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// importRequest is an import of a document, with form fields by their names in §3.16.2.
func (c *client) importRequest(t *testing.T, document string, fields doc) *model.ImportApiDefinitionsV2Request {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.yaml")
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // only read
	body := &model.ImportApiDefinitionsV2RequestBody{FileName: def.NewFilePart(file)}
	parts := map[string]**def.MultiPart{
		"is_create_group": &body.IsCreateGroup, "group_id": &body.GroupId, "extend_mode": &body.ExtendMode,
		"simple_mode": &body.SimpleMode, "mock_mode": &body.MockMode, "api_mode": &body.ApiMode,
	}
	for name, value := range fields {
		*parts[name] = def.NewMultiPart(value)
	}
	return &model.ImportApiDefinitionsV2Request{InstanceId: c.instance, Body: body}
}

func (c *client) importInto(t *testing.T, group, document string, fields doc) doc {
	t.Helper()
	all := merged(doc{"is_create_group": false, "group_id": group}, fields)
	return call(t, c.api.ImportApiDefinitionsV2, c.importRequest(t, document, all))
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// ordersAs is the example of our own with another title, which becomes the name of the group.
func ordersAs(t *testing.T, title string) string {
	t.Helper()
	return strings.Replace(testdata(t, "orders.yaml"), "title: orders_example", "title: "+title, 1)
}

// routes returns "GET /path" of each row, sorted.
func routes(t *testing.T, rows []doc, method, path string) []string {
	t.Helper()
	var all []string
	for _, row := range rows {
		all = append(all, text(t, row, method)+" "+text(t, row, path))
	}
	slices.Sort(all)
	return all
}

func (c *client) routesOf(t *testing.T, group string) []string {
	t.Helper()
	return routes(t, list(t, c.listAPIs(t, doc{"group_id": group, "limit": 500}), "apis"), "req_method", "req_uri")
}

// §3.16.2: without more said, the document's title is the name of a new group.
func TestImportMakesAGroup(t *testing.T) {
	t.Parallel()
	title := unique("orders")

	done := call(t, admin.api.ImportApiDefinitionsV2, admin.importRequest(t, ordersAs(t, title), nil))

	group := text(t, done, "group_id")
	wantFields(t, admin.showGroup(t, group), doc{"name": title})
	want := []string{"GET /health", "GET /orders/{order_id}", "POST /orders"}
	imported := list(t, done, "success")
	if diff := cmp.Diff(want, routes(t, imported, "method", "path")); diff != "" {
		t.Errorf("imported (-want +got):\n%s", diff)
	}
	for _, row := range imported {
		wantFields(t, row, doc{"action": "create"})
		wantFields(t, admin.showAPI(t, text(t, row, "id")), doc{"group_id": group})
	}
	if failed := list(t, done, "failure"); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	if diff := cmp.Diff(want, admin.routesOf(t, group)); diff != "" {
		t.Errorf("the group's APIs (-want +got):\n%s", diff)
	}
}

// §3.16.2, §3.30.3: what the extensions say becomes the definition.
func TestImportReadsTheExtensions(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)

	done := admin.importInto(t, group, testdata(t, "orders.yaml"), nil)

	want := map[string]doc{
		"/orders/{order_id}": {
			"name": "readOrder", "type": 1, "req_method": "GET", "req_protocol": "HTTPS", "auth_type": "APP", "match_mode": "NORMAL",
			"cors": true, "remark": "Reads one order", "tags": []string{"orders"}, "backend_type": "HTTP",
			"backend_api": doc{
				"url_domain": "orders.example.com:8443", "req_protocol": "HTTPS", "req_method": "GET",
				"req_uri": "/v7/orders/{order_id}", "timeout": 4000,
			},
			"req_params": []doc{
				{"name": "order_id", "location": "PATH", "type": "STRING", "required": 1},
				{"name": "verbose", "location": "QUERY", "required": 2, "remark": "whether to tell everything"},
				{"name": "X-Trace", "location": "HEADER"},
			},
			"backend_params": []doc{
				{"name": "order_id", "location": "PATH", "origin": "REQUEST", "value": "order_id"},
				{"name": "X-Constant", "location": "HEADER", "origin": "CONSTANT", "value": "demo"},
			},
		},
		"/orders": {
			"name": "placeOrder", "type": 2, "req_method": "POST", "auth_type": "IAM", "match_mode": "SWA",
			"backend_type": "MOCK", "mock_info": doc{"result_content": "placed"},
		},
		"/health": {
			"name": "health_check", "auth_type": "NONE", "backend_type": "FUNCTION",
			"func_info": doc{
				"function_urn": "urn:fss:region-1:project:function:default:health", "version": "latest",
				"invocation_type": "sync", "network_type": "V1", "timeout": 3000,
			},
		},
	}
	for _, row := range list(t, done, "success") {
		wantFields(t, admin.showAPI(t, text(t, row, "id")), want[text(t, row, "path")])
	}
}

// The example that the README's walk imports, with mock backends instead of its own.
func TestImportOfThePetshop(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	petshop, err := os.ReadFile(filepath.Join("..", "..", "examples", "petshop.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	done := admin.importInto(t, group, string(petshop), doc{"mock_mode": true})

	imported := list(t, done, "success")
	if len(imported) != 9 || len(list(t, done, "failure")) != 0 {
		t.Fatalf("%d operations imported, want 9; failed: %v", len(imported), done["failure"])
	}
	if diff := cmp.Diff(routes(t, imported, "method", "path"), admin.routesOf(t, group)); diff != "" {
		t.Errorf("the group's APIs (-imported +listed):\n%s", diff)
	}
	for _, row := range imported {
		api := admin.showAPI(t, text(t, row, "id"))
		wantFields(t, api, doc{"backend_type": "MOCK"})
		if row["path"] == "/animals" && row["method"] == "GET" {
			wantFields(t, api, doc{"name": "listAnimals", "tags": []string{"animals"}})
		}
	}
}

// §3.16.2: merge keeps what is there, override replaces it.
func TestImportMeetsWhatIsThere(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	document := testdata(t, "orders.yaml")
	first := list(t, admin.importInto(t, group, document, nil), "success")
	ids := map[string]string{}
	for _, row := range first {
		ids[text(t, row, "path")] = text(t, row, "id")
	}
	newer := strings.Replace(document, "result-content: placed", "result-content: newer", 1)

	merged := admin.importInto(t, group, newer, doc{"api_mode": "merge"})

	for _, row := range list(t, merged, "success") {
		if row["action"] == "create" {
			t.Errorf("merge made a second API: %v", row)
		}
	}
	wantFields(t, admin.showAPI(t, ids["/orders"]), doc{"mock_info": doc{"result_content": "placed"}})

	overridden := list(t, admin.importInto(t, group, newer, doc{"api_mode": "override", "extend_mode": "override"}), "success")

	if len(overridden) != 3 {
		t.Fatalf("override changed %d APIs, want 3", len(overridden))
	}
	for _, row := range overridden {
		wantFields(t, row, doc{"action": "update", "id": ids[text(t, row, "path")]})
	}
	wantFields(t, admin.showAPI(t, ids["/orders"]), doc{"mock_info": doc{"result_content": "newer"}})
	if n := len(admin.routesOf(t, group)); n != 3 {
		t.Errorf("the group has %d APIs, want 3", n)
	}
}

func TestImportIsRefused(t *testing.T) {
	t.Parallel()
	taken := unique("group")
	group := text(t, admin.createGroup(t, doc{"name": taken}), "id")
	good := testdata(t, "orders.yaml")
	into := doc{"is_create_group": false, "group_id": group}
	cases := map[string]struct {
		document string
		fields   doc
		want     refusal
	}{
		"group not named":  {good, doc{"is_create_group": false}, badParameter("group_id")},
		"unknown group":    {good, doc{"is_create_group": false, "group_id": unknownID}, noGroup},
		"group name taken": {ordersAs(t, taken), nil, refusedAs(400, "APIG.3201")},
		"empty file":       {"", into, refusedAs(400, "APIG.3609")},
		"an Excel file":    {"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml", into, refusedAs(400, "APIG.3600")},
		"neither of both":  {"{\"swagger\": ", into, refusedAs(400, "APIG.3600", "APIG.3602")},
		"no OpenAPI":       {"hello: world\n", into, refusedAs(400, "APIG.3600", "APIG.3601", "APIG.3602")},
		"version 1.2":      {"swagger: \"1.2\"\ninfo: {title: abc, version: v}\npaths: {}\n", into, refusedAs(400, "APIG.3601")},
		"unknown API mode": {good, doc{"is_create_group": false, "group_id": group, "api_mode": "mix"}, badParameter("api_mode")},
		"no truth value":   {good, doc{"is_create_group": "perhaps", "group_id": group}, badParameter("")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.ImportApiDefinitionsV2, admin.importRequest(t, c.document, c.fields), c.want)
			if found := admin.routesOf(t, group); len(found) != 0 {
				t.Errorf("a refused import made %v", found)
			}
		})
	}
}

func TestImportWithoutAFileIsRefused(t *testing.T) {
	t.Parallel()
	path := below("/openapi/import")
	admin.send(t, message{method: "POST", path: path, body: `{"is_create_group":true}`}).refused(t, badParameter(""))
	form := message{method: "POST", path: path, header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, body: "--x--\r\n"}
	admin.send(t, form).refused(t, badParameter(""))
}
