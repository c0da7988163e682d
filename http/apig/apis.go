package apig

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/http/web"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

const oneAPI = instancePath + "/apis/{api_id}"

const tagAPIs = "APIs"

// apis registers APIG V2 §3.5.1 to §3.5.3 and §3.5.5 to §3.5.8.
func (s *Surface) apis(api huma.API) {
	register(s, api, operation{
		id: "CreateApiV2", section: "3.5.1", method: http.MethodPost, path: instancePath + "/apis", status: 201,
		summary: "Create an API", actions: []string{"apig:apis:create"}, tag: tagAPIs,
	}, s.createAPI)
	register(s, api, operation{
		id: "UpdateApiV2", section: "3.5.2", method: http.MethodPut, path: oneAPI, status: 200,
		summary: "Change the draft of an API", actions: []string{"apig:apis:update"}, tag: tagAPIs,
	}, s.updateAPI)
	register(s, api, operation{
		id: "DeleteApiV2", section: "3.5.3", method: http.MethodDelete, path: oneAPI, status: 204,
		summary: "Delete an API", actions: []string{"apig:apis:delete"}, tag: tagAPIs,
	}, s.deleteAPI)
	register(s, api, operation{
		id: "ShowDetailsOfApiV2", section: "3.5.5", method: http.MethodGet, path: oneAPI, status: 200,
		summary: "Show an API with its draft", actions: []string{"apig:apis:get"}, tag: tagAPIs,
	}, s.showAPI)
	register(s, api, operation{
		id: "ListApisV2", section: "3.5.6", method: http.MethodGet, path: instancePath + "/apis", status: 200,
		summary: "List APIs", actions: []string{"apig:apis:list"}, tag: tagAPIs,
	}, s.listAPIs)
	register(s, api, operation{
		id: "CheckApisV2", section: "3.5.7", method: http.MethodPost, path: instancePath + "/apis/check", status: 204,
		summary: "Check whether the name or the path of an API is free",
		actions: []string{"apig:apis:get", "apig:apis:list", "apig:apis:create"}, tag: tagAPIs, audited: web.AuditNothing,
	}, s.checkAPI)
	register(s, api, operation{
		id: "DebugApiV2", section: "3.5.8", method: http.MethodPost, path: instancePath + "/apis/debug/{api_id}", status: 200,
		summary: "Call the backend of an API as the gateway would", actions: []string{"apig:apis:debug"}, tag: tagAPIs, audited: web.AuditRefusals,
	}, s.debugAPI)
}

// APIIn is what every request about an API names. It is exported because huma passes over what is embedded
// and is not.
type APIIn struct {
	InInstance
	APIID string `path:"api_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"API."`
}

// APIView is an API with its draft and its publications (APIG V2 §3.5.5), as OpenAPI describes it. It
// is answered from a document that is kept ready.
type APIView struct {
	projectionsapig.Detail
	projectionsapig.Published
}

// Schema implements huma.SchemaProvider for answers that are kept ready.
type apiAnswer struct{ projectionsapig.Answer }

// Schema describes the answer as an APIView.
func (apiAnswer) Schema(r huma.Registry) *huma.Schema { return schemaOf[APIView](r) }

// apiResult is the answer to a change of an API.
func apiResult(r apig.APIResult) APIView {
	view := APIView{Detail: projectionsapig.DetailOf(r.API)}
	view.GroupName, view.GroupVersion = r.Group.Name, projectionsapig.GroupVersion
	for _, p := range r.Publications {
		view.PublishedIn(p.EnvID, p.EnvName, p.PublishID, p.PublishTime)
	}
	return view
}

type createAPIIn struct {
	InInstance
	Body apig.Definition
}

func (s *Surface) createAPI(ctx context.Context, call commands.Call, in *createAPIIn) (*answer[APIView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateAPI.Do, apig.CreateAPI{InstanceID: in.InstanceID, Body: in.Body}, apiResult)
}

type updateAPIIn struct {
	APIIn
	Body apig.Definition
}

func (s *Surface) updateAPI(ctx context.Context, call commands.Call, in *updateAPIIn) (*answer[APIView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateAPI.Do, apig.UpdateAPI{InstanceID: in.InstanceID, APIID: in.APIID, Body: in.Body}, apiResult)
}

