package apig

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// TaskView names an asynchronous task that was taken on (APIG V2 §3.30.1).
type TaskView struct {
	TaskID string `json:"task_id"`
}

// TaskResultView is how far an asynchronous task is (APIG V2 §3.30.3).
type TaskResultView struct {
	TaskID string `json:"task_id"`
	Status string `json:"task_status" doc:"waiting, processing, succeed or failed."`
	Type   string `json:"task_type" doc:"import_api or export_api."`
	Result string `json:"task_result" doc:"Empty until the task is over; then a JSON object: what was imported, the exported document, or error_code and error_msg."`
}

// ImportedView is the result of an import, in the text task_result.
type ImportedView struct {
	GroupID string               `json:"group_id"`
	Success []apig.ImportSuccess `json:"success"`
	Failure []apig.ImportFailure `json:"failure"`
	Ignore  []apig.ImportIgnored `json:"ignore"`
	Swagger SwaggerView          `json:"swagger"`
}

// SwaggerView is the document of an import.
type SwaggerView struct {
	ID     string `json:"id"`
	Result string `json:"result"`
}

// ExportedView is the result of an export, in the text task_result.
type ExportedView struct {
	FileName string `json:"file_name"`
	FileType string `json:"file_type"`
	Content  string `json:"content"`
}

const tagTasks = "Asynchronous tasks"

// tasks registers APIG V2 §3.30.
func (s *Surface) tasks(api huma.API) {
	register(s, api, operation{
		id: "ExportApiDefinitionsAsync", section: "3.30.1", method: http.MethodPost, path: instancePath + "/openapi/async-export", status: 202,
		summary: "Export the APIs of a group as an OpenAPI document, in a task", actions: []string{"apig:apis:export"}, tag: tagTasks,
	}, s.requestExport)
	register(s, api, operation{
		id: "ImportApiDefinitionsAsync", section: "3.30.2", method: http.MethodPost, path: instancePath + "/openapi/async-import", status: 202,
		summary: "Import APIs from an OpenAPI document, in a task", actions: []string{"apig:apis:import"}, tag: tagTasks,
	}, s.requestImport)
	register(s, api, operation{
		id: "ShowAsyncTaskResult", section: "3.30.3", method: http.MethodGet, path: instancePath + "/async-tasks/{task_id}", status: 200,
		summary: "Show a task and its result", actions: []string{"apig:apis:export", "apig:apis:import"}, tag: tagTasks,
	}, s.showTask)
}

func (s *Surface) requestExport(ctx context.Context, call commands.Call, in *exportIn) (*answer[TaskView], error) {
	t, position, err := s.Commands.RequestExport.Do(ctx, s.Bus, call, apig.RequestExport{
		InstanceID: in.InstanceID, Order: apig.ExportOrder{ExportBody: in.Body, OASVersion: in.OASVersion},
	})
	if err != nil {
		return nil, at(position, err)
	}
	return changed(TaskView{t.ID}, position), nil
}

// requestImport refuses at once what can't be a document; the rest is the task's.
func (s *Surface) requestImport(ctx context.Context, call commands.Call, in *importIn) (*answer[TaskView], error) {
	order, text, err := orderIn(&in.RawBody)
	if err != nil {
		return nil, err
	}
	if _, err := oas.Parse(text, oas.ImportOptions{}); err != nil {
		return nil, err
	}
	if err := s.Queries.Exists(ctx, in.in()); err != nil {
		return nil, err
	}
	t, position, err := s.Commands.RequestImport(ctx, s.Bus, s.TaskFiles, call, apig.RequestImport{InstanceID: in.InstanceID, Order: order}, text)
	if err != nil {
		return nil, at(position, err)
	}
	return changed(TaskView{t.ID}, position), nil
}

type taskIn struct {
	InInstance
	TaskID string `path:"task_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Task."`
}

func (s *Surface) showTask(ctx context.Context, _ commands.Call, in *taskIn) (*answer[TaskResultView], error) {
	t, err := s.Queries.Task(ctx, in.in(), in.TaskID)
	if err != nil {
		return nil, err
	}
	result, err := s.resultOf(ctx, in, t)
	if err != nil {
		return nil, err
	}
	return read(TaskResultView{TaskID: t.ID, Status: string(t.Status), Type: string(t.Type), Result: result}), nil
}

// resultOf writes the result of a task as a text. A task whose file is lost is one that does not exist any
// more.
func (s *Surface) resultOf(ctx context.Context, in *taskIn, t apig.Task) (string, error) {
	var result any
	switch {
	case t.Failure != nil:
		result = t.Failure
	case t.Imported != nil:
		r := t.Imported
		result = ImportedView{
			GroupID: r.GroupID, Success: orEmpty(r.Success), Failure: orEmpty(r.Failure), Ignore: orEmpty(r.Ignore),
			Swagger: SwaggerView{ID: t.Import.File.ID, Result: "Success"},
		}
	case t.Exported != nil:
		content, err := s.TaskFiles.Get(ctx, in.ProjectID, in.InstanceID, t.Exported.ID)
		if err != nil {
			return "", err
		}
		if content == nil {
			return "", apig.ErrTaskNotFound(t.ID)
		}
		result = ExportedView{FileName: t.Exported.Name, FileType: t.Exported.Type, Content: string(content)}
	default:
		return "", nil
	}
	text, err := json.Marshal(result)
	return string(text), err
}
