package apig

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// BoundAPIsIn asks for a page of the APIs that have a policy, or could have it (APIG V2 §3.7, §3.8, §3.14).
type BoundAPIsIn struct {
	InInstance
	Paging
	EnvID   string `query:"env_id" maxLength:"65" doc:"Only APIs in this environment."`
	GroupID string `query:"group_id" maxLength:"65" doc:"Only APIs of this group."`
	APIID   string `query:"api_id" maxLength:"65" doc:"Only the API with this id."`
	APIName string `query:"api_name" maxLength:"255" doc:"Only APIs whose name contains this."`
	Tags    string `query:"tags" maxLength:"2048" doc:"Only APIs with one of these tags, separated by commas."`
}

func (in BoundAPIsIn) filter() projectionsapig.BoundAPIFilter {
	f := projectionsapig.BoundAPIFilter{EnvID: in.EnvID, GroupID: in.GroupID, APIID: in.APIID, APIName: in.APIName}
	if in.Tags != "" {
		f.Tags = strings.Split(in.Tags, ",")
	}
	return f
}

// boundQuery is a query for such APIs.
type boundQuery func(context.Context, projectionsapig.In, string, projectionsapig.BoundAPIFilter, projectionsapig.Page) ([]projectionsapig.BoundAPI, int, error)

// boundAPIs asks it about a policy, which the request must name by a parameter. It returns a page, as view shows
// it, and the number in all.
func boundAPIs[V any](ctx context.Context, in BoundAPIsIn, parameter, policyID string, ask boundQuery, view func(projectionsapig.BoundAPI) V) ([]V, int, error) {
	if err := needed(parameter, policyID); err != nil {
		return nil, 0, err
	}
	rows, total, err := ask(ctx, in.in(), policyID, in.filter(), in.page())
	return each(rows, view), total, err
}

// PolicyAPI is an API in a list of APIs that have a throttling policy, or that a policy could be bound to
// (APIG V2 §3.7.4, §3.8.3, §3.8.4, §3.14.5).
type PolicyAPI struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Type       int             `json:"type" doc:"1: public, 2: private."`
	Remark     string          `json:"remark"`
	AuthType   string          `json:"auth_type"`
	ReqMethod  string          `json:"req_method"`
	ReqURI     string          `json:"req_uri"`
	GroupID    string          `json:"group_id"`
	GroupName  string          `json:"group_name"`
	RunEnvID   string          `json:"run_env_id"`
	RunEnvName string          `json:"run_env_name"`
	PublishID  string          `json:"publish_id" doc:"Publication that is in effect."`
	Tags       json.RawMessage `json:"tags,omitempty"`
}

func policyAPI(a projectionsapig.BoundAPI) PolicyAPI {
	return PolicyAPI{
		ID: a.APIID, Name: a.APIName, Type: a.APIType, Remark: a.Remark, AuthType: a.AuthType, ReqMethod: a.ReqMethod, ReqURI: a.ReqURI,
		GroupID: a.GroupID, GroupName: a.GroupName, RunEnvID: a.EnvID, RunEnvName: a.EnvName, PublishID: a.PublishID, Tags: a.Tags,
	}
}

// needed refuses a request without a parameter of the query that its operation needs: APIG.2012. It is
// asked after the caller was authorised, unlike a schema.
func needed(parameter, value string) error {
	if value == "" {
		return apig.ErrInvalidID(parameter)
	}
	return nil
}

// given returns what a pointer points to, the zero value for none.
func given[T any](p *T) T {
	var none T
	if p == nil {
		return none
	}
	return *p
}