func (s *Surface) deleteAPI(ctx context.Context, call commands.Call, in *APIIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteAPI.Do, apig.DeleteAPI{InstanceID: in.InstanceID, APIID: in.APIID})
}

func (s *Surface) showAPI(ctx context.Context, _ commands.Call, in *APIIn) (*answer[apiAnswer], error) {
	a, err := s.Queries.API(ctx, in.in(), in.APIID)
	return read(apiAnswer{a}), err
}

type listAPIsIn struct {
	InInstance
	Paging
	ID             string `query:"id" maxLength:"65"`
	Name           string `query:"name" maxLength:"255" doc:"Only APIs whose name contains this."`
	GroupID        string `query:"group_id" maxLength:"65"`
	ReqProtocol    string `query:"req_protocol" maxLength:"16"`
	ReqMethod      string `query:"req_method" maxLength:"16"`
	ReqURI         string `query:"req_uri" maxLength:"512" doc:"Only APIs whose path contains this."`
	AuthType       string `query:"auth_type" maxLength:"16"`
	EnvID          string `query:"env_id" maxLength:"65" doc:"Only APIs published in this environment."`
	Type           int    `query:"type" minimum:"0" maximum:"2"`
	PreciseSearch  string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name, req_uri."`
	VPCChannelName string `query:"vpc_channel_name" maxLength:"64"`
	ReturnDataMode string `query:"return_data_mode" maxLength:"255" doc:"brief, include_group, include_group_backend; several by commas."`
	Tags           string `query:"tags" maxLength:"2048" doc:"Only APIs with one of these tags, separated by commas."`
}

// APIList is a page of APIs (APIG V2 §3.5.6).
type APIList struct {
	Size  int            `json:"size"`
	Total int            `json:"total"`
	APIs  []briefAPIInfo `json:"apis"`
}

type briefAPIInfo struct{ projectionsapig.Answer }

// APIInfo is an API in a list (APIG V2 §3.5.6), as OpenAPI describes it.
type APIInfo struct {
	projectionsapig.Brief
	projectionsapig.Published
	APIGroupInfo *projectionsapig.GroupInfo   `json:"api_group_info,omitempty" doc:"With return_data_mode include_group or include_group_backend."`
	BackendAPI   *projectionsapig.BackendView `json:"backend_api,omitempty" doc:"With return_data_mode include_group_backend."`
}

// Schema describes an entry as an APIInfo.
func (briefAPIInfo) Schema(r huma.Registry) *huma.Schema { return schemaOf[APIInfo](r) }

func (in *listAPIsIn) filter() (projectionsapig.APIFilter, error) {
	f := projectionsapig.APIFilter{
		ID: in.ID, Name: in.Name, GroupID: in.GroupID, ReqProtocol: in.ReqProtocol, ReqMethod: in.ReqMethod,
		ReqURI: in.ReqURI, AuthType: in.AuthType, EnvID: in.EnvID, Type: in.Type, VPCChannelName: in.VPCChannelName,
		ExactName: precisely(in.PreciseSearch, "name"), ExactURI: precisely(in.PreciseSearch, "req_uri"),
	}
	if in.Tags != "" {
		f.Tags = strings.Split(in.Tags, ",")
	}
	if in.ReturnDataMode == "" {
		return f, nil
	}
	for mode := range strings.SplitSeq(in.ReturnDataMode, ",") {
		switch strings.TrimSpace(mode) {
		case "brief":
		case "include_group":
			f.Group = true
		case "include_group_backend":
			f.Group, f.Backend = true, true
		default:
			return f, apig.ErrInvalidID("return_data_mode")
		}
	}
	return f, nil
}

func (s *Surface) listAPIs(ctx context.Context, _ commands.Call, in *listAPIsIn) (*answer[APIList], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	all, total, err := s.Queries.APIs(ctx, in.in(), filter, in.page(), s.subdomain)
	return read(APIList{len(all), total, each(all, func(a projectionsapig.Answer) briefAPIInfo { return briefAPIInfo{a} })}), err
}

type checkAPIIn struct {
	InInstance
	Body apig.CheckAPIBody
}

func (s *Surface) checkAPI(ctx context.Context, call commands.Call, in *checkAPIIn) (*struct{}, error) {
	_, _, err := s.Commands.CheckAPI.Do(ctx, s.Bus, call, apig.CheckAPI{InstanceID: in.InstanceID, Body: in.Body})
	return nil, err
}
