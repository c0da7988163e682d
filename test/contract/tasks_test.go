package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// asyncImport is an asynchronous import of a document, with form fields by their names in §3.30.2.
func (c *client) asyncImport(t *testing.T, document string, fields doc) *model.ImportApiDefinitionsAsyncRequest {
	t.Helper()
	body := model.ImportApiDefinitionsAsyncRequestBody(*c.importRequest(t, document, fields).Body)
	return &model.ImportApiDefinitionsAsyncRequest{InstanceId: c.instance, Body: &body}
}

func (c *client) asyncExport(t *testing.T, body doc, oasVersion string) *model.ExportApiDefinitionsAsyncRequest {
	t.Helper()
	request := doc{"instance_id": c.instance, "body": body}
	if oasVersion != "" {
		request["oas_version"] = oasVersion
	}
	return fromDoc[model.ExportApiDefinitionsAsyncRequest](t, request)
}

func (c *client) task(id string) *model.ShowAsyncTaskResultRequest {
	return &model.ShowAsyncTaskResultRequest{InstanceId: c.instance, TaskId: id}
}

// outcome waits until a task is over, and returns its result.
func (c *client) outcome(t *testing.T, accepted doc, kind, status string) doc {
	t.Helper()
	id := text(t, accepted, "task_id")
	var shown doc
	eventually(t, "the task "+id+" is over", func() bool {
		shown = call(t, c.api.ShowAsyncTaskResult, c.task(id))
		wantFields(t, shown, doc{"task_id": id, "task_type": kind})
		over := shown["task_status"] == "succeed" || shown["task_status"] == "failed"
		if !over && shown["task_result"] != "" {
			t.Errorf("a task with a result before it is over: %v", shown)
		}
		return over
	})
	wantFields(t, shown, doc{"task_status": status})
	var result doc
	if err := json.Unmarshal([]byte(text(t, shown, "task_result")), &result); err != nil {
		t.Fatalf("the result is no JSON object: %v: %v", err, shown)
	}
	return result
}

// §3.30.2, §3.30.3 ex: an asynchronous import does what a synchronous one does.
func TestAsyncImport(t *testing.T) {
	t.Parallel()
	title := unique("orders")

	result := admin.outcome(t, call(t, admin.api.ImportApiDefinitionsAsync, admin.asyncImport(t, ordersAs(t, title), nil)), "import_api", "succeed")

	group := text(t, result, "group_id")
	wantFields(t, admin.showGroup(t, group), doc{"name": title})
	want := []string{"GET /health", "GET /orders/{order_id}", "POST /orders"}
	imported := list(t, result, "success")
	if diff := cmp.Diff(want, routes(t, imported, "method", "path")); diff != "" {
		t.Errorf("imported (-want +got):\n%s", diff)
	}
	for _, row := range imported {
		wantFields(t, row, doc{"action": "create"})
	}
	if diff := cmp.Diff(want, admin.routesOf(t, group)); diff != "" {
		t.Errorf("the group's APIs (-want +got):\n%s", diff)
	}
	wantFields(t, result, doc{"swagger": doc{"result": "Success"}})
	if len(list(t, result, "failure")) != 0 || len(list(t, result, "ignore")) != 0 {
		t.Errorf("result %v", result)
	}

	again := admin.outcome(t, call(t, admin.api.ImportApiDefinitionsAsync, admin.asyncImport(t, ordersAs(t, title),
		doc{"is_create_group": false, "group_id": group})), "import_api", "succeed")
	if ignored := list(t, again, "ignore"); len(ignored) != 3 {
		t.Errorf("merge is the default, but %v was ignored", ignored)
	}
}

