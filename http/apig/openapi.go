package apig

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const tagOpenAPI = "OpenAPI documents"

// documents registers APIG V2 §3.16.
func (s *Surface) documents(api huma.API) {
	register(s, api, operation{
		id: "ExportApiDefinitionsV2", section: "3.16.1", method: http.MethodPost, path: instancePath + "/openapi/export", status: 200,
		summary: "Export the APIs of a group as an OpenAPI document", actions: []string{"apig:apis:export"}, tag: tagOpenAPI,
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
	GroupID string               `json:"group_id"`
	Success []apig.ImportSuccess `json:"success"`
	Failure []apig.ImportFailure `json:"failure"`
	Ignore  []apig.ImportIgnored `json:"ignore"`
	Notes   []ImportNote         `json:"notes,omitempty" doc:"What of the document has no place in a definition and was left out."`
}

// ImportNote says what the definition of an API leaves out of its document.
type ImportNote struct {
	Path   string   `json:"path"`
	Method string   `json:"method"`
	Notes  []string `json:"notes"`
}

func (s *Surface) importAPIs(ctx context.Context, call commands.Call, in *importIn) (*answer[ImportView], error) {
	if err := onlyKnown(in.RawBody.Form); err != nil {
		return nil, err
	}
	form := in.RawBody.Data()
	document, err := s.document(ctx, in)
	if err != nil {
		return nil, err
	}
	command, err := form.command(in.InstanceID, document)
	if err != nil {
		return nil, err
	}
	result, position, err := s.Commands.ImportAPIs.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, at(position, err)
	}
	view := ImportView{GroupID: result.GroupID, Success: orEmpty(result.Success), Failure: orEmpty(result.Failure), Ignore: orEmpty(result.Ignore)}
	for _, f := range document.Failures {
		view.Failure = append(view.Failure, apig.ImportFailure{Path: f.Path, Method: f.Method, Code: f.Err.Code, Message: f.Err.Message})
	}
	for _, a := range document.APIs {
		if len(a.Notes) > 0 {
			view.Notes = append(view.Notes, ImportNote{a.Path, a.Method, a.Notes})
		}
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

// document reads the file of the form. It names channels, authorizers and responses of the group to
// import into, definitions have their ids.
func (s *Surface) document(ctx context.Context, in *importIn) (*oas.Document, error) {
	f := in.RawBody.Data()
	names, err := s.Queries.Names(ctx, in.in(), f.GroupID)
	if err != nil {
		return nil, err
	}
	return f.document(names.ByName())
}

func (f *ImportForm) document(ids projectionsapig.Names) (*oas.Document, error) {
	if !f.File.IsSet {
		return nil, apig.ErrMissing(importFile)
	}
	text, err := io.ReadAll(io.LimitReader(f.File, oas.MaxDocument+1))
	if err := errors.Join(err, f.File.Close()); err != nil {
		return nil, apig.ErrImportFormat("the file could not be read")
	}
	return oas.Parse(text, oas.ImportOptions{
		MockMode: f.MockMode == "true", Channels: ids.Channels, Authorizers: ids.Authorizers, Responses: ids.Responses,
	})
}

func (f *ImportForm) command(instanceID string, document *oas.Document) (apig.ImportAPIs, error) {
	command := apig.ImportAPIs{
		InstanceID: instanceID, APIMode: f.APIMode, ExtendMode: f.ExtendMode,
		GroupName: groupName(document.Title), GroupRemark: cutRunes(document.Description, maxRemark),
	}
	if f.IsCreateGroup == "false" {
		if f.GroupID == "" {
			return command, apig.ErrMissing("group_id")
		}
		command.GroupID = f.GroupID
	}
	for _, a := range document.APIs {
		command.Items = append(command.Items, apig.ImportItem{Method: a.Method, Path: a.Path, Definition: a.Definition})
	}
	return command, nil
}

// maxRemark is the longest remark of a group (APIG V2 §3.1.1); documents describe themselves at
// greater length.
const maxRemark = 1000

func cutRunes(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// notInNames are the characters that the name of a group cannot have (APIG V2 §3.1.1).
var notInNames = regexp.MustCompile(`[^\p{Han}A-Za-z0-9\-_./()（）:：、]+`)

// groupName makes the name of a group out of the title of a document: real ones have spaces and more.
// What is left when nothing fits is refused as an invalid title (APIG.2044).
func groupName(title string) string {
	return cutRunes(strings.Trim(notInNames.ReplaceAllString(title, "_"), "_-./:：、"), 255)
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
	e, err := s.Queries.Env(ctx, in.in(), in.Body.EnvID)
	if err != nil {
		return nil, err
	}
	g, err := s.Queries.Group(ctx, in.in(), in.Body.GroupID)
	if err != nil {
		return nil, err
	}
	definitions, err := s.definitions(ctx, in)
	if err != nil {
		return nil, err
	}
	names, err := s.Queries.Names(ctx, in.in(), g.ID)
	if err != nil {
		return nil, err
	}
	text, err := oas.Export(oas.ExportInput{
		Group: g.Name, Description: g.Remark, Environment: e.Name, Version: in.Body.Version, Time: time.Now().UTC(),
		Domain: s.subdomain(g.ID), Define: in.Body.Define, OASVersion: in.OASVersion, Type: in.Body.Type, APIs: definitions,
		Channels: names.Channels, Authorizers: names.Authorizers, Responses: names.Responses,
	})
	if err != nil {
		return nil, err
	}
	return &exported{mediaType(in.Body.Type), `attachment; filename="` + g.ID + "." + extension(in.Body.Type) + `"`, text}, nil
}

// definitions returns what is to be exported: what runs in the environment as its owner wrote it, with
// #variables#, or the drafts.
func (s *Surface) definitions(ctx context.Context, in *exportIn) ([]oas.ExportedAPI, error) {
	var all []oas.ExportedAPI
	if in.Body.Define == oas.DefineDev {
		drafts, err := s.Queries.Drafts(ctx, in.in(), in.Body.GroupID, in.Body.APIs)
		for _, a := range drafts {
			all = append(all, oas.ExportedAPI{Definition: a.Definition})
		}
		return all, err
	}
	running, err := s.Queries.Running(ctx, in.in(), in.Body.GroupID, in.Body.EnvID, in.Body.APIs)
	for _, v := range running {
		all = append(all, oas.ExportedAPI{Definition: v.Written})
	}
	return all, err
}

func extension(format string) string {
	if format == "" {
		return "json"
	}
	return format
}

func mediaType(format string) string {
	if extension(format) == "json" {
		return "application/json"
	}
	return "application/yaml"
}
