package apig

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// EnvView is an environment in an answer (APIG V2 §3.2.1).
type EnvView struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Remark     string    `json:"remark"`
	CreateTime time.Time `json:"create_time"`
}

func envRow(e projectionsapig.EnvRow) EnvView { return EnvView{e.ID, e.Name, e.Remark, e.CreateTime} }

func env(e apig.Environment) EnvView { return EnvView{e.ID, e.Name, e.Remark, e.CreateTime} }

// envs registers APIG V2 §3.2.
func (s *Surface) envs(api huma.API) {
	const tag = "Environments"
	register(s, api, operation{
		id: "CreateEnvironmentV2", section: "3.2.1", method: http.MethodPost, path: instancePath + "/envs", status: 201,
		summary: "Create an environment", actions: []string{"apig:envs:create"}, tag: tag,
	}, s.createEnv)
	register(s, api, operation{
		id: "UpdateEnvironmentV2", section: "3.2.2", method: http.MethodPut, path: instancePath + "/envs/{env_id}", status: 200,
		summary: "Change an environment", actions: []string{"apig:envs:update"}, tag: tag,
	}, s.updateEnv)
	register(s, api, operation{
		id: "DeleteEnvironmentV2", section: "3.2.3", method: http.MethodDelete, path: instancePath + "/envs/{env_id}", status: 204,
		summary: "Delete an environment", actions: []string{"apig:envs:delete"}, tag: tag,
	}, s.deleteEnv)
	register(s, api, operation{
		id: "ListEnvironmentsV2", section: "3.2.4", method: http.MethodGet, path: instancePath + "/envs", status: 200,
		summary: "List environments", actions: []string{"apig:envs:list"}, tag: tag,
	}, s.listEnvs)
}

// EnvIn is what every request about an environment names.
type EnvIn struct {
	InInstance
	EnvID string `path:"env_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Environment."`
}

type createEnvIn struct {
	InInstance
	Body apig.EnvBody
}

func (s *Surface) createEnv(ctx context.Context, call commands.Call, in *createEnvIn) (*answer[EnvView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateEnv.Do, apig.CreateEnv{InstanceID: in.InstanceID, Body: in.Body}, env)
}

type updateEnvIn struct {
	EnvIn
	Body apig.EnvBody
}

func (s *Surface) updateEnv(ctx context.Context, call commands.Call, in *updateEnvIn) (*answer[EnvView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateEnv.Do, apig.UpdateEnv{InstanceID: in.InstanceID, EnvID: in.EnvID, Body: in.Body}, env)
}

func (s *Surface) deleteEnv(ctx context.Context, call commands.Call, in *EnvIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteEnv.Do, apig.DeleteEnv{InstanceID: in.InstanceID, EnvID: in.EnvID})
}

type listEnvsIn struct {
	InInstance
	Paging
	Name string `query:"name" maxLength:"255" doc:"Only environments whose name contains this."`
}

// EnvList is a page of environments (APIG V2 §3.2.4).
type EnvList struct {
	Size  int       `json:"size"`
	Total int       `json:"total"`
	Envs  []EnvView `json:"envs"`
}

func (s *Surface) listEnvs(ctx context.Context, _ commands.Call, in *listEnvsIn) (*answer[EnvList], error) {
	rows, total, err := s.Queries.Envs(ctx, in.in(), in.Name, in.page())
	return read(EnvList{len(rows), total, each(rows, envRow)}), err
}
