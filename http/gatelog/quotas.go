package gatelog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// QuotaView is a quota that an operator set.
type QuotaView struct {
	InstanceID string    `json:"instance_id,omitempty" doc:"Absent for a quota of the project."`
	Name       string    `json:"config_name"`
	Value      int       `json:"config_value"`
	Time       time.Time `json:"config_time"`
}

// quotas registers the setting of quotas, which APIG V2 §3.22 can only list.
func (s *surface) quotas(api huma.API) {
	const doc = "A limit is 0 to 1,000,000; a switch is 1 (on) or 2 (off). A limit below what exists takes nothing away, it only lets nothing new in."
	register(s, api, operation{
		id: "set-instance-quota", method: http.MethodPut, path: instancePath + "/quotas/{config_name}", action: ActionSetQuota,
		summary: "Set a quota of an instance", doc: doc,
	}, s.setInstanceQuota)
	register(s, api, operation{
		id: "set-project-quota", method: http.MethodPut, path: projectPath + "/quotas/{config_name}", action: ActionSetQuota,
		summary: "Set a quota of a project", doc: doc,
	}, s.setProjectQuota)
}

// QuotaBody names a quota and gives it a value.
type QuotaBody struct {
	Name string `path:"config_name" pattern:"^[A-Z0-9_]{1,64}$" doc:"Name of the quota, as GET …/project/configs and …/instances/{instance_id}/configs list it."`
	Body struct {
		Value int `json:"value" minimum:"0" maximum:"1000000" doc:"The quota's value from now on."`
	}
}

type instanceQuotaIn struct {
	InInstance
	QuotaBody
}

func (s *surface) setInstanceQuota(ctx context.Context, call commands.Call, in *instanceQuotaIn) (*changed[QuotaView], error) {
	return s.setQuota(ctx, call, apig.SetQuota{InstanceID: in.InstanceID, Name: in.Name, Value: in.Body.Value})
}

type projectQuotaIn struct {
	InProject
	QuotaBody
}

func (s *surface) setProjectQuota(ctx context.Context, call commands.Call, in *projectQuotaIn) (*changed[QuotaView], error) {
	return s.setQuota(ctx, call, apig.SetQuota{Name: in.Name, Value: in.Body.Value})
}

func (s *surface) setQuota(ctx context.Context, call commands.Call, c apig.SetQuota) (*changed[QuotaView], error) {
	q, at, err := s.Commands.SetQuota.Do(ctx, s.Bus, call, c)
	if err != nil {
		return nil, halfway{err, at}
	}
	view := QuotaView{InstanceID: q.InstanceID, Name: q.Name, Value: q.Value, Time: q.UpdateTime}
	return &changed[QuotaView]{Position: place(at), Body: view}, nil
}
