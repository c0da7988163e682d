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

// ThrottleView is a throttling policy in an answer (APIG V2 §3.4.1).
type ThrottleView struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Remark     string    `json:"remark"`
	Type       int       `json:"type" doc:"1: each API bound has a count of its own, 2: they share one."`
	CreateTime time.Time `json:"create_time"`

	TimeInterval   int    `json:"time_interval"`
	TimeUnit       string `json:"time_unit"`
	APICallLimits  int    `json:"api_call_limits"`
	UserCallLimits int    `json:"user_call_limits,omitempty" doc:"Absent: no limit."`
	AppCallLimits  int    `json:"app_call_limits,omitempty" doc:"Absent: no limit."`
	IPCallLimits   int    `json:"ip_call_limits,omitempty" doc:"Absent: no limit."`

	EnableAdaptiveControl string `json:"enable_adaptive_control"`
	BindNum               int    `json:"bind_num" doc:"APIs bound, in each environment counted."`
	IsInclSpecials        int    `json:"is_inclu_special_throttle" doc:"1: it has special settings, 2: it has none."`
}

// The values of is_inclu_special_throttle (APIG V2 §3.4.1).
const (
	withSpecials    = 1
	withoutSpecials = 2
)

func throttleRow(t projectionsapig.ThrottleView) ThrottleView {
	specials := withoutSpecials
	if t.HasSpecials {
		specials = withSpecials
	}
	return ThrottleView{
		ID: t.ID, Name: t.Name, Remark: t.Remark, Type: t.Type, CreateTime: t.CreateTime, TimeInterval: t.TimeInterval,
		TimeUnit: t.TimeUnit, APICallLimits: t.APICallLimits, UserCallLimits: t.UserCallLimits, AppCallLimits: t.AppCallLimits,
		IPCallLimits: t.IPCallLimits, EnableAdaptiveControl: t.Adaptive, BindNum: t.BindNum, IsInclSpecials: specials,
	}
}

func throttle(t apig.ThrottleInfo) ThrottleView {
	return throttleRow(projectionsapig.ThrottleView{
		ThrottleRow: projectionsapig.ThrottleRow{
			ID: t.ID, Name: t.Name, Remark: t.Remark, Type: t.Type, CreateTime: t.CreateTime, TimeInterval: t.TimeInterval,
			TimeUnit: t.TimeUnit, APICallLimits: t.APICallLimits, UserCallLimits: t.UserCallLimits, AppCallLimits: t.AppCallLimits,
			IPCallLimits: t.IPCallLimits, Adaptive: t.EnableAdaptiveControl,
		},
		BindNum: t.BindNum, HasSpecials: t.HasSpecials,
	})
}

const (
	tagThrottles = "Throttling policies"
	oneThrottle  = instancePath + "/throttles/{throttle_id}"
)

// throttles registers APIG V2 §3.4, §3.8 and §3.9.
func (s *Surface) throttles(api huma.API) {
	register(s, api, operation{
		id: "CreateRequestThrottlingPolicyV2", section: "3.4.1", method: http.MethodPost, path: instancePath + "/throttles", status: 201,
		summary: "Create a throttling policy", actions: []string{"apig:throttles:create"}, tag: tagThrottles,
	}, s.createThrottle)
	register(s, api, operation{
		id: "UpdateRequestThrottlingPolicyV2", section: "3.4.2", method: http.MethodPut, path: oneThrottle, status: 200,
		summary: "Replace a throttling policy", actions: []string{"apig:throttles:update"}, tag: tagThrottles,
	}, s.updateThrottle)
	register(s, api, operation{
		id: "DeleteRequestThrottlingPolicyV2", section: "3.4.3", method: http.MethodDelete, path: oneThrottle, status: 204,
		summary: "Delete a throttling policy with its bindings", actions: []string{"apig:throttles:delete"}, tag: tagThrottles,
	}, s.deleteThrottle)
	register(s, api, operation{
		id: "ListRequestThrottlingPolicyV2", section: "3.4.4", method: http.MethodGet, path: instancePath + "/throttles", status: 200,
		summary: "List throttling policies", actions: []string{"apig:throttles:list"}, tag: tagThrottles,
	}, s.listThrottles)
	register(s, api, operation{
		id: "ShowDetailsOfRequestThrottlingPolicyV2", section: "3.4.5", method: http.MethodGet, path: oneThrottle, status: 200,
		// Chapter 4 names the second; what other operations depend on is the first.
		summary: "Show a throttling policy", actions: []string{"apig:throttles:get", "apig:specialThrottles:get"}, tag: tagThrottles,
	}, s.showThrottle)
	s.throttleBindings(api)
	s.specialThrottles(api)
}

// ThrottleIn is what a request about one throttling policy names.
type ThrottleIn struct {
	InInstance
	ThrottleID string `path:"throttle_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Throttling policy."`
}

type createThrottleIn struct {
	InInstance
	Body apig.ThrottleBody
}

func (s *Surface) createThrottle(ctx context.Context, call commands.Call, in *createThrottleIn) (*answer[ThrottleView], error) {
	return answerTo(ctx, s.Bus, call, s.Commands.CreateThrottle.Do, apig.CreateThrottle{InstanceID: in.InstanceID, Body: in.Body}, throttle)
}

type updateThrottleIn struct {
	ThrottleIn
	Body apig.ThrottleBody
}

func (s *Surface) updateThrottle(ctx context.Context, call commands.Call, in *updateThrottleIn) (*answer[ThrottleView], error) {
	command := apig.UpdateThrottle{InstanceID: in.InstanceID, ThrottleID: in.ThrottleID, Body: in.Body}
	return answerTo(ctx, s.Bus, call, s.Commands.UpdateThrottle.Do, command, throttle)
}

func (s *Surface) deleteThrottle(ctx context.Context, call commands.Call, in *ThrottleIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.DeleteThrottle.Do, apig.DeleteThrottle{InstanceID: in.InstanceID, ThrottleID: in.ThrottleID})
}

func (s *Surface) showThrottle(ctx context.Context, _ commands.Call, in *ThrottleIn) (*answer[ThrottleView], error) {
	t, err := s.Queries.Throttle(ctx, in.in(), in.ThrottleID)
	return read(throttleRow(t)), err
}

type listThrottlesIn struct {
	InInstance
	Paging
	ID            string `query:"id" maxLength:"65" doc:"Only the policy with this id."`
	Name          string `query:"name" maxLength:"64" doc:"Only policies whose name contains this."`
	PreciseSearch string `query:"precise_search" maxLength:"255" doc:"Parameters to match exactly: name."`
}

// ThrottleList is a page of throttling policies (APIG V2 §3.4.4).
type ThrottleList struct {
	Size      int            `json:"size"`
	Total     int            `json:"total"`
	Throttles []ThrottleView `json:"throttles"`
}

func (s *Surface) listThrottles(ctx context.Context, _ commands.Call, in *listThrottlesIn) (*answer[ThrottleList], error) {
	filter := projectionsapig.ThrottleFilter{ID: in.ID, Name: in.Name, ExactName: precisely(in.PreciseSearch, "name")}
	rows, total, err := s.Queries.Throttles(ctx, in.in(), filter, in.page())
	return read(ThrottleList{len(rows), total, each(rows, throttleRow)}), err
}
