package apig

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// OrchestrationView is an orchestration rule in an answer (public SDK); lists leave the map out.
type OrchestrationView struct {
	apig.OrchestrationBody
	IsPreprocessing bool      `json:"is_preprocessing"`
	ID              string    `json:"orchestration_id"`
	CreateTime      time.Time `json:"orchestration_create_time"`
	UpdateTime      time.Time `json:"orchestration_update_time"`
}

// OrchestrationsView is a page of orchestration rules (public SDK).
type OrchestrationsView struct {
	Size           int                 `json:"size"`
	Total          int                 `json:"total"`
	Orchestrations []OrchestrationView `json:"orchestrations"`
}

// OrchestratedView is a page of the APIs that a rule is attached to (public SDK).
type OrchestratedView struct {
	Size  int                               `json:"size"`
	Total int                               `json:"total"`
	APIs  []projectionsapig.OrchestratedAPI `json:"apis"`
}

func orchestration(o apig.Orchestration) OrchestrationView {
	return OrchestrationView{
		OrchestrationBody: o.OrchestrationBody, IsPreprocessing: o.IsPreprocessing, ID: o.ID, CreateTime: o.CreateTime, UpdateTime: o.UpdateTime,
	}
}

const (
	tagOrchestrations  = "Orchestration rules"
	orchestrationsPath = instancePath + "/orchestrations"
	oneOrchestration   = orchestrationsPath + "/{orchestration_id}"
)

// orchestrations registers the orchestration rules of request parameters, which only the public SDK has. They
// need the actions of APIs, which are what uses them.
func (s *Surface) orchestrations(api huma.API) {
	register(s, api, operation{
		id: "CreateOrchestration", section: sectionSDK, method: http.MethodPost, path: orchestrationsPath, status: 201,
		summary: "Create an orchestration rule", actions: []string{"apig:apis:create"}, tag: tagOrchestrations,
	}, s.createOrchestration)
	register(s, api, operation{
		id: "ListOrchestrations", section: sectionSDK, method: http.MethodGet, path: orchestrationsPath, status: 200,
		summary: "List orchestration rules", actions: []string{"apig:apis:list"}, tag: tagOrchestrations,
	}, s.listOrchestrations)
	register(s, api, operation{
		id: "ShowDetailsOfOrchestration", section: sectionSDK, method: http.MethodGet, path: oneOrchestration, status: 200,
		summary: "Show an orchestration rule", actions: []string{"apig:apis:get"}, tag: tagOrchestrations,
	}, s.showOrchestration)
	register(s, api, operation{
		id: "UpdateOrchestration", section: sectionSDK, method: http.MethodPut, path: oneOrchestration, status: 200,
		summary: "Replace an orchestration rule", actions: []string{"apig:apis:update"}, tag: tagOrchestrations,
	}, s.updateOrchestration)
	register(s, api, operation{
		id: "DeleteOrchestration", section: sectionSDK, method: http.MethodDelete, path: oneOrchestration, status: 204,
		summary: "Delete an orchestration rule that no API uses", actions: []string{"apig:apis:delete"}, tag: tagOrchestrations,
	}, s.deleteOrchestration)
	register(s, api, operation{
		id: "ListOrchestrationAttachedApis", section: sectionSDK, method: http.MethodGet, path: oneOrchestration + "/attached-apis", status: 200,
		summary: "List the APIs that an orchestration rule is attached to", actions: []string{"apig:apis:list"}, tag: tagOrchestrations,
	}, s.orchestratedAPIs)
}

// InOrchestration is a request that names an orchestration rule.
type InOrchestration struct {
	InInstance
	OrchestrationID string `path:"orchestration_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Orchestration rule."`
}

type createOrchestrationIn struct {
	InInstance
	Body apig.OrchestrationBody
}

func (s *Surface) createOrchestration(ctx context.Context, call commands.Call, in *createOrchestrationIn) (*answer[OrchestrationView], error) {
	command := apig.CreateOrchestration{InstanceID: in.InstanceID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.CreateOrchestration.Do, command, orchestration)
}

type updateOrchestrationIn struct {
	InOrchestration
	Body apig.OrchestrationBody
}

func (s *Surface) updateOrchestration(ctx context.Context, call commands.Call, in *updateOrchestrationIn) (*answer[OrchestrationView], error) {
	command := apig.UpdateOrchestration{InstanceID: in.InstanceID, OrchestrationID: in.OrchestrationID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateOrchestration.Do, command, orchestration)
}

func (s *Surface) deleteOrchestration(ctx context.Context, call commands.Call, in *InOrchestration) (*done, error) {
	command := apig.DeleteOrchestration{InstanceID: in.InstanceID, OrchestrationID: in.OrchestrationID}
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteOrchestration.Do, command)
}

func (s *Surface) showOrchestration(ctx context.Context, _ commands.Call, in *InOrchestration) (*answer[OrchestrationView], error) {
	o, err := s.Queries.Orchestration(ctx, in.in(), in.OrchestrationID)
	if err != nil {
		return nil, err
	}
	return read(orchestration(o)), nil
}

type listOrchestrationsIn struct {
	InInstance
	Paging
	Name    string `query:"orchestration_name" maxLength:"64" doc:"Part of the name, or the name, see precise_search."`
	ID      string `query:"orchestration_id" maxLength:"2048" doc:"Rules, separated by commas; at most 30."`
	Precise string `query:"precise_search" maxLength:"255" doc:"orchestration_name to find the exact name only."`
}

// maxOrchestrationIDs is how many ids one list can ask for.
const maxOrchestrationIDs = 30

func (s *Surface) listOrchestrations(ctx context.Context, _ commands.Call, in *listOrchestrationsIn) (*answer[OrchestrationsView], error) {
	f := projectionsapig.OrchestrationFilter{Name: in.Name, ExactName: precisely(in.Precise, "orchestration_name")}
	if in.ID != "" {
		f.IDs = strings.Split(in.ID, ",")
	}
	if len(f.IDs) > maxOrchestrationIDs {
		return nil, apig.ErrInvalidID("orchestration_id")
	}
	rows, total, err := s.Queries.Orchestrations(ctx, in.in(), f, in.page())
	if err != nil {
		return nil, err
	}
	view := OrchestrationsView{Size: len(rows), Total: total, Orchestrations: []OrchestrationView{}}
	for _, row := range rows {
		var o apig.Orchestration
		if err := json.Unmarshal(row, &o); err != nil {
			return nil, err
		}
		view.Orchestrations = append(view.Orchestrations, orchestration(o))
	}
	return read(view), nil
}

type orchestratedAPIsIn struct {
	InOrchestration
	Paging
	APIID   string `query:"api_id" maxLength:"65" doc:"API."`
	APIName string `query:"api_name" maxLength:"255" doc:"Part of the name of the API."`
}

func (s *Surface) orchestratedAPIs(ctx context.Context, _ commands.Call, in *orchestratedAPIsIn) (*answer[OrchestratedView], error) {
	rows, total, err := s.Queries.OrchestratedAPIs(ctx, in.in(), in.OrchestrationID, in.APIID, in.APIName, in.page())
	if err != nil {
		return nil, err
	}
	return read(OrchestratedView{Size: len(rows), Total: total, APIs: rows}), nil
}
