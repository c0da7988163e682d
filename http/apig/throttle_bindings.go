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

const (
	tagThrottleBindings = "Bindings of throttling policies"
	throttleBindings    = instancePath + "/throttle-bindings"
)

// throttleBindings registers APIG V2 §3.8.
func (s *Surface) throttleBindings(api huma.API) {
	register(s, api, operation{
		id: "AssociateRequestThrottlingPolicyV2", section: "3.8.1", method: http.MethodPost, path: throttleBindings, status: 201,
		summary: "Bind a throttling policy to published APIs", actions: []string{"apig:apis:bindThrottles"}, tag: tagThrottleBindings,
	}, s.bindThrottle)
	register(s, api, operation{
		id: "DisassociateRequestThrottlingPolicyV2", section: "3.8.2", method: http.MethodDelete, status: 204,
		path: throttleBindings + "/{throttle_binding_id}", summary: "Unbind a throttling policy from an API",
		actions: []string{"apig:apis:unbindThrottles"}, tag: tagThrottleBindings,
	}, s.unbindThrottle)
	register(s, api, operation{
		id: "ListApisBindedToRequestThrottlingPolicyV2", section: "3.8.3", method: http.MethodGet, path: throttleBindings + "/binded-apis", status: 200,
		summary: "List the APIs that have a throttling policy", actions: []string{"apig:throttles:listBoundApis"}, tag: tagThrottleBindings,
	}, s.listThrottledAPIs)
	register(s, api, operation{
		id: "ListApisUnbindedToRequestThrottlingPolicyV2", section: "3.8.4", method: http.MethodGet, path: throttleBindings + "/unbinded-apis", status: 200,
		summary: "List the published APIs that have not a throttling policy", actions: []string{"apig:throttles:listUnboundApis"}, tag: tagThrottleBindings,
	}, s.listUnthrottledAPIs)
	register(s, api, operation{
		id: "ListRequestThrottlingPoliciesBindedToApiV2", section: "3.8.5", method: http.MethodGet, path: throttleBindings + "/binded-throttles", status: 200,
		summary: "List the throttling policies of an API", actions: []string{"apig:apis:listBindedThrottles"}, tag: tagThrottleBindings,
	}, s.listThrottlesOfAPI)
	register(s, api, operation{
		id: "BatchDisassociateThrottlingPolicyV2", section: "3.8.6", method: http.MethodPut, path: throttleBindings, status: 200,
		summary: "Unbind throttling policies from many APIs", actions: []string{"apig:apis:unbindThrottles"}, tag: tagThrottleBindings,
	}, s.unbindThrottles)
}

// ThrottleBindingView is a binding in an answer (APIG V2 §3.8.1).
type ThrottleBindingView struct {
	ID         string    `json:"id"`
	PublishID  string    `json:"publish_id"`
	Scope      int       `json:"scope" doc:"1: the whole API."`
	StrategyID string    `json:"strategy_id"`
	ApplyTime  time.Time `json:"apply_time"`
}

// scopeAPI is the one scope of a binding (APIG V2 §3.8.1).
const scopeAPI = 1

func throttleBinding(b apig.Bound) ThrottleBindingView {
	return ThrottleBindingView{b.ID, b.PublishID, scopeAPI, b.PolicyID, b.BindTime}
}

type bindThrottleIn struct {
	InInstance
	Body apig.BindThrottleBody
}

// ThrottleBindings are the bindings of a request (APIG V2 §3.8.1).
type ThrottleBindings struct {
	ThrottleApplys []ThrottleBindingView `json:"throttle_applys"`
}

func (s *Surface) bindThrottle(ctx context.Context, call commands.Call, in *bindThrottleIn) (*answer[ThrottleBindings], error) {
	command := apig.BindThrottle{InstanceID: in.InstanceID, Body: in.Body}
	bound, position, err := s.Commands.BindThrottle.Do(ctx, s.Bus, call, command)
	return changed(ThrottleBindings{each(bound, throttleBinding)}, position), at(position, err)
}

type unbindThrottleIn struct {
	InInstance
	BindingID string `path:"throttle_binding_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Binding."`
}

func (s *Surface) unbindThrottle(ctx context.Context, call commands.Call, in *unbindThrottleIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindThrottle.Do, apig.UnbindThrottle{InstanceID: in.InstanceID, BindingID: in.BindingID})
}