// §3.30.3 ex: what is refused later is told as the failure of the task.
func TestAsyncTasksFail(t *testing.T) {
	t.Parallel()
	taken := unique("group")
	group := text(t, admin.createGroup(t, doc{"name": taken}), "id")

	named := call(t, admin.api.ImportApiDefinitionsAsync, admin.asyncImport(t, ordersAs(t, taken), nil))
	wantFields(t, admin.outcome(t, named, "import_api", "failed"), doc{"error_code": "APIG.3201"})

	into := call(t, admin.api.ImportApiDefinitionsAsync, admin.asyncImport(t, ordersAs(t, taken), doc{"is_create_group": false, "group_id": unknownID}))
	wantFields(t, admin.outcome(t, into, "import_api", "failed"), doc{"error_code": "APIG.3001"})

	for code, body := range map[string]doc{
		"APIG.3001": {"group_id": unknownID, "env_id": releaseEnv}, "APIG.3003": {"group_id": group, "env_id": unknownID},
	} {
		wantFields(t, admin.outcome(t, call(t, admin.api.ExportApiDefinitionsAsync, admin.asyncExport(t, body, "")), "export_api", "failed"), doc{"error_code": code})
	}
}

// §3.30.1, §3.30.3: an asynchronous export gives the document that a synchronous one gives.
func TestAsyncExport(t *testing.T) {
	t.Parallel()
	group, _ := admin.published(t)
	for _, version := range []string{"", "2.0", "3.0"} {
		for _, format := range []string{"json", "yaml"} {
			body := doc{"group_id": group, "env_id": releaseEnv, "define": "all", "type": format, "version": "v7"}

			result := admin.outcome(t, call(t, admin.api.ExportApiDefinitionsAsync, admin.asyncExport(t, body, version)), "export_api", "succeed")

			wantFields(t, result, doc{"file_type": format, "file_name": text(t, admin.showGroup(t, group), "name") + "-RELEASE-all-v7"})
			if diff := cmp.Diff(admin.export(t, body, version), text(t, result, "content")); diff != "" {
				t.Errorf("version %q, %s (-synchronous +asynchronous):\n%s", version, format, diff)
			}
		}
	}
}

// §3.30: what can be seen at once is refused at once.
func TestAsyncTasksAreRefused(t *testing.T) {
	t.Parallel()
	group, good := admin.newGroup(t), testdata(t, "orders.yaml")
	into := doc{"is_create_group": false, "group_id": group}
	for name, c := range map[string]struct {
		document string
		fields   doc
		want     refusal
	}{
		"group not named":  {good, doc{"is_create_group": false}, badParameter("group_id")},
		"empty file":       {"", into, refusedAs(400, "APIG.3609")},
		"no OpenAPI":       {"hello: world\n", into, refusedAs(400, "APIG.3600", "APIG.3601", "APIG.3602")},
		"too long":         {strings.Repeat(" ", 10<<20) + "a", into, refusedAs(400, "APIG.3603")},
		"unknown API mode": {good, doc{"is_create_group": false, "group_id": group, "api_mode": "mix"}, badParameter("api_mode")},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, admin.api.ImportApiDefinitionsAsync, admin.asyncImport(t, c.document, c.fields), c.want)
		})
	}
	for name, body := range map[string]doc{"env_id": {"group_id": group}, "group_id": {"env_id": releaseEnv}, "define": {"group_id": group, "env_id": releaseEnv, "define": "x"}} {
		admin.send(t, message{method: "POST", path: below("/openapi/async-export"), body: jsonOf(t, body)}).refused(t, badParameter(name))
	}
	refuse(t, admin.api.ShowAsyncTaskResult, admin.task(unknownID), refusedAs(404, "APIG.3093"))
	nowhere := admin.in(t, admin.project, unknownID)
	refuse(t, nowhere.api.ShowAsyncTaskResult, nowhere.task(unknownID), refusedAs(404, "APIG.3030"))
	refuse(t, nowhere.api.ImportApiDefinitionsAsync, nowhere.asyncImport(t, good, nil), refusedAs(404, "APIG.3030"))
}

// §3.30.3: a task is its project's and its instance's own.
func TestAsyncTasksAreNobodyElses(t *testing.T) {
	t.Parallel()
	group, _ := admin.published(t)
	accepted := call(t, admin.api.ExportApiDefinitionsAsync, admin.asyncExport(t, doc{"group_id": group, "env_id": releaseEnv}, ""))
	stranger := newTenant(t)
	refuse(t, stranger.api.ShowAsyncTaskResult, stranger.task(text(t, accepted, "task_id")), refusedAs(404, "APIG.3093"))
	admin.outcome(t, accepted, "export_api", "succeed")
}
