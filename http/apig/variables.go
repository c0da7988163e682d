package apig

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// VariableView is an environment variable in an answer (APIG V2 §3.3.1).
type VariableView struct {
	ID      string `json:"id"`
	Name    string `json:"variable_name"`
	Value   string `json:"variable_value"`
	EnvID   string `json:"env_id"`
	GroupID string `json:"group_id"`
}

func variableRow(v projectionsapig.VariableRow) VariableView {
	return VariableView{v.ID, v.Name, v.Value, v.EnvID, v.GroupID}
}

func variable(v apig.Variable) VariableView {
	return VariableView{v.ID, v.Name, v.Value, v.EnvID, v.GroupID}
}

// variables registers APIG V2 §3.3.
func (s *Surface) variables(api huma.API) {
	const tag = "Environment variables"
	const one = instancePath + "/env-variables/{env_variable_id}"
	register(s, api, operation{
		id: "CreateEnvironmentVariableV2", section: "3.3.1", method: http.MethodPost, path: instancePath + "/env-variables", status: 201,
		summary: "Create an environment variable", actions: []string{"apig:variables:create"}, tag: tag,
	}, s.createVariable)
	register(s, api, operation{
		id: "DeleteEnvironmentVariableV2", section: "3.3.2", method: http.MethodDelete, path: one, status: 204,
		summary: "Delete an environment variable", actions: []string{"apig:variables:delete"}, tag: tag,
	}, s.deleteVariable)
	register(s, api, operation{
		id: "ShowDetailsOfEnvironmentVariableV2", section: "3.3.3", method: http.MethodGet, path: one, status: 200,
		summary: "Show an environment variable", actions: []string{"apig:variables:get"}, tag: tag,
	}, s.showVariable)
	register(s, api, operation{
		id: "ListEnvironmentVariablesV2", section: "3.3.4", method: http.MethodGet, path: instancePath + "/env-variables", status: 200,
		summary: "List environment variables", actions: []string{"apig:variables:list"}, needs: "group_id", tag: tag,
	}, s.listVariables)
	register(s, api, operation{
		id: "UpdateEnvironmentVariableV2", section: "3.3.5", method: http.MethodPut, path: one, status: 200,
		summary: "Change the value of an environment variable and publish the APIs that use it again",
		actions: []string{"apig:variables:update"}, tag: tag,
	}, s.updateVariable)
}

// VariableIn is what every request about a variable names.
type VariableIn struct {
	InInstance
	VariableID string `path:"env_variable_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Environment variable."`
}

type createVariableIn struct {
	InInstance
	Body apig.VariableBody
}

func (s *Surface) createVariable(ctx context.Context, call commands.Call, in *createVariableIn) (*answer[VariableView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateVariable.Do, apig.CreateVariable{InstanceID: in.InstanceID, Body: in.Body}, variable)
}

type updateVariableIn struct {
	VariableIn
	Body apig.VariableUpdateBody
}

func (s *Surface) updateVariable(ctx context.Context, call commands.Call, in *updateVariableIn) (*answer[VariableView], error) {
	command := apig.UpdateVariable{InstanceID: in.InstanceID, VariableID: in.VariableID, Body: in.Body}
	result, position, err := s.Commands.UpdateVariable.Do(ctx, s.Bus, call, command)
	return changed(variable(result.Variable), position), at(position, err)
}

func (s *Surface) deleteVariable(ctx context.Context, call commands.Call, in *VariableIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteVariable.Do, apig.DeleteVariable{InstanceID: in.InstanceID, VariableID: in.VariableID})
}

func (s *Surface) showVariable(ctx context.Context, _ commands.Call, in *VariableIn) (*answer[VariableView], error) {
	v, err := s.Queries.Variable(ctx, in.in(), in.VariableID)
	return read(variableRow(v)), err
}

type listVariablesIn struct {
	InInstance
	Paging
	GroupID       string `query:"group_id" maxLength:"65" doc:"Only variables of this group."`
	EnvID         string `query:"env_id" maxLength:"65" doc:"Only variables of this environment."`
	Name          string `query:"variable_name" maxLength:"255" doc:"Only variables whose name contains this."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: variable_name."`
}

// VariableList is a page of variables (APIG V2 §3.3.4).
type VariableList struct {
	Size      int            `json:"size"`
	Total     int            `json:"total"`
	Variables []VariableView `json:"variables"`
}

func (s *Surface) listVariables(ctx context.Context, _ commands.Call, in *listVariablesIn) (*answer[VariableList], error) {
	if in.GroupID == "" {
		return nil, apig.ErrMissing("group_id") // §3.3.4
	}
	if in.GroupID == "" {
		return nil, apig.ErrMissing("group_id")
	}
	// The reference calls the parameter name here, its SDK variable_name: both are understood.
	exact := precisely(in.PreciseSearch, "variable_name") || precisely(in.PreciseSearch, "name")
	filter := projectionsapig.VariableFilter{GroupID: in.GroupID, EnvID: in.EnvID, Name: in.Name, ExactName: exact}
	rows, total, err := s.Queries.Variables(ctx, in.in(), filter, in.page())
	return read(VariableList{len(rows), total, each(rows, variableRow)}), err
}