type unbindThrottlesIn struct {
	InInstance
	Action string `query:"action" maxLength:"16" doc:"Must be delete."`
	Body   apig.UnbindThrottlesBody
}

func (s *Surface) unbindThrottles(ctx context.Context, call commands.Call, in *unbindThrottlesIn) (*answer[apig.UnbindResult], error) {
	command := apig.UnbindThrottles{InstanceID: in.InstanceID, Action: in.Action, Body: in.Body}
	result, position, err := s.Commands.UnbindThrottles.Do(ctx, s.Bus, call, command)
	return changed(result, position), at(position, err)
}

type listThrottledIn struct {
	BoundAPIsIn
	ThrottleID string `query:"throttle_id" maxLength:"65" doc:"Throttling policy; required."`
}

// ThrottledAPI is an API with its throttling policy (APIG V2 §3.8.3, §3.8.4).
type ThrottledAPI struct {
	PolicyAPI
	ThrottleApplyID string     `json:"throttle_apply_id,omitempty" doc:"Binding."`
	ThrottleName    string     `json:"throttle_name,omitempty" doc:"Policy that the API has."`
	ApplyTime       *time.Time `json:"apply_time,omitempty"`
}

func throttledAPI(a projectionsapig.BoundAPI) ThrottledAPI {
	return ThrottledAPI{policyAPI(a), given(a.BindID), given(a.PolicyName), a.BindTime}
}

// ThrottledAPIList is a page of APIs (APIG V2 §3.8.3, §3.8.4).
type ThrottledAPIList struct {
	Size  int            `json:"size"`
	Total int            `json:"total"`
	APIs  []ThrottledAPI `json:"apis"`
}

func (s *Surface) listThrottledAPIs(ctx context.Context, _ commands.Call, in *listThrottledIn) (*answer[ThrottledAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "throttle_id", in.ThrottleID, s.Queries.ThrottledAPIs, throttledAPI)
	return read(ThrottledAPIList{len(apis), total, apis}), err
}

func (s *Surface) listUnthrottledAPIs(ctx context.Context, _ commands.Call, in *listThrottledIn) (*answer[ThrottledAPIList], error) {
	apis, total, err := boundAPIs(ctx, in.BoundAPIsIn, "throttle_id", in.ThrottleID, s.Queries.UnthrottledAPIs, throttledAPI)
	return read(ThrottledAPIList{len(apis), total, apis}), err
}

type listThrottlesOfAPIIn struct {
	InInstance
	Paging
	APIID        string `query:"api_id" maxLength:"65" doc:"API; required."`
	ThrottleID   string `query:"throttle_id" maxLength:"65" doc:"Only this policy."`
	ThrottleName string `query:"throttle_name" maxLength:"64" doc:"Only policies whose name contains this."`
	EnvID        string `query:"env_id" maxLength:"65" doc:"Only the policy in this environment."`
}

// ThrottleOfAPI is a throttling policy with the environment in which it holds (APIG V2 §3.8.5).
type ThrottleOfAPI struct {
	ThrottleView
	EnvName  string    `json:"env_name"`
	BindID   string    `json:"bind_id"`
	BindTime time.Time `json:"bind_time"`
}

func throttleOfAPI(t projectionsapig.BoundThrottle) ThrottleOfAPI {
	return ThrottleOfAPI{throttleRow(t.ThrottleView), t.EnvName, t.BindID, t.BindTime}
}

// ThrottlesOfAPI is a page of an API's throttling policies (APIG V2 §3.8.5).
type ThrottlesOfAPI struct {
	Size      int             `json:"size"`
	Total     int             `json:"total"`
	Throttles []ThrottleOfAPI `json:"throttles"`
}

func (s *Surface) listThrottlesOfAPI(ctx context.Context, _ commands.Call, in *listThrottlesOfAPIIn) (*answer[ThrottlesOfAPI], error) {
	if err := needed("api_id", in.APIID); err != nil {
		return nil, err
	}
	filter := projectionsapig.BoundThrottleFilter{ThrottleID: in.ThrottleID, ThrottleName: in.ThrottleName, EnvID: in.EnvID}
	rows, total, err := s.Queries.ThrottlesOf(ctx, in.in(), in.APIID, filter, in.page())
	return read(ThrottlesOfAPI{len(rows), total, each(rows, throttleOfAPI)}), err
}
