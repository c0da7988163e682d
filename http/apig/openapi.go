package apig

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
	"github.com/gatelog/gatelog/http/web"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const tagOpenAPI = "OpenAPI documents"

// documents registers APIG V2 §3.16.
func (s *Surface) documents(api huma.API) {
	register(s, api, operation{
		id: "ExportApiDefinitionsV2", section: "3.16.1", method: http.MethodPost, path: instancePath + "/openapi/export", status: 200,
		summary: "Export the APIs of a group as an OpenAPI document", actions: []string{"apig:apis:export"}, tag: tagOpenAPI, audited: web.AuditNothing,
		answers: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "The document."}},
			"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString, Description: "The document."}},
		},
	}, s.exportAPIs)
	register(s, api, operation{
		id: "ImportApiDefinitionsV2", section: "3.16.2", method: http.MethodPost, path: instancePath + "/openapi/import", status: 200,
		summary: "Import APIs from an OpenAPI document", actions: []string{"apig:apis:import"}, tag: tagOpenAPI,
	}, s.importAPIs)
}

// ImportForm is the form of an import (APIG V2 §3.16.2).
type ImportForm struct {
	IsCreateGroup string        `form:"is_create_group" required:"false" enum:"true,false" doc:"Whether to make a new group (default true)."`
	GroupID       string        `form:"group_id" required:"false" doc:"Group to import into; required when no group is made."`
	ExtendMode    string        `form:"extend_mode" required:"false" enum:"merge,override" doc:"What becomes of extended information that exists: merge (default) or override."`
	SimpleMode    string        `form:"simple_mode" required:"false" enum:"true,false" doc:"Accepted; imports are always complete."`
	MockMode      string        `form:"mock_mode" required:"false" enum:"true,false" doc:"true gives every API a mock backend."`
	APIMode       string        `form:"api_mode" required:"false" enum:"merge,override" doc:"What becomes of an API that exists: merge (default) or override."`
	File          huma.FormFile `form:"file_name" required:"false" doc:"Required. The document: OpenAPI 2.0 or 3.x, JSON or YAML."`
}

type importIn struct {
	InInstance
	RawBody huma.MultipartFormFiles[ImportForm]
}

// ImportView is the outcome of an import (APIG V2 §3.16.2).
type ImportView struct {
	GroupID string                       `json:"group_id"`
	Success []apig.ImportSuccess         `json:"success"`
	Failure []apig.ImportFailure         `json:"failure"`
	Ignore  []apig.ImportIgnored         `json:"ignore"`
	Notes   []projectionsapig.ImportNote `json:"notes,omitempty" doc:"What of the document has no place in a definition and was left out."`
}

func (s *Surface) importAPIs(ctx context.Context, call commands.Call, in *importIn) (*answer[ImportView], error) {
	order, text, err := orderIn(&in.RawBody)
	if err != nil {
		return nil, err
	}
	read, err := s.Documents.Import(ctx, in.in(), order, text)
	if err != nil {
		return nil, err
	}
	result, position, err := s.Commands.ImportAPIs.Do(ctx, s.Bus, call, read.Command)
	if err != nil {
		return nil, at(position, err)
	}
	result.Failure = append(result.Failure, read.Unreadable...)
	view := ImportView{
		GroupID: result.GroupID, Success: orEmpty(result.Success), Failure: orEmpty(result.Failure), Ignore: orEmpty(result.Ignore), Notes: read.Notes,
	}
	return changed(view, position), nil
}

// importFile is the only file of the form, importMembers are its other members.
const importFile = "file_name"

var importMembers = []string{"is_create_group", "group_id", "extend_mode", "simple_mode", "mock_mode", "api_mode"}

// onlyKnown refuses a form with a member that nobody knows: what a client misspells must not be ignored.
func onlyKnown(form *multipart.Form) error {
	for name := range form.Value {
		if !slices.Contains(importMembers, name) && name != importFile {
			return apig.ErrParameter("unknown member of the form: " + name)
		}
	}
	for name := range form.File {
		if name != importFile {
			return apig.ErrParameter("unknown file in the form: " + name)
		}
	}
	return nil
}

// orderIn reads the form of an import and its file.
func orderIn(f *huma.MultipartFormFiles[ImportForm]) (apig.ImportOrder, []byte, error) {
	if err := onlyKnown(f.Form); err != nil {
		return apig.ImportOrder{}, nil, err
	}
	form := f.Data()
	text, err := form.text()
	if err != nil {
		return apig.ImportOrder{}, nil, err
	}
	order := apig.ImportOrder{APIMode: form.APIMode, ExtendMode: form.ExtendMode, MockMode: form.MockMode == "true"}
	if form.IsCreateGroup == "false" {
		if order.GroupID = form.GroupID; order.GroupID == "" {
			return order, nil, apig.ErrMissing("group_id")
		}
	}
	return order, text, nil
}

// text returns the file of the form, one byte more than allowed when it is too long.
func (f *ImportForm) text() ([]byte, error) {
	if !f.File.IsSet {
		return nil, apig.ErrMissing(importFile)
	}
	text, err := io.ReadAll(io.LimitReader(f.File, oas.MaxDocument+1))
	if err := errors.Join(err, f.File.Close()); err != nil {
		return nil, apig.ErrImportFormat("the file could not be read")
	}
	return text, nil
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

type exportIn struct {
	InInstance
	OASVersion string `query:"oas_version" enum:"2.0,3.0" default:"2.0" doc:"Version of OpenAPI."`
	Body       apig.ExportBody
}

type exported struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Surface) exportAPIs(ctx context.Context, _ commands.Call, in *exportIn) (*exported, error) {
	if err := in.Body.Check(); err != nil {
		return nil, err
	}
	order := apig.ExportOrder{ExportBody: in.Body, OASVersion: in.OASVersion}
	file, err := s.Documents.Export(ctx, in.in(), order)
	if err != nil {
		return nil, err
	}
	return &exported{mediaType(file.Type), `attachment; filename="` + in.Body.GroupID + "." + file.Type + `"`, file.Text}, nil
}

func mediaType(format string) string {
	if format == "json" {
		return "application/json"
	}
	return "application/yaml"
}
